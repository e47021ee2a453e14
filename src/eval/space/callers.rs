//! Callers by the ways in which policies tell them apart.
//!
//! A policy sees a caller through its `Principal` elements and through the keys that follow from who calls
//! (`aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:username`, `aws:PrincipalServiceName`). For each account that is named
//! anywhere, and one that is not, the ARNs of its users and roles are split by all of these tests; one ARN of each part stands
//! for the part. Services are split likewise. So what holds for the list holds for every caller.

use super::cells::cells;
use crate::eval::compile::{Compiled, Test};
use crate::eval::condition::{Operand, ValueTest};
use crate::eval::context::Context;
use crate::eval::member::{Found, Language, Step, language, string};
use crate::eval::principal::PrincipalTest;
use crate::eval::request::{Caller, CallerKind};
use crate::policy::arn;
use std::collections::BTreeSet;

/// More classes than this are not listed.
const MOST: usize = 2_048;

/// Accounts that documentation uses; the first that no policy names stands for all that none names.
const STRANGERS: [&str; 4] = ["444455556666", "777788889999", "123456789012", "210987654321"];

/// The name of a session that no policy has.
pub(super) const SESSION: &str = "preflight-any-session";

/// Callers that every policy of the sets treats alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerClass {
    /// One of them.
    pub caller: Caller,
    /// Whether a policy names it by its full name.
    pub named: bool,
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
            CallerKind::Federated => format!("a federated user of {account}, such as {arn}"),
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
}

