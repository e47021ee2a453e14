//! How principals are written: whom AWS can know by a text.
//!
//! AWS refuses a policy with another text there ("Invalid principal in policy"):
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> (checked 2026-11).

use crate::catalog;
use crate::policy::{PrincipalEntry, PrincipalKind, arn};

/// How long the canonical id of an account is, in hexadecimal digits.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html> (checked 2026-11)
const CANONICAL: usize = 64;

/// What is wrong with the text of a principal; nothing where it may be one, or where it is not known yet.
#[must_use]
pub fn fault(entry: &PrincipalEntry) -> Option<&'static str> {
    let text = &*entry.value.value;
    if !entry.value.is_whole() || text.contains("${") {
        return None;
    }
    match entry.kind {
        PrincipalKind::Aws => of_aws(text),
        PrincipalKind::CanonicalUser => {
            let is_id = text.len() == CANONICAL && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            (!is_id).then_some("canonical-form")
        }
        PrincipalKind::Service
        | PrincipalKind::Federated
        | PrincipalKind::Everyone
        | PrincipalKind::Bare
        | PrincipalKind::Other => None,
    }
}

fn of_aws(text: &str) -> Option<&'static str> {
    // An account by its number, or what is left of somebody who was deleted.
    if arn::is_account(text) || is_unique_id(text) {
        return None;
    }
    let Some(["arn", partition, service, "", account, path]) = arn::split(text) else { return Some("form") };
    if !is_partition(partition) {
        return Some("form");
    }
    let named = |rest: &str| !rest.is_empty() && !rest.starts_with('/') && !rest.ends_with('/');
    let (kind, rest) = path.split_once('/').unwrap_or((path, ""));
    // CloudFront's origin access identities are users of no account.
    // <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html> (checked 2026-11)
    let has_account = arn::is_account(account) || (account == "cloudfront" && kind == "user");
    match (service, kind) {
        ("iam", "group") => Some("group"),
        ("iam", "root") if has_account && path == "root" => None,
        ("iam", "user" | "role") if has_account && named(rest) => None,
        ("sts", "federated-user") if has_account && named(rest) => None,
        ("sts", "assumed-role")
            if has_account
                && rest.split_once('/').is_some_and(|(role, session)| named(role) && named(session)) =>
        {
            None
        }
        _ => Some("form"),
    }
}

/// Whether AWS can have a partition of this name. Isolated ones are made without being published.
pub(super) fn is_partition(name: &str) -> bool {
    name.starts_with("aws-iso") || catalog::partitions().iter().any(|known| known.name() == name)
}

/// What AWS shows in the place of a principal that was deleted.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> (checked 2026-11)
fn is_unique_id(text: &str) -> bool {
    let is_rest = |rest: &str| {
        rest.len() >= 12 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    ["AIDA", "AROA", "AKIA", "ASIA", "ANPA"].iter().any(|start| text.strip_prefix(start).is_some_and(is_rest))
}
