//! Why nothing is found, and the value to type instead.

use super::exports::Export;
use super::look::{Bucket, Found, Kind, Seen, Tally};
use super::typed::{place, said, suspicious};
use super::{Typed, files_of};
use crate::checks::subject::{Cause, Subject};
use crate::contract::{Case, Period};
use crate::finding::{Change, Repair};
use crate::rulebook::Values;
use crate::source::Place;

/// How many exports are named where several are possible.
const NAMED: usize = 3;

/// Why no file is found. Empty if the listing shows no data of any export: then it may not have been delivered.
pub(super) fn missing(
    subject: &Subject<'_>,
    bucket: Bucket<'_>,
    values: &Typed<'_>,
    found: &Found<'_>,
) -> Vec<Cause> {
    let seen = match found {
        Found::Silent { seen } | Found::Refused { seen } => seen.as_slice(),
        Found::Files { .. } | Found::Waiting { .. } | Found::Unseen { .. } => return Vec::new(),
    };
    let here = seen.iter().find_map(|seen| in_folder(subject, bucket, values, seen));
    let has_data = here.as_ref().is_some_and(|cause| cause.case != "metadata-only");
    let there = if has_data { None } else { elsewhere(subject, bucket, values) };
    // Metadata alone says less than the data of an export of this name.
    let same_name = there.as_ref().is_some_and(|cause| cause.values.value("name") == Some(values.name));
    let mut causes: Vec<Cause> = if same_name { there } else { here.or(there) }.into_iter().collect();
    let layout = bucket.layout;
    if layout.is_of_aws {
        // What the product says then is not known.
        return causes;
    }
    if causes.is_empty() {
        causes = suspicious(subject, layout);
    }
    for cause in &mut causes {
        cause.notes.push(match found {
            Found::Refused { .. } => {
                format!("connecting is refused: `{}`", said(subject.form, &layout.refused_missing))
            }
            _ => format!(
                "connecting succeeds, and each import ends in `{}`",
                said(subject.form, &layout.import_missing)
            ),
        });
        for seen in seen {
            cause.notes.push(format!("the product looks for folders in `{}`", seen.folder));
        }
    }
    causes
}

/// Nothing of any export is there, and that refuses the connection.
pub(super) fn waiting(subject: &Subject<'_>, bucket: Bucket<'_>, typed: &Typed<'_>) -> Vec<Cause> {
    let Some(place) = place(subject.form, "export-path") else { return Vec::new() };
    let values = Values::new()
        .with("found", typed.path)
        .with("message", said(subject.form, &bucket.layout.refused_missing));
    vec![Cause::new("layout", "waiting", place, values)]
}

