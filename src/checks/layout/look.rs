//! What the product sees if it looks into one folder of the bucket, and what it does then.

use crate::contract::{Case, IfMissing, Layout, Month};
use crate::evidence::{KeyGroup, Listing};
use std::collections::BTreeMap;

/// The objects, with the rules for looking at them.
#[derive(Clone, Copy)]
pub(super) struct Bucket<'a> {
    pub(super) listing: &'a Listing,
    pub(super) layout: &'a Layout,
}

/// What an object is to the product. Numbers are those of `endings` and `period` in the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A file that can be read.
    File { ending: usize, period: usize },
    /// Data in the folder of a period, with an ending that is not looked for.
    OtherEnding { period: usize },
    /// Data in a folder that differs from one of a period in capital and small letters.
    OtherCase { period: usize },
    /// Data in no folder of a period.
    NoPeriod,
    /// Data that lies directly in the export's folder.
    Directly,
    /// Metadata, markers of folders, and whatever else.
    NoData,
}

/// Objects of one kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally<'a> {
    pub(super) count: usize,
    pub(super) first: &'a KeyGroup,
}

impl Tally<'_> {
    fn add(&mut self, count: usize) {
        self.count = self.count.saturating_add(count);
    }
}

/// Objects in the folder of a period.
#[derive(Debug, Clone, Copy)]
pub(super) struct InPeriod<'a> {
    pub(super) kind: Kind,
    pub(super) month: Month,
    pub(super) group: &'a KeyGroup,
}

/// What the product sees in one folder.
#[derive(Debug, Clone)]
pub(super) struct Seen<'a> {
    pub(super) folder: String,
    pub(super) kinds: BTreeMap<Kind, Tally<'a>>,
    /// What lies in folders of periods.
    pub(super) periods: Vec<InPeriod<'a>>,
    /// The folders in it, with the number of objects below each, and the first of them.
    pub(super) folders: Vec<(String, Tally<'a>)>,
}

impl<'a> Seen<'a> {
    /// What is read for a type of export.
    pub(super) fn read(&self, layout: &Layout, export_type: &str) -> Option<(Kind, Tally<'a>)> {
        let tallied = |kind: Kind| self.kinds.get(&kind).map(|tally| (kind, *tally));
        if layout.is_of_aws {
            // Which of two formats a product reads is its own affair; what AWS writes by now is the newer one.
            let is_its = |kind: Kind| match kind {
                Kind::File { period, .. } => {
                    layout.period.get(period).is_some_and(|period| period.export_type == export_type)
                }
                _ => false,
            };
            let newest = self.periods.iter().rev().filter(|each| is_its(each.kind));
            return tallied(newest.max_by_key(|each| each.month)?.kind);
        }
        let periods = || (0..).zip(&layout.period).filter(|(_, period)| period.export_type == export_type);
        (0..layout.endings.len())
            .find_map(|ending| periods().find_map(|(period, _)| tallied(Kind::File { ending, period })))
    }
}

