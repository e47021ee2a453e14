//! What an identity policy gives, asked of the evaluator: everything, roles to pass, ways to more permissions.

use super::cover::folded;
use super::doc::{Doc, Out, opening, readable};
use super::outline::Outline;
use super::space::{FRESH_NAME, Side, Space, accounts, widest, with_denies};
use super::table::tables;
use crate::catalog::{self, Access};
use crate::eval::member::{self, Found, Language};
use crate::policy::{Effect, Element, Statement};
use crate::source::Span;
use std::cell::OnceCell;

/// Whether somebody may do this on every resource of a pattern, whatever the context.
type Always<'a> = &'a dyn Fn(&str, &str) -> bool;

/// Actions of one statement that write are asked about up to this number.
const MOST_ACTIONS: usize = 400;

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    if doc.kind.has_principal() || !doc.kind.grants() {
        return;
    }
    let mut everything = false;
    let mut outlines = Vec::new();
    let owners = accounts(doc.policy);
    for statement in doc.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow) {
        let outline = Outline::of(statement);
        let (policy, space) = (OnceCell::new(), OnceCell::new());
        let space = || {
            let policy = policy.get_or_init(|| with_denies(doc.policy, statement));
            space.get_or_init(|| Space::new(policy, Side::Identity))
        };
        let always =
            |action: &str, resource: &str| outline.may(action, resource) && space().always(action, resource);
        if is_everything(statement) {
            everything = true;
            if always("iam:CreateUser", "arn:aws:iam::111122223333:user/*") {
                let span = statement.actions.as_ref().map_or(statement.span, |actions| actions.span);
                out.push("reach", "everything", span, &[]);
            }
        } else {
            negated(statement, out);
            whole_services(statement, out);
            roles(&always, &outline, statement, &ROLE_CALLS, out);
            // What an empty context fails is given to nobody whatever the context.
            if !outline.is_limited() {
                exposed(&always, &owners, statement, out);
            }
        }
        outlines.push(outline);
    }
    if !everything {
        let space = OnceCell::new();
        let space = || space.get_or_init(|| Space::new(doc.policy, Side::Identity));
        let always = |action: &str, resource: &str| {
            outlines.iter().any(|outline| outline.may(action, resource)) && space().always(action, resource)
        };
        escalation(doc, &always, &outlines, &owners, out);
        buckets(doc, &always, &outlines, out);
    }
}

/// Whether a list of patterns takes every text.
fn takes_all(element: &Element, language: fn(&str) -> Language) -> bool {
    // What begins with a letter leaves out all that begins otherwise: a quick no for nearly all lists.
    if element.negated || !element.items.iter().any(|item| item.value.starts_with(['*', '?', '$'])) {
        return false;
    }
    let list: Vec<Language> = element.items.iter().map(|item| language(&item.value)).collect();
    matches!(member::string(&[&Language::any()], &list.iter().collect::<Vec<_>>()), Found::Nothing)
}

/// Every action on every resource. With a condition or a Deny beside it, what it gives is for the evaluator to say.
fn is_everything(statement: &Statement) -> bool {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return false };
    takes_all(actions, folded) && takes_all(resources, Language::glob)
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
fn roles(always: Always<'_>, outline: &Outline, statement: &Statement, calls: &[RoleCall], out: &mut Out) {
    let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { return };
    for call in calls.iter().filter(|call| outline.names(&call.action.to_ascii_lowercase())) {
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
            always(call.action, &resource)
        });
        if !reached {
            continue;
        }
        let named = readable(&actions.items).find(|item| item.value.eq_ignore_ascii_case(call.action));
        let by_pattern = || outline.naming(actions, call.action);
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

/// Actions that give access away, on resources that nothing limits.
fn exposed(always: Always<'_>, owners: &[&str], statement: &Statement, out: &mut Out) {
    let Some(actions) = statement.actions.as_ref().filter(|actions| !actions.negated) else { return };
    let tables = tables();
    let mut found: [(&str, Vec<(String, Span)>); 4] = [
        ("credentials", Vec::new()),
        ("permissions", Vec::new()),
        ("reads", Vec::new()),
        ("writes", Vec::new()),
    ];
    let mut asked = 0;
    for item in readable(&actions.items).filter(|item| &*item.value != "*") {
        for listed in catalog::expand(&item.value) {
            let name = listed.full_name();
            let lower = name.to_ascii_lowercase();
            let write =
                matches!(listed.access(), Access::Write | Access::Tagging | Access::PermissionsManagement);
            let kinds = [
                tables.credentials.contains(&lower),
                listed.access() == Access::PermissionsManagement,
                tables.reads.contains(&lower),
                write && listed.has_resources(),
            ];
            if !kinds.contains(&true) {
                continue;
            }
            // What only writes is counted up to a limit; what gives more away is always asked about.
            if kinds == [false, false, false, true] {
                asked += 1;
                if asked > MOST_ACTIONS {
                    continue;
                }
            }
            let wide = widest(&name, owners).iter().any(|resource| always(&name, resource));
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
fn escalation(doc: &Doc<'_>, always: Always<'_>, outlines: &[Outline], owners: &[&str], out: &mut Out) {
    let named = |lower: &String| outlines.iter().any(|outline| outline.names(lower));
    let may = |action: &String| widest(action, owners).iter().any(|resource| always(action, resource));
    let ways: Vec<_> = tables()
        .ways
        .iter()
        .filter(|way| way.lower.iter().all(named) && way.actions.iter().all(may))
        .collect();
    let Some(first) = ways.first() else { return };
    let action = first.actions.first().map_or("", String::as_str);
    let span = allows(doc)
        .zip(outlines)
        .find_map(|(statement, outline)| {
            let actions = statement.actions.as_ref().filter(|actions| !actions.negated)?;
            outline.naming(actions, action).map(|item| item.span)
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
fn buckets(doc: &Doc<'_>, always: Always<'_>, outlines: &[Outline], out: &mut Out) {
    for (statement, outline) in allows(doc).zip(outlines) {
        let (Some(actions), Some(resources)) = (&statement.actions, &statement.resources) else { continue };
        if actions.negated || resources.negated {
            continue;
        }
        let rewriting = ["s3:PutBucketPolicy", "s3:PutBucketAcl"];
        let Some((item, action)) =
            rewriting.iter().find_map(|action| outline.naming(actions, action).map(|item| (item, *action)))
        else {
            continue;
        };
        let bucket = readable(&resources.items).find_map(|item| {
            let name = item.value.strip_prefix("arn:aws:s3:::").filter(|name| !name.contains('/'))?;
            Some(format!("arn:aws:s3:::{name}"))
        });
        let bucket = bucket.unwrap_or_else(|| "arn:aws:s3:::preflight-any-bucket".to_owned());
        let objects = format!("{bucket}/*");
        let rewrites = rewriting.iter().any(|action| always(action, &bucket));
        let lacks = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
            .into_iter()
            .find(|action| !always(action, &objects));
        if let Some(lacks) = lacks.filter(|_| rewrites) {
            out.push("reach", "bucket-rewrite", item.span, &[("action", action), ("needed", lacks)]);
            return;
        }
    }
}

fn allows<'d>(doc: &Doc<'d>) -> impl Iterator<Item = &'d Statement> {
    doc.policy.statements.iter().filter(|statement| statement.effect == Effect::Allow)
}
