//! What to ask for: of all answers that could be had the one that tells most of the open causes apart.

use super::Bench;
use super::layer::is_at_hand;
use super::pages::AskPage;
use super::weigh::{Weighed, has_evidence};
use super::when::fill;
use super::whose::is_personal;
use crate::contract::{Form, Origin};
use crate::eval::{Caller, CallerKind};
use crate::finding::Unknown;
use crate::finding::triage::{Asked, Facts, Standing, Sure};
use crate::policy::arn;
use std::collections::BTreeMap;

/// More is not asked for at once.
const MOST: usize = 4;
/// Where a fact of the judge is asked for by another name.
const CALLED: [(&str, &str); 3] =
    [("role-policy", "reader-policy"), ("endpoint", "endpoint-policy"), ("session", "session-policy")];

/// Which facts of the judge are about which layer.
const LAYERS: [(&str, &[&str]); 8] = [
    (
        "identity",
        &[
            "reader-policy",
            "role-policy",
            "reader-policy-missing",
            "reader-list-unread",
            "inline-policy-missing",
            "group-policies",
            "reader-groups",
            "policy-version",
        ],
    ),
    ("resource", &["bucket-policy", "key-policy", "trust-policy"]),
    ("trust", &["trust-policy"]),
    ("boundary", &["boundary", "role-boundary", "boundary-missing"]),
    ("session", &["session"]),
    ("scp", &["scp"]),
    ("rcp", &["rcp"]),
    ("endpoint", &["endpoint"]),
];

/// What to ask for next.
pub(super) fn asks(bench: &Bench<'_>, facts: &Facts, weighed: &Weighed) -> Vec<Asked> {
    let confirmed = weighed
        .causes
        .iter()
        .any(|(_, cause)| cause.standing == Standing::Confirmed && cause.sure == Sure::Certain);
    if confirmed {
        return Vec::new();
    }
    let asker = Asker { bench, weighed, facts: &told(bench, facts, &weighed.form) };
    let mut scores: BTreeMap<&str, (u32, usize, usize)> = BTreeMap::new();
    let mut order = 0;
    for (id, cause) in weighed.causes.iter().filter(|(_, cause)| cause.standing == Standing::Open) {
        let Some(page) = id.as_deref().and_then(|id| bench.book.cause(id)) else { continue };
        let is_possible = |ask: &&String| bench.book.ask(ask).is_some_and(|page| asker.is_possible(page));
        for (at, ask) in page.asks.iter().filter(is_possible).enumerate() {
            order += 1;
            let entry = scores.entry(ask).or_insert((0, 0, order));
            entry.0 += if at == 0 { weight(cause.sure) } else { weight(cause.sure) / 2 };
            entry.1 += 1;
        }
    }
    let mut list: Vec<(u32, usize, Asked)> = Vec::new();
    let is_denied = facts.get("denied").is_some();
    for (id, (score, settles, order)) in scores {
        let Some(page) = bench.book.ask(id) else { continue };
        if !asker.is_there(page) {
            list.push((score, order, asker.asked(page, settles)));
        }
    }
    // What the judge waits for, once it has begun to look.
    if has_evidence(bench.evidence) {
        for (unknown, sure) in weighed.unknown.iter().filter(|(unknown, _)| is_of_layer(unknown, facts)) {
            order += 1;
            list.extend(asker.waited(unknown).map(|asked| (weight(*sure) / 2, order, asked)));
        }
    }
    list.sort_by_key(|(score, order, _)| (std::cmp::Reverse(*score), *order));
    let mut out: Vec<Asked> = Vec::new();
    for (_, _, asked) in list {
        let words = |text: &str| -> String { text.split(' ').take(3).collect::<Vec<_>>().join(" ") };
        let is_known =
            |other: &Asked| words(&other.command) == words(&asked.command) || other.what == asked.what;
        if !out.iter().any(is_known) {
            out.push(asked);
        }
    }
    out.truncate(MOST);
    // What was given settles nothing: how AWS saw the call may.
    if out.is_empty() {
        let names = match (is_denied, weighed.causes.is_empty()) {
            (_, true) => &["cloudtrail-event", "form"][..],
            (true, false) => &["cloudtrail-event"],
            (false, false) => &[],
        };
        let pages = names.iter().filter_map(|name| bench.book.ask(name));
        out.extend(pages.filter(|page| asker.is_possible(page)).map(|page| asker.asked(page, 0)));
    }
    out
}

