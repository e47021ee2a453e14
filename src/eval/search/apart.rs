//! Keys that are compared with each other (`aws:PrincipalTag/team` with `${aws:ResourceTag/team}`), where nothing else looks at the
//! second one: whatever the first is, the second can be the same and can be another.

use super::{Choices, Search, is_open};
use crate::eval::compile::{Axis, Compiled};
use crate::eval::context::ContextValue;
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;

impl Search<'_, '_> {
    /// The key whose value a test compares with, where it is open and this test alone looks at it.
    pub(super) fn apart<'s>(&'s self, request: &Request, atom: FreeAtom) -> Option<&'s str> {
        self.set.compared_with(atom).filter(|key| is_open(request, key))
    }

    /// Gives those keys of the leaf their values: the same as the key that they are compared with, or another.
    pub(super) fn fill_apart(&self, request: &Request, concrete: &mut Request, choices: &Choices) {
        for (dimension, option) in choices {
            let Some(atom) = dimension.atom() else { continue };
            let (Axis::Key(key), Some(with)) = (self.set.axis(atom), self.apart(request, atom)) else {
                continue;
            };
            let Some(ContextValue::One(value)) = concrete.context.get(self.set.key_name(key)) else {
                continue;
            };
            let other = if value.eq_ignore_ascii_case("b") { "c" } else { "b" };
            let value: Box<str> = if *option == 1 { value.clone() } else { other.into() };
            concrete.context.set(with, ContextValue::One(value));
        }
    }

    /// What the search could not find values for, by its names.
    pub(super) fn stuck(&self) -> Vec<String> {
        let atoms = self.spent.iter().filter_map(|dependence| match dependence {
            super::Dependence::Free(atom) => Some(*atom),
            _ => None,
        });
        let name = |atom: FreeAtom| {
            let with: Vec<String> = self.set.template_keys_of(atom).map(|key| format!("`{key}`")).collect();
            let own = format!("`{}`", self.set.free_name(atom));
            if with.is_empty() { own } else { format!("{own} compared with {}", with.join(" and ")) }
        };
        let mut names: Vec<String> = atoms.map(name).collect();
        names.sort();
        names.dedup();
        names
    }
}

impl Compiled<'_> {
    /// Of a test against a text that is one variable and nothing else: the key of the variable, in lower case, if no other test
    /// of the set looks at it.
    pub(in crate::eval) fn compared_with(&self, atom: FreeAtom) -> Option<&str> {
        let key = self.only_variable(atom)?;
        let is_looked_at = self.has_clause_on(key);
        let by_texts = self.template_keys().filter(|name| *name == key).count();
        (!is_looked_at && by_texts == 1).then_some(key)
    }
}
