//! Classes as they are told: what a contract asks for apart from the rest, and callers that share everything together.

use super::classes::{Classes, Key, Witnesses};
use super::who::{Who, words};
use super::{Job, Kind};
use crate::checks::lint::lets_strangers_in;
use crate::finding::change::{AccessChange, Demanded, Doubt};
use crate::finding::{Need, Severity};
use crate::policy::arn;
use crate::source::Place as Spot;
use std::collections::{BTreeMap, BTreeSet};

/// Gained, lost, doubts, and the actions that these are about.
type Finished = (Vec<AccessChange>, Vec<AccessChange>, Vec<Doubt>, BTreeSet<String>);

impl Classes {
    /// What was found, as it is told.
    pub(super) fn finish(mut self, job: &Job<'_>) -> Finished {
        let (doubts, open) = self.unsettled();
        for change in self.found.values_mut() {
            change.actions.sort();
            change.actions.dedup();
            change.resources.sort();
            change.resources.dedup();
        }
        without_demanded(&mut self.found);
        if job.kind.names_nobody() {
            without_repeated(job.account, &mut self.found);
        }
        let found = if job.asked.is_empty() { self.found } else { inside(job, self.found, &self.witnesses) };
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        for (is_gained, who, mut change) in together(found) {
            let gives = matches!(job.kind, Kind::Identity | Kind::Resource(_) | Kind::Trust);
            let public = gives
                && who.iter().any(|who| matches!(who, Who::Anybody | Who::Stranger(_)))
                && !(is_gained && is_kept_in(job, &change));
            change.principal = words(job, &who);
            change.public = is_gained && public;
            change.severity = match (is_gained, public, &change.demand) {
                (true, true, _) => Severity::Error,
                (true, false, None) => Severity::Warning,
                (true, false, Some(_)) | (false, _, None) => Severity::Note,
                (false, _, Some(_)) => change.severity,
            };
            if is_gained { gained.push(change) } else { lost.push(change) }
        }
        for list in [&mut gained, &mut lost] {
            list.sort_by_key(|change| std::cmp::Reverse(change.severity));
        }
        (gained, lost, doubts, open)
    }
}

/// Whether what a resource's policy gives to callers that it does not name is for callers that a condition keeps to a place, such
/// as an endpoint of a network: strangers do not come from there. Addresses are no such place.
fn is_kept_in(job: &Job<'_>, change: &AccessChange) -> bool {
    let (Kind::Resource(_), Some(new)) = (job.kind, job.new) else { return false };
    let by_address = change.witness.context.iter().any(|(key, _)| key.eq_ignore_ascii_case("aws:SourceIp"));
    let is_open = new.holes().next().is_some();
    !by_address && !is_open && !lets_strangers_in(new, &change.witness.action, &change.witness.resource)
}

/// What was found for a demand is not told a second time as a part of something else.
fn without_demanded(found: &mut BTreeMap<Key, AccessChange>) {
    let told: Vec<(Key, Vec<String>)> = found
        .iter()
        .filter(|(key, _)| key.demand.is_some())
        .map(|(key, change)| (key.clone(), change.actions.clone()))
        .collect();
    found.retain(|key, change| {
        if key.demand.is_some() {
            return true;
        }
        let same = told.iter().filter(|(other, _)| {
            other.is_gained == key.is_gained && other.who == key.who && other.spots == key.spots
        });
        let actions: BTreeSet<&String> = same.flat_map(|(_, actions)| actions).collect();
        change.actions.retain(|action| !actions.contains(action));
        !change.actions.is_empty()
    });
}

/// What holders in an account that a condition names share with holders elsewhere is told once.
fn without_repeated(usual: &str, found: &mut BTreeMap<Key, AccessChange>) {
    let is_usual = |who: &Who| match who {
        Who::Of(account, _) => account == usual,
        Who::Named(name) => arn::account_of(name).is_none_or(|account| account == usual),
        Who::Holder | Who::Anybody | Who::Stranger(_) => true,
    };
    let told: Vec<(Key, Vec<String>)> = found
        .iter()
        .filter(|(key, _)| is_usual(&key.who))
        .map(|(key, change)| (key.clone(), change.actions.clone()))
        .collect();
    found.retain(|key, change| {
        let is_same = |other: &Key| {
            other.is_gained == key.is_gained && other.spots == key.spots && other.demand == key.demand
        };
        let holds = |actions: &[String]| change.actions.iter().all(|action| actions.contains(action));
        is_usual(&key.who) || !told.iter().any(|(other, actions)| is_same(other) && holds(actions))
    });
}

/// Gained access that a contract asks for becomes classes of their own.
fn inside(
    job: &Job<'_>,
    found: BTreeMap<Key, AccessChange>,
    witnesses: &Witnesses,
) -> BTreeMap<Key, AccessChange> {
    let mut out = BTreeMap::new();
    for (key, change) in found {
        if !key.is_gained || key.demand.is_some() {
            out.insert(key, change);
            continue;
        }
        let mut parts: BTreeMap<Option<Demanded>, Vec<String>> = BTreeMap::new();
        for action in &change.actions {
            let demand = job.asked.iter().find_map(|asked| asked.inside(&key.who, &change, action));
            parts.entry(demand).or_default().push(action.clone());
        }
        for (demand, actions) in parts {
            let mut part = AccessChange { demand: demand.clone(), ..change.clone() };
            let own = actions.iter().find_map(|action| witnesses.get(&key)?.get(action));
            if let (false, Some(own)) = (actions.contains(&part.witness.action), own) {
                part.witness = own.clone();
            }
            part.actions = actions;
            out.insert(Key { demand, ..key.clone() }, part);
        }
    }
    out
}

/// Callers that gain or lose the same through the same statements are one class.
fn together(found: BTreeMap<Key, AccessChange>) -> Vec<(bool, Vec<Who>, AccessChange)> {
    let mut merged: Vec<(bool, Vec<Spot>, Vec<Who>, AccessChange)> = Vec::new();
    for (key, change) in found {
        let same = merged.iter_mut().find(|(gained, at, _, other)| {
            *gained == key.is_gained
                && *at == key.spots
                && other.actions == change.actions
                && other.demand == change.demand
        });
        match same {
            Some((_, _, all, other)) => {
                all.push(key.who);
                other.resources.extend(change.resources);
                other.resources.sort();
                other.resources.dedup();
            }
            None => merged.push((key.is_gained, key.spots, vec![key.who], change)),
        }
    }
    merged.into_iter().map(|(is_gained, _, who, change)| (is_gained, who, change)).collect()
}

/// For the words of a demand that may be lost.
/// What a contract needs may lie where access is lost.
pub(super) fn hangs_on_place(demand: &Demanded) -> Doubt {
    Doubt {
        reason: format!("whether access that `{}` needs is lost hangs on where the export lies", demand.id),
        tell: Some(
            "pass --export-path and --export-name, or write them into [form] of preflight.toml".to_owned(),
        ),
    }
}

pub(super) fn hangs(demand: &Demanded) -> String {
    let needs = match demand.need {
        Need::Needed => "needs",
        Need::Advice => "wants",
    };
    format!("whether access that `{}` {needs} is lost hangs on what nobody has told", demand.id)
}
