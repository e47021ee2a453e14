//! S3: when a bucket policy is public.

use crate::eval::caller::CallerKind;
use crate::eval::layers::LayerKind;
use crate::eval::request::Request;
use crate::policy::{BaseOperator, Clause, Effect, Policy, PrincipalKind, Statement, Text, TextPiece, arn};

/// Whether AWS calls the policy public, which is what `RestrictPublicBuckets` and `BlockPublicPolicy` look at: it is,
/// unless every Allow is pinned to fixed principals or to fixed values of certain condition keys.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>,
/// "The meaning of public" (checked 2026-11).
#[must_use]
pub fn is_public(policy: &Policy) -> bool {
    open_statements(policy).next().is_some()
}

/// The statements for which AWS calls a policy public ([`is_public`]).
pub fn open_statements(policy: &Policy) -> impl Iterator<Item = &Statement> {
    policy.statements.iter().filter(|statement| statement.effect == Effect::Allow && is_open(statement))
}

fn is_open(statement: &Statement) -> bool {
    let Some(principals) = &statement.principals else { return false };
    let everyone = principals.negated
        || principals.entries.iter().any(|entry| {
            matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && &*entry.value.value == "*"
        });
    everyone && !statement.clauses.iter().any(pins)
}

/// Whether a clause pins the caller to fixed values.
fn pins(clause: &Clause) -> bool {
    let Some(operator) = clause.parsed else { return false };
    if operator.negated || operator.if_exists || operator.set.is_some() || clause.values.is_empty() {
        return false;
    }
    let key = clause.key.value.to_ascii_lowercase();
    // What fills a hole is taken for one fixed value, as who wrote it means it.
    let fixed = |value: &Text| {
        value.pieces().all(|piece| match piece {
            TextPiece::Plain(text) => !text.contains(['*', '?']) && !text.contains("${"),
            TextPiece::Hole(_) => true,
        })
    };
    match (key.as_str(), operator.base) {
        ("aws:sourceip", BaseOperator::IpAddress) => {
            clause.values.iter().all(|value| !value.is_whole() || is_narrow(&value.value))
        }
        ("aws:userid", BaseOperator::StringEquals | BaseOperator::StringLike) => {
            clause.values.iter().all(|value| {
                value
                    .value
                    .split_once(':')
                    .is_some_and(|(id, _)| !id.is_empty() && !id.contains(['*', '?', '$']))
                    || fixed(value)
            })
        }
        (
            "s3:dataaccesspointarn",
            BaseOperator::StringEquals | BaseOperator::StringLike | BaseOperator::ArnLike,
        ) => {
            // The access point's name may be a wildcard if the account is fixed.
            clause.values.iter().all(|value| !value.is_whole() || arn::account_of(&value.value).is_some())
        }
        (
            "aws:principalorgid"
            | "aws:principalarn"
            | "aws:principalaccount"
            | "aws:sourcearn"
            | "aws:sourcevpc"
            | "aws:sourcevpce"
            | "aws:sourceowner"
            | "aws:sourceaccount"
            | "s3:dataaccesspointaccount",
            BaseOperator::StringEquals
            | BaseOperator::StringLike
            | BaseOperator::StringEqualsIgnoreCase
            | BaseOperator::ArnLike,
        ) => clause.values.iter().all(fixed),
        _ => false,
    }
}

/// Ranges wider than /8 (IPv4) or /32 (IPv6) are public.
fn is_narrow(range: &str) -> bool {
    let Some((address, prefix)) = range.split_once('/') else {
        return range.parse::<std::net::IpAddr>().is_ok();
    };
    let Ok(prefix) = prefix.parse::<u8>() else { return false };
    match address.parse() {
        Ok(std::net::IpAddr::V4(_)) => (8..=32).contains(&prefix),
        Ok(std::net::IpAddr::V6(_)) => (32..=128).contains(&prefix),
        Err(_) => false,
    }
}

/// The root user of the bucket's account can always read, replace and delete the bucket policy, whatever it denies.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html> (checked 2026-11)
#[must_use]
pub(crate) fn spares_root(layer: LayerKind, request: &Request) -> bool {
    layer == LayerKind::Resource
        && request.caller.kind() == CallerKind::Root
        && request.is_same_account()
        && is_about_policy(&request.action_lower)
}

/// Whether an action, in lower case, is one on the bucket policy itself.
pub(in crate::eval) fn is_about_policy(action: &str) -> bool {
    matches!(action, "s3:getbucketpolicy" | "s3:putbucketpolicy" | "s3:deletebucketpolicy")
}
