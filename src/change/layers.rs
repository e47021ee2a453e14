//! What stands around a document while it is compared.

use super::{Job, Kind, Limit};
use crate::eval::{Layer, Layers};
use crate::policy::{Effect, Element, Policy, Statement, Text, TextKind};

/// What is known of the caller's own policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identity {
    /// The document itself.
    Document,
    /// The document, and others beside it that nobody has seen: what it denies shows, and what it allows does not.
    Beside,
    /// The caller has none: the resource's policy alone decides.
    None,
    /// The caller has some that nobody has seen.
    Unseen,
}

/// Which callers' policies to look with. What a resource's policy allows by itself shows with callers that have none; what it
/// denies, or allows to other accounts, shows with callers that have their own.
pub(super) fn variants(kind: Kind) -> &'static [Identity] {
    match kind {
        Kind::Identity => &[Identity::Document],
        Kind::Resource(_) | Kind::Trust => &[Identity::None, Identity::Unseen],
        // What bounds others shows with callers to whom others give something.
        Kind::Limit(_) => &[Identity::Unseen],
    }
}

/// The layers with one of the documents.
pub(super) fn layers<'p>(
    job: &Job<'p>,
    (document, beside): (Option<&'p Policy>, Option<&'p Policy>),
    identity: Identity,
) -> Layers<'p> {
    let own: Vec<&Policy> = document.into_iter().chain(beside).chain(job.beside).collect();
    let mut layers = Layers::none();
    match job.kind {
        Kind::Identity => {
            layers.identity = match identity {
                Identity::Beside => Layer::Partly(own),
                Identity::Document | Identity::None | Identity::Unseen => Layer::Known(own),
            };
            // The holder owns the resource and no policy of it is in the way: the document decides alone.
            layers.resource = Layer::Absent;
        }
        Kind::Resource(_) | Kind::Trust => {
            layers.resource = Layer::Known(own);
            layers.identity = match identity {
                Identity::Unseen => Layer::NotVisible,
                Identity::None | Identity::Document | Identity::Beside => Layer::Known(Vec::new()),
            };
            // Such a session has what the policy gives it that it was made with.
            let has_sessions = [job.old, job.new].into_iter().flatten().any(tells_federated_users);
            if identity == Identity::Unseen && has_sessions {
                layers.session = Layer::NotVisible;
            }
        }
        Kind::Limit(limit) => {
            limited((limit, identity), document, own, &mut layers);
            if limit == Limit::Scp && [job.old, job.new].into_iter().flatten().any(tells_federated_users) {
                layers.session = Layer::NotVisible;
            }
        }
    }
    layers
}

/// A document that gives nothing: where it is not there, nothing is bounded. What it does not allow may be allowed past it, by a
/// resource's policy that names the user or the session, or by another service control policy beside it; what it denies may not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html> (checked 2026-11)
fn limited<'p>(
    (limit, identity): (Limit, Identity),
    document: Option<&'p Policy>,
    own: Vec<&'p Policy>,
    layers: &mut Layers<'p>,
) {
    let is_passed = identity == Identity::Beside;
    let one = || match document {
        Some(_) if is_passed => Layer::Partly(own.clone()),
        Some(_) => Layer::Known(own.clone()),
        None => Layer::Absent,
    };
    let level = || one().map(|own| vec![own.clone()]);
    layers.identity = Layer::NotVisible;
    match limit {
        Limit::Boundary => layers.boundary = one(),
        Limit::Session => layers.session = one(),
        Limit::Scp => layers.scp = level(),
        Limit::Rcp => {
            layers.resource = Layer::NotVisible;
            layers.rcp = level();
        }
        Limit::Endpoint => {
            layers.resource = Layer::NotVisible;
            layers.endpoint = one();
        }
    }
}

/// What stands beside a service control policy that only denies: `FullAWSAccess`, at the place of the document.
pub(super) fn beside(kind: Kind, document: &Policy) -> Option<Policy> {
    if kind != Kind::Limit(Limit::Scp) || !only_denies(document) {
        return None;
    }
    let mut out = document.clone();
    out.statements.truncate(1);
    for statement in &mut out.statements {
        let everything = Element {
            negated: false,
            key_span: statement.span,
            span: statement.span,
            items: vec![Text {
                value: "*".into(),
                span: statement.span,
                kind: TextKind::String,
                holes: Box::default(),
            }],
        };
        (statement.sid, statement.principals, statement.condition_span) = (None, None, None);
        statement.effect = Effect::Allow;
        statement.clauses.clear();
        statement.actions = Some(everything.clone());
        statement.resources = Some(everything);
    }
    Some(out)
}

/// Whether a document allows nothing at all. As a service control policy it stands beside `FullAWSAccess`, since an account whose
/// policies allow nothing can do nothing.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_strategies.html> (checked 2026-11)
pub(super) fn only_denies(document: &Policy) -> bool {
    let denies = |statement: &Statement| statement.effect == Effect::Deny && statement.effect_hole.is_none();
    !document.statements.is_empty() && document.statements.iter().all(denies)
}

/// Whether a document tells sessions that users made by `GetFederationToken` apart: it names one, or looks at what such a session
/// alone has.
fn tells_federated_users(document: &Policy) -> bool {
    let principals = document.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let mut named = principals.flat_map(|each| &each.entries);
    let mut keys = document.statements.iter().flat_map(|each| &each.clauses).map(|clause| &clause.key.value);
    let is_of_kind = |key: &str| {
        ["aws:PrincipalType", "aws:PrincipalArn", "aws:userid"]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(key))
    };
    named.any(|entry| entry.value.value.contains(":federated-user/")) || keys.any(|key| is_of_kind(key))
}
