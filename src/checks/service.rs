//! Names of services: several that were written into one text, and one with slips of the pen in it.

use super::explain::near;
use crate::catalog;
use crate::contract::RequestTemplate;
use crate::finding::Change;
use crate::policy::{PrincipalEntry, PrincipalKind};
use crate::source::{Place, SourceId};
use serde_json::json;
use std::collections::BTreeMap;

/// What host names of service principals end with.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> (checked 2026-11)
const ENDS: [&str; 6] =
    [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal", ".aws.com", ".amazonaws.eu"];

/// Letters that may differ in a service principal for it to count as misspelt.
pub(super) const MOST_TYPOS: usize = 3;

/// Whether a text is written as the name of one service: a host name with an end of AWS's.
pub(super) fn is_name(text: &str) -> bool {
    let is_of_host = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '-' | '_');
    text.chars().all(is_of_host) && ENDS.iter().any(|end| text.ends_with(end))
}

/// The names that were written into one text, as one would into a line of a list.
pub(super) fn names(text: &str) -> Vec<&str> {
    text.split([',', ';', ' ', '\t', '\n', '\r']).filter(|name| !name.is_empty()).collect()
}

/// The changes that write the names of an entry one by one; nothing where they are not all such names.
pub(super) fn apart(source: SourceId, entry: &PrincipalEntry) -> Option<Vec<Change>> {
    let text = &*entry.value.value;
    let names = names(text);
    let (first, rest) = names.split_first().filter(|_| names.iter().all(|name| is_name(name)))?;
    if *first == text || entry.kind != PrincipalKind::Service {
        return None;
    }
    let place = |span| Place { source, span };
    let set = Change::Set { at: place(entry.value.span), value: json!(first) };
    let add = |name: &&str| Change::Add { at: place(entry.kind_span), value: json!(name) };
    Some(std::iter::once(set).chain(rest.iter().map(add)).collect())
}

/// The service that was meant by a name that none has: one that makes requests which are described, as far as few letters differ.
pub(super) fn meant<'r>(text: &str, requests: &'r BTreeMap<String, RequestTemplate>) -> Option<&'r str> {
    let prefix = text.split('.').next().unwrap_or_default();
    if catalog::service(prefix).is_some() {
        return None;
    }
    let callers = || requests.values().map(|request| request.caller.as_str()).filter(|name| is_name(name));
    if callers().any(|known| known == text) {
        return None;
    }
    let slips = |known: &'r str| near::distance(text, known, MOST_TYPOS).map(|slips| (slips, known));
    callers().filter_map(slips).min().map(|(_, known)| known)
}
