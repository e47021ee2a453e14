//! AWS's policy simulator.

use crate::ask::{Asker, Failure};
use crate::connect::Connection;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, EvaluationResult, OrderedOrganizationPolicyType};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

/// One question to the simulator.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Simulation {
    /// The action.
    pub action: String,
    /// The resource's ARN.
    pub resource: String,
    /// Keys of the request that are known, each with one value.
    pub context: Vec<(String, String)>,
    /// Policies that are not attached yet. They count beside the reader's own; where there is no reader yet, alone.
    pub policies: Vec<String>,
}

/// Asks every question. The SCPs above the reader, the root's first, are for a reader that is not there yet: of one that is
/// AWS knows them.
pub(crate) async fn ask(
    connection: &Connection,
    asker: &Asker<'_>,
    reader: &str,
    questions: &[Simulation],
    scps: &[Vec<String>],
) {
    let client = connection.iam();
    join_all(questions.iter().filter(|question| !question.policies.is_empty() || !reader.is_empty()).map(
        async |question| {
            let entries: Vec<ContextEntry> = question
                .context
                .iter()
                .map(|(key, value)| {
                    ContextEntry::builder()
                        .context_key_name(key)
                        .context_key_values(value)
                        .context_key_type(kind(value))
                        .build()
                })
                .collect();
            let known: Map<String, Value> =
                question.context.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            if !reader.is_empty() {
                let mut input = json!({
                    "PolicySourceArn": reader,
                    "ActionNames": [question.action],
                    "ResourceArns": [question.resource],
                    "ContextEntries": known,
                });
                if let (false, Some(input)) = (question.policies.is_empty(), input.as_object_mut()) {
                    input.insert("PolicyInputList".to_owned(), json!(question.policies));
                }
                let policies = (!question.policies.is_empty()).then(|| question.policies.clone());
                let _ = asker
                    .ask("iam simulate-principal-policy", input, async {
                        let answer = client
                            .simulate_principal_policy()
                            .policy_source_arn(reader)
                            .set_policy_input_list(policies)
                            .action_names(&question.action)
                            .resource_arns(&question.resource)
                            .set_context_entries(Some(entries))
                            .send()
                            .await
                            .map_err(|e| Failure::of(&e))?;
                        Ok(results(answer.evaluation_results()))
                    })
                    .await;
            } else {
                let mut input = json!({
                    "ActionNames": [question.action],
                    "ResourceArns": [question.resource],
                    "ContextEntries": known,
                    "PolicyInputList": question.policies,
                });
                let levels: Vec<Value> =
                    scps.iter().map(|level| json!({ "ServiceControlPolicyInputList": level })).collect();
                if let (false, Some(input)) = (levels.is_empty(), input.as_object_mut()) {
                    input.insert("OrderedOrganizationPolicyInputList".to_owned(), json!(levels));
                }
                let levels: Vec<OrderedOrganizationPolicyType> = scps
                    .iter()
                    .map(|level| {
                        OrderedOrganizationPolicyType::builder()
                            .set_service_control_policy_input_list(Some(level.clone()))
                            .build()
                    })
                    .collect();
                let _ = asker
                    .ask("iam simulate-custom-policy", input, async {
                        let answer = client
                            .simulate_custom_policy()
                            .set_policy_input_list(Some(question.policies.clone()))
                            .set_ordered_organization_policy_input_list(
                                (!levels.is_empty()).then_some(levels),
                            )
                            .action_names(&question.action)
                            .resource_arns(&question.resource)
                            .set_context_entries(Some(entries))
                            .send()
                            .await
                            .map_err(|e| Failure::of(&e))?;
                        Ok(results(answer.evaluation_results()))
                    })
                    .await;
            }
        },
    ))
    .await;
}

fn kind(value: &str) -> ContextKeyTypeEnum {
    match value {
        "true" | "false" => ContextKeyTypeEnum::Boolean,
        _ => ContextKeyTypeEnum::String,
    }
}

/// The answer as the AWS CLI prints it. Names of kinds that the SDK does not know are kept as they came.
fn results(list: &[EvaluationResult]) -> Value {
    let statements = |list: &[aws_sdk_iam::types::Statement]| -> Vec<Value> {
        list.iter()
            .map(|statement| {
                let at = |position: Option<&aws_sdk_iam::types::Position>| {
                    position.map(|at| json!({ "Line": at.line(), "Column": at.column() }))
                };
                json!({
                    "SourcePolicyId": statement.source_policy_id(),
                    "SourcePolicyType": statement.source_policy_type().map(|kind| kind.as_str()),
                    "StartPosition": at(statement.start_position()),
                    "EndPosition": at(statement.end_position()),
                })
            })
            .collect()
    };
    let results: Vec<Value> = list
        .iter()
        .map(|result| {
            let mut out = Map::new();
            out.insert("EvalActionName".to_owned(), json!(result.eval_action_name()));
            out.insert("EvalResourceName".to_owned(), json!(result.eval_resource_name()));
            out.insert("EvalDecision".to_owned(), json!(result.eval_decision().as_str()));
            out.insert("MatchedStatements".to_owned(), json!(statements(result.matched_statements())));
            out.insert("MissingContextValues".to_owned(), json!(result.missing_context_values()));
            if let Some(detail) = result.organizations_decision_detail() {
                let allowed = json!({ "AllowedByOrganizations": detail.allowed_by_organizations() });
                out.insert("OrganizationsDecisionDetail".to_owned(), allowed);
            }
            if let Some(detail) = result.permissions_boundary_decision_detail() {
                let allowed = json!({ "AllowedByPermissionsBoundary": detail.allowed_by_permissions_boundary() });
                out.insert("PermissionsBoundaryDecisionDetail".to_owned(), allowed);
            }
            let specific: Vec<Value> = result
                .resource_specific_results()
                .iter()
                .map(|each| {
                    let mut out = Map::new();
                    out.insert("EvalResourceName".to_owned(), json!(each.eval_resource_name()));
                    out.insert("EvalResourceDecision".to_owned(), json!(each.eval_resource_decision().as_str()));
                    out.insert("MatchedStatements".to_owned(), json!(statements(each.matched_statements())));
                    out.insert("MissingContextValues".to_owned(), json!(each.missing_context_values()));
                    if let Some(detail) = each.permissions_boundary_decision_detail() {
                        let allowed =
                            json!({ "AllowedByPermissionsBoundary": detail.allowed_by_permissions_boundary() });
                        out.insert("PermissionsBoundaryDecisionDetail".to_owned(), allowed);
                    }
                    Value::Object(out)
                })
                .collect();
            if !specific.is_empty() {
                out.insert("ResourceSpecificResults".to_owned(), json!(specific));
            }
            Value::Object(out)
        })
        .collect();
    json!({ "EvaluationResults": results })
}
