//! Faults of files that steer a run (configuration, contracts, rule pages), drawn like faults of documents.

use crate::finding::{Class, Finding, Label, Owner, Report, RuleName, Severity, Verdict};
use crate::render::{Format, Style, render};
use crate::source::{Place, SourceId, Sources, Span};

/// Draws one fault.
pub(super) fn draw(
    sources: &Sources,
    source: SourceId,
    span: Span,
    message: &str,
    help: Option<String>,
) -> String {
    let finding = Finding {
        rule: RuleName("broken-file".to_owned()),
        demand: None,
        severity: Severity::Error,
        class: Class::Permanent,
        owner: Owner::Customer,
        headline: message.to_owned(),
        primary: Label { place: Place { source, span }, text: "here".to_owned() },
        related: Vec::new(),
        notes: Vec::new(),
        help,
        fixes: Vec::new(),
        aliases: Vec::new(),
    };
    let report = Report {
        verdict: Verdict::CannotTell,
        consumers: Vec::new(),
        findings: vec![finding],
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        wrapped: Vec::new(),
    };
    render(&report, sources, Format::Concise, &Style::plain())
}
