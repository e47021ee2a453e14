//! Findings by their content: what stays the same while lines move.

use super::{Finding, Report};
use crate::source::Sources;
use std::collections::BTreeMap;

/// What a finding is about, whichever line it stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint {
    /// The rule.
    pub rule: String,
    /// The document's name as the user knows it.
    pub document: String,
    /// The headline, which holds the values that were found.
    pub headline: String,
    /// A digest of the text that the finding points at, white space left out: 16 hexadecimal digits.
    pub text: String,
    /// Which of the findings with all of this in common it is, from 1, in the order of the document.
    pub number: u32,
}

impl Fingerprint {
    /// All of it but the document's name as 16 hexadecimal digits and the number, `0123456789abcdef:1`.
    #[must_use]
    pub fn digest(&self) -> String {
        let whole = [self.rule.as_str(), &self.headline, &self.text].join("\0");
        format!("{}:{}", hash(&whole), self.number)
    }
}

/// The fingerprint of every finding of a report, in its order.
#[must_use]
pub fn fingerprints(report: &Report, sources: &Sources) -> Vec<Fingerprint> {
    of(report.findings.iter(), sources)
}

/// The fingerprints of some findings, in their order.
pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>, sources: &Sources) -> Vec<Fingerprint> {
    let findings: Vec<&Finding> = findings.collect();
    let mut out: Vec<Fingerprint> = findings.iter().map(|finding| one(finding, sources)).collect();
    let mut order: Vec<usize> = (0..out.len()).collect();
    order.sort_by_key(|at| findings.get(*at).map(|finding| finding.primary.place));
    let mut seen: BTreeMap<Fingerprint, u32> = BTreeMap::new();
    for at in order {
        let Some(print) = out.get_mut(at) else { continue };
        let number = seen.entry(print.clone()).or_default();
        *number += 1;
        print.number = *number;
    }
    out
}

fn one(finding: &Finding, sources: &Sources) -> Fingerprint {
    let source = sources.get(finding.primary.place.source);
    let text: String =
        source.slice(finding.primary.place.span).chars().filter(|letter| !letter.is_whitespace()).collect();
    Fingerprint {
        rule: finding.rule.0.clone(),
        document: source.name().to_owned(),
        headline: finding.headline.clone(),
        text: hash(&text),
        number: 0,
    }
}

/// FNV-1a of 64 bits: the same on every machine and in every version. It tells apart, it does not protect: whatever must not
/// be forged is compared in full beside it.
fn hash(text: &str) -> String {
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{digest:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Class, Label, Owner, RuleName, Severity};
    use crate::source::{Place, Span};

    fn finding(sources: &mut Sources, text: &str, at: std::ops::Range<usize>) -> Finding {
        let source = sources.add("a.json", text);
        Finding {
            rule: RuleName("r".to_owned()),
            demand: None,
            also: Vec::new(),
            severity: Severity::Error,
            class: Class::Permanent,
            owner: Owner::Customer,
            headline: "h".to_owned(),
            primary: Label {
                place: Place { source, span: Span::new(at.start, at.end) },
                text: String::new(),
            },
            related: Vec::new(),
            notes: Vec::new(),
            help: None,
            repairs: Vec::new(),
            fixes: Vec::new(),
            aliases: Vec::new(),
        }
    }

    #[test]
    fn lines_and_white_space_do_not_count() {
        let mut sources = Sources::new();
        let one = finding(&mut sources, "[1, 2]", 0..6);
        let moved = finding(&mut sources, "\n\n [1,\n2]", 3..9);
        let other = finding(&mut sources, "[1, 3]", 0..6);
        let print = |finding: &Finding| of(std::iter::once(finding), &sources);
        assert_eq!(print(&one), print(&moved));
        assert_ne!(print(&one), print(&other));
    }

    #[test]
    fn equal_findings_are_numbered_by_place() {
        let mut sources = Sources::new();
        let second = finding(&mut sources, "xx", 1..2);
        let mut first = second.clone();
        first.primary.place.span = Span::new(0, 1);
        let prints = of([&second, &first].into_iter(), &sources);
        assert_eq!(prints.iter().map(|print| print.number).collect::<Vec<_>>(), [2, 1]);
        assert_ne!(prints.first().map(Fingerprint::digest), prints.last().map(Fingerprint::digest));
    }
}
