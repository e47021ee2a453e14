//! What a listing shows by itself, without a form: the export that it holds, and the months of which files are there.

use super::look::{Bucket, Kind};
use crate::contract::{Layout, Month};
use crate::evidence::Listing;
use std::collections::BTreeSet;

/// An export as its files show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownExport {
    /// The path above its folder.
    pub path: String,
    /// Its name.
    pub name: String,
    /// The type that its folders tell.
    pub export_type: String,
}

/// The export of a listing, if it shows one and no other that fits what is known of its name.
#[must_use]
pub fn shown_export(listing: &Listing, layout: &Layout, name: Option<&str>) -> Option<ShownExport> {
    let bucket = Bucket { listing, layout };
    let exports = bucket.exports();
    let mut fitting = exports.iter().filter(|export| name.is_none_or(|name| export.name == name));
    let only = fitting.next()?;
    fitting.next().is_none().then(|| ShownExport {
        path: only.path.clone(),
        name: only.name.clone(),
        export_type: only.export_type.clone(),
    })
}

/// The months of which a folder holds files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownMonths {
    /// The oldest.
    pub first: Month,
    /// Those without files between the oldest and the newest.
    pub missing: Vec<Month>,
}

/// The months of an export, if the listing shows all of its folder.
#[must_use]
pub fn shown_months(listing: &Listing, layout: &Layout, root: &str) -> Option<ShownMonths> {
    let folder = format!("{root}/");
    if !listing.covers(&folder) {
        return None;
    }
    let seen = Bucket { listing, layout }.look(&folder);
    let is_file = |kind: Kind| matches!(kind, Kind::File { .. } | Kind::OtherEnding { .. });
    let months: BTreeSet<Month> =
        seen.periods.iter().filter(|each| is_file(each.kind)).map(|each| each.month).collect();
    Some(ShownMonths { first: *months.first()?, missing: missing(&months) })
}

/// The months between the oldest and the newest of some that are not among them.
pub(super) fn missing(months: &BTreeSet<Month>) -> Vec<Month> {
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Vec::new() };
    let between = std::iter::successors(Some(*first), |month| Some(after(*month)));
    let missing = between.take_while(|month| month < last).filter(|month| !months.contains(month));
    missing.take(MOST_MISSING).collect()
}

/// A folder of a wrong year is no gap of centuries.
const MOST_MISSING: usize = 600;

fn after(month: Month) -> Month {
    match month.month {
        12.. => Month { year: month.year.saturating_add(1), month: 1 },
        number => Month { month: number + 1, ..month },
    }
}
