//! What a change of a policy does: which requests it allows that were not allowed before, and the other way round.
//!
//! Both documents are put to the one evaluator over every kind of caller, every action that a changed statement names, and
//! every resource of these actions. Requests that both decide alike are proved to be alike; for others there is one request
//! that shows the difference. Values in, values out: reading files is the command's.

mod asked;
mod classes;
mod layers;
mod merge;
mod pair;
mod requests;
mod who;

pub use asked::Asked;
pub use pair::{Accounts, Contracts, Pair, SOME_ACCOUNT, evidence_of, kind_of};

use crate::eval::{Compiled, alike};
use crate::finding::change::{AccessChange, Doubt, Effect};
use crate::policy::{Element, Policy, PrincipalKind, Principals, Statement, Text, TextKind};

/// What the documents are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of a user, group or role.
    Identity,
    /// A policy that gives nothing by itself and bounds what others give.
    Limit(Limit),
    /// Of a resource, with the prefix of its service where that is known.
    Resource(Option<&'static str>),
    /// The trust policy of a role.
    Trust,
}

impl Kind {
    /// Whether such documents do not say whom they are about.
    #[must_use]
    pub fn names_nobody(self) -> bool {
        match self {
            Self::Identity | Self::Limit(Limit::Boundary | Limit::Session | Limit::Scp) => true,
            Self::Limit(Limit::Rcp | Limit::Endpoint) | Self::Resource(_) | Self::Trust => false,
        }
    }
}

/// Policies that bound what others give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A permissions boundary.
    Boundary,
    /// A policy passed when a session is made.
    Session,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a VPC endpoint.
    Endpoint,
}

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Job<'p> {
    /// The document before; none: there was none, and nothing was allowed by it, or nothing bounded.
    pub old: Option<&'p Policy>,
    /// The document after.
    pub new: Option<&'p Policy>,
    /// What they are.
    pub kind: Kind,
    /// The account that owns the resource, or the holder of the policy.
    pub account: &'p str,
    /// Only these actions, as patterns; empty for all.
    pub only: &'p [String],
    /// Policies that stand beside the document, before and after alike. What one of them denies is left out of the comparison.
    pub beside: &'p [Policy],
    /// What products ask of the documents; empty where no contract is asked about.
    pub asked: &'p [Asked<'p>],
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The answer.
    pub effect: Effect,
    /// Allowed now, and not before.
    pub gained: Vec<AccessChange>,
    /// Allowed before, and not now.
    pub lost: Vec<AccessChange>,
    /// What could not be settled.
    pub unknown: Vec<Doubt>,
}

/// Compares two documents.
#[must_use]
pub fn compare(job: &Job<'_>) -> Found {
    let mut classes = classes::Classes::default();
    let mut unknown = foreign(job);
    for with_identity in layers::variants(job.kind) {
        let (old, new) = Compiled::pair(
            &layers::layers(job, job.old, *with_identity),
            &layers::layers(job, job.new, *with_identity),
        );
        classes.search(job, (&old, &new));
        classes.search_asked(job, (&old, &new));
    }
    let (gained, lost, doubts) = classes.finish(job);
    unknown.extend(doubts);
    unknown.sort();
    unknown.dedup();
    let effect = if !gained.is_empty() || !lost.is_empty() {
        Effect::Differs
    } else if unknown.is_empty() {
        Effect::Same
    } else {
        Effect::CannotTell
    };
    Found { effect, gained, lost, unknown }
}

/// Callers that are not searched: who signs in through another provider, and who is named by a canonical id. Statements about
/// them are compared as they stand.
fn foreign(job: &Job<'_>) -> Vec<Doubt> {
    let named = |policy: Option<&Policy>| -> Vec<String> {
        let statements = policy.into_iter().flat_map(|policy| &policy.statements);
        let mut list: Vec<String> =
            statements.filter(|statement| is_foreign(statement.principals.as_ref())).map(spelled).collect();
        list.sort();
        list.dedup();
        list
    };
    if named(job.old) == named(job.new) {
        return Vec::new();
    }
    vec![Doubt {
        reason: "statements about federated or canonical users differ; such callers are not searched"
            .to_owned(),
        tell: Some("read these statements side by side".to_owned()),
    }]
}

fn is_foreign(principals: Option<&Principals>) -> bool {
    let foreign =
        |kind: &PrincipalKind| matches!(kind, PrincipalKind::Federated | PrincipalKind::CanonicalUser);
    principals.is_some_and(|principals| principals.entries.iter().any(|entry| foreign(&entry.kind)))
}

/// Whether two documents say the same, statement by statement, whatever the places. What a template leaves open is the same if it
/// has the same name.
#[must_use]
pub fn says_the_same(old: &Policy, new: &Policy) -> bool {
    let all = |policy: &Policy| policy.statements.iter().map(spelled).collect::<Vec<_>>();
    old.version == new.version && old.faults.len() == new.faults.len() && all(old) == all(new)
}

/// A statement by what it says, without its places: the order of lists makes no difference, every value is one with its kind.
#[must_use]
pub fn spelled(statement: &Statement) -> String {
    let list = |items: &[Text]| {
        let mut items: Vec<(TextKind, &str)> = items.iter().map(|item| (item.kind, &*item.value)).collect();
        items.sort_unstable();
        format!("{items:?}")
    };
    let element =
        |element: &Option<Element>| element.as_ref().map(|element| (element.negated, list(&element.items)));
    let principals = statement.principals.as_ref().map(|principals| {
        let entries = principals.entries.iter();
        let mut entries: Vec<String> = entries
            .map(|entry| format!("{:?} {:?} {:?}", entry.kind, entry.value.kind, entry.value.value))
            .collect();
        entries.sort();
        (principals.negated, entries)
    });
    let mut clauses: Vec<String> = statement
        .clauses
        .iter()
        .map(|clause| format!("{:?} {:?} {}", clause.operator.value, clause.key.value, list(&clause.values)))
        .collect();
    clauses.sort();
    format!(
        "{:?} {:?} {principals:?} {:?} {:?} {clauses:?}",
        statement.effect,
        statement.effect_hole,
        element(&statement.actions),
        element(&statement.resources)
    )
}

/// Whether nothing that bears on an action differs.
fn is_untouched((old, new): (&Compiled<'_>, &Compiled<'_>), action: &str) -> bool {
    alike(old, new, action)
}
