//! Whether the export that the form names is there, and room for one more.

use super::super::layers::{disagree, disagreement_of};
use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{broken, form_fact, given, meant, unknown};
use crate::billing::ExportKind;
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::Place;
use std::collections::BTreeSet;

/// How many CUR 2.0 exports an account can have.
/// <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-quotas.html> (checked 2026-11)
const MOST_EXPORTS: usize = 5;

/// How many legacy reports an account can have: the API's text says five, the quota page ten.
const LEGACY_REPORTS: std::ops::Range<usize> = 5..10;

/// How many names are compared with one that is not there: as many as an account can have exports at most.
const MOST_NAMES: usize = 1_000;

/// Letters that may differ in a name that was meant.
const MOST_SLIPS: usize = 2;

pub(super) fn looked(subject: &Subject<'_>) -> Outcome {
    match meant::definition(subject) {
        Some(definition) => {
            let detail = format!("`{}`, {}", definition.called(), definition.kind.title());
            Outcome { detail: Some(detail), ..Outcome::of(State::Holds) }
        }
        None => unknown(meant::fact(subject)),
    }
}

pub(super) fn named(subject: &Subject<'_>) -> Outcome {
    let exports = &subject.evidence.exports;
    let names = exports.names();
    let legacy = meant::is_legacy(subject);
    let lists = if legacy { "cur describe-report-definitions" } else { "bcm-data-exports" };
    if let Some(two) = disagreement_of(subject, lists) {
        return unknown(disagree(two));
    }
    let all_known = if legacy { exports.all_reports } else { exports.all_exports };
    let field = subject.form.get("export-name");
    let Some(wanted) = field.map(|value| value.text.as_str()) else {
        return match (names.as_slice(), all_known) {
            ([], true) => broken_none(subject),
            ([], false) => unknown(list_fact(legacy)),
            ([_], _) => Outcome::of(State::Holds),
            _ if meant::definition(subject).is_some() => Outcome::of(State::Holds),
            _ if subject.form.text("mode") == Some("find-report") => Outcome::of(State::Holds),
            _ => unknown(form_fact("export-name")),
        };
    };
    if names.iter().any(|(name, _)| *name == wanted) {
        return Outcome::of(State::Holds);
    }
    let Some((nearest, at)) = names.iter().take(MOST_NAMES).min_by_key(|(name, _)| distance(name, wanted))
    else {
        return if all_known { broken_none(subject) } else { unknown(list_fact(legacy)) };
    };
    let values = Values::new().with("found", wanted).with("nearest", *nearest);
    let case = if all_known { "name-not-there" } else { "name-not-shown" };
    let mut cause = Cause::new("export", case, given(field).unwrap_or(*at), values);
    // A name that is nearly the same was meant; which of others was, nobody can tell.
    if all_known && distance(nearest, wanted) <= MOST_SLIPS {
        cause = cause.typing("export-name", nearest);
    }
    if cause.place != *at {
        cause.related.push((*at, format!("the nearest name is `{nearest}`")));
    }
    if all_known { broken(cause) } else { Outcome { causes: vec![cause], ..unknown(list_fact(legacy)) } }
}

/// The answer is whole and empty: there is nothing to point at but the answer.
fn broken_none(subject: &Subject<'_>) -> Outcome {
    let kind = if meant::is_legacy(subject) {
        crate::evidence::AnswerKind::ReportDefinitions
    } else {
        crate::evidence::AnswerKind::Exports
    };
    let Some(answer) = subject.evidence.answers_of(kind).next() else { return unknown(meant::fact(subject)) };
    let span = crate::syntax::read_json(subject.sources.get(answer.source).text()).root.span;
    let at = given(subject.form.get("export-name")).unwrap_or(Place { source: answer.source, span });
    let values = Values::new().with("found", kind.name());
    broken(Cause::new("export", "none-there", at, values))
}

fn list_fact(legacy: bool) -> FactRef {
    FactRef::new(if legacy { "report-list" } else { "export-list" })
}

/// How many letters must be inserted, removed or exchanged; a difference of case alone is the smallest.
fn distance(name: &str, wanted: &str) -> usize {
    let left: Vec<char> = name.to_lowercase().chars().take(300).collect();
    let right: Vec<char> = wanted.to_lowercase().chars().take(300).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, one) in left.iter().enumerate() {
        let mut next = vec![at + 1];
        for (other, (above, slanted)) in right.iter().zip(row.iter().skip(1).zip(&row)) {
            let before = next.last().copied().unwrap_or_default();
            let exchanged = slanted + usize::from(one != other);
            next.push(exchanged.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

pub(super) fn quota(subject: &Subject<'_>) -> Outcome {
    let exports = &subject.evidence.exports;
    let names = exports.names();
    if meant::name(subject).is_some_and(|wanted| names.iter().any(|(name, _)| *name == wanted)) {
        return Outcome { detail: Some("it is there, none is made".to_owned()), ..Outcome::of(State::Holds) };
    }
    let of_kind = |kind: ExportKind| -> Vec<Place> {
        let mut seen = BTreeSet::new();
        let each = exports.definitions.iter().filter(|each| each.kind == kind && !each.from_execution);
        each.filter(|each| seen.insert(each.label()))
            .map(|each| super::place(each, each.name_span()))
            .collect()
    };
    let full = |places: &[Place], most: usize| {
        let last = places.get(most.saturating_sub(1)).copied()?;
        let values =
            Values::new().with("found", places.len().to_string()).with("needed", (most - 1).to_string());
        Some(broken(Cause::new("export", "quota", last, values)))
    };
    if meant::is_legacy(subject) {
        let reports = of_kind(ExportKind::Legacy);
        return match full(&reports, LEGACY_REPORTS.end) {
            Some(outcome) => outcome,
            None if LEGACY_REPORTS.contains(&reports.len()) => unknown(FactRef::new("report-quota")),
            None if exports.all_reports => Outcome::of(State::Holds),
            None => unknown(list_fact(true)),
        };
    }
    let known = of_kind(ExportKind::Cur2);
    if let Some(outcome) = full(&known, MOST_EXPORTS) {
        return outcome;
    }
    // A list has names without tables: each may be a CUR 2.0 export.
    let defined: BTreeSet<&str> = exports.definitions.iter().map(|each| each.label()).collect();
    let listed = names.iter().filter(|(name, _)| !defined.contains(name)).count();
    if known.len() + listed >= MOST_EXPORTS {
        unknown(FactRef::new("export-quota"))
    } else if exports.all_exports {
        Outcome::of(State::Holds)
    } else {
        unknown(list_fact(false))
    }
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances() {
        for (name, wanted, expected) in
            [("a", "a", 0), ("Cur", "cUR", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("äb", "ab", 1)]
        {
            assert_eq!(distance(name, wanted), expected, "{name} {wanted}");
        }
    }
}
