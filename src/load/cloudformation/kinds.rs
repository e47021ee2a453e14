//! Which types and properties hold policies, and what these are.

use super::function::function;
use super::template::Resource;
use crate::evidence::{PolicyHint, TargetKind};
use crate::syntax::{Node, Value};

/// How deep properties are searched for policies.
pub(super) const DEEPEST: usize = 12;

/// Properties that hold a policy, in types that are not named here.
pub(super) const PROPERTIES: [&str; 11] = [
    "PolicyDocument",
    "ResourcePolicy",
    "RepositoryPolicyText",
    "AccessPolicy",
    "AccessPolicies",
    "FileSystemPolicy",
    "AssumeRolePolicyDocument",
    "KeyPolicy",
    "InlinePolicy",
    "BackupPolicy",
    "Policy",
];

/// What the policies in a type without a row of its own are; nothing where only the policy itself tells.
pub(super) fn hint_of(kind: &str) -> Option<PolicyHint> {
    match kind {
        // Of AWS IoT, too: its policies are attached to certificates and name nobody.
        "AWS::SSO::PermissionSet" | "AWS::IoT::Policy" => Some(PolicyHint::Identity),
        kind if kind.starts_with("AWS::") && kind != "AWS::CloudFormation::CustomResource" => {
            Some(PolicyHint::Resource)
        }
        _ => None,
    }
}

/// The kind of a type that has policies.
pub(super) fn principal_kind(kind: &str) -> Option<TargetKind> {
    match kind {
        "AWS::IAM::User" => Some(TargetKind::User),
        "AWS::IAM::Role" => Some(TargetKind::Role),
        "AWS::IAM::Group" => Some(TargetKind::Group),
        _ => None,
    }
}

/// Whether a node is a policy of IAM: a `Statement` with an `Effect`. Firewalls, too, have statements.
pub(super) fn looks_like_policy(node: &Node<'_>) -> bool {
    let Some(statement) = node.get("Statement") else { return false };
    fn has_effect(node: &Node<'_>, depth: u8) -> bool {
        node.get("Effect").is_some()
            || depth < 4
                && match function(node) {
                    Some((_, argument)) => {
                        argument.iter_one_or_many().any(|node| has_effect(node, depth + 1))
                    }
                    None => node
                        .as_array()
                        .is_some_and(|items| items.iter().any(|node| has_effect(node, depth + 1))),
                }
    }
    has_effect(statement, 0)
}

/// Whether a node is a statement of IAM that names whom it is for, or a list of such.
pub(super) fn are_statements(node: &Node<'_>) -> bool {
    let is_one = |node: &Node<'_>| {
        let has = |names: [&str; 2]| names.iter().any(|name| node.get(name).is_some());
        node.get("Effect").is_some() && has(["Action", "NotAction"]) && has(["Principal", "NotPrincipal"])
    };
    is_one(node) || node.as_array().is_some_and(|items| items.iter().any(is_one))
}

/// Whether a resource has a policy anywhere.
pub(super) fn holds_policy(resource: &Resource<'_, '_>) -> bool {
    fn search(node: &Node<'_>, depth: usize) -> bool {
        looks_like_policy(node)
            || depth < DEEPEST
                && match &node.value {
                    Value::Object(members) => members.iter().any(|member| search(&member.value, depth + 1)),
                    Value::Array(items) => items.iter().any(|item| search(item, depth + 1)),
                    _ => false,
                }
    }
    resource.properties().is_some_and(|node| search(node, 0))
}
