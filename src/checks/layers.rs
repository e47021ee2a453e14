//! Which policies bear on a request of this account, and which of them are known.

use super::subject::{FactRef, Subject};
use crate::eval::{Caller, CallerKind, Layer, LayerKind, Layers};
use crate::evidence::{BoundaryRecord, Disagreement, FormClash, Role};
use crate::policy::{FaultKind, Policy, arn};

/// The layers for requests of one caller to one service.
pub(super) fn layers<'a>(subject: &Subject<'a>, caller: &Caller, service: &str) -> Layers<'a> {
    let mut layers = Layers::none();
    let presumed = |role: Role| match visible(subject, role) {
        Layer::NotVisible if !subject.strict && !is_given(subject, role) => Layer::PresumedAbsent,
        layer => layer,
    };
    let visible = |role: Role| visible(subject, role);
    layers.resource = match service {
        "s3" => visible(Role::BucketPolicy),
        "kms" => visible(Role::KeyPolicy),
        "sts" => visible(Role::TrustPolicy),
        _ => Layer::Absent,
    };
    if matches!(service, "s3" | "kms") {
        layers.rcp = organization(subject, Role::Rcp, subject.form.text("bucket-account"));
    } else if service == "sts" {
        // The role is the resource.
        layers.rcp = organization(subject, Role::Rcp, subject.form.text("reader").and_then(arn::account_of));
    }
    layers.public_access_block = subject.evidence.public_access_block.unwrap_or_default();
    if matches!(
        caller.kind(),
        CallerKind::Service | CallerKind::Anonymous | CallerKind::Provider | CallerKind::Canonical
    ) {
        return layers;
    }
    // A policy that is attached and not at hand may allow anything, and deny anything. What the others deny is denied.
    layers.identity = match visible(Role::ReaderPolicy) {
        Layer::Known(policies) if !subject.evidence.reader.gaps.is_empty() => Layer::Partly(policies),
        layer => layer,
    };
    layers.boundary = match (&subject.evidence.reader.boundary, subject.evidence.has(Role::Boundary.name())) {
        (BoundaryRecord::None, false) => Layer::Absent,
        (BoundaryRecord::Named(_) | BoundaryRecord::Refused, false) => Layer::NotVisible,
        (BoundaryRecord::Untold, false) | (_, true) => presumed(Role::Boundary),
    };
    // The endpoint at hand is one for S3: the other services are reached past it.
    if service == "s3" {
        layers.endpoint = presumed(Role::EndpointPolicy);
    }
    layers.session = match caller.kind() {
        CallerKind::Role | CallerKind::Session | CallerKind::Federated => presumed(Role::SessionPolicy),
        CallerKind::User
        | CallerKind::Root
        | CallerKind::Service
        | CallerKind::Anonymous
        | CallerKind::Provider
        | CallerKind::Canonical => {
            if is_given(subject, Role::SessionPolicy) {
                visible(Role::SessionPolicy)
            } else {
                Layer::Absent
            }
        }
    };
    layers.scp = organization(subject, Role::Scp, caller.account());
    layers
}

/// Whether somebody says that there is a document of this role, be it at hand or not.
fn is_given(subject: &Subject<'_>, role: Role) -> bool {
    subject.evidence.of(role).next().is_some() || subject.evidence.unseen_of(role).next().is_some()
}

/// The policies of a role, as far as they can be read as policies.
fn visible<'a>(subject: &Subject<'a>, role: Role) -> Layer<Vec<&'a Policy>> {
    if disagreement(subject, role).is_some() {
        return Layer::NotVisible;
    }
    let all: Vec<&Policy> = subject.evidence.policies(role);
    let readable: Vec<&Policy> = all.iter().copied().filter(|policy| is_readable(policy)).collect();
    let is_unseen = subject.evidence.unseen_of(role).next().is_some();
    match (all.len(), readable.len()) {
        (_, 0) => Layer::NotVisible,
        (all, readable_count) if all == readable_count && !is_unseen => Layer::Known(readable),
        (_, _) => Layer::Partly(readable),
    }
}

/// Where several files give the one policy of this role otherwise.
pub(super) fn disagreement<'a>(subject: &Subject<'a>, role: Role) -> Option<&'a Disagreement> {
    subject.evidence.disagreements.iter().find(|each| each.role == Some(role))
}

/// Where answers of a command say different things.
pub(super) fn disagreement_of<'a>(subject: &Subject<'a>, command: &str) -> Option<&'a Disagreement> {
    subject.evidence.disagreements.iter().find(|each| each.call.starts_with(command))
}

/// What would show which of several answers holds.
pub(super) fn disagree(Disagreement { call, files, form, .. }: &Disagreement) -> FactRef {
    if let Some(FormClash { name, found, told }) = form {
        let values = [("call", call), ("name", name), ("found", found), ("told", told)];
        let values = values.map(|(hole, value)| (hole.to_owned(), value.clone())).into_iter();
        let values = values.chain([("files".to_owned(), files.join("`, `"))]).collect();
        return FactRef { id: "form-disagrees".to_owned(), values };
    }
    let values = vec![("call".to_owned(), call.clone()), ("files".to_owned(), files.join("`, `"))];
    FactRef { id: "answers-disagree".to_owned(), values }
}

fn is_readable(policy: &Policy) -> bool {
    !policy
        .faults
        .iter()
        .any(|fault| matches!(fault.kind, FaultKind::NotAnObject | FaultKind::MissingStatement))
}

