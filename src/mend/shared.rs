//! Documents that others than the reader depend on: a change of theirs is for somebody to look at.

use super::state::State;
use crate::evidence::{OwnerKind, PolicyDocument, Role, Whose};
use crate::finding::{Change, Repair};
use crate::source::Place;
use crate::syntax::{Node, Value, read_json};

/// The kind of a changed document that others depend on.
pub(super) fn kind(state: &State, repair: &Repair) -> Option<&'static str> {
    let places: Vec<Place> = repair.changes.iter().filter_map(place).collect();
    let is_changed = |document: &&PolicyDocument| {
        places.iter().any(|at| at.source == document.source && document.policy.span.contains(at.span))
    };
    let changed = state.evidence.documents.iter().filter(is_changed);
    let by_itself = changed.into_iter().find_map(|document| match document.role {
        Role::Scp => Some("service control policy"),
        Role::Rcp => Some("resource control policy"),
        Role::Boundary => Some("permissions boundary"),
        Role::EndpointPolicy => Some("policy of the VPC endpoint"),
        Role::ReaderPolicy if is_of_group(document) => Some("policy of a group"),
        Role::BucketPolicy
        | Role::ReaderPolicy
        | Role::SessionPolicy
        | Role::KeyPolicy
        | Role::LinkedPolicy
        | Role::TrustPolicy => None,
    });
    by_itself.or_else(|| places.iter().find_map(|at| in_details(state, *at)))
}

/// What `get-account-authorization-details` holds at a place, where more than one user or role has it.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html> (checked 2026-11)
fn in_details(state: &State, at: Place) -> Option<&'static str> {
    let text = state.sources.get(at.source).text();
    if !text.contains("\"GroupDetailList\"") {
        return None;
    }
    let document = read_json(text);
    if document.root.get("GroupDetailList").is_some_and(|groups| groups.span.contains(at.span)) {
        return Some("policy of a group");
    }
    let managed = document.root.get("Policies").and_then(Node::as_array).unwrap_or_default();
    let policy = managed.iter().find(|policy| policy.span.contains(at.span))?;
    let is_one = matches!(&policy.get("AttachmentCount")?.value, Value::Number(count) if &**count == "1");
    (!is_one).then_some("managed policy")
}

/// Whether a policy is a group's, so that all users in it have it.
fn is_of_group(document: &PolicyDocument) -> bool {
    matches!(&document.whose, Some(Whose::Inline(owner)) if owner.kind == OwnerKind::Group)
}

fn place(change: &Change) -> Option<Place> {
    match change {
        Change::Set { at, .. }
        | Change::Add { at, .. }
        | Change::Remove { at }
        | Change::Rewrite { at, .. } => Some(*at),
        Change::AddMember { object, .. } => Some(*object),
        Change::Rename { key, .. } => Some(*key),
        Change::Form { .. } | Change::Run { .. } => None,
    }
}
