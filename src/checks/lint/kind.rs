//! What kind of policy a document is, because AWS's grammar differs from kind to kind.

use crate::catalog;
use crate::evidence::{LoosePolicy, PolicyHint, Purpose, Role};
use crate::policy::{Effect, Policy, Statement, arn};
use std::fmt;

/// The kinds of policies that AWS tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyKind {
    /// A policy of a user, group or role.
    Identity,
    /// A permissions boundary.
    Boundary,
    /// A policy passed when a session is made.
    Session,
    /// The trust policy of a role.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// A policy of a resource, with the prefix of its service where that is known.
    Resource(Option<&'static str>),
}

impl PolicyKind {
    /// The names that `--type` takes, without the services of `resource:SERVICE`.
    pub const NAMES: [&'static str; 11] = [
        "identity",
        "boundary",
        "session",
        "trust",
        "scp",
        "rcp",
        "endpoint",
        "bucket",
        "key",
        "resource",
        "resource:SERVICE",
    ];

    /// The kind of a name: one of [`PolicyKind::NAMES`], with or without `-policy`.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if let Some(service) = name.strip_prefix("resource:") {
            return Some(Self::Resource(Some(catalog::service(service)?.prefix())));
        }
        match name.strip_suffix("-policy").unwrap_or(name) {
            "identity" | "reader" => Some(Self::Identity),
            "boundary" => Some(Self::Boundary),
            "session" => Some(Self::Session),
            "trust" => Some(Self::Trust),
            "scp" => Some(Self::Scp),
            "rcp" => Some(Self::Rcp),
            "endpoint" => Some(Self::Endpoint),
            "bucket" => Some(Self::Resource(Some("s3"))),
            "key" => Some(Self::Resource(Some("kms"))),
            "resource" => Some(Self::Resource(None)),
            _ => None,
        }
    }

    /// The kind of a document whose role in an account is known.
    #[must_use]
    pub fn of_role(role: Role) -> Self {
        match role {
            Role::BucketPolicy => Self::Resource(Some("s3")),
            Role::KeyPolicy => Self::Resource(Some("kms")),
            Role::ReaderPolicy | Role::LinkedPolicy => Self::Identity,
            Role::Boundary => Self::Boundary,
            Role::SessionPolicy => Self::Session,
            Role::Scp => Self::Scp,
            Role::Rcp => Self::Rcp,
            Role::EndpointPolicy => Self::Endpoint,
            Role::TrustPolicy => Self::Trust,
        }
    }

    /// The kind of a policy that nobody named: by what surrounds it, by the name of its file where content cannot tell (a
    /// boundary, an SCP and a user's policy look alike), else by its content.
    #[must_use]
    pub fn detect(found: &LoosePolicy, file: &str) -> Self {
        match found.hint {
            Some(PolicyHint::Scp) => return Self::Scp,
            Some(PolicyHint::Rcp) => return Self::Rcp,
            Some(PolicyHint::Trust) => return Self::Trust,
            Some(PolicyHint::Identity) => return Self::Identity,
            Some(PolicyHint::Boundary) => return Self::Boundary,
            Some(PolicyHint::Bucket) => return Self::Resource(Some("s3")),
            Some(PolicyHint::Key) => return Self::Resource(Some("kms")),
            Some(PolicyHint::Endpoint) => return Self::Endpoint,
            Some(PolicyHint::Resource) => return Self::Resource(service_of(&found.policy)),
            None => {}
        }
        let policy = &found.policy;
        match Purpose::of(policy, file) {
            Purpose::Identity => Self::Identity,
            Purpose::Boundary => Self::Boundary,
            Purpose::Session => Self::Session,
            Purpose::Scp => Self::Scp,
            Purpose::Rcp => Self::Rcp,
            Purpose::Endpoint => Self::Endpoint,
            Purpose::Trust => Self::Trust,
            Purpose::Bucket => Self::Resource(Some("s3")),
            // The policy of a resource speaks of its own service, and mostly of the resource.
            Purpose::Bounds if policy.only_denies() && speaks_of_several(policy) => Self::Rcp,
            Purpose::Bounds if allows_everything(policy) => Self::Endpoint,
            Purpose::Bounds | Purpose::Resource => Self::Resource(service_of(policy)),
        }
    }

    /// Whether policies of this kind say whom they are for.
    #[must_use]
    pub fn has_principal(self) -> bool {
        match self {
            Self::Trust | Self::Rcp | Self::Endpoint | Self::Resource(_) => true,
            Self::Identity | Self::Boundary | Self::Session | Self::Scp => false,
        }
    }

    /// Whether policies of this kind are kept by IAM or Organizations, whose grammar is the strict one.
    #[must_use]
    pub fn is_of_iam(self) -> bool {
        !matches!(self, Self::Resource(_) | Self::Endpoint)
    }

    /// Whether an Allow of this kind gives somebody access by itself. Boundaries, SCPs and endpoint policies only bound what
    /// others give; a session policy, too.
    #[must_use]
    pub fn grants(self) -> bool {
        matches!(self, Self::Identity | Self::Trust | Self::Resource(_))
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => out.write_str("identity"),
            Self::Boundary => out.write_str("boundary"),
            Self::Session => out.write_str("session"),
            Self::Trust => out.write_str("trust"),
            Self::Scp => out.write_str("scp"),
            Self::Rcp => out.write_str("rcp"),
            Self::Endpoint => out.write_str("endpoint"),
            Self::Resource(None) => out.write_str("resource"),
            Self::Resource(Some(service)) => write!(out, "resource:{service}"),
        }
    }
}

/// The policy that an endpoint has as long as nobody gives it another: everything on everything. No resource takes it, since the
/// actions of its policy are those of its service.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html> (Default endpoint policy, checked 2026-11)
fn allows_everything(policy: &Policy) -> bool {
    let is_everything = |statement: &Statement| {
        let mut actions = statement.actions.iter().filter(|actions| !actions.negated);
        statement.effect == Effect::Allow
            && statement.clauses.is_empty()
            && actions.any(|actions| actions.items.iter().all(|item| &*item.value == "*"))
    };
    !policy.statements.is_empty() && policy.statements.iter().all(is_everything)
}

/// Whether actions of more than one service stand in a policy: that of a resource speaks of its own.
fn speaks_of_several(policy: &Policy) -> bool {
    let actions = policy.statements.iter().filter_map(|statement| statement.actions.as_ref());
    let items = actions.flat_map(|each| &each.items);
    let mut services: Vec<String> =
        items.filter_map(|item| Some(item.value.split_once(':')?.0.to_ascii_lowercase())).collect();
    services.sort();
    services.dedup();
    services.len() > 1
}

/// The one service that all actions and resources of a policy name, if there is one.
fn service_of(policy: &Policy) -> Option<&'static str> {
    let mut found: Option<&'static str> = None;
    for statement in &policy.statements {
        let actions = statement.actions.iter().flat_map(|element| &element.items);
        let resources = statement.resources.iter().flat_map(|element| &element.items);
        let of_action = actions.filter_map(|item| item.value.split_once(':').map(|(service, _)| service));
        let of_resource = resources.filter_map(|item| arn::fields(&item.value).nth(2));
        for prefix in of_action.chain(of_resource) {
            if prefix.contains(['*', '?']) {
                continue;
            }
            let service = catalog::service(prefix)?.prefix();
            if found.is_some_and(|before| before != service) {
                // An odd action out is worth a finding, not another kind: the statements that allow decide.
                if statement.effect == Effect::Deny {
                    continue;
                }
                return None;
            }
            found = Some(service);
        }
    }
    found
}
