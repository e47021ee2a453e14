//! Placeholders that somebody forgot to fill in: names and values that nothing in AWS has.

use super::cases::is_refused;
use super::doc::{Doc, Out};
use crate::checks::explain::near::placeholder_in;
use crate::checks::subject::Cause;
use crate::policy::{Text, TextKind};

/// Families that read a text as what it should be. A placeholder is none of it, and that is all there is to say of it.
const READERS: [&str; 3] = ["arn", "value", "network"];

/// Comes after [`READERS`] and takes the place of what they say of the same text. What AWS refuses stays as it is: it is
/// an error already, and `check` asks for it.
pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        for item in statement.resources.iter().flat_map(|element| &element.items) {
            left(item, "arn", &[], out);
        }
        for clause in &statement.clauses {
            for item in &clause.values {
                left(item, "value", &[("key", &clause.key.value)], out);
            }
        }
    }
}

fn left(item: &Text, check: &'static str, values: &[(&'static str, &str)], out: &mut Out) {
    let range = if item.kind == TextKind::String { placeholder_in(item) } else { None };
    let Some(found) = range.and_then(|range| item.value.get(range)) else { return };
    let is_of_item = |cause: &Cause| item.span.contains(cause.place.span);
    if out.causes.iter().any(|cause| is_of_item(cause) && is_refused(cause.check, cause.case)) {
        return;
    }
    out.causes.retain(|cause| !(is_of_item(cause) && READERS.contains(&cause.check)));
    let values = [&[("found", found)][..], values].concat();
    out.push(check, "placeholder", item.span, &values);
}