/// What lies in the folder and is not read.
fn in_folder(subject: &Subject<'_>, bucket: Bucket<'_>, typed: &Typed<'_>, seen: &Seen<'_>) -> Option<Cause> {
    let layout = bucket.layout;
    let pattern = |period: usize| layout.period.get(period).map(Period::shown).unwrap_or_default();
    let values = || Values::new().with("folder", seen.folder.as_str());
    let pick = |wanted: fn(&Kind) -> bool| {
        seen.kinds.iter().find(|(kind, _)| wanted(kind)).map(|(kind, tally)| (*kind, *tally))
    };
    let at = |name: &str| place(subject.form, name).or_else(|| place(subject.form, "export-path"));
    let cause = |case, place: Option<Place>, values, tally: Tally<'_>, what: &str| {
        let file = tally.first.place;
        let mut cause = Cause::new("layout", case, place.unwrap_or(file), values);
        if place.is_some() {
            cause.related.push((file, what.to_owned()));
        }
        Some(cause)
    };
    if let Some((Kind::File { period, .. }, tally)) = pick(|kind| matches!(kind, Kind::File { .. })) {
        let needed = layout.period.get(period).map(|period| period.export_type.as_str()).unwrap_or_default();
        let values = values().with("found", typed.export_type).with("needed", needed);
        let told = cause("type-other", at("export-type"), values, tally, "a file of the export");
        return told.map(|cause| cause.typing("export-type", needed));
    }
    if let Some((Kind::OtherCase { period }, tally)) = pick(|kind| matches!(kind, Kind::OtherCase { .. })) {
        let text = tally.first.key.as_str();
        let found = layout.period.get(period).and_then(|period| period.find(text, Case::Ignored));
        let found = found.and_then(|(start, end)| text.get(start..end)).unwrap_or_default();
        let values = values().with("found", found).with("needed", pattern(period));
        return cause("folder-case", at("export-name"), values, tally, "not the folder of a period");
    }
    let endings = layout.endings.concat().join("`, `");
    if let Some((Kind::OtherEnding { .. }, tally)) = pick(|kind| matches!(kind, Kind::OtherEnding { .. })) {
        let text = tally.first.key.as_str();
        let values = values().with("found", ending_of(text)).with("needed", endings);
        return cause("ending", at("export-name"), values, tally, "with this ending it is not read");
    }
    let patterns = |export_type: &str| {
        let periods = layout.period.iter().filter(|period| period.export_type == export_type);
        periods.map(Period::shown).collect::<Vec<_>>().join("`, `")
    };
    if let Some((_, tally)) = pick(|kind| matches!(kind, Kind::NoPeriod)) {
        let values = values().with("needed", patterns(typed.export_type));
        return cause("no-period", at("export-name"), values, tally, "in no folder of a billing period");
    }
    if let Some((_, tally)) = pick(|kind| matches!(kind, Kind::Directly)) {
        return cause("directly", at("export-name"), values(), tally, "directly in the folder");
    }
    if let Some((_, tally)) = pick(|kind| matches!(kind, Kind::NoData)).filter(|_| !seen.folders.is_empty()) {
        return cause("metadata-only", at("export-name"), values(), tally, "no data");
    }
    None
}

/// The exports that the bucket holds elsewhere.
fn elsewhere(subject: &Subject<'_>, bucket: Bucket<'_>, typed: &Typed<'_>) -> Option<Cause> {
    let exports = bucket.exports();
    let path = bucket.layout.path(typed.path);
    let best = |wanted: &dyn Fn(&Export<'_>) -> bool| {
        exports.iter().filter(|export| wanted(export)).max_by_key(|export| {
            (
                export.export_type == typed.export_type,
                is_last_folder(&export.path, path),
                std::cmp::Reverse((export.path.len(), &export.path, &export.name)),
            )
        })
    };
    let mut is_open = false;
    let (case, at, found, export, needed) = if let Some(export) = best(&|export| export.name == typed.name) {
        if !bucket.leads_to(export) {
            ("no-path", "export-path", path.to_owned(), export, String::new())
        } else {
            let is_last = is_last_folder(&export.path, path);
            let case = if is_last { "last-folder" } else { "path-other" };
            // Of several that are called so, which one is meant nobody can tell.
            let is_like = |other: &&Export<'_>| {
                other.name == export.name && other.export_type == export.export_type && bucket.leads_to(other)
            };
            let mut paths: Vec<&str> =
                exports.iter().filter(is_like).map(|each| each.path.as_str()).collect();
            paths.sort_unstable();
            paths.dedup();
            is_open = paths.len() > 1 && !is_last;
            paths.truncate(NAMED);
            let needed = if is_open { paths.join("` or `") } else { export.path.clone() };
            (case, "export-path", path.to_owned(), export, needed)
        }
    } else if let Some(export) = best(&|export| export.path == path) {
        let names: Vec<&str> = exports
            .iter()
            .filter(|export| export.path == path)
            .map(|export| export.name.as_str())
            .take(NAMED)
            .collect();
        ("name-other", "export-name", typed.name.to_owned(), export, names.join("`, `"))
    } else {
        let export = best(&|_| true)?;
        let folders: Vec<String> = exports
            .iter()
            .map(|export| bucket.layout.folder_of(&export.path, &export.name))
            .take(NAMED)
            .collect();
        let found = bucket.layout.folder_of(path, typed.name);
        ("other-exports", "export-path", found, export, folders.join("`, `"))
    };
    let file = export.file.place;
    let place = place(subject.form, at);
    let found = if found.is_empty() { "empty".to_owned() } else { format!("`{found}`") };
    let values = Values::new().with("found", found).with("needed", needed).with("name", export.name.as_str());
    let mut cause = Cause::new("layout", case, place.unwrap_or(file), values);
    if place.is_some() {
        cause.related.push((file, format!("a file of the export `{}`", export.name)));
    }
    if !is_open && case != "no-path" {
        let mut changes = Vec::new();
        let mut typing = |name: &str, is: &str, value: &str| {
            if is != value {
                changes.push(Change::Form { name: name.to_owned(), value: value.to_owned() });
            }
        };
        typing("export-path", path, &export.path);
        typing("export-name", typed.name, &export.name);
        typing("export-type", typed.export_type, &export.export_type);
        cause.repairs.push(Repair { changes });
    }
    if export.export_type != typed.export_type {
        cause.notes.push(format!("and its type is `{}`, not `{}`", export.export_type, typed.export_type));
    }
    Some(cause)
}