/// Whether something is to be known of the layer that the text names; of any, where it names none.
fn is_of_layer(unknown: &Unknown, facts: &Facts) -> bool {
    let Some(layer) = facts.get("layer") else { return true };
    LAYERS.iter().any(|(of, facts)| *of == layer && facts.contains(&&*unknown.fact))
}

fn weight(sure: Sure) -> u32 {
    match sure {
        Sure::Certain => 6,
        Sure::Likely => 4,
        Sure::Possible => 2,
    }
}

/// The facts with what follows from them for commands: who is to be looked at, and by which name CloudTrail has the call.
fn told(bench: &Bench<'_>, facts: &Facts, form: &Form) -> Facts {
    let mut out = facts.clone();
    let is_sts = facts.get("action").is_some_and(|action| action.starts_with("sts:"));
    let reader = form.text("reader");
    let arn = if is_sts { reader } else { facts.get("principal").or(reader) };
    if let Some(caller) = arn.filter(|arn| !arn.is_empty()).and_then(|arn| Caller::parse(arn).ok()) {
        let kind = match caller.kind() {
            CallerKind::User => "user",
            CallerKind::Role | CallerKind::Session => "role",
            _ => "other",
        };
        out.set("caller", kind);
        if kind != "other" {
            out.set("reader-name", caller.name());
        }
    }
    let event = facts.get("operation").or(facts.get("action"));
    if let Some(event) = event.and_then(|call| bench.book.event_of(call)) {
        out.set("event", event);
    }
    if let Some(kind) = form.text("export-type") {
        out.add("type", kind);
    }
    // The owner of the bucket need not be the caller's account; only who connects it says so.
    let of_form = form.get("account").filter(|value| matches!(value.origin, Origin::Given(_)));
    let owner = form.text("bucket-account").or(facts.get("owner")).map(str::to_owned);
    let owner = owner
        .or_else(|| facts.get("resource").and_then(arn::account_of).map(str::to_owned))
        .or_else(|| of_form.map(|value| value.text.clone()));
    out.set("bucket-account", owner.as_deref().unwrap_or_default());
    // A file that was delivered, or the bucket's default, names the key.
    if let Some(key) = bench.evidence.bucket.key().filter(|key| !key.text.contains("${")) {
        out.add("kms-key", &key.text);
    }
    out
}

struct Asker<'c> {
    bench: &'c Bench<'c>,
    weighed: &'c Weighed,
    facts: &'c Facts,
}

