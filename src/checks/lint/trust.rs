//! Trust policies of roles: who may take the role, and with which action.

use super::doc::{Doc, Out, is_open};
use super::kind::PolicyKind;
use crate::policy::{Effect, PrincipalEntry, PrincipalKind, Statement, Text, TextKind, arn};

/// Services that run code of whoever starts it, with the role's permissions.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html> (checked 2026-11)
const COMPUTE: [&str; 8] = [
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "glue.amazonaws.com",
    "sagemaker.amazonaws.com",
    "codebuild.amazonaws.com",
    "eks.amazonaws.com",
    "batch.amazonaws.com",
];

/// What AWS asks of a role for IAM Roles Anywhere.
/// <https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html> (checked 2026-11)
const ROLES_ANYWHERE: [&str; 3] = ["AssumeRole", "SetSourceIdentity", "TagSession"];

const GITHUB: &str = "token.actions.githubusercontent.com";

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    if doc.kind != PolicyKind::Trust {
        return;
    }
    for statement in &doc.policy.statements {
        not_of_sts(statement, out);
        let Some(principals) = &statement.principals else { continue };
        if principals.negated {
            out.push("trust", "not-principal", principals.key_span, &[]);
            continue;
        }
        for entry in principals.entries.iter().filter(|entry| entry.value.kind == TextKind::String) {
            one(statement, entry, out);
        }
        redundant(&principals.entries, out);
    }
}

