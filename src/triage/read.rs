//! From a cleaned text to messages: which templates match where, what stands in what, and the facts that come of it.

use super::book::{Book, Level};
use super::chain::{Hit, Kind, best, chains};
use super::derive::derive;
use super::template::Found;
use crate::finding::triage::Facts;
use std::borrow::Cow;

/// The product's own limits of stored texts: one of just that many characters was cut.
/// (255: diworker base.py `last_import_attempt_error`; 1024: resource_discovery worker.py `last_error`, CloudTrail.)
const CUTS: [usize; 2] = [255, 1024];
/// Messages of one text; a text with more is not one that a person pasted.
const MOST_MESSAGES: usize = 2_000;
/// Of words that no template knows so much is kept.
const LONGEST_SAID: usize = 300;

/// A message of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// The text that it stands in.
    pub(super) text: String,
    /// How much of it is the message itself.
    pub(super) own: usize,
    /// Whether a template knows it.
    pub(super) is_known: bool,
    /// What it tells.
    pub(super) facts: Facts,
}

/// The messages of a cleaned text. A text in which no template matches is one message that nobody knows.
pub(super) fn messages(book: &Book, text: &str, seeds: &Facts) -> Vec<Heard> {
    let whole = text.trim();
    let text = whole.trim_end_matches(['.', '\u{2026}']).trim_end();
    let chains = chains(book, text, best(hits(book, text)));
    let mut out: Vec<Heard> = Vec::new();
    for (at, chain) in chains.iter().enumerate().take(MOST_MESSAGES) {
        let start = chain.first().map_or(0, |hit| hit.found.start);
        let next =
            chains.get(at + 1).and_then(|chain| chain.first()).map_or(text.len(), |hit| hit.found.start);
        let own = chain.iter().map(|hit| hit.found.end).max().unwrap_or(next).min(next);
        let rest = text.get(own..next).unwrap_or_default();
        let end = own + sentence(rest);
        let mut facts = facts(book, chain, seeds);
        said(chain, text.get(..next).unwrap_or_default(), &mut facts);
        // What the end of a cut text cut off is no value.
        if let Some(line_end) = cut_at(whole, (start, own, next)) {
            let line_end = line_end.min(text.len());
            facts.set("is-cut", "true");
            for hit in chain.iter().filter(|hit| hit.found.end == line_end) {
                if let Some((name, value)) = hit.found.values.last()
                    && text.get(..line_end).is_some_and(|line| line.ends_with(value))
                    && facts.get(name) == Some(*value)
                {
                    facts.remove(name);
                }
            }
        }
        derive(book, &mut facts);
        let shown = text.get(start..end).unwrap_or(text).trim().to_owned();
        let own = text.get(start..own).map_or(0, |own| own.trim().len()).min(shown.len());
        out.push(Heard { text: shown, own, is_known: true, facts });
    }
    if out.is_empty() && !(text.is_empty() && seeds.iter().next().is_none()) {
        let mut facts = seeds.clone();
        let has_code = facts.get("code").is_some_and(|code| book.codes.get(code).is_some());
        let is_known = has_code || facts.get("denied").is_some() || facts.get("trouble").is_some();
        if facts.get("code").is_some() {
            facts.add("says", text);
        }
        derive(book, &mut facts);
        out.push(Heard { text: text.to_owned(), own: 0, is_known, facts });
    }
    out
}

/// How much behind a message is shown with it: the rest of the line, or some words of it and no part of a word.
fn sentence(rest: &str) -> usize {
    const MOST: usize = 80;
    let line = rest.find('\n').unwrap_or(rest.len());
    if line <= MOST {
        return line;
    }
    let part = rest.get(..super::clean::floor(rest, MOST)).unwrap_or_default();
    part.rfind(' ').unwrap_or(0)
}

/// Where the line of a message ends, if it was cut there: the line, or the message to the end of its line, is just as long as the
/// product keeps one, or dots stand for the rest. Of several messages of a line the last one is cut.
fn cut_at(text: &str, (start, own, next): (usize, usize, usize)) -> Option<usize> {
    let behind = text.get(own..).unwrap_or_default();
    let end = own + behind.find('\n').unwrap_or(behind.len());
    if next < end.min(text.trim_end_matches(['.', '\u{2026}']).len()) {
        return None;
    }
    let from = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(from..end)?.trim_end();
    let own = text.get(start..end)?.trim_end();
    let is_cut = [line, own].iter().any(|part| CUTS.contains(&part.chars().count()))
        || line.ends_with("...")
        || line.ends_with('\u{2026}');
    is_cut.then_some(from + line.trim_end_matches(['.', '\u{2026}']).trim_end().len())
}

