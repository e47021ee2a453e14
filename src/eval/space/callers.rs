//! Callers by the ways in which policies tell them apart.
//!
//! A policy sees a caller through its `Principal` elements and through the keys that follow from who calls
//! (`aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:username`, `aws:PrincipalServiceName`). For each account that is named
//! anywhere, and one that is not, the ARNs of its users, roles and federated users are split by all of these tests; one ARN of
//! each part stands for the part. Services are split likewise. So what holds for the list holds for every caller. A role stands
//! for its sessions, but for those that a policy names; one that is linked to a service stands apart where policies of an
//! organization are at hand, which do not touch it.

use super::seen::{Seen, account_like, joined_before, written};
use crate::eval::caller::{Caller, CallerKind};
use crate::eval::compile::{Compiled, Test};
use crate::eval::condition::ValueTest;
use crate::eval::member::{Language, Step};
use std::collections::BTreeSet;

/// More classes than this are not listed.
const MOST: usize = 2_048;

/// Callers that every policy of the sets treats alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerClass {
    /// One of them.
    pub caller: Caller,
    /// Whether a policy names it by its full name.
    pub named: bool,
    /// Whether it stands for others with whose names a policy computes.
    pub open: bool,
    /// Whether what policies ask of its session's name is the same for all for whom it stands, though it is not named.
    pub own_name: bool,
}

impl CallerClass {
    /// For people: the ARN or service where a policy names it, else what it is.
    #[must_use]
    pub fn label(&self) -> String {
        let arn = self.caller.arn();
        let account = self.caller.account().unwrap_or_default();
        match self.caller.kind() {
            CallerKind::Anonymous => "anybody, unsigned".to_owned(),
            CallerKind::Root => format!("the root user of {account}"),
            CallerKind::Provider => format!("who signs in through {arn}"),
            CallerKind::Canonical => format!("the account with the canonical id {arn}"),
            _ if self.named => arn.to_owned(),
            CallerKind::User => format!("a user of {account}, such as {arn}"),
            CallerKind::Role => format!("a role of {account}, such as {arn}"),
            CallerKind::Session => format!("a session of {account}, such as {arn}"),
            CallerKind::Federated => format!("some federated user of {account}, such as {arn}"),
            CallerKind::Service => format!("an AWS service, such as {arn}"),
        }
    }
}

/// One caller for each way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerClasses {
    /// Named ones first, in the order of accounts.
    pub list: Vec<CallerClass>,
    /// Whether what holds for the list holds for every caller. False where there are too many ways, or where a policy computes
    /// with a caller's name in a way that is not followed.
    pub complete: bool,
    /// The account that stands for all that nothing names.
    pub stranger: Option<String>,
}

/// The callers whose ARN (or service principal) matches `pattern`, one for each way in which a policy of the sets could tell
/// them apart. `accounts`: accounts to include beside those that policies name. `texts`: what is asked for, in which a policy may
/// look for the name or the account of a caller.
#[must_use]
pub fn callers(sets: &[&Compiled<'_>], pattern: &str, accounts: &[&str], texts: &[&str]) -> CallerClasses {
    let seen = Seen::of(sets, texts);
    let within = Language::glob(pattern);
    let (accounts, stranger) = seen.accounts(pattern, accounts);
    let mut out = CallerClasses { list: Vec::new(), complete: !seen.unread, stranger };
    let stranger = out.stranger.clone();
    for account in accounts.into_iter().chain(stranger) {
        if out.list.len() > MOST {
            out.complete = false;
            break;
        }
        seen.of_account(&within, (&seen.partition(pattern), &account), &mut out);
    }
    let service =
        [within.clone(), joined_before(&[Step::Except(':'), Step::ExceptMany(':')], ".amazonaws.com")];
    let found = seen.budget.cells(&service, &seen.services);
    out.complete &= found.complete;
    seen.take(found.texts, &mut out);
    if pattern == "*" {
        seen.take(vec![String::new()], &mut out);
    }
    out.list.sort_by_key(|class| !class.named);
    out
}

/// The accounts that conditions name: `of_caller`, on who calls, too; else only on whose the resource is.
#[must_use]
pub fn named_accounts(sets: &[&Compiled<'_>], of_caller: bool) -> BTreeSet<String> {
    let of = |key: &str, test: &ValueTest| match key {
        "aws:principalarn" if of_caller => super::seen::account_in(&written(test)?),
        "aws:principalaccount" if of_caller => account_like(&written(test)?),
        "aws:resourceaccount" | "s3:resourceaccount" => account_like(&written(test)?),
        _ => None,
    };
    let all = |set: &Compiled<'_>| -> Vec<String> {
        let tests = set.atoms.iter().filter_map(|test| match test {
            Test::Value { key, test } => of(set.key_name(*key), test),
            Test::Principal(_)
            | Test::ResourceTemplate(_)
            | Test::Action(_)
            | Test::Resource(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. } => None,
        });
        tests.collect()
    };
    sets.iter().flat_map(|set| all(set)).collect()
}
