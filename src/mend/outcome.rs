//! What a change does to a report: what is worse, what is new, and which documents AWS still refuses.

use super::state::Bench;
use crate::contract::{Ask, Demand};
use crate::finding::{Change, Finding, Need, Report, Severity, State as DemandState};
use crate::source::SourceId;
use std::collections::BTreeSet;

/// The documents that AWS refuses as they are written: nothing in them is in force, or will be.
pub(super) fn refused(bench: &Bench<'_>, report: &Report) -> BTreeSet<SourceId> {
    refused_for(bench, report, &|_| true)
}

/// Those of them that are refused for more than text beside the values, comments say, which a file may have that is sent without.
pub(super) fn refused_for_values(bench: &Bench<'_>, report: &Report) -> BTreeSet<SourceId> {
    let is_beside = |change: &Change| matches!(change, Change::Rewrite { text, .. } if text.is_empty());
    refused_for(bench, report, &|finding| {
        let mut changes = finding.repairs.iter().flat_map(|repair| &repair.changes).peekable();
        changes.peek().is_none() || !changes.all(is_beside)
    })
}

fn refused_for(
    bench: &Bench<'_>,
    report: &Report,
    is_meant: &dyn Fn(&Finding) -> bool,
) -> BTreeSet<SourceId> {
    let is_refused =
        |id: &str| asks_for_acceptance(bench, id) && state_of(report, id) == Some(DemandState::Broken);
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors
        .filter(|finding| is_meant(finding))
        .filter(|finding| finding.demand.as_deref().is_some_and(is_refused))
        .map(|finding| finding.primary.place.source)
        .collect()
}

/// Findings that say the same of the same demand, wherever they stand now.
pub(super) fn count(report: &Report, finding: &Finding) -> usize {
    let source = finding.primary.place.source;
    let is_same = |other: &&Finding| {
        other.rule == finding.rule
            && other.headline == finding.headline
            && other.demand == finding.demand
            && other.primary.place.source == source
    };
    report.findings.iter().filter(is_same).count()
}

/// What is worse after a change.
#[derive(Debug, Default)]
pub(super) struct Worse {
    /// Something needed, or an error that was not told: such a change is none that mends.
    pub(super) needed: bool,
    /// What held by a text that was not in force.
    pub(super) reveals: Vec<String>,
    /// Advice that held, where the change mends something needed.
    pub(super) advice: Vec<String>,
}

/// Looks for demands that are worse off, and for errors that were not reported.
///
/// Nothing of a document that AWS refuses is in force. So where nothing but a spelling is mended there, a demand that held by the
/// text of it, and does not by what was meant, is no worse than before: that is told apart, and taken where there is no better way.
pub(super) fn worse(
    bench: &Bench<'_>,
    (before, after): (&Report, &Report),
    mended: &Finding,
    is_respelled: bool,
) -> Worse {
    let mut out = Worse::default();
    let refused = mended.demand.as_deref().is_some_and(|id| asks_for_acceptance(bench, id));
    let reveals = refused && is_respelled;
    let is_needed = |id: &str| need_of(before, id) == Some(Need::Needed);
    let mends_needed = mended.demand.as_deref().is_some_and(is_needed);
    // AWS takes nothing of a document that it refuses, so what its other parts come to was not settled before: a demand that
    // could not be told and is now known to be broken is better known, not worse.
    let is_worse = |before: DemandState, now: DemandState| match before {
        DemandState::Holds => now != DemandState::Holds,
        DemandState::Unknown => now == DemandState::Broken && !refused,
        DemandState::Broken => false,
    };
    for (before, after) in before.consumers.iter().zip(&after.consumers) {
        for demand in &before.demands {
            let now = after.demands.iter().find(|now| now.id == demand.id);
            if !now.is_some_and(|now| is_worse(demand.state, now.state)) {
                continue;
            }
            if reveals && demand.state == DemandState::Holds {
                out.reveals.push(demand.id.clone());
            } else if demand.need == Need::Advice && mends_needed {
                out.advice.push(demand.id.clone());
            } else {
                out.needed = true;
            }
        }
    }
    // What stands behind a fault of a demand that did not hold shows once the fault is gone.
    let stood_behind = |finding: &Finding| match finding.demand.as_deref() {
        Some(id) => {
            state_of(before, id).is_some_and(|state| state != DemandState::Holds)
                || out.advice.iter().chain(&out.reveals).any(|known| known == id)
        }
        None => refused && finding.primary.place.source == mended.primary.place.source,
    };
    out.needed |= news(before, after, mended)
        .any(|finding| finding.severity == Severity::Error && !stood_behind(finding));
    out
}

fn need_of(report: &Report, id: &str) -> Option<Need> {
    let mut demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    demands.find(|demand| demand.id == id).map(|demand| demand.need)
}

/// Whether a demand is that AWS takes a document as it is written.
pub(super) fn asks_for_acceptance(bench: &Bench<'_>, id: &str) -> bool {
    demand(bench, id).is_some_and(|demand| matches!(demand.ask, Ask::Accepted { .. }))
}

/// Errors and warnings that were not told before.
pub(super) fn news<'r>(
    before: &'r Report,
    after: &'r Report,
    mended: &'r Finding,
) -> impl Iterator<Item = &'r Finding> {
    let new = after.findings.iter().filter(|finding| finding.severity > Severity::Note);
    // What stood behind the fault shows once the fault is gone.
    new.filter(|finding| mended.demand.is_none() || finding.demand != mended.demand)
        .filter(|finding| count(before, finding) < count(after, finding))
}

pub(super) fn state_of(report: &Report, id: &str) -> Option<DemandState> {
    let demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    demands.filter(|demand| demand.id == id).map(|demand| demand.state).max()
}

pub(super) fn demand<'a>(bench: &Bench<'a>, id: &str) -> Option<&'a Demand> {
    let contracts = bench.consumers.iter().filter_map(|name| bench.library.contract(name));
    contracts.flat_map(|contract| &contract.demands).find(|demand| demand.id == id)
}
