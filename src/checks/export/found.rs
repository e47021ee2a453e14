//! Which export auto-detection comes to: the first that suits it, and not the one that the user has in mind.

use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{broken, given, meant, place, unknown};
use crate::billing::{ExportDefinition, ExportKind};
use crate::finding::State;
use crate::rulebook::Values;

/// How many legacy reports AWS gives in one answer; the product asks for no second.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_DescribeReportDefinitions.html> (checked 2026-11)
const PAGE: usize = 5;

pub(super) fn check(subject: &Subject<'_>) -> Outcome {
    let legacy = meant::is_legacy(subject);
    let all = || subject.evidence.exports.definitions.iter().filter(|each| !each.from_execution);
    let meant = meant::definition(subject);
    // What is wrong with the export that is meant, its settings tell.
    let is_other = |each: &ExportDefinition| meant.is_none_or(|meant| meant.label() != each.label());
    if !legacy && let Some(export) = all().find(|each| is_other(each) && ends_detection(each)) {
        let values = Values::new().with("found", export.label());
        let at = place(export, export.name_span());
        return broken(Cause::new("export", "breaks-detection", at, values));
    }
    let Some(meant) = meant else { return unknown(meant::fact(subject)) };
    let at = place(meant, meant.name_span());
    if legacy {
        let before = all()
            .filter(|each| each.kind == ExportKind::Legacy)
            .take_while(|each| each.span != meant.span)
            .count();
        if before >= PAGE {
            let values =
                Values::new().with("found", (before + 1).to_string()).with("needed", PAGE.to_string());
            return broken(Cause::new("export", "beyond-page", at, values));
        }
    }
    let Some(first) = meant::first_found(subject) else { return Outcome::of(State::Holds) };
    if first.span == meant.span && first.source == meant.source {
        return Outcome { detail: Some(format!("`{}`", first.label())), ..Outcome::of(State::Holds) };
    }
    let values = Values::new().with("found", first.label()).with("needed", meant.label());
    let mut cause = Cause::new("export", "first-other", place(first, first.name_span()), values);
    cause
        .related
        .extend(given(subject.form.get("export-name")).map(|at| (at, "this one is meant".to_owned())));
    let text = |definition: &ExportDefinition| definition.bucket.as_ref().map(|bucket| bucket.text.clone());
    if text(first) == text(meant) {
        return broken(cause);
    }
    // The product goes on to the next if it cannot list the bucket.
    let values = vec![
        ("found".to_owned(), first.label().to_owned()),
        ("other".to_owned(), text(first).unwrap_or_else(|| "BUCKET".to_owned())),
    ];
    let fact = FactRef { id: "first-found".to_owned(), values };
    Outcome { causes: vec![cause], ..unknown(fact) }
}

/// Whether the product stumbles over an export wherever it stands in the list.
fn ends_detection(export: &ExportDefinition) -> bool {
    match export.kind {
        ExportKind::Legacy => false,
        ExportKind::Cur2 => !export.has_configurations || export.granularity.is_none(),
        ExportKind::Focus
        | ExportKind::Carbon
        | ExportKind::CostOptimization
        | ExportKind::OtherTable
        | ExportKind::Unknown => !export.has_configurations,
    }
}
