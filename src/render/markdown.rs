//! Markdown for the summary of a job: verdicts, findings with their excerpts, what could not be told.
//!
//! What comes from a document is never Markdown: in prose every character that could mean something is written as a numeric
//! entity, which by the CommonMark specification has no meaning but itself; drawings stand in fences that are longer than any
//! run of backticks in them.

mod changes;

use super::Style;
use super::human;
use super::suggest::{Suggestion, suggestions};
use super::tree::Tree;
use super::view::{position, safe};
use crate::finding::{
    Applicability, ConsumerReport, DemandReport, Finding, Fix, Need, Report, Severity, State, Verdict,
};
use crate::source::Sources;
use std::fmt::Write as _;

/// GitHub takes 1 MiB of a step and drops all of it if it is more. Room is left for what else the step writes.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary>
const MOST_BYTES: usize = 900 * 1024;

/// Bytes of one drawing, and letters of one headline.
const MOST_DRAWING: usize = 16 * 1024;
const MOST_HEADLINE: usize = 500;

/// Lines of a list before the rest is counted.
const MOST_LINES: usize = 200;

/// The report as Markdown.
#[must_use]
pub fn render(report: &Report, sources: &Sources, tree: &Tree) -> String {
    let mut out = String::new();
    for consumer in &report.consumers {
        verdict(&mut out, consumer);
    }
    if report.consumers.is_empty() {
        out.push_str("## preflight\n\n");
    }
    conflicts(&mut out, report);
    let _ = writeln!(out, "{}\n", counts(report));
    changes::changes(&mut out, report.changes.as_ref(), tree);
    let tail = tail(report);
    findings(&mut out, report, (sources, tree), MOST_BYTES.saturating_sub(tail.len()));
    out.push_str(&tail);
    out
}

fn verdict(out: &mut String, consumer: &ConsumerReport) {
    let word = match consumer.verdict {
        Verdict::Ready => "✅ ready",
        Verdict::CannotTell => "❔ cannot tell",
        Verdict::NotReady => "❌ not ready",
    };
    let _ = writeln!(out, "## {word}: {}\n", inline(&consumer.title));
    out.push_str("| | demand | |\n|---|---|---|\n");
    for demand in consumer.demands.iter().filter(|demand| shows(demand)) {
        let mark = match (demand.state, demand.need) {
            (State::Holds, _) => "✅",
            (State::Unknown, _) => "❔",
            (State::Broken, Need::Needed) => "❌",
            (State::Broken, Need::Advice) => "⚠️",
        };
        let next = demand.next.as_deref().or(demand.detail.as_deref()).unwrap_or_default();
        let next = if demand.state == State::Holds { String::new() } else { inline(next) };
        let _ = writeln!(out, "| {mark} | {} | {next} |", inline(&demand.title));
    }
    out.push('\n');
}

fn conflicts(out: &mut String, report: &Report) {
    if report.conflicts.is_empty() {
        return;
    }
    out.push_str("## Cannot be met together\n\n");
    for conflict in report.conflicts.iter().take(MOST_LINES) {
        let (sentence, sources) = super::conflict::words(conflict);
        let _ = writeln!(out, "- {} ({})", inline(&sentence), inline(&sources.join("; ")));
    }
    out.push('\n');
}

/// Wishes that are met are not worth a line of the table.
fn shows(demand: &DemandReport) -> bool {
    demand.need == Need::Needed || demand.state != State::Holds
}

fn counts(report: &Report) -> String {
    let of = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count();
    let counted = |count: usize, noun: &str| human::counted(count, noun);
    let mut parts: Vec<String> =
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "note")]
            .into_iter()
            .map(|(severity, noun)| (of(severity), noun))
            .filter(|(count, _)| *count > 0)
            .map(|(count, noun)| counted(count, noun))
            .collect();
    if parts.is_empty() {
        parts.push("no findings".to_owned());
    }
    if !report.suppressed.is_empty() {
        parts.push(format!("{} suppressed", report.suppressed.len()));
    }
    if !report.not_evaluated.is_empty() {
        parts.push(format!("{} not evaluated", counted(report.not_evaluated.len(), "document")));
    }
    parts.join(" · ")
}

