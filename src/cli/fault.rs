//! Faults of files that steer a run (configuration, contracts, rule pages), drawn like faults of documents.

use super::terminal;
use crate::finding::{Class, Finding, Label, Owner, Report, RuleName, Severity, Verdict};
use crate::render::{Style, concise};
use crate::rulebook::PageFault;
use crate::source::{Place, SourceId, Sources, Span};

/// Says what is wrong with rule pages, and ends the run where something is.
pub(super) fn pages<'f>(faults: impl IntoIterator<Item = &'f PageFault>) -> anyhow::Result<()> {
    let mut count = 0;
    for fault in faults {
        let mut sources = Sources::new();
        let source = sources.add(fault.origin.clone(), fault.text.to_string());
        let drawn = draw(&sources, source, fault.span, &fault.message(), fault.help());
        terminal::talk(drawn.lines().next().unwrap_or_default());
        count += 1;
    }
    anyhow::ensure!(count == 0, "{count} fault(s) in rule pages");
    Ok(())
}

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
        also: Vec::new(),
        severity: Severity::Error,
        class: Class::Permanent,
        owner: Owner::Customer,
        headline: message.to_owned(),
        primary: Label { place: Place { source, span }, text: "here".to_owned() },
        related: Vec::new(),
        notes: Vec::new(),
        help,
        repairs: Vec::new(),
        fixes: Vec::new(),
        aliases: Vec::new(),
    };
    let report = Report {
        verdict: Verdict::CannotTell,
        consumers: Vec::new(),
        conflicts: Vec::new(),
        findings: vec![finding],
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        wrapped: Vec::new(),
        changes: None,
    };
    concise::render(&report, sources, &Style::plain())
}
