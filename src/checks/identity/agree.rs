//! Whether what was given goes together: answers about one thing that say different things, and values that are none of a
//! choice.

use super::super::form;
use super::super::layers::disagree;
use super::super::subject::{FactRef, Outcome, Subject};
use super::waits;
use crate::finding::State;

/// No two answers say different things of one thing.
pub(super) fn agree(subject: &Subject<'_>) -> Outcome {
    let facts: Vec<FactRef> = subject.evidence.disagreements.iter().map(disagree).collect();
    let state = if facts.is_empty() { State::Holds } else { State::Unknown };
    Outcome { facts, ..Outcome::of(state) }
}

/// Values of the form that are one of a choice are: of another one nobody knows what it means.
pub(super) fn choices(subject: &Subject<'_>) -> Outcome {
    match form::unknown_choice(subject.form) {
        None => Outcome::of(State::Holds),
        Some((name, choices)) => {
            let values =
                vec![("name".to_owned(), name.to_owned()), ("choices".to_owned(), choices.join("`, `"))];
            waits(FactRef { id: "form-choice".to_owned(), values })
        }
    }
}
