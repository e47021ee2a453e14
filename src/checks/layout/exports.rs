//! The exports that a bucket holds, with the path, name and type that lead to each.

use super::look::{Bucket, Found, Kind, PeriodOf};
use crate::contract::Case;
use crate::evidence::KeyGroup;
use std::collections::BTreeMap;

/// One export, as its files show it.
#[derive(Debug, Clone)]
pub(super) struct Export<'a> {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) export_type: String,
    /// One of its files.
    pub(super) file: &'a KeyGroup,
}

impl<'a> Bucket<'a> {
    /// Every export that the product would find with the right values, by path, name and type. An export at the top of
    /// the bucket is among them, although no path leads to it.
    pub(super) fn exports(self) -> Vec<Export<'a>> {
        let mut found: BTreeMap<(String, String, usize), &KeyGroup> = BTreeMap::new();
        let mut periods = PeriodOf::default();
        let mut last = (String::new(), usize::MAX);
        for group in self.listing.groups() {
            let text = group.key.as_str();
            let Kind::File { period, .. } = self.kind(text, &mut periods) else { continue };
            let folder = text.rfind('/').and_then(|end| text.get(..end)).unwrap_or_default();
            if (folder, period) == (&last.0, last.1) {
                continue;
            }
            last = (folder.to_owned(), period);
            if let Some((path, name)) = self.form_of(text, period) {
                found.entry((path, name, period)).or_insert(group);
            }
        }
        let mut exports: Vec<Export<'a>> = found
            .into_iter()
            .filter_map(|((path, name, period), file)| {
                let export_type = self.layout.period.get(period)?.export_type.clone();
                Some(Export { path, name, export_type, file })
            })
            .collect();
        exports.dedup_by(|right, left| {
            (&right.path, &right.name, &right.export_type) == (&left.path, &left.name, &left.export_type)
        });
        exports
    }

    /// Path and name of the export that a file belongs to.
    fn form_of(self, key: &str, period: usize) -> Option<(String, String)> {
        let period = self.layout.period.get(period)?;
        let (start, _) = period.find(key, Case::Exact)?;
        let mut above = key.get(..start)?.strip_suffix('/')?;
        for _ in period.below.matches('/') {
            above = above.rsplit_once('/')?.0;
        }
        let (path, name) = above.rsplit_once('/').unwrap_or(("", above));
        (!name.is_empty()).then(|| (path.to_owned(), name.to_owned()))
    }

    /// Whether the values lead to the export.
    pub(super) fn leads_to(self, export: &Export<'_>) -> bool {
        matches!(self.connect(&export.path, &export.name, &export.export_type), Found::Files { .. })
    }
}
