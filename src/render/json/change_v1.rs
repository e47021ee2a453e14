//! Version 1 of the JSON answer of `diff`; `docs/schema/change.v1.json` describes it.
//!
//! These types are the published form and nothing else: internals may change without it.

use super::v1::Region;
use crate::finding::Severity;
use crate::finding::change::{self, Comparison, Effect, Fate};
use crate::source::Sources;
use serde::Serialize;

/// The number in the field `version`.
pub const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Output<'a> {
    version: u32,
    #[serde(flatten)]
    compared: Compared<'a>,
}

/// What changed since a revision, in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changes<'a> {
    /// The revision as it was named.
    pub base: &'a str,
    /// The commit that was compared with.
    pub commit: &'a str,
    /// One entry a policy.
    pub policies: Vec<Policy<'a>>,
    /// What was not compared.
    pub not_compared: Vec<super::v1::NotEvaluated<'a>>,
}

/// One policy of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy<'a> {
    fate: Fate,
    #[serde(flatten)]
    compared: Compared<'a>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Compared<'a> {
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Class<'a> {
    principal: &'a str,
    public: bool,
    severity: Severity,
    actions: &'a [String],
    resources: &'a [String],
    conditions: &'a [String],
    witness: Witness<'a>,
    statements: Vec<Statement<'a>>,
    /// The demand of a contract that it bears on.
    demand: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Witness<'a> {
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    context: Vec<Key<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Key<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Statement<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Doubt<'a> {
    reason: &'a str,
    tell: Option<&'a str>,
}

/// The comparison as indented JSON.
#[must_use]
pub fn render(comparison: &Comparison, sources: &Sources) -> String {
    let output = Output { version: VERSION, compared: compared(comparison, sources) };
    let mut out = serde_json::to_string_pretty(&output).unwrap_or_default();
    out.push('\n');
    out
}

/// Changes as a report holds them.
pub(super) fn changes<'a>(changes: &'a change::Changes, sources: &'a Sources) -> Changes<'a> {
    let policy = |each: &'a Comparison| Policy { fate: each.fate, compared: compared(each, sources) };
    Changes {
        base: &changes.base,
        commit: &changes.commit,
        policies: changes.list.iter().map(policy).collect(),
        not_compared: changes
            .not_compared
            .iter()
            .map(|entry| super::v1::NotEvaluated { document: &entry.document, reason: &entry.reason })
            .collect(),
    }
}

fn compared<'a>(comparison: &'a Comparison, sources: &'a Sources) -> Compared<'a> {
    let classes = |list: &'a [change::AccessChange]| list.iter().map(|each| class(each, sources)).collect();
    Compared {
        old: &comparison.documents.0,
        new: &comparison.documents.1,
        kind: &comparison.kind,
        effect: comparison.effect,
        gained: classes(&comparison.gained),
        lost: classes(&comparison.lost),
        forbidden: classes(&comparison.forbidden),
        beyond: classes(&comparison.beyond),
        unknown: comparison
            .unknown
            .iter()
            .map(|doubt| Doubt { reason: &doubt.reason, tell: doubt.tell.as_deref() })
            .collect(),
        assumed: comparison.assumed.iter().map(|each| each.text.as_str()).collect(),
    }
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
            principal: super::principal(&witness.principal),
            action: &witness.action,
            resource: &witness.resource,
            context: witness.context.iter().map(key).collect(),
        },
        statements: change
            .statements
            .iter()
            .map(|label| Statement { region: Region::new(&label.place, sources), text: &label.text })
            .collect(),
        demand: change.demand.as_ref().map(|demanded| demanded.id.as_str()),
    }
}
