//! What an identity policy gives, asked of the evaluator: everything, roles to pass, ways to more permissions.

use super::cover::folded;
use super::doc::{Doc, Out, opening, readable};
use super::space::{FRESH_NAME, Side, Space, accounts, widest, with_denies};
use super::table::tables;
use crate::catalog::{self, Access};
use crate::eval::Glob;
use crate::eval::member::{self, Found, Language};
use crate::policy::{Effect, Element, Policy, Statement, Text};
use crate::source::Span;

/// Actions of one statement are asked about up to this number.
const MOST_ACTIONS: usize = 400;

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    if doc.kind.has_principal() || !doc.kind.grants() {
        return;
    }
    let mut everything = false;
    for statement in doc.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        if is_everything(doc, statement, out) {
            everything = true;
            continue;
        }
        negated(statement, out);
        whole_services(statement, out);
        let policy = with_denies(doc.policy, statement);
        let space = Space::new(&policy, Side::Identity);
        roles(&space, statement, &ROLE_CALLS, out);
        exposed(&space, &policy, statement, out);
    }
    if !everything {
        escalation(doc, out);
        buckets(doc, out);
    }
}

/// Whether a list of patterns takes every text.
fn takes_all(element: &Element, language: fn(&str) -> Language) -> bool {
    let list: Vec<Language> = element.items.iter().map(|item| language(&item.value)).collect();
    !element.negated
        && matches!(member::string(&[&Language::any()], &list.iter().collect::<Vec<_>>()), Found::Nothing)
}

/// Every action on every resource.
fn is_everything(doc: &Doc<'_>, statement: &Statement, out: &mut Out) -> bool {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return false };
    if !takes_all(actions, folded) || !takes_all(resources, Language::glob) {
        return false;
    }
    // With a condition or a Deny beside it, it is for the evaluator to say.
    let policy = with_denies(doc.policy, statement);
    let space = Space::new(&policy, Side::Identity);
    if space.always("iam:CreateUser", "arn:aws:iam::111122223333:user/*") {
        out.push("reach", "everything", actions.span, &[]);
    }
    true
}

fn negated(statement: &Statement, out: &mut Out) {
    if let Some(actions) = statement.actions.as_ref().filter(|actions| actions.negated) {
        let case =
            if statement.clauses.is_empty() { "all-actions-but" } else { "all-actions-but-conditioned" };
        out.push("reach", case, actions.key_span, &[]);
    }
    if let Some(resources) = statement.resources.as_ref().filter(|resources| resources.negated) {
        let case =
            if statement.clauses.is_empty() { "all-resources-but" } else { "all-resources-but-conditioned" };
        out.push("reach", case, resources.key_span, &[]);
    }
}

/// Patterns that hold every action of a service.
fn whole_services(statement: &Statement, out: &mut Out) {
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    for item in readable(&actions.items) {
        let Some((prefix, rest)) = item.value.split_once(':') else { continue };
        if catalog::service(prefix).is_some() && !rest.is_empty() && rest.trim_matches('*').is_empty() {
            out.push("reach", "whole-service", item.span, &[("found", &item.value), ("service", prefix)]);
        }
    }
}

