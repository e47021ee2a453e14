//! Whether a statement applies: its elements one after the other, and the tests behind them.

use super::Pass;
use crate::eval::compile::{CompiledElement, CompiledStatement, ElementKind, ElementRef, StatementId, Test};
use crate::eval::condition::Truth;
use crate::eval::context::{Context, ContextValue};
use crate::eval::decide::DenyReason;
use crate::eval::glob::Glob;
use crate::eval::layers::LayerKind;
use crate::eval::principal::Naming;
use crate::eval::service;
use crate::eval::trace::{Event, Recorder};
use crate::eval::world::FreeAtom;
use crate::policy::Effect;

impl<R: Recorder> Pass<'_, '_, R> {
    #[inline]
    pub(super) fn take(
        &mut self,
        id: StatementId,
        level: &mut Option<(StatementId, Naming)>,
    ) -> Result<(), DenyReason> {
        let set = self.set;
        let Some(statement) = set.statements.get(id.0 as usize) else { return Ok(()) };
        // A second `Allow` adds nothing to one that cannot name the caller more directly.
        if !R::EVERY
            && statement.effect == Effect::Allow
            && level.is_some_and(|(_, best)| best == Naming::Itself)
        {
            return Ok(());
        }
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

    pub(super) fn forced(&self, statement: StatementId, element: ElementKind) -> Option<bool> {
        self.world.forced(ElementRef { statement, element })
    }

    pub(in crate::eval) fn action(&mut self, id: StatementId, statement: &CompiledStatement) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Action) {
            return forced;
        }
        statement.actions.as_ref().is_some_and(|element| self.element(element))
    }

    pub(in crate::eval) fn resource(&mut self, id: StatementId, statement: &CompiledStatement) -> bool {
        if let Some(forced) = self.forced(id, ElementKind::Resource) {
            return forced;
        }
        match &statement.resources {
            Some(element) => self.element(element),
            // A role trust policy has no Resource: the role is meant. Elsewhere AWS refuses the document.
            None => true,
        }
    }

    pub(in crate::eval) fn principal(
        &mut self,
        id: StatementId,
        statement: &CompiledStatement,
    ) -> (bool, Naming) {
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

    /// `Action`, `Resource` and their negations. An empty list has no effect in either form
    /// (`EMPTY_ARRAY_ACTION`, `EMPTY_ARRAY_RESOURCE` of the policy checks).
    fn element(&mut self, element: &CompiledElement) -> bool {
        if element.atoms.is_empty() {
            return false;
        }
        let mut any = false;
        let mut null = false;
        for atom in &element.atoms {
            let matches = match self.look(*atom, "") {
                Truth::Yes => true,
                Truth::No | Truth::Mistyped => false,
                // A variable without a value: the statement matches no resource, in either form.
                Truth::Null if element.negated => return false,
                Truth::Null => {
                    null = true;
                    false
                }
                Truth::Free => self.open(*atom, Some("")),
            };
            // What else stands there changes nothing, and what is not looked at is no case of its own.
            if matches && (element.negated || element.null.is_none()) {
                return !element.negated;
            }
            any |= matches;
        }
        // AWS adds that such a variable may invalidate the whole statement, good values beside it included.
        if let (true, true, Some(invalid)) = (any, null, element.null) {
            return !self.free(FreeAtom(invalid));
        }
        any != element.negated
    }

    /// What a test says of a value, or of the resource. Where nobody knows whether a variable of its text has a value, that is
    /// asked first: without one the test may say something else than with any value.
    #[inline]
    pub(super) fn look(&mut self, atom: u32, value: &str) -> Truth {
        match if self.set.has_variables { self.without(atom) } else { None } {
            None => self.atom(atom, value),
            Some(context) => self.atom_in(atom, value, &context),
        }
    }

    /// The context without the variables of a test's text that are not there in this world, though nobody knows whether they
    /// are; nothing if there are no such.
    pub(super) fn without(&mut self, atom: u32) -> Option<Context> {
        let set = self.set;
        let atom = match set.atoms.get(atom as usize) {
            Some(Test::Held { pattern, .. }) => set.atoms.get(*pattern as usize),
            other => other,
        };
        let request = self.request;
        let mut context: Option<Context> = None;
        for key in atom?.template()?.keys() {
            if request.context.get(key) != Some(&ContextValue::Unseen) {
                continue;
            }
            let presence = set.presence_of_variable(key);
            if presence.is_some_and(|presence| !self.free(presence)) {
                context.get_or_insert_with(|| request.context.clone()).remove(key);
            }
        }
        context
    }

    #[inline]
    pub(super) fn atom(&self, atom: u32, value: &str) -> Truth {
        self.atom_in(atom, value, &self.request.context)
    }

    #[inline]
    fn atom_in(&self, atom: u32, value: &str, context: &Context) -> Truth {
        let request = self.request;
        match self.set.atoms.get(atom as usize) {
            Some(Test::Action(test)) => test.pattern.matches(&request.action_lower).into(),
            Some(Test::Resource(Glob::Any)) => Truth::Yes,
            // Of many resources some match and some do not: the search over spaces splits them.
            Some(Test::Resource(_)) if request.space.is_some() => Truth::Free,
            Some(Test::ResourceTemplate(template)) if request.space.is_some() => {
                if template.is_null(context) { Truth::Null } else { Truth::Free }
            }
            Some(Test::Resource(glob)) => glob.matches(&request.resource).into(),
            Some(Test::ResourceTemplate(template)) => template.matches_resource(&request.resource, context),
            Some(Test::Value { test, .. }) => test.test(value, context),
            Some(Test::Held { pattern, .. }) => match self.atom_in(*pattern, value, context) {
                Truth::No => Truth::No,
                Truth::Null => Truth::Null,
                // It depends on what fills the hole, the type included.
                Truth::Yes | Truth::Mistyped | Truth::Free => Truth::Free,
            },
            Some(Test::Principal(_) | Test::Unreadable(_) | Test::Hole { .. }) | None => Truth::Free,
        }
    }

    /// Whether a test that is not computed holds in this world. A text with a hole does if it may match and its hole is filled
    /// so that it does: the first is one way for some resources and the other for others, the second is once and for all.
    /// `value`: the value that is compared, if it is known.
    pub(super) fn open(&mut self, atom: u32, value: Option<&str>) -> bool {
        let Some(Test::Held { pattern, hole }) = self.set.atoms.get(atom as usize) else {
            return self.free(FreeAtom(atom));
        };
        let may_match = match value.map(|value| self.atom(*pattern, value)) {
            Some(Truth::Yes | Truth::Mistyped) => true,
            Some(Truth::No | Truth::Null) => false,
            Some(Truth::Free) | None => self.free(FreeAtom(*pattern)),
        };
        may_match && self.free(FreeAtom(*hole))
    }

    pub(super) fn free(&mut self, atom: FreeAtom) -> bool {
        if R::WANTED {
            self.recorder.event(Event::Free(atom));
        }
        self.world.get(atom)
    }
}
