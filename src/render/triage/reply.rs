//! An answer to the customer, in plain text: what is wrong, what to change, what to send otherwise.

use crate::finding::triage::{Cause, Standing, Triage, Triaged};
use crate::finding::{Class, Owner};
use crate::render::view::safe;
use crate::render::wrap::wrap;
use crate::source::Sources;
use std::fmt::Write as _;

/// A document as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Its name.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

const WIDTH: usize = 76;

/// Writes the mail.
#[must_use]
pub fn reply(triage: &Triage, sources: &Sources, corrected: &[Corrected]) -> String {
    let mut out = String::from("Hello,\n\n");
    if triage.messages.is_empty() {
        para(
            &mut out,
            "we found no error in what you sent. Please send the message as the product shows it.",
        );
    }
    for (at, message) in triage.messages.iter().enumerate() {
        if triage.messages.len() > 1 {
            let _ = writeln!(out, "{}.", at + 1);
        }
        one(&mut out, message, sources);
    }
    if !corrected.is_empty() {
        para(&mut out, "As it should be:");
    }
    for document in corrected {
        let _ = writeln!(out, "--- {} ---", safe(&document.name));
        for line in document.text.lines() {
            let _ = writeln!(out, "{}", safe_line(line));
        }
        out.push('\n');
    }
    out.push_str("Kind regards\n");
    out
}

/// Tabs of a document stay what they are.
fn safe_line(line: &str) -> String {
    line.split('\t').map(|part| safe(part).into_owned()).collect::<Vec<_>>().join("    ")
}

fn one(out: &mut String, message: &Triaged, sources: &Sources) {
    if message.text.is_empty() {
        para(out, "thank you for your report.");
    } else {
        para(out, "the import of your AWS account reported:");
        let shown: String = message.text.chars().take(400).collect();
        for line in wrap(&safe(&shown), WIDTH - 4) {
            let _ = writeln!(out, "    {line}");
        }
        out.push('\n');
    }
    let confirmed: Vec<&Cause> =
        message.causes.iter().filter(|cause| cause.standing == Standing::Confirmed).collect();
    if confirmed.is_empty() {
        open(out, message);
        return;
    }
    for cause in confirmed {
        para(out, &format!("What is wrong: {}.", plain(&cause.says)));
        for label in cause.labels.iter().take(3) {
            let source = sources.get(label.place.source);
            let at = source.position(label.place.span.start);
            let text = format!("in {}, line {}: {}", source.name(), at.line, plain(&label.text));
            para(out, &text);
        }
        let of_rule = cause.finding.as_ref().and_then(|finding| finding.help.as_deref());
        if let Some(help) = of_rule.or(cause.help.as_deref()) {
            para(out, &format!("What to change: {}.", plain(help)));
        }
        who(out, cause);
    }
    send(out, message);
}

fn open(out: &mut String, message: &Triaged) {
    let mut causes = message.causes.iter().filter(|cause| cause.standing == Standing::Open);
    match causes.next() {
        Some(first) => {
            let word = match first.sure {
                crate::finding::triage::Sure::Certain => "The message says",
                crate::finding::triage::Sure::Likely => "The usual reason for this is",
                crate::finding::triage::Sure::Possible => "A possible reason for this is",
            };
            para(out, &format!("{word}: {}.", plain(&first.says)));
            who(out, first);
            let more = causes.count();
            if more > 0 && !message.asks.is_empty() {
                let reasons =
                    if more == 1 { "is one more possible reason" } else { "are more possible reasons" };
                para(out, &format!("There {reasons}, which we cannot tell apart from here."));
            }
        }
        None => para(out, "We cannot tell the reason from this alone."),
    }
    send(out, message);
}

fn who(out: &mut String, cause: &Cause) {
    match cause.owner {
        Owner::Customer => {}
        Owner::Organization => para(out, "The administrator of your AWS organization has to change this."),
        Owner::Consumer => para(out, "This is for us to change; there is nothing to do in your account."),
        Owner::Aws => para(out, "Only AWS can change this."),
    }
    if cause.class == Class::MayClear {
        para(out, "It may clear by itself; please try again later before changing anything.");
    }
}

fn send(out: &mut String, message: &Triaged) {
    let Some(ask) = message.asks.first() else { return };
    let what = plain(&ask.what);
    if ask.is_sentence {
        para(
            out,
            &format!(
                "This is not known yet: {what}. Please send us the answer to the following, which only reads:"
            ),
        );
    } else {
        para(out, &format!("Please send us {what}. The following only reads:"));
    }
    let _ = writeln!(out, "    {}\n", safe(&ask.command));
    if let Some(then) = &ask.then {
        para(out, &plain(then));
    }
    para(out, "Please do not send access keys or other secrets.");
}

fn plain(text: &str) -> String {
    safe(text).replace('`', "\"")
}

fn para(out: &mut String, text: &str) {
    for line in wrap(&safe(text), WIDTH) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
}
