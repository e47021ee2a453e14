//! Which export auto-detection comes to: the first that suits it, and not the one that the user has in mind.

use super::super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
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
        let values = Values::new().with("found", export.called());
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
    let before = meant::before(subject, meant);
    let text = |definition: &ExportDefinition| definition.bucket.as_ref().map(|bucket| bucket.text.clone());
    // The product goes on to the next if it cannot list the bucket; the form's it can, or other demands tell.
    let is_near = |each: &&&ExportDefinition| text(each) == text(meant);
    let Some(first) = before.suiting.iter().find(is_near).or(before.suiting.first()) else {
        return first_of_all(subject, meant, &before);
    };
    if !before.is_ordered {
        return unknown(FactRef::new("export-order"));
    }
    let values = Values::new().with("found", first.label()).with("needed", meant.label());
    let is_certain = text(first) == text(meant);
    let case = if is_certain { "first-other" } else { "first-perhaps" };
    let mut cause = Cause::new("export", case, place(first, first.name_span()), values);
    let words = subject.phrases.say("export-meant", &[]);
    cause.related.extend(given(subject.form.get("export-name")).map(|at| (at, words)));
    if is_certain {
        return broken(cause);
    }
    let values = vec![
        ("found".to_owned(), first.label().to_owned()),
        ("other".to_owned(), text(first).unwrap_or_else(|| "BUCKET".to_owned())),
    ];
    let fact = FactRef { id: "first-found".to_owned(), values };
    Outcome { causes: vec![cause], ..unknown(fact) }
}

/// No export that is known comes before.
fn first_of_all(subject: &Subject<'_>, meant: &ExportDefinition, before: &meant::Before<'_>) -> Outcome {
    if let Some(unseen) = before.unseen.first() {
        return unknown(FactRef::with("first-found-unseen", "found", unseen));
    }
    let detail = Some(format!("`{}`", meant.label()));
    if before.is_ordered || !subject.evidence.exports.may_have_others(Some(meant.label())) {
        return Outcome { detail, ..Outcome::of(State::Holds) };
    }
    if subject.strict {
        return unknown(FactRef::new("export-order"));
    }
    let assumed = vec![Assumption { text: subject.phrases.say("first-export", &[]), source: None }];
    Outcome { detail, assumed, ..Outcome::of(State::Holds) }
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