/// Whether a fault says that the files lie somewhere else.
pub(super) fn is_elsewhere(cause: &Cause) -> bool {
    matches!(cause.case, "last-folder" | "path-other" | "name-other" | "other-exports" | "no-path")
}

/// Whether a path ends in the folders of another one, as the guide's "last folder name" does.
fn is_last_folder(whole: &str, typed: &str) -> bool {
    !typed.is_empty() && whole.strip_suffix(typed).is_some_and(|before| before.ends_with('/'))
}

/// Data that lies in the folder and is passed over although something is read.
pub(super) fn ignored(bucket: Bucket<'_>, seen: &Seen<'_>, read: Kind) -> Vec<Cause> {
    let ending = |kind: Kind| match kind {
        Kind::File { ending, .. } => bucket.layout.endings.get(ending).map(|group| group.join("`, `")),
        Kind::OtherEnding { .. }
        | Kind::OtherCase { .. }
        | Kind::NoPeriod
        | Kind::Directly
        | Kind::NoData => None,
    };
    seen.kinds
        .iter()
        .filter(|(kind, _)| **kind != read && **kind != Kind::NoData)
        .map(|(kind, tally)| {
            let text = tally.first.key.as_str();
            let values = Values::new()
                .with("folder", seen.folder.as_str())
                .with("found", ending_of(text))
                .with("count", files_of(tally.count))
                .with("needed", ending(read).unwrap_or_default());
            let case = if is_ending(*kind, read) { "mixed-formats" } else { "passed-over" };
            let place = tally.first.place;
            Cause::new("layout", case, place, values)
        })
        .collect()
}

/// Folders with more keys than old releases read.
pub(super) fn pages(bucket: Bucket<'_>, seen: &Seen<'_>) -> Vec<Cause> {
    seen.folders
        .iter()
        .filter(|(_, tally)| tally.count > bucket.layout.page)
        .map(|(folder, tally)| {
            let values = Values::new()
                .with("folder", format!("{}{folder}/", seen.folder))
                .with("count", tally.count.to_string())
                .with("needed", bucket.layout.page.to_string());
            let place = tally.first.place;
            Cause::new("layout", "page", place, values)
        })
        .collect()
}

/// Whether two kinds of files differ in the group of their endings.
pub(super) fn is_ending(kind: Kind, other: Kind) -> bool {
    match (kind, other) {
        (Kind::File { ending: left, .. }, Kind::File { ending: right, .. }) => left != right,
        _ => false,
    }
}

/// The ending of a key's last part, from its first dot on.
pub(super) fn ending_of(key: &str) -> &str {
    let file = key.rsplit('/').next().unwrap_or(key);
    file.find('.').and_then(|dot| file.get(dot..)).unwrap_or(file)
}
