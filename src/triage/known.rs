//! What is known beside a message that bears on its causes: of the form, the contract and the answers.

use super::Bench;
use super::keys::bucket_listed;
use crate::contract::{Origin, ReadsAs};
use crate::finding::triage::Facts;
use std::borrow::Cow;

/// The facts with what the account is, where the form says so: what a payer waits for is not what a linked account does. And
/// with how the product comes in, where somebody said which it is.
pub(super) fn with_known<'f>(facts: &'f Facts, bench: &Bench<'_>) -> Cow<'f, Facts> {
    let kind = bench.form.get("account-kind").filter(|kind| matches!(kind.origin, Origin::Given(_)));
    let takes_role = bench.is_consumer_given
        && bench.library.contract(bench.consumer).is_some_and(|contract| contract.reader == ReadsAs::Role);
    // What is not encrypted with a key is read without one; of the bucket's default older files know nothing.
    let is_plain = bench.evidence.bucket.object.as_ref().is_some_and(|object| !object.is_kms());
    let more = [
        ("account-kind", kind.map(|kind| kind.text.as_str())),
        ("bucket-listed", bucket_listed(bench, facts)),
        ("product-takes", takes_role.then_some("role")),
        ("kms", is_plain.then_some("no")),
    ];
    if more.iter().all(|(_, value)| value.is_none()) {
        return Cow::Borrowed(facts);
    }
    let mut facts = facts.clone();
    more.into_iter().for_each(|(name, value)| facts.add(name, value.unwrap_or_default()));
    Cow::Owned(facts)
}
