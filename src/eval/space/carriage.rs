//! Which condition keys a request can bring, by who makes it and what it asks.
//!
//! The availability lines of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
//! and the table of <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (checked 2026-11).

use crate::catalog;
use crate::eval::request::{Caller, CallerKind};

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
    let Some(name) = key.strip_prefix("aws:") else {
        let known = catalog::action(action);
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
    let signed = !matches!(kind, CallerKind::Service | CallerKind::Anonymous);
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
