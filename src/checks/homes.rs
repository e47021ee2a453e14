//! Where nobody says which Region the ARNs of reports and exports name: a demand is asked for every one that it may be. What comes out
//! alike for all of them does not hang on it, and all else waits for it.

use super::subject::{FactRef, Outcome, Subject};
use crate::catalog;
use crate::contract::{Ask, KeyChange, RequestTemplate};
use crate::finding::{Change, State};
use serde_json::Value;

/// The form's value.
pub(super) const REGION: &str = "billing-region";
/// Its hole in templates.
const HOLE: &str = "{billing-region}";
/// The end of a Region that no policy names: it stands for all of them where what is wrong in each is explained.
const MARK: &str = "any-region";
/// What covers every Region, which is what can be written where nobody knows which it is.
const ANY: &str = "*";

/// Asks for the Region that the form has, and where it is a stand-in for every one that it may be.
pub(super) fn check(
    subject: &Subject<'_>,
    demand: &Ask,
    ask: impl Fn(&Subject<'_>, &Ask) -> Outcome,
) -> Outcome {
    let form = subject.form;
    if !form.is_stand_in(REGION) || !names_it(subject, demand) {
        return ask(subject, demand);
    }
    let partition = form.text("partition").and_then(catalog::partition);
    let regions: Vec<&str> = partition.into_iter().flat_map(catalog::Partition::billing_regions).collect();
    let asked = |region: &str, explains: bool| {
        let form = form.with(REGION, region);
        ask(&Subject { form: &form, explains, ..*subject }, demand)
    };
    let mut all: Vec<Outcome> = regions.iter().map(|region| asked(region, false)).collect();
    let is_alike = all.windows(2).all(|pair| matches!(pair, [one, next] if one.state == next.state));
    match all.first().and_then(|first| first.state).filter(|_| is_alike) {
        Some(State::Holds) => all.swap_remove(0),
        // What is to be written must serve wherever it is.
        Some(State::Broken) => explained(asked(&stand_in(&regions), subject.explains)),
        Some(State::Unknown) | None => {
            let open = all.iter().filter(|outcome| outcome.state == Some(State::Unknown));
            let mut facts: Vec<FactRef> = open.flat_map(|outcome| outcome.facts.iter().cloned()).collect();
            if !is_alike {
                facts.push(FactRef::new(REGION));
            }
            facts.sort();
            facts.dedup();
            Outcome { facts, ..Outcome::of(State::Unknown) }
        }
    }
}

/// What stands for every Region: it begins as all of them do.
fn stand_in(regions: &[&str]) -> String {
    let first = regions.first().copied().unwrap_or_default();
    let shared = |end: &usize| {
        let start = first.get(..*end);
        start.is_some_and(|start| regions.iter().all(|region| region.starts_with(start)))
    };
    let start = (0..=first.len()).rev().find(shared).and_then(|end| first.get(..end));
    format!("{}{MARK}", start.unwrap_or_default())
}

/// A text that may name what stands for every Region, with the wildcard in its place.
pub(super) fn open(text: &str) -> String {
    let open = |part| if is_open(part) { ANY } else { part };
    text.split(':').map(open).collect::<Vec<_>>().join(":")
}

/// Whether a part of an ARN stands for every Region.
pub(super) fn is_open(part: &str) -> bool {
    part.ends_with(MARK)
}

/// What is wrong in every Region, told without naming one.
fn explained(mut outcome: Outcome) -> Outcome {
    outcome.state = Some(State::Broken);
    for cause in &mut outcome.causes {
        let values: Vec<_> = cause.values.iter().map(|(name, value)| (name, open(value))).collect();
        for (name, value) in values {
            cause.values.set(name, value);
        }
        for change in cause.repairs.iter_mut().flat_map(|repair| &mut repair.changes) {
            if let Change::Set { value, .. } | Change::Add { value, .. } | Change::AddMember { value, .. } =
                change
            {
                rewrite(value);
            }
        }
    }
    outcome
}

fn rewrite(value: &mut Value) {
    match value {
        Value::String(text) => *text = open(text),
        Value::Array(items) => items.iter_mut().for_each(rewrite),
        Value::Object(members) => members.values_mut().for_each(rewrite),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Whether a demand speaks of the Region: by its resource or by what its requests bring along.
fn names_it(subject: &Subject<'_>, demand: &Ask) -> bool {
    let Ask::Access { request, on, context, .. } = demand else { return false };
    let template = subject.requests.get(request);
    on.contains(HOLE)
        || context.iter().any(|(_, value)| value.contains(HOLE))
        || template.is_some_and(brings_it)
}

fn brings_it(template: &RequestTemplate) -> bool {
    let options = template.unknowns.iter().flat_map(|unknown| &unknown.options);
    let mut changes = options.flat_map(|option| &option.keys);
    template.context.iter().any(|(_, value)| value.contains(HOLE))
        || changes.any(|(_, change)| match change {
            KeyChange::Value(value) => value.contains(HOLE),
            KeyChange::List(values) => values.iter().any(|value| value.contains(HOLE)),
            KeyChange::Absent => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_every_region_begins_as_they_do_and_is_told_as_a_wildcard() {
        let region = stand_in(&["cn-north-1", "cn-northwest-1"]);
        assert!(region.starts_with("cn-north"));
        let arn = format!("arn:aws-cn:cur:{region}:111122223333:definition/*");
        assert_eq!(open(&arn), "arn:aws-cn:cur:*:111122223333:definition/*");
        assert_eq!(open("arn:aws-cn:s3:::b/k"), "arn:aws-cn:s3:::b/k");
    }
}
