//! From a cleaned text to messages: which templates match where, what stands in what, and the facts that come of it.

use super::book::{Book, Level, Message};
use super::template::Found;
use crate::finding::triage::Facts;
use crate::policy::arn;
use std::collections::BTreeMap;

/// The product's own limits of stored texts: one of just that many characters was cut.
/// (255: diworker base.py `last_import_attempt_error`; 1024: resource_discovery worker.py `last_error`, CloudTrail.)
const CUTS: [usize; 2] = [255, 1024];
/// Messages of one text; a text with more is not one that a person pasted.
const MOST_MESSAGES: usize = 2_000;
/// Between a message and what is in it there stands no more than this.
const GAP: usize = 400;

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

/// The match of one template.
#[derive(Debug, Clone)]
struct Hit<'b> {
    message: &'b Message,
    found: Found,
    set: BTreeMap<String, String>,
}

/// The messages of a cleaned text. A text in which no template matches is one message that nobody knows.
pub(super) fn messages(book: &Book, text: &str, seeds: &Facts) -> Vec<Heard> {
    let text = text.trim();
    let is_cut = CUTS.contains(&text.chars().count()) || text.ends_with("...") || text.ends_with('\u{2026}');
    let text = text.trim_end_matches(['.', '\u{2026}']).trim_end();
    let lower = text.to_ascii_lowercase();
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for message in &book.messages {
        let found = message.template.find_in(text, &lower).take(MOST_MESSAGES);
        hits.extend(found.map(|found| Hit { message, found, set: message.set.clone() }));
    }
    let chains = chains(best(hits));
    let mut out: Vec<Heard> = Vec::new();
    let last = chains.len().saturating_sub(1);
    for (at, chain) in chains.iter().enumerate().take(MOST_MESSAGES) {
        let start = chain.first().map_or(0, |hit| hit.found.start);
        let next =
            chains.get(at + 1).and_then(|chain| chain.first()).map_or(text.len(), |hit| hit.found.start);
        let own = chain.iter().map(|hit| hit.found.end).max().unwrap_or(next);
        let rest = text.get(own..next).unwrap_or_default();
        let sentence = rest.find(['\n']).unwrap_or(rest.len()).min(80);
        let end = own + super::clean::floor(rest, sentence);
        let mut facts = facts(book, chain, seeds);
        // What the end of a cut text cut off is no value.
        if is_cut && at == last {
            facts.set("is-cut", "true");
            for hit in chain.iter().filter(|hit| hit.found.end == text.len()) {
                if let Some((name, value)) = hit.found.values.last()
                    && text.ends_with(value.as_str())
                    && facts.get(name) == Some(value)
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
        let is_known = facts.get("denied").is_some() || facts.get("trouble").is_some();
        derive(book, &mut facts);
        out.push(Heard { text: text.to_owned(), is_known, facts });
    }
    out
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
            other.message.level == hit.message.level
                && hit.found.start < other.found.end.max(other.found.start + 1)
        };
        let Some(other) = out.iter_mut().rev().take(8).find(inside) else {
            out.push(hit);
            continue;
        };
        let is_tie = other.found.start == hit.found.start && other.found.letters == hit.found.letters;
        if is_tie && other.found.is_cut && hit.found.is_cut {
            other.set.retain(|name, value| hit.set.get(name) == Some(value));
            other.found.values.retain(|value| hit.found.values.contains(value));
        }
    }
    out
}

