//! Billing periods that are in the bucket and do not get into the product, although files are found.

use super::explain::{ending_of, is_ending};
use super::files_of;
use super::look::{Bucket, Kind, Seen};
use crate::checks::export;
use crate::checks::subject::{Cause, Subject};
use crate::contract::Month;
use crate::rulebook::Values;
use std::collections::BTreeSet;

/// The months of which files are read.
fn read_months(seen: &Seen<'_>, read: Kind) -> BTreeSet<Month> {
    seen.periods.iter().filter(|each| each.kind == read).map(|each| each.month).collect()
}

/// Data of newer months than any that is read, and Parquet beside older files where the export writes Parquet by now: the
/// costs stand still.
pub(super) fn left(subject: &Subject<'_>, bucket: Bucket<'_>, seen: &Seen<'_>, read: Kind) -> Vec<Cause> {
    let months = read_months(seen, read);
    let Some(newest) = months.last() else { return Vec::new() };
    let format = export::definition(subject).and_then(|definition| definition.format.as_ref());
    let writes_parquet = format.is_some_and(|format| format.text.eq_ignore_ascii_case("parquet"));
    let is_parquet = |kind: Kind| match kind {
        Kind::File { ending, .. } => bucket
            .layout
            .endings
            .get(ending)
            .is_some_and(|group| group.iter().any(|end| end.contains("parquet"))),
        _ => false,
    };
    let is_left = |kind: Kind, month: Month| {
        kind != read && (month > *newest || writes_parquet && is_parquet(kind) && !is_parquet(read))
    };
    let left: Vec<_> = seen.periods.iter().filter(|each| is_left(each.kind, each.month)).collect();
    let Some(first) = left.iter().max_by_key(|each| (each.month, std::cmp::Reverse(&each.group.key))) else {
        return Vec::new();
    };
    let of: BTreeSet<Month> = left.iter().map(|each| each.month).collect();
    let values = Values::new()
        .with("folder", seen.folder.as_str())
        .with("found", ending_of(&first.group.key))
        .with("name", first.month.to_string())
        .with("needed", newest.to_string())
        .with("count", if of.len() == 1 { "1 month".to_owned() } else { format!("{} months", of.len()) });
    let case = if is_ending(first.kind, read) { "months-hidden" } else { "months-passed-over" };
    let mut cause = Cause::new("layout", case, first.group.place, values);
    let read_from = seen.periods.iter().find(|each| each.kind == read && each.month == *newest);
    cause.related.extend(read_from.map(|each| (each.group.place, "the newest that is read".to_owned())));
    vec![cause]
}

/// Files that are read first and must be restored before anybody can read them. S3 answers InvalidObjectState.
pub(super) fn archived(bucket: Bucket<'_>, seen: &Seen<'_>, read: Kind) -> Vec<Cause> {
    let months = read_months(seen, read);
    let most = bucket.layout.newest.unwrap_or(usize::MAX);
    let first: BTreeSet<Month> = months.into_iter().rev().take(most).collect();
    let held: Vec<_> = seen
        .periods
        .iter()
        .filter(|each| each.kind == read && first.contains(&each.month))
        .filter_map(|each| Some((each, each.group.archived?)))
        .collect();
    let Some((newest, class)) = held.iter().max_by_key(|(each, _)| each.month) else { return Vec::new() };
    let count = held.iter().fold(0usize, |sum, (each, _)| sum.saturating_add(each.group.count));
    let values = Values::new()
        .with("folder", seen.folder.as_str())
        .with("found", *class)
        .with("name", newest.month.to_string())
        .with("count", files_of(count));
    vec![Cause::new("layout", "archived", newest.group.place, values)]
}
