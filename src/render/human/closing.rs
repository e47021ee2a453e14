//! What could not be told, what was presumed, what was not looked at; the counts last.

use super::{Page, counted};
use crate::finding::{Report, Severity, Unknown};
use crate::render::paint::{Ink, link, paint};
use crate::render::view::safe;

/// Everything below the findings.
pub(super) fn closing(page: &mut Page, report: &Report) {
    if let Some(finding) = report.findings.first() {
        page.gap();
        let text = format!("more about a rule: `preflight explain {}`", safe(&finding.rule.0));
        page.prose(("", Ink::Faint), Some(Ink::Faint), &text);
    }
    super::changes::changes(page, report.changes.as_ref());
    unknown(page, &report.unknown);
    assumed(page, report);
    if !report.not_evaluated.is_empty() {
        page.heading("Not evaluated");
        let lead = format!("  {} ", page.bullet());
        for entry in &report.not_evaluated {
            page.prose((&lead, Ink::Faint), None, &format!("{}: {}", entry.document, entry.reason));
        }
    }
    counts(page, report);
}

/// One entry a fact, whichever demands wait for it.
fn unknown(page: &mut Page, unknown: &[Unknown]) {
    if unknown.is_empty() {
        return;
    }
    page.heading("Cannot tell");
    let mut facts: Vec<(&Unknown, Vec<&str>)> = Vec::new();
    for entry in unknown {
        let same = |(first, _): &&mut (&Unknown, Vec<&str>)| {
            first.fact == entry.fact && first.reason == entry.reason && first.tell == entry.tell
        };
        match facts.iter_mut().find(same) {
            Some((_, demands)) if demands.contains(&entry.demand.as_str()) => {}
            Some((_, demands)) => demands.push(&entry.demand),
            None => facts.push((entry, vec![&entry.demand])),
        }
    }
    for (entry, demands) in facts {
        page.prose(("  ? ", Ink::Doubt), None, &format!("{} ({})", entry.reason, demands.join(", ")));
        if let Some(tell) = &entry.tell {
            page.next_step("    ", tell);
        }
    }
}

fn assumed(page: &mut Page, report: &Report) {
    if report.assumed.is_empty() {
        return;
    }
    page.heading("Assumed");
    let lead = format!("  {} ", page.bullet());
    for entry in &report.assumed {
        let linked = entry.source.as_deref().and_then(|source| link(&page.style, source, "source"));
        match (&entry.source, linked) {
            (Some(_), Some(link)) => {
                page.prose((&lead, Ink::Faint), None, &entry.text);
                page.out.push_str("    ");
                page.out.push_str(&link);
                page.out.push('\n');
            }
            (Some(source), None) => {
                page.prose((&lead, Ink::Faint), None, &format!("{} ({source})", entry.text));
            }
            (None, _) => page.prose((&lead, Ink::Faint), None, &entry.text),
        }
    }
}

fn counts(page: &mut Page, report: &Report) {
    page.gap();
    let mut parts = Vec::new();
    for (severity, noun) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
    {
        let count = report.findings.iter().filter(|finding| finding.severity == severity).count();
        if count > 0 {
            parts.push(paint(&page.style, severity.into(), &counted(count, noun)));
        }
    }
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", report.suppressed.len()));
    }
    page.out.push_str(&parts.join(", "));
    // Without a consumer nothing was asked that a verdict could answer.
    if !report.consumers.is_empty() {
        let verdict = format!(" {} {}", page.dot(), page.verdict(report.verdict));
        page.out.push_str(&verdict);
    }
    page.out.push('\n');
}
