//! From a cleaned text to messages: which templates match where, what stands in what, and the facts that come of it.

use super::book::{Book, Level};
use super::derive::derive;
use super::template::Found;
use crate::finding::triage::Facts;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The product's own limits of stored texts: one of just that many characters was cut.
/// (255: diworker base.py `last_import_attempt_error`; 1024: resource_discovery worker.py `last_error`, CloudTrail.)
const CUTS: [usize; 2] = [255, 1024];
/// Messages of one text; a text with more is not one that a person pasted.
const MOST_MESSAGES: usize = 2_000;
/// Between a message and what is in it there stands no more than this.
const GAP: usize = 400;
/// Between a code and its sentence there stands no more than this.
const CODE_GAP: usize = 40;
/// Of words that no template knows so much is kept.
const LONGEST_SAID: usize = 300;

/// A message of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    /// The text that it stands in.
    pub(super) text: String,
    /// Whether a template knows it.
    pub(super) is_known: bool,
    /// What it tells.
    pub(super) facts: Facts,
}

/// What a hit is the match of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A template.
    Message,
    /// A template of what stands behind a message.
    Tail,
    /// A code by itself.
    Code,
}

/// The match of one template, or a code by itself.
#[derive(Debug, Clone)]
struct Hit<'b> {
    id: &'b str,
    kind: Kind,
    level: Level,
    found: Found<'b>,
    set: Cow<'b, BTreeMap<String, String>>,
}

impl Hit<'_> {
    /// Whether it is what AWS, or the product itself, says.
    fn is_text(&self) -> bool {
        self.kind == Kind::Message && self.level >= Level::Service
    }
}

/// The messages of a cleaned text. A text in which no template matches is one message that nobody knows.
pub(super) fn messages(book: &Book, text: &str, seeds: &Facts) -> Vec<Heard> {
    let text = text.trim();
    let is_cut = CUTS.contains(&text.chars().count()) || text.ends_with("...") || text.ends_with('\u{2026}');
    let text = text.trim_end_matches(['.', '\u{2026}']).trim_end();
    let chains = chains(text, best(hits(book, text)));
    let mut out: Vec<Heard> = Vec::new();
    let last = chains.len().saturating_sub(1);
    for (at, chain) in chains.iter().enumerate().take(MOST_MESSAGES) {
        let start = chain.first().map_or(0, |hit| hit.found.start);
        let next =
            chains.get(at + 1).and_then(|chain| chain.first()).map_or(text.len(), |hit| hit.found.start);
        let own = chain.iter().map(|hit| hit.found.end).max().unwrap_or(next).min(next);
        let rest = text.get(own..next).unwrap_or_default();
        let sentence = rest.find(['\n']).unwrap_or(rest.len()).min(80);
        let end = own + super::clean::floor(rest, sentence);
        let mut facts = facts(book, chain, seeds);
        said(chain, text.get(..next).unwrap_or_default(), &mut facts);
        // What the end of a cut text cut off is no value.
        if is_cut && at == last {
            facts.set("is-cut", "true");
            for hit in chain.iter().filter(|hit| hit.found.end == text.len()) {
                if let Some((name, value)) = hit.found.values.last()
                    && text.ends_with(value)
                    && facts.get(name) == Some(*value)
                {
                    facts.remove(name);
                }
            }
        }
        derive(book, &mut facts);
        let shown = text.get(start..end).unwrap_or(text).trim().to_owned();
        out.push(Heard { text: shown, is_known: true, facts });
    }
    if out.is_empty() && !(text.is_empty() && seeds.iter().next().is_none()) {
        let mut facts = seeds.clone();
        let has_code = facts.get("code").is_some_and(|code| book.codes.get(code).is_some());
        let is_known = has_code || facts.get("denied").is_some() || facts.get("trouble").is_some();
        if facts.get("code").is_some() {
            facts.add("says", text);
        }
        derive(book, &mut facts);
        out.push(Heard { text: text.to_owned(), is_known, facts });
    }
    out
}

/// Everything that matches anywhere.
fn hits<'b>(book: &'b Book, text: &'b str) -> Vec<Hit<'b>> {
    let found = book.matches(text, MOST_MESSAGES).into_iter().map(|(message, found)| Hit {
        id: &message.id,
        kind: if message.is_tail { Kind::Tail } else { Kind::Message },
        level: message.level,
        found,
        set: Cow::Borrowed(&message.set),
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
        }
    }));
    hits
}

/// Of matches that begin at one place on one level the one with most letters. Where several cut ones have as many, what they
/// agree on.
fn best(mut hits: Vec<Hit<'_>>) -> Vec<Hit<'_>> {
    hits.sort_by_key(|hit| {
        let found = &hit.found;
        (found.start, std::cmp::Reverse(found.letters), found.is_cut, std::cmp::Reverse(found.end))
    });
    let mut out: Vec<Hit<'_>> = Vec::new();
    for hit in hits {
        let inside = |other: &&mut Hit<'_>| {
            other.level == hit.level && hit.found.start < other.found.end.max(other.found.start + 1)
        };
        let Some(other) = out.iter_mut().rev().take(8).find(inside) else {
            out.push(hit);
            continue;
        };
        let is_tie = other.found.start == hit.found.start && other.found.letters == hit.found.letters;
        if is_tie && other.found.is_cut && hit.found.is_cut {
            other.set.to_mut().retain(|name, value| hit.set.get(name) == Some(value));
            other.found.values.retain(|value| hit.found.values.contains(value));
        }
    }
    out
}

