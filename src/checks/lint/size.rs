//! Size limits. Where AWS counts no whitespace, neither does this.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> and
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html> (checked 2026-11)

use super::doc::{Doc, Out};
use super::grammar::LARGEST_BUCKET_POLICY;
use super::kind::PolicyKind;
use crate::checks::subject::Cause;
use crate::evidence::{Owner, OwnerKind, Role};
use crate::policy::Length;
use std::collections::BTreeMap;

/// Managed policies.
const IDENTITY: usize = 6_144;
/// Trust policies; can be raised to 4,096.
const TRUST: usize = 2_048;
/// Service control policies as AWS's pages have it; others report 10,240 since 2026-05.
const SCP: usize = 5_120;
const SCP_REPORTED: usize = 10_240;
/// Resource control policies.
const RCP: usize = 5_120;
/// Key policies, 32 KiB.
const KEY: usize = 32 * 1024;
/// Endpoint policies and policies of secrets, 20,480 characters.
const ENDPOINT: usize = 20_480;
/// Session policies in the call that makes the session.
const SESSION: usize = 2_048;

/// Inline policies of a user, and of a role.
const INLINE_OF_USER: usize = 2_048;
const INLINE_OF_ROLE: usize = 10_240;

/// What all inline policies of one owner may have together. These quotas cannot be raised.
fn of_inline(kind: OwnerKind) -> usize {
    match kind {
        OwnerKind::User => INLINE_OF_USER,
        OwnerKind::Group => 5_120,
        OwnerKind::Role => INLINE_OF_ROLE,
    }
}

/// Inline policies that are too long together: IAM counts all of a user, group or role.
pub(super) fn together(docs: &[Doc<'_>]) -> Vec<Cause> {
    let mut owners: BTreeMap<&Owner, Vec<&Doc<'_>>> = BTreeMap::new();
    for doc in docs {
        if let Some(owner) = doc.owner {
            owners.entry(owner).or_default().push(doc);
        }
    }
    let mut causes = Vec::new();
    for (owner, docs) in owners {
        let all: usize = docs.iter().map(|doc| doc.length.bare).sum();
        let most = of_inline(owner.kind);
        // The longest is where to cut first.
        let Some(longest) = docs.iter().max_by_key(|doc| doc.length.bare).filter(|_| all > most) else {
            continue;
        };
        let kind = match owner.kind {
            OwnerKind::User => "user",
            OwnerKind::Group => "group",
            OwnerKind::Role => "role",
        };
        let (found, needed, count) = (all.to_string(), most.to_string(), docs.len().to_string());
        let name = format!("{kind} `{}`", owner.name);
        let values = [("found", &*found), ("needed", &*needed), ("owner", &*name), ("count", &*count)];
        let mut out = Out::new(longest.policy.source);
        out.push("size", "inline", longest.policy.statement_span, &values);
        causes.extend(out.causes);
    }
    causes
}

/// How long a policy is in AWS's count, and what it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Its length.
    pub found: usize,
    /// The limits, the least first: which of them holds depends on how the policy is attached.
    pub limits: &'static [usize],
}

/// The length of a policy of a role, and its limits. Of the reader's policies nobody says whether they are managed or inline.
#[must_use]
pub fn counted(role: Role, is_role: bool, length: Length) -> Counted {
    let (found, limits): (usize, &'static [usize]) = match role {
        Role::BucketPolicy => (length.bytes, &[LARGEST_BUCKET_POLICY]),
        Role::ReaderPolicy | Role::LinkedPolicy if is_role => (length.bare, &[IDENTITY, INLINE_OF_ROLE]),
        Role::ReaderPolicy | Role::LinkedPolicy => (length.bare, &[INLINE_OF_USER, IDENTITY]),
        Role::Boundary => (length.bare, &[IDENTITY]),
        Role::TrustPolicy => (length.bare, &[TRUST]),
        Role::SessionPolicy => (length.characters, &[SESSION]),
        Role::Scp => (length.characters, &[SCP, SCP_REPORTED]),
        Role::Rcp => (length.characters, &[RCP]),
        Role::EndpointPolicy => (length.characters, &[ENDPOINT]),
        Role::KeyPolicy => (length.characters, &[KEY]),
    };
    Counted { found, limits }
}

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    let (all, bare) = (doc.length.characters, doc.length.bare);
    let (case, found, needed) = match doc.kind {
        // A boundary is always a managed policy; a policy of an identity may be an inline one of a role, which may be longer.
        PolicyKind::Boundary if bare > IDENTITY => ("boundary", bare, IDENTITY),
        PolicyKind::Identity if bare > IDENTITY && doc.owner.is_none() => ("identity", bare, IDENTITY),
        PolicyKind::Session if all > SESSION => ("session", all, SESSION),
        PolicyKind::Trust if bare > TRUST => ("trust", bare, TRUST),
        PolicyKind::Scp if all > SCP_REPORTED => ("scp", all, SCP_REPORTED),
        PolicyKind::Scp if all > SCP => ("scp-contested", all, SCP),
        PolicyKind::Rcp if all > RCP => ("rcp", all, RCP),
        PolicyKind::Endpoint if all > ENDPOINT => ("resource", all, ENDPOINT),
        PolicyKind::Resource(Some("kms")) if all > KEY => ("resource", all, KEY),
        PolicyKind::Resource(Some("secretsmanager")) if all > ENDPOINT => ("resource", all, ENDPOINT),
        PolicyKind::Identity
        | PolicyKind::Boundary
        | PolicyKind::Session
        | PolicyKind::Trust
        | PolicyKind::Scp
        | PolicyKind::Rcp
        | PolicyKind::Endpoint
        | PolicyKind::Resource(_) => return,
    };
    let (found, needed) = (found.to_string(), needed.to_string());
    out.push("size", case, doc.policy.statement_span, &[("found", &found), ("needed", &needed)]);
}
