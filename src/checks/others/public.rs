//! What AWS calls public: one statement makes the whole policy so.

use super::entry;
use crate::checks::filled;
use crate::checks::subject::{Cause, FactRef, Outcome, Subject};
use crate::eval::{is_public, open_statements};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::State;
use crate::policy::{Clause, Statement};
use crate::rulebook::Values;
use crate::source::Place;
use std::collections::BTreeSet;

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
    // One that may not be there makes nothing certain.
    let (open, certain): (Vec<_>, Vec<_>) =
        taken_for_public(subject).into_iter().partition(|(_, statement)| depends_on(statement).is_some());
    let mut names: BTreeSet<String> =
        open.iter().filter_map(|(_, statement)| depends_on(statement).map(str::to_owned)).collect();
    names.extend(subject.evidence.of(Role::BucketPolicy).flat_map(public_in_cases));
    let causes: Vec<Cause> = certain
        .into_iter()
        .map(|(place, statement)| {
            let mut cause = Cause::new("others", "public-to-aws", place, Values::new());
            cause.notes.push(subject.phrases.say("others-open", &[("statement", &entry::name(statement))]));
            cause
        })
        .collect();
    if causes.is_empty() && !names.is_empty() {
        let names = names.into_iter().collect::<Vec<_>>().join("`, `");
        return Outcome { facts: vec![filled::fact(subject, &names)], ..Outcome::of(State::Unknown) };
    }
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}

/// What decides whether a statement of a template is there.
fn depends_on(statement: &Statement) -> Option<&str> {
    statement.clauses.iter().find_map(Clause::hole)
}

/// What decides about a document of a template that AWS takes for public in some cases.
fn public_in_cases(document: &PolicyDocument) -> Vec<String> {
    let attachment = document.tie();
    let cases = attachment.into_iter().flat_map(|attachment| &attachment.cases);
    let public = cases.filter(|case| case.policy().is_some_and(is_public));
    public.flat_map(|case| case.when.keys().cloned()).collect()
}