/// What stands in what: a message of a deeper level just behind where an outer one says that another may begin, or within it;
/// and around it what belongs to it.
fn chains<'b>(text: &str, hits: Vec<Hit<'b>>) -> Vec<Vec<Hit<'b>>> {
    let mut out: Vec<Vec<Hit<'_>>> = Vec::new();
    for hit in hits {
        match out.last_mut() {
            // The words of a text may be those of another client's line.
            Some(chain) if is_inside(chain, &hit) => {}
            Some(chain) if belongs(text, chain, &hit) => chain.push(hit),
            _ => out.push(vec![hit]),
        }
    }
    out
}

/// Whether a client's line stands within what AWS or the product says.
fn is_inside(chain: &[Hit<'_>], hit: &Hit<'_>) -> bool {
    hit.kind == Kind::Message
        && hit.level < Level::Service
        && chain.iter().any(|text| text.is_text() && hit.found.start < text.found.end)
}

fn belongs<'b>(text: &str, chain: &[Hit<'b>], hit: &Hit<'b>) -> bool {
    let is_near = |from: usize, most: usize| {
        hit.found.start >= from
            && hit.found.start - from <= most
            && text.get(from..hit.found.start).is_some_and(|between| !between.contains('\n'))
    };
    let fits_in = |before: &Hit<'_>| {
        let most = if before.kind == Kind::Code { CODE_GAP } else { GAP };
        before.level < hit.level
            && (hit.found.start < before.found.end
                || before.found.rest.is_some_and(|rest| is_near(rest, most)))
    };
    let is_behind = chain.last().is_some_and(|last| is_near(last.found.end, GAP));
    match hit.kind {
        Kind::Code => {
            let own = |other: &Hit<'b>| other.found.values.iter().find(|(name, _)| *name == "code").copied();
            let mut codes = chain.iter().filter_map(own);
            let code = own(hit);
            let is_same = codes.next().is_none_or(|other| Some(other) == code);
            let is_alike = chain.iter().filter(|other| other.is_text()).all(|other| is_alike(other, hit));
            is_same && is_alike && (is_behind || chain.iter().any(fits_in))
        }
        Kind::Tail => {
            let is_within = chain.last().is_some_and(|last| hit.found.start < last.found.end);
            let is_first = !chain.iter().any(|other| other.kind == Kind::Tail);
            (is_within || is_behind) && is_first && !clash(chain, hit)
        }
        Kind::Message => {
            let is_taken = |other: &Hit<'_>| {
                other.kind == Kind::Message && other.level >= hit.level && other.level != Level::Detail
            };
            let joins = !chain.iter().any(is_taken) && chain.iter().any(fits_in);
            // An address, or the name of an error, in front of the sentence.
            let is_prelude = |other: &Hit<'_>| match other.kind {
                Kind::Code => hit.level < Level::Code && is_near(other.found.end, CODE_GAP),
                Kind::Message => other.level == Level::Detail && hit.level == Level::Service,
                Kind::Tail => false,
            };
            let begins = is_behind && chain.iter().all(is_prelude) && !clash(chain, hit);
            let text = chain.iter().rev().find(|other| other.kind == Kind::Message);
            joins || begins || text.is_some_and(|before| adds(before, hit))
        }
    }
}

/// Whether a code may be that of a text.
fn is_alike(text: &Hit<'_>, code: &Hit<'_>) -> bool {
    let of = |name: &str| (text.set.get(name), code.set.get(name));
    match (of("denied"), of("trouble")) {
        ((Some(_), None), (_, Some(_))) | ((None, Some(_)), (Some(_), _)) => false,
        (_, (Some(one), Some(other))) => one == other,
        _ => true,
    }
}

/// Whether two parts name different codes or statuses.
fn clash(chain: &[Hit<'_>], hit: &Hit<'_>) -> bool {
    let is_other = |name: &str, one: &str, other: &str| {
        matches!(name, "code" | "status") && !one.eq_ignore_ascii_case(other)
    };
    chain.iter().flat_map(|before| &before.found.values).any(|(name, value)| {
        hit.found.values.iter().any(|(other, found)| other == name && is_other(name, value, found))
    })
}

/// What AWS adds to its own text: a code with its sentence, the encoded reason behind the readable one.
fn adds(before: &Hit<'_>, hit: &Hit<'_>) -> bool {
    let same = |name: &str| before.set.get(name).is_some_and(|value| hit.set.get(name) == Some(value));
    let clash =
        before.found.values.iter().any(|(name, value)| {
            hit.found.values.iter().any(|(other, found)| other == name && found != value)
        });
    before.level == Level::Service
        && hit.level == Level::Service
        && !clash
        && (same("denied") || same("trouble") || before.set.contains_key("empty"))
        && hit.found.start >= before.found.end
        && hit.found.start - before.found.end <= 100
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
            if matches!(*name, "article" | "retries" | "request" | "what" | "object" | "table" | "url") {
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
                "code" | "operation" | "action" | "principal" => facts.set(name, value),
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
    let line = line.get(..super::clean::floor(line, LONGEST_SAID)).unwrap_or_default();
    facts.set("says", line);
}
