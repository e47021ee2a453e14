//! Which condition keys a request can bring, by who makes it and what it asks.
//!
//! The availability lines of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
//! and the table of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (checked 2026-11).

use crate::catalog;
use crate::eval::caller::{Caller, CallerKind};

/// Whether a request brings a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Carriage {
    /// No such request does.
    Never,
    /// Some do, or AWS does not say.
    Maybe,
    /// Every one does; the value is not known by that.
    Always,
}

/// The service that takes roles with what stands in a certificate as tags of the principal.
/// <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/attribute-mapping-and-trust-policy.html> (checked 2026-11)
const TAGS_OF_CERTIFICATES: &str = "rolesanywhere.amazonaws.com";

/// Whether a request of this caller for this action brings a key. Keys that follow from caller and resource
/// ([`is_computed`]) are not asked about here.
#[must_use]
pub fn carriage(caller: &Caller, action: &str, key: &str) -> Carriage {
    let key = key.to_ascii_lowercase();
    if let (CallerKind::Provider, Some((issuer, claim))) = (caller.kind(), key.rsplit_once(':'))
        && (issuer == "saml" || issuer.contains('.'))
    {
        return of_token(caller.arn(), issuer, claim);
    }
    let Some(name) = key.strip_prefix("aws:") else {
        let known = catalog::action(action);
        // Who signs nothing is of no account.
        // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html (kms:CallerAccount, checked 2026-11)
        if key == "kms:calleraccount" && caller.kind() == CallerKind::Anonymous {
            return Carriage::Never;
        }
        // A key of the session (`lambda:SourceFunctionArn`) comes with a role only; what the catalog does not know may be.
        return match known {
            Some(action) if action.condition_key(&key).is_none() => Carriage::Never,
            Some(_) if catalog::global_key(&key).is_some() && !is_role(caller) => Carriage::Never,
            Some(_) | None => Carriage::Maybe,
        };
    };
    let kind = caller.kind();
    let only = |holds: bool| if holds { Carriage::Maybe } else { Carriage::Never };
    let service = kind == CallerKind::Service;
    let signed = !matches!(kind, CallerKind::Service | CallerKind::Anonymous | CallerKind::Provider);
    match name {
        "currenttime" | "epochtime" | "requestedregion" | "useragent" | "viaawsservice" => Carriage::Always,
        // S3's guide says that a service's requests come without them, IAM's that they are always there.
        "securetransport" => {
            if service {
                Carriage::Maybe
            } else {
                Carriage::Always
            }
        }
        "sourcearn" | "sourceaccount" | "sourceorgid" | "sourceorgpaths" => only(service),
        "username" => only(kind == CallerKind::User),
        "userid" => {
            if signed {
                Carriage::Always
            } else {
                Carriage::Never
            }
        }
        "principalorgid" | "principalorgpaths" => only(signed),
        "multifactorauthpresent" | "multifactorauthage" | "tokenissuetime" => only(signed),
        "federatedprovider" | "sourceidentity" => only(is_role(caller) || kind == CallerKind::Federated),
        "assumedroot" => only(kind == CallerKind::Root),
        "chatbotsourcearn" => only(is_role(caller)),
        "vpcsourceip" => only(!service),
        _ if name.starts_with("principalservicename") => only(service),
        _ if name.starts_with("principaltag/") => {
            only((signed && kind != CallerKind::Root) || caller.arn() == TAGS_OF_CERTIFICATES)
        }
        _ if name.starts_with("ec2instancesource") => only(is_role(caller)),
        _ if name.starts_with("sourcevpc") || name.starts_with("vpce") => only(!service),
        _ if name.starts_with("calledvia") => only(signed),
        _ => Carriage::Maybe,
    }
}

/// Whether a token or assertion of a provider brings a key. Of a provider that is named later any may be it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html> (keys for web identity and
/// SAML, checked 2026-11)
fn of_token(provider: &str, issuer: &str, claim: &str) -> Carriage {
    let provider = provider.to_ascii_lowercase();
    let is_open = provider.contains("${");
    let is_saml = issuer == "saml";
    let is_own = if is_saml { provider.contains(":saml-provider/") } else { provider.contains(issuer) };
    match claim {
        _ if !is_own && !is_open => Carriage::Never,
        "aud" | "sub" if is_own && !is_saml => Carriage::Always,
        _ => Carriage::Maybe,
    }
}

/// Whether such a caller can ask for an action at all. Of STS only the calls that bring a token or assertion go unsigned, and who
/// brings one can do nothing else but tag and name the session. A federated user cannot call STS but to ask who it is.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>,
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html> (checked 2026-11)
#[must_use]
pub fn may_ask(caller: &Caller, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let with_token = matches!(action.as_str(), "sts:assumerolewithwebidentity" | "sts:assumerolewithsaml");
    match caller.kind() {
        CallerKind::Anonymous => with_token || !action.starts_with("sts:"),
        CallerKind::Provider => {
            with_token || matches!(action.as_str(), "sts:tagsession" | "sts:setsourceidentity")
        }
        CallerKind::Federated => !action.starts_with("sts:") || action == "sts:getcalleridentity",
        CallerKind::Root
        | CallerKind::User
        | CallerKind::Role
        | CallerKind::Session
        | CallerKind::Service
        | CallerKind::Canonical => true,
    }
}

/// Whether a key, in lower case, follows from who asks for what: [`crate::eval::Request::new`] sets it, or it is absent.
#[must_use]
pub fn is_computed(key: &str) -> bool {
    matches!(
        key,
        "aws:principalarn"
            | "aws:principalaccount"
            | "aws:principaltype"
            | "aws:principalisawsservice"
            | "aws:principalservicename"
            | "aws:username"
            | "aws:resourceaccount"
            | "s3:resourceaccount"
    )
}

fn is_role(caller: &Caller) -> bool {
    matches!(caller.kind(), CallerKind::Role | CallerKind::Session)
}