/// A call whose resource is a role, and its cases by how the statement reaches it.
struct RoleCall {
    action: &'static str,
    every: &'static str,
    fresh: &'static str,
    /// By: action written out, action by wildcard, all actions but; each for `Resource` and `NotResource`.
    cases: [&'static str; 6],
}

const ROLE_CALLS: [RoleCall; 2] = [
    RoleCall {
        action: "iam:PassRole",
        every: "role/*",
        fresh: "role/",
        cases: [
            "pass-role-star",
            "pass-role-star-action",
            "pass-role-not-action",
            "pass-role-not-resource",
            "pass-role-star-action-not-resource",
            "pass-role-not-action-not-resource",
        ],
    },
    RoleCall {
        action: "iam:CreateServiceLinkedRole",
        every: "role/aws-service-role/*",
        fresh: "role/aws-service-role/any.amazonaws.com/",
        cases: [
            "slr-star",
            "slr-star-action",
            "slr-not-action",
            "slr-not-resource",
            "slr-star-action-not-resource",
            "slr-not-action-not-resource",
        ],
    },
];

/// Any role may be passed, or any service-linked role made.
fn roles(space: &Space<'_>, statement: &Statement, calls: &[RoleCall], out: &mut Out) {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return };
    for call in calls.iter().filter(|call| may_name(actions, call.action)) {
        let mut owners: Vec<&str> = readable(&resources.items)
            .filter_map(|item| crate::policy::arn::account_of(&item.value))
            .take(3)
            .collect();
        owners.push("*");
        let reached = owners.iter().any(|account| {
            // Of all roles but some, one that nobody named stands for the rest.
            let resource = if resources.negated {
                let account = if *account == "*" { "111122223333" } else { account };
                format!("arn:aws:iam::{account}:{}{FRESH_NAME}", call.fresh)
            } else {
                format!("arn:aws:iam::{account}:{}", call.every)
            };
            space.always(call.action, &resource)
        });
        if !reached {
            continue;
        }
        let named = readable(&actions.items).find(|item| item.value.eq_ignore_ascii_case(call.action));
        let by_pattern = || readable(&actions.items).find(|item| covers(item, call.action));
        let (form, span) = match (actions.negated, named) {
            (true, _) => (2, actions.key_span),
            (false, Some(item)) => (0, item.span),
            (false, None) => (1, by_pattern().map_or(actions.span, |item| item.span)),
        };
        let form = if resources.negated { form + 3 } else { form };
        if let Some(case) = call.cases.get(form) {
            out.push("reach", case, span, &[("found", actions_of(actions, span))])
                .related(resources.span, "any role that the account has, or will have");
        }
    }
}

fn actions_of(actions: &Element, span: Span) -> &str {
    actions.items.iter().find(|item| item.span == span).map_or("NotAction", |item| &item.value)
}

/// Whether an element can name an action at all: a quick no that spares most questions.
fn may_name(actions: &Element, action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    actions.negated
        || actions.items.iter().any(|item| Glob::new(&item.value.to_ascii_lowercase()).matches(&lower))
}

/// Whether an action pattern stands for an action.
fn covers(item: &Text, action: &str) -> bool {
    matches!(member::string(&[&folded(action)], &[&folded(&item.value)]), Found::Nothing)
}

/// Actions that give access away, on resources that nothing limits.
fn exposed(space: &Space<'_>, policy: &Policy, statement: &Statement, out: &mut Out) {
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    let owners = accounts(policy);
    let tables = tables();
    let mut found: [(&str, Vec<(String, Span)>); 4] = [
        ("credentials", Vec::new()),
        ("permissions", Vec::new()),
        ("reads", Vec::new()),
        ("writes", Vec::new()),
    ];
    let mut asked = 0;
    for item in readable(&actions.items).filter(|item| &*item.value != "*") {
        for (service, action) in catalog::expand(&item.value) {
            let Some(listed) = catalog::service(service).and_then(|service| service.action(action)) else {
                continue;
            };
            let name = format!("{service}:{action}");
            let is = |list: &[String]| list.iter().any(|known| known.eq_ignore_ascii_case(&name));
            let write =
                matches!(listed.access(), Access::Write | Access::Tagging | Access::PermissionsManagement);
            let kinds = [
                is(&tables.credentials),
                listed.access() == Access::PermissionsManagement,
                is(&tables.reads),
                write && listed.resource_types().next().is_some(),
            ];
            if !kinds.contains(&true) {
                continue;
            }
            asked += 1;
            if asked > MOST_ACTIONS {
                break;
            }
            let wide = widest(&name, &owners).iter().any(|resource| space.always(&name, resource));
            if wide {
                for ((_, list), is) in found.iter_mut().zip(kinds) {
                    if is {
                        list.push((name.clone(), item.span));
                    }
                }
            }
        }
    }
    for (case, list) in found {
        if let Some((first, span)) = list.first() {
            let count = list.len().to_string();
            out.push("reach", case, *span, &[("action", first), ("count", &count)]);
        }
    }
}

/// Ways from this policy to more permissions than it gives.
fn escalation(doc: &Doc<'_>, out: &mut Out) {
    let space = Space::new(doc.policy, Side::Identity);
    let owners = accounts(doc.policy);
    let allowed: Vec<&Element> = doc
        .policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
        .filter_map(|statement| statement.actions.as_ref())
        .collect();
    let named = |action: &String| allowed.iter().any(|actions| may_name(actions, action));
    let may = |action: &String| widest(action, &owners).iter().any(|resource| space.always(action, resource));
    let ways: Vec<_> = tables()
        .ways
        .iter()
        .filter(|way| way.actions.iter().all(named) && way.actions.iter().all(may))
        .collect();
    let Some(first) = ways.first() else { return };
    let action = first.actions.first().map_or("", String::as_str);
    let span = doc
        .policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
        .find_map(|statement| {
            let actions = statement.actions.as_ref().filter(|actions| !actions.negated)?;
            readable(&actions.items).find(|item| covers(item, action)).map(|item| item.span)
        })
        .or_else(|| doc.policy.statements.first().map(opening));
    let Some(span) = span else { return };
    let count = ways.len().to_string();
    let mut noted = out.push("reach", "escalation", span, &[("way", &first.name), ("count", &count)]);
    for way in ways.iter().take(6) {
        noted = noted.note(format!("{}: {}", way.name, way.actions.join(", ")));
    }
}

/// A bucket's policy can be rewritten by who could not do so much with its objects.
fn buckets(doc: &Doc<'_>, out: &mut Out) {
    let space = Space::new(doc.policy, Side::Identity);
    let statements = doc.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    for statement in statements {
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { continue };
        if actions.negated || resources.negated {
            continue;
        }
        let rewriting = ["s3:PutBucketPolicy", "s3:PutBucketAcl"];
        let Some((item, action)) = rewriting.iter().find_map(|action| {
            readable(&actions.items).find(|item| covers(item, action)).map(|item| (item, *action))
        }) else {
            continue;
        };
        let bucket = readable(&resources.items).find_map(|item| {
            let name = item.value.strip_prefix("arn:aws:s3:::").filter(|name| !name.contains('/'))?;
            Some(format!("arn:aws:s3:::{name}"))
        });
        let bucket = bucket.unwrap_or_else(|| "arn:aws:s3:::preflight-any-bucket".to_owned());
        let some = |action: &str, on: &str| space.always(action, on);
        let objects = format!("{bucket}/*");
        let rewrites = rewriting.iter().any(|action| some(action, &bucket));
        let lacks = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
            .into_iter()
            .find(|action| !space.always(action, &objects));
        if let Some(lacks) = lacks.filter(|_| rewrites) {
            out.push("reach", "bucket-rewrite", item.span, &[("action", action), ("needed", lacks)]);
            return;
        }
    }
}
