//! What policies look at in a caller: names, accounts, services, and the texts that they compute from those.

use super::cells::Budget;
use crate::eval::compile::{Compiled, Test};
use crate::eval::condition::{Operand, Template, Truth, ValueTest};
use crate::eval::context::{Context, ContextValue};
use crate::eval::layers::{Layer, LayerKind};
use crate::eval::member::{Language, Step, language};
use crate::eval::principal::PrincipalTest;
use crate::policy::{BaseOperator, arn};
use std::collections::BTreeSet;

/// Accounts that documentation uses; the first that no policy names stands for all that none names.
const STRANGERS: [&str; 4] = ["444455556666", "777788889999", "123456789012", "210987654321"];

/// Names that are tried, at most.
const MOST_NAMES: usize = 64;

/// What the sets look at in a caller.
#[derive(Default)]
pub(super) struct Seen<'s> {
    /// Full ARNs and services under `Principal`.
    pub(super) exact: Vec<String>,
    /// Accounts named anywhere.
    accounts: Vec<String>,
    pub(super) services: Vec<Language>,
    pub(super) arns: Vec<&'s ValueTest>,
    pub(super) users: Vec<&'s ValueTest>,
    /// Tests of `aws:userid`, which holds the name of a federated user.
    pub(super) ids: Vec<&'s ValueTest>,
    /// Some test of the caller cannot be followed.
    pub(super) unread: bool,
    /// Names that a text may be computed from; none where no policy computes with one.
    pub(super) names: Vec<String>,
    /// Policies of an organization are at hand.
    pub(super) has_organization: bool,
    pub(super) budget: Budget,
}

impl<'s> Seen<'s> {
    pub(super) fn of(sets: &'s [&Compiled<'_>], texts: &[&str]) -> Self {
        let mut seen = Self::default();
        let mut templates: Vec<&Template> = Vec::new();
        for set in sets {
            for test in &set.atoms {
                match test {
                    Test::Principal(test) => seen.principal(test),
                    Test::Value { key, test } => {
                        seen.value(set.key_name(*key), test);
                        if let Operand::Template(template) = &test.operand {
                            templates.push(template);
                        }
                    }
                    Test::ResourceTemplate(template) => templates.push(template),
                    Test::Action(_)
                    | Test::Resource(_)
                    | Test::Unreadable(_)
                    | Test::Hole { .. }
                    | Test::Held { .. } => {}
                }
            }
            seen.has_organization |= [LayerKind::Scp, LayerKind::Rcp]
                .iter()
                .any(|kind| !matches!(set.layer_state(*kind), Layer::Absent | Layer::PresumedAbsent));
        }
        seen.exact.sort();
        seen.exact.dedup();
        templates.retain(|template| template.keys().any(|key| is_name(key) || key == "aws:principalaccount"));
        if !templates.is_empty() {
            seen.look_for(&Sought::new(templates), texts, sets.iter().flat_map(|set| set.texts()));
        }
        seen
    }

    /// The names and accounts that texts hold, where policies compute with those of the caller: all of what is asked for, and
    /// of the policies' own texts what others may come to.
    fn look_for<'t>(&mut self, sought: &Sought<'_>, asked: &[&str], own: impl Iterator<Item = &'t str>) {
        let mut names: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        };
        for (text, is_asked) in asked.iter().map(|text| (*text, true)).chain(own.map(|text| (text, false))) {
            for piece in pieces(text) {
                let digits = piece.as_bytes().windows(12).filter_map(|part| std::str::from_utf8(part).ok());
                self.accounts.extend(digits.filter(|part| arn::is_account(part)).map(str::to_owned));
                if is_asked || sought.is_in(text, piece) {
                    add(piece);
                }
                // `home-${aws:username}` looks for a part of what stands between two slashes.
                let parts = (1..piece.len()).flat_map(|at| [piece.get(at..), piece.get(..at)]).flatten();
                parts.filter(|part| sought.is_in(text, part)).for_each(&mut add);
            }
        }
        self.unread |= sought.has_names && names.len() > MOST_NAMES;
        names.truncate(if sought.has_names { MOST_NAMES } else { 0 });
        self.names = names;
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
        // Callers of one kind all have a key, or none has.
        if test.base == BaseOperator::Null {
            return;
        }
        match key {
            "aws:principalarn" => {
                self.accounts.extend(written(test).and_then(|text| account_in(&text)));
                self.arns.push(test);
            }
            "aws:principalaccount" => {
                let account = written(test).and_then(|text| account_like(&text));
                self.unread |= account.is_none() && !matches!(test.operand, Operand::Mistyped);
                self.accounts.extend(account);
            }
            "aws:username" => self.users.push(test),
            "aws:userid" => self.ids.push(test),
            "aws:principalservicename" => match language(test, &Context::new()) {
                Some(language) => self.services.push(language),
                None => self.unread = true,
            },
            _ => {}
        }
    }

    /// The accounts that something names, and one that nothing does.
    pub(super) fn accounts(&self, pattern: &str, more: &[&str]) -> (Vec<String>, Option<String>) {
        let mut all: Vec<String> = more.iter().map(|&each| each.to_owned()).collect();
        all.extend(account_in(pattern));
        all.extend(self.accounts.iter().cloned());
        let mut known = BTreeSet::new();
        all.retain(|account| known.insert(account.clone()));
        let stranger = STRANGERS.iter().find(|each| !all.iter().any(|named| named == *each));
        (all, stranger.map(|&each| each.to_owned()))
    }

    /// The partition of the ARNs that are looked for.
    pub(super) fn partition(&self, pattern: &str) -> String {
        let of = |text: &str| {
            let partition = arn::split(text).map(|[_, partition, ..]| partition.to_owned());
            partition.filter(|partition| partition.starts_with("aws") && !partition.contains(['*', '?']))
        };
        of(pattern)
            .or_else(|| self.exact.iter().find_map(|text| of(text)))
            .unwrap_or_else(|| "aws".to_owned())
    }
}

