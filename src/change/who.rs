//! Kinds of callers, and several of them in words.

use super::{Job, Kind, Limit};
use crate::eval::{CallerClass, CallerKind, Compiled};
use crate::policy::Statement;
use std::collections::BTreeSet;

/// Who has a policy of which it is told what it denies.
pub(super) const AS_OTHERS_ALLOW: &str = "who has the policy (as far as other policies allow it)";

/// A kind of caller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    /// Who has the policy.
    Holder,
    /// Anybody, unsigned.
    Anybody,
    /// Principals of an account that no document names: of every such account.
    Stranger(String),
    /// Principals of an account, beside those that are named.
    Of(String, String),
    /// One that is named, or an AWS service.
    Named(String),
}

/// The kind of a caller.
pub(super) fn who(set: &Compiled<'_>, class: &CallerClass, job: &Job<'_>) -> Who {
    let arn = class.caller.arn().to_owned();
    match (class.caller.kind(), class.caller.account()) {
        (CallerKind::Anonymous, _) => Who::Anybody,
        (_, None) => Who::Named(class.label()),
        (CallerKind::Root, Some(account)) if is_stranger(set, account) && account != job.account => {
            Who::Stranger(class.label())
        }
        (CallerKind::Root, Some(account)) => Who::Of(account.to_owned(), class.label()),
        _ if class.named => Who::Named(arn),
        (_, Some(account)) if is_stranger(set, account) && account != job.account => {
            Who::Stranger(class.label())
        }
        (_, Some(account)) => Who::Of(account.to_owned(), class.label()),
    }
}

/// Callers in words.
pub(super) fn words(job: &Job<'_>, who: &[Who]) -> String {
    if who.contains(&Who::Anybody) {
        return "anybody".to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    if who.contains(&Who::Holder) {
        parts.push(holder(job.kind).to_owned());
    }
    if who.iter().any(|who| matches!(who, Who::Stranger(_))) {
        parts.push("principals of every other account".to_owned());
    }
    let accounts: BTreeSet<&String> = who
        .iter()
        .filter_map(|who| if let Who::Of(account, _) = who { Some(account) } else { None })
        .collect();
    for account in accounts {
        let of: Vec<&String> = who
            .iter()
            .filter_map(|who| match who {
                Who::Of(other, label) if other == account => Some(label),
                _ => None,
            })
            .collect();
        let owner = if account == job.account { "the owner's account" } else { account };
        match of.as_slice() {
            [one] => parts.push((*one).clone()),
            _ => parts.push(format!("principals of {owner}")),
        }
    }
    parts.extend(
        who.iter().filter_map(|who| if let Who::Named(name) = who { Some(name.clone()) } else { None }),
    );
    parts.join(", ")
}

/// Whom a document that names nobody is about.
fn holder(kind: Kind) -> &'static str {
    match kind {
        Kind::Identity | Kind::Resource(_) | Kind::Trust => "who has the policy",
        Kind::Limit(Limit::Boundary) => "who has the boundary, as far as other policies allow it",
        Kind::Limit(Limit::Session) => "sessions, as far as other policies allow it",
        Kind::Limit(Limit::Scp) => "principals of the accounts below, as far as other policies allow it",
        Kind::Limit(Limit::Rcp | Limit::Endpoint) => "callers, as far as other policies allow it",
    }
}

/// Whether no document names an account.
fn is_stranger(set: &Compiled<'_>, account: &str) -> bool {
    let named = |statement: &Statement| {
        let entries = statement.principals.iter().flat_map(|principals| &principals.entries);
        entries.into_iter().any(|entry| entry.value.value.contains(account))
    };
    !set.statement_ids().any(|id| named(set.origin(id).1)) && !set.texts().any(|text| text.contains(account))
}
