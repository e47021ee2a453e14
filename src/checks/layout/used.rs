//! The path below which the export's files really lie, where something shows it: AWS writes there, and the product reads there
//! once the form is right.

use super::look::Bucket;
use crate::checks::export;
use crate::checks::subject::Subject;
use crate::source::Place;

/// A path that the form does not have.
#[derive(Debug, Clone)]
pub struct UsedPath {
    /// The path, without slashes at its ends.
    pub path: String,
    /// What shows it.
    pub because: String,
    /// Where.
    pub place: Place,
}

/// The path of the export that the form means, if it is known and is not the one typed.
#[must_use]
pub fn used_path(subject: &Subject<'_>) -> Option<UsedPath> {
    let layout = subject.layout?;
    let typed = subject.form.text("export-path");
    let mode = subject.form.text("mode");
    if typed.is_none() && mode != Some("find-report") {
        return None;
    }
    let known = from_definition(subject)
        .or_else(|| from_listing(subject, Bucket { listing: &subject.evidence.listing, layout }))?;
    let is_typed = typed.is_some_and(|typed| layout.path(typed) == known.path);
    (!is_typed).then_some(known)
}

fn from_definition(subject: &Subject<'_>) -> Option<UsedPath> {
    let definition = export::definition(subject)?;
    let prefix = definition.prefix.as_ref()?;
    Some(UsedPath {
        path: prefix.text.trim_matches('/').to_owned(),
        because: "the export is delivered there (`S3Prefix`)".to_owned(),
        place: Place { source: definition.source, span: prefix.span },
    })
}

fn from_listing(subject: &Subject<'_>, bucket: Bucket<'_>) -> Option<UsedPath> {
    let name = subject.form.text("export-name")?;
    let exports = bucket.exports();
    let mut named = exports.iter().filter(|export| export.name == name);
    let first = named.next()?;
    named.all(|export| export.path == first.path).then(|| UsedPath {
        path: first.path.clone(),
        because: "the listing shows the export's files there".to_owned(),
        place: first.file.place,
    })
}
