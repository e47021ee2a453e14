//! Behaviour that belongs to one service.

pub(super) mod s3;

/// Whether a resource control policy can bite on an action of this service. Services of AWS's page
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html> (checked 2026-11); the
/// service authorization data lists more, which the page does not confirm.
#[must_use]
pub(super) fn takes_rcp(service: &str, action_lower: &str) -> bool {
    let is_on_page = matches!(
        service,
        "aoss"
            | "cognito-idp"
            | "cognito-identity"
            | "dynamodb"
            | "ecr"
            | "kms"
            | "logs"
            | "s3"
            | "s3express"
            | "secretsmanager"
            | "sqs"
            | "sts"
    );
    is_on_page && action_lower != "kms:retiregrant"
}

/// Whether the resource's policy must allow even inside one account: key policies and role trust policies.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html> (checked 2026-11).
#[must_use]
pub(super) fn resource_must_allow(service: &str, action_lower: &str) -> bool {
    match service {
        "kms" => true,
        "sts" => action_lower.starts_with("sts:assumerole") || action_lower == "sts:tagsession",
        _ => false,
    }
}
