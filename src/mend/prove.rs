//! How far a fix can be trusted: the documents are changed in memory, judged again, and their access compared.

use super::access::{Access, compare};
use super::state::{Bench, State};
use super::title::title;
use super::{export, text};
use crate::contract::{Ask, Demand, Expect};
use crate::evidence::Role;
use crate::finding::{
    Applicability, Change, Edit, Finding, Fix, Repair, Report, RuleName, Severity, State as DemandState,
};
use crate::source::Place;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How often documents are judged again for the fixes of one report: the report is not to wait long for them.
const MOST_TRIES: usize = 32;
/// Findings that say the same for which a fix is looked for: who wants the others asks `fix`.
const MOST_ALIKE: usize = 2;
/// Layers that are mended one behind the other for one demand.
const MOST_LAYERS: usize = 3;

/// A fix with the documents as they are once it is applied.
pub(super) struct Proved {
    pub(super) fix: Fix,
    pub(super) state: State,
    pub(super) report: Report,
}

/// Looks for fixes of every finding that is severe enough, and puts the best one into it.
pub fn attach(bench: &Bench<'_>, state: &State, report: &mut Report, least: Severity) {
    let mut tries = MOST_TRIES;
    let mut seen: BTreeMap<(RuleName, String), usize> = BTreeMap::new();
    for at in 0..report.findings.len() {
        let fixes = {
            let Some(finding) = report
                .findings
                .get(at)
                .filter(|finding| finding.severity >= least && !finding.repairs.is_empty())
            else {
                continue;
            };
            let alike = seen.entry((finding.rule.clone(), finding.headline.clone())).or_default();
            *alike += 1;
            if *alike > MOST_ALIKE {
                continue;
            }
            let best = best(bench, state, report, finding, &mut tries);
            best.into_iter().map(|proved| proved.fix).collect()
        };
        if let Some(finding) = report.findings.get_mut(at) {
            finding.fixes = fixes;
        }
    }
}

/// The best fix of a finding: a safe one before one to review before one to read.
pub(super) fn best(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    finding: &Finding,
    tries: &mut usize,
) -> Option<Proved> {
    let mut found: Option<Proved> = None;
    for repair in ways(state, report, finding) {
        *tries = tries.checked_sub(1)?;
        let repair = merged(repair);
        let Some(proved) = prove(bench, state, report, finding, &repair) else { continue };
        if proved.fix.applicability == Applicability::Safe {
            return Some(proved);
        }
        if found.as_ref().is_none_or(|found| proved.fix.applicability < found.fix.applicability) {
            found = Some(proved);
        }
    }
    found
}

/// What can be tried: each way by itself, then together with what else breaks the demand, then with all there is.
fn ways(state: &State, report: &Report, finding: &Finding) -> Vec<Repair> {
    let mut ways = finding.repairs.clone();
    let exports: BTreeSet<Place> =
        ways.iter().flat_map(|way| &way.changes).filter_map(|change| export::within(state, change)).collect();
    if !exports.is_empty() {
        // AWS takes the settings of an export whole: a command that left the other faults in would bring them back.
        let first = report.findings.iter().filter_map(|finding| finding.repairs.first());
        let all = first.flat_map(|repair| &repair.changes);
        let same = all.filter(|change| export::within(state, change).is_some_and(|at| exports.contains(&at)));
        ways.insert(0, Repair { changes: without_twins(same.cloned()) });
        return ways;
    }
    let is_text = |change: &Change| matches!(change, Change::Rewrite { .. });
    if ways.iter().flat_map(|way| &way.changes).all(is_text) {
        // Text around values has nothing to do with what else is wrong.
        return ways;
    }
    let with = |others: &dyn Fn(&Finding) -> bool| {
        let mut changes = finding.repairs.first().map(|repair| repair.changes.clone()).unwrap_or_default();
        for other in report.findings.iter().filter(|other| !std::ptr::eq(*other, finding) && others(other)) {
            let more = other.repairs.first().into_iter().flat_map(|repair| repair.changes.clone());
            changes.extend(more.filter(|change| !matches!(change, Change::Run { .. })));
        }
        Repair { changes: without_twins(changes.into_iter()) }
    };
    if finding.demand.is_some() {
        ways.push(with(&|other| other.demand == finding.demand));
    }
    ways.push(with(&|other| {
        other.severity == Severity::Error && other.primary.place.source == finding.primary.place.source
    }));
    let mut once: Vec<Repair> = Vec::new();
    for way in ways {
        if !once.contains(&way) {
            once.push(way);
        }
    }
    once
}

