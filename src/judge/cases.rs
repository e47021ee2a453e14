//! Findings of policies that are one thing or another, as only the deployment decides: what is wrong in some cases alone is told
//! with them.

use super::told::Told;
use crate::evidence::{Attachment, Case, CaseIs, CasePolicy, When, in_words};
use crate::finding::RuleName;
use crate::source::Place;
use std::collections::{BTreeMap, BTreeSet};

/// Cases that are named one by one.
const MOST_NAMED: usize = 3;

/// What is wrong with a policy in its cases. `known`: what is, whatever is decided.
pub(super) fn in_cases(
    attachment: Option<&Attachment>,
    known: &[Told],
    look: &dyn Fn(&CasePolicy) -> Vec<Told>,
) -> Vec<Told> {
    type Key = (RuleName, Place);
    let key = |told: &Told| -> Key { (told.finding.rule.clone(), told.finding.primary.place) };
    let known: BTreeSet<Key> = known.iter().map(key).collect();
    let all = attachment.map_or(&[] as &[Case], |attachment| &attachment.cases);
    let made: Vec<(&When, &CasePolicy)> = all
        .iter()
        .filter_map(|case| match &case.is {
            CaseIs::Made(made) => Some((&case.when, &**made)),
            CaseIs::Absent | CaseIs::Open(_) => None,
        })
        .collect();
    let mut found: BTreeMap<Key, (Told, Vec<&When>)> = BTreeMap::new();
    for (when, policy) in &made {
        for told in look(policy) {
            let key = key(&told);
            if !known.contains(&key) {
                let whens = &mut found.entry(key).or_insert_with(|| (told, Vec::new())).1;
                if whens.last() != Some(when) {
                    whens.push(when);
                }
            }
        }
    }
    let every: Vec<&When> = made.iter().map(|(when, _)| *when).collect();
    let told = |(mut told, whens): (Told, Vec<&When>)| {
        if whens.len() < every.len() || every.len() < 2 {
            let words = words(&whens, &every);
            told.finding.headline = format!("{}, if {words}", told.finding.headline);
        }
        // A change of the text bears on the other cases, too.
        told.finding.repairs.clear();
        told.finding.fixes.clear();
        told
    };
    found.into_values().map(told).collect()
}

/// The shortest words for some of all cases.
fn words(some: &[&When], every: &[&When]) -> String {
    let mut common: When = some.first().map(|when| (*when).clone()).unwrap_or_default();
    common.retain(|what, answer| some.iter().all(|when| when.get(what) == Some(answer)));
    let fits = |when: &&&When| common.iter().all(|(what, answer)| when.get(what) == Some(answer));
    if !common.is_empty() && every.iter().filter(fits).count() == some.len() {
        return in_words(&common);
    }
    let mut named: Vec<String> = some.iter().take(MOST_NAMED).map(|when| in_words(when)).collect();
    if some.len() > MOST_NAMED {
        named.push(format!("in {} more cases", some.len() - MOST_NAMED));
    }
    named.join(", or if ").replace("or if in ", "or in ")
}
