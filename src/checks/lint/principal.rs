//! `Principal` and `NotPrincipal`: how principals are written, and whom a policy of a resource lets in.

use super::cover::name;
use super::doc::{Doc, Out, is_open};
use super::kind::PolicyKind;
use super::named;
use super::space::{Asked, FRESH_NAME, Known, Side, Space, closed, fill, fresh, part, with_denies};
use super::stranger;
use crate::catalog;
use crate::checks::service;
use crate::eval::{Caller, Carriage, carriage, is_computed};
use crate::policy::{BaseOperator, Effect, Policy, PrincipalEntry, PrincipalKind, Statement, Text, TextKind};
use std::collections::{BTreeMap, BTreeSet};

/// Keys that a request of a service carries to say for whom it is made.
const SOURCE_KEYS: [&str; 4] =
    ["aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"];

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        let Some(principals) = &statement.principals else { continue };
        for entry in principals.entries.iter().filter(|entry| entry.value.kind == TextKind::String) {
            written(doc, entry, out);
        }
        if principals.negated && statement.effect == Effect::Allow && doc.kind != PolicyKind::Trust {
            out.push("principal", "allow-all-but", principals.key_span, &[]);
        }
        if statement.effect == Effect::Allow {
            if matches!(doc.kind, PolicyKind::Resource(_)) {
                services(doc, statement, out);
                strangers(doc, statement, out);
            }
            never(doc, statement, out);
        }
        if statement.effect == Effect::Deny {
            carve_outs(statement, out);
        }
    }
}

fn written(doc: &Doc<'_>, entry: &PrincipalEntry, out: &mut Out) {
    let text = &*entry.value.value;
    let span = entry.value.span;
    let found = [("found", text)];
    match entry.kind {
        PrincipalKind::Aws if text == "*" => {}
        PrincipalKind::Service if text == "*" => {
            out.push("principal", "wildcard", span, &[("found", "\"Service\": \"*\"")]);
        }
        PrincipalKind::Service if text.contains(['*', '?']) => {
            out.push("principal", "wildcard", span, &found);
        }
        PrincipalKind::Aws if text.contains(['*', '?']) => {
            out.push("principal", "wildcard", span, &found);
        }
        PrincipalKind::Aws if text.starts_with("AROA") => {
            out.push("principal", "dead-role", span, &found);
        }
        PrincipalKind::Aws if text.starts_with("AIDA") => {
            out.push("principal", "dead-user", span, &found);
        }
        PrincipalKind::Service if !text.contains("${") && !service::is_name(text) => {
            out.push("principal", "service-form", span, &found);
        }
        PrincipalKind::Service => {
            if let Some(needed) = service::meant(text, doc.requests) {
                let values = [("found", text), ("needed", needed)];
                out.push("principal", "service-misspelt", span, &values);
            }
        }
        PrincipalKind::Federated
            // Who comes with a token passes the endpoint of STS.
            if !matches!(doc.kind, PolicyKind::Trust | PolicyKind::Resource(None) | PolicyKind::Endpoint) =>
        {
            let kind = doc.kind.to_string();
            out.push("principal", "federated-outside-trust", span, &[("found", text), ("kind", &kind)]);
        }
        PrincipalKind::Aws | PrincipalKind::CanonicalUser => {
            if let Some(case) = named::fault(entry) {
                out.push("principal", case, span, &found);
            }
        }
        PrincipalKind::Federated | PrincipalKind::Everyone | PrincipalKind::Bare | PrincipalKind::Other => {}
    }
}

/// The action that is told of where a statement is about it, too.
const USUAL: &str = "s3:GetObject";

/// A request that a statement is about.
struct Sample {
    action: String,
    resource: String,
    /// What the resource takes for names that are filled in later: each is taken for something that nothing else is called.
    filled: BTreeMap<String, String>,
}

impl Sample {
    /// The statement with all that is denied beside it, the same names filled in. What else is open in it is taken as it lets the
    /// least in; nothing if it is open itself.
    fn policy(&self, doc: &Doc<'_>, statement: &Statement) -> Option<Policy> {
        if doc.policy.holes().next().is_none() {
            return Some(with_denies(doc.policy, statement));
        }
        let mut policy =
            part(doc.policy, |each| each.index == statement.index || each.effect != Effect::Allow);
        policy.fill(&|name| self.filled.get(name).cloned());
        closed(policy)
    }
}

