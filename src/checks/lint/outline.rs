//! What an Allow can give at all, from its words alone: a quick no for most questions, so that the evaluator is asked few.

use super::doc::readable;
use super::space::fresh;
use crate::eval::{Glob, is_computed};
use crate::policy::{BaseOperator, Clause, Element, SetOperator, Statement, Text, TextKind, arn};

/// The patterns of an Allow, compiled once.
pub(super) struct Outline {
    actions: Option<Patterns>,
    resources: Option<Patterns>,
    limited: bool,
}

struct Patterns {
    /// Whatever is asked may be named: the list says what is left out, or an entry of it cannot be read.
    open: bool,
    globs: Vec<Glob>,
}

impl Patterns {
    fn of(element: &Element, folded: bool) -> Self {
        let unread = |item: &Text| item.kind == TextKind::Unreadable || item.value.contains("${");
        let glob = |item: &Text| match folded {
            true => Glob::new(&item.value.to_ascii_lowercase()),
            false => Glob::new(&arn::completed(&item.value)),
        };
        Self {
            open: element.negated || element.items.iter().any(|item| unread(item) || !item.is_whole()),
            globs: readable(&element.items).map(glob).collect(),
        }
    }

    fn take(&self, text: &str) -> bool {
        self.open || self.globs.iter().any(|glob| glob.matches(text))
    }
}

impl Outline {
    pub(super) fn of(statement: &Statement) -> Self {
        Self {
            actions: statement.actions.as_ref().map(|actions| Patterns::of(actions, true)),
            resources: statement.resources.as_ref().map(|resources| Patterns::of(resources, false)),
            limited: statement.clauses.iter().any(fails_without_context),
        }
    }

    /// Whether it is for some contexts only: a request without any fails it.
    pub(super) fn is_limited(&self) -> bool {
        self.limited
    }

    /// Whether it can name an action, which is written in lower case.
    pub(super) fn names(&self, lower: &str) -> bool {
        self.actions.as_ref().is_some_and(|actions| actions.take(lower))
    }

    /// The first entry of its actions that stands for an action.
    pub(super) fn naming<'e>(&self, actions: &'e Element, action: &str) -> Option<&'e Text> {
        let lower = action.to_ascii_lowercase();
        let globs = self.actions.as_ref().map_or(&[][..], |actions| &actions.globs);
        readable(&actions.items).zip(globs).find(|(_, glob)| glob.matches(&lower)).map(|(item, _)| item)
    }

    /// Whether it can be that the action is allowed on every resource of a pattern, whatever the context: one that nobody
    /// named, asked for with an empty context, is among them.
    pub(super) fn may(&self, action: &str, resource: &str) -> bool {
        !self.limited
            && self.names(&action.to_ascii_lowercase())
            && self.resources.as_ref().is_none_or(|resources| resources.take(&fresh(resource)))
    }
}

/// Whether a clause fails where a request carries no key at all.
fn fails_without_context(clause: &Clause) -> bool {
    let asks = clause.parsed.is_some_and(|operator| {
        !operator.negated
            && !operator.if_exists
            && operator.base != BaseOperator::Null
            && operator.set != Some(SetOperator::ForAllValues)
    });
    asks && !is_computed(&clause.key.value.to_ascii_lowercase())
}
