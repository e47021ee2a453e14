//! Version 1 of the JSON answer of `simulate`; `docs/schema/simulation.v1.json` describes it.
//!
//! These types are the published form and nothing else: internals may change without it.

use super::v1::Region;
use crate::finding::simulation::{self, Answer, Certainty};
use crate::source::Sources;
use serde::Serialize;

/// The number in the field `version`.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    passed: usize,
    failed: usize,
    unknown: usize,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    name: Option<&'a str>,
    principal: &'a str,
    actions: &'a [String],
    resources: &'a [String],
    answer: Answer,
    all_allowed: Certainty,
    all_denied: Certainty,
    expected: Option<Answer>,
    met: Option<Certainty>,
    scope: Option<&'a str>,
    rows: Vec<Row<'a>>,
    examples: Vec<Example<'a>>,
    depends_on: Vec<Missing<'a>>,
    assumed: Vec<Assumed<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct Row<'a> {
    principal: &'a str,
    actions: &'a [String],
    resource: &'a str,
    answer: Answer,
}

#[derive(Serialize)]
struct Example<'a> {
    decision: &'static str,
    principal: &'a str,
    action: &'a str,
    resource: &'a str,
    context: Vec<Key<'a>>,
    why: &'a str,
    labels: Vec<Label<'a>>,
    trace: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Key<'a> {
    key: &'a str,
    value: Option<&'a str>,
}

#[derive(Serialize)]
struct Label<'a> {
    #[serde(flatten)]
    region: Region<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Step<'a> {
    layer: &'a str,
    says: &'a str,
}

#[derive(Serialize)]
struct Missing<'a> {
    fact: &'a str,
    reason: &'a str,
    tell: &'a str,
}

#[derive(Serialize)]
struct Assumed<'a> {
    text: &'a str,
    source: Option<&'a str>,
}

/// Renders answers, each with the answer that was expected of it. The text ends with a line break.
#[must_use]
pub fn render(answers: &[(&simulation::Simulation, Option<Answer>)], sources: &Sources) -> String {
    let met = |wanted: Certainty| {
        answers
            .iter()
            .filter(|(each, expected)| expected.is_some_and(|expected| each.meets(expected) == wanted))
            .count()
    };
    let output = Output {
        version: VERSION,
        passed: met(Certainty::Yes),
        failed: met(Certainty::No),
        unknown: met(Certainty::Unknown),
        cases: answers.iter().map(|(each, expected)| case(each, *expected, sources)).collect(),
    };
    let mut text = serde_json::to_string_pretty(&output).unwrap_or_default();
    text.push('\n');
    text
}

fn case<'a>(each: &'a simulation::Simulation, expected: Option<Answer>, sources: &'a Sources) -> Case<'a> {
    let (principal, actions, resources) = &each.asked;
    Case {
        name: each.name.as_deref(),
        principal,
        actions,
        resources,
        answer: each.answer,
        all_allowed: each.all_allowed,
        all_denied: each.all_denied,
        expected,
        met: expected.map(|expected| each.meets(expected)),
        scope: each.scope.as_deref(),
        rows: each
            .rows
            .iter()
            .map(|row| Row {
                principal: super::principal(&row.principal),
                actions: &row.actions,
                resource: &row.resource,
                answer: row.answer,
            })
            .collect(),
        examples: each.examples.iter().map(|example| shown(example, sources)).collect(),
        depends_on: each
            .missing
            .iter()
            .map(|missing| Missing { fact: &missing.fact, reason: &missing.reason, tell: &missing.tell })
            .collect(),
        assumed: each
            .assumed
            .iter()
            .map(|assumed| Assumed { text: &assumed.text, source: assumed.source.as_deref() })
            .collect(),
        notes: &each.notes,
    }
}

fn shown<'a>(example: &'a simulation::Example, sources: &'a Sources) -> Example<'a> {
    Example {
        decision: if example.allowed { "allowed" } else { "denied" },
        principal: super::principal(&example.principal),
        action: &example.action,
        resource: &example.resource,
        context: example.context.iter().map(|(key, value)| Key { key, value: value.as_deref() }).collect(),
        why: &example.why,
        labels: example
            .labels
            .iter()
            .map(|label| Label { region: Region::new(&label.place, sources), text: &label.text })
            .collect(),
        trace: example.trace.iter().map(|step| Step { layer: step.layer, says: &step.says }).collect(),
    }
}