/// A request that the statement is about: the first of its known actions that can be used on something it names, on that.
fn sample(statement: &Statement) -> Option<Sample> {
    let actions = candidates(statement);
    let first = *actions.first()?;
    let of = |action: &catalog::Action, resource: &str| Sample {
        action: action.full_name(),
        resource: resource.to_owned(),
        filled: BTreeMap::new(),
    };
    let resources = match &statement.resources {
        Some(resources) if !resources.negated => &resources.items,
        Some(_) | None => return Some(of(first, "*")),
    };
    let is_named = |item: &&Text| item.kind == TextKind::String && !item.value.contains("${");
    let named: Vec<(&Text, catalog::ArnPattern<'_>)> =
        resources.iter().filter(is_named).map(|item| (item, catalog::ArnPattern::new(&item.value))).collect();
    let fitting = actions.iter().find_map(|action| {
        let fits = |pattern: &catalog::ArnPattern<'_>| {
            action.resource_types().any(|each| each.resource_type.overlaps(pattern))
        };
        let (item, _) = named.iter().find(|(_, pattern)| fits(pattern))?;
        Some(of(action, &item.value))
    });
    let later = || {
        let open: Vec<&Text> = resources.iter().filter(|item| !item.is_whole()).collect();
        actions.iter().find_map(|action| {
            let (resource, filled) = open.iter().find_map(|item| named_later(action, item))?;
            Some(Sample { filled, ..of(action, &resource) })
        })
    };
    fitting.or_else(later).or_else(|| named.first().map(|(item, _)| of(first, &item.value)))
}

/// The known actions that a statement is about, those that read first.
fn candidates(statement: &Statement) -> Vec<&'static catalog::Action> {
    let Some(actions) = &statement.actions else { return Vec::new() };
    let texts = || actions.items.iter().filter(|item| item.kind == TextKind::String);
    let reads = |action: &&'static catalog::Action| action.name().starts_with("Get");
    if actions.negated {
        let left_out: BTreeSet<String> =
            texts().flat_map(|item| catalog::expand(&item.value)).map(catalog::Action::full_name).collect();
        let all = || catalog::expand("*").filter(|action| !left_out.contains(&action.full_name()));
        let usual = catalog::action(USUAL).filter(|usual| !left_out.contains(&usual.full_name()));
        return usual.into_iter().chain(all().filter(reads)).chain(all()).collect();
    }
    let mut out: Vec<&catalog::Action> = texts()
        .flat_map(|item| {
            let all = || catalog::expand(&item.value);
            all().filter(reads).chain(all().filter(move |action| !reads(action)))
        })
        .collect();
    // What people know first.
    out.sort_by_key(|action| action.full_name() != USUAL);
    out
}

/// A resource of which a part is filled in later, with names for that: such as the action can be used on.
fn named_later(action: &catalog::Action, item: &Text) -> Option<(String, BTreeMap<String, String>)> {
    let types = action.resource_types().flat_map(|each| each.resource_type.arns());
    let arns = types.map(|template| fresh(&fill(template, "111122223333")));
    // Where the text begins with it, the hole is an ARN, or the beginning of one.
    std::iter::once(FRESH_NAME.to_owned()).chain(arns).find_map(|first| {
        let mut names = BTreeMap::new();
        for hole in &item.holes {
            let name = if hole.at == 0 { first.clone() } else { FRESH_NAME.to_owned() };
            names.insert(hole.name.to_string(), name);
        }
        let mut text = item.clone();
        text.fill(&|name| names.get(name).cloned());
        let pattern = catalog::ArnPattern::new(&text.value);
        let is_one = action.resource_types().any(|each| each.resource_type.overlaps(&pattern));
        is_one.then(|| (text.value.to_string(), names))
    })
}

/// Services that act for anybody: without a source key each of their customers gets in.
fn services(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let entries = statement.principals.iter().filter(|principals| !principals.negated);
    let mut entries = entries
        .flat_map(|principals| &principals.entries)
        .filter(|entry| {
            let is_text = entry.value.kind == TextKind::String && entry.value.is_whole();
            entry.kind == PrincipalKind::Service && is_text
        })
        .peekable();
    let Some(sample) = entries.peek().and_then(|_| sample(statement)) else { return };
    let Some(policy) = sample.policy(doc, statement) else { return };
    let Sample { action, resource, .. } = sample;
    let space = Space::new(&policy, Side::Resource);
    for entry in entries {
        let service = &*entry.value.value;
        let guarded = statement
            .clauses
            .iter()
            .any(|clause| SOURCE_KEYS.contains(&clause.key.value.to_ascii_lowercase().as_str()));
        let asked =
            Asked { caller: service, action: &action, resource: &resource, owner: Some("111122223333") };
        let values = [("found", service)];
        let unguarded = stranger::sources(&policy).into_iter().any(|source| {
            let foreign: Known<'_> = &[
                ("aws:SourceAccount", Some("999999999999")),
                ("aws:SourceArn", Some(&source)),
                ("aws:SourceOrgID", Some("o-preflightstranger")),
                ("aws:SourceOrgPaths", None),
                ("aws:PrincipalServiceName", Some(service)),
                ("kms:CallerAccount", Some("999999999999")),
                ("kms:EncryptionContext*", None),
            ];
            if statement.clauses.is_empty() {
                !space.is_refused(asked, foreign)
            } else {
                space.is_allowed(asked, foreign)
            }
        });
        if unguarded {
            out.push("principal", "service-unguarded", entry.value.span, &values)
                .note(format!("`{action}` is allowed when the service acts for account 999999999999"));
        } else if !guarded && !statement.clauses.is_empty() {
            out.push("principal", "service-guarded-otherwise", entry.value.span, &values);
        }
    }
}

