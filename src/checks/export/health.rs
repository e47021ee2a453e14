//! What AWS says of the export's deliveries.

use super::super::layers::disagree;
use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{broken, meant, unknown};
use crate::billing::{Execution, ExportKind, ExportStatus, Text};
use crate::eval::Instant;
use crate::evidence::Disagreement;
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::{Place, SourceId, Span};
use std::collections::BTreeSet;

/// A first delivery can take this long, in hours.
/// <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-create-standard.html> (checked 2026-11)
const FIRST_DELIVERY: i128 = 24;

/// AWS refreshes exports once a day at least; an answer may be some days old when it is looked at.
/// <https://docs.aws.amazon.com/cur/latest/userguide/what-is-data-exports.html> (checked 2026-11)
const LONGEST_PAUSE: i64 = 7;

/// Hours within which there is another run: AWS refreshes exports once a day at least.
/// <https://docs.aws.amazon.com/cur/latest/userguide/what-is-data-exports.html> (checked 2026-11)
const ONE_RUN: i128 = 24;

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

/// A moment of an answer. Of legacy reports it is written without marks: `20261123T041209Z`.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ReportStatus.html> (checked 2026-11)
fn moment(text: Option<&Text>) -> Option<Instant> {
    let text = &text?.text;
    let plain = || {
        let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
        let is_plain = day.len() == 8 && time.len() == 6;
        let part = |of: &str, range: std::ops::Range<usize>| of.get(range).map(str::to_owned);
        let day = [part(day, 0..4)?, part(day, 4..6)?, part(day, 6..8)?].join("-");
        let time = [part(time, 0..2)?, part(time, 2..4)?, part(time, 4..6)?].join(":");
        Instant::parse(&format!("{day}T{time}Z")).filter(|_| is_plain)
    };
    plain().or_else(|| Instant::parse(text))
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
    let legacy = meant::is_legacy(subject);
    let (nothing, again) = match legacy {
        true => ("report-status", "report-status-again"),
        false => ("export-status", "export-status-again"),
    };
    let Some(status) = newest else { return unknown(FactRef::new(nothing)) };
    let Some(code) = &status.code else { return unknown(FactRef::new(nothing)) };
    // What was answered does not settle it, and the same answer once more would not either.
    let fact = || unknown(FactRef::with(again, "found", &status.reason.as_ref().unwrap_or(code).text));
    let is_healthy =
        |status: &ExportStatus| status.code.as_ref().map(|code| code.is("HEALTHY") || code.is("SUCCESS"));
    // Which of two answers came later, deliveries tell that both know of, and nothing else.
    let same = moment(status.delivered.as_ref());
    let is_older = |each: &ExportStatus| {
        let of_each = moment(each.delivered.as_ref());
        same.zip(of_each).is_some_and(|(newest, other)| newest != other)
    };
    let tied = statuses.iter().filter(|each| !is_older(each));
    let other = tied.filter(|each| is_healthy(each).is_some_and(|yes| Some(yes) != is_healthy(status)));
    if let Some(other) = other.copied().next() {
        return unknown(two_answers(subject, [status.source, other.source]));
    }
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

/// That two answers say different things of the export's health.
fn two_answers(subject: &Subject<'_>, sources: [SourceId; 2]) -> FactRef {
    let call = match meant::is_legacy(subject) {
        true => "cur describe-report-definitions --region {billing-region}",
        false => "bcm-data-exports list-exports --region {billing-region}",
    };
    let call = subject.form.fill(call).unwrap_or_else(|_| call.to_owned());
    let files = sources.map(|source| subject.sources.get(source).name().to_owned());
    let files: Vec<String> = BTreeSet::from(files).into_iter().collect();
    disagree(&Disagreement { call, files, role: None, form: None })
}

pub(super) fn execution(subject: &Subject<'_>) -> Outcome {
    let executions = executions(subject);
    let is_over = |execution: &&&Execution| {
        let over = ["DELIVERY_SUCCESS", "DELIVERY_FAILURE", "QUERY_FAILURE"];
        execution.code.as_ref().is_some_and(|code| over.iter().any(|word| code.is(word)))
    };
    // The first of equals: AWS lists the newest first.
    let newest =
        executions.iter().filter(is_over).rev().max_by_key(|execution| moment(execution.created.as_ref()));
    let Some((execution, code)) = newest.and_then(|execution| Some((execution, execution.code.as_ref()?)))
    else {
        return unknown(not_over(&executions));
    };
    if code.is("DELIVERY_SUCCESS") {
        return match days_since(subject, execution) {
            Some(days) => unknown(FactRef::with("run-old", "days", &days.to_string())),
            None => Outcome::of(State::Holds),
        };
    }
    if let Some(later) = refreshed_later(subject, execution) {
        let began = execution.created.as_ref().map_or_else(String::new, shown);
        let values = [("found", began), ("needed", later)];
        let values = values.map(|(hole, value)| (hole.to_owned(), value)).to_vec();
        return unknown(FactRef { id: "executions-old".to_owned(), values });
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
        return Outcome {
            causes: vec![cause],
            ..unknown(FactRef::with("run-failed-at-aws", "found", &code.text))
        };
    }
    broken(cause)
}

/// How many days ago a run was, if AWS would have made another one since and nothing tells of a later delivery.
fn days_since(subject: &Subject<'_>, run: &Execution) -> Option<i64> {
    let now = Instant::parse(subject.now)?;
    let age = |text: Option<&Text>| moment(text).map(|then| then.days_until(now));
    let days = age(run.completed.as_ref()).or_else(|| age(run.created.as_ref()))?;
    let later = statuses(subject)
        .into_iter()
        .any(|status| age(status.delivered.as_ref()).is_some_and(|days| days <= LONGEST_PAUSE));
    (days > LONGEST_PAUSE && !later).then_some(days)
}

/// When AWS refreshed the export after a run, so that runs which came later are not in the list. Of a run that does not say when
/// it ended a refresh on the same day may be the run's own.
fn refreshed_later(subject: &Subject<'_>, run: &Execution) -> Option<String> {
    let ended = moment(run.completed.as_ref());
    let began = moment(run.created.as_ref());
    let is_later = |then: Instant| match (ended, began) {
        (Some(ended), _) => then > ended,
        (None, Some(began)) => then.hours_since(began) >= ONE_RUN,
        (None, None) => false,
    };
    let told = statuses(subject).into_iter().filter_map(|status| status.delivered.as_ref());
    let last = told.max_by_key(|text| moment(Some(text)))?;
    moment(Some(last)).is_some_and(is_later).then(|| shown(last))
}

/// What runs wait for of which none is over: what its code says of the newest.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_ExecutionStatus.html> (checked 2026-11)
fn not_over(executions: &[&Execution]) -> FactRef {
    let told = executions.iter().rev().filter(|execution| execution.code.is_some());
    let newest = told.max_by_key(|execution| moment(execution.created.as_ref()));
    let Some(code) = newest.and_then(|execution| execution.code.as_ref()) else {
        return FactRef::new("run-without-code");
    };
    let fact = match code.text.as_str() {
        "INITIATION_IN_PROCESS" => "run-begins",
        "QUERY_QUEUED" => "run-queued",
        "QUERY_IN_PROCESS" => "run-in-query",
        "DELIVERY_IN_PROCESS" => "run-in-delivery",
        _ => "run-code-unknown",
    };
    FactRef::with(fact, "found", &code.text)
}

/// Whether AWS says that it delivered the export at least once.
pub(super) fn was_delivered(subject: &Subject<'_>) -> bool {
    let is_success =
        |execution: &&Execution| execution.code.as_ref().is_some_and(|code| code.is("DELIVERY_SUCCESS"));
    statuses(subject).iter().any(|status| status.delivered.is_some())
        || executions(subject).iter().any(is_success)
}

pub(super) fn delivered(subject: &Subject<'_>) -> Outcome {
    let statuses = statuses(subject);
    if was_delivered(subject) || super::super::layout::is_delivered(subject) {
        return stale(subject).unwrap_or_else(|| Outcome::of(State::Holds));
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
        if age.is_some_and(|hours| hours < FIRST_DELIVERY) { "delivery-pending" } else { "not-delivered" };
    let cause = cause(subject, case, status.source, created.span, &shown(created));
    Outcome { causes: vec![cause], ..waiting() }
}

/// A last delivery that is older than AWS lets pass between two: either the answer is as old, or AWS delivers no more.
fn stale(subject: &Subject<'_>) -> Option<Outcome> {
    let now = Instant::parse(subject.now)?;
    // One that AWS cannot deliver is told of by its status.
    if status(subject).state == Some(State::Broken) {
        return None;
    }
    let statuses = statuses(subject);
    let dated = statuses.iter().filter_map(|status| Some((status, status.delivered.as_ref()?)));
    let dated = dated.filter_map(|(status, text)| Some((moment(Some(text))?, status, text)));
    let (last, status, text) = dated.max_by_key(|(moment, ..)| *moment)?;
    let is_run = |execution: &Execution| {
        execution.code.as_ref().is_some_and(|code| code.is("DELIVERY_SUCCESS"))
            && moment(execution.created.as_ref()).is_some_and(|run| run.days_until(now) <= LONGEST_PAUSE)
    };
    let days = last.days_until(now);
    if days <= LONGEST_PAUSE || executions(subject).into_iter().any(is_run) {
        return None;
    }
    let mut cause = cause(subject, "delivery-old", status.source, text.span, &shown(text));
    cause.values.set("needed", days.to_string());
    let fact = if meant::is_legacy(subject) { "report-status-old" } else { "export-status-old" };
    Some(Outcome { causes: vec![cause], ..unknown(FactRef::with(fact, "days", &days.to_string())) })
}

/// A moment for people: seconds since 1970, as the API has them on the wire, and dates without marks become plain dates.
fn shown(text: &Text) -> String {
    match moment(Some(text)).filter(|_| !text.text.contains('-')) {
        Some(moment) => moment.date(),
        None => text.text.clone(),
    }
}
