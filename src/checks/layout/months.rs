//! Billing periods that are in the bucket and do not get into the product, although files are found.

use super::explain::{ending_of, is_ending};
use super::files_of;
use super::look::{Bucket, InPeriod, Kind, Seen};
use super::shown::missing;
use crate::checks::export;
use crate::checks::subject::{Cause, FactRef, Subject};
use crate::contract::{Case, Month};
use crate::eval::Instant;
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
    // In what order a product goes that is not known, is not known.
    let is_after_csv = writes_parquet && !bucket.layout.is_of_aws && !is_parquet(read);
    let is_left =
        |kind: Kind, month: Month| kind != read && (month > *newest || is_after_csv && is_parquet(kind));
    let left: Vec<_> = seen.periods.iter().filter(|each| is_left(each.kind, each.month)).collect();
    let Some(first) = left.iter().max_by_key(|each| (each.month, std::cmp::Reverse(&each.group.key))) else {
        return Vec::new();
    };
    let of: BTreeSet<Month> = left.iter().map(|each| each.month).collect();
    let values = Values::new()
        .with("folder", seen.folder.as_str())
        .with("found", folder_in_case(bucket, first).unwrap_or_else(|| ending_of(&first.group.key)))
        .with("name", first.month.to_string())
        .with("needed", newest.to_string())
        .with("count", if of.len() == 1 { "1 month".to_owned() } else { format!("{} months", of.len()) });
    let case = match first.kind {
        Kind::OtherCase { .. } => "months-cased",
        _ if is_ending(first.kind, read) => "months-hidden",
        _ => "months-passed-over",
    };
    let mut cause = Cause::new("layout", case, first.group.place, values);
    let read_from = seen.periods.iter().find(|each| each.kind == read && each.month == *newest);
    cause.related.extend(read_from.map(|each| (each.group.place, "the newest that is read".to_owned())));
    vec![cause]
}

/// The folder of a period that is written in other letters than the product compares.
fn folder_in_case<'k>(bucket: Bucket<'_>, each: &InPeriod<'k>) -> Option<&'k str> {
    let Kind::OtherCase { period } = each.kind else { return None };
    let key = each.group.key.as_str();
    let (start, end) = bucket.layout.period.get(period)?.find(key, Case::Ignored)?;
    key.get(start..end)
}

/// Files that are read first and give nothing: those that must be restored before anybody can read them, for which S3 answers
/// InvalidObjectState, and months of which every file is empty.
pub(super) fn unreadable(bucket: Bucket<'_>, seen: &Seen<'_>, read: Kind) -> Vec<Cause> {
    let most = bucket.layout.newest.unwrap_or(usize::MAX);
    let first: BTreeSet<Month> = read_months(seen, read).into_iter().rev().take(most).collect();
    let files = || seen.periods.iter().filter(|each| each.kind == read && first.contains(&each.month));
    let full: BTreeSet<Month> = files().filter(|each| !each.group.is_empty).map(|each| each.month).collect();
    let archived: Vec<&InPeriod<'_>> = files().filter(|each| each.group.archived.is_some()).collect();
    let empty: Vec<&InPeriod<'_>> = files().filter(|each| !full.contains(&each.month)).collect();
    let told = |case, held: &[&InPeriod<'_>]| {
        let newest = held.iter().max_by_key(|each| each.month)?;
        let count = held.iter().fold(0usize, |sum, each| sum.saturating_add(each.group.count));
        let mut values = Values::new()
            .with("folder", seen.folder.as_str())
            .with("name", newest.month.to_string())
            .with("count", files_of(count));
        if let Some(class) = newest.group.archived {
            values = values.with("found", class);
        }
        Some(Cause::new("layout", case, newest.group.place, values))
    };
    told("archived", &archived).into_iter().chain(told("empty", &empty)).collect()
}

/// Months without files between others that have some, where the listing shows all of the folder.
pub(super) fn gaps(bucket: Bucket<'_>, seen: &Seen<'_>, read: Kind) -> Vec<Cause> {
    if !bucket.listing.covers(&format!("{}/", seen.folder.trim_end_matches('/'))) {
        return Vec::new();
    }
    let months: BTreeSet<Month> = seen.periods.iter().map(|each| each.month).collect();
    let missing = missing(&months);
    let (Some(first), Some(last)) = (missing.first(), missing.last()) else { return Vec::new() };
    let next = seen.periods.iter().filter(|each| each.kind == read && each.month > *last);
    let Some(next) = next.min_by_key(|each| (each.month, &each.group.key)) else { return Vec::new() };
    let name = if first == last { first.to_string() } else { format!("{first} up to {last}") };
    let count = missing.len();
    let values = Values::new()
        .with("folder", seen.folder.as_str())
        .with("name", name)
        .with("count", if count == 1 { "1 month".to_owned() } else { format!("{count} months") });
    vec![Cause::new("layout", "gaps", next.group.place, values)]
}

/// Days into a month after which files of it are there: AWS delivers once a day at least, the first time within a day, and
/// a listing may be some days old when it is looked at.
/// <https://docs.aws.amazon.com/cur/latest/userguide/what-is-data-exports.html> (checked 2026-11)
const LATEST: i64 = 7;

/// The newest month that is read lies behind the one that is under way: the listing is old, or the deliveries have ended.
pub(super) fn old(subject: &Subject<'_>, seen: &Seen<'_>, read: Kind) -> Option<FactRef> {
    let newest = *read_months(seen, read).last()?;
    let date = Instant::parse(subject.now)?.days_before(LATEST).date();
    let (year, rest) = date.split_once('-')?;
    let month = rest.split('-').next()?;
    let now = Month { year: year.parse().ok()?, month: month.parse().ok()? };
    let values = [("found", newest.to_string()), ("needed", now.to_string())];
    let values = values.map(|(hole, value)| (hole.to_owned(), value)).to_vec();
    (newest < now).then(|| FactRef { id: "listing-old".to_owned(), values })
}

/// In the newest month lie files of another format, too, and nothing tells which of the two is the export's: what is read
/// may be one stray file.
pub(super) fn two_formats(
    subject: &Subject<'_>,
    bucket: Bucket<'_>,
    seen: &Seen<'_>,
    read: Kind,
) -> Option<FactRef> {
    // Where the product goes to any file, the demand on the newest ones tells.
    if bucket.layout.is_of_aws {
        return None;
    }
    let format = export::definition(subject).and_then(|definition| definition.format.as_ref());
    let months = read_months(seen, read);
    let newest = *months.last()?;
    let group = |kind: Kind| match kind {
        Kind::File { ending, .. } => Some(ending),
        _ => None,
    };
    let ending = group(read)?;
    let is_other = |kind: Kind| group(kind).is_some_and(|other| other != ending);
    // One that has been there for longer is no stray.
    let other = seen.periods.iter().find(|each| is_other(each.kind) && each.month == newest)?;
    let of_other = read_months(seen, other.kind);
    let found = bucket.layout.endings.get(ending)?.join("`, `");
    let values = [("found", found), ("other", ending_of(&other.group.key).to_owned())];
    let values = values.map(|(hole, value)| (hole.to_owned(), value)).to_vec();
    (format.is_none() && of_other.len() >= months.len())
        .then(|| FactRef { id: "listing-formats".to_owned(), values })
}
