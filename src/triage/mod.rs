//! `triage`: from an error message, and whatever documents are at hand, to the cause.
//!
//! A message becomes facts (`read`, by the templates of `rules/messages`), facts lead to ranked causes (`book`), and with evidence
//! each is put to the judge and to the evaluator (`weigh`): none is looked up by its sentence. What is not known is asked for, the
//! answer that tells most causes apart first (`next`). Values in, values out: reading files is the command's.

mod anchors;
mod book;
mod chain;
mod clean;
mod codes;
mod derive;
mod event;
mod formed;
mod hangs;
mod joined;
mod judged;
mod keys;
mod known;
mod layer;
mod next;
mod others;
mod own;
mod pages;
mod read;
mod records;
mod rows;
mod silent;
mod simulated;
mod stream;
mod template;
mod weigh;
mod when;
mod whose;
mod wire;

pub use book::{Book, BookFault, MessageTest};
pub use clean::clean;
pub use formed::form_of;
pub use judged::tells_no_bucket_policy;
pub use records::{Record, records};
pub use rows::{CsvRow, csv, is_csv_header};
pub use stream::{Stop, json};

use crate::contract::Form;
use crate::evidence::Evidence;
use crate::finding::triage::{Facts, Triage, Triaged};
use crate::judge::Library;
use crate::redact::{without_broken_secrets, without_mails, without_secrets};
use crate::source::Sources;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::hash_map::Entry;

/// Ways in which an import goes wrong without a message.
pub const SYMPTOMS: [&str; 5] =
    ["missing-accounts", "zero-cost", "stale", "never-imported", "missing-months"];

/// More different messages than this are counted and not told.
pub const MOST_DIFFERENT: usize = 500;

/// What a run knows beside the messages.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Messages, causes, what to ask for.
    pub book: &'a Book,
    /// Contracts and rule pages.
    pub library: &'a Library,
    /// The product whose messages these are.
    pub consumer: &'a str,
    /// Whether somebody said so; it is presumed otherwise.
    pub is_consumer_given: bool,
    /// The texts.
    pub sources: &'a Sources,
    /// The documents.
    pub evidence: &'a Evidence,
    /// The form as far as somebody gave it.
    pub form: &'a Form,
    /// The moment to judge for.
    pub now: &'a str,
    /// What is presumed absent counts as not visible.
    pub strict: bool,
    /// Names were replaced: words that no message has are not shown.
    pub hides: bool,
}

/// Something that was given to be triaged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The text of the message, as it was given.
    pub text: String,
    /// What stood beside it.
    pub facts: Facts,
    /// Where it stood, if it was one of several records.
    pub origin: Option<String>,
}

impl Item {
    /// A text with nothing beside it.
    #[must_use]
    pub fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// A symptom without a message; none if there is no such symptom.
    #[must_use]
    pub fn symptom(name: &str) -> Option<Self> {
        let name = SYMPTOMS.iter().find(|symptom| **symptom == name)?;
        let mut facts = Facts::default();
        facts.set("step", "import");
        facts.set("trouble", name);
        Some(Self { text: String::new(), facts, origin: None })
    }
}

/// The facts of the messages in a text, without causes: for tests of `rules/messages`.
#[must_use]
pub fn facts(book: &Book, text: &str) -> Vec<(bool, Facts)> {
    let heard = read::messages(book, &clean(text), &Facts::default());
    heard.into_iter().map(|heard| (heard.is_known, heard.facts)).collect()
}

/// The messages of an item. What stood beside the text comes from elsewhere as well, and is made plain like it. Secrets that
/// somebody pasted with it go no further.
fn hear(bench: &Bench<'_>, item: &Item) -> Vec<read::Heard> {
    let book = bench.book;
    let text = clean(&without_broken_secrets(&item.text));
    let listed = keys::listed(bench, &text);
    let text = without_secrets(&text);
    let is_plain = item.facts.iter().all(|(_, value)| matches!(clean::plain(value), Cow::Borrowed(_)));
    if is_plain && listed.is_none() {
        return told(bench, read::messages(book, &text, &item.facts));
    }
    let mut facts = Facts::default();
    for (name, value) in item.facts.iter() {
        facts.set(name, &clean::plain(value));
    }
    facts.set("key-listed", listed.unwrap_or_default());
    told(bench, read::messages(book, &text, &facts))
}

/// The messages as they may be told. Where names are replaced, words that no message has are left out: what is a name in them nobody
/// knows.
fn told(bench: &Bench<'_>, mut messages: Vec<read::Heard>) -> Vec<read::Heard> {
    if !bench.hides {
        return messages;
    }
    let left_out =
        |words: usize| bench.library.phrases().say("triage-left-out", &[("count", &words.to_string())]);
    for heard in &mut messages {
        if heard.is_known {
            heard.text.truncate(heard.own);
        } else {
            heard.text = left_out(heard.text.split_whitespace().count());
        }
        if let Some(says) = heard.facts.get("says") {
            let words = left_out(says.split_whitespace().count());
            heard.facts.set("says", &words);
        }
    }
    messages
}

fn origin_of(item: &Item) -> Option<String> {
    item.origin.as_deref().map(|origin| shown(clean::plain(origin).into_owned()))
}

/// A text that may be shown: mail addresses are nobody's business. Questions are put with what the message says, since a policy may
/// name a session by the address of who made it.
fn shown(text: String) -> String {
    match without_mails(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => masked,
    }
}

