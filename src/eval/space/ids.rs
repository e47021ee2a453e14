//! `aws:userid`: what it is made of, and what a policy that asks for it tells apart.

use super::callers::CallerClass;
use super::others::SESSION;
use crate::eval::caller::{Caller, CallerKind};
use crate::eval::condition::ValueTest;
use crate::eval::context::{Context, ContextValue};
use crate::eval::member::{Language, Step, language};

/// `aws:userid`, as far as it follows from who asks: IAM gives users and roles identifiers that begin so.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable> (checked 2026-11)
#[must_use]
pub fn user_ids(class: &CallerClass) -> Option<ContextValue> {
    let caller: &Caller = &class.caller;
    let starting = |start: &str, rest: &[Step]| {
        let steps = Language::exact(start).steps().iter().chain(rest).copied().collect::<Vec<_>>();
        ContextValue::Within(Language::new(steps))
    };
    let id = [Step::Except(':'), Step::ExceptMany(':')];
    let of_session = |name: &[Step]| starting("AROA", &[&id[..], &[Step::Char(':')], name].concat());
    match caller.kind() {
        CallerKind::User => Some(starting("AIDA", &id)),
        CallerKind::Session if (class.named || class.own_name) && caller.session() != Some(SESSION) => {
            Some(of_session(Language::exact(caller.session().unwrap_or_default()).steps()))
        }
        CallerKind::Role | CallerKind::Session => Some(of_session(&id)),
        CallerKind::Federated => {
            Some(ContextValue::One(format!("{}:{}", caller.account()?, caller.name()).into()))
        }
        CallerKind::Root => caller.account().map(|account| ContextValue::One(account.into())),
        CallerKind::Service | CallerKind::Anonymous | CallerKind::Provider | CallerKind::Canonical => None,
    }
}

/// The ways in which a test of `aws:userid` can take what is made of an identifier, a colon and a name: what it takes before the
/// colon, and what behind. Neither part has a colon of its own. None where the test is none of a text.
pub(super) fn parts(test: &ValueTest) -> Option<Vec<(Language, Vec<Step>)>> {
    let language = language(test, &Context::new())?;
    let steps = language.steps();
    let way = |(at, step): (usize, &Step)| {
        // A star takes the colon with what stands beside it.
        let (before, behind) = match step {
            Step::Char(':') | Step::Fold(':') | Step::One => (steps.get(..at)?, steps.get(at + 1..)?),
            Step::Many => (steps.get(..=at)?, steps.get(at..)?),
            Step::Char(_) | Step::Fold(_) | Step::Except(_) | Step::ExceptMany(_) => return None,
        };
        Some((Language::new(before.iter().copied()), behind.to_vec()))
    };
    Some(steps.iter().enumerate().filter_map(way).collect())
}
