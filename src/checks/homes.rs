//! Where nobody says which Region the ARNs of reports and exports name: a demand is asked for every one that it may be. What comes out
//! alike for all of them does not hang on it, and all else waits for it.

use super::subject::{FactRef, Outcome, Subject};
use crate::catalog;
use crate::contract::{Ask, KeyChange, RequestTemplate};
use crate::finding::State;

/// The form's value.
const REGION: &str = "billing-region";
/// Its hole in templates.
const HOLE: &str = "{billing-region}";
/// What covers every Region, which is what can be written where nobody knows which it is.
pub(super) const ANY: &str = "*";

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
    let regions = partition.into_iter().flat_map(catalog::Partition::billing_regions);
    let asked = |region: &str, explains: bool| {
        let form = form.with(REGION, region);
        ask(&Subject { form: &form, explains, ..*subject }, demand)
    };
    let mut all: Vec<Outcome> = regions.map(|region| asked(region, false)).collect();
    let is_alike = all.windows(2).all(|pair| matches!(pair, [one, next] if one.state == next.state));
    match all.first().and_then(|first| first.state).filter(|_| is_alike) {
        Some(State::Holds) => all.swap_remove(0),
        // What is to be written must serve wherever it is.
        Some(State::Broken) => asked(ANY, subject.explains),
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
