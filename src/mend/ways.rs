//! What can be tried to mend a finding, put together from what explanations propose. Nothing is tried here.

use super::export;
use super::state::State;
use crate::finding::{Change, Finding, Repair, Report, Severity};
use crate::source::Place;
use serde_json::Value;
use std::collections::BTreeSet;

/// What can be tried: each way by itself, then together with what else breaks the demand, then with all there is.
pub(super) fn ways(state: &State, report: &Report, finding: &Finding) -> Vec<Repair> {
    let mut ways = finding.repairs.clone();
    let exports: BTreeSet<Place> =
        ways.iter().flat_map(|way| &way.changes).filter_map(|change| export::within(state, change)).collect();
    if !exports.is_empty() {
        // AWS takes the settings of an export whole: a command that left the other faults in would bring them back.
        let first = report.findings.iter().filter_map(|finding| finding.repairs.first());
        let all = first.flat_map(|repair| &repair.changes);
        let same = all.filter(|change| export::within(state, change).is_some_and(|at| exports.contains(&at)));
        ways.insert(0, Repair { changes: without_twins(same.cloned()) });
        return ways;
    }
    let is_text = |change: &Change| matches!(change, Change::Rewrite { .. });
    if ways.iter().flat_map(|way| &way.changes).all(is_text) {
        // Text around values has nothing to do with what else is wrong.
        return ways;
    }
    let with = |others: &dyn Fn(&Finding) -> bool| {
        let mut changes = finding.repairs.first().map(|repair| repair.changes.clone()).unwrap_or_default();
        for other in report.findings.iter().filter(|other| !std::ptr::eq(*other, finding) && others(other)) {
            let more = other.repairs.first().into_iter().flat_map(|repair| repair.changes.clone());
            changes.extend(more.filter(|change| !matches!(change, Change::Run { .. })));
        }
        Repair { changes: without_twins(changes.into_iter()) }
    };
    if ways.iter().flat_map(|way| &way.changes).any(is_rename) {
        // Of several misspelt names one is nothing without the others.
        let firsts = report.findings.iter().filter_map(|finding| finding.repairs.first());
        let source = finding.primary.place.source;
        let of_document = firsts
            .flat_map(|repair| &repair.changes)
            .filter(|change| matches!(change, Change::Rename { key, .. } if key.source == source));
        ways.push(Repair { changes: without_twins(of_document.cloned()) });
    }
    if finding.demand.is_some() {
        ways.push(with(&|other| other.demand == finding.demand));
    }
    ways.push(with(&|other| {
        other.severity == Severity::Error && other.primary.place.source == finding.primary.place.source
    }));
    let mut once: Vec<Repair> = Vec::new();
    for way in ways.into_iter().map(|way| with_names_mended(report, way)) {
        if !once.contains(&way) {
            once.push(way);
        }
    }
    once
}

fn is_rename(change: &Change) -> bool {
    matches!(change, Change::Rename { .. })
}

fn without_twins(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut once: Vec<Change> = Vec::new();
    for change in changes {
        if !once.contains(&change) {
            once.push(change);
        }
    }
    once
}

/// The same with a misspelt name written right where a member of that name was to be added: what was meant is there already.
pub(super) fn with_names_mended(report: &Report, repair: Repair) -> Repair {
    let repairs = report.findings.iter().flat_map(|finding| &finding.repairs);
    let renames: Vec<&Change> = repairs
        .flat_map(|repair| &repair.changes)
        .filter(|change| matches!(change, Change::Rename { .. }))
        .collect();
    let instead = |change: Change| {
        let Change::AddMember { object, key, .. } = &change else { return change };
        let mended = renames.iter().find(|rename| match rename {
            Change::Rename { key: at, name } => {
                name == key && at.source == object.source && object.span.contains(at.span)
            }
            _ => false,
        });
        mended.map_or(change.clone(), |rename| (*rename).clone())
    };
    Repair { changes: without_twins(repair.changes.into_iter().map(instead)) }
}

/// The same with statements that differ in their actions alone made into one, and no `Sid` twice.
pub(super) fn merged(repair: Repair) -> Repair {
    let mut out: Vec<Change> = Vec::new();
    for change in repair.changes {
        let Change::Add { at, value: Value::Object(new) } = &change else {
            out.push(change);
            continue;
        };
        let alike = |old: &serde_json::Map<String, Value>| {
            let rest = |map: &serde_json::Map<String, Value>| -> Vec<(String, Value)> {
                let kept = map.iter().filter(|(key, _)| !matches!(key.as_str(), "Sid" | "Action"));
                kept.map(|(key, value)| (key.clone(), value.clone())).collect()
            };
            rest(old) == rest(new)
        };
        let twin = out.iter_mut().find_map(|other| match other {
            Change::Add { at: there, value: Value::Object(old) } if there == at && alike(old) => Some(old),
            _ => None,
        });
        let Some(old) = twin else {
            out.push(change);
            continue;
        };
        let mut actions: Vec<Value> = Vec::new();
        for action in [old.get("Action"), new.get("Action")].into_iter().flatten() {
            let each = action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]);
            actions.extend(each.into_iter().filter(|action| !actions.contains(action)).collect::<Vec<_>>());
        }
        let actions = if let [one] = actions.as_slice() { one.clone() } else { Value::Array(actions) };
        old.insert("Action".to_owned(), actions);
    }
    let mut seen = BTreeSet::new();
    for change in &mut out {
        let Change::Add { value: Value::Object(statement), .. } = change else { continue };
        let Some(sid) = statement.get("Sid").and_then(Value::as_str).map(str::to_owned) else { continue };
        let mut fresh = sid.clone();
        let mut number = 2;
        while !seen.insert(fresh.clone()) {
            fresh = format!("{sid}{number}");
            number += 1;
        }
        statement.insert("Sid".to_owned(), Value::String(fresh));
    }
    Repair { changes: out }
}
