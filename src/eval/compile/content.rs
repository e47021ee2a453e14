//! Statements by their content, for telling what two sets have in common without deciding anything.

use super::{Compiled, CompiledElement, StatementId, Test};
use crate::eval::glob::Glob;
use crate::eval::layers::LayerKind;
use crate::eval::world::FreeAtom;
use crate::policy::Effect;
use std::collections::BTreeSet;

/// A statement by its content: order of statements and of the entries of an element, and `Sid`, do not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::eval) struct Content {
    layer: usize,
    effect: (u8, u32),
    /// Tests of actions that nothing settles, where no other one decides, and whether they are of `NotAction`.
    actions: (bool, Vec<u32>),
    principals: Option<(bool, Vec<u32>)>,
    resources: Option<(bool, Vec<u32>)>,
    clauses: Vec<(u32, String, Vec<u32>)>,
}

impl Compiled<'_> {
    /// What the statements of this set that bear on an action say.
    pub(in crate::eval) fn bearing(&self, action: &str) -> BTreeSet<Content> {
        let ids = self.own().filter(|id| self.bears_on(*id, action));
        let with_actions =
            |id| Some(Content { actions: self.open_actions(id, action)?, ..self.content(id)? });
        ids.filter_map(with_actions).collect()
    }

    /// The tests of a statement's actions that may take an action or not, where it hangs on them whether the statement bears on
    /// it. Nothing for a statement that does not, whatever they do.
    fn open_actions(&self, id: u32, action: &str) -> Option<(bool, Vec<u32>)> {
        let element = self.statements.get(id as usize).and_then(|statement| statement.actions.as_ref())?;
        let mut open = Vec::new();
        for atom in &element.atoms {
            match self.atoms.get(*atom as usize) {
                Some(Test::Action(test)) if test.pattern.matches(action) => {
                    return (!element.negated).then(|| (false, Vec::new()));
                }
                Some(Test::Action(_)) => {}
                Some(Test::Held { pattern, .. })
                    if matches!(self.atoms.get(*pattern as usize),
                        Some(Test::Action(test)) if !test.pattern.matches(action)) => {}
                Some(_) | None => open.push(*atom),
            }
        }
        open.sort_unstable();
        open.dedup();
        Some((element.negated && !open.is_empty(), open))
    }

    /// What the statements that bear on an action look at beside it and the caller: whether at the resource, and at which
    /// condition keys, in lower case.
    #[must_use]
    pub fn looks_at(&self, action: &str) -> (bool, BTreeSet<&str>) {
        let lower = action.to_ascii_lowercase();
        let (mut resources, mut keys) = (false, BTreeSet::new());
        for id in self.own().filter(|id| self.bears_on(*id, &lower)) {
            let Some(statement) = self.statements.get(id as usize) else { continue };
            let is_any = |atom: &u32| matches!(self.atoms.get(*atom as usize), Some(Test::Resource(glob)) if *glob == Glob::Any);
            resources |= statement
                .resources
                .as_ref()
                .is_some_and(|element| element.negated || !element.atoms.iter().all(is_any));
            keys.extend(statement.clauses.iter().map(|clause| self.key_name(clause.key)));
        }
        // What variables in values look at is not told by statement.
        keys.extend(self.template_keys());
        (resources, keys)
    }

    /// The numbers of this set's own statements: those of a pair have the statements of both at hand.
    pub(in crate::eval) fn own(&self) -> impl Iterator<Item = u32> + '_ {
        LayerKind::ALL.into_iter().flat_map(|kind| {
            let groups = self.layer(kind).known().into_iter().flatten();
            groups.flat_map(|group| group.all.ids.iter().copied())
        })
    }

    /// This set's own statements.
    pub fn own_ids(&self) -> impl Iterator<Item = StatementId> + '_ {
        self.own().map(StatementId)
    }

    fn bears_on(&self, id: u32, action: &str) -> bool {
        let Some(statement) = self.statements.get(id as usize) else { return false };
        let Some(actions) = &statement.actions else { return false };
        let mut unread = false;
        let any = actions.atoms.iter().any(|atom| match self.atoms.get(*atom as usize) {
            Some(Test::Action(test)) => test.pattern.matches(action),
            // With its hole filled in it may bear on the action; where no filling makes it, it does not.
            Some(Test::Held { pattern, .. })
                if matches!(self.atoms.get(*pattern as usize),
                    Some(Test::Action(test)) if !test.pattern.matches(action)) =>
            {
                false
            }
            Some(_) | None => {
                unread = true;
                false
            }
        });
        unread || any != actions.negated
    }

    pub(in crate::eval) fn content(&self, id: u32) -> Option<Content> {
        let statement = self.statements.get(id as usize)?;
        let element = |element: &CompiledElement| {
            let mut atoms = element.atoms.to_vec();
            atoms.sort_unstable();
            atoms.dedup();
            (element.negated, atoms)
        };
        let (_, origin) = self.origins.get(id as usize)?;
        let mut clauses: Vec<(u32, String, Vec<u32>)> = statement
            .clauses
            .iter()
            .zip(&origin.clauses)
            .map(|(clause, origin)| {
                let mut atoms = clause.atoms.to_vec();
                atoms.sort_unstable();
                (clause.key, origin.operator.value.to_ascii_lowercase(), atoms)
            })
            .collect();
        clauses.sort();
        Some(Content {
            layer: statement.layer.index(),
            effect: match statement.effect {
                Effect::Allow => (0, 0),
                Effect::Deny => (1, 0),
                // Nobody can read it: the same as no other.
                Effect::Unreadable => (2, statement.effect_atom.0),
            },
            actions: (false, Vec::new()),
            principals: statement.principals.as_ref().map(element),
            resources: statement.resources.as_ref().map(element),
            clauses,
        })
    }

    /// Whether no value settles a test: a text nobody can read, or a clause as a whole.
    pub(in crate::eval) fn is_untold(&self, atom: FreeAtom) -> bool {
        self.axis(atom) == super::Axis::None && self.presence_of(atom).is_none()
    }
}
