//! Whose a resource is, where nobody says it: what a comparison comes to if it is one of the accounts that the documents name.

use super::{Job, Kind, compare_with_denied};
use crate::finding::change::{Doubt, Effect};
use crate::policy::arn;
use std::collections::BTreeSet;

/// More accounts than these are not tried, which is told.
const MOST: usize = 8;

/// The doubt whether two documents give the same access, where that was found for an owner whom neither names. Principals of the
/// owner's account may be let in by their own policies alone, so that there a Deny more or less is a difference.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html> (checked 2026-11)
pub(super) fn doubt(job: &Job<'_>) -> Option<Doubt> {
    if !matches!(job.kind, Kind::Resource(_)) {
        return None;
    }
    let differs = |account: &str| compare_with_denied(&Job { account, ..*job }).effect != Effect::Same;
    let accounts = named(job);
    let reason = match accounts.iter().take(MOST).find(|account| differs(account)) {
        Some(account) => {
            format!("access is not the same if the resource belongs to {account}, which a document names")
        }
        None if accounts.len() > MOST => {
            "the documents name more accounts than are looked at as the resource's owner".to_owned()
        }
        None => return None,
    };
    Some(Doubt {
        reason,
        tell: Some("--account ACCOUNT, the account that the resource belongs to".to_owned()),
    })
}

/// The accounts of principals that either document names.
fn named(job: &Job<'_>) -> BTreeSet<String> {
    let statements = [job.old, job.new].into_iter().flatten().flat_map(|policy| &policy.statements);
    let entries =
        statements.filter_map(|statement| statement.principals.as_ref()).flat_map(|all| &all.entries);
    let account = |text: &str| match arn::is_account(text) {
        true => Some(text.to_owned()),
        false => arn::account_of(text).map(str::to_owned),
    };
    entries.filter_map(|entry| account(&entry.value.value)).filter(|account| account != job.account).collect()
}
