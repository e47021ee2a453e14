//! Version 1 of the JSON answer of `diff`; `docs/schema/change.v1.json` describes it.
//!
//! These types are the published form and nothing else: internals may change without it.

use super::v1::Region;
use crate::finding::Severity;
use crate::finding::change::{self, Comparison, Effect};
use crate::source::Sources;
use serde::Serialize;

/// The number in the field `version`.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    old: &'a str,
    new: &'a str,
    kind: &'a str,
    effect: Effect,
    gained: Vec<Class<'a>>,
    lost: Vec<Class<'a>>,
    forbidden: Vec<Class<'a>>,
    beyond: Vec<Class<'a>>,
    unknown: Vec<Doubt<'a>>,
    assumed: Vec<&'a str>,
}

#[derive(Serialize)]
struct Class<'a> {
    principal: &'a str,
    public: bool,
    severity: Severity,
    actions: &'a [String],
    resources: &'a [String],
    conditions: &'a [String],
    witness: Witness<'a>,
    statements: Vec<Statement<'a>>,
    /// The demand of a contract that it bears on; none is asked about here.
    demand: Option<&'a str>,
}

#[derive(Serialize)]
struct Witness<'a> {
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    context: Vec<Key<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct Statement<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Doubt<'a> {
    reason: &'a str,
    tell: Option<&'a str>,
}

/// The comparison as indented JSON.
#[must_use]
pub fn render(comparison: &Comparison, sources: &Sources) -> String {
    let output = Output {
        version: VERSION,
        old: &comparison.documents.0,
        new: &comparison.documents.1,
        kind: &comparison.kind,
        effect: comparison.effect,
        gained: comparison.gained.iter().map(|each| class(each, sources)).collect(),
        lost: comparison.lost.iter().map(|each| class(each, sources)).collect(),
        forbidden: comparison.forbidden.iter().map(|each| class(each, sources)).collect(),
        beyond: comparison.beyond.iter().map(|each| class(each, sources)).collect(),
        unknown: comparison
            .unknown
            .iter()
            .map(|doubt| Doubt { reason: &doubt.reason, tell: doubt.tell.as_deref() })
            .collect(),
        assumed: comparison.assumed.iter().map(|each| each.text.as_str()).collect(),
    };
    let mut out = serde_json::to_string_pretty(&output).unwrap_or_default();
    out.push('\n');
    out
}

fn class<'a>(change: &'a change::AccessChange, sources: &'a Sources) -> Class<'a> {
    let witness = &change.witness;
    let key = |(key, value): &'a (String, Option<String>)| Key { key, value: value.as_deref() };
    Class {
        principal: &change.principal,
        public: change.public,
        severity: change.severity,
        actions: &change.actions,
        resources: &change.resources,
        conditions: &change.conditions,
        witness: Witness {
            principal: &witness.principal,
            action: &witness.action,
            resource: &witness.resource,
            context: witness.context.iter().map(key).collect(),
        },
        statements: change
            .statements
            .iter()
            .map(|label| Statement { region: Region::new(&label.place, sources), text: &label.text })
            .collect(),
        demand: None,
    }
}
