//! Whether AWS takes a document as it is written. What it refuses is known to `lint`; here it becomes an answer.

use super::grammar;
use super::lint::{self, Doc, PolicyKind};
use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::State;

pub(super) fn check(subject: &Subject<'_>, document: &str) -> Outcome {
    let Some(role) = Role::of(document) else { return Outcome::of(State::Unknown) };
    let mut documents = subject.evidence.of(role).peekable();
    if documents.peek().is_none() {
        return Outcome { facts: vec![FactRef::new(document)], ..Outcome::of(State::Unknown) };
    }
    let causes = |document: &PolicyDocument| {
        let mut causes = lint::refusals(&doc(subject, document));
        for cause in &mut causes {
            cause.repairs = grammar::repairs(subject, document, cause);
        }
        causes
    };
    let causes: Vec<Cause> = documents.flat_map(causes).collect();
    // AWS takes a byte-order mark in some calls; it is told and refuses nothing.
    let refused = causes.iter().any(|cause| !(cause.check == "syntax" && cause.case == "byte-order-mark"));
    Outcome { causes, ..Outcome::of(if refused { State::Broken } else { State::Holds }) }
}

/// A document of the evidence as `lint` looks at it.
#[must_use]
pub fn doc<'a>(subject: &Subject<'a>, document: &'a PolicyDocument) -> Doc<'a> {
    Doc {
        text: subject.sources.get(document.source),
        policy: &document.policy,
        issues: &document.issues,
        length: document.length,
        kind: PolicyKind::of_role(document.role),
        bucket: subject.form.text("bucket").filter(|_| document.role == Role::BucketPolicy),
    }
}