/// Keys by whose value a policy computes with a caller's name.
pub(super) fn is_name(key: &str) -> bool {
    matches!(key, "aws:username" | "aws:principalarn" | "aws:userid")
}

/// What of a text can be a name, between characters that none has.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (names, checked 2026-11)
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    // Variables of the policy are no part of a name.
    let plain = text.split("${").enumerate().map(|(at, part)| match part.split_once('}') {
        Some((_, behind)) if at > 0 => behind,
        _ => part,
    });
    let is_in_names = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    plain
        .flat_map(move |part| part.split(move |c| !is_in_names(c)))
        .filter(|piece| (1..=64).contains(&piece.len()))
}

/// Texts that policies compute from a caller's name or account.
struct Sought<'t> {
    /// Those with the name of a user.
    of_users: Vec<&'t Template>,
    context: Context,
    has_names: bool,
}

impl<'t> Sought<'t> {
    fn new(templates: Vec<&'t Template>) -> Self {
        let mut context = Context::new();
        for key in templates.iter().flat_map(|template| template.keys()) {
            context.set(key, ContextValue::Unknown);
        }
        let has_names = templates.iter().any(|template| template.keys().any(is_name));
        let of_users = |template: &&Template| template.keys().any(|key| key == "aws:username");
        Self { of_users: templates.into_iter().filter(of_users).collect(), context, has_names }
    }

    /// Whether one of the texts may be this one if a user has the name.
    fn is_in(&self, text: &str, name: &str) -> bool {
        if self.of_users.is_empty() {
            return false;
        }
        let mut context = self.context.clone();
        context.set_one("aws:username", name);
        let takes = |template: &&Template| {
            matches!(template.matches_resource(text, &context), Truth::Yes | Truth::Free)
        };
        self.of_users.iter().any(takes)
    }
}

/// A fixed beginning, `*` in it a wildcard, and what follows.
pub(super) fn joined(start: &str, rest: &[Step]) -> Language {
    Language::new(Language::glob(start).steps().iter().chain(rest).copied())
}

/// What goes before, and a fixed ending.
pub(super) fn joined_before(start: &[Step], end: &str) -> Language {
    Language::new(start.iter().chain(Language::exact(end).steps()).copied())
}

/// The text of a test with its wildcards.
pub(super) fn written(test: &ValueTest) -> Option<String> {
    language(test, &Context::new()).map(|language| language.pattern())
}

/// The account of an ARN, wildcards in it filled in.
pub(super) fn account_in(text: &str) -> Option<String> {
    let [_, _, _, _, account, _] = arn::split(text)?;
    account_like(account).filter(|_| account != "*")
}

/// An account id that a pattern matches.
#[must_use]
pub fn account_like(pattern: &str) -> Option<String> {
    let missing = 12usize.checked_sub(pattern.chars().filter(|c| *c != '*').count())?;
    let (before, after) = pattern.split_once('*').unwrap_or((pattern, ""));
    let zeros = if pattern.contains('*') { "0".repeat(missing) } else { String::new() };
    let text = format!("{before}{zeros}{after}").replace('*', "").replace('?', "0");
    arn::is_account(&text).then_some(text)
}
