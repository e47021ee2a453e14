//! Whether path, name and type of the form lead to the export's files: the product's own way from the form to files is
//! walked over the listing of the bucket.
//!
//! How the product goes is data (`[layout]` of the consumer file).

mod address;
mod explain;
mod exports;
mod look;
mod months;
mod shown;
#[cfg(test)]
mod tests;
mod typed;
mod used;
mod written;

pub use shown::{ShownExport, ShownMonths, shown_export, shown_months};
pub(super) use typed::written;
pub use used::{UsedPath, used_path};

use super::form::unknown_choice;
use super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use crate::contract::LayoutQuestion;
use crate::finding::State;
use look::{Bucket, Found};

/// Puts a question about the form.
pub(super) fn check(subject: &Subject<'_>, question: LayoutQuestion) -> Outcome {
    let Some(layout) = subject.layout.or(subject.delivered) else { return Outcome::of(State::Unknown) };
    let refused = typed::refused(subject, layout);
    let at_all = matches!(question, LayoutQuestion::Typed | LayoutQuestion::Connect | LayoutQuestion::Import);
    if at_all && !refused.is_empty() {
        return Outcome { causes: refused, ..Outcome::of(State::Broken) };
    }
    let bucket = Bucket { listing: &subject.evidence.listing, layout };
    if question == LayoutQuestion::Typed {
        return typed_well(subject, bucket);
    }
    if let Some(other) = other_bucket(subject, bucket) {
        return unknown(vec![FactRef::with("listing-bucket", "found", &other)]);
    }
    let values = match Typed::of(subject, bucket) {
        Ok(values) => values,
        Err(missing) => return unknown(missing),
    };
    let found = bucket.connect(values.path, values.name, values.export_type);
    match question {
        LayoutQuestion::Typed | LayoutQuestion::Connect => connect(subject, bucket, &values, &found),
        LayoutQuestion::Import => import(subject, bucket, &values, &found),
        LayoutQuestion::Ignored => told(&found, |seen, kind| explain::ignored(bucket, seen, kind)),
        LayoutQuestion::Page => told(&found, |seen, _| explain::pages(bucket, seen)),
        LayoutQuestion::Readable => told(&found, |seen, kind| months::unreadable(bucket, seen, kind)),
        LayoutQuestion::Gaps => told(&found, |seen, kind| months::gaps(bucket, seen, kind)),
        LayoutQuestion::Written => written::check(subject, bucket, &values, &found),
    }
}

/// Whether the listing shows files of the export where the form, or the export's own settings, say that they are.
pub(super) fn is_delivered(subject: &Subject<'_>) -> bool {
    let (Some(layout), Some(root)) = (subject.layout, subject.form.root()) else { return false };
    let bucket = Bucket { listing: &subject.evidence.listing, layout };
    let is_file = |kind: &look::Kind| matches!(kind, look::Kind::File { .. });
    other_bucket(subject, bucket).is_none() && bucket.look(&format!("{root}/")).kinds.keys().any(is_file)
}

/// What looks wrong and cannot be proved to be, where no listing tells.
#[must_use]
pub fn check_path(subject: &Subject<'_>) -> Vec<Cause> {
    let bucket_only = subject.form.text("mode").is_none_or(|mode| mode == "bucket-only");
    // The export's own settings say whether the path is right.
    let path = subject.form.text("export-path");
    let mut prefixes = subject.evidence.exports.definitions.iter().filter_map(|each| each.prefix.as_ref());
    let is_told = path.is_some_and(|path| prefixes.any(|prefix| prefix.is(path.trim_end_matches('/'))));
    let is_open = bucket_only && !is_told && subject.evidence.listing.is_missing();
    let layout = subject.layout.filter(|_| is_open);
    layout.and_then(|layout| typed::name_as_path(subject, layout)).into_iter().collect()
}

/// The values of the form that lead to files.
struct Typed<'a> {
    path: &'a str,
    name: &'a str,
    export_type: &'a str,
}

impl<'a> Typed<'a> {
    /// The values, or the facts that are missing, with what the listing says about them.
    fn of(subject: &Subject<'a>, bucket: Bucket<'_>) -> Result<Self, Vec<FactRef>> {
        let form = subject.form;
        let (path, name) = (form.text("export-path"), form.text("export-name"));
        // What is no type at all is told of as such.
        let is_none = unknown_choice(form).is_some_and(|(name, _)| name == "export-type");
        let export_type = form.text("export-type").filter(|_| !is_none);
        if let (Some(path), Some(name), Some(export_type)) = (path, name, export_type) {
            return Ok(Self { path, name, export_type });
        }
        let exports = bucket.exports();
        let fits = |typed: Option<&str>, value: &str| typed.is_none_or(|typed| typed == value);
        let fitting: Vec<_> = exports
            .iter()
            .filter(|export| fits(path, &export.path) && fits(name, &export.name) && bucket.leads_to(export))
            .collect();
        let value_of = |of: for<'e> fn(&'e exports::Export<'_>) -> &'e String| match fitting.as_slice() {
            [] => None,
            [first, rest @ ..] => rest.iter().all(|each| of(each) == of(first)).then(|| of(first).clone()),
        };
        let missing: [(&str, Option<&str>, Option<String>); 3] = [
            ("export-path", path, value_of(|export| &export.path)),
            ("export-name", name, value_of(|export| &export.name)),
            ("export-type", export_type, value_of(|export| &export.export_type)),
        ];
        Err(missing
            .into_iter()
            .filter(|(_, typed, _)| typed.is_none())
            .map(|(name, _, value)| match value {
                None => FactRef::with("form", "name", name),
                Some(value) => FactRef {
                    id: "form-from-listing".to_owned(),
                    values: vec![("name".to_owned(), name.to_owned()), ("value".to_owned(), value)],
                },
            })
            .collect())
    }
}

