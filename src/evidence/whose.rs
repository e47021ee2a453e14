//! Whose a policy is, where the answer of AWS around it says so.

use super::loose::{Owner, OwnerKind};
use crate::syntax::Node;

/// Whose a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Inline in a user, group or role.
    Inline(Owner),
    /// The trust policy of a role, by its ARN or its name.
    Trust(Box<str>),
    /// On a bucket.
    Bucket(Box<str>),
    /// On a KMS key, by whatever it was asked for.
    Key(Box<str>),
    /// On a VPC endpoint.
    Endpoint(Box<str>),
}

/// The members that say whose inline policy an answer holds (`get-user-policy`, `get-group-policy`, `get-role-policy`).
pub(super) const OWNERS: [(&str, OwnerKind); 3] =
    [("UserName", OwnerKind::User), ("GroupName", OwnerKind::Group), ("RoleName", OwnerKind::Role)];

impl Whose {
    /// What an answer with an inline policy says.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html> (checked 2026-11)
    #[must_use]
    pub fn inline(root: &Node<'_>) -> Option<Self> {
        let named = |(key, kind): (&str, OwnerKind)| {
            Some(Self::Inline(Owner { kind, name: root.get(key).and_then(Node::as_str)?.into() }))
        };
        OWNERS.into_iter().find_map(named)
    }

    /// What the answer about a role says.
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html> (checked 2026-11)
    #[must_use]
    pub fn trust(role: &Node<'_>) -> Option<Self> {
        let text = |key: &str| role.get(key).and_then(Node::as_str);
        text("Arn").or(text("RoleName")).map(|name| Self::Trust(name.into()))
    }

    /// What `describe-vpc-endpoints` says of one.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html> (checked 2026-11)
    #[must_use]
    pub fn endpoint(endpoint: &Node<'_>) -> Option<Self> {
        endpoint.get("VpcEndpointId").and_then(Node::as_str).map(|id| Self::Endpoint(id.into()))
    }
}