fn findings(out: &mut String, report: &Report, (sources, tree): (&Sources, &Tree), most: usize) {
    let style = Style { color: false, unicode: true, width: 100, links: false, quiet: false };
    let drawn = human::findings(report, sources, &style);
    for (at, (finding, drawing)) in report.findings.iter().zip(drawn).enumerate() {
        let text = one(finding, &drawing, sources, tree);
        if out.len() + text.len() > most {
            let left = human::counted(report.findings.len() - at, "more finding");
            let _ = writeln!(out, "**{left} left out here**; `preflight` prints all of them.\n");
            return;
        }
        out.push_str(&text);
    }
}

fn one(finding: &Finding, drawing: &str, sources: &Sources, tree: &Tree) -> String {
    let mark = match finding.severity {
        Severity::Error => "❌",
        Severity::Warning => "⚠️",
        Severity::Note => "ℹ️",
    };
    let source = sources.get(finding.primary.place.source);
    let line = position(source, finding.primary.place.span.start as usize).line;
    let place = code(&format!("{}:{line}", tree.path(source.name())));
    let headline: String = finding.headline.chars().take(MOST_HEADLINE).collect();
    let headline = inline(&headline);
    // One document must not take the room of all others.
    if drawing.len() > MOST_DRAWING {
        return format!("### {mark} {headline}\n\n{place}\n\ntoo long to be drawn here\n\n");
    }
    let fence = fence(drawing);
    let mut out = format!("### {mark} {headline}\n\n{place}\n\n{fence}text\n{drawing}{fence}\n\n");
    for fix in &finding.fixes {
        suggest(&mut out, fix, sources, tree);
    }
    out
}

/// The lines that a fix changes, as a review of a pull request takes suggested changes.
/// <https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/incorporating-feedback-in-your-pull-request> (checked 2026-11)
fn suggest(out: &mut String, fix: &Fix, sources: &Sources, tree: &Tree) {
    let trust = match fix.applicability {
        Applicability::Safe => "safe",
        Applicability::NeedsReview => "needs a review",
        Applicability::DisplayOnly => "to be done by you",
    };
    for Suggestion { source, lines: (first, last), text } in suggestions(fix, sources) {
        let lines = if first == last { first.to_string() } else { format!("{first}-{last}") };
        let place = code(&format!("{}:{lines}", tree.path(sources.get(source).name())));
        let _ = write!(out, "Suggested change of {place} ({trust})");
        match text.filter(|text| text.len() <= MOST_DRAWING) {
            Some(text) => {
                let fence = fence(&text);
                let _ = writeln!(out, ":\n\n{fence}suggestion\n{text}\n{fence}\n");
            }
            None => out.push_str(": it cannot be shown here, `preflight fix` writes it\n\n"),
        }
    }
}

/// What stands below the findings.
fn tail(report: &Report) -> String {
    let mut out = String::new();
    let unknown = report.unknown.iter().map(|entry| {
        let tell = entry.tell.as_deref().map_or_else(String::new, |tell| format!("<br>{}", code(tell)));
        format!("{} ({}){tell}", inline(&entry.reason), code(&entry.demand))
    });
    list(&mut out, "Cannot tell", unknown.collect());
    let not = report
        .not_evaluated
        .iter()
        .map(|entry| format!("{}: {}", code(&entry.document), inline(&entry.reason)));
    list(&mut out, "Not evaluated", not.collect());
    let suppressed = report.suppressed.iter().map(|entry| {
        format!(
            "{} ({}): {}",
            inline(&entry.finding.headline),
            code(&entry.finding.rule.0),
            inline(&entry.reason)
        )
    });
    list(&mut out, "Suppressed", suppressed.collect());
    list(&mut out, "Assumed", report.assumed.iter().map(|entry| inline(&entry.text)).collect());
    out
}

