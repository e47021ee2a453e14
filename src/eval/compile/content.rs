//! Statements by their content, for telling what two sets have in common without deciding anything.

use super::{Compiled, CompiledElement, StatementId, Test};
use crate::eval::layers::LayerKind;
use crate::eval::world::FreeAtom;
use crate::policy::Effect;
use std::collections::BTreeSet;

/// A statement by its content: order of statements and of the entries of an element, and `Sid`, do not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::eval) struct Content {
    layer: usize,
    effect: (u8, u32),
    principals: Option<(bool, Vec<u32>)>,
    resources: Option<(bool, Vec<u32>)>,
    clauses: Vec<(u32, String, Vec<u32>)>,
}

impl Compiled<'_> {
    /// What the statements of this set that bear on an action say.
    pub(in crate::eval) fn bearing(&self, action: &str) -> BTreeSet<Content> {
        let ids = self.own().filter(|id| self.bears_on(*id, action));
        ids.filter_map(|id| self.content(id)).collect()
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
