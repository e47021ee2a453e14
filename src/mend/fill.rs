//! A policy without statements: AWS refuses an empty list as well, so it is filled with what the demands ask for.

use super::outcome::{asks_for_acceptance, count};
use super::state::{Bench, State};
use super::text;
use super::ways::merged;
use crate::finding::{Change, Finding, Repair, Report, Severity};

/// Statements that are added one after the other.
const MOST_STATEMENTS: usize = 12;

/// Whether a repair makes the list of a policy's statements.
pub(super) fn adds_statements(repair: &Repair) -> bool {
    let is_list = |change: &Change| matches!(change, Change::AddMember { key, .. } if key == "Statement");
    repair.changes.iter().any(is_list)
}

/// The documents with what demands of the empty policy ask for; nothing if the finding is not gone then.
pub(super) fn fill(
    bench: &Bench<'_>,
    state: State,
    report: Report,
    finding: &Finding,
) -> Option<(State, Report)> {
    let source = finding.primary.place.source;
    let before = count(&report, finding);
    let (mut state, mut report) = (state, report);
    for _ in 0..MOST_STATEMENTS {
        let open = report.findings.iter().find(|other| {
            let accepts = other.demand.as_deref().is_none_or(|id| asks_for_acceptance(bench, id));
            other.severity == Severity::Error && other.primary.place.source == source && !accepts
        });
        let Some(repair) = open.and_then(|other| other.repairs.first()) else { break };
        let written = text::write(bench, &state, &report.wrapped, &merged(repair.clone())).ok()?;
        if written.edits.is_empty() {
            break;
        }
        let after = state.with(&written.texts, &written.form, bench.config);
        report = bench.judge_changed(&state, &after, &written.texts.keys().copied().collect());
        state = after;
    }
    (count(&report, finding) < before).then_some((state, report))
}