fn without_twins(changes: impl Iterator<Item = Change>) -> Vec<Change> {
    let mut once: Vec<Change> = Vec::new();
    for change in changes {
        if !once.contains(&change) {
            once.push(change);
        }
    }
    once
}

/// The same with statements that differ in their actions alone made into one, and no `Sid` twice.
fn merged(repair: Repair) -> Repair {
    let mut out: Vec<Change> = Vec::new();
    for change in repair.changes {
        let Change::Add { at, value: Value::Object(new) } = &change else {
            out.push(change);
            continue;
        };
        let alike = |old: &serde_json::Map<String, Value>| {
            let rest = |map: &serde_json::Map<String, Value>| -> Vec<(String, Value)> {
                let kept = map.iter().filter(|(key, _)| !matches!(key.as_str(), "Sid" | "Action"));
                kept.map(|(key, value)| (key.clone(), value.clone())).collect()
            };
            rest(old) == rest(new)
        };
        let twin = out.iter_mut().find_map(|other| match other {
            Change::Add { at: there, value: Value::Object(old) } if there == at && alike(old) => Some(old),
            _ => None,
        });
        let Some(old) = twin else {
            out.push(change);
            continue;
        };
        let mut actions: Vec<Value> = Vec::new();
        for action in [old.get("Action"), new.get("Action")].into_iter().flatten() {
            let each = action.as_array().cloned().unwrap_or_else(|| vec![action.clone()]);
            actions.extend(each.into_iter().filter(|action| !actions.contains(action)).collect::<Vec<_>>());
        }
        let actions = if let [one] = actions.as_slice() { one.clone() } else { Value::Array(actions) };
        old.insert("Action".to_owned(), actions);
    }
    let mut seen = BTreeSet::new();
    for change in &mut out {
        let Change::Add { value: Value::Object(statement), .. } = change else { continue };
        let Some(sid) = statement.get("Sid").and_then(Value::as_str).map(str::to_owned) else { continue };
        let mut fresh = sid.clone();
        let mut number = 2;
        while !seen.insert(fresh.clone()) {
            fresh = format!("{sid}{number}");
            number += 1;
        }
        statement.insert("Sid".to_owned(), Value::String(fresh));
    }
    Repair { changes: out }
}

