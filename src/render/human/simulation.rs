//! An answer of `simulate` for a person: the answer, who decides it on the user's own JSON, and each layer's word.

use super::drawing;
use super::{MEASURE, Page};
use crate::finding::Severity;
use crate::finding::simulation::{Answer, Certainty, Example, Row, Simulation};
use crate::render::Style;
use crate::render::paint::{Ink, link, paint};
use crate::render::view::{Canvas, Pages, safe};
use crate::source::Sources;

/// Rows of a question that are shown; the rest is counted.
const MOST_ROWS: usize = 24;
/// Actions of a row that are shown; the rest is counted.
const MOST_ACTIONS: usize = 6;

/// Renders the answer to one question.
#[must_use]
pub fn render(simulation: &Simulation, expected: Option<Answer>, sources: &Sources, style: &Style) -> String {
    let mut page = Page { out: String::new(), style: *style };
    headline(&mut page, simulation, expected);
    if style.quiet {
        return page.out;
    }
    if simulation.rows.len() > 1 {
        page.out.push('\n');
        rows(&mut page, &simulation.rows);
    }
    let canvas = Canvas { width: style.columns(), unicode: style.unicode };
    let mut pages = Pages::new(sources, &simulation.wrapped, canvas);
    for each in &simulation.examples {
        page.out.push('\n');
        example(&mut page, simulation, each, &mut pages);
    }
    if !simulation.missing.is_empty() {
        page.heading("Depends on");
        for missing in &simulation.missing {
            page.prose(("  ? ", Ink::Doubt), None, &missing.reason);
            page.next_step("    ", &missing.tell);
        }
    }
    if !simulation.assumed.is_empty() {
        page.heading("Assumed");
        for assumed in &simulation.assumed {
            let lead = format!("  {} ", page.bullet());
            page.prose((&lead, Ink::Faint), None, &assumed.text);
            if let Some(source) = &assumed.source {
                let shown = link(style, source, source).unwrap_or_else(|| safe(source).into_owned());
                page.out.push_str("    ");
                page.out.push_str(&shown);
                page.out.push('\n');
            }
        }
    }
    for note in &simulation.notes {
        page.prose(("note: ", Ink::Hint), None, note);
    }
    page.out
}

fn ink(answer: Answer) -> Ink {
    match answer {
        Answer::Allowed => Ink::Good,
        Answer::Denied => Ink::Bad,
        Answer::Mixed | Answer::Depends => Ink::Doubt,
    }
}

fn headline(page: &mut Page, simulation: &Simulation, expected: Option<Answer>) {
    let style = page.style;
    let dot = page.dot();
    let word = paint(&style, ink(simulation.answer), simulation.answer.name());
    page.out.push_str(&word);
    if let Some(name) = &simulation.name {
        page.out.push_str(&format!(" {dot} {}", safe(name)));
    }
    if let Some(expected) = expected {
        let (word, ink) = verdict(simulation.meets(expected), expected);
        page.out.push_str(&format!(" {dot} {}", paint(&style, ink, &word)));
    }
    if let Some(scope) = &simulation.scope {
        page.out.push_str(&format!(" {dot} {}", safe(scope)));
    }
    page.out.push('\n');
}

fn verdict(met: Certainty, expected: Answer) -> (String, Ink) {
    match met {
        Certainty::Yes => ("as expected".to_owned(), Ink::Good),
        Certainty::No => (format!("expected {}", expected.name()), Ink::Bad),
        Certainty::Unknown => (format!("expected {}, and nobody can tell", expected.name()), Ink::Doubt),
    }
}

fn rows(page: &mut Page, rows: &[Row]) {
    for row in rows.iter().take(MOST_ROWS) {
        let style = page.style;
        let word = format!("  {:<8}", row.answer.name());
        page.out.push_str(&paint(&style, ink(row.answer), &word));
        let shown: Vec<&str> = row.actions.iter().take(MOST_ACTIONS).map(String::as_str).collect();
        let more = match row.actions.len().saturating_sub(MOST_ACTIONS) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!("{}: {}{more} on {}", row.principal, shown.join(", "), row.resource);
        let width = style.columns().min(MEASURE).saturating_sub(10);
        for (number, line) in crate::render::wrap::wrap(&safe(&text), width).iter().enumerate() {
            page.out.push_str(if number == 0 { "" } else { "          " });
            page.out.push_str(line);
            page.out.push('\n');
        }
    }
    if let Some(more) = rows.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
        page.out.push_str(&format!("  and {more} more; `--format json` has them all\n"));
    }
}

