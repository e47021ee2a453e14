//! What the demand needs in place of an element that is in the way: the changes that would mend a fault.
//!
//! Nothing is proved here. Several ways are given where there are several, the one that changes least first; `mend` has
//! each judged.

mod condition;
mod deny;
mod grant;
mod resource;

pub(super) use deny::{guard, pin, spare};
pub(super) use grant::{grant, pins};

use super::{Case, principal};
use crate::catalog;
use crate::checks::context::FRESH_ID;
use crate::checks::{homes, service};
use crate::eval::{ContextValue, ElementKind, Glob, Request};
use crate::finding::{Change, Repair};
use crate::policy::{Policy, PrincipalKind, Statement, Text};
use crate::source::{Place, Span};
use serde_json::{Value, json};

/// Condition keys that say on whose behalf a service calls or who calls, and whose values the form knows.
const KNOWN: [&str; 8] = [
    "sts:externalid",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:username",
];

fn at(policy: &Policy, span: Span) -> Place {
    Place { source: policy.source, span }
}

/// Ways to make an element of an Allow match.
pub(super) fn element(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
    element: ElementKind,
) -> Vec<Repair> {
    match element {
        ElementKind::Action => action(case, request, policy, statement),
        ElementKind::Principal => principals(request, policy, statement),
        ElementKind::Resource => resource::resources(case, request, policy, statement),
        ElementKind::Clause(index) => {
            let clause = statement.clauses.get(usize::from(index));
            clause
                .map(|clause| condition::condition(case, request, policy, statement, clause))
                .unwrap_or_default()
        }
    }
}

fn action(case: &Case<'_, '_>, request: &Request, policy: &Policy, statement: &Statement) -> Vec<Repair> {
    let Some(element) = &statement.actions else {
        let object = at(policy, statement.span);
        let value = one_or_many(&grant::denied(case, request));
        return vec![Repair::of(Change::AddMember { object, key: "Action".to_owned(), value })];
    };
    if element.negated {
        return Vec::new();
    }
    let value = json!(&*request.action);
    let add = Repair::of(Change::Add { at: at(policy, element.span), value: value.clone() });
    match super::grant::misspelt(request, statement) {
        Some(item) => vec![Repair::of(Change::Set { at: at(policy, item.span), value }), add],
        None => match empty(request, &element.items) {
            Some(item) => vec![Repair::of(Change::Set { at: at(policy, item.span), value }), add],
            None => vec![add],
        },
    }
}

/// An action of the list that AWS does not have, of the same service and with the same verb: it allows nothing, and may be the name
/// of an operation (`s3:ListObjects`) where that of its action was meant (`s3:ListBucket`).
fn empty<'i>(request: &Request, items: &'i [Text]) -> Option<&'i Text> {
    let verb = |text: &str| {
        let (service, name) = text.split_once(':')?;
        let end = name.char_indices().skip(1).find(|(_, next)| next.is_ascii_uppercase());
        let verb = name.get(..end.map_or(name.len(), |(at, _)| at))?;
        Some((service.to_ascii_lowercase(), verb.to_ascii_lowercase()))
    };
    let wanted = verb(&request.action)?;
    items.iter().find(|item| {
        verb(&item.value).as_ref() == Some(&wanted) && catalog::expand(&item.value).next().is_none()
    })
}

fn principals(request: &Request, policy: &Policy, statement: &Statement) -> Vec<Repair> {
    let caller = request.caller.arn();
    if caller.is_empty() {
        return Vec::new();
    }
    let kind = principal::kind_of(request);
    let key = principal::key_name(kind);
    let Some(principals) = &statement.principals else {
        let object = at(policy, statement.span);
        return vec![Repair::of(Change::AddMember {
            object,
            key: "Principal".to_owned(),
            value: json!({ key: caller }),
        })];
    };
    if principals.negated {
        return Vec::new();
    }
    let is_only = |span: Span| principals.entries.iter().filter(|entry| entry.kind_span == span).count() == 1;
    let of_kind = principals.entries.iter().find(|entry| entry.kind == kind);
    if let Some(entry) = principals.entries.iter().find(|entry| principal::wrong_kind(request, entry)) {
        if entry.kind == PrincipalKind::Bare {
            let at = at(policy, principals.span);
            return vec![Repair::of(Change::Set { at, value: json!({ key: caller }) })];
        }
        let entry_at = at(policy, entry.kind_span);
        let moved = match of_kind {
            Some(other) => Change::Add { at: at(policy, other.kind_span), value: json!(caller) },
            None => Change::AddMember {
                object: at(policy, principals.key_span),
                key: key.to_owned(),
                value: json!(caller),
            },
        };
        if !is_only(entry.kind_span) {
            let gone = Change::Remove { at: at(policy, entry.value.span) };
            return vec![Repair { changes: vec![gone, moved] }];
        }
        if of_kind.is_none() {
            return vec![Repair::of(Change::Rename { key: entry_at, name: key.to_owned() })];
        }
        return vec![Repair { changes: vec![Change::Remove { at: entry_at }, moved] }];
    }
    let add = match of_kind {
        Some(entry) if kind != PrincipalKind::Everyone => {
            Change::Add { at: at(policy, entry.kind_span), value: json!(caller) }
        }
        Some(_) | None => Change::AddMember {
            object: at(policy, principals.key_span),
            key: key.to_owned(),
            value: json!(caller),
        },
    };
    let misspelt = principals.entries.iter().find(|entry| principal::misspelt(request, entry));
    let misspelt = misspelt.or_else(|| principal::unknown(request, &principals.entries));
    let set = misspelt.map(|entry| {
        let apart = service::apart(policy.source, entry).map(|changes| Repair { changes });
        let set = || Repair::of(Change::Set { at: at(policy, entry.value.span), value: json!(caller) });
        apart.unwrap_or_else(set)
    });
    set.into_iter().chain([Repair::of(add)]).collect()
}

/// The values that a condition key has in the requests asked for, made into patterns; a pattern that stands for all of
/// them stands alone.
fn needed_values(case: &Case<'_, '_>, key: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    let mut push = |value: &ContextValue| {
        if let ContextValue::One(text) = value {
            let text = homes::open(&text.replace(FRESH_ID, "*"));
            if !values.contains(&text) {
                values.push(text);
            }
        }
    };
    let options = || case.question.unknowns.iter().flat_map(|unknown| &unknown.options);
    for (name, value) in options().flat_map(|option| &option.keys) {
        if name.eq_ignore_ascii_case(key) {
            value.iter().for_each(&mut push);
        }
    }
    let lower = key.to_ascii_lowercase();
    for member in &case.question.members {
        member.request.context.get(&lower).into_iter().for_each(&mut push);
    }
    let whole = values.iter().find(|one| {
        let glob = Glob::new(one);
        values.iter().all(|other| glob.matches(other))
    });
    match whole {
        Some(whole) => vec![whole.clone()],
        None => values,
    }
}

fn one_or_many(values: &[String]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}
