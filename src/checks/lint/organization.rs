//! Policies of an organization: service control policies and resource control policies.

use super::doc::{Doc, Out, opening, readable};
use super::kind::PolicyKind;
use crate::catalog;
use crate::policy::{BaseOperator, Clause, Effect, PrincipalKind, Statement, Text};

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        match doc.kind {
            PolicyKind::Scp => scp(statement, out),
            PolicyKind::Rcp => rcp(statement, out),
            PolicyKind::Identity
            | PolicyKind::Boundary
            | PolicyKind::Session
            | PolicyKind::Trust
            | PolicyKind::Endpoint
            | PolicyKind::Resource(_) => {}
        }
    }
}

fn scp(statement: &Statement, out: &mut Out) {
    for item in statement.actions.iter().flat_map(|actions| readable(&actions.items)) {
        let name = item.value.split_once(':').map_or("", |(_, name)| name);
        if name.trim_end_matches('*').contains(['*', '?']) {
            out.push("organization", "scp-wildcard", item.span, &[("found", &item.value)]);
        }
    }
}

fn rcp(statement: &Statement, out: &mut Out) {
    let star = |text: &str| text == "*";
    let may_be_star = |text: &Text| star(&text.value) || !text.is_whole();
    if let Some(principals) = &statement.principals {
        let everyone = !principals.negated
            && principals.entries.iter().all(|entry| {
                matches!(entry.kind, PrincipalKind::Everyone | PrincipalKind::Aws) && star(&entry.value.value)
            });
        let is_known = principals.entries.iter().all(|entry| entry.value.is_whole());
        if !everyone && is_known {
            out.push("organization", "rcp-principal", principals.key_span, &[]);
        }
    }
    let whole = |element: &Option<crate::policy::Element>| {
        element.as_ref().is_some_and(|element| !element.negated && element.items.iter().all(may_be_star))
    };
    if statement.effect == Effect::Allow {
        let is_whole =
            whole(&statement.actions) && whole(&statement.resources) && statement.clauses.is_empty();
        if !is_whole && statement.effect_hole.is_none() {
            out.push("organization", "rcp-allow", statement.effect_span, &[]);
        }
        return;
    }
    let Some(actions) = &statement.actions else { return };
    if actions.negated {
        out.push("organization", "rcp-not-action", actions.key_span, &[]);
    } else {
        for item in readable(&actions.items) {
            let prefix = item.value.split(':').next().unwrap_or_default();
            if star(&item.value) || prefix.contains('*') || !catalog::rcp_supports(prefix) {
                out.push("organization", "rcp-action", item.span, &[("found", &item.value)]);
            }
        }
    }
    conditions(statement, out);
}

fn conditions(statement: &Statement, out: &mut Out) {
    if statement.clauses.is_empty() {
        out.push("organization", "rcp-blanket", opening(statement), &[]);
        return;
    }
    let key = |clause: &Clause| clause.key.value.to_ascii_lowercase();
    let has = |name: &str| statement.clauses.iter().any(|clause| key(clause) == name);
    let service_flag = statement.clauses.iter().any(|clause| {
        matches!(
            key(clause).as_str(),
            "aws:principalisawsservice" | "aws:viaawsservice" | "aws:principalservicename"
        )
    });
    let first =
        |names: &[&str]| statement.clauses.iter().find(|clause| names.contains(&key(clause).as_str()));
    let principal =
        first(&["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"]);
    if let Some(clause) = principal.filter(|_| !service_flag) {
        out.push("organization", "rcp-services-hit", clause.key.span, &[("key", &clause.key.value)]);
    }
    let source = first(&["aws:sourceorgid", "aws:sourceorgpaths", "aws:sourceaccount", "aws:sourcearn"]);
    if let Some(clause) = source {
        if !has("aws:principalisawsservice") {
            out.push("organization", "rcp-people-hit", clause.key.span, &[("key", &clause.key.value)]);
        }
        let null_check = statement.clauses.iter().any(|clause| {
            clause.parsed.is_some_and(|operator| operator.base == BaseOperator::Null)
                && matches!(key(clause).as_str(), "aws:sourceaccount" | "aws:sourcearn")
        });
        if !null_check {
            out.push("organization", "rcp-null-check", clause.key.span, &[("key", &clause.key.value)]);
        }
    }
}
