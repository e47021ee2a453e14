//! What to ask for: of all answers that could be had the one that tells most of the open causes apart.

use super::Bench;
use super::pages::AskPage;
use super::weigh::Weighed;
use super::when::fill;
use crate::contract::Form;
use crate::finding::triage::{Asked, Facts, Standing, Sure};
use std::collections::BTreeMap;

/// More is not asked for at once.
const MOST: usize = 4;

pub(super) fn asks(bench: &Bench<'_>, facts: &Facts, weighed: &Weighed) -> Vec<Asked> {
    let is_open = |standing: Standing| standing == Standing::Open;
    let confirmed = weighed
        .causes
        .iter()
        .any(|(_, cause)| cause.standing == Standing::Confirmed && cause.sure == Sure::Certain);
    if confirmed {
        return Vec::new();
    }
    let mut scores: BTreeMap<&str, (u32, usize, usize)> = BTreeMap::new();
    let mut order = 0;
    for (id, cause) in weighed.causes.iter().filter(|(_, cause)| is_open(cause.standing)) {
        let Some(page) = id.as_deref().and_then(|id| bench.book.cause(id)) else { continue };
        let weight = match cause.sure {
            Sure::Certain => 6,
            Sure::Likely => 4,
            Sure::Possible => 2,
        };
        for (at, ask) in page.asks.iter().enumerate() {
            order += 1;
            let entry = scores.entry(ask).or_insert((0, 0, order));
            entry.0 += if at == 0 { weight } else { weight / 2 };
            entry.1 += 1;
        }
    }
    let mut list: Vec<(&str, (u32, usize, usize))> = scores.into_iter().collect();
    list.sort_by_key(|(_, (score, _, order))| (std::cmp::Reverse(*score), *order));
    let mut out: Vec<Asked> = Vec::new();
    for (id, (_, settles, _)) in list {
        let Some(page) = bench.book.ask(id) else { continue };
        let is_there = page.gives.iter().any(|name| bench.evidence.has(name) || bench.form.is_given(name));
        let is_possible = page.needs.iter().all(|fact| facts.get(fact).is_some());
        if !is_there && is_possible {
            out.push(asked(page, facts, &weighed.form, settles));
        }
    }
    // What the judge waits for, once it has begun to look.
    if super::weigh::has_evidence(bench.evidence) {
        for unknown in &weighed.unknown {
            let Some(tell) = &unknown.tell else { continue };
            let words = |text: &str| -> String { text.split(' ').take(3).collect::<Vec<_>>().join(" ") };
            if !out.iter().any(|asked| words(&asked.command) == words(tell) || asked.what == unknown.reason) {
                out.push(Asked {
                    what: unknown.reason.clone(),
                    command: tell.clone(),
                    then: None,
                    settles: 1,
                });
            }
        }
    }
    out.truncate(MOST);
    if out.is_empty() && weighed.causes.is_empty() {
        let names = ["cloudtrail-event", "form"];
        out.extend(names.iter().filter_map(|name| {
            let page = bench.book.ask(name)?;
            Some(asked(page, facts, &weighed.form, 0))
        }));
    }
    out
}

fn asked(page: &AskPage, facts: &Facts, form: &Form, settles: usize) -> Asked {
    let value = |name: &str| match name {
        "reader-name" => {
            let arn = facts.get("principal").or(form.text("reader"))?;
            arn.contains(":user/").then(|| arn.rsplit('/').next().unwrap_or_default().to_owned())
        }
        "bucket-account" => form.text("bucket-account").or(form.text("account")).map(str::to_owned),
        name => form.text(name).or(facts.get(name)).map(str::to_owned),
    };
    let fill = |template: &str| {
        fill(template, |name| {
            let word = match name {
                "reader-name" => "USER".to_owned(),
                "bucket-account" | "account" => "ACCOUNT".to_owned(),
                other => other.to_uppercase().replace('-', "_"),
            };
            value(name).filter(|value| is_plain(value)).unwrap_or(word)
        })
    };
    let command = page.command.as_deref().or(page.place.as_deref()).unwrap_or_default();
    Asked { what: page.what.clone(), command: fill(command), then: page.then.as_deref().map(fill), settles }
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
