//! What kind of policy a document is, because AWS's grammar differs from kind to kind.

use crate::catalog;
use crate::evidence::{LoosePolicy, PolicyHint, Role};
use crate::policy::{Effect, Policy, Statement};
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
        let file = words_of(file);
        let named = |names: &[&str]| names.iter().any(|name| file.contains(&format!("-{name}-")));
        let policy = &found.policy;
        let names = |statement: &Statement| statement.principals.is_some() && !statement.is_unknown();
        if !policy.statements.iter().any(names) {
            return if named(&["scp", "scps", "service-control"]) {
                Self::Scp
            } else if named(&["boundary"]) {
                Self::Boundary
            } else if named(&["session", "sessionpolicy"]) {
                Self::Session
            } else if named(&["bucket-policy", "bucketpolicy"]) {
                Self::Resource(Some("s3"))
            } else if named(&["trust", "trustpolicy", "assume-role"]) {
                Self::Trust
            } else {
                Self::Identity
            };
        }
        if named(&["rcp", "rcps", "resource-control"]) {
            Self::Rcp
        } else if named(&["endpoint", "vpce"]) {
            Self::Endpoint
        } else if is_trust(policy) {
            Self::Trust
        } else if !named(&["bucket", "bucketpolicy", "key"])
            && policy.is_for_all()
            && policy.only_denies()
            && speaks_of_several(policy)
        {
            Self::Rcp
        } else {
            Self::Resource(service_of(policy))
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

/// The words of a file's name between dashes, with a dash at both ends: `-root-scp-json-`. A word that merely begins or ends
/// like another (`TrustedAdvisor`) is another word; a number behind a word does not change it.
fn words_of(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let plain = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let list: Vec<&str> = plain.filter(|word| !word.is_empty()).collect();
    format!("-{}-", list.join("-"))
}

/// Every statement is about assuming, and none names a resource.
fn is_trust(policy: &Policy) -> bool {
    let assumes = |action: &str| {
        let action = action.to_ascii_lowercase();
        action.starts_with("sts:")
    };
    !policy.statements.is_empty()
        && policy.statements.iter().all(|statement| {
            statement.resources.is_none()
                && statement.actions.as_ref().is_some_and(|actions| {
                    !actions.items.is_empty() && actions.items.iter().all(|item| assumes(&item.value))
                })
        })
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
        let of_resource = resources.filter_map(|item| item.value.split(':').nth(2));
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
