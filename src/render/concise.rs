//! One line a finding, as compilers print them: for editors, logs and `grep`. Lines are never broken.

use super::Style;
use super::paint::{Ink, paint, severity, verdict};
use super::view::{safe, spot};
use crate::finding::{Finding, Report};
use crate::source::Sources;

/// Findings first, verdicts last.
#[must_use]
pub fn render(report: &Report, sources: &Sources, style: &Style) -> String {
    let mut out = findings(report, sources, style);
    for conflict in &report.conflicts {
        let (sentence, _) = super::conflict::words(conflict);
        out.push_str(&format!("conflict: {}\n", safe(&sentence)));
    }
    for consumer in &report.consumers {
        let dot = if style.unicode { "·" } else { "-" };
        let word = paint(style, consumer.verdict.into(), verdict(consumer.verdict));
        out.push_str(&format!("{word} {dot} {}\n", safe(&consumer.title)));
    }
    out
}

/// The findings alone, `path:line:column: severity[rule] headline`.
pub(super) fn findings(report: &Report, sources: &Sources, style: &Style) -> String {
    report.findings.iter().map(|finding| line(finding, sources, style)).collect()
}

fn line(finding: &Finding, sources: &Sources, style: &Style) -> String {
    let rule = format!("{}[{}]", severity(finding.severity), safe(&finding.rule.0));
    format!(
        "{}: {} {}\n",
        paint(style, Ink::Strong, &spot(&finding.primary.place, sources)),
        paint(style, finding.severity.into(), &rule),
        safe(&finding.headline)
    )
}