fn list(out: &mut String, title: &str, mut lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    lines.dedup();
    let _ = writeln!(out, "<details><summary>{title} ({})</summary>\n", lines.len());
    for line in lines.iter().take(MOST_LINES) {
        let _ = writeln!(out, "- {}", cut(line));
    }
    if lines.len() > MOST_LINES {
        let _ = writeln!(out, "- and {} more", lines.len() - MOST_LINES);
    }
    out.push_str("\n</details>\n\n");
}

/// A line that is too long for a list; entities are not cut in two.
fn cut(line: &str) -> &str {
    const MOST: usize = 2000;
    if line.len() <= MOST {
        return line;
    }
    let end = line.floor_char_boundary(MOST);
    let head = line.get(..end).unwrap_or_default();
    match head.rfind(['&', '<']) {
        Some(at) if !head.get(at..).unwrap_or_default().contains([';', '>']) => {
            head.get(..at).unwrap_or_default()
        }
        Some(_) | None => head,
    }
}

/// Longer than any run of backticks in the text.
fn fence(text: &str) -> String {
    let (mut longest, mut run) = (2, 0);
    for byte in text.bytes() {
        run = if byte == b'`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(longest + 1)
}

/// One line of prose; what stands between backticks becomes code.
pub(super) fn inline(text: &str) -> String {
    let text = safe(text);
    let parts: Vec<&str> = text.split('`').collect();
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        // A backtick without a partner is a backtick.
        let is_code = at % 2 == 1 && at + 1 < parts.len();
        match (is_code, at % 2) {
            (true, _) => out.push_str(&code(part)),
            (false, 1) => {
                out.push_str(&entity('`'));
                escape(part, &mut out);
            }
            (false, _) => escape(part, &mut out),
        }
    }
    out
}

/// Text in the type of code. It is an element, not a span between backticks, so that nothing in it can end it.
pub(super) fn code(text: &str) -> String {
    let mut out = String::from("<code>");
    escape(&safe(text), &mut out);
    out.push_str("</code>");
    out
}

fn escape(text: &str, out: &mut String) {
    let mut before = ' ';
    for letter in text.chars() {
        match letter {
            // Marks of a sentence, where they cannot begin anything. A colon may: `https://`, `:smile:`.
            ',' | ';' | '?' | '/' | '%' | '=' => out.push(letter),
            '.' if before != 'w' && before != 'W' && !before.is_ascii_digit() => out.push(letter),
            '-' if before.is_alphanumeric() => out.push(letter),
            _ if letter.is_ascii_punctuation() => out.push_str(&entity(letter)),
            _ => out.push(letter),
        }
        before = letter;
    }
}

fn entity(letter: char) -> String {
    format!("&#{};", u32::from(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markdown_or_html() {
        assert_eq!(
            inline("</details> **x** [a](b) | # @you"),
            "&#60;/details&#62; &#42;&#42;x&#42;&#42; &#91;a&#93;&#40;b&#41; &#124; &#35; &#64;you"
        );
        assert_eq!(inline("a\n\n# b"), "a&#92;n&#92;n&#35; b");
        assert_eq!(inline("https://evil www.evil 1. x"), "https&#58;//evil www&#46;evil 1&#46; x");
    }

    #[test]
    fn backticks_in_pairs_make_code_and_others_stay() {
        assert_eq!(inline("use `s3:*` and `x"), "use <code>s3&#58;&#42;</code> and &#96;x");
        assert_eq!(inline("```"), "<code></code>&#96;");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("a ``` b ````"), "`````");
        assert_eq!(fence("plain"), "```");
    }

    #[test]
    fn a_cut_line_ends_between_entities() {
        let line = "&#42;".repeat(1000);
        assert!(cut(&line).ends_with(';') && cut(&line).len() <= 2000);
    }
}
