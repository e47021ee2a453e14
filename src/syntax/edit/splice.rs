//! Bytes that go and bytes that come.

use crate::source::Span;

/// A change of a text: what to take out, and what to write there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Splice {
    /// The bytes that go; empty where something is only added.
    pub span: Span,
    /// The text that comes, as it stands in the file.
    pub text: String,
}

/// The text with all changes made; `None` if two of them reach for the same bytes, or one is not on character borders.
/// Texts added at one place come in the order in which they are given.
#[must_use]
pub fn apply(text: &str, splices: &[Splice]) -> Option<String> {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|splice| splice.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for splice in sorted {
        out.push_str(text.get(at..splice.span.start as usize)?);
        out.push_str(&splice.text);
        at = splice.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}