fn one(statement: &Statement, entry: &PrincipalEntry, out: &mut Out) {
    let text = &*entry.value.value;
    let span = entry.value.span;
    let found = [("found", text)];
    let allow = statement.effect == Effect::Allow;
    match entry.kind {
        PrincipalKind::Everyone => {
            out.push("trust", "bare-wildcard", span, &[]);
        }
        PrincipalKind::Federated => {
            federated(statement, entry, out);
        }
        PrincipalKind::Service if allow => {
            if names_only(statement, &["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]) {
                mismatch(statement, entry, "sts:AssumeRole", out);
            }
            if text == "rolesanywhere.amazonaws.com" {
                let is_open = |item: &Text| item.kind != TextKind::String;
                let open = statement.actions.iter().any(|actions| actions.items.iter().any(is_open));
                let missing = ROLES_ANYWHERE.iter().find(|action| !open && !names(statement, action));
                if let Some(missing) = missing {
                    let span = statement.actions.as_ref().map_or(span, |actions| actions.span);
                    out.push("trust", "roles-anywhere-action", span, &[("needed", missing)]);
                }
            } else if COMPUTE.contains(&text) {
                out.push("trust", "compute-service", span, &found);
            }
        }
        PrincipalKind::Aws if allow => {
            if names_only(statement, &["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]) {
                mismatch(statement, entry, "sts:AssumeRole", out);
            }
            if text == "*" {
                let case =
                    if statement.clauses.is_empty() { "any-principal" } else { "any-principal-conditioned" };
                out.push("trust", case, span, &[]);
            } else if arn::is_account(text) || text.ends_with(":root") {
                let guarded = statement.clauses.iter().any(|clause| {
                    matches!(
                        clause.key.value.to_ascii_lowercase().as_str(),
                        "sts:externalid" | "aws:principalarn" | "aws:principalorgid" | "aws:sourceidentity"
                    )
                });
                if !guarded {
                    out.push("trust", "whole-account", span, &found);
                }
            }
        }
        PrincipalKind::Aws
        | PrincipalKind::Service
        | PrincipalKind::CanonicalUser
        | PrincipalKind::Bare
        | PrincipalKind::Other => {}
    }
}

/// IAM takes actions of `sts` alone.
fn not_of_sts(statement: &Statement, out: &mut Out) {
    let items =
        statement.actions.iter().filter(|actions| !actions.negated).flat_map(|actions| &actions.items);
    for item in items.filter(|item| item.kind == TextKind::String && !item.value.contains("${")) {
        let service = item.value.split_once(':').map(|(service, _)| service);
        if service.is_some_and(|service| !is_open(service) && !service.eq_ignore_ascii_case("sts")) {
            out.push("trust", "action-not-of-sts", item.span, &[("found", &item.value)]);
        }
    }
}

/// Whether the statement's actions hold one of `sts`.
fn names(statement: &Statement, action: &str) -> bool {
    let Some(actions) = &statement.actions else { return false };
    let wanted = format!("sts:{action}");
    let matches = actions.items.iter().any(|item| {
        crate::eval::Glob::new(&item.value.to_ascii_lowercase()).matches(&wanted.to_ascii_lowercase())
    });
    matches != actions.negated
}

/// Whether all its actions for taking a role are among these.
fn names_only(statement: &Statement, list: &[&str]) -> bool {
    let all = ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"];
    let named: Vec<&str> = all.into_iter().filter(|action| names(statement, action)).collect();
    !named.is_empty() && named.iter().all(|action| list.contains(action))
}

fn mismatch(statement: &Statement, entry: &PrincipalEntry, needed: &str, out: &mut Out) {
    let span = statement.actions.as_ref().map_or(entry.value.span, |actions| actions.span);
    out.push("trust", "action-mismatch", span, &[("found", &entry.value.value), ("needed", needed)])
        .related(entry.value.span, "who is named here cannot make this call");
}

fn federated(statement: &Statement, entry: &PrincipalEntry, out: &mut Out) {
    let text = &*entry.value.value;
    let is_saml = text.contains(":saml-provider/");
    let provider = text.split_once(":oidc-provider/").map(|(_, host)| host);
    let host = provider.or_else(|| (!text.contains(':') && text.contains('.')).then_some(text));
    if !is_saml && host.is_none() && !text.contains("${") {
        out.push("trust", "federated-form", entry.value.span, &[("found", text)]);
        return;
    }
    if statement.effect != Effect::Allow {
        return;
    }
    if is_saml && names_only(statement, &["AssumeRole", "AssumeRoleWithWebIdentity"]) {
        mismatch(statement, entry, "sts:AssumeRoleWithSAML", out);
    }
    let Some(host) = host else { return };
    if names_only(statement, &["AssumeRole", "AssumeRoleWithSAML"]) {
        mismatch(statement, entry, "sts:AssumeRoleWithWebIdentity", out);
    }
    let claims = || {
        statement.clauses.iter().filter(|clause| {
            let key = clause.key.value.to_ascii_lowercase();
            clause.parsed.is_some_and(|operator| !operator.negated && !operator.if_exists)
                && key.starts_with(&format!("{}:", host.to_ascii_lowercase()))
        })
    };
    let sub: Vec<_> = claims()
        .filter(|clause| {
            let key = clause.key.value.to_ascii_lowercase();
            key.ends_with(":sub") || key.ends_with(":repository") || key.ends_with(":job_workflow_ref")
        })
        .collect();
    if host.starts_with(GITHUB) {
        if sub.is_empty() {
            out.push("trust", "github-repository", entry.value.span, &[]);
        }
        for value in
            sub.iter().flat_map(|clause| &clause.values).filter(|value| value.value.contains(['*', '?']))
        {
            out.push("trust", "github-wildcard", value.span, &[("found", &value.value)]);
        }
    } else if claims().next().is_none() {
        out.push("trust", "oidc-claim", entry.value.span, &[("found", host)]);
    }
}

/// A session of a role that is named, too.
fn redundant(entries: &[PrincipalEntry], out: &mut Out) {
    for entry in entries {
        let Some([_, _, "sts", _, account, resource]) = arn::split(&entry.value.value) else { continue };
        let Some(role) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next())
        else {
            continue;
        };
        let is_role = |other: &&PrincipalEntry| {
            matches!(arn::split(&other.value.value), Some([_, _, "iam", _, owner, path])
                if owner == account && path.starts_with("role/") && path.rsplit('/').next() == Some(role))
        };
        if let Some(whole) = entries.iter().find(is_role) {
            out.push("trust", "session-of-named-role", entry.value.span, &[("found", &entry.value.value)])
                .related(whole.value.span, "all its sessions");
        }
    }
}
