//! What IAM and AWS Organizations say of the reader and of the accounts.

mod accounts;
mod agree;
mod key;
mod reader;

pub(super) use reader::beside_details;
pub use reader::is_file_of;

use super::form;
use super::subject::{FactRef, Outcome, Subject};
use crate::contract::{Origin, Question};
use crate::finding::State;
use crate::source::Place;

pub(super) fn check(subject: &Subject<'_>, question: Question) -> Outcome {
    match question {
        Question::Attached => reader::attached(subject),
        Question::InForce => reader::in_force(subject),
        Question::OneReader => reader::one_reader(subject),
        Question::InGroups => reader::in_groups(subject),
        Question::Exists => reader::exists(subject),
        Question::NoPassword => reader::no_password(subject),
        Question::ActiveKey => key::active(subject),
        Question::NotRootUser => key::not_root_user(subject),
        Question::YoungKey => key::young(subject),
        Question::AllConnected => accounts::all_connected(subject),
        Question::InOrganization => accounts::in_organization(subject),
        Question::RightTab => accounts::right_tab(subject),
        Question::Agree => agree::agree(subject),
        Question::Choices => agree::choices(subject),
        Question::Written => form::written_right(subject),
    }
}

/// Not known for want of a fact.
fn waits(fact: FactRef) -> Outcome {
    Outcome { facts: vec![fact], ..Outcome::of(State::Unknown) }
}

/// Where the user gave a form value.
fn given(subject: &Subject<'_>, name: &str) -> Option<Place> {
    match subject.form.get(name)?.origin {
        Origin::Given(place) => Some(place),
        Origin::Presumed(_) | Origin::StandIn(_) => None,
    }
}
