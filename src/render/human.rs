//! The report for a person: the answer first, then what is wrong and where, then what could not be told.

pub mod change;
pub(super) mod changes;
mod closing;
mod drawing;
pub mod simulation;
mod summary;
pub mod triage;

use super::Style;
use super::concise;
use super::paint::{self, Ink, paint};
use super::view::{Canvas, Pages, safe};
use super::wrap::{columns, command, wrap};
use crate::finding::Report;
use crate::source::Sources;

/// Renders the report for a terminal.
#[must_use]
pub fn render(report: &Report, sources: &Sources, style: &Style) -> String {
    let mut page = Page { out: String::new(), style: *style };
    if style.quiet {
        summary::verdicts(&mut page, report);
        page.out.push_str(&concise::findings(report, sources, style));
        return page.out;
    }
    summary::summary(&mut page, report);
    summary::conflicts(&mut page, report);
    let canvas = Canvas { width: style.columns(), unicode: style.unicode };
    let mut pages = Pages::new(sources, &report.wrapped, canvas);
    for finding in &report.findings {
        page.gap();
        drawing::finding(&mut page, finding, &mut pages);
    }
    closing::closing(&mut page, report);
    page.out
}

/// Each finding drawn by itself, in the order of the report.
pub(super) fn findings<'a>(
    report: &'a Report,
    sources: &'a Sources,
    style: &'a Style,
) -> impl Iterator<Item = String> + 'a {
    let canvas = Canvas { width: style.columns(), unicode: style.unicode };
    let mut pages = Pages::new(sources, &report.wrapped, canvas);
    report.findings.iter().map(move |finding| {
        let mut page = Page { out: String::new(), style: *style };
        drawing::finding(&mut page, finding, &mut pages);
        page.out
    })
}

/// The output so far, and how to add prose to it.
struct Page {
    out: String,
    style: Style,
}

/// Prose is not set wider than this, however wide the terminal: long lines are hard to read.
const MEASURE: usize = 110;

impl Page {
    /// A blank line, unless nothing stands above.
    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn heading(&mut self, text: &str) {
        self.gap();
        self.prose(("", Ink::Strong), Some(Ink::Strong), text);
    }

    /// Safe text, broken to fit, behind a coloured lead; the following lines stand below the first word.
    fn prose(&mut self, lead: (&str, Ink), ink: Option<Ink>, text: &str) {
        let (lead, lead_ink) = lead;
        let indent = columns(lead);
        let width = self.style.columns().min(MEASURE).saturating_sub(indent);
        let blank = lead.len() - lead.trim_start().len();
        for (number, line) in wrap(&safe(text), width).iter().enumerate() {
            if number == 0 {
                self.out.push_str(lead.get(..blank).unwrap_or_default());
                self.out.push_str(&paint(&self.style, lead_ink, lead.get(blank..).unwrap_or_default()));
            } else {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            match ink {
                Some(ink) => self.out.push_str(&paint(&self.style, ink, line)),
                None => self.out.push_str(line),
            }
            self.end_line();
        }
    }

    /// What to type or do next. A command that is broken stays one that can be pasted.
    fn next_step(&mut self, indent: &str, text: &str) {
        let lead = format!("{indent}{} ", self.arrow());
        let width = self.style.columns().saturating_sub(columns(&lead) + 4);
        let text = safe(text);
        let lines = if text.starts_with("aws ") { command(&text, width) } else { None };
        let Some(lines) = lines else {
            self.prose((&lead, Ink::Hint), None, &text);
            return;
        };
        let last = lines.len().saturating_sub(1);
        for (number, line) in lines.iter().enumerate() {
            if number == 0 {
                self.out.push_str(indent);
                self.out.push_str(&paint(&self.style, Ink::Hint, self.arrow()));
                self.out.push(' ');
            } else {
                self.out.extend(std::iter::repeat_n(' ', columns(&lead) + 2));
            }
            self.out.push_str(line);
            if number < last {
                self.out.push_str(" \\");
            }
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let end = self.out.trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }

    fn arrow(&self) -> &'static str {
        if self.style.unicode { "→" } else { "->" }
    }

    /// Between the parts of a headline.
    fn dot(&self) -> &'static str {
        if self.style.unicode { "·" } else { "-" }
    }

    fn bullet(&self) -> &'static str {
        if self.style.unicode { "•" } else { "*" }
    }

    fn verdict(&self, verdict: crate::finding::Verdict) -> String {
        paint(&self.style, verdict.into(), paint::verdict(verdict))
    }
}

/// `1 error`, `2 errors`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
