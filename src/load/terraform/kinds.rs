//! Resources of Terraform's provider for AWS that hold policies or attach them.

use super::buckets::sets;
use crate::evidence::{PolicyHint, TargetKind, gives_access};
use crate::policy::Text;

/// Which attribute of a resource holds a policy, and of what kind.
pub(super) fn holds(kind: &str) -> Option<(&'static str, PolicyHint)> {
    Some(match kind {
        "aws_s3_bucket_policy" | "aws_s3_bucket" => ("policy", PolicyHint::Bucket),
        "aws_iam_policy" | "aws_iam_user_policy" | "aws_iam_role_policy" | "aws_iam_group_policy" => {
            ("policy", PolicyHint::Identity)
        }
        "aws_ssoadmin_permission_set_inline_policy" => ("inline_policy", PolicyHint::Identity),
        "aws_iam_role" => ("assume_role_policy", PolicyHint::Trust),
        "aws_kms_key" | "aws_kms_key_policy" | "aws_kms_external_key" => ("policy", PolicyHint::Key),
        "aws_vpc_endpoint" | "aws_vpc_endpoint_policy" => ("policy", PolicyHint::Endpoint),
        "aws_organizations_policy" => ("content", PolicyHint::Scp),
        "aws_sqs_queue" | "aws_sns_topic" => ("policy", PolicyHint::Resource),
        kind if kind.starts_with("aws_") && kind.ends_with("_policy") => ("policy", PolicyHint::Resource),
        _ => return None,
    })
}

/// What is a policy by its name and none of IAM: lifecycle rules, scaling, backup plans.
pub(super) const OTHER_POLICIES: [&str; 9] = [
    "aws_appautoscaling_policy",
    "aws_autoscaling_policy",
    "aws_ecr_lifecycle_policy",
    "aws_dlm_lifecycle_policy",
    "aws_cloudfront_origin_request_policy",
    "aws_cloudfront_cache_policy",
    "aws_cloudfront_response_headers_policy",
    "aws_load_balancer_policy",
    "aws_opensearchserverless_security_policy",
];

/// What the policies in a resource, or the policy that it attaches, are for, and the attribute that names it.
pub(super) fn target_of(kind: &str) -> Option<(TargetKind, &'static str)> {
    Some(match kind {
        "aws_s3_bucket_policy" | "aws_s3_bucket" => (TargetKind::Bucket, "bucket"),
        kind if sets(kind).is_some() => (TargetKind::Bucket, "bucket"),
        "aws_iam_user_policy" | "aws_iam_user_policy_attachment" | "aws_iam_access_key" => {
            (TargetKind::User, "user")
        }
        "aws_iam_role_policy" | "aws_iam_role_policy_attachment" => (TargetKind::Role, "role"),
        "aws_iam_group_policy" | "aws_iam_group_policy_attachment" => (TargetKind::Group, "group"),
        "aws_iam_user" => (TargetKind::User, "name"),
        "aws_iam_role" => (TargetKind::Role, "name"),
        _ => return None,
    })
}

/// Each group with each user that a resource puts in it.
pub(super) fn pairs(groups: &[Text], users: &[Text]) -> Vec<(Text, Text)> {
    groups.iter().flat_map(|group| users.iter().map(|user| (group.clone(), user.clone()))).collect()
}

/// Whether a resource attaches one managed policy to one user, role or group.
pub(super) fn is_attachment(kind: &str) -> bool {
    kind.starts_with("aws_iam_")
        && kind.ends_with("_policy_attachment")
        && kind != "aws_iam_policy_attachment"
}

/// Whether a resource gives access by what it is made with, and by no policy that is read here.
pub(super) fn gives(kind: &str) -> bool {
    let is_read = kind == PERMISSION
        || is_attachment(kind)
        || kind == "aws_iam_policy_attachment"
        || holds(kind).is_some();
    (kind.starts_with("aws_") || kind.starts_with("awscc_")) && !is_read && gives_access(kind.split('_'))
}

/// What adds a statement to a function's policy.
pub(super) const PERMISSION: &str = "aws_lambda_permission";

/// Attributes that name policies which are attached.
pub(super) const ATTACHED: [&str; 3] = ["managed_policy_arns", "permissions_boundary", "policy_arn"];

/// The lists of an `aws_iam_policy_attachment`.
pub(super) const LISTS: [(&str, TargetKind); 3] =
    [("users", TargetKind::User), ("roles", TargetKind::Role), ("groups", TargetKind::Group)];

/// The type of a policy of an organization.
pub(super) fn of_organization(kind: Option<&str>) -> PolicyHint {
    if kind == Some("RESOURCE_CONTROL_POLICY") { PolicyHint::Rcp } else { PolicyHint::Scp }
}
