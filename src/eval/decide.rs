//! One request, one world, one answer: AWS's evaluation logic.
//!
//! Order and exceptions:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,

mod clause;
mod principal;
mod statement;

use super::caller::CallerKind;
use super::compile::{Compiled, Group, StatementId};
use super::layers::{Layer, LayerKind};
use super::principal::Naming;
use super::request::Request;
use super::trace::{Event, Recorder};
use super::world::World;

/// What AWS would answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The request goes through.
    Allowed,
    /// A statement says no.
    ExplicitDeny,
    /// No statement says yes where one must.
    ImplicitDeny,
}

/// Why a request is denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DenyReason {
    /// This statement denies.
    Statement(StatementId),
    /// Nothing in this layer allows, and it must.
    NoAllow(LayerKind),
    /// A layer that nobody has seen denies, in this world.
    Unseen(LayerKind),
    /// `RestrictPublicBuckets` of a bucket with a public policy.
    PublicAccessBlock,
}

/// The answer to one request in one world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// The Allow that lets the request through, where a single one does.
    pub allowed_by: Option<StatementId>,
    /// Why it is denied.
    pub reason: Option<DenyReason>,
}

impl Decision {
    /// Whether the request goes through.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }

    fn allowed(by: Option<StatementId>) -> Self {
        Self { outcome: Outcome::Allowed, allowed_by: by, reason: None }
    }

    fn denied(reason: DenyReason) -> Self {
        let outcome = match reason {
            DenyReason::Statement(_) | DenyReason::Unseen(_) | DenyReason::PublicAccessBlock => {
                Outcome::ExplicitDeny
            }
            DenyReason::NoAllow(_) => Outcome::ImplicitDeny,
        };
        Self { outcome, allowed_by: None, reason: Some(reason) }
    }
}

/// Decides a request in a world.
pub fn decide<R: Recorder>(
    set: &Compiled<'_>,
    request: &Request,
    world: &World,
    recorder: &mut R,
) -> Decision {
    let mut pass = Pass { set, request, world, recorder };
    pass.run()
}

pub(super) struct Pass<'a, 'p, R> {
    pub(super) set: &'a Compiled<'p>,
    pub(super) request: &'a Request,
    pub(super) world: &'a World,
    pub(super) recorder: &'a mut R,
}

/// What one layer says when nothing in it denies.
#[derive(Clone, Copy)]
struct Voice {
    /// The Allow with the most direct naming, if any.
    allow: Option<(StatementId, Naming)>,
    /// The layer bears on this request.
    speaks: bool,
    /// It is not visible and allows in this world.
    unseen: bool,
}

impl Voice {
    const SILENT: Voice = Voice { allow: None, speaks: false, unseen: false };

    /// As a filter: silent layers do not filter.
    fn passes(self) -> bool {
        !self.speaks || self.unseen || self.allow.is_some()
    }

    /// As a grant: silent layers grant nothing.
    fn grants(self) -> bool {
        self.unseen || self.allow.is_some()
    }
}

impl<R: Recorder> Pass<'_, '_, R> {
    fn run(&mut self) -> Decision {
        if self.request.needs_no_permission() {
            return Decision::allowed(None);
        }
        let mut voices = [Voice::SILENT; 7];
        // What is not there says nothing, whether it would bear on the request or not.
        let kinds = if R::WANTED { &LayerKind::ALL } else { &*self.set.heard };
        for &kind in kinds {
            if !self.applies(kind) {
                if R::WANTED {
                    self.recorder.event(Event::Skipped(kind));
                }
                continue;
            }
            match self.hear(kind) {
                Ok(voice) => {
                    if let Some(slot) = voices.get_mut(kind.index()) {
                        *slot = voice;
                    }
                }
                Err(reason) => return Decision::denied(reason),
            }
        }
        let voice = |kind: LayerKind| voices.get(kind.index()).copied().unwrap_or(Voice::SILENT);
        let same_account = self.request.is_same_account();
        if self.set.restricted && !same_account && self.request.caller.kind() != CallerKind::Service {
            return Decision::denied(DenyReason::PublicAccessBlock);
        }
        for kind in [LayerKind::Rcp, LayerKind::Scp, LayerKind::Endpoint] {
            if !voice(kind).passes() {
                return Decision::denied(DenyReason::NoAllow(kind));
            }
        }
        let (identity, resource) = (voice(LayerKind::Identity), voice(LayerKind::Resource));
        let filters = (voice(LayerKind::Boundary), voice(LayerKind::Session));
        self.grant(same_account, resource, identity, filters)
    }

