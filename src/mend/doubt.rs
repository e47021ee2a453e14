//! Whether a value of the form, and not the documents, may be the one that is wrong.

use super::outcome::state_of;
use super::state::{Bench, State};
use super::typed::written;
use crate::finding::{Finding, Repair, Report, Severity, State as DemandState};
use crate::policy::{ArnSplit, Effect};
use crate::source::SourceId;
use std::collections::{BTreeMap, BTreeSet};

/// Paths that are tried.
const MOST_PATHS: usize = 4;

/// The path that two documents or more name where the form has another one, if no export at hand shows which of them is right:
/// with it in the form the finding, and errors of at least two documents, would be gone without any change.
pub(super) fn path_of_documents(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    (finding, repair): (&Finding, &Repair),
) -> Option<String> {
    let shown = !state.evidence.exports.definitions.is_empty() || !state.evidence.listing.is_missing();
    let demand = finding.demand.as_deref()?;
    let typed = state.form.text("export-path").filter(|path| !path.is_empty())?;
    let mut written = repair.changes.iter().flat_map(written);
    if shown || !state.form.is_given("export-path") || !written.any(|text| text.contains(typed)) {
        return None;
    }
    let before = with_errors(report);
    paths(state).into_iter().take(MOST_PATHS).find(|path| {
        let form = [("export-path".to_owned(), path.clone())];
        let judged = bench.judge(&state.with(&BTreeMap::new(), &form, bench.config));
        let now = with_errors(&judged);
        state_of(&judged, demand) == Some(DemandState::Holds) && before.difference(&now).count() > 1
    })
}

fn with_errors(report: &Report) -> BTreeSet<SourceId> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.primary.place.source).collect()
}

/// The paths that Allows of the documents name in the form's bucket, without the export's name.
fn paths(state: &State) -> Vec<String> {
    let bucket = state.form.text("bucket").unwrap_or_default();
    let name = state.form.text("export-name").unwrap_or_default();
    let statements = state.evidence.documents.iter().flat_map(|document| &document.policy.statements);
    let resources = statements
        .filter(|statement| statement.effect == Effect::Allow)
        .filter_map(|statement| statement.resources.as_ref())
        .flat_map(|element| &element.items);
    let mut out: Vec<String> = Vec::new();
    for resource in resources {
        let Some(arn) = ArnSplit::new(&resource.value) else { continue };
        let Some((of, key)) = arn.resource.split_once('/') else { continue };
        let folder = key.split(['*', '?']).next().unwrap_or_default().trim_end_matches('/');
        let path = folder.strip_suffix(name).map_or(folder, |path| path.trim_end_matches('/'));
        if of == bucket && !path.is_empty() && !out.iter().any(|known| known == path) {
            out.push(path.to_owned());
        }
    }
    out
}