/// Whether somebody from anywhere is let in, conditions considered.
fn strangers(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let Some(principals) = &statement.principals else { return };
    let everyone = principals.negated
        || principals.entries.iter().any(|entry| {
            matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && &*entry.value.value == "*"
        });
    let Some(sample) = everyone.then(|| sample(statement)).flatten() else { return };
    let Some(policy) = sample.policy(doc, statement) else { return };
    let Sample { action, resource, .. } = sample;
    if let Some(caller) = stranger::let_in(&policy, &action, &resource) {
        let span = principals.entries.first().map_or(principals.span, |entry| entry.value.span);
        out.push("principal", "public", span, &[("action", &action)])
            .note(format!("{} allows `{action}` to {caller}", name(statement)));
    }
}

/// An Allow to services that asks for what no service sends.
fn never(doc: &Doc<'_>, statement: &Statement, out: &mut Out) {
    let Some(principals) = statement.principals.as_ref().filter(|principals| !principals.negated) else {
        return;
    };
    let only = !principals.entries.is_empty()
        && principals.entries.iter().all(|entry| entry.kind == PrincipalKind::Service);
    let asks = only && !statement.clauses.is_empty();
    let Some(Sample { action, resource, filled }) = asks.then(|| sample(statement)).flatten() else { return };
    if !filled.is_empty() {
        return;
    }
    let Some(service) = principals.entries.first().map(|entry| &*entry.value.value) else { return };
    let asked = Asked { caller: service, action: &action, resource: &resource, owner: Some("111122223333") };
    // One of them that may send the key is let in.
    let callers = principals.entries.iter().map(|entry| Caller::parse(&entry.value.value));
    let Ok(callers) = callers.collect::<Result<Vec<_>, _>>() else { return };
    let is_absent = |key: &str| {
        key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
            && !is_computed(&key.to_ascii_lowercase())
            && callers.iter().all(|caller| carriage(caller, &action, key) == Carriage::Never)
    };
    let keys = statement.clauses.iter().map(|clause| &clause.key);
    let absent: Vec<_> = keys.filter(|key| is_absent(&key.value)).map(|key| (&*key.value, None)).collect();
    let Some(clause) = statement.clauses.iter().find(|clause| is_absent(&clause.key.value)) else { return };
    let policy = part(doc.policy, |each| each.index == statement.index);
    let space = Space::new(&policy, Side::Resource);
    if space.is_refused(asked, &absent) && !space.is_refused(asked, &[]) {
        out.push(
            "principal",
            "key-not-of-services",
            clause.key.span,
            &[("key", &clause.key.value), ("found", service)],
        );
    }
}

/// Exceptions from a Deny that except nobody, or everybody.
fn carve_outs(statement: &Statement, out: &mut Out) {
    for clause in &statement.clauses {
        let Some(operator) = clause.parsed.filter(|operator| operator.negated) else { continue };
        if !clause.key.value.eq_ignore_ascii_case("aws:PrincipalArn") {
            continue;
        }
        for value in &clause.values {
            let text = &*value.value;
            let values = [("found", text), ("operator", &*clause.operator.value)];
            let exact =
                matches!(operator.base, BaseOperator::StringEquals | BaseOperator::StringEqualsIgnoreCase);
            if exact && text.contains(['*', '?']) && !is_literal(text) {
                out.push("principal", "deny-exempts-nobody", value.span, &values);
            } else if operator.base.expands_wildcards()
                && (text == "*" || text == "arn:*")
                && !is_literal(text)
            {
                out.push("principal", "deny-exempts-all", value.span, &values);
            }
        }
    }
}

fn is_literal(text: &str) -> bool {
    is_open(text) && text.contains("${")
}
