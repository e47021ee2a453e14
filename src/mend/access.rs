//! Access that a change gives and takes, on requests that stand for the others.

use super::state::{Bench, State};
use crate::checks::reach;
use crate::evidence::Role;
use crate::finding::AccessClass;
use crate::judge::prepare;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Classes of access that are named; more say no more.
const MOST_CLASSES: usize = 5;

/// Access gained outside every contract, and access lost.
pub(super) fn compare(
    bench: &Bench<'_>,
    before: &State,
    after: &State,
    wants_less: bool,
) -> (Vec<AccessClass>, Vec<AccessClass>) {
    let texts = before.sources.iter().filter(|(id, source)| after.sources.get(*id).text() != source.text());
    let changed: BTreeSet<_> = texts.map(|(id, _)| id).collect();
    let documents = before.evidence.documents.iter().chain(&after.evidence.documents);
    let roles: BTreeSet<Role> = documents
        .filter(|document| changed.contains(&document.source))
        .map(|document| document.role)
        .collect();
    let scope = reach::Scope { roles: &roles };
    let mut outside: Option<BTreeSet<AccessClass>> = None;
    let mut lost: BTreeSet<AccessClass> = BTreeSet::new();
    for contract in bench.consumers.iter().filter_map(|name| bench.library.contract(name)) {
        let (old_job, new_job) = (bench.job(before), bench.job(after));
        let (old, new) =
            (prepare(bench.library, &old_job, contract), prepare(bench.library, &new_job, contract));
        let old = old.subject(bench.library, &old_job, contract);
        let new = new.subject(bench.library, &new_job, contract);
        let asked = &contract.demands;
        let key = (contract.name.clone(), roles.clone());
        let known = before.classes.borrow().get(&key).cloned();
        let then = known.unwrap_or_else(|| {
            let found = Rc::new(reach::classes(&old, &contract.demands, scope));
            before.classes.borrow_mut().insert(key, found.clone());
            found
        });
        let now = reach::classes(&new, &contract.demands, scope);
        let mut all = BTreeSet::clone(&then);
        all.extend(now.iter().cloned());
        let (was, is) = (reach::allowed(&old, &all), reach::allowed(&new, &all));
        let gained = is.difference(&was).filter(|class| !reach::is_inside(&new, asked, class));
        let gained: BTreeSet<AccessClass> = gained.map(|class| (*class).clone()).collect();
        outside = Some(match outside {
            Some(others) => others.intersection(&gained).cloned().collect(),
            None => gained,
        });
        let missing = was.difference(&is).filter(|class| now.contains(**class));
        let missing = missing.filter(|class| !wants_less || reach::is_inside(&new, asked, class));
        lost.extend(missing.map(|class| (*class).clone()));
    }
    (few(outside.unwrap_or_default()), few(lost))
}

/// One class for each caller and action.
fn few(classes: BTreeSet<AccessClass>) -> Vec<AccessClass> {
    let mut seen = BTreeSet::new();
    let fresh = classes.into_iter().filter(|class| seen.insert((class.caller.clone(), class.action.clone())));
    fresh.take(MOST_CLASSES).collect()
}
