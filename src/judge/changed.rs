//! Findings of a change: access that it gives and takes.

use super::{Library, tell};
use crate::checks::Cause;
use crate::finding::change::{AccessChange, Changes, Comparison};
use crate::finding::{Finding, Label, Need, Severity};
use crate::rulebook::Values;
use crate::source::Place;

/// Actions and resources that a headline names.
const MOST_NAMES: usize = 3;

/// What rules say of the access that changes give and take; most severe first, then by place.
#[must_use]
pub fn findings_of_changes(library: &Library, changes: &Changes) -> Vec<Finding> {
    let mut out: Vec<Finding> = changes.list.iter().flat_map(|each| of(library, each)).collect();
    out.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.primary.place));
    out
}

/// What rules say of reports and exports that templates make.
#[must_use]
pub fn findings_of_declared(library: &Library, causes: &[Cause]) -> Vec<Finding> {
    causes.iter().map(|cause| tell(library, cause, "iac", None).finding).collect()
}

fn of(library: &Library, comparison: &Comparison) -> Vec<Finding> {
    let gained = comparison.gained.iter().filter_map(|change| Some((gained_case(change)?, change)));
    let lost = comparison.lost.iter().map(|change| (lost_case(change), change));
    let one = |(case, change): (&'static str, &AccessChange)| finding(library, comparison, case, change);
    gained.chain(lost).map(one).collect()
}

/// What a contract asks for is meant to be gained.
fn gained_case(change: &AccessChange) -> Option<&'static str> {
    match (change.public, &change.demand) {
        (true, _) => Some("public"),
        (false, None) => Some("gained"),
        (false, Some(_)) => None,
    }
}

fn lost_case(change: &AccessChange) -> &'static str {
    match &change.demand {
        Some(demanded) if demanded.need == Need::Needed => "lost-needed",
        Some(_) => "lost-wanted",
        None => "lost",
    }
}

fn finding(library: &Library, comparison: &Comparison, case: &'static str, change: &AccessChange) -> Finding {
    let (primary, related) = places(comparison, change);
    let mut values = Values::new()
        .with("who", change.principal.as_str())
        .with("actions", some(&change.actions))
        .with("resources", some(&change.resources));
    if let Some(demanded) = &change.demand {
        values = values
            .with("demand", demanded.id.as_str())
            .with("consumer", demanded.consumer.as_str())
            .with("title", demanded.title.as_str());
    }
    let mut cause = Cause::new("change", case, primary, values);
    cause.related = related;
    cause.notes = change.conditions.clone();
    cause.notes.push(change.witness.words());
    let mut finding = tell(library, &cause, "change", None).finding;
    finding.demand = change.demand.as_ref().map(|demanded| demanded.id.clone());
    if let Some(when) = &comparison.when {
        finding.headline = format!("{}, if {when}", finding.headline);
    }
    // What may be lost, in some world only, is less than what is.
    if case == "lost-needed" && change.severity < Severity::Error {
        finding.severity = change.severity;
    }
    finding
}

/// The statement of the new document that does it, or where that document begins; and the others.
fn places(comparison: &Comparison, change: &AccessChange) -> (Place, Vec<(Place, String)>) {
    let is_new = |label: &&Label| label.place.source == comparison.place.source;
    let own = change.statements.iter().find(is_new).map(|label| label.place);
    let primary = own.unwrap_or(comparison.place);
    let others = change.statements.iter().filter(|label| label.place != primary);
    (primary, others.map(|label| (label.place, label.text.clone())).collect())
}

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown.join("`, `"),
        more => format!(
            "{}` and {more} more like `{}",
            shown.join("`, `"),
            names.last().map_or("", String::as_str)
        ),
    }
}
