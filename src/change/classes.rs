//! The search, part by part, and what it finds put into classes: one for each kind of caller and deciding statement.

use super::around::Around;
use super::asked::{lost_where_it_lies, severity};
use super::merge::hangs;
use super::requests::{partition, request, touched};
use super::who::{Who, who};
use super::witness::witness;
use super::{Job, Kind, Limit, is_untouched};
use crate::eval::{
    CallerClass, CallerKind, Compiled, Decision, DenyReason, Difference, Glob, Place, StatementId, actions,
    callers, differences, differences_of, inspect, may_ask, others, places,
};
use crate::finding::change::{AccessChange, Demanded, Doubt, Witness};
use crate::finding::{Label, Need, Severity};
use crate::policy::{Clause, Effect};
use crate::source::Place as Spot;
use std::collections::{BTreeMap, BTreeSet};

/// More questions than this are not put.
const MOST_QUESTIONS: usize = 20_000;
/// What tells classes apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) is_gained: bool,
    pub(super) who: Who,
    /// The deciding statements.
    pub(super) spots: Vec<Spot>,
    pub(super) demand: Option<Demanded>,
}

/// A request for each action of a class.
pub(super) type Witnesses = BTreeMap<Key, BTreeMap<String, Witness>>;

/// Classes found so far.
#[derive(Default)]
pub(super) struct Classes {
    pub(super) found: BTreeMap<Key, AccessChange>,
    pub(super) doubts: BTreeSet<Doubt>,
    /// Kept where classes may be taken apart again.
    pub(super) witnesses: Witnesses,
    /// By callers and by what it hangs on: the actions of which it is not settled whether they change.
    hangs: BTreeMap<(String, String), BTreeSet<String>>,
    questions: usize,
}

/// What was found for one action and one kind of caller.
struct Asked {
    list: Vec<Difference>,
    /// Every request was decided alike.
    are_alike: bool,
}

impl Classes {
    /// Puts every question that the two sets might answer differently. `usual`: the account of holders that are not named by it.
    pub(super) fn search(&mut self, job: &Job<'_>, usual: &str, sets: (&Compiled<'_>, &Compiled<'_>)) {
        let (old, new) = sets;
        let touched = touched(job, sets);
        let differ = |names: BTreeSet<String>| -> Vec<String> {
            names.into_iter().filter(|name| !is_untouched(sets, name)).collect()
        };
        let (names, wide) = (differ(touched.names), differ(touched.wide));
        if names.is_empty() && wide.is_empty() {
            return;
        }
        let pattern = match job.kind {
            // Sessions that users made for others are bounded, too.
            Kind::Limit(Limit::Scp | Limit::Session) => format!("arn:*:*::{}:*", job.account),
            kind if kind.names_nobody() => format!("arn:*:iam::{}:*", job.account),
            _ => "*".to_owned(),
        };
        let mut classes = callers(&[old, new], &pattern, &[job.account], &[]);
        if !classes.complete {
            self.doubt("there are more kinds of callers than could be looked at, or a policy computes with their names");
        }
        if !touched.complete {
            self.doubt("there are more kinds of actions that AWS has not published than could be looked at");
        }
        if !job.kind.names_nobody() {
            classes.list.extend(others(&[old, new]));
        }
        let holders: Vec<CallerClass> = classes
            .list
            .into_iter()
            .filter(|class| job.kind != Kind::Identity || class.caller.kind() != CallerKind::Root)
            .collect();
        let alone = job.kind.names_nobody() && job.account == usual && holders.len() <= 2;
        let around =
            Around { job, sets, holders, alone, partition: partition(job), keys: old.keys().collect() };
        self.ask(&around, &names, false);
        self.ask(&around, &wide, true);
    }

