//! What a change of a policy does: which requests it allows that were not allowed before, and the other way round.
//!
//! Both documents are put to the one evaluator over every kind of caller, every action that a changed statement names, and
//! every resource of these actions. Requests that both decide alike are proved to be alike; for others there is one request
//! that shows the difference. Values in, values out: reading files is the command's.

mod around;
mod asked;
mod assumed;
mod classes;
mod filled;
mod layers;
mod merge;
mod owner;
mod pair;
mod requests;
mod who;
mod witness;

pub use asked::Asked;
pub use pair::{Accounts, Contracts, Pair, SOME_ACCOUNT, evidence_of, kind_of, refused};

use crate::eval::{Compiled, alike, named_accounts};
use crate::finding::change::{AccessChange, Doubt, Effect};
use crate::policy::Effect::Deny;
use crate::policy::{Element, Policy, Statement, Text, TextKind};
use filled::Filled;
use std::collections::BTreeSet;

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
    /// The actions of which it could not be settled whether they change.
    pub open: BTreeSet<String>,
}

impl Found {
    /// The same with what was found when open names of resources were taken for names that nothing else has, if anything was.
    /// A doubt stays where no such change speaks of its actions.
    fn with(self, filled: Self) -> Self {
        if filled.effect != Effect::Differs {
            return self;
        }
        let told = || filled.gained.iter().chain(&filled.lost).flat_map(|change| &change.actions);
        let is_told = |action: &String| told().any(|other| other == action);
        if self.open.iter().all(is_told) {
            return filled;
        }
        let mut unknown = [self.unknown, filled.unknown].concat();
        unknown.sort();
        unknown.dedup();
        Self { unknown, ..filled }
    }
}

/// Compares two documents.
#[must_use]
pub fn compare(job: &Job<'_>) -> Found {
    compare_in(job, layers::variants(job.kind))
}

fn compare_in(job: &Job<'_>, variants: &[layers::Identity]) -> Found {
    let mut classes = classes::Classes::default();
    let [of_old, of_new] =
        [job.old, job.new].map(|policy| policy.and_then(|policy| layers::beside(job.kind, policy)));
    for with_identity in variants {
        let (old, new) = Compiled::pair(
            &layers::layers(job, (job.old, of_old.as_ref()), *with_identity),
            &layers::layers(job, (job.new, of_new.as_ref()), *with_identity),
        );
        classes.search(job, job.account, (&old, &new));
        for account in further(job, (&old, &new)) {
            classes.search(&Job { account: &account, ..*job }, job.account, (&old, &new));
        }
        classes.search_asked(job, (&old, &new));
    }
    let (gained, lost, mut unknown, open) = classes.finish(job);
    unknown.sort();
    unknown.dedup();
    let effect = if !gained.is_empty() || !lost.is_empty() {
        Effect::Differs
    } else if unknown.is_empty() {
        Effect::Same
    } else {
        Effect::CannotTell
    };
    Found { effect, gained, lost, unknown, open }
}

/// Accounts for which a comparison is made beside the job's, since a condition names them: a policy of users and roles, or one that
/// bounds them, does something for holders there, and a resource's policy for a resource there. Of whom it is known in which
/// account they are, other holders are not asked about; a service control policy is about many accounts all the same.
fn further(job: &Job<'_>, (old, new): (&Compiled<'_>, &Compiled<'_>)) -> Vec<String> {
    let is_known = job.account != SOME_ACCOUNT;
    let of_caller = match job.kind {
        Kind::Limit(Limit::Scp) => true,
        Kind::Identity | Kind::Limit(Limit::Boundary | Limit::Session) => !is_known,
        Kind::Resource(_) | Kind::Trust | Kind::Limit(Limit::Rcp | Limit::Endpoint) if is_known => {
            return Vec::new();
        }
        Kind::Resource(_) | Kind::Trust | Kind::Limit(Limit::Rcp | Limit::Endpoint) => false,
    };
    let mut out = named_accounts(&[old, new], of_caller);
    out.remove(job.account);
    out.into_iter().collect()
}

/// The same, and what it does whatever the resources are called that only a deployment names.
#[must_use]
pub fn compare_deployed(job: &Job<'_>) -> Found {
    deployed_in(job, layers::variants(job.kind))
}

fn deployed_in(job: &Job<'_>, variants: &[layers::Identity]) -> Found {
    let found = compare_in(job, variants);
    if found.unknown.is_empty() {
        return found;
    }
    let Some(filled) = Filled::of(job.old, job.new) else { return found };
    let (old, new) =
        (job.old.map(|policy| filled.policy(policy)), job.new.map(|policy| filled.policy(policy)));
    let again = compare_in(&Job { old: old.as_ref(), new: new.as_ref(), ..*job }, variants);
    found.with(filled.told(again))
}

/// The same, and of a policy of a user, group or role, or one that bounds them, what it no longer denies, or now denies, and what
/// another policy may allow.
#[must_use]
pub fn compare_with_denied(job: &Job<'_>) -> Found {
    let mut found = compare_deployed(job);
    let denies = |policy: &Policy| {
        let denies = |statement: &Statement| statement.effect == Deny || statement.effect_hole.is_some();
        policy.statements.iter().any(denies)
    };
    let others_allow = match job.kind {
        Kind::Identity => Some(who::AS_OTHERS_ALLOW),
        Kind::Limit(Limit::Boundary | Limit::Session | Limit::Scp) => None,
        Kind::Limit(Limit::Rcp | Limit::Endpoint) | Kind::Resource(_) | Kind::Trust => return found,
    };
    if ![job.old, job.new].into_iter().flatten().any(denies) {
        return found;
    }
    let Found { gained, lost, unknown, open, .. } =
        deployed_in(&Job { asked: &[], ..*job }, &[layers::Identity::Beside]);
    add(&mut found.gained, gained, others_allow);
    add(&mut found.lost, lost, others_allow);
    found.unknown.extend(unknown);
    found.unknown.sort();
    found.unknown.dedup();
    found.open.extend(open);
    found.effect = match found.effect {
        _ if !found.gained.is_empty() || !found.lost.is_empty() => Effect::Differs,
        Effect::Same if !found.unknown.is_empty() => Effect::CannotTell,
        effect => effect,
    };
    found
}

/// Adds what hangs on other policies, but for actions of which the document alone tells.
fn add(told: &mut Vec<AccessChange>, more: Vec<AccessChange>, who: Option<&str>) {
    let known: BTreeSet<String> = told.iter().flat_map(|change| change.actions.clone()).collect();
    for mut change in more {
        change.actions.retain(|action| !known.contains(action));
        if let Some(first) = change.actions.first() {
            if known.contains(&change.witness.action) {
                change.witness.action.clone_from(first);
            }
            change.principal = who.map_or(change.principal, str::to_owned);
            told.push(change);
        }
    }
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
