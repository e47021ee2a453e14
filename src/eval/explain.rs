//! Element by element: what of a statement fits a request.

use super::compile::{Compiled, ElementKind, StatementId};
use super::decide::Pass;
use super::principal::Naming;
use super::request::Request;
use super::trace::NoTrace;
use super::world::World;

/// How one element of a statement meets a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The element.
    pub element: ElementKind,
    /// Whether it matches.
    pub holds: bool,
}

/// Every element of one statement against one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementMatch {
    /// The statement.
    pub statement: StatementId,
    /// Its elements in the order action, principal, resource, clauses.
    pub elements: Vec<Match>,
    /// Whether the principal element names the caller only through its account.
    pub delegated: bool,
}

impl StatementMatch {
    /// The elements that do not match.
    pub fn failing(&self) -> impl Iterator<Item = ElementKind> + '_ {
        self.elements.iter().filter(|each| !each.holds).map(|each| each.element)
    }

    /// Whether the statement applies.
    #[must_use]
    pub fn applies(&self) -> bool {
        self.elements.iter().all(|each| each.holds)
    }
}

/// Looks at every element of a statement, where `decide` stops at the first that fails.
#[must_use]
pub fn inspect(set: &Compiled<'_>, request: &Request, world: &World, id: StatementId) -> StatementMatch {
    let mut recorder = NoTrace;
    let mut pass = Pass { set, request, world, recorder: &mut recorder };
    let mut out = StatementMatch { statement: id, elements: Vec::new(), delegated: false };
    let Some(statement) = set.statements.get(id.0 as usize) else { return out };
    let mut push = |element, holds| out.elements.push(Match { element, holds });
    push(ElementKind::Action, pass.action(id, statement));
    let (named, naming) = pass.principal(id, statement);
    push(ElementKind::Principal, named);
    push(ElementKind::Resource, pass.resource(id, statement));
    for (at, clause) in (0u16..).zip(&statement.clauses) {
        push(ElementKind::Clause(at), pass.clause(id, at, clause, statement.effect));
    }
    out.delegated = named && naming == Naming::Account;
    out
}
