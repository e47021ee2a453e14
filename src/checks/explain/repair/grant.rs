//! A statement of its own, and what it must say so that it serves nobody else.

use super::super::{Case, principal};
use super::resource::wanted;
use super::{at, needed_values, one_or_many};
use crate::eval::{CallerKind, LayerKind, NoTrace, Request, decide};
use crate::finding::{Change, Repair};
use crate::policy::{ArnSplit, Policy};
use serde_json::{Value, json};

/// A statement of its own that allows what is asked, and no more.
pub(in super::super) fn grant(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    layer: LayerKind,
) -> Option<Repair> {
    let mut statement = serde_json::Map::new();
    statement.insert("Sid".to_owned(), json!(fresh_sid(policy, request)));
    statement.insert("Effect".to_owned(), json!("Allow"));
    if matches!(layer, LayerKind::Resource | LayerKind::Endpoint) {
        let key = principal::key_name(principal::kind_of(request));
        let caller = request.caller.arn();
        statement.insert(
            "Principal".to_owned(),
            if caller.is_empty() { json!("*") } else { json!({ key: caller }) },
        );
    }
    statement.insert("Action".to_owned(), one_or_many(&denied(case, request)));
    // The role is the resource of its own trust policy.
    let is_trust = layer == LayerKind::Resource && request.action.starts_with("sts:");
    if !is_trust {
        statement.insert("Resource".to_owned(), json!(wanted(case, request)));
    }
    let pins: serde_json::Map<String, Value> =
        pins(case, request).into_iter().map(|(key, value)| (key, Value::from(value))).collect();
    if is_trust && !pins.is_empty() {
        statement.insert("Condition".to_owned(), json!({ "StringEquals": pins }));
    }
    if layer == LayerKind::Resource && request.caller.kind() == CallerKind::Service {
        let conditions = guards(case, case.subject.form.text("account").unwrap_or_default());
        if !conditions.is_empty() {
            statement.insert("Condition".to_owned(), Value::Object(conditions));
        }
    }
    let change = Change::Add { at: at(policy, policy.statement_span), value: Value::Object(statement) };
    (policy.statement_span != policy.span).then(|| Repair::of(change))
}

/// The actions of the question that are denied, the one that is explained first: one statement is for all of them.
pub(super) fn denied(case: &Case<'_, '_>, request: &Request) -> Vec<String> {
    let mut actions = vec![request.action.to_string()];
    for member in case.question.members.iter().map(|member| &member.request) {
        let is_new = !actions.iter().any(|action| *action == *member.action);
        if is_new && !decide(case.set, &member.example(), &case.question.base, &mut NoTrace).is_allowed() {
            actions.push(member.action.to_string());
        }
    }
    actions
}

/// Conditions that keep a service from acting on behalf of another account: every key that says on whose behalf it acts and
/// names the account.
pub(super) fn guards(case: &Case<'_, '_>, account: &str) -> serde_json::Map<String, Value> {
    let mut out = serde_json::Map::new();
    if account.is_empty() {
        return out;
    }
    let requests = case.subject.requests.values();
    let mut names: Vec<&str> = requests
        .flat_map(|request| {
            let options = request.unknowns.iter().flat_map(|unknown| &unknown.options);
            let keys = options.flat_map(|option| &option.keys).map(|(key, _)| key.as_str());
            keys.chain(request.context.iter().map(|(key, _)| key.as_str()))
        })
        .filter(|key| key.to_ascii_lowercase().starts_with("aws:source"))
        .collect();
    names.sort_unstable();
    names.dedup();
    for key in names {
        let values = needed_values(case, key);
        if values.is_empty() || !values.iter().all(|value| value.contains(account)) {
            continue;
        }
        let is_arn = values.iter().all(|value| ArnSplit::new(value).is_some());
        let operator = if is_arn { "ArnLike" } else { "StringEquals" };
        let slot = out.entry(operator).or_insert_with(|| json!({}));
        if let Some(slot) = slot.as_object_mut() {
            slot.insert(key.to_owned(), one_or_many(&values));
        }
    }
    out
}

/// What the product shows with such requests, and others do not know: the keys of the action's own service that the
/// description of the requests has (`sts:ExternalId`), with the form's values.
pub(in super::super) fn pins(case: &Case<'_, '_>, request: &Request) -> Vec<(String, String)> {
    let Some((service, _)) = request.action.split_once(':') else { return Vec::new() };
    let form = case.subject.form;
    let is_of_service =
        |key: &str| key.split_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(service));
    let shown =
        case.template.context.iter().filter(|(key, _)| case.template.is_foreign && is_of_service(key));
    shown.filter_map(|(key, value)| Some((key.clone(), form.fill(value).ok()?))).collect()
}

/// A `Sid` that no statement has: whose and what.
fn fresh_sid(policy: &Policy, request: &Request) -> String {
    let words = |text: &str| -> String {
        let capital = |word: &str| {
            let mut chars = word.chars();
            chars
                .next()
                .map(|first| first.to_uppercase().chain(chars).collect::<String>())
                .unwrap_or_default()
        };
        text.split(|next: char| !next.is_ascii_alphanumeric()).map(capital).collect()
    };
    let who = request.caller.name();
    let who = who.strip_suffix(".amazonaws.com").unwrap_or(who);
    let what = request.action.split(':').nth(1).unwrap_or_default();
    let base = format!("{}{}", words(who), words(what));
    let taken = |sid: &str| {
        policy
            .statements
            .iter()
            .filter_map(|statement| statement.sid.as_ref())
            .any(|have| *have.value == *sid)
    };
    let mut sid = base.clone();
    let mut number = 2;
    while taken(&sid) {
        sid = format!("{base}{number}");
        number += 1;
    }
    sid
}
