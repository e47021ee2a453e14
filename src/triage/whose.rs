//! Whose documents are at hand: those of who was refused, or somebody else's, which settle nothing.

use super::Bench;
use crate::contract::{Ask, Demand};
use crate::eval::{Caller, CallerKind};
use crate::evidence::Role;
use crate::finding::triage::Facts;

/// Evidence that is about one user or role.
const PERSONAL: [&str; 8] = [
    "reader-policy",
    "boundary",
    "session-policy",
    "get-account-authorization-details",
    "list-attached-user-policies",
    "list-access-keys",
    "get-caller-identity",
    "get-user",
];

/// Whom the documents are about, if that is not who was refused.
pub(super) fn other_than_refused(bench: &Bench<'_>, facts: &Facts) -> Option<String> {
    let refused = Caller::parse(facts.get("principal").filter(|arn| !arn.is_empty())?).ok()?;
    // A service has no policies of its own.
    refused.account()?;
    let role = facts.get("role");
    let is_same = |arn: &str| is_same(&refused, role, arn);
    if let Some(reader) = bench.form.text("reader").filter(|reader| !is_same(reader)) {
        return Some(reader.to_owned());
    }
    let record = &bench.evidence.reader;
    let mut told = record.arns.iter().chain(&record.listed).map(|said| said.text.to_string());
    if let Some(first) = told.next() {
        return (!is_same(&first) && !told.any(|arn| is_same(&arn))).then_some(first);
    }
    let mut names = record.names.iter().map(|said| said.text.to_string());
    let first = names.next()?;
    (first != refused.name() && !names.any(|name| name == refused.name())).then_some(first)
}

/// Whether anything is at hand that is about one user or role.
pub(super) fn has_personal(bench: &Bench<'_>) -> bool {
    let record = &bench.evidence.reader;
    let roles = [Role::ReaderPolicy, Role::Boundary, Role::SessionPolicy];
    roles.iter().any(|role| bench.evidence.of(*role).next().is_some())
        || !(record.names.is_empty() && record.arns.is_empty() && record.listed.is_empty())
}

/// Whether an ARN is that of a caller; of a session it may be the role's, with whatever path that has.
fn is_same(caller: &Caller, role: Option<&str>, arn: &str) -> bool {
    if caller.arn() == arn || role == Some(arn) {
        return true;
    }
    let Ok(other) = Caller::parse(arn) else { return false };
    let is_of_role = |caller: &Caller| matches!(caller.kind(), CallerKind::Role | CallerKind::Session);
    let is_session = caller.session().is_some() || other.session().is_some();
    is_session
        && is_of_role(caller)
        && is_of_role(&other)
        && caller.account() == other.account()
        && caller.name() == other.name()
}

/// Whether a demand is about the reader, and not about the export or its bucket: the reader makes its requests, or its documents
/// are looked at.
pub(super) fn is_of_reader(bench: &Bench<'_>, demand: &Demand) -> bool {
    match &demand.ask {
        Ask::Access { request, .. } | Ask::Discovery { request, .. } => {
            bench.library.requests().get(request).is_some_and(|request| request.caller == "{reader}")
        }
        Ask::Identity { .. } => true,
        Ask::Accepted { document, .. } => is_personal(document),
        _ => false,
    }
}

/// Whether a layer belongs to one user or role.
pub(super) fn is_personal_layer(layer: &str) -> bool {
    matches!(layer, "identity" | "boundary" | "session")
}

/// Whether evidence is about one user or role.
pub(super) fn is_personal(evidence: &str) -> bool {
    PERSONAL.contains(&evidence)
}
