//! Whether AWS takes a document as it is written. What it refuses is known to `lint`; here it becomes an answer.

use super::grammar;
use super::lint::{self, Doc, PolicyKind};
use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::State;
use std::sync::Arc;

pub(super) fn check(subject: &Subject<'_>, document: &str) -> Outcome {
    let Some(role) = Role::of(document) else { return Outcome::of(State::Unknown) };
    let mut documents = subject.evidence.of(role).peekable();
    if documents.peek().is_none() {
        let is_role = subject
            .form
            .text("reader")
            .is_some_and(|reader| reader.contains(":role/") || reader.contains(":assumed-role/"));
        let fact = if is_role && role == Role::ReaderPolicy { "role-policy" } else { document };
        return Outcome { facts: vec![FactRef::new(fact)], ..Outcome::of(State::Unknown) };
    }
    let causes: Vec<Cause> = documents
        .flat_map(|document| {
            let mut causes: Vec<Cause> =
                look(subject, document).iter().filter(|cause| lint::refuses(cause)).cloned().collect();
            for cause in &mut causes {
                cause.repairs = grammar::repairs(subject, document, cause);
            }
            causes
        })
        .collect();
    // AWS takes a byte-order mark in some calls; it is told and refuses nothing.
    let refused = causes.iter().any(|cause| !(cause.check == "syntax" && cause.case == "byte-order-mark"));
    Outcome { causes, ..Outcome::of(if refused { State::Broken } else { State::Holds }) }
}

/// What the rules say of a document. Demands and the report ask for it again and again; each document is looked at once.
#[must_use]
pub fn look<'a>(subject: &Subject<'a>, document: &'a PolicyDocument) -> Arc<[Cause]> {
    // What stands for a policy that is not there has no text that AWS could refuse.
    if document.is_nothing() && document.issues.is_empty() && document.policy.faults.is_empty() {
        return Arc::default();
    }
    let mut documents = subject.evidence.documents.iter();
    match documents.position(|each| std::ptr::eq(each, document)) {
        Some(at) => subject.looked.of(at, || lint::lint(&doc(subject, document))),
        None => lint::lint(&doc(subject, document)).into(),
    }
}

/// A document of the evidence as `lint` looks at it.
#[must_use]
fn doc<'a>(subject: &Subject<'a>, document: &'a PolicyDocument) -> Doc<'a> {
    Doc {
        text: subject.sources.get(document.source),
        policy: &document.policy,
        issues: &document.issues,
        length: document.length,
        kind: PolicyKind::of_role(document.role),
        owner: None,
        requests: subject.requests,
        bucket: subject.form.text("bucket").filter(|_| document.role == Role::BucketPolicy),
    }
}
