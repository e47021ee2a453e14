//! The search, part by part, and what it finds put into classes: one for each kind of caller and deciding statement.

use super::asked::severity;
use super::merge::hangs;
use super::requests::{partition, request, touched};
use super::who::{Who, who};
use super::{Job, Kind, is_untouched};
use crate::eval::{
    CallerClass, CallerKind, Carriage, Compiled, ContextValue, Decision, DenyReason, Difference, Glob, Match,
    Place, StatementId, actions, callers, carriage, differences, differences_of, inspect, places,
};
use crate::finding::change::{AccessChange, Demanded, Doubt, Witness};
use crate::finding::{Label, Need, Severity};
use crate::policy::{Clause, Effect};
use crate::source::Place as Spot;
use std::collections::{BTreeMap, BTreeSet};

/// More questions than this are not put.
const MOST_QUESTIONS: usize = 20_000;
/// The name of a role whose trust policy is compared, where no document tells it.
const ROLE: &str = "role/compared";

/// What tells classes apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) is_gained: bool,
    pub(super) who: Who,
    /// The deciding statements.
    pub(super) spots: Vec<Spot>,
    pub(super) demand: Option<Demanded>,
}

/// Classes found so far.
#[derive(Default)]
pub(super) struct Classes {
    pub(super) found: BTreeMap<Key, AccessChange>,
    pub(super) doubts: BTreeSet<Doubt>,
    questions: usize,
}

impl Classes {
    /// Puts every question that the two sets might answer differently.
    pub(super) fn search(&mut self, job: &Job<'_>, sets: (&Compiled<'_>, &Compiled<'_>)) {
        let (old, new) = sets;
        let names: Vec<String> = touched(job).into_iter().filter(|name| !is_untouched(sets, name)).collect();
        if names.is_empty() {
            return;
        }
        let pattern =
            if job.kind.names_nobody() { format!("arn:*:iam::{}:*", job.account) } else { "*".to_owned() };
        let classes = callers(&[old, new], &pattern, &[job.account], &[]);
        if !classes.complete {
            self.doubt("there are more kinds of callers than could be looked at, or a policy computes with their names");
        }
        let partition = partition(job);
        let keys: BTreeSet<&str> = old.keys().collect();
        let holders: Vec<&CallerClass> = classes
            .list
            .iter()
            .filter(|class| job.kind != Kind::Identity || class.caller.kind() != CallerKind::Root)
            .collect();
        let alone = job.kind.names_nobody() && holders.len() <= 2;
        for class in holders {
            let who = if alone { Who::Holder } else { who(sets.0, class, job) };
            let label = class.label();
            let marked = names.iter().map(|name| {
                let carried: Vec<Carriage> =
                    keys.iter().map(|key| carriage(&class.caller, name, key)).collect();
                (name.clone(), (carried, self.places(job, name, &partition)))
            });
            let marked: Vec<_> = marked.collect();
            let spaces: BTreeMap<&String, &Vec<Place>> =
                marked.iter().map(|(name, (_, places))| (name, places)).collect();
            for group in actions(&[old, new], marked.iter().cloned()) {
                let Some(first) = group.names.first() else { continue };
                for place in spaces.get(first).copied().into_iter().flatten() {
                    self.questions += 1;
                    if self.questions > MOST_QUESTIONS {
                        self.doubt("too many kinds of requests differ to look at all of them");
                        return;
                    }
                    let request = request(job, &keys, class, first, place);
                    let found = differences(old, new, request);
                    if !found.complete {
                        self.doubt(&format!("too many cases of `{first}` for {label}"));
                    }
                    for difference in &found.list {
                        self.take(sets, (&who, &label), &group.names, difference, None);
                    }
                }
            }
        }
    }

    /// Puts what contracts ask, of which lost access is told apart.
    pub(super) fn search_asked(&mut self, job: &Job<'_>, sets: (&Compiled<'_>, &Compiled<'_>)) {
        for asked in job.asked {
            for wanted in asked.wanted(job, sets.0) {
                let mut members = wanted.question.members.iter();
                if members.all(|member| is_untouched(sets, &member.request.action)) {
                    continue;
                }
                let demanded = asked.demanded(wanted.demand);
                let found = differences_of(sets.0, sets.1, &wanted.question);
                if !found.complete {
                    self.doubt(&format!("too many cases of `{}`", demanded.id));
                }
                let mut lost = found.list.iter().filter(|difference| !difference.new.is_allowed()).peekable();
                if lost.peek().is_none() {
                    continue;
                }
                let severity = severity(&wanted, sets.1);
                if demanded.need == Need::Needed && severity != Severity::Error {
                    self.doubt(&hangs(&demanded));
                }
                for difference in lost {
                    let names = [difference.request.action.to_string()];
                    let label = difference.request.caller.arn().to_owned();
                    let told = Some((demanded.clone(), severity));
                    self.take(sets, (&wanted.who, &label), &names, difference, told);
                }
            }
        }
    }

    fn places(&self, job: &Job<'_>, action: &str, partition: &str) -> Vec<Place> {
        if job.kind == Kind::Trust {
            return vec![Place {
                shown: format!("arn:{partition}:iam::{}:{ROLE}", job.account),
                space: None,
            }];
        }
        places(action, partition)
    }

    fn doubt(&mut self, reason: &str) {
        self.doubts.insert(Doubt { reason: reason.to_owned(), tell: None });
    }

