//! Conditions: those that make a Deny spare a request, and those that make an Allow serve the own account only.

use super::super::{Case, principal};
use super::grant::{guards, pins};
use super::{KNOWN, at, needed_values};
use crate::checks::access::other_account;
use crate::eval::{CallerKind, Request};
use crate::finding::{Change, Repair};
use crate::policy::{Policy, Statement};
use serde_json::{Value, json};

/// Ways to spare a request that a Deny hits.
pub(in super::super) fn spare(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
) -> Vec<Repair> {
    let mut ways = Vec::new();
    let caller = request.caller.arn();
    for clause in &statement.clauses {
        let key = clause.key.value.to_ascii_lowercase();
        let is_list = clause.parsed.is_some_and(|operator| operator.negated) && KNOWN.contains(&key.as_str());
        if !is_list || request.context.get(&key).is_none() {
            continue;
        }
        let needed = needed_values(case, &key);
        let adds =
            needed.iter().map(|value| Change::Add { at: at(policy, clause.value_span), value: json!(value) });
        ways.push(Repair { changes: adds.collect() });
    }
    if let Some(principals) = statement.principals.as_ref().filter(|principals| principals.negated)
        && !caller.is_empty()
    {
        let kind = principal::kind_of(request);
        let change = match principals.entries.iter().find(|entry| entry.kind == kind) {
            Some(entry) => Change::Add { at: at(policy, entry.kind_span), value: json!(caller) },
            None => Change::AddMember {
                object: at(policy, principals.key_span),
                key: principal::key_name(kind).to_owned(),
                value: json!(caller),
            },
        };
        ways.push(Repair::of(change));
    }
    // AWS's own texts spare services like this.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice (checked 2026-11)
    let exception = match request.caller.kind() {
        // A Deny that is about services stays one about all others.
        CallerKind::Service if is_about_services(statement) => {
            Some(("StringNotEquals", "aws:PrincipalServiceName", caller.to_string()))
        }
        CallerKind::Service => Some(("BoolIfExists", "aws:PrincipalIsAWSService", "false".to_owned())),
        CallerKind::User
        | CallerKind::Role
        | CallerKind::Session
        | CallerKind::Root
        | CallerKind::Federated => {
            request.caller.principal_arn().map(|arn| ("ArnNotEquals", "aws:PrincipalArn", arn.to_owned()))
        }
        CallerKind::Anonymous | CallerKind::Provider | CallerKind::Canonical => None,
    };
    ways.extend(exception.map(|(operator, key, value)| also(policy, statement, operator, key, json!(value))));
    ways
}

/// Whether a statement asks already whether a service calls, so that one question more would contradict the first.
fn is_about_services(statement: &Statement) -> bool {
    statement.clauses.iter().any(|clause| clause.key.value.eq_ignore_ascii_case("aws:PrincipalIsAWSService"))
}

/// One condition more.
fn also(policy: &Policy, statement: &Statement, operator: &str, key: &str, value: Value) -> Repair {
    let beside = statement.clauses.iter().find(|clause| *clause.operator.value == *operator);
    let change = match (beside, statement.condition_span) {
        (Some(clause), _) => {
            Change::AddMember { object: at(policy, clause.operator.span), key: key.to_owned(), value }
        }
        (None, Some(condition)) => Change::AddMember {
            object: at(policy, condition),
            key: operator.to_owned(),
            value: json!({ key: value }),
        },
        (None, None) => Change::AddMember {
            object: at(policy, statement.span),
            key: "Condition".to_owned(),
            value: json!({ operator: { key: value } }),
        },
    };
    Repair::of(change)
}

/// Conditions that keep out who does not show what the product shows.
pub(in super::super) fn pin(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
) -> Vec<Repair> {
    let mut ways = Vec::new();
    for (key, needed) in pins(case, request) {
        let there = statement.clauses.iter().find(|clause| clause.key.value.eq_ignore_ascii_case(&key));
        ways.push(match there {
            Some(clause) => {
                Repair::of(Change::Set { at: at(policy, clause.value_span), value: json!(needed) })
            }
            None => also(policy, statement, "StringEquals", &key, json!(needed)),
        });
    }
    ways
}

/// Conditions that keep others out of a statement that lets a service in.
pub(in super::super) fn guard(case: &Case<'_, '_>, policy: &Policy, statement: &Statement) -> Vec<Repair> {
    let mut changes = Vec::new();
    let own = case.subject.form.text("account").unwrap_or_default();
    let other = other_account(case.subject.form);
    for (operator, keys) in guards(case, other) {
        for (key, value) in keys.as_object().into_iter().flatten() {
            if statement.clauses.iter().any(|clause| clause.key.value.eq_ignore_ascii_case(key)) {
                continue;
            }
            // The question is asked on behalf of another account; ours is the one to name.
            let text = value.to_string().replace(other, own);
            let value = serde_json::from_str(&text).unwrap_or_default();
            changes.extend(also(policy, statement, &operator, key, value).changes);
        }
    }
    changes.into_iter().map(Repair::of).collect()
}
