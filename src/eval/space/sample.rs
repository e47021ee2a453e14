//! Single requests of a question that is too large to be looked at whole: where one of them is allowed in every world and
//! another one denied in every world, the question is *mixed* whatever the rest comes to.

use super::Survey;
use crate::eval::ask::{Answer, Member, Question, ask};
use crate::eval::compile::Compiled;
use crate::eval::context::ContextValue;
use crate::eval::member::{Found, Language, string};
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;

/// Members of a question that are looked into.
const MOST_MEMBERS: usize = 8;
/// Values that are tried for a key.
const MOST_VALUES: usize = 5;
/// Ways to give all keys a value.
const MOST_WAYS: usize = 64;
/// Resources that are tried for each of them.
const MOST_RESOURCES: usize = 6;
/// Single requests that are themselves too much to look at, before giving up.
const MOST_GIVEN_UP: usize = 2;

/// Names that nobody has, and one that begins with another.
const NAMES: [&str; 3] = ["a", "b", "ab"];

/// Both kinds of requests, if single ones show them.
pub(super) fn mixed(set: &Compiled<'_>, question: &Question) -> Option<Survey> {
    let (mut allowed, mut denied, mut given_up) = (None, None, 0);
    for member in question.members.iter().take(MOST_MEMBERS) {
        for request in samples(set, &member.request) {
            let members = vec![Member { request, example: None }];
            let one = |allowed| ask(set, &Question { members: members.clone(), allowed, ..question.clone() });
            match (one(true), one(false)) {
                (Answer::GaveUp { .. }, _) | (_, Answer::GaveUp { .. }) => given_up += 1,
                (Answer::Holds { .. }, some) if fails(&some) => allowed = allowed.or(Some(some)),
                (none, Answer::Holds { .. }) if fails(&none) => denied = denied.or(Some(none)),
                _ => {}
            }
            if allowed.is_some() && denied.is_some() || given_up >= MOST_GIVEN_UP {
                return Some(Survey { all_allowed: denied?, all_denied: allowed? });
            }
        }
    }
    None
}

fn fails(answer: &Answer) -> bool {
    matches!(answer, Answer::Fails { .. })
}

/// Requests of a space, each with one value for every key that has each of several in turn, and with one resource. What nobody
/// knows stays open.
fn samples(set: &Compiled<'_>, request: &Request) -> Vec<Request> {
    let keys: Vec<(String, Vec<String>)> = request
        .context
        .iter()
        .filter_map(|(key, value)| match value {
            ContextValue::Every(within) => Some((key.to_owned(), values(set, request, within))),
            _ => None,
        })
        .collect();
    let ways = keys.iter().fold(1usize, |ways, (_, values)| ways.saturating_mul(values.len()));
    let mut out = Vec::new();
    for way in 0..ways.min(MOST_WAYS) {
        let (mut one, mut left) = (request.clone(), way);
        for (key, values) in &keys {
            if let Some(value) = values.get(left % values.len()) {
                one.context.set_one(key, value);
            }
            left /= values.len();
        }
        match &request.space {
            None => out.push(one),
            Some(space) => out.extend(resources(set, &one, space).into_iter().map(|resource| Request {
                resource: resource.into(),
                space: None,
                ..one.clone()
            })),
        }
    }
    out
}

/// Some values of a pattern: those that policies name or that stand in the resource, names of nobody, and one that it holds at
/// least.
fn values(set: &Compiled<'_>, request: &Request, within: &Language) -> Vec<String> {
    let named = set.texts().filter(|text| !text.contains(['*', '?', '$']));
    let last = request.resource.rsplit(['/', ':']).next();
    let last = last.filter(|piece| !piece.is_empty() && !piece.contains(['*', '?']));
    let mut out: Vec<String> = Vec::new();
    for text in last.into_iter().chain(NAMES).chain(named).filter(|text| within.holds(text)) {
        if out.len() < MOST_VALUES && !out.iter().any(|known| known == text) {
            out.push(text.to_owned());
        }
    }
    if out.is_empty()
        && let Found::Value(any) = string(&[within], &[])
    {
        out.push(any);
    }
    out
}

/// Some resources of a space: one that each element of a policy takes, and one that none does.
fn resources(set: &Compiled<'_>, request: &Request, space: &[Language]) -> Vec<String> {
    let space: Vec<&Language> = space.iter().collect();
    let atoms = (0..).map(FreeAtom).take(set.atoms.len());
    let taken: Vec<Language> =
        atoms.filter_map(|atom| set.resource_language(atom, &request.context)).take(MOST_RESOURCES).collect();
    let mut out = Vec::new();
    for one in &taken {
        let within: Vec<&Language> = space.iter().copied().chain([one]).collect();
        if let Found::Value(resource) = string(&within, &[]) {
            out.push(resource);
        }
    }
    if let Found::Value(resource) = string(&space, &taken.iter().collect::<Vec<_>>()) {
        out.push(resource);
    }
    out
}
