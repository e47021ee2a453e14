//! Answers of IAM's policy simulator.

use super::Item;
use super::records::{Record, string};
use crate::finding::triage::Facts;
use serde_json::{Map, Value};

/// A result of `SimulatePrincipalPolicy` or `SimulateCustomPolicy`: one of each resource that was asked for. What is said of the
/// action as a whole is said of no resource then, and its name is the template of an ARN.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html> (checked 2026-11)
pub(super) fn simulated(result: &Map<String, Value>) -> Vec<Record> {
    let specific = result.get("ResourceSpecificResults").and_then(Value::as_array);
    let specific: Vec<&Map<String, Value>> =
        specific.into_iter().flatten().filter_map(Value::as_object).collect();
    if specific.is_empty() {
        return vec![one(result, result, "EvalDecision")];
    }
    specific.into_iter().map(|own| one(own, result, "EvalResourceDecision")).collect()
}

fn one(own: &Map<String, Value>, result: &Map<String, Value>, decision: &str) -> Record {
    let of = |name: &str| own.get(name).or_else(|| result.get(name));
    let decision = string(own.get(decision).or_else(|| result.get("EvalDecision"))).unwrap_or_default();
    if decision == "allowed" || decision.is_empty() {
        return Record::Pass;
    }
    let mut facts = Facts::default();
    facts.set("denied", "true");
    facts.set("code", &decision);
    facts.set("action", string(result.get("EvalActionName")).as_deref().unwrap_or_default());
    let resource = string(own.get("EvalResourceName")).filter(|name| name != "*" && !name.contains("${"));
    facts.set("resource", resource.as_deref().unwrap_or_default());
    let is_no = |outer: &str, inner: &str| {
        of(outer).and_then(|details| details.get(inner)) == Some(&Value::Bool(false))
    };
    let is_explicit = decision == "explicitDeny";
    facts.set("explicit", if is_explicit { "true" } else { "false" });
    if is_no("OrganizationsDecisionDetail", "AllowedByOrganizations") {
        facts.set("layer", "scp");
        // Its statements are not told, so neither is which of the two it was.
        facts.remove("explicit");
    } else if is_no("PermissionsBoundaryDecisionDetail", "AllowedByPermissionsBoundary") {
        facts.set("layer", "boundary");
    } else {
        let first = of("MatchedStatements").and_then(Value::as_array).and_then(|list| list.first());
        let kind = string(first.and_then(|first| first.get("SourcePolicyType"))).unwrap_or_default();
        let layer = if kind.to_ascii_lowercase().contains("resource") { "resource" } else { "identity" };
        facts.set("layer", layer);
        facts.set("policy", &string(first.and_then(|first| first.get("SourcePolicyId"))).unwrap_or_default());
    }
    let origin = Some("the policy simulator".to_owned());
    Record::Item(Box::new(Item { text: String::new(), facts, origin }))
}
