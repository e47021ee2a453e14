//! What a text names, looked up in lists that were given: access keys, of which no more is told than that, and buckets.

use super::Bench;
use super::derive::is_bucket;
use crate::evidence::AnswerKind;
use crate::finding::triage::Facts;

/// Letters of an identifier.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids> (checked 2026-11)
const SHORTEST: usize = 16;

/// Whether the list of access keys that was given has the key that a text names; none where either is missing, or where the text
/// names several.
pub(super) fn listed(bench: &Bench<'_>, text: &str) -> Option<&'static str> {
    if !text.contains("AKIA") {
        return None;
    }
    let answers = bench.evidence.answers.iter().filter(|answer| answer.kind == AnswerKind::AccessKeys);
    let mut lists = answers.map(|answer| bench.sources.get(answer.source).text()).peekable();
    lists.peek()?;
    let mut named: Vec<&str> = identifiers(text).collect();
    named.sort_unstable();
    named.dedup();
    let [one] = named.as_slice() else { return None };
    Some(if lists.any(|list| identifiers(list).any(|other| other == *one)) { "yes" } else { "no" })
}

fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|ch: char| !ch.is_ascii_alphanumeric());
    words.filter(|word| word.starts_with("AKIA") && word.len() >= SHORTEST)
}

/// Whether the account's list of buckets has the bucket that a message names, or AWS has told where it is.
pub(super) fn bucket_listed(bench: &Bench<'_>, facts: &Facts) -> Option<&'static str> {
    let bucket = facts.get("bucket").filter(|bucket| is_bucket(bucket))?;
    let answers = bench.evidence.answers.iter().filter(|answer| answer.kind == AnswerKind::Buckets);
    let mut lists = answers.map(|answer| bench.sources.get(answer.source).text()).peekable();
    lists.peek()?;
    let name = format!("\"{bucket}\"");
    Some(if lists.any(|list| list.contains(&name)) { "yes" } else { "no" })
}