/// What comes of path, name and type.
pub(super) enum Found<'a> {
    /// Files are found: with this path, which may be shorter than the one typed.
    Files { path: String, seen: Seen<'a>, kind: Kind, files: usize },
    /// No files, and connecting succeeds all the same.
    Silent { seen: Vec<Seen<'a>> },
    /// No files, and connecting is refused.
    Refused { seen: Vec<Seen<'a>> },
    /// No files in the folder that was typed; whether there are some without its last folder the listing does not show.
    Waiting { seen: Seen<'a> },
    /// The listing does not show what lies below this folder.
    Unseen { folder: String },
}

impl<'a> Bucket<'a> {
    /// Does what the product does at connecting.
    pub(super) fn connect(self, path: &str, name: &str, export_type: &str) -> Found<'a> {
        let path = self.layout.path(path);
        let first = match self.try_one(path, name, export_type) {
            Ok(seen) => seen,
            Err(end) => return *end,
        };
        let shorter = path.rsplit_once('/').map(|(shorter, _)| shorter);
        let rule = if shorter.is_some() { self.layout.several_folders } else { self.layout.one_folder };
        match (rule, shorter) {
            (IfMissing::Silent, _) => Found::Silent { seen: vec![first] },
            (IfMissing::RetryWithoutLastFolder, Some(shorter)) => {
                match self.try_one(shorter, name, export_type) {
                    Ok(second) => Found::Refused { seen: vec![first, second] },
                    // Of the folder that was typed the listing does tell.
                    Err(end) => match *end {
                        Found::Unseen { .. } => Found::Waiting { seen: first },
                        found => found,
                    },
                }
            }
            (IfMissing::Refused | IfMissing::RetryWithoutLastFolder, _) => {
                Found::Refused { seen: vec![first] }
            }
        }
    }

    fn try_one(self, path: &str, name: &str, export_type: &str) -> Result<Seen<'a>, Box<Found<'a>>> {
        let seen = self.look(&self.layout.folder_of(path, name));
        if let Some((kind, tally)) = seen.read(self.layout, export_type) {
            return Err(Box::new(Found::Files { path: path.to_owned(), seen, kind, files: tally.count }));
        }
        if !self.listing.covers(&seen.folder) {
            return Err(Box::new(Found::Unseen { folder: seen.folder }));
        }
        Ok(seen)
    }

    /// Looks into a folder.
    pub(super) fn look(self, folder: &str) -> Seen<'a> {
        let range = self.listing.below(folder);
        let mut seen = Seen {
            folder: folder.to_owned(),
            kinds: BTreeMap::new(),
            periods: Vec::new(),
            folders: Vec::new(),
        };
        let mut periods = PeriodOf::default();
        for group in self.listing.groups().get(range).unwrap_or_default() {
            let text = group.key.as_str();
            let Some(rest) = text.get(folder.len()..) else { continue };
            let tally = Tally { count: group.count, first: group };
            let kind = match rest.split_once('/') {
                None if self.is_data(text) => Kind::Directly,
                None => Kind::NoData,
                Some((child, _)) => {
                    match seen.folders.last_mut().filter(|(last, _)| last == child) {
                        Some((_, known)) => known.add(group.count),
                        None => seen.folders.push((child.to_owned(), tally)),
                    }
                    self.kind(text, &mut periods)
                }
            };
            if let (false, Some(month)) = (matches!(kind, Kind::Directly | Kind::NoData), periods.month()) {
                seen.periods.push(InPeriod { kind, month, group });
            }
            seen.kinds.entry(kind).and_modify(|known| known.add(group.count)).or_insert(tally);
        }
        seen
    }

    /// What an object is that does not lie directly in the export's folder.
    pub(super) fn kind(self, key: &str, periods: &mut PeriodOf) -> Kind {
        if !self.is_data(key) {
            return Kind::NoData;
        }
        match (periods.of(self.layout, key), self.layout.ending(key)) {
            (Some((period, Case::Exact)), Some(ending)) => Kind::File { ending, period },
            (Some((period, Case::Exact)), None) => Kind::OtherEnding { period },
            (Some((period, Case::Ignored)), _) => Kind::OtherCase { period },
            (None, _) => Kind::NoPeriod,
        }
    }

    fn is_data(self, key: &str) -> bool {
        self.layout.ending(key).is_some() || self.layout.is_data(key)
    }
}

/// The period of the folder met last: keys of one folder follow each other.
#[derive(Default)]
pub(super) struct PeriodOf {
    folder: String,
    period: Option<(usize, Case)>,
    month: Option<Month>,
}

impl PeriodOf {
    /// The month of the key asked for last.
    fn month(&self) -> Option<Month> {
        self.month
    }

    /// Which period's folder a key lies in, and whether it is written as it should be.
    fn of(&mut self, layout: &Layout, key: &str) -> Option<(usize, Case)> {
        let folder = key.rfind('/').and_then(|end| key.get(..=end)).unwrap_or_default();
        if folder != self.folder {
            folder.clone_into(&mut self.folder);
            let find = |case| {
                (0..)
                    .zip(&layout.period)
                    .find(|(_, period)| period.find(folder, case).is_some())
                    .map(|(at, _)| (at, case))
            };
            self.period = find(Case::Exact).or_else(|| find(Case::Ignored));
            self.month = self.period.and_then(|(at, case)| layout.period.get(at)?.month(folder, case));
        }
        self.period
    }
}