/// Applies a repair in memory and judges it; nothing if it does not mend the finding.
pub(super) fn prove(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    finding: &Finding,
    repair: &Repair,
) -> Option<Proved> {
    let written = text::write(bench, state, &report.wrapped, repair).ok()?;
    let mut fix = Fix {
        title: title(state, repair),
        edits: written.edits.clone(),
        commands: written.commands.clone(),
        applicability: Applicability::DisplayOnly,
        because: written.effects.clone(),
        gained: Vec::new(),
        lost: Vec::new(),
    };
    let mut after = state.with(&written.texts, &written.form, bench.config);
    if written.edits.is_empty() {
        let report = report.clone();
        return (!fix.commands.is_empty()).then_some(Proved { fix, state: after, report });
    }
    if !is_as_whole(state, &after) {
        return None;
    }
    let mut judged = bench.judge_changed(state, &after, &written.texts.keys().copied().collect());
    if count(&judged, finding) >= count(report, finding) || is_worse(report, &judged, finding) {
        return None;
    }
    let mut role = shared(state, repair);
    if let Some(deeper) = deepen(bench, &after, &judged, finding) {
        fix.title = format!("{} and {}", fix.title, deeper.title);
        fix.edits = changed(state, &deeper.state);
        role = role.or(deeper.role);
        after = deeper.state;
        judged = deeper.report;
    }
    let demand = finding.demand.as_deref().and_then(|id| demand(bench, id));
    let mut because = Vec::new();
    if let (Some(id), Some(now)) =
        (&finding.demand, finding.demand.as_deref().and_then(|id| state_of(&judged, id)))
    {
        match now {
            DemandState::Holds => {}
            DemandState::Broken => because.push(format!("`{id}` is broken for another reason as well")),
            DemandState::Unknown => {
                let fact = judged.unknown.iter().find(|unknown| unknown.demand == *id);
                let why = fact.map_or_else(|| "evidence is missing".to_owned(), |fact| fact.reason.clone());
                because.push(format!("whether `{id}` holds then cannot be told: {why}"));
            }
        }
    }
    because.extend(
        news(report, &judged, finding).map(|new| format!("there is a warning then: {}", new.headline)),
    );
    if let Some(role) = role {
        because.push(format!("the {role} may apply to others too, who are not seen here"));
    }
    let is_text = repair.changes.iter().all(|change| matches!(change, Change::Rewrite { .. }));
    let is_policy = !is_text && !written.texts.keys().all(|source| Some(*source) == bench.config);
    let access = if is_policy { compare(bench, state, &after) } else { Access::default() };
    if !access.gained.is_empty() {
        because.push("it lets in more than the contract asks for".to_owned());
    }
    // A demand that others be kept out is met by taking access away.
    let wants_less =
        demand.is_some_and(|demand| matches!(&demand.ask, Ask::Access { expect: Expect::Denied(_), .. }));
    if !access.lost.is_empty() && !wants_less {
        because.push("it takes access away".to_owned());
    }
    because.extend(access.doubts.iter().map(|doubt| format!("what else it lets in cannot be told: {doubt}")));
    let drops_text = repair.changes.iter().any(|change| {
        matches!(change, Change::Rewrite { at, text } if text.is_empty() && !is_punctuation(state.sources.get(at.source).slice(at.span)))
    });
    if drops_text {
        because.push("it takes out text that you wrote for readers".to_owned());
    }
    fix.applicability = if because.is_empty() { Applicability::Safe } else { Applicability::NeedsReview };
    fix.because.extend(because);
    fix.gained = access.gained;
    fix.lost = access.lost;
    Some(Proved { fix, state: after, report: judged })
}

/// What is mended behind a fault.
struct Deeper {
    title: String,
    role: Option<&'static str>,
    state: State,
    report: Report,
}

/// Whether no text is worse JSON than before: two changes may write one key twice.
fn is_as_whole(before: &State, after: &State) -> bool {
    let faults = |state: &State| -> usize {
        state.evidence.documents.iter().map(|document| document.issues.len()).sum()
    };
    faults(after) <= faults(before)
}

/// Where another layer stands behind the one that was mended, its first way is taken too, as long as that leads to an end.
fn deepen(bench: &Bench<'_>, state: &State, report: &Report, finding: &Finding) -> Option<Deeper> {
    let id = finding.demand.as_deref()?;
    let mut out: Option<Deeper> = None;
    for _ in 0..MOST_LAYERS {
        let (state, report) = out.as_ref().map_or((state, report), |out| (&out.state, &out.report));
        if state_of(report, id) != Some(DemandState::Broken) {
            return out;
        }
        let mut next = report.findings.iter().filter(|next| next.demand.as_deref() == Some(id));
        let next = next.find(|next| !next.repairs.is_empty())?;
        let repair = merged(next.repairs.first()?.clone());
        let written = text::write(bench, state, &report.wrapped, &repair).ok()?;
        if written.edits.is_empty() {
            return None;
        }
        let after = state.with(&written.texts, &written.form, bench.config);
        if !is_as_whole(state, &after) {
            return None;
        }
        let judged = bench.judge_changed(state, &after, &written.texts.keys().copied().collect());
        if is_worse(report, &judged, finding) {
            return None;
        }
        let title = match &out {
            Some(out) => format!("{} and {}", out.title, title(state, &repair)),
            None => title(state, &repair),
        };
        let role = shared(state, &repair).or(out.as_ref().and_then(|out| out.role));
        out = Some(Deeper { title, role, state: after, report: judged });
    }
    out.filter(|out| state_of(&out.report, id) != Some(DemandState::Broken))
}

