//! One request, one world, one answer: AWS's evaluation logic.
//!
//! Order and exceptions:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html> (checked 2026-11).

use super::compile::{
    Compiled, CompiledClause, CompiledElement, CompiledStatement, ElementKind, ElementRef, StatementId, Test,
};
use super::condition::Truth;
use super::context::ContextValue;
use super::glob::Glob;
use super::layers::{Layer, LayerKind};
use super::principal::{Naming, PrincipalTest};
use super::request::{CallerKind, Request};
use super::service;
use super::trace::{Event, Recorder};
use super::world::{FreeAtom, World};
use crate::policy::{BaseOperator, Effect, SetOperator};

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
        let mut voices = [Voice::SILENT; 7];
        for kind in LayerKind::ALL {
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
        self.grant(
            voice(LayerKind::Resource),
            voice(LayerKind::Identity),
            voice(LayerKind::Boundary),
            voice(LayerKind::Session),
        )
    }

    /// Who may say yes: caller's side, resource's side, or both.
    fn grant(&self, resource: Voice, identity: Voice, boundary: Voice, session: Voice) -> Decision {
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
        if !self.request.is_same_account() {
            if !resource.grants() {
                return no(LayerKind::Resource);
            }
            return from_identity();
        }
        if service::resource_must_allow(self.request.service(), &self.request.action_lower)
            && resource.speaks
            && !resource.grants()
        {
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
        let signed = !matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous);
        match kind {
            LayerKind::Identity => signed && caller.kind() != CallerKind::Root,
            LayerKind::Resource => true,
            LayerKind::Boundary => signed && caller.kind() != CallerKind::Root,
            // A policy given for a user bounds the session that the user made (`GetFederationToken`).
            LayerKind::Session => signed,
            LayerKind::Scp => signed && !caller.is_service_linked(),
            LayerKind::Rcp => {
                !caller.is_service_linked()
                    && service::takes_rcp(self.request.service(), &self.request.action_lower)
            }
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
                if R::WANTED {
                    self.recorder.event(Event::Layer(kind));
                }
                let mut voice = Voice { allow: None, speaks: true, unseen: false };
                let mut every_level = true;
                for group in levels {
                    let mut level: Option<(StatementId, Naming)> = None;
                    for id in group.candidates(self.request.service()) {
                        self.take(StatementId(*id), &mut level)?;
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
    }

    #[inline]
    fn take(&mut self, id: StatementId, level: &mut Option<(StatementId, Naming)>) -> Result<(), DenyReason> {
        let set = self.set;
        let Some(statement) = set.statements.get(id.0 as usize) else { return Ok(()) };
        match self.statement(id, statement) {
            Err(element) => {
                if R::WANTED {
                    self.recorder.event(Event::Fails(id, element));
                }
                Ok(())
            }
            Ok(naming) => {
                if R::WANTED {
                    self.recorder.event(Event::Applies(id));
                }
                let effect = match statement.effect {
                    Effect::Unreadable if self.free(statement.effect_atom) => Effect::Allow,
                    Effect::Unreadable => Effect::Deny,
                    effect @ (Effect::Allow | Effect::Deny) => effect,
                };
                if effect == Effect::Deny {
                    if service::s3::spares_root(statement.layer, self.request) {
                        return Ok(());
                    }
                    return Err(DenyReason::Statement(id));
                }
                if level.is_none_or(|(_, best)| best < naming) {
                    *level = Some((id, naming));
                }
                Ok(())
            }
        }
    }

    /// Whether a statement applies; if not, the first element that says so.
    fn statement(&mut self, id: StatementId, statement: &CompiledStatement) -> Result<Naming, ElementKind> {
        if !self.action(id, statement) {
            return Err(ElementKind::Action);
        }
        let (named, naming) = self.principal(id, statement);
        if !named {
            return Err(ElementKind::Principal);
        }
        if !self.resource(id, statement) {
            return Err(ElementKind::Resource);
        }
        for (at, clause) in (0u16..).zip(&statement.clauses) {
            if !self.clause(id, at, clause, statement.effect) {
                return Err(ElementKind::Clause(at));
            }
        }
        Ok(naming)
    }

    fn forced(&self, statement: StatementId, element: ElementKind) -> Option<bool> {
        self.world.forced(ElementRef { statement, element })
    }

    pub(super) fn action(&mut self, id: StatementId, statement: &CompiledStatement) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Action) {
            return forced;
        }
        statement.actions.as_ref().is_some_and(|element| self.element(element))
    }

    pub(super) fn resource(&mut self, id: StatementId, statement: &CompiledStatement) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Resource) {
            return forced;
        }
        match &statement.resources {
            Some(element) => self.element(element),
            // A role trust policy has no Resource: the role is meant. Elsewhere AWS refuses the document.
            None => true,
        }
    }

    pub(super) fn principal(&mut self, id: StatementId, statement: &CompiledStatement) -> (bool, Naming) {
        if let Some(forced) = self.forced(id, ElementKind::Principal) {
            return (forced, Naming::Itself);
        }
        match statement.layer {
            LayerKind::Identity | LayerKind::Boundary | LayerKind::Session | LayerKind::Scp => {
                (true, Naming::Itself)
            }
            LayerKind::Resource | LayerKind::Rcp | LayerKind::Endpoint => match &statement.principals {
                None => (false, Naming::Itself),
                Some(element) => self.principals(element, statement),
            },
        }
    }

    fn principals(&mut self, element: &CompiledElement, statement: &CompiledStatement) -> (bool, Naming) {
        let mut best: Option<Naming> = None;
        let mut account = false;
        let mut itself = false;
        let mut others = false;
        for atom in &element.atoms {
            let (truth, naming) = match self.set.atoms.get(*atom as usize) {
                Some(Test::Principal(test)) => {
                    others |= test.is_other_identity_of(&self.request.caller);
                    test.names(&self.request.caller)
                }
                Some(_) | None => (Truth::Free, Naming::Itself),
            };
            let named = match truth {
                Truth::Yes => true,
                Truth::No | Truth::Null | Truth::Mistyped => false,
                Truth::Free => self.free(FreeAtom(*atom)),
            };
            if named {
                best = best.max(Some(naming));
                account |= naming == Naming::Account;
                itself |= naming != Naming::Account;
            }
        }
        if !element.negated {
            return match best {
                None => (false, Naming::Account),
                // On gateway endpoints an account id means its root user, on interface endpoints the account.
                // https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html (checked 2026-11)
                Some(Naming::Account)
                    if statement.layer == LayerKind::Endpoint
                        && self.request.caller.kind() != CallerKind::Root =>
                {
                    let atom = element.atoms.first().copied().unwrap_or_default();
                    (!self.free(FreeAtom(atom)), Naming::Account)
                }
                Some(naming) => (true, naming),
            };
        }
        let applies = match statement.effect {
            Effect::Allow => best.is_none(),
            Effect::Deny | Effect::Unreadable => self.not_principal_denies(element, account, itself, others),
        };
        (applies, Naming::Itself)
    }

    /// Deny with NotPrincipal: AWS wants the whole chain listed (session, role, account) and always denies callers with a
    /// permissions boundary.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html> (checked 2026-11)
    fn not_principal_denies(
        &mut self,
        element: &CompiledElement,
        account: bool,
        itself: bool,
        others: bool,
    ) -> bool {
        let caller = &self.request.caller;
        let signed = !matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous | CallerKind::Root);
        if signed && matches!(self.set.layer(LayerKind::Boundary), Layer::Known(_)) {
            return true;
        }
        let chain_is_listed = match caller.kind() {
            CallerKind::Service | CallerKind::Anonymous | CallerKind::Root => account || itself,
            CallerKind::User | CallerKind::Federated | CallerKind::Role => account && itself,
            CallerKind::Session => {
                account && self.names(element, Naming::Itself) && self.names(element, Naming::Role)
            }
        };
        let everyone = element.atoms.iter().any(|atom| {
            matches!(self.set.atoms.get(*atom as usize), Some(Test::Principal(PrincipalTest::Everyone)))
        });
        if chain_is_listed || everyone {
            return false;
        }
        if !account && !itself {
            return true;
        }
        // AWS's example lists a user and its account's root and means to deny the account's other users.
        let own = match caller.kind() {
            CallerKind::Session => self.names(element, Naming::Itself),
            CallerKind::Root
            | CallerKind::User
            | CallerKind::Role
            | CallerKind::Federated
            | CallerKind::Service
            | CallerKind::Anonymous => itself,
        };
        if account && !own && others {
            return true;
        }
        // A part of the chain is missing: AWS says the rest "might" be denied.
        element.atoms.first().is_some_and(|atom| self.free(FreeAtom(*atom)))
    }

    fn names(&self, element: &CompiledElement, wanted: Naming) -> bool {
        element.atoms.iter().any(|atom| match self.set.atoms.get(*atom as usize) {
            Some(Test::Principal(test)) => test.names(&self.request.caller) == (Truth::Yes, wanted),
            Some(_) | None => false,
        })
    }

    /// `Action`, `Resource` and their negations. An empty list has no effect in either form
    /// (`EMPTY_ARRAY_ACTION`, `EMPTY_ARRAY_RESOURCE` of the policy checks).
    fn element(&mut self, element: &CompiledElement) -> bool {
        if element.atoms.is_empty() {
            return false;
        }
        let mut any = false;
        let mut null = false;
        for atom in &element.atoms {
            match self.atom(*atom, "") {
                Truth::Yes => {
                    any = true;
                    if !element.negated && !element.has_variables {
                        return true;
                    }
                }
                Truth::No | Truth::Mistyped => {}
                // A variable without a value: the statement matches no resource, in either form.
                Truth::Null if element.negated => return false,
                Truth::Null => null = true,
                Truth::Free => any |= self.free(FreeAtom(*atom)),
            }
        }
        // AWS adds that such a variable may invalidate the whole statement, good values beside it included.
        if any && null {
            return !self.free(FreeAtom(element.atoms.first().copied().unwrap_or_default()));
        }
        any != element.negated
    }

    #[inline]
    fn atom(&self, atom: u32, value: &str) -> Truth {
        let request = self.request;
        match self.set.atoms.get(atom as usize) {
            Some(Test::Action(test)) => test.pattern.matches(&request.action_lower).into(),
            Some(Test::Resource(Glob::Any)) => Truth::Yes,
            // Of many resources some match and some do not: the search over spaces splits them.
            Some(Test::Resource(_)) if request.space.is_some() => Truth::Free,
            Some(Test::ResourceTemplate(template)) if request.space.is_some() => {
                if template.is_null(&request.context) { Truth::Null } else { Truth::Free }
            }
            Some(Test::Resource(glob)) => glob.matches(&request.resource).into(),
            Some(Test::ResourceTemplate(template)) => {
                template.matches_resource(&request.resource, &request.context)
            }
            Some(Test::Value { test, .. }) => test.test(value, &request.context),
            Some(Test::Principal(_) | Test::Unreadable(_)) | None => Truth::Free,
        }
    }

    fn free(&mut self, atom: FreeAtom) -> bool {
        if R::WANTED {
            self.recorder.event(Event::Free(atom));
        }
        self.world.get(atom)
    }

    pub(super) fn clause(
        &mut self,
        id: StatementId,
        at: u16,
        clause: &CompiledClause,
        effect: Effect,
    ) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Clause(at)) {
            return forced;
        }
        let Some(operator) = clause.operator else { return self.free(clause.whole) };
        let request = self.request;
        let value = request.context.get(self.set.key_name(clause.key));
        let value = match value {
            Some(ContextValue::Unseen) => {
                if self.free(self.set.presence_atom(clause.key)) {
                    Some(&ContextValue::Unknown)
                } else {
                    None
                }
            }
            value => value,
        };
        if operator.base == BaseOperator::Null {
            return self.null(clause, operator.set, value);
        }
        let Some(value) = value else {
            return match operator.set {
                Some(SetOperator::ForAllValues) => true,
                // `IfExists` says true, `ForAnyValue` says false: AWS's page does not say which wins.
                Some(SetOperator::ForAnyValue) => operator.if_exists && !self.free(clause.whole),
                None => operator.if_exists || operator.negated,
            };
        };
        match (operator.set, value) {
            (set, ContextValue::Unknown | ContextValue::Unseen) => {
                self.unknown(clause, set, operator.negated)
            }
            // An empty text is an empty set to a set operator.
            (Some(SetOperator::ForAllValues), ContextValue::One(value)) if value.is_empty() => true,
            (_, ContextValue::One(value)) => self.passes(clause, operator.negated, effect, value),
            // AWS: a multi-valued key needs a set operator (`MISSING_QUALIFIER`); what happens without is not said, however
            // many values it has. Without a value nothing can equal it.
            (None, ContextValue::Many(values)) => {
                let hopeless = values.is_empty() && !operator.if_exists && !operator.negated;
                !hopeless && self.free(clause.whole)
            }
            (Some(SetOperator::ForAllValues), ContextValue::Many(values)) => {
                values.iter().all(|value| self.passes(clause, operator.negated, effect, value))
            }
            (Some(SetOperator::ForAnyValue), ContextValue::Many(values)) => {
                // Without a value it is as without the key.
                if values.is_empty() {
                    return operator.if_exists && !self.free(clause.whole);
                }
                values.iter().any(|value| self.passes(clause, operator.negated, effect, value))
            }
        }
    }

    /// One value of the request against all values of the clause.
    fn passes(&mut self, clause: &CompiledClause, negated: bool, effect: Effect, value: &str) -> bool {
        // What an empty list does to a negated operator, AWS says twice and differently (`EMPTY_ARRAY_CONDITION`).
        if clause.atoms.is_empty() && negated {
            return !self.free(clause.whole);
        }
        let mut any = false;
        let mut null = false;
        let mut mistyped = false;
        for atom in &clause.atoms {
            match self.atom(*atom, value) {
                Truth::Yes => return !negated,
                Truth::No => {}
                Truth::Null => null = true,
                Truth::Mistyped => mistyped = true,
                Truth::Free => any |= self.free(FreeAtom(*atom)),
            }
        }
        // Values of the wrong type match nothing. Whether a negated operator then holds is not documented, and other
        // engines say it does not, even where other values are of the right type.
        if mistyped && negated {
            return self.free(clause.whole);
        }
        // A variable without a value matches nothing, so AWS's page on variables lets a negated operator hold. For an
        // Allow other engines do not grant on that, and AWS gives no example: there it stays open.
        if null && negated && effect == Effect::Allow {
            return self.free(clause.whole);
        }
        any != negated
    }

    /// A key that is there with a value nobody knows: each value of the clause is a free atom.
    fn unknown(&mut self, clause: &CompiledClause, set: Option<SetOperator>, negated: bool) -> bool {
        if set.is_some() {
            // How many values there are is unknown too, so the clause is free as a whole.
            return self.free(clause.whole);
        }
        // An empty list under a negated operator stays open for any value, see `passes`.
        if clause.atoms.is_empty() && negated {
            return !self.free(clause.whole);
        }
        let mut any = false;
        for atom in &clause.atoms {
            any |= self.free(FreeAtom(*atom));
        }
        any != negated
    }

    /// `Null`. Alone it takes an empty text for null. With a set operator AWS's policy check `NULL_WITH_QUALIFIER` calls it constant, while
    /// other engines ignore the set operator: where the two differ it is free.
    fn null(
        &mut self,
        clause: &CompiledClause,
        set: Option<SetOperator>,
        value: Option<&ContextValue>,
    ) -> bool {
        let absent = match value {
            None => true,
            Some(ContextValue::Many(values)) => values.is_empty(),
            Some(ContextValue::One(value)) => value.is_empty() && set.is_none(),
            Some(ContextValue::Unknown | ContextValue::Unseen) => false,
        };
        let plain = self.passes(clause, false, Effect::Deny, if absent { "true" } else { "false" });
        let constant = match set {
            None => return plain,
            Some(SetOperator::ForAllValues) => true,
            Some(SetOperator::ForAnyValue) => false,
        };
        if plain == constant || !self.free(clause.whole) { plain } else { constant }
    }
}