impl Asker<'_> {
    /// Whether enough is known to ask for it.
    fn is_possible(&self, page: &AskPage) -> bool {
        page.needs.iter().all(|fact| self.facts.get(fact).is_some())
    }

    /// Whether the answer is at hand.
    fn is_there(&self, page: &AskPage) -> bool {
        if page.needs.iter().any(|fact| fact == "policy-id")
            && let Some(named) = self.facts.get("policy-id")
        {
            return is_at_hand(self.bench, named);
        }
        // The layer that is named did refuse, and not by what is at hand. Of policies of an organization there are more anyway.
        let named = self.facts.get("layer").unwrap_or_default();
        // A policy of the caller's that allows may not be attached; to be asked for once more it is not.
        let is_kept = named == "identity" && self.facts.explicit() == Some(false);
        let is_more = (self.weighed.is_not_all && !is_kept) || matches!(named, "scp" | "rcp");
        let of_layer = LAYERS.iter().find(|(layer, _)| *layer == named).map_or(&[][..], |(_, facts)| facts);
        if is_more && !self.weighed.is_other && page.gives.iter().any(|name| of_layer.contains(&&**name)) {
            return false;
        }
        self.is_given(page)
    }

    /// Whether such an answer is at hand, and of who was refused.
    fn is_given(&self, page: &AskPage) -> bool {
        let is_own = |name: &str| !(self.weighed.is_other && is_personal(name));
        let text = page.text(self.facts);
        text.gives
            .iter()
            .any(|name| is_own(name) && (self.bench.evidence.has(name) || self.bench.form.is_given(name)))
    }

    fn asked(&self, page: &AskPage, settles: usize) -> Asked {
        let form = &self.weighed.form;
        let value = |name: &str| match name {
            "reader-name" | "bucket-account" => self.facts.get(name),
            name => form.text(name).or(self.facts.get(name)),
        };
        let fill = |template: &str| {
            fill(template, |name| {
                let word = match name {
                    "reader-name" if self.facts.get("caller") == Some("role") => "ROLE".to_owned(),
                    "reader-name" => "USER".to_owned(),
                    other => other.to_uppercase().replace('-', "_"),
                };
                value(name).filter(|value| is_plain(value)).map_or(word, str::to_owned)
            })
        };
        let text = page.text(self.facts);
        let what = if self.is_given(page) {
            self.bench.library.phrases().say("triage-given-again", &[("what", text.what)])
        } else {
            text.what.to_owned()
        };
        Asked { what, is_sentence: false, command: fill(text.command), then: text.then.map(fill), settles }
    }

    /// What the judge waits for: as it is asked for elsewhere, or the command that its fact tells.
    fn waited(&self, unknown: &Unknown) -> Option<Asked> {
        let tell = unknown.tell.as_ref()?;
        let called = CALLED.iter().find(|(fact, _)| *fact == unknown.fact).map(|(_, ask)| *ask);
        let page = self.bench.book.ask(called.unwrap_or(&unknown.fact));
        if let Some(page) = page.filter(|page| self.is_possible(page) && !self.is_there(page)) {
            return Some(self.asked(page, 1));
        }
        let (command, then) = command_of(tell);
        Some(Asked { what: unknown.reason.clone(), is_sentence: true, command, then, settles: 1 })
    }
}

/// The first command of what a fact tells, and what it says behind it.
fn command_of(tell: &str) -> (String, Option<String>) {
    const ENDS: [&str; 5] = [" (", ", then ", ", aws ", ", or ", ", for each"];
    if !tell.starts_with("aws ") {
        return (tell.to_owned(), None);
    }
    // A query in quotes has commas of its own.
    let is_outside = |at: &usize| tell.get(..*at).is_some_and(|before| before.matches('\'').count() % 2 == 0);
    let places = ENDS.iter().flat_map(|end| tell.match_indices(end)).map(|(at, _)| at);
    let Some(at) = places.filter(is_outside).min() else { return (tell.to_owned(), None) };
    let (command, then) = tell.split_at_checked(at).unwrap_or((tell, ""));
    let then = then.trim_start_matches([',', ' ']);
    let inner = then.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    (command.to_owned(), Some(inner.unwrap_or(then).to_owned()))
}

/// Whether a value can stand in a command as it is: what a message names is not run by a shell.
fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.len() <= 2048
        && !value.starts_with('-')
        && value.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b'+' | b'=' | b',' | b'@')
        })
}

#[cfg(test)]
mod tests {
    use super::command_of;

    #[test]
    fn a_command_ends_before_the_words_behind_it() {
        for (tell, command, then) in [
            ("aws a b --c (then d)", "aws a b --c", "then d"),
            (
                "aws a --query 'x[].[A,B], then' > f, then aws g",
                "aws a --query 'x[].[A,B], then' > f",
                "then aws g",
            ),
            ("aws a b, aws a c", "aws a b", "aws a c"),
            ("aws a b (c), or d", "aws a b", "(c), or d"),
        ] {
            assert_eq!(command_of(tell), (command.to_owned(), Some(then.to_owned())), "{tell}");
        }
        assert_eq!(command_of("look (there)"), ("look (there)".to_owned(), None));
    }
}
