//! Which matches of a text are parts of one message: what stands in what, and where another message begins.

use super::book::{Book, Level};
use super::template::Found;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Between a message and what is in it there stands no more than this.
const GAP: usize = 400;
/// Between a code and its sentence there stands no more than this.
const CODE_GAP: usize = 40;

/// What a hit is the match of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A template.
    Message,
    /// A template of what stands behind a message.
    Tail,
    /// A code by itself.
    Code,
}

/// The match of one template, or a code by itself.
#[derive(Debug, Clone)]
pub(super) struct Hit<'b> {
    pub(super) id: &'b str,
    pub(super) kind: Kind,
    pub(super) level: Level,
    pub(super) found: Found<'b>,
    pub(super) set: Cow<'b, BTreeMap<String, String>>,
    /// How far behind the rest a tail may stand, of which there may be several.
    pub(super) reach: Option<usize>,
}

impl Hit<'_> {
    /// Whether it is what AWS, or the product itself, says.
    pub(super) fn is_text(&self) -> bool {
        self.kind == Kind::Message && self.level >= Level::Service
    }
}

/// Of matches that begin at one place on one level the one with most letters. Where several cut ones have as many, what they
/// agree on.
pub(super) fn best(mut hits: Vec<Hit<'_>>) -> Vec<Hit<'_>> {
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
pub(super) fn chains<'b>(book: &Book, text: &str, hits: Vec<Hit<'b>>) -> Vec<Vec<Hit<'b>>> {
    let mut out: Vec<Vec<Hit<'_>>> = Vec::new();
    for hit in hits {
        match out.last_mut() {
            // The words of a text may be those of another client's line.
            Some(chain) if is_inside(chain, &hit) => {}
            Some(chain) if belongs(book, text, chain, &hit) => chain.push(hit),
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

fn belongs<'b>(book: &Book, text: &str, chain: &[Hit<'b>], hit: &Hit<'b>) -> bool {
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
            let is_same =
                codes.next().is_none_or(|(_, other)| code.is_some_and(|(_, code)| is_one_code(other, code)));
            let is_alike = chain.iter().filter(|other| other.is_text()).all(|other| is_alike(other, hit));
            is_same && is_alike && (is_behind || chain.iter().any(fits_in))
        }
        Kind::Tail => {
            let is_within = chain.last().is_some_and(|last| hit.found.start < last.found.end);
            let is_first = hit.reach.is_some() || !chain.iter().any(|other| other.kind == Kind::Tail);
            let is_behind = match hit.reach {
                Some(reach) => chain.last().is_some_and(|last| is_near(last.found.end, reach)),
                None => is_behind,
            };
            (is_within || is_behind) && is_first && !clash(chain, hit)
        }
        Kind::Message => {
            let is_taken = |other: &Hit<'_>| {
                other.kind == Kind::Message && other.level >= hit.level && other.level != Level::Detail
            };
            let is_direct = |before: &Hit<'_>| {
                hit.found.start < before.found.end || before.found.rest.is_some_and(|rest| is_near(rest, 2))
            };
            let joins = !chain.iter().any(is_taken)
                && chain.iter().any(fits_in)
                && (chain.iter().any(is_direct) || !is_of_other_call(book, chain, hit));
            // An address, or the name of an error, in front of the sentence.
            let is_prelude = |other: &Hit<'_>| match other.kind {
                Kind::Code => hit.level < Level::Code && is_near(other.found.end, CODE_GAP),
                Kind::Message => other.level == Level::Detail && hit.level == Level::Service,
                Kind::Tail => false,
            };
            let begins = is_behind && chain.iter().all(is_prelude) && !clash(chain, hit);
            let last = chain.iter().rev().find(|other| other.kind == Kind::Message);
            let end = chain.iter().map(|other| other.found.end).max().unwrap_or_default();
            joins
                || begins
                || last.is_some_and(|before| adds(text, before, hit, end))
                    && !is_of_other_call(book, chain, hit)
        }
    }
}

/// Whether two names are of one code: clients in Java, Python and JavaScript call the class of an error by its code and a word more.
fn is_one_code(one: &str, other: &str) -> bool {
    let plain = |code: &'_ str| -> usize {
        let ends = ["Exception", "Fault", "Error"].into_iter();
        ends.filter_map(|end| code.strip_suffix(end)).map(str::len).next().unwrap_or(code.len())
    };
    let (one, other) = (one.get(..plain(one)).unwrap_or(one), other.get(..plain(other)).unwrap_or(other));
    one.eq_ignore_ascii_case(other)
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
    let is_other =
        |name: &str, one: &str, other: &str| matches!(name, "code" | "status") && !is_one_code(one, other);
    chain.iter().flat_map(|before| &before.found.values).any(|(name, value)| {
        hit.found.values.iter().any(|(other, found)| other == name && is_other(name, value, found))
    })
}

/// Whether a refusal is of another call than the one that the client's line names: then it is another message, however near it
/// stands. A call of one service may be refused for what it needs of another, as a read of S3 is for a KMS key.
fn is_of_other_call(book: &Book, chain: &[Hit<'_>], hit: &Hit<'_>) -> bool {
    let told = |hit: &Hit<'_>, name: &str| -> Option<String> {
        let found = hit.found.values.iter().rev().find(|(own, _)| *own == name).map(|(_, value)| *value);
        found.or_else(|| hit.set.get(name).map(String::as_str)).map(str::to_owned)
    };
    let Some(operation) = chain.iter().rev().find_map(|before| told(before, "operation")) else {
        return false;
    };
    let service = chain.iter().rev().find_map(|before| told(before, "service"));
    let other = told(hit, "action").or_else(|| book.action_of(&told(hit, "operation")?, None));
    let (Some(called), Some(other)) = (book.action_of(&operation, service.as_deref()), other) else {
        return false;
    };
    let prefix = |action: &str| action.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let (own, needed) = (prefix(&called), prefix(&other));
    if own == needed { !called.eq_ignore_ascii_case(&other) } else { !book.may_need(&own, &needed) }
}

/// What AWS adds to its own text: a code with its sentence, the encoded reason behind the readable one.
fn adds(text: &str, before: &Hit<'_>, hit: &Hit<'_>, end: usize) -> bool {
    let same = |name: &str| before.set.get(name).is_some_and(|value| hit.set.get(name) == Some(value));
    let clash =
        before.found.values.iter().any(|(name, value)| {
            hit.found.values.iter().any(|(other, found)| other == name && found != value)
        });
    // Behind a sentence that says who may not do what, words belong to another message.
    let is_sentence = before.found.values.iter().any(|(name, _)| *name == "action");
    let is_again = hit.id == before.id && hit.found.values == before.found.values;
    let is_next = || {
        let between = text.get(before.found.end..hit.found.start).unwrap_or_default();
        let words = between.rsplit_once(" action").map_or(between, |(_, behind)| behind);
        !words.contains(char::is_alphanumeric)
    };
    before.level == Level::Service
        && hit.level == Level::Service
        && !clash
        && (same("denied") && (!is_sentence || is_again || is_next())
            || same("trouble")
            || before.set.contains_key("empty"))
        && hit.found.start >= before.found.end
        && hit.found.start.saturating_sub(end.max(before.found.end)) <= 100
}