fn typed_well(subject: &Subject<'_>, bucket: Bucket<'_>) -> Outcome {
    let causes = typed::suspicious(subject, bucket.layout);
    if causes.is_empty() {
        return Outcome::of(State::Holds);
    }
    if !bucket.listing.is_missing() {
        // What leads to files is right, however strange it looks. What does not is explained by what does.
        if let Ok(values) = Typed::of(subject, bucket) {
            let found = bucket.connect(values.path, values.name, values.export_type);
            if let Found::Files { .. } = found {
                return Outcome::of(State::Holds);
            }
            let causes = explain::missing(subject, bucket, &values, &found);
            if !causes.is_empty() {
                return Outcome { causes, ..Outcome::of(State::Broken) };
            }
        }
    }
    Outcome { causes, ..Outcome::of(State::Broken) }
}

fn connect(subject: &Subject<'_>, bucket: Bucket<'_>, values: &Typed<'_>, found: &Found<'_>) -> Outcome {
    match found {
        Found::Files { path, files, .. } => {
            let detail = if path == bucket.layout.path(values.path) {
                files_of(*files)
            } else {
                format!("{}, with the path shortened to `{path}`", files_of(*files))
            };
            Outcome { detail: Some(detail), ..Outcome::of(State::Holds) }
        }
        Found::Silent { .. } => {
            let detail = "it would succeed without any file of the export".to_owned();
            Outcome { detail: Some(detail), ..Outcome::of(State::Holds) }
        }
        Found::Refused { .. } => {
            let mut causes = explain::missing(subject, bucket, values, found);
            if is_proved(subject, bucket, values) {
                causes.retain(|cause| !explain::is_elsewhere(cause));
            }
            if causes.is_empty() {
                causes = explain::waiting(subject, bucket, values);
            }
            Outcome { causes, ..Outcome::of(State::Broken) }
        }
        Found::Waiting { seen } => unknown(vec![not_delivered(subject, &seen.folder)]),
        Found::Unseen { folder } => unknown(vec![FactRef::with("listing-incomplete", "folder", folder)]),
    }
}

fn import(subject: &Subject<'_>, bucket: Bucket<'_>, values: &Typed<'_>, found: &Found<'_>) -> Outcome {
    match found {
        Found::Files { files, seen, kind, .. } => {
            let causes = months::left(subject, bucket, seen, *kind);
            let open = months::two_formats(subject, bucket, seen, *kind)
                .or_else(|| months::old(subject, seen, *kind));
            if let (true, Some(fact)) = (causes.is_empty(), open) {
                return Outcome { detail: Some(files_of(*files)), ..unknown(vec![fact]) };
            }
            let state = if causes.is_empty() { State::Holds } else { State::Broken };
            Outcome { causes, detail: Some(files_of(*files)), ..Outcome::of(state) }
        }
        Found::Waiting { seen } => unknown(vec![not_delivered(subject, &seen.folder)]),
        Found::Silent { seen } | Found::Refused { seen } => {
            let mut causes = explain::missing(subject, bucket, values, found);
            // The export's own settings know better than files that lie elsewhere since before.
            if is_proved(subject, bucket, values) {
                causes.retain(|cause| !explain::is_elsewhere(cause));
            }
            if causes.is_empty() {
                let folder = seen.first().map_or("", |seen| seen.folder.as_str());
                return unknown(vec![not_delivered(subject, folder)]);
            }
            Outcome { causes, assumed: presumed(bucket), ..Outcome::of(State::Broken) }
        }
        Found::Unseen { folder } => unknown(vec![FactRef::with("listing-incomplete", "folder", folder)]),
    }
}

/// Why nothing of the export is there: it waits for its first delivery, unless AWS says that there was one.
fn not_delivered(subject: &Subject<'_>, folder: &str) -> FactRef {
    let fact = if super::export::was_delivered(subject) { "delivered-and-gone" } else { "not-delivered" };
    FactRef::with(fact, "folder", folder)
}

/// Whether the export's settings say that it is delivered where the form looks.
fn is_proved(subject: &Subject<'_>, bucket: Bucket<'_>, values: &Typed<'_>) -> bool {
    super::export::definition(subject).is_some_and(|definition| {
        definition.prefix.as_ref().is_some_and(|prefix| prefix.is(bucket.layout.path(values.path)))
            && definition.label() == values.name
    })
}

/// What an answer from something that is not there rests on.
fn presumed(bucket: Bucket<'_>) -> Vec<Assumption> {
    let text = "the listing is of the whole bucket; it does not say what its keys were asked to begin with";
    let presumed = bucket.listing.is_taken_for_all();
    presumed.then(|| Assumption { text: text.to_owned(), source: None }).into_iter().collect()
}

/// The answer to a question about what is found.
fn told(found: &Found<'_>, causes: impl Fn(&look::Seen<'_>, look::Kind) -> Vec<Cause>) -> Outcome {
    let Found::Files { seen, kind, .. } = found else { return Outcome::of(State::Unknown) };
    let causes = causes(seen, *kind);
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}

fn unknown(facts: Vec<FactRef>) -> Outcome {
    Outcome { facts, ..Outcome::of(State::Unknown) }
}

fn files_of(count: usize) -> String {
    if count == 1 { "1 file".to_owned() } else { format!("{count} files") }
}

/// The bucket that the listing is of, if it is not the form's.
fn other_bucket(subject: &Subject<'_>, bucket: Bucket<'_>) -> Option<String> {
    let ours = subject.form.text("bucket")?;
    bucket.listing.buckets().find(|name| *name != ours).map(str::to_owned)
}
