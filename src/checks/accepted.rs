//! Whether AWS takes a document as it is written. What it refuses is known to `lint`; here it becomes an answer.

use super::filled;
use super::grammar;
use super::lint::{self, Counted, Doc, PolicyKind, counted};
use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::contract::Origin;
use crate::evidence::{Case, CaseIs, CasePolicy, PolicyDocument, Role};
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::Place;
use std::collections::BTreeSet;
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
    let mut facts = Vec::new();
    let causes: Vec<Cause> = documents
        .flat_map(|document| {
            match hangs_on(subject, document) {
                Hangs::No => {}
                Hangs::On(names) => {
                    facts.push(filled::fact(subject, &names));
                    return Vec::new();
                }
            }
            let mut causes: Vec<Cause> =
                look(subject, document).iter().filter(|cause| lint::refuses(cause)).cloned().collect();
            causes.extend(too_long(subject, document));
            for cause in &mut causes {
                cause.repairs = grammar::repairs(subject, document, cause);
            }
            causes
        })
        .collect();
    // AWS takes a byte-order mark in some calls; it is told and refuses nothing.
    let refused = causes.iter().any(|cause| !(cause.check == "syntax" && cause.case == "byte-order-mark"));
    let state = match (refused, facts.is_empty()) {
        (true, _) => State::Broken,
        (false, false) => State::Unknown,
        (false, true) => State::Holds,
    };
    Outcome { causes, facts, ..Outcome::of(state) }
}

/// A policy of the reader that is too long for every way to attach it.
fn too_long(subject: &Subject<'_>, document: &PolicyDocument) -> Option<Cause> {
    if document.role != Role::ReaderPolicy {
        return None;
    }
    let is_role = subject.form.text("reader").is_none_or(|reader| !reader.contains(":user/"));
    let Counted { found, limits } = counted(document.role, is_role, document.length);
    let most = limits.iter().max().copied().filter(|most| found > *most)?;
    let at = Place { source: document.policy.source, span: document.policy.statement_span };
    let values = Values::new().with("found", found.to_string()).with("needed", most.to_string());
    Some(Cause::new("size", "reader", at, values))
}

/// Whether it hangs on something that AWS takes a document.
enum Hangs {
    No,
    /// On these, which only a deployment tells.
    On(String),
}

/// What it hangs on whether AWS takes a document: on what decides which of several documents it is, or whether a statement with a
/// fault is there.
fn hangs_on(subject: &Subject<'_>, document: &PolicyDocument) -> Hangs {
    let is_refused = |causes: &[Cause]| {
        let mut refusing = causes.iter().filter(|cause| lint::refuses(cause));
        refusing.any(|cause| !(cause.check == "syntax" && cause.case == "byte-order-mark"))
    };
    let attachment = document.tie();
    let cases = attachment.map_or(&[] as &[Case], |attachment| &attachment.cases);
    let refused_in = |case: &Case| match &case.is {
        CaseIs::Made(made) => {
            let CasePolicy { policy, issues, length } = (**made).clone();
            let own = PolicyDocument { source: policy.source, policy, issues, length, ..document.clone() };
            Some(is_refused(&look(subject, &own)))
        }
        CaseIs::Absent => Some(false),
        CaseIs::Open(_) => None,
    };
    let answers: Vec<Option<bool>> = cases.iter().map(refused_in).collect();
    if let Some(first) = answers.first() {
        let is_part = cases.iter().any(|case| case.is_part);
        if first.is_some() && !is_part && answers.iter().all(|answer| answer == first) {
            return Hangs::No;
        }
        if is_part && answers.iter().all(|answer| *answer == Some(false)) {
            return Hangs::No;
        }
        let names: BTreeSet<&str> =
            cases.iter().flat_map(|case| case.when.keys().map(String::as_str)).collect();
        return Hangs::On(names.into_iter().collect::<Vec<_>>().join("`, `"));
    }
    // A statement that may not be there.
    let causes = look(subject, document);
    let open = |cause: &Cause| {
        let mut statements = document.policy.statements.iter();
        let own = statements.find(|statement| statement.span.contains(cause.place.span))?;
        own.clauses.iter().find_map(|clause| clause.hole().map(str::to_owned))
    };
    let refusing: Vec<&Cause> = causes.iter().filter(|cause| lint::refuses(cause)).collect();
    let names: Option<BTreeSet<String>> = refusing.iter().map(|cause| open(cause)).collect();
    match names {
        Some(names) if !names.is_empty() => Hangs::On(names.into_iter().collect::<Vec<_>>().join("`, `")),
        _ => Hangs::No,
    }
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

/// The partition of the form's account, if the user's own words tell it.
fn partition<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    let is_given = |name| {
        let value = subject.form.get(name);
        value.is_some_and(|value| matches!(value.origin, Origin::Given(_)))
    };
    subject.form.text("partition").filter(|_| is_given("partition") || is_given("reader"))
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
        partition: partition(subject),
        bucket: subject.form.text("bucket").filter(|_| document.role == Role::BucketPolicy),
    }
}
