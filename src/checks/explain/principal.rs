//! The principal of the Allow that almost granted.

use super::near;
use super::{caller, few, place};
use crate::checks::lint::principal_fault;
use crate::checks::service::{self, MOST_TYPOS};
use crate::checks::subject::Cause;
use crate::eval::{CallerKind, Request};
use crate::policy::{Policy, PrincipalEntry, PrincipalKind, Statement};
use crate::rulebook::Values;

/// Whether a principal of the statement was meant for the caller: misspelt, or under the wrong key.
pub(super) fn almost(request: &Request, statement: &Statement) -> bool {
    entries(statement).any(|entry| misspelt(request, entry) || wrong_kind(request, entry))
}

/// Whether the caller is a service that the statement names.
pub(super) fn names_service(request: &Request, statement: &Statement) -> bool {
    request.caller.kind() == CallerKind::Service
        && entries(statement)
            .any(|entry| entry.kind == PrincipalKind::Service && &*entry.value.value == request.caller.arn())
}

fn entries(statement: &Statement) -> impl Iterator<Item = &PrincipalEntry> {
    statement
        .principals
        .iter()
        .filter(|principals| !principals.negated)
        .flat_map(|principals| &principals.entries)
}

pub(super) fn misspelt(request: &Request, entry: &PrincipalEntry) -> bool {
    let (text, caller) = (&*entry.value.value, request.caller.arn());
    let is_near = || near::distance(text, caller, MOST_TYPOS).is_some();
    // Several names in one text are the name of nobody.
    let is_among = || entry.kind == PrincipalKind::Service && service::names(text).contains(&caller);
    text != caller && (is_near() || is_among())
}

pub(super) fn wrong_kind(request: &Request, entry: &PrincipalEntry) -> bool {
    is_caller(request, &entry.value.value) && entry.kind != kind_of(request)
}

/// Whether a text names the caller: a whole account may be written as its number.
fn is_caller(request: &Request, text: &str) -> bool {
    let caller = &request.caller;
    text == caller.arn() || (caller.kind() == CallerKind::Root && caller.account() == Some(text))
}

/// The one principal that AWS knows nobody by, if it has the caller's account in it: what is left of the caller's name.
pub(super) fn unknown<'s>(request: &Request, entries: &'s [PrincipalEntry]) -> Option<&'s PrincipalEntry> {
    let account = request.caller.account()?;
    let of_kind = || entries.iter().filter(|entry| entry.kind == kind_of(request));
    let mut odd = of_kind().filter(|entry| principal_fault(entry).is_some());
    let only = odd.next().filter(|entry| entry.value.value.contains(account))?;
    odd.next().is_none().then_some(only)
}

pub(super) fn kind_of(request: &Request) -> PrincipalKind {
    match request.caller.kind() {
        CallerKind::Service => PrincipalKind::Service,
        CallerKind::Anonymous => PrincipalKind::Everyone,
        CallerKind::Provider => PrincipalKind::Federated,
        CallerKind::Canonical => PrincipalKind::CanonicalUser,
        CallerKind::Root
        | CallerKind::User
        | CallerKind::Role
        | CallerKind::Session
        | CallerKind::Federated => PrincipalKind::Aws,
    }
}

pub(super) fn key_name(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Everyone => "*",
        PrincipalKind::Aws => "AWS",
        PrincipalKind::Service => "Service",
        PrincipalKind::Federated => "Federated",
        PrincipalKind::CanonicalUser => "CanonicalUser",
        PrincipalKind::Bare | PrincipalKind::Other => "Principal",
    }
}

pub(super) fn causes(request: &Request, policy: &Policy, statement: &Statement) -> Vec<Cause> {
    if let Some(entry) = entries(statement).find(|entry| wrong_kind(request, entry)) {
        let values = Values::new()
            .with("found", key_name(entry.kind))
            .with("needed", key_name(kind_of(request)))
            .with("value", &*entry.value.value);
        return vec![Cause::new("grant", "principal-kind", place(policy, entry.kind_span), values)];
    }
    if let Some(entry) = entries(statement).find(|entry| misspelt(request, entry)) {
        let values = Values::new().with("found", &*entry.value.value).with("needed", caller(request));
        return vec![Cause::new("grant", "principal-misspelt", place(policy, entry.value.span), values)];
    }
    let Some(principals) = &statement.principals else {
        let values = Values::new().with("caller", caller(request)).with("found", "nobody");
        return vec![Cause::new("grant", "principal-missing", place(policy, statement.effect_span), values)];
    };
    let account = |entry: &&PrincipalEntry| entry.kind == PrincipalKind::Aws;
    if request.caller.account().is_some()
        && !principals.negated
        && let Some(entry) = principals.entries.iter().find(account)
    {
        let values = Values::new().with("found", &*entry.value.value).with("needed", caller(request));
        return vec![Cause::new("grant", "principal-other", place(policy, entry.value.span), values)];
    }
    let found = few(principals.entries.iter().map(|entry| &*entry.value.value));
    let found = if found.is_empty() { "nobody".to_owned() } else { found };
    let values = Values::new().with("caller", caller(request)).with("found", found);
    vec![Cause::new("grant", "principal-missing", place(policy, principals.span), values)]
}