fn example(page: &mut Page, simulation: &Simulation, example: &Example, pages: &mut Pages<'_>) {
    let style = page.style;
    let lead = match (simulation.answer, example.allowed) {
        (Answer::Allowed | Answer::Denied, _) => "",
        (Answer::Mixed, true) => "allowed, for instance: ",
        (Answer::Mixed, false) => "denied, for instance: ",
        (Answer::Depends, true) => "may be allowed: ",
        (Answer::Depends, false) => "may be denied: ",
    };
    let who = if example.principal.is_empty() { "an unsigned caller" } else { &example.principal };
    let colour = if example.allowed { Ink::Good } else { Ink::Bad };
    page.prose(
        (lead, colour),
        None,
        &format!("`{who}` asks for `{}` on `{}`", example.action, example.resource),
    );
    let mut keys: Vec<String> = Vec::new();
    for (key, value) in &example.context {
        keys.push(match value {
            Some(value) => format!("`{key}` is `{value}`"),
            None => format!("no `{key}`"),
        });
    }
    if !keys.is_empty() {
        page.prose(("  with ", Ink::Faint), None, &keys.join(", "));
    }
    let sign = if example.allowed { "  → " } else { "  × " };
    let sign = if style.unicode { sign } else { "  > " };
    page.prose((sign, colour), None, &example.why);
    if !example.labels.is_empty() {
        let severity = if example.allowed { Severity::Note } else { Severity::Error };
        drawing::excerpt(page, &example.labels, severity, pages);
    }
    let width = example.trace.iter().map(|step| step.layer.len()).max().unwrap_or_default();
    for step in &example.trace {
        let lead = format!("  {:<width$}  ", step.layer);
        page.prose((&lead, Ink::Faint), None, &step.says);
    }
}

/// One line for one case of a table.
#[must_use]
pub fn case_line(simulation: &Simulation, expected: Answer, style: &Style) -> String {
    let met = simulation.meets(expected);
    let (sign, ink) = match (met, style.unicode) {
        (Certainty::Yes, true) => ("✓", Ink::Good),
        (Certainty::Yes, false) => ("ok", Ink::Good),
        (Certainty::No, true) => ("✗", Ink::Bad),
        (Certainty::No, false) => ("FAILED", Ink::Bad),
        (Certainty::Unknown, _) => ("?", Ink::Doubt),
    };
    let name = safe(simulation.name.as_deref().unwrap_or_default()).into_owned();
    let said = match met {
        Certainty::Yes => format!(" ({})", simulation.answer.name()),
        Certainty::No => format!(": expected {}, is {}", expected.name(), simulation.answer.name()),
        Certainty::Unknown => format!(": expected {}, nobody can tell", expected.name()),
    };
    let mut out = format!("{} {name}{said}\n", paint(style, ink, sign));
    if met == Certainty::Yes || style.quiet {
        return out;
    }
    let wrong = simulation.examples.iter().find(|each| each.allowed != (expected == Answer::Allowed));
    if let Some(example) = wrong {
        let who = if example.principal.is_empty() { "an unsigned caller" } else { &example.principal };
        out.push_str(&safe(&format!(
            "    `{who}` `{}` on `{}`: {}",
            example.action, example.resource, example.why
        )));
        out.push('\n');
    }
    for missing in &simulation.missing {
        out.push_str(&safe(&format!("    depends: {} ({})", missing.reason, missing.tell)));
        out.push('\n');
    }
    out
}

/// `3 passed, 1 failed, 2 cannot tell`
#[must_use]
pub fn summary(passed: usize, failed: usize, unknown: usize, style: &Style) -> String {
    let mut parts = vec![format!("{passed} passed"), format!("{failed} failed")];
    if unknown > 0 {
        parts.push(format!("{unknown} cannot tell"));
    }
    let ink = if failed > 0 {
        Ink::Bad
    } else if unknown > 0 {
        Ink::Doubt
    } else {
        Ink::Good
    };
    format!("{}\n", paint(style, ink, &parts.join(", ")))
}
