//! What the user asks of findings: not to hear of some, to take others as more or less severe.

use super::Severity;
use crate::source::Place;

/// One finding, or several at one place, that the user does not want to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The rule, by its name or by one that another tool gives it.
    pub rule: String,
    /// Where the rule is named: what is wrong with the suppression is told there.
    pub place: Place,
    /// The document, as a path from the folder of the settings.
    pub document: String,
    /// Only in the statement of this `Sid`.
    pub sid: Option<String>,
    /// Only below this JSON pointer.
    pub pointer: Option<String>,
    /// Only where the finding begins here: what a comment speaks of.
    pub line: Option<Place>,
    /// Why.
    pub reason: String,
    /// The last day on which it counts, in UTC, and where that stands.
    pub expires: Option<(String, Place)>,
}

/// What a comment of a document asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Not to hear of a rule.
    Asked(Suppression),
    /// Something that cannot be followed, and the comment.
    Broken(InlineFault, Place),
}

/// Why a comment cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InlineFault {
    /// It is not written as `ignore[RULE] why`.
    Form,
    /// It gives no reason.
    Reason,
}

/// Another severity for findings of some documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityChange {
    /// Documents, as a path from the folder of the settings; `*` stands for anything.
    pub document: String,
    /// The rule, by its name or by another tool's; every rule if there is none.
    pub rule: Option<String>,
    /// The severity.
    pub severity: Severity,
}

impl SeverityChange {
    /// Whether it speaks of this document.
    #[must_use]
    pub fn fits(&self, document: &str) -> bool {
        fits(&self.document, document)
    }
}

/// Whether a path is one that a pattern with `*` means.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut rest = rest;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is as good as any: what follows takes anything.
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, path) in [
            ("a.json", "a.json"),
            ("legacy/*", "legacy/x/y.json"),
            ("*", ""),
            ("*a*.json", "bab.json"),
            ("a*b*b", "abb"),
        ] {
            assert!(fits(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("a.json", "b/a.json"), ("legacy/*", "legac"), ("a*b*b", "ab"), ("", "x")] {
            assert!(!fits(pattern, path), "{pattern} {path}");
        }
    }
}