/// The stretches in which texts differ, one a file.
fn changed(before: &State, after: &State) -> Vec<Edit> {
    let files = before.sources.iter().filter(|(id, source)| after.sources.get(*id).text() != source.text());
    files.map(|(id, source)| text::difference(id, source.text(), after.sources.get(id).text())).collect()
}

fn is_punctuation(text: &str) -> bool {
    text.chars().all(|next| !next.is_alphanumeric())
}

/// Findings that say the same of the same demand, wherever they stand now.
fn count(report: &Report, finding: &Finding) -> usize {
    let source = finding.primary.place.source;
    let is_same = |other: &&Finding| {
        other.rule == finding.rule
            && other.headline == finding.headline
            && other.primary.place.source == source
    };
    report.findings.iter().filter(is_same).count()
}

/// Whether a demand is worse off, or something is reported that was not.
fn is_worse(before: &Report, after: &Report, mended: &Finding) -> bool {
    let worse = before.consumers.iter().zip(&after.consumers).any(|(before, after)| {
        before.demands.iter().any(|demand| {
            let now = after.demands.iter().find(|now| now.id == demand.id);
            now.is_some_and(|now| now.state > demand.state)
        })
    });
    worse || news(before, after, mended).any(|finding| finding.severity == Severity::Error)
}

/// Errors and warnings that were not told before.
fn news<'r>(before: &'r Report, after: &'r Report, mended: &'r Finding) -> impl Iterator<Item = &'r Finding> {
    let new = after.findings.iter().filter(|finding| finding.severity > Severity::Note);
    // What stood behind the fault shows once the fault is gone.
    new.filter(|finding| mended.demand.is_none() || finding.demand != mended.demand)
        .filter(|finding| count(before, finding) < count(after, finding))
}

fn state_of(report: &Report, id: &str) -> Option<DemandState> {
    let demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    demands.filter(|demand| demand.id == id).map(|demand| demand.state).max()
}

fn demand<'a>(bench: &Bench<'a>, id: &str) -> Option<&'a Demand> {
    let contracts = bench.consumers.iter().filter_map(|name| bench.library.contract(name));
    contracts.flat_map(|contract| &contract.demands).find(|demand| demand.id == id)
}

/// The kind of a changed document that others depend on.
fn shared(state: &State, repair: &Repair) -> Option<&'static str> {
    let sources: Vec<_> = repair.changes.iter().filter_map(place).collect();
    let documents = state.evidence.documents.iter().filter(|document| sources.contains(&document.source));
    documents.map(|document| document.role).find_map(|role| match role {
        Role::Scp => Some("service control policy"),
        Role::Rcp => Some("resource control policy"),
        Role::Boundary => Some("permissions boundary"),
        Role::EndpointPolicy => Some("policy of the VPC endpoint"),
        Role::BucketPolicy
        | Role::ReaderPolicy
        | Role::SessionPolicy
        | Role::KeyPolicy
        | Role::LinkedPolicy
        | Role::TrustPolicy => None,
    })
}

fn place(change: &Change) -> Option<crate::source::SourceId> {
    match change {
        Change::Set { at, .. }
        | Change::Add { at, .. }
        | Change::Remove { at }
        | Change::Rewrite { at, .. } => Some(at.source),
        Change::AddMember { object, .. } => Some(object.source),
        Change::Rename { key, .. } => Some(key.source),
        Change::Form { .. } | Change::Run { .. } => None,
    }
}