/// The same for everything that is said of a message.
fn may_be_shown(mut message: Triaged) -> Triaged {
    let hide = |text: &mut String| *text = shown(std::mem::take(text));
    hide(&mut message.text);
    let mut facts = Facts::default();
    for (name, value) in message.facts.iter() {
        // Paths and encoded texts may look like secrets; where they come from a text, that was looked through.
        let is_path = matches!(name, "key" | "prefix" | "listed" | "resource" | "encoded" | "policy");
        let value = if is_path { Cow::Borrowed(value) } else { without_secrets(value) };
        facts.set(name, &without_mails(&value));
    }
    message.facts = facts;
    for cause in &mut message.causes {
        hide(&mut cause.says);
        hide(&mut cause.why);
        cause.help.iter_mut().for_each(hide);
        cause.labels.iter_mut().for_each(|label| hide(&mut label.text));
        if let Some(finding) = &mut cause.finding {
            hide(&mut finding.headline);
            finding.help.iter_mut().for_each(hide);
        }
    }
    for ask in &mut message.asks {
        hide(&mut ask.what);
        hide(&mut ask.command);
        ask.then.iter_mut().for_each(hide);
    }
    message.notes.iter_mut().for_each(hide);
    message
}

/// Answers messages one after the other; what was answered once is not thought over again.
#[derive(Debug)]
pub struct Answerer<'a> {
    weigher: weigh::Weigher<'a>,
    known: FxHashMap<Facts, Triaged>,
}

impl<'a> Answerer<'a> {
    /// One that has answered nothing yet.
    #[must_use]
    pub fn new(bench: Bench<'a>) -> Self {
        Self { weigher: weigh::Weigher::new(bench), known: FxHashMap::default() }
    }

    /// Gives the answers to the messages of an item.
    ///
    /// # Errors
    /// What the taker of the answers says.
    pub fn answer<E>(
        &mut self,
        item: &Item,
        each: &mut dyn FnMut(&Triaged) -> Result<(), E>,
    ) -> Result<(), E> {
        for heard in hear(&self.weigher.bench(), item) {
            each(self.one(heard, origin_of(item)))?;
        }
        Ok(())
    }

    fn one(&mut self, heard: read::Heard, origin: Option<String>) -> &Triaged {
        if self.known.len() >= MOST_DIFFERENT && !self.known.contains_key(&heard.facts) {
            self.known.clear();
        }
        match self.known.entry(heard.facts.clone()) {
            Entry::Occupied(entry) => {
                let known = entry.into_mut();
                known.text = shown(heard.text);
                known.is_known = heard.is_known;
                known.origin = origin;
                known
            }
            Entry::Vacant(entry) => entry.insert(one(&mut self.weigher, heard, origin, 1)),
        }
    }
}

/// Collects messages, equal ones once.
#[derive(Debug)]
pub struct Collector<'a> {
    bench: Bench<'a>,
    heard: Vec<(read::Heard, Option<String>, u64)>,
    known: FxHashMap<Facts, usize>,
    without_error: u64,
    left_out: u64,
}

impl<'a> Collector<'a> {
    /// An empty one.
    #[must_use]
    pub fn new(bench: Bench<'a>) -> Self {
        Self { bench, heard: Vec::new(), known: FxHashMap::default(), without_error: 0, left_out: 0 }
    }

    /// Takes one item.
    pub fn take(&mut self, item: &Item) {
        for heard in hear(&self.bench, item) {
            // Texts that nobody knows are told apart by what they say.
            let mut key = Cow::Borrowed(&heard.facts);
            if !heard.is_known {
                key.to_mut().set("text", &heard.text);
            }
            if let Some((_, _, count)) = self.known.get(&*key).and_then(|at| self.heard.get_mut(*at)) {
                *count += 1;
            } else if self.heard.len() < MOST_DIFFERENT {
                let key = key.into_owned();
                self.known.insert(key, self.heard.len());
                self.heard.push((heard, origin_of(item), 1));
            } else {
                self.left_out += 1;
            }
        }
    }

    /// Counts a record that tells of no error.
    pub fn pass(&mut self) {
        self.without_error += 1;
    }

    /// The answer.
    #[must_use]
    pub fn finish(self) -> Triage {
        let bench = self.bench;
        let mut out = Triage {
            without_error: self.without_error,
            left_out: self.left_out,
            has_evidence: weigh::has_evidence(bench.evidence),
            not_evaluated: bench.evidence.not_evaluated.clone(),
            ..Triage::default()
        };
        let mut weigher = weigh::Weigher::new(bench);
        for (heard, origin, count) in self.heard {
            out.messages.push(one(&mut weigher, heard, origin, count));
        }
        out.wrapped = weigher.wrapped();
        out
    }
}

/// Everything about one message.
fn one(weigher: &mut weigh::Weigher<'_>, heard: read::Heard, origin: Option<String>, count: u64) -> Triaged {
    let bench = weigher.bench();
    let weighed = weigher.weigh(&heard.facts);
    may_be_shown(Triaged {
        text: heard.text,
        count,
        origin,
        is_known: heard.is_known,
        limits: bench.book.limits(&heard.facts),
        facts: heard.facts,
        causes: weighed.causes.into_iter().map(|(_, cause)| cause).collect(),
        asks: weighed.asks,
        notes: weighed.notes,
    })
}