    fn take(
        &mut self,
        sets: (&Compiled<'_>, &Compiled<'_>),
        (who, label): (&Who, &str),
        names: &[String],
        difference: &Difference,
        told: Option<(Demanded, Severity)>,
    ) {
        if let Some(what) = &difference.unsure {
            self.doubt(&format!("whether `{}` changes for {label} hangs on `{what}`", first(names)));
            return;
        }
        let is_gained = difference.new.is_allowed();
        let deciding = deciding(sets, difference);
        let (demand, severity) =
            told.map_or((None, Severity::Note), |(demand, severity)| (Some(demand), severity));
        let spots = deciding.iter().map(|(_, spot, _)| *spot).collect();
        let key = Key { is_gained, who: who.clone(), spots, demand: demand.clone() };
        let (resources, conditions) = scope(&deciding, sets, difference);
        let change = self.found.entry(key).or_insert_with(|| AccessChange {
            principal: String::new(),
            public: false,
            actions: Vec::new(),
            resources: Vec::new(),
            conditions,
            witness: witness(sets, difference),
            statements: deciding
                .iter()
                .map(|(_, place, text)| Label { place: *place, text: (*text).to_owned() })
                .collect(),
            severity,
            demand,
        });
        change.severity = change.severity.max(severity);
        change.actions.extend(names.iter().cloned());
        change.resources.extend(resources);
    }
}

fn first(names: &[String]) -> &str {
    names.first().map_or("", String::as_str)
}

/// The statements that make the difference: what they are, where they stand, and a few words.
fn deciding(
    sets: (&Compiled<'_>, &Compiled<'_>),
    difference: &Difference,
) -> Vec<(StatementId, Spot, &'static str)> {
    let mut out = Vec::new();
    let (allowed, denied) = if difference.new.is_allowed() {
        (("allows it now", difference.new), ("denied it", difference.old))
    } else {
        (("allowed it", difference.old), ("denies it now", difference.new))
    };
    let mut push = |id: StatementId, text| {
        let (policy, statement) = sets.0.origin(id);
        out.push((id, Spot { source: policy.source, span: statement.effect_span }, text));
    };
    if let Decision { reason: Some(DenyReason::Statement(id)), .. } = denied.1 {
        push(id, denied.0);
    }
    // Where caller and resource both had to allow, no single statement did; the document's own is the one to show.
    let set = if difference.new.is_allowed() { sets.1 } else { sets.0 };
    let applies = |id: &StatementId| {
        set.origin(*id).1.effect == Effect::Allow
            && inspect(set, &difference.request, &difference.world, *id).applies()
    };
    if let Some(id) = allowed.1.allowed_by.or_else(|| set.own_ids().find(applies)) {
        push(id, allowed.0);
    }
    out
}

/// Resources and conditions as the statement that tells most writes them.
fn scope(
    deciding: &[(StatementId, Spot, &'static str)],
    sets: (&Compiled<'_>, &Compiled<'_>),
    difference: &Difference,
) -> (Vec<String>, Vec<String>) {
    let Some((id, ..)) = deciding.first() else {
        return (vec![difference.request.resource.to_string()], Vec::new());
    };
    let (_, statement) = sets.0.origin(*id);
    let resources = match &statement.resources {
        Some(element) if element.negated => {
            vec![format!("all but {}", joined(element.items.iter().map(|item| &*item.value)))]
        }
        Some(element) => {
            let all = || element.items.iter().map(|item| item.value.to_string());
            let hit: Vec<String> =
                all().filter(|item| Glob::new(item).matches(&difference.request.resource)).collect();
            // Variables are not filled in here.
            if hit.is_empty() { all().collect() } else { hit }
        }
        None => vec![difference.request.resource.to_string()],
    };
    let is_deny = statement.effect == Effect::Deny;
    let conditions = statement.clauses.iter().map(|each| {
        // What a Deny took away is what it did not spare.
        if is_deny { format!("where it holds: {}", clause(each)) } else { clause(each) }
    });
    (resources, conditions.collect())
}

/// A clause in one line.
pub(super) fn clause(clause: &Clause) -> String {
    let values = joined(clause.values.iter().map(|value| &*value.value));
    format!("{} {} {values}", clause.operator.value, clause.key.value)
}

fn joined<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

fn witness(sets: (&Compiled<'_>, &Compiled<'_>), difference: &Difference) -> Witness {
    let request = &difference.request;
    // Keys of clauses that were looked at: of every statement whose action, principal and resource fit.
    let mut keys: BTreeSet<String> = BTreeSet::new();
    for id in sets.0.statement_ids() {
        let seen = inspect(sets.0, request, &difference.world, id);
        let fits = seen.elements.iter().take(3).all(|Match { holds, .. }| *holds);
        if fits {
            keys.extend(sets.0.origin(id).1.clauses.iter().map(|clause| clause.key.value.to_string()));
        }
    }
    let context = keys
        .into_iter()
        .map(|key| {
            let value = match request.context.get(&key.to_ascii_lowercase()) {
                None => None,
                Some(ContextValue::One(value)) => Some(value.to_string()),
                Some(ContextValue::Many(values)) => Some(values.join(", ")),
                Some(ContextValue::Unknown | ContextValue::Unseen | ContextValue::Every(_)) => {
                    Some("?".to_owned())
                }
            };
            (key, value)
        })
        .collect();
    Witness {
        principal: request.caller.arn().to_owned(),
        action: request.action.to_string(),
        resource: request.resource.to_string(),
        context,
    }
}
