//! Version 1 of the JSON answer of `triage`; `docs/schema/triage.v1.json` describes it.
//!
//! These types are the published form and nothing else: internals may change without it.

use super::v1::Region;
use crate::finding::triage::{self, Standing, Sure};
use crate::finding::{Class, Owner};
use crate::source::Sources;
use serde::Serialize;
use std::collections::BTreeMap;

/// The number in the field `version`.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    messages: Vec<Message<'a>>,
    without_error: u64,
    left_out: u64,
    not_evaluated: Vec<NotEvaluated<'a>>,
}

#[derive(Serialize)]
struct NotEvaluated<'a> {
    document: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
    count: u64,
    origin: Option<&'a str>,
    known: bool,
    facts: Facts<'a>,
    not_said: &'a [String],
    causes: Vec<Cause<'a>>,
    ask: Vec<Ask<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Facts<'a> {
    principal: Option<&'a str>,
    action: Option<&'a str>,
    resource: Option<&'a str>,
    layer: Option<&'a str>,
    explicit: Option<bool>,
    policy: Option<&'a str>,
    mode: Vec<&'a str>,
    step: Option<&'a str>,
    code: Option<&'a str>,
    operation: Option<&'a str>,
    bucket: Option<&'a str>,
    export_path: Option<&'a str>,
    export_name: Option<&'a str>,
    account: Option<&'a str>,
    region: Option<&'a str>,
    denied: bool,
    cut: bool,
    more: BTreeMap<&'a str, &'a str>,
}

const NAMED: [&str; 18] = [
    "principal",
    "action",
    "resource",
    "layer",
    "explicit",
    "policy",
    "mode",
    "step",
    "code",
    "operation",
    "bucket",
    "prefix",
    "report",
    "account",
    "region",
    "denied",
    "is-cut",
    "encoded",
];

#[derive(Serialize)]
struct Cause<'a> {
    rule: &'a str,
    page: bool,
    says: &'a str,
    certainty: Sure,
    why: &'a str,
    standing: Standing,
    ruled_out: bool,
    class: Class,
    owner: Owner,
    labels: Vec<Label<'a>>,
}

#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Ask<'a> {
    what: &'a str,
    command: &'a str,
    then: Option<&'a str>,
    settles: usize,
}

/// Renders the answer. The text ends with a line break.
#[must_use]
pub fn render(triage: &triage::Triage, sources: &Sources) -> String {
    let output = Output {
        version: VERSION,
        messages: triage.messages.iter().map(|each| message(each, sources)).collect(),
        without_error: triage.without_error,
        left_out: triage.left_out,
        not_evaluated: triage
            .not_evaluated
            .iter()
            .map(|(document, reason)| NotEvaluated { document, reason })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

/// One message in one line, for records that are answered one after the other.
#[must_use]
pub fn line(message_: &triage::Triaged, sources: &Sources) -> String {
    let mut text = serde_json::to_string(&message(message_, sources)).unwrap_or_default();
    text.push('\n');
    text
}

fn message<'a>(each: &'a triage::Triaged, sources: &'a Sources) -> Message<'a> {
    let facts = &each.facts;
    Message {
        text: &each.text,
        count: each.count,
        origin: each.origin.as_deref(),
        known: each.is_known,
        facts: Facts {
            principal: facts.get("principal"),
            action: facts.get("action"),
            resource: facts.get("resource"),
            layer: facts.get("layer"),
            explicit: facts.explicit(),
            policy: facts.get("policy"),
            mode: facts.get("mode").map(|mode| mode.split(' ').collect()).unwrap_or_default(),
            step: facts.get("step"),
            code: facts.get("code"),
            operation: facts.get("operation"),
            bucket: facts.get("bucket"),
            export_path: facts.get("prefix"),
            export_name: facts.get("report"),
            account: facts.get("account"),
            region: facts.get("region"),
            denied: facts.get("denied").is_some(),
            cut: facts.get("is-cut").is_some(),
            more: facts.iter().filter(|(name, _)| !NAMED.contains(name)).collect(),
        },
        not_said: &each.limits,
        causes: each.causes.iter().map(|each| cause(each, sources)).collect(),
        ask: each
            .asks
            .iter()
            .map(|ask| Ask {
                what: &ask.what,
                command: &ask.command,
                then: ask.then.as_deref(),
                settles: ask.settles,
            })
            .collect(),
        notes: &each.notes,
    }
}

fn cause<'a>(each: &'a triage::Cause, sources: &'a Sources) -> Cause<'a> {
    Cause {
        rule: &each.rule,
        page: each.has_page,
        says: &each.says,
        certainty: each.sure,
        why: &each.why,
        standing: each.standing,
        ruled_out: each.standing == Standing::RuledOut,
        class: each.class,
        owner: each.owner,
        labels: each
            .labels
            .iter()
            .map(|label| Label { region: Region::new(&label.place, sources), text: &label.text })
            .collect(),
    }
}