/// The callers whose ARN (or service principal) matches `pattern`, one for each way in which a policy of the sets could tell
/// them apart. `accounts`: accounts to include beside those that policies name. `names`: names of users and roles to try, for
/// policies that compare resources with a caller's name.
#[must_use]
pub fn callers(sets: &[&Compiled<'_>], pattern: &str, accounts: &[&str], names: &[&str]) -> CallerClasses {
    let seen = Seen::of(sets);
    let within = Language::glob(pattern);
    let mut out = CallerClasses { list: Vec::new(), complete: !seen.unread };
    for account in seen.accounts(pattern, accounts) {
        if out.list.len() > MOST {
            out.complete = false;
            break;
        }
        seen.of_account(&within, (&seen.partition(pattern), &account), names, &mut out);
    }
    let service =
        [within.clone(), joined_before(&[Step::Except(':'), Step::ExceptMany(':')], ".amazonaws.com")];
    let found = cells(&service, &seen.services);
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
        "aws:principalarn" if of_caller => account_in(&written(test)?),
        "aws:principalaccount" if of_caller => filled(&written(test)?),
        "aws:resourceaccount" | "s3:resourceaccount" => filled(&written(test)?),
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

/// What the sets look at in a caller.
#[derive(Default)]
struct Seen<'s> {
    /// Full ARNs and services under `Principal`.
    exact: Vec<String>,
    /// Accounts named anywhere.
    accounts: Vec<String>,
    services: Vec<Language>,
    arns: Vec<&'s ValueTest>,
    users: Vec<&'s ValueTest>,
    /// Some test of the caller cannot be followed.
    unread: bool,
    /// A text is computed from the caller's name.
    computes: bool,
}

impl<'s> Seen<'s> {
    fn of(sets: &'s [&Compiled<'_>]) -> Self {
        let mut seen = Self::default();
        for set in sets {
            for test in &set.atoms {
                match test {
                    Test::Principal(test) => seen.principal(test),
                    Test::Value { key, test } => seen.value(set.key_name(*key), test),
                    Test::ResourceTemplate(template) => {
                        seen.computes |= template.keys().any(is_name);
                    }
                    Test::Action(_)
                    | Test::Resource(_)
                    | Test::Unreadable(_)
                    | Test::Hole { .. }
                    | Test::Held { .. } => {}
                }
            }
        }
        seen.exact.sort();
        seen.exact.dedup();
        seen
    }

    fn principal(&mut self, test: &PrincipalTest) {
        match test {
            PrincipalTest::Account(account) => self.accounts.push(account.to_string()),
            PrincipalTest::Arn(arn) | PrincipalTest::Role { arn, .. } => {
                self.accounts.extend(arn::account_of(arn).map(str::to_owned));
                self.exact.push(arn.to_string());
            }
            PrincipalTest::Service(service) => {
                self.exact.push(service.to_string());
                self.services.push(Language::exact(service));
            }
            PrincipalTest::Everyone
            | PrincipalTest::Federated(_)
            | PrincipalTest::Canonical(_)
            | PrincipalTest::Nobody
            | PrincipalTest::Held { .. }
            | PrincipalTest::Unreadable => {}
        }
    }

    fn value(&mut self, key: &str, test: &'s ValueTest) {
        if let Operand::Template(template) = &test.operand {
            self.computes |= template.keys().any(is_name);
        }
        match key {
            "aws:principalarn" => {
                self.accounts.extend(written(test).and_then(|text| account_in(&text)));
                self.arns.push(test);
            }
            "aws:principalaccount" => {
                let account = written(test).and_then(|text| filled(&text));
                self.unread |= account.is_none() && !matches!(test.operand, Operand::Mistyped);
                self.accounts.extend(account);
            }
            "aws:username" => self.users.push(test),
            "aws:principalservicename" => match language(test, &Context::new()) {
                Some(language) => self.services.push(language),
                None => self.unread = true,
            },
            _ => {}
        }
    }

    fn accounts(&self, pattern: &str, more: &[&str]) -> Vec<String> {
        let mut all: Vec<String> = more.iter().map(|&each| each.to_owned()).collect();
        all.extend(account_in(pattern));
        all.extend(self.accounts.iter().cloned());
        let mut known = BTreeSet::new();
        all.retain(|account| known.insert(account.clone()));
        let mut out = all;
        out.extend(
            STRANGERS
                .iter()
                .find(|each| !out.iter().any(|named| named == *each))
                .map(|&each| each.to_owned()),
        );
        out
    }

    /// The partition of the ARNs that are looked for.
    fn partition(&self, pattern: &str) -> String {
        let of = |text: &str| {
            let partition = arn::split(text).map(|[_, partition, ..]| partition.to_owned());
            partition.filter(|partition| partition.starts_with("aws") && !partition.contains(['*', '?']))
        };
        of(pattern)
            .or_else(|| self.exact.iter().find_map(|text| of(text)))
            .unwrap_or_else(|| "aws".to_owned())
    }

    fn of_account(&self, within: &Language, place: (&str, &str), names: &[&str], out: &mut CallerClasses) {
        let (partition, account) = place;
        let own = |text: &&String| arn::account_of(text) == Some(account);
        // Sessions and federated users that a policy names; any other session answers like its role.
        let sessions: Vec<String> =
            self.exact.iter().filter(own).filter(|text| text.contains(":sts:")).cloned().collect();
        let inside = |text: &String| string(&[within, &Language::exact(text)], &[]) != Found::Nothing;
        self.take(sessions.iter().filter(|text| inside(text)).cloned().collect(), out);
        self.sessions(within, place, &sessions, out);
        let root = format!("arn:{partition}:iam::{account}:root");
        self.take(Some(root).into_iter().filter(inside).collect(), out);
        for kind in ["user", "role"] {
            let start = format!("arn:{partition}:iam::{account}:{kind}/");
            let shape = joined(&start, &[Step::Except(':'), Step::ExceptMany(':')]);
            let mut tests: Vec<Language> =
                self.exact.iter().filter(own).map(|text| Language::exact(text)).collect();
            let mut context = Context::new();
            context.set_one("aws:PrincipalAccount", account);
            context.set_one("aws:PrincipalType", if kind == "user" { "User" } else { "AssumedRole" });
            for test in &self.arns {
                match language(test, &context) {
                    Some(language) => tests.push(language),
                    None => out.complete &= matches!(test.operand, Operand::Mistyped),
                }
            }
            if kind == "user" {
                for test in &self.users {
                    match language(test, &context) {
                        Some(language) => {
                            tests.push(joined(&start, language.steps()));
                            tests.push(joined(&format!("{start}*/"), language.steps()));
                        }
                        None => out.complete &= matches!(test.operand, Operand::Mistyped),
                    }
                }
            }
            if self.computes {
                tests.extend(names.iter().map(|name| Language::exact(&format!("{start}{name}"))));
            }
            let found = cells(&[within.clone(), shape], &tests);
            out.complete &= found.complete;
            self.take(found.texts, out);
        }
    }

    /// Sessions that no policy names, where sessions alone are asked for: no role is there to stand for them.
    fn sessions(
        &self,
        within: &Language,
        (partition, account): (&str, &str),
        named: &[String],
        out: &mut CallerClasses,
    ) {
        let role = joined(&format!("arn:{partition}:iam::{account}:role/"), &[Step::Many]);
        if string(&[within, &role], &[]) != Found::Nothing {
            return;
        }
        let start = format!("arn:{partition}:sts::{account}:assumed-role/");
        let part = [Step::Except('/'), Step::ExceptMany('/')];
        let shape = joined(&start, &[&part[..], &[Step::Char('/')], &part[..]].concat());
        let mut tests: Vec<Language> = named.iter().map(|text| Language::exact(text)).collect();
        let roles = self.exact.iter().filter(|text| arn::account_of(text) == Some(account));
        let names = roles.filter_map(|text| text.split_once(":role/")?.1.rsplit('/').next());
        tests.extend(names.map(|name| joined(&format!("{start}{name}/"), &[Step::Many])));
        let found = cells(&[within.clone(), shape], &tests);
        // Which roles conditions speak of is not followed here.
        out.complete &= found.complete && (found.texts.is_empty() || self.arns.is_empty());
        self.take(found.texts.into_iter().filter(|text| !named.contains(text)).collect(), out);
    }

    fn take(&self, texts: Vec<String>, out: &mut CallerClasses) {
        for text in texts {
            if let Ok(caller) = Caller::parse(&text) {
                out.list.push(CallerClass { caller, named: self.exact.contains(&text) });
            }
        }
    }
}

/// A fixed beginning, `*` in it a wildcard, and what follows.
fn joined(start: &str, rest: &[Step]) -> Language {
    Language::new(Language::glob(start).steps().iter().chain(rest).copied())
}

/// What goes before, and a fixed ending.
fn joined_before(start: &[Step], end: &str) -> Language {
    Language::new(start.iter().chain(Language::exact(end).steps()).copied())
}

/// Keys by whose value a policy computes with a caller's name.
fn is_name(key: &str) -> bool {
    matches!(key, "aws:username" | "aws:principalarn" | "aws:userid")
}

/// The text of a test with its wildcards.
fn written(test: &ValueTest) -> Option<String> {
    language(test, &Context::new()).map(|language| language.pattern())
}

/// The account of an ARN, wildcards in it filled in.
fn account_in(text: &str) -> Option<String> {
    let [_, _, _, _, account, _] = arn::split(text)?;
    filled(account).filter(|_| account != "*")
}

/// An account id that a pattern matches.
fn filled(pattern: &str) -> Option<String> {
    let missing = 12usize.checked_sub(pattern.chars().filter(|c| *c != '*').count())?;
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let zeros = if pattern.contains('*') { "0".repeat(missing) } else { String::new() };
    let text = format!("{before}{zeros}{after}").replace('*', "").replace('?', "0");
    arn::is_account(&text).then_some(text)
}