    /// Puts the questions about some actions. Of those that something open stands for, one that it matters to is enough.
    fn ask(&mut self, around: &Around<'_, '_>, names: &[String], is_one_enough: bool) {
        let Around { job, sets, .. } = around;
        for class in &around.holders {
            let who = if around.alone { Who::Holder } else { who(sets.0, class, job) };
            let label = class.label();
            let marked: Vec<_> = names
                .iter()
                .filter(|name| may_ask(&class.caller, name))
                .map(|name| (name.clone(), around.mark(class, name)))
                .collect();
            let spaces: BTreeMap<&String, &Vec<Place>> =
                marked.iter().map(|(name, (_, places))| (name, places)).collect();
            // Where nothing looks at the resource, one stands for all.
            let any = |name: &String| -> Vec<Place> {
                let one = places(name, &around.partition).into_iter().take(1);
                one.map(|place| Place { space: place.space.filter(|_| place.shown != "*"), ..place })
                    .collect()
            };
            for group in actions(&[sets.0, sets.1], marked.iter().cloned()) {
                let Some(first) = group.names.first() else { continue };
                let own = spaces.get(first).copied().filter(|places| !places.is_empty());
                let places = own.cloned().unwrap_or_else(|| any(first));
                let asked = self.on_places(around, (class, &label), first, &places);
                for difference in &asked.list {
                    let key = self.take(*sets, (&who, &label), &group.names, difference, None);
                    if let (false, Some(key)) = (job.asked.is_empty(), key) {
                        self.keep(&key, &group.names, *sets, difference);
                    }
                }
                if self.questions > MOST_QUESTIONS || (is_one_enough && !asked.are_alike) {
                    return;
                }
            }
        }
    }

    /// The differences of one action for one kind of caller; first those on resources that look like some.
    fn on_places(
        &mut self,
        around: &Around<'_, '_>,
        (class, label): (&CallerClass, &str),
        action: &str,
        places: &[Place],
    ) -> Asked {
        let Around { job, sets, keys, .. } = around;
        let (mut usual, mut all, mut are_alike) = (Vec::new(), Vec::new(), true);
        for place in places {
            self.questions += 1;
            if self.questions > MOST_QUESTIONS {
                self.doubt("too many kinds of requests differ to look at all of them");
                break;
            }
            let found = differences(sets.0, sets.1, request(job, keys, class, action, place));
            if !found.complete {
                self.doubt(&match found.stuck.as_slice() {
                    [] => format!("too many cases of `{action}` for {label}"),
                    stuck => {
                        format!("whether `{action}` changes for {label} hangs on {}", stuck.join(" and "))
                    }
                });
            }
            are_alike &= found.complete && found.list.is_empty();
            if let (Some(space), false) = (&place.usual, found.list.is_empty()) {
                let place = Place { space: Some(space.clone()), ..place.clone() };
                usual.extend(differences(sets.0, sets.1, request(job, keys, class, action, &place)).list);
            }
            all.extend(found.list);
        }
        usual.append(&mut all);
        Asked { list: usual, are_alike }
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
                let (is_lost, doubt) = lost_where_it_lies(sets, &wanted, &found.list, &demanded);
                self.doubts.extend(doubt);
                if !is_lost {
                    continue;
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

    /// What was not settled, in words.
    pub(super) fn unsettled(&mut self) -> (Vec<Doubt>, BTreeSet<String>) {
        let mut open = BTreeSet::new();
        for ((label, what), names) in std::mem::take(&mut self.hangs) {
            open.extend(names.iter().cloned());
            let mut names = names.into_iter();
            let first = names.next().unwrap_or_default();
            let more = match names.len() {
                0 => "`".to_owned(),
                1 => "` and one more action".to_owned(),
                count => format!("` and {count} more actions"),
            };
            let verb = if more == "`" { "changes" } else { "change" };
            self.doubt(&format!("whether `{first}{more} {verb} for {label} hangs on `{what}`"));
        }
        (std::mem::take(&mut self.doubts).into_iter().collect(), open)
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
    ) -> Option<Key> {
        if let Some(what) = &difference.unsure {
            let hangs = self.hangs.entry((label.to_owned(), what.clone())).or_default();
            hangs.extend(names.iter().cloned());
            return None;
        }
        let is_gained = difference.new.is_allowed();
        let deciding = deciding(sets, difference);
        let (demand, severity) =
            told.map_or((None, Severity::Note), |(demand, severity)| (Some(demand), severity));
        let spots = deciding.iter().map(|(_, spot, _)| *spot).collect();
        let key = Key { is_gained, who: who.clone(), spots, demand: demand.clone() };
        let (resources, conditions) = scope(&deciding, sets, difference);
        let change = self.found.entry(key.clone()).or_insert_with(|| AccessChange {
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
        Some(key)
    }

    /// A request for each action: those of one group are asked on the same resources.
    fn keep(
        &mut self,
        key: &Key,
        names: &[String],
        sets: (&Compiled<'_>, &Compiled<'_>),
        difference: &Difference,
    ) {
        let own = self.witnesses.entry(key.clone()).or_default();
        let one = witness(sets, difference);
        for name in names {
            own.entry(name.clone()).or_insert_with(|| Witness { action: name.clone(), ..one.clone() });
        }
    }
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
