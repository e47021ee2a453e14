//! Workflow commands of GitHub Actions: each finding is shown beside the line it stands on.
//!
//! GitHub shows at most ten errors, ten warnings and ten notices of a step and drops the rest without a word, so what is
//! shown is chosen here and the rest is counted. Nothing of a document can begin a command of its own: a line of output is
//! one command, and in it line breaks, controls and the separators of its properties are escaped.
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands> (checked 2026-11)

use super::tree::Tree;
use super::view::{position, safe};
use crate::finding::{Finding, Report, Severity, Verdict};
use crate::source::Sources;

/// How many annotations of a kind a step may have.
const MOST: usize = 10;

/// One command a line.
#[must_use]
pub fn render(report: &Report, sources: &Sources, tree: &Tree) -> String {
    let mut out = String::new();
    for consumer in &report.consumers {
        let (command, words) = match consumer.verdict {
            Verdict::Ready => continue,
            Verdict::CannotTell => ("notice", "cannot tell whether the import will work"),
            Verdict::NotReady => ("error", "not ready: the import will not work"),
        };
        // The verdict has a line of its own and no place: it is told in the log of the step.
        out.push_str(&format!("::{command} title={}::{}\n", property(&consumer.title), message(words)));
    }
    for conflict in &report.conflicts {
        // Each product may be ready by itself.
        let command = if conflict.is_needed() { "error" } else { "notice" };
        let (sentence, _) = super::conflict::words(conflict);
        out.push_str(&format!("::{command} title=preflight::{}\n", message(&sentence)));
    }
    if let Some(changes) = report.changes.as_ref().filter(|changes| changes.is_unsure()) {
        let text = format!(
            "cannot tell of every policy what changed since {}; see the summary of the job",
            changes.base
        );
        out.push_str(&format!("::notice title=preflight::{}\n", message(&text)));
    }
    let taken = |command: &str| {
        let start = format!("::{command} ");
        out.lines().filter(|line| line.starts_with(&start)).count()
    };
    let mut room =
        [taken("error"), taken("warning"), taken("notice")].map(|taken| MOST.saturating_sub(taken));
    let mut findings: Vec<&Finding> = report.findings.iter().collect();
    // Sorting is stable: beyond this the order of the report stays.
    findings
        .sort_by_key(|finding| (!is_changed(finding, sources, tree), std::cmp::Reverse(finding.severity)));
    let too_many = [Severity::Error, Severity::Warning, Severity::Note].into_iter().zip(&room).any(
        |(severity, room)| {
            report.findings.iter().filter(|finding| finding.severity == severity).count() > *room
        },
    );
    if too_many && let Some(room) = room.last_mut() {
        // Room for the line that counts the rest.
        *room = room.saturating_sub(1);
    }
    let mut left = 0;
    for finding in findings {
        let place = match finding.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        match room.get_mut(place).filter(|room| **room > 0) {
            Some(room) => {
                *room -= 1;
                out.push_str(&line(finding, sources, tree));
            }
            None => left += 1,
        }
    }
    if left > 0 {
        let noun = if left == 1 { "finding" } else { "findings" };
        out.push_str(&format!(
            "::notice title=preflight::{left} more {noun}, which GitHub would not show here; see the summary of the job\n"
        ));
    }
    out
}

fn is_changed(finding: &Finding, sources: &Sources, tree: &Tree) -> bool {
    let place = finding.primary.place;
    let source = sources.get(place.source);
    let line = |offset: u32| position(source, offset as usize).line;
    tree.touches(&tree.path(source.name()), (line(place.span.start), line(place.span.end)))
}

fn line(finding: &Finding, sources: &Sources, tree: &Tree) -> String {
    let place = finding.primary.place;
    let source = sources.get(place.source);
    let (start, end) =
        (position(source, place.span.start as usize), position(source, place.span.end as usize));
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let file = property(&tree.path(source.name()));
    // Columns are taken only within one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let title = property(&finding.rule.0);
    let mut text = message(&finding.headline);
    if let Some(help) = &finding.help {
        text.push_str("%0Ahelp: ");
        text.push_str(&message(help));
    }
    format!(
        "::{command} file={file},line={},endLine={}{columns},title={title}::{text}\n",
        start.line, end.line
    )
}

/// Text of a command. What hides, reorders or commands is spelled first; what is left is escaped as GitHub asks.
fn message(text: &str) -> String {
    // `##[` begins a command of the older form wherever it stands in a line.
    safe(text).replace('%', "%25").replace("##[", "##\\u{5b}")
}

/// A value among the properties of a command.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