    /// Who may say yes: caller's side, resource's side, or both.
    fn grant(
        &self,
        same_account: bool,
        resource: Voice,
        identity: Voice,
        (boundary, session): (Voice, Voice),
    ) -> Decision {
        let no = |kind| Decision::denied(DenyReason::NoAllow(kind));
        let by = |voice: Voice| voice.allow.map(|(statement, _)| statement);
        let caller = &self.request.caller;
        if caller.account().is_none() {
            return if resource.grants() { Decision::allowed(by(resource)) } else { no(LayerKind::Resource) };
        }
        let is_root = caller.kind() == CallerKind::Root;
        // A federated session has only what its session policy gives it.
        let bare = caller.kind() == CallerKind::Federated && !session.speaks;
        let filters = || {
            if bare {
                Some(no(LayerKind::Session))
            } else if !boundary.passes() {
                Some(no(LayerKind::Boundary))
            } else if !session.passes() {
                Some(no(LayerKind::Session))
            } else {
                None
            }
        };
        let from_identity = || {
            if !is_root && !identity.grants() {
                return no(LayerKind::Identity);
            }
            filters().unwrap_or_else(|| Decision::allowed(by(identity)))
        };
        if !same_account {
            if !resource.grants() {
                return no(LayerKind::Resource);
            }
            return from_identity();
        }
        if resource.speaks && !resource.grants() && self.request.facts.resource_must_allow {
            return no(LayerKind::Resource);
        }
        match resource.allow {
            Some((statement, Naming::Itself)) => Decision::allowed(Some(statement)),
            Some((statement, Naming::Role)) => {
                filters().unwrap_or_else(|| Decision::allowed(Some(statement)))
            }
            Some((_, Naming::Account)) | None if resource.unseen => Decision::allowed(None),
            Some((_, Naming::Account)) | None => from_identity(),
        }
    }

    /// Whether a layer bears on this request at all.
    fn applies(&self, kind: LayerKind) -> bool {
        let caller = &self.request.caller;
        // Who comes with a token has no identity of IAM before STS gives a session for it.
        let signed =
            !matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous | CallerKind::Provider);
        match kind {
            LayerKind::Identity => signed && caller.kind() != CallerKind::Root,
            LayerKind::Resource => self.request.asks_resource(),
            LayerKind::Boundary => signed && caller.kind() != CallerKind::Root,
            // A policy given for a user bounds the session that the user made (`GetFederationToken`).
            LayerKind::Session => signed,
            LayerKind::Scp => signed && !caller.is_service_linked(),
            LayerKind::Rcp => !caller.is_service_linked() && self.request.facts.takes_rcp,
            LayerKind::Endpoint => caller.kind() != CallerKind::Service,
        }
    }

    fn hear(&mut self, kind: LayerKind) -> Result<Voice, DenyReason> {
        let set = self.set;
        match set.layer(kind) {
            Layer::Absent => Ok(Voice::SILENT),
            Layer::PresumedAbsent => {
                if R::WANTED {
                    self.recorder.event(Event::Presumed(kind));
                }
                Ok(Voice::SILENT)
            }
            Layer::NotVisible => {
                if R::WANTED {
                    self.recorder.event(Event::Unseen(kind));
                }
                if self.world.unseen_denies(kind) {
                    return Err(DenyReason::Unseen(kind));
                }
                Ok(Voice { allow: None, speaks: true, unseen: true })
            }
            Layer::Known(levels) => {
                let voice = self.levels(kind, levels)?;
                if self.world.is_lifted(kind) {
                    return Ok(Voice { speaks: true, unseen: true, ..voice });
                }
                Ok(voice)
            }
            Layer::Partly(levels) => {
                let voice = self.levels(kind, levels)?;
                if R::WANTED {
                    self.recorder.event(Event::Unseen(kind));
                }
                if self.world.unseen_denies(kind) {
                    return Err(DenyReason::Unseen(kind));
                }
                Ok(Voice { speaks: true, unseen: true, ..voice })
            }
        }
    }

    /// What the policies of a layer say, level by level.
    fn levels(&mut self, kind: LayerKind, levels: &[Group]) -> Result<Voice, DenyReason> {
        if R::WANTED {
            self.recorder.event(Event::Layer(kind));
        }
        let mut voice = Voice { allow: None, speaks: true, unseen: false };
        let mut every_level = true;
        // Who wants to know why, asks for many resources, or takes elements as matching, sees every statement.
        let is_plain = !R::WANTED && self.request.space.is_none() && self.world.forced.is_empty();
        for group in levels {
            let mut level: Option<(StatementId, Naming)> = None;
            let candidates = group.candidates(self.request.service(), self.world);
            if is_plain {
                let resource = self.request.resource.as_bytes();
                for (id, gate) in candidates.ids.iter().zip(&candidates.gates) {
                    if gate.admits(resource) {
                        self.take(StatementId(*id), &mut level)?;
                    }
                }
            } else {
                for id in &candidates.ids {
                    self.take(StatementId(*id), &mut level)?;
                }
            }
            every_level &= level.is_some();
            voice.allow = level.or(voice.allow);
        }
        match kind {
            // `RCPFullAWSAccess` stands at every level and cannot be taken away: RCPs only deny.
            LayerKind::Rcp => voice.speaks = false,
            LayerKind::Scp if !every_level || levels.is_empty() => {
                voice.allow = None;
                voice.speaks = !levels.is_empty();
            }
            LayerKind::Scp
            | LayerKind::Identity
            | LayerKind::Resource
            | LayerKind::Boundary
            | LayerKind::Session
            | LayerKind::Endpoint => {}
        }
        Ok(voice)
    }
}
