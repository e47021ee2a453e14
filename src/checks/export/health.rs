//! What AWS says of the export's deliveries.

use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{broken, meant, unknown};
use crate::billing::{Execution, ExportKind, ExportStatus, Text};
use crate::eval::Instant;
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::{Place, SourceId, Span};

/// A first delivery can take this long, in hours.
/// <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-create-standard.html> (checked 2026-11)
const FIRST_DELIVERY: i128 = 24;

/// What is said of the health of the export that the form means.
pub(super) fn statuses<'a>(subject: &Subject<'a>) -> Vec<&'a ExportStatus> {
    let Some(name) = meant::name(subject) else { return Vec::new() };
    let legacy = meant::definition(subject)
        .map_or(meant::is_legacy(subject), |definition| definition.kind == ExportKind::Legacy);
    let all = &subject.evidence.exports.statuses;
    all.iter()
        .filter(|status| status.legacy == legacy && status.name.as_ref().is_some_and(|text| text.is(name)))
        .collect()
}

/// Its runs. An answer that does not say of which export it is was asked for this one.
pub(super) fn executions<'a>(subject: &Subject<'a>) -> Vec<&'a Execution> {
    let name = meant::name(subject);
    let all = &subject.evidence.exports.executions;
    let is_its = |execution: &&Execution| match (&execution.export, name) {
        (Some(export), Some(name)) => export.is(name),
        (Some(_) | None, None) | (None, Some(_)) => true,
    };
    all.iter().filter(is_its).collect()
}

fn moment(text: Option<&Text>) -> Option<Instant> {
    Instant::parse(&text?.text)
}

/// A fault at one of the texts of an answer.
fn cause(subject: &Subject<'_>, case: &'static str, source: SourceId, span: Span, found: &str) -> Cause {
    let values = Values::new().with("export", meant::name(subject).unwrap_or_default()).with("found", found);
    Cause::new("export", case, Place { source, span }, values)
}

pub(super) fn status(subject: &Subject<'_>) -> Outcome {
    // Of two answers the one that knows of the later delivery is the newer.
    let statuses = statuses(subject);
    let newest = statuses.iter().max_by_key(|status| moment(status.delivered.as_ref()));
    let fact =
        || unknown(FactRef::new(if meant::is_legacy(subject) { "report-status" } else { "export-status" }));
    let Some(status) = newest else { return fact() };
    let Some(code) = &status.code else { return fact() };
    let told = status.reason.as_ref().unwrap_or(code);
    let cause = |case| cause(subject, case, status.source, told.span, &told.text);
    match (code.text.as_str(), status.reason.as_ref().map(|reason| reason.text.as_str())) {
        ("HEALTHY" | "SUCCESS", _) => Outcome::of(State::Holds),
        ("ERROR_PERMISSIONS", _) | ("UNHEALTHY", Some("INSUFFICIENT_PERMISSION")) => {
            broken(cause("status-permission"))
        }
        ("ERROR_NO_BUCKET", _) => broken(cause("status-no-bucket")),
        ("UNHEALTHY", Some("BILL_OWNER_CHANGED")) => broken(cause("status-bill-owner")),
        ("UNHEALTHY", Some("DEPRECATED")) => broken(cause("status-deprecated")),
        ("UNHEALTHY", Some("INTERNAL_FAILURE")) => {
            Outcome { causes: vec![cause("status-internal")], ..fact() }
        }
        ("UNHEALTHY", _) => broken(cause("status-unhealthy")),
        _ => fact(),
    }
}

pub(super) fn execution(subject: &Subject<'_>) -> Outcome {
    let executions = executions(subject);
    let fact = || unknown(FactRef::new("export-executions"));
    let is_over = |execution: &&&Execution| {
        let over = ["DELIVERY_SUCCESS", "DELIVERY_FAILURE", "QUERY_FAILURE"];
        execution.code.as_ref().is_some_and(|code| over.iter().any(|word| code.is(word)))
    };
    // The first of equals: AWS lists the newest first.
    let newest =
        executions.iter().filter(is_over).rev().max_by_key(|execution| moment(execution.created.as_ref()));
    let Some(execution) = newest else { return fact() };
    let Some(code) = &execution.code else { return fact() };
    if code.is("DELIVERY_SUCCESS") {
        return Outcome::of(State::Holds);
    }
    let reason = execution.reason.as_ref();
    let by_aws = reason.is_some_and(|reason| reason.is("INTERNAL_FAILURE"));
    let case = match code.text.as_str() {
        _ if by_aws => "status-internal",
        "QUERY_FAILURE" => "query-failed",
        _ => "delivery-failed",
    };
    let found = &reason.unwrap_or(code).text;
    let cause = cause(subject, case, execution.source, code.span, found);
    if by_aws {
        return Outcome { causes: vec![cause], ..fact() };
    }
    broken(cause)
}

pub(super) fn delivered(subject: &Subject<'_>) -> Outcome {
    let statuses = statuses(subject);
    let was_delivered = statuses.iter().any(|status| status.delivered.is_some())
        || executions(subject)
            .iter()
            .any(|execution| execution.code.as_ref().is_some_and(|code| code.is("DELIVERY_SUCCESS")));
    if was_delivered {
        return Outcome::of(State::Holds);
    }
    let legacy = meant::is_legacy(subject);
    let waiting = || unknown(FactRef::new(if legacy { "first-report" } else { "first-delivery" }));
    // An export that AWS cannot deliver is told of by its status.
    let is_healthy = |code: &Text| code.is("HEALTHY") || code.is("SUCCESS");
    let Some(status) = statuses.iter().find(|status| status.code.as_ref().is_none_or(is_healthy)) else {
        return waiting();
    };
    let Some(created) = &status.created else {
        let opening = Span { start: status.span.start, end: status.span.end.min(status.span.start + 1) };
        let at = status.name.as_ref().map_or(opening, |name| name.span);
        let cause = cause(subject, "not-delivered", status.source, at, "");
        return Outcome { causes: vec![cause], ..waiting() };
    };
    let age = moment(Some(created)).zip(Instant::parse(subject.now)).map(|(from, now)| now.hours_since(from));
    // The answer may be as old as the export: that nothing came since, it does not prove.
    let case =
        if age.is_none_or(|hours| hours < FIRST_DELIVERY) { "delivery-pending" } else { "not-delivered" };
    let cause = cause(subject, case, status.source, created.span, &created.text);
    Outcome { causes: vec![cause], ..waiting() }
}
