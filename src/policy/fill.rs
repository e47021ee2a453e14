//! Puts what is known in the place of holes.

use super::document::{Element, Policy};
use super::text::{Text, TextPiece};
use crate::syntax::Part;
use std::borrow::Cow;

impl Policy {
    /// Fills every hole of which `known` tells the value by its name. Keys and operators of conditions stay as they are: what
    /// a template leaves open there is no single value.
    pub fn fill(&mut self, known: &dyn Fn(&str) -> Option<String>) {
        for statement in &mut self.statements {
            let elements = [statement.actions.as_mut(), statement.resources.as_mut()];
            for Element { items, .. } in elements.into_iter().flatten() {
                items.iter_mut().for_each(|text| text.fill(known));
            }
            let entries = statement.principals.iter_mut().flat_map(|principals| &mut principals.entries);
            entries.for_each(|entry| entry.value.fill(known));
            let values = statement.clauses.iter_mut().filter(|clause| clause.hole().is_none());
            values.flat_map(|clause| &mut clause.values).for_each(|text| text.fill(known));
        }
    }

    /// The names of all holes, in the order of the document.
    pub fn holes(&self) -> impl Iterator<Item = &str> {
        let texts = self.statements.iter().flat_map(|statement| {
            let items = [statement.actions.as_ref(), statement.resources.as_ref()];
            let items = items.into_iter().flatten().flat_map(|element| &element.items);
            let entries = statement.principals.iter().flat_map(|principals| &principals.entries);
            let values = statement.clauses.iter().flat_map(|clause| &clause.values);
            items.chain(entries.map(|entry| &entry.value)).chain(values)
        });
        texts.flat_map(|text| text.holes.iter().map(|hole| &*hole.name))
    }
}

impl Text {
    /// Fills the holes of which `known` tells the value.
    pub fn fill(&mut self, known: &dyn Fn(&str) -> Option<String>) {
        if !self.holes.iter().any(|hole| known(&hole.name).is_some()) {
            return;
        }
        let parts: Vec<Part<'static>> = self
            .pieces()
            .map(|piece| match piece {
                TextPiece::Plain(text) => Part::Text(Cow::Owned(text.to_owned())),
                TextPiece::Hole(name) => match known(name) {
                    Some(value) => Part::Text(Cow::Owned(value)),
                    None => Part::Hole(Cow::Owned(name.to_owned())),
                },
            })
            .collect();
        *self = Self::of_parts(&parts, self.span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::TextKind;
    use crate::source::Span;

    #[test]
    fn holes_are_filled_and_others_stay() {
        let hole = |name: &'static str| Part::Hole(name.into());
        let mut text = Text::of_parts(&[Part::Text("a-".into()), hole("X"), hole("Y")], Span::default());
        text.fill(&|name| (name == "X").then(|| "1".to_owned()));
        assert_eq!((&*text.value, text.holes.len(), text.kind), ("a-1${Y}", 1, TextKind::Unreadable));
        text.fill(&|_| Some("2".to_owned()));
        assert_eq!((&*text.value, text.is_whole(), text.kind), ("a-12", true, TextKind::String));
    }
}
