//! The resource that an Allow would have to name.

use super::super::{Case, resource};
use super::at;
use crate::checks::context::FRESH_ID;
use crate::eval::Request;
use crate::finding::{Change, Repair};
use crate::policy::{Policy, Statement, Text};
use serde_json::json;

/// The narrowest pattern that names every resource that the question asks this action for.
pub(super) fn wanted(case: &Case<'_, '_>, request: &Request) -> String {
    let mut all = case
        .question
        .members
        .iter()
        .map(|member| &member.request)
        .filter(|member| member.action == request.action)
        .map(|member| member.resource.replace(FRESH_ID, "*"));
    let Some(first) = all.next() else { return request.resource.to_string() };
    let mut is_one = true;
    let shared = all.fold(first, |shared, next| {
        if shared == next {
            return shared;
        }
        is_one = false;
        let length = shared.bytes().zip(next.bytes()).take_while(|(left, right)| left == right).count();
        shared.get(..length).unwrap_or_default().to_owned()
    });
    // Keys of a bucket are named by their folder; any other pattern says just what is meant.
    if is_one && !(shared.contains(['*', '?']) && shared.contains(":s3:")) {
        // A request about a kind of resource has an ARN without a name.
        return if shared.ends_with('/') { shared + "*" } else { shared };
    }
    // What stands before the first wildcard, to the end of its folder.
    let fixed = shared.split(['*', '?']).next().unwrap_or_default();
    let rest = shared.get(fixed.len()..).unwrap_or_default();
    if rest == "*" {
        return shared;
    }
    let folder = fixed.rfind('/').map_or(fixed.len(), |slash| slash + 1);
    format!("{}*", fixed.get(..folder).unwrap_or_default())
}

pub(super) fn resources(
    case: &Case<'_, '_>,
    request: &Request,
    policy: &Policy,
    statement: &Statement,
) -> Vec<Repair> {
    let needed = wanted(case, request);
    let Some(element) = &statement.resources else {
        let object = at(policy, statement.span);
        let key = "Resource".to_owned();
        return vec![Repair::of(Change::AddMember { object, key, value: json!(needed) })];
    };
    if element.negated {
        return Vec::new();
    }
    let add = Repair::of(Change::Add { at: at(policy, element.span), value: json!(needed) });
    let set = |item: &Text, value: String| {
        Repair::of(Change::Set { at: at(policy, item.span), value: json!(value) })
    };
    let Some((fault, item)) = resource::nearest(&element.items, &request.resource) else { return vec![add] };
    let corrected = resource::corrected(&fault, &item.value, &request.resource, &needed);
    let is_only = element.items.len() == 1;
    match corrected {
        // What is surely not meant goes; what may be meant for something else stays.
        Some(value) if resource::is_slip(&fault, &item.value, &request.resource) => {
            vec![set(item, value), add]
        }
        Some(value) if is_only => vec![add, set(item, value)],
        Some(_) | None => vec![add],
    }
}
