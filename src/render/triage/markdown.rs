//! An answer of `triage` for a ticket.

use crate::finding::triage::{Cause, Standing, Triage, Triaged};
use crate::render::human::triage::{aside, lines};
use crate::render::view::safe;
use crate::source::Sources;
use std::fmt::Write as _;

/// Renders the answer as Markdown.
#[must_use]
pub fn markdown(triage: &Triage, sources: &Sources) -> String {
    let mut out = String::new();
    for message in &triage.messages {
        one(&mut out, message, sources);
    }
    if triage.messages.is_empty() {
        out.push_str("No error message was found.\n");
    }
    if triage.without_error > 0 {
        let _ = writeln!(out, "{} record(s) tell of no error.\n", triage.without_error);
    }
    if triage.left_out > 0 {
        let _ =
            writeln!(out, "{} more message(s) of other kinds were counted and not told.\n", triage.left_out);
    }
    for (document, reason) in &triage.not_evaluated {
        let _ = writeln!(out, "Not judged: {}: {}\n", prose(document), prose(reason));
    }
    out
}

fn one(out: &mut String, message: &Triaged, sources: &Sources) {
    let title = message
        .settled()
        .or(message.causes.iter().find(|cause| cause.standing == Standing::Open))
        .map_or_else(|| "Cause not known".to_owned(), |cause| prose(&cause.says));
    let times = if message.count > 1 { format!(" ({} times)", message.count) } else { String::new() };
    let _ = writeln!(out, "### {title}{times}\n");
    if !message.text.is_empty() {
        // Four spaces: nothing in it is read as Markdown.
        let _ = writeln!(out, "    {}\n", safe(&message.text));
    }
    for (name, value) in lines(&message.facts) {
        let _ = writeln!(out, "- {name}: {}", code(&value));
    }
    for limit in &message.limits {
        let _ = writeln!(out, "- not said: {}", prose(limit));
    }
    list(out, "Confirmed", message, Standing::Confirmed, sources);
    list(out, "Causes", message, Standing::Open, sources);
    list(out, "Ruled out", message, Standing::RuledOut, sources);
    if !message.asks.is_empty() {
        out.push_str("\n**Ask for**\n\n");
    }
    for (at, ask) in message.asks.iter().enumerate() {
        let _ = writeln!(out, "{}. {}: {}", at + 1, prose(&ask.what), code(&ask.command));
        if let Some(then) = &ask.then {
            let _ = writeln!(out, "   {}", prose(then));
        }
    }
    for note in &message.notes {
        let _ = writeln!(out, "\nNote: {}", prose(note));
    }
    out.push('\n');
}

fn list(out: &mut String, title: &str, message: &Triaged, standing: Standing, sources: &Sources) {
    let causes: Vec<&Cause> = message.causes.iter().filter(|cause| cause.standing == standing).collect();
    if causes.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n**{title}**\n");
    for cause in causes {
        let sure =
            if standing == Standing::Open { format!("{}: ", cause.sure.name()) } else { String::new() };
        let _ = writeln!(out, "- {sure}{} ({})", prose(&cause.says), prose(&aside(cause)));
        for label in &cause.labels {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let place = format!("{}:{}:{}", source.name(), at.line, at.column);
            let _ = writeln!(out, "  - {}: {}", code(&place), prose(&label.text));
        }
    }
}

/// Text in which nothing but our own backticks is Markdown.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for ch in safe(text).chars() {
        match ch {
            '`' => in_code = !in_code,
            '<' | '>' | '[' | ']' | '*' | '_' | '#' | '|' | '&' | '!' | '@' if !in_code => out.push('\\'),
            _ => {}
        }
        out.push(ch);
    }
    if in_code {
        out.push('`');
    }
    out
}

/// A span of code that ends where it should.
fn code(text: &str) -> String {
    let text = safe(text);
    if text.contains('`') { format!("`` {text} ``").replace("```", "` ``") } else { format!("`{text}`") }
}
