//! Policies without a consumer: what AWS refuses, what can never work, and what is likely not meant.
//!
//! Each family looks at one document and yields cases with places; rule pages (`rules/documents`, `rules/iam`) have the
//! words and severities. What a document permits is asked of `eval`; nothing is searched for known wrong texts.
//! The same families tell `check` whether AWS takes a document as it is written ([`refuses`]).

mod action;
mod arn;
mod buckets;
mod cases;
mod condition;
mod cover;
mod date;
mod doc;
mod element;
mod fields;
mod grammar;
mod kind;
mod left;
mod mfa;
mod named;
mod network;
mod organization;
mod outline;
mod principal;
mod reach;
mod size;
mod space;
mod stranger;
mod table;
mod tag;
mod trust;
mod value;
mod variable;

pub use action::is_action;
pub use cases::LINT_CASES;
pub use doc::Doc;
pub use kind::PolicyKind;
pub use named::fault as principal_fault;
pub use size::{Counted, counted};
pub(super) use stranger::STRANGER;
pub use stranger::lets_strangers_in;

use super::subject::Cause;
use doc::Out;

/// Every case that a document meets, in the order of the families.
#[must_use]
pub fn lint(doc: &Doc<'_>) -> Vec<Cause> {
    let mut out = Out::new(doc.policy.source);
    grammar::look(doc, &mut out);
    element::look(doc, &mut out);
    action::look(doc, &mut out);
    arn::look(doc, &mut out);
    buckets::look(doc, &mut out);
    cover::look(doc, &mut out);
    principal::look(doc, &mut out);
    trust::look(doc, &mut out);
    organization::look(doc, &mut out);
    condition::look(doc, &mut out);
    value::look(doc, &mut out);
    network::look(doc, &mut out);
    left::look(doc, &mut out);
    variable::look(doc, &mut out);
    mfa::look(doc, &mut out);
    reach::look(doc, &mut out);
    size::look(doc, &mut out);
    // Of a statement of which nothing is known there is nothing to say.
    let unknown: Vec<_> = doc.policy.statements.iter().filter(|each| each.is_unknown()).collect();
    out.causes.retain(|cause| !unknown.iter().any(|each| each.span == cause.place.span));
    out.causes
}

/// Every case that several documents meet together.
#[must_use]
pub fn together(docs: &[Doc<'_>]) -> Vec<Cause> {
    size::together(docs)
}

/// Whether a case is one for which AWS does not take the document. What is odd and taken all the same is none.
#[must_use]
pub fn refuses(cause: &Cause) -> bool {
    cases::is_refused(cause.check, cause.case)
}