/// Everything that matches anywhere.
fn hits<'b>(book: &'b Book, text: &'b str) -> Vec<Hit<'b>> {
    let found = book.matches(text, MOST_MESSAGES).into_iter().map(|(message, found)| Hit {
        id: &message.id,
        kind: if message.is_tail { Kind::Tail } else { Kind::Message },
        level: message.level,
        found,
        set: Cow::Borrowed(&message.set),
        reach: message.reach,
    });
    let mut hits: Vec<Hit<'_>> = found.collect();
    hits.extend(book.codes.find_in(text).take(MOST_MESSAGES).map(|code| {
        let name = text.get(code.start..code.end).unwrap_or_default();
        Hit {
            id: "code",
            kind: Kind::Code,
            level: Level::Code,
            found: Found {
                start: code.start,
                end: code.end,
                rest: Some(code.end),
                values: vec![("code", book.codes.name(name))],
                is_cut: false,
                letters: code.end - code.start,
            },
            set: Cow::Borrowed(&code.group.set),
            reach: None,
        }
    }));
    hits
}

fn facts(book: &Book, chain: &[Hit<'_>], seeds: &Facts) -> Facts {
    let mut facts = seeds.clone();
    let mut last = "";
    for hit in chain {
        if hit.kind == Kind::Message || last.is_empty() {
            last = hit.id;
        }
        // What the code tells is taken from it in the end: AWS's text outweighs it.
        for (name, value) in hit.set.iter().filter(|_| hit.kind != Kind::Code) {
            facts.add(name, value);
        }
        for (name, value) in &hit.found.values {
            if matches!(
                *name,
                "article" | "retries" | "request" | "what" | "how" | "object" | "table" | "url" | "scheme"
            ) {
                continue;
            }
            let value = value.trim_matches(['"', '\'']);
            if *name == "layer" {
                if let Some(layer) = book.layer(value) {
                    facts.set("layer", layer);
                }
                continue;
            }
            // What is said further in is nearer to the call.
            match *name {
                "code" if hit.kind == Kind::Code => facts.add(name, value),
                "code" | "operation" | "action" | "principal" | "frame" => facts.set(name, value),
                _ => facts.add(name, value),
            }
        }
        if let Some(trouble) = hit.set.get("trouble").filter(|_| hit.kind != Kind::Code) {
            facts.set("trouble", trouble);
        }
        if hit.found.is_cut {
            facts.set("is-cut", "true");
        }
    }
    facts.set("message", last);
    // What AWS says outweighs what a client, or the product, makes of it.
    let texts = || chain.iter().filter(|hit| hit.is_text());
    let is_trouble = texts().any(|hit| hit.set.contains_key("trouble"));
    if is_trouble && !texts().any(|hit| hit.set.contains_key("denied")) {
        facts.remove("denied");
    }
    if facts.get("trouble").is_some() {
        facts.remove("empty");
    }
    facts
}

/// Words behind a client's own that no template knows.
fn said(chain: &[Hit<'_>], text: &str, facts: &mut Facts) {
    if chain.iter().any(Hit::is_text) {
        return;
    }
    let Some(from) = chain.iter().filter_map(|hit| hit.found.rest).max() else { return };
    let behind = chain.iter().filter(|hit| hit.kind == Kind::Tail && hit.found.start >= from);
    let to = behind.map(|hit| hit.found.start).min().unwrap_or(text.len());
    let line = text.get(from..to).unwrap_or_default();
    let line = line.get(..line.find('\n').unwrap_or(line.len())).unwrap_or_default();
    let line = line.trim_matches([':', ' ', ')', '"', '\'', '.', '(']);
    let most = super::clean::floor(line, LONGEST_SAID);
    let line = line.get(..most).unwrap_or_default();
    let line =
        if most == LONGEST_SAID { line.rsplit_once(' ').map_or(line, |(words, _)| words) } else { line };
    facts.set("says", line);
}
