//! Policies at hand that the reader does not have: a demand that is broken without them and would not be with them is told at
//! them, for attaching them is what is missing.

use super::identity::beside_details;
use super::subject::{Looked, Outcome, Subject};
use crate::evidence::Role;
use crate::finding::State;

/// Asks as things are, and of what is broken whether the policies that were set aside would have done.
pub(super) fn check(subject: &Subject<'_>, ask: impl Fn(&Subject<'_>) -> Outcome) -> Outcome {
    let outcome = ask(subject);
    let set_aside = &subject.evidence.reader.set_aside;
    if set_aside.is_empty() || outcome.state != Some(State::Broken) {
        return outcome;
    }
    let mut evidence = subject.evidence.clone();
    evidence.documents.retain(|document| document.role != Role::ReaderPolicy || !document.is_nothing());
    evidence.documents.extend(set_aside.iter().cloned());
    let looked = Looked::new(evidence.documents.len());
    let with_them = ask(&Subject { evidence: &evidence, looked: &looked, ..*subject });
    match with_them.state {
        Some(State::Holds) => Outcome { causes: beside_details(subject), ..outcome },
        Some(State::Broken | State::Unknown) | None => outcome,
    }
}
