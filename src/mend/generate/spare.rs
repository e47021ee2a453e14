//! Statements that were added for one demand, and that what was added for another makes needless.

use super::super::access::is_equal;
use super::super::state::{Bench, State};
use super::super::text;
use crate::evidence::PolicyDocument;
use crate::finding::{Change, Repair, Report, State as Answer};
use crate::policy::Statement;
use crate::source::{Place, SourceId};
use serde_json::Value;

/// The documents without the statements without which every request and every demand is answered alike. Those that are to stay do.
pub(super) fn without_needless(bench: &Bench<'_>, state: State, report: Report) -> (State, Report) {
    let sources: Vec<SourceId> = state.evidence.documents.iter().map(|document| document.source).collect();
    let (mut state, mut report) = (state, report);
    for source in sources {
        let mut at = 0;
        while at < document(&state, source).map_or(0, |document| document.policy.statements.len()) {
            match without(bench, &state, &report, (source, at)) {
                Some(less) => (state, report) = less,
                None => at += 1,
            }
        }
    }
    (state, report)
}

fn document(state: &State, source: SourceId) -> Option<&PolicyDocument> {
    state.evidence.documents.iter().find(|document| document.source == source)
}

fn without(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    (source, at): (SourceId, usize),
) -> Option<(State, Report)> {
    let old = document(state, source)?;
    let statements = &old.policy.statements;
    let needless = statements.get(at).filter(|_| statements.len() > 1)?;
    let mut repair = Repair::of(Change::Remove { at: Place { source, span: needless.span } });
    repair.changes.extend(renumbered(needless, statements, source));
    let written = text::write(bench, state, &report.wrapped, &repair).ok()?;
    let after = state.with(&written.texts, &written.form, bench.config);
    if !after.keeps() || !is_equal(&state.form, old, document(&after, source)?) {
        return None;
    }
    let again = bench.judge_changed(state, &after, &written.texts.keys().copied().collect());
    // Demands may ask what AWS's list of actions says is never asked: its pages differ.
    (answers(&again) == answers(report)).then_some((after, again))
}

/// What the products' demands come to.
fn answers(report: &Report) -> Vec<Answer> {
    report.consumers.iter().flat_map(|consumer| &consumer.demands).map(|demand| demand.state).collect()
}

/// The Sid of a statement that goes, for one that has a number only because that Sid was taken.
fn renumbered(gone: &Statement, statements: &[Statement], source: SourceId) -> Option<Change> {
    let free = &gone.sid.as_ref()?.value;
    let second = statements.iter().filter_map(|statement| statement.sid.as_ref()).find(|sid| {
        sid.value
            .strip_prefix(&**free)
            .is_some_and(|number| !number.is_empty() && number.chars().all(|digit| digit.is_ascii_digit()))
    })?;
    let at = Place { source, span: second.span };
    Some(Change::Set { at, value: Value::from(&**free) })
}
