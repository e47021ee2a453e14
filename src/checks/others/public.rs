//! What AWS calls public: one statement makes the whole policy so.

use super::entry;
use crate::checks::subject::{Cause, FactRef, Outcome, Subject};
use crate::eval::{is_public, open_statements};
use crate::evidence::Role;
use crate::finding::State;
use crate::policy::Statement;
use crate::rulebook::Values;
use crate::source::Place;

/// The statements for which AWS takes the bucket's policy for public, and where.
pub(in crate::checks) fn taken_for_public<'s>(subject: &Subject<'s>) -> Vec<(Place, &'s Statement)> {
    let all = subject.evidence.policies(Role::BucketPolicy).into_iter().filter(|policy| is_public(policy));
    all.flat_map(|policy| {
        open_statements(policy)
            .map(|statement| (Place { source: policy.source, span: entry::widest(statement) }, statement))
    })
    .collect()
}

/// Whether AWS takes a policy of the bucket for public.
pub(in crate::checks) fn public(subject: &Subject<'_>) -> Outcome {
    let all = subject.evidence.policies(Role::BucketPolicy);
    if all.is_empty() {
        return Outcome { facts: vec![FactRef::new("bucket-policy")], ..Outcome::of(State::Unknown) };
    }
    let causes: Vec<Cause> = taken_for_public(subject)
        .into_iter()
        .map(|(place, statement)| {
            let mut cause = Cause::new("others", "public-to-aws", place, Values::new());
            cause.notes.push(subject.phrases.say("others-open", &[("statement", &entry::name(statement))]));
            cause
        })
        .collect();
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}