/// What stands in what: a message of a deeper level just behind where an outer one says that another may begin, or within it.
fn chains(hits: Vec<Hit<'_>>) -> Vec<Vec<Hit<'_>>> {
    let mut out: Vec<Vec<Hit<'_>>> = Vec::new();
    for hit in hits {
        let joins = out.last().and_then(|chain| chain.last()).is_some_and(|before| {
            let is_deeper = before.message.level < hit.message.level;
            let within = hit.found.start < before.found.end;
            let behind = before
                .found
                .rest
                .is_some_and(|rest| hit.found.start >= rest && hit.found.start - rest <= GAP);
            is_deeper && (within || behind)
        });
        let adds = out.last().and_then(|chain| chain.last()).is_some_and(|before| adds(before, &hit));
        match out.last_mut() {
            Some(chain) if joins || adds => chain.push(hit),
            _ => out.push(vec![hit]),
        }
    }
    out
}

/// What AWS adds to its own text: a code with its sentence, the encoded reason behind the readable one.
fn adds(before: &Hit<'_>, hit: &Hit<'_>) -> bool {
    let same = |name: &str| before.set.get(name).is_some_and(|value| hit.set.get(name) == Some(value));
    let clash =
        before.found.values.iter().any(|(name, value)| {
            hit.found.values.iter().any(|(other, found)| other == name && found != value)
        });
    before.message.level == Level::Service
        && hit.message.level == Level::Service
        && !clash
        && (same("denied") || same("trouble") || before.set.contains_key("empty"))
        && hit.found.start >= before.found.end
        && hit.found.start - before.found.end <= 100
}

fn facts(book: &Book, chain: &[Hit<'_>], seeds: &Facts) -> Facts {
    let mut facts = seeds.clone();
    let mut known: Vec<&str> = Vec::new();
    for hit in chain {
        known.push(&hit.message.id);
        for (name, value) in &hit.set {
            facts.add(name, value);
        }
        for (name, value) in &hit.found.values {
            if matches!(&**name, "article" | "retries" | "request" | "what" | "object" | "table") {
                continue;
            }
            let value = value.trim_matches(['"', '\'']);
            if &**name == "layer" {
                if let Some(layer) = book.layer(value) {
                    facts.set("layer", layer);
                }
                continue;
            }
            // What is said further in is nearer to the call.
            match &**name {
                "code" | "operation" | "action" | "principal" => facts.set(name, value),
                _ => facts.add(name, value),
            }
        }
        if let Some(trouble) = hit.set.get("trouble") {
            facts.set("trouble", trouble);
        }
        if let Some(operation) = hit.found.values.iter().find(|(name, _)| &**name == "operation") {
            facts.set("operation", &operation.1);
        }
        if hit.found.is_cut {
            facts.set("is-cut", "true");
        }
    }
    facts.set("message", known.last().copied().unwrap_or_default());
    // What AWS says outweighs the empty rest of a client's line.
    if facts.get("trouble").is_some() {
        facts.remove("empty");
    }
    if facts.get("trouble").is_some_and(|trouble| {
        matches!(
            trouble,
            "key-unknown" | "secret-wrong" | "cost-explorer" | "bucket-missing" | "token-expired"
        )
    }) {
        facts.remove("denied");
    }
    facts
}

/// What follows from the facts that the text has.
fn derive(book: &Book, facts: &mut Facts) {
    if facts.get("code").is_some_and(|code| {
        [
            "AccessDenied",
            "AccessDeniedException",
            "UnauthorizedOperation",
            "Client.UnauthorizedOperation",
            "VpceAccessDenied",
            "AccessDeniedFault",
            "AuthorizationError",
        ]
        .contains(&code)
    }) && facts.get("trouble").is_none()
    {
        facts.set("denied", "true");
    }
    if facts.get("code") == Some("VpceAccessDenied") {
        facts.add("layer", "endpoint");
    }
    if facts.get("code") == Some("403") && facts.get("trouble").is_none() {
        facts.set("denied", "true");
    }
    let service = facts.get("service").map(str::to_owned);
    if facts.get("action").is_none()
        && let Some(operation) = facts.get("operation").map(str::to_owned)
        && let Some(action) =
            book.action_of(&operation, service.as_deref()).or_else(|| book.action_of(&operation, None))
    {
        facts.set("action", &action);
    }
    if let Some(action) = facts.get("action").and_then(crate::catalog::action) {
        facts.set("action", &format!("{}:{}", action.service().prefix(), action.name()));
    }
    if let Some(key) = facts.get("key").and_then(listed_key) {
        facts.set("key", &key);
    }
    resource(facts);
    let account = |text: Option<&str>| text.and_then(arn::account_of).map(str::to_owned);
    let caller = account(facts.get("principal"));
    let owner = account(facts.get("resource"));
    if let Some(caller) = &caller {
        facts.add("account", caller);
    }
    if let (Some(caller), Some(owner)) = (&caller, facts.get("owner").map(str::to_owned).or(owner)) {
        facts.set("accounts-are", if *caller == owner { "the-same" } else { "different" });
    }
    if facts.get("step").is_none()
        && facts.get("action").is_some_and(|action| book.is_discovery(action))
        && facts.get("denied").is_some()
    {
        facts.set("step", "discovery");
    }
}

/// Bucket, key and ARN of S3, each from the others.
fn resource(facts: &mut Facts) {
    if let Some(name) =
        facts.get("resource").and_then(|arn| arn.split_once(":s3:::")).map(|(_, name)| name.to_owned())
    {
        let (bucket, key) = name.split_once('/').unwrap_or((name.as_str(), ""));
        facts.add("bucket", bucket);
        facts.add("key", key);
        return;
    }
    let is_s3 = facts.get("action").is_some_and(|action| action.starts_with("s3:"));
    if let (true, None, Some(bucket)) = (is_s3, facts.get("resource"), facts.get("bucket").map(str::to_owned))
        && is_bucket(&bucket)
    {
        let on_object = facts.get("action").is_some_and(|action| {
            crate::catalog::action(action)
                .is_some_and(|action| action.resource_types().any(|on| on.resource_type.name() == "object"))
        });
        match (on_object, facts.get("key").map(str::to_owned)) {
            (true, Some(key)) => facts.set("resource", &format!("arn:aws:s3:::{bucket}/{key}")),
            (true, None) => {}
            (false, _) => facts.set("resource", &format!("arn:aws:s3:::{bucket}")),
        }
    }
}

/// The key out of a printed record of a listing: `{'Key': 'reports/x', …}`.
fn listed_key(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("'Key': '").or_else(|| text.split_once("\"Key\": \""))?;
    Some(behind.split(['\'', '"']).next()?.to_owned())
}

/// Whether a text can be the name of a bucket.
pub(super) fn is_bucket(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'))
}