/// SCPs or RCPs of an account: absent by fact in the management account and outside organizations.
pub(super) fn organization<'a>(
    subject: &Subject<'a>,
    role: Role,
    account: Option<&str>,
) -> Layer<Vec<Vec<&'a Policy>>> {
    // Whether there is an organization, and which account pays, is said one way and another.
    if disagreement(subject, role).is_some() {
        return Layer::NotVisible;
    }
    let form = subject.form;
    let management = match (form.text("management-account"), form.text("account-kind")) {
        (Some(management), _) => Some(management),
        (None, Some("root")) => form.text("account"),
        (None, _) => None,
    };
    let kind = if role == Role::Rcp { "RESOURCE_CONTROL_POLICY" } else { "SERVICE_CONTROL_POLICY" };
    if form.text("organization") == Some("none")
        || subject.evidence.organization.has_off(kind)
        || (management.is_some() && management == account)
    {
        return Layer::Absent;
    }
    let live = &subject.evidence.live;
    let is_none = match role {
        Role::Scp => live.no_scp,
        _ => live.no_rcp,
    };
    if is_none || live.no_organization.is_some() {
        return Layer::Absent;
    }
    match visible(subject, role) {
        Layer::Known(_) if is_met(subject, role) => Layer::Partly(subject.evidence.levels(role)),
        Layer::Known(_) => Layer::Known(subject.evidence.levels(role)),
        Layer::Partly(_) => Layer::Partly(subject.evidence.levels(role)),
        layer @ (Layer::Absent | Layer::PresumedAbsent | Layer::NotVisible) => layer.map(|_| Vec::new()),
    }
}

/// Whether a policy of the organization was met among other files, and nobody said of which level it is: what it denies is
/// denied, and beside it others may stand, such as the `FullAWSAccess` that is attached to every level unless it is taken
/// away. <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html> (checked 2026-11)
fn is_met(subject: &Subject<'_>, role: Role) -> bool {
    subject.evidence.of(role).any(|document| document.is_met)
}

/// The fact that a layer nobody has seen waits for.
pub(super) fn fact(subject: &Subject<'_>, layer: LayerKind, service: &str) -> FactRef {
    let role = match (layer, service) {
        (LayerKind::Resource, "kms") => Role::KeyPolicy,
        (LayerKind::Resource, "sts") => Role::TrustPolicy,
        (LayerKind::Resource, _) => Role::BucketPolicy,
        (LayerKind::Identity, _) => Role::ReaderPolicy,
        (LayerKind::Boundary, _) => Role::Boundary,
        (LayerKind::Session, _) => Role::SessionPolicy,
        (LayerKind::Scp, _) => Role::Scp,
        (LayerKind::Rcp, _) => Role::Rcp,
        (LayerKind::Endpoint, _) => Role::EndpointPolicy,
    };
    if let Some(disagreement) = disagreement(subject, role) {
        return disagree(disagreement);
    }
    let fact = fact_of(subject, role);
    let unseen: Vec<&str> = subject.evidence.unseen_of(role).collect();
    if unseen.is_empty() {
        return fact;
    }
    // What tells of the document tells of it still.
    let values = [("files", unseen.join("`, `")), ("document", role.name().to_owned()), ("tell", fact.id)];
    let values = values.map(|(hole, value)| (hole.to_owned(), value)).into_iter().chain(fact.values);
    FactRef { id: "document-unseen".to_owned(), values: values.collect() }
}

/// The same where the files that were given say nothing else.
fn fact_of(subject: &Subject<'_>, role: Role) -> FactRef {
    let reader = &subject.evidence.reader;
    if role == Role::ReaderPolicy && !reader.gaps.is_empty() {
        return gap_fact(reader.gaps.first().map_or("", String::as_str));
    }
    if let (Role::Boundary, BoundaryRecord::Named(arn)) = (role, &reader.boundary)
        && subject.evidence.of(role).next().is_none()
    {
        return FactRef::with("boundary-missing", "arn", &arn.text);
    }
    if matches!(role, Role::Scp | Role::Rcp) && is_met(subject, role) {
        let (of, levels) = match role {
            Role::Rcp => ("resource control policies", "rcps"),
            _ => ("service control policies", "scps"),
        };
        let values = [("of", of), ("levels", levels)];
        let values = values.map(|(hole, value)| (hole.to_owned(), value.to_owned())).to_vec();
        return FactRef { id: "organization-levels".to_owned(), values };
    }
    let is_at_hand = subject.evidence.of(role).next().is_some();
    if is_at_hand && subject.evidence.unseen_of(role).next().is_none() {
        return FactRef::new("unreadable-document");
    }
    let is_role = subject
        .form
        .text("reader")
        .is_some_and(|reader| reader.contains(":role/") || reader.contains(":assumed-role/"));
    FactRef::new(match role {
        Role::ReaderPolicy if is_role => "role-policy",
        Role::Boundary if is_role => "role-boundary",
        Role::SessionPolicy => "session",
        Role::EndpointPolicy => "endpoint",
        Role::BucketPolicy
        | Role::ReaderPolicy
        | Role::Boundary
        | Role::Scp
        | Role::Rcp
        | Role::KeyPolicy
        | Role::LinkedPolicy
        | Role::TrustPolicy => role.name(),
    })
}

/// What would show a policy that is attached and not at hand.
pub(super) fn gap_fact(gap: &str) -> FactRef {
    if let Some(call) = gap.strip_prefix("answer ") {
        return FactRef::with("reader-list-unread", "call", call);
    }
    match gap.strip_prefix("group ") {
        Some(group) => FactRef::with("group-policies", "group", group),
        None if gap.starts_with("arn:") => FactRef::with("reader-policy-missing", "policy", gap),
        None => FactRef::with("inline-policy-missing", "policy", gap),
    }
}

/// The first few names of a list, for people.
pub(super) fn some_of(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown = names.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join("`, `");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown}` and {more} more, the last `{}", names.last().map_or("", String::as_str)),
    }
}
