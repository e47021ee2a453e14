//! Which access of a text somebody could have had, and which nobody ever had: what is lost of that is no loss.

use crate::catalog;
use crate::checks::placeholder;
use crate::finding::change::AccessChange;
use crate::policy::arn;

/// Access that somebody could have had: an action that AWS has, by a service whose name is that of one, on a bucket whose name
/// can be one, with condition keys that AWS sends.
pub(super) fn possible(mut change: AccessChange) -> Option<AccessChange> {
    change.resources.retain(|resource| can_be(resource));
    let resource = change.resources.first()?.clone();
    if !can_be(&change.witness.resource) {
        change.witness.resource = resource;
    }
    let mut keys = change.witness.context.iter();
    let is_nothing =
        |key: &str, value: &str| catalog::condition_key(key).is_none() || placeholder(value).is_some();
    if keys.any(|(key, value)| value.as_deref().is_some_and(|value| is_nothing(key, value))) {
        return None;
    }
    change.actions.retain(|action| catalog::action(action).is_some());
    let first = change.actions.first()?.clone();
    if !change.actions.contains(&change.witness.action) {
        change.witness.action = first;
    }
    let caller = &change.witness.principal;
    let host = caller.strip_suffix(".amazonaws.com").or_else(|| caller.strip_suffix(".amazonaws.com.cn"));
    let is_known = host.is_none_or(|host| host.split('.').any(|part| catalog::service(part).is_some()));
    is_known.then_some(change)
}

/// Whether an ARN, or a pattern of ARNs, can name a bucket or its objects, if it is one of S3. Old buckets have names with
/// capital letters and underscores (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, checked
/// 2026-11); none has brackets, as what was to be replaced has.
fn can_be(resource: &str) -> bool {
    let mut parts = arn::fields(resource).skip(2);
    if parts.next() != Some("s3") {
        return true;
    }
    let (region, account) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if !account.chars().all(|c| c.is_ascii_digit() || "*?".contains(c)) || region.contains('/') {
        return false;
    }
    let name = parts.next().unwrap_or_default().split('/').next().unwrap_or_default();
    name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_*?".contains(c))
}
