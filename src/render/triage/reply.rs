//! An answer to the customer, in plain text: what is wrong, what to change, what to send otherwise.

use crate::finding::triage::{Cause, Standing, Sure, Triage, Triaged};
use crate::finding::{Class, Owner};
use crate::render::view::safe;
use crate::render::wrap::wrap;
use crate::rulebook::Phrases;
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

/// Writes the mail, in the words of `rules/phrases.toml`.
#[must_use]
pub fn reply(triage: &Triage, sources: &Sources, corrected: &[Corrected], phrases: &Phrases) -> String {
    let mut mail = Mail { out: String::new(), phrases };
    mail.say("reply-begin", &[]);
    if triage.messages.is_empty() {
        mail.say("reply-no-error", &[]);
    }
    for (at, message) in triage.messages.iter().enumerate() {
        if triage.messages.len() > 1 {
            let _ = writeln!(mail.out, "{}.", at + 1);
        }
        mail.one(message, sources);
    }
    if !corrected.is_empty() {
        mail.say("reply-corrected", &[]);
    }
    for document in corrected {
        let _ = writeln!(mail.out, "--- {} ---", safe(&document.name));
        for line in document.text.lines() {
            let _ = writeln!(mail.out, "{}", safe_line(line));
        }
        mail.out.push('\n');
    }
    let _ = writeln!(mail.out, "{}", phrases.say("reply-end", &[]));
    mail.out
}

/// Tabs of a document stay what they are.
fn safe_line(line: &str) -> String {
    line.split('\t').map(|part| safe(part).into_owned()).collect::<Vec<_>>().join("    ")
}

/// A mail that is being written.
struct Mail<'p> {
    out: String,
    phrases: &'p Phrases,
}

impl Mail<'_> {
    fn say(&mut self, phrase: &str, holes: &[(&'static str, &str)]) {
        let text = self.phrases.say(phrase, holes);
        self.para(&text);
    }

    fn para(&mut self, text: &str) {
        for line in wrap(&safe(text), WIDTH) {
            let _ = writeln!(self.out, "{line}");
        }
        self.out.push('\n');
    }

    fn one(&mut self, message: &Triaged, sources: &Sources) {
        if message.text.is_empty() {
            self.say("reply-report", &[]);
        } else {
            self.say("reply-message", &[]);
            let shown: String = message.text.chars().take(400).collect();
            for line in wrap(&safe(&shown), WIDTH - 4) {
                let _ = writeln!(self.out, "    {line}");
            }
            self.out.push('\n');
        }
        let confirmed: Vec<&Cause> =
            message.causes.iter().filter(|cause| cause.standing == Standing::Confirmed).collect();
        if confirmed.is_empty() {
            self.open(message);
            return;
        }
        for cause in confirmed {
            self.say("reply-wrong", &[("says", &plain(&cause.says))]);
            for label in cause.labels.iter().take(3) {
                let source = sources.get(label.place.source);
                let line = source.position(label.place.span.start).line.to_string();
                let holes = [("document", source.name()), ("line", &*line), ("label", &*plain(&label.text))];
                self.say("reply-place", &holes);
            }
            let of_rule = cause.finding.as_ref().and_then(|finding| finding.help.as_deref());
            if let Some(help) = of_rule.or(cause.help.as_deref()) {
                self.say("reply-change", &[("help", &plain(help))]);
            }
            self.who(cause);
        }
        self.send(message);
    }

    fn open(&mut self, message: &Triaged) {
        let mut causes = message.causes.iter().filter(|cause| cause.standing == Standing::Open);
        match causes.next() {
            Some(first) => {
                let phrase = match first.sure {
                    Sure::Certain => "reply-certain",
                    Sure::Likely => "reply-likely",
                    Sure::Possible => "reply-possible",
                };
                self.say(phrase, &[("says", &plain(&first.says))]);
                self.who(first);
                match causes.count() {
                    0 => {}
                    _ if message.asks.is_empty() => {}
                    1 => self.say("reply-one-more", &[]),
                    _ => self.say("reply-more", &[]),
                }
            }
            None => self.say("reply-cannot-tell", &[]),
        }
        self.send(message);
    }

    fn who(&mut self, cause: &Cause) {
        match cause.owner {
            Owner::Customer => {}
            Owner::Organization => self.say("reply-organization", &[]),
            Owner::Consumer => self.say("reply-product", &[]),
            Owner::Aws => self.say("reply-aws", &[]),
        }
        if cause.class == Class::MayClear {
            self.say("reply-may-clear", &[]);
        }
    }

    fn send(&mut self, message: &Triaged) {
        let Some(ask) = message.asks.first() else { return };
        let phrase = if ask.is_sentence { "reply-unknown" } else { "reply-send" };
        self.say(phrase, &[("what", &plain(&ask.what))]);
        let _ = writeln!(self.out, "    {}\n", safe(&ask.command));
        if let Some(then) = &ask.then {
            self.para(&plain(then));
        }
        self.say("reply-no-secrets", &[]);
    }
}

fn plain(text: &str) -> String {
    safe(text).replace('`', "\"")
}
