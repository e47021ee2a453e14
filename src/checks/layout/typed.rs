//! Values of the form that can be seen to be wrong without looking into the bucket.

use super::address::inside_address;
use crate::checks::subject::{Cause, Outcome, Subject};
use crate::contract::{Form, Grammar, Layout, Origin};
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::{Place, Span};

/// Path and name that the product refuses at once, for a character.
pub(super) fn refused(subject: &Subject<'_>, layout: &Layout) -> Vec<Cause> {
    if layout.is_of_aws {
        return Vec::new();
    }
    let lengths = ["export-path", "export-name"].into_iter().filter_map(|name| length(subject, layout, name));
    let characters = [("export-path", &layout.refused_path), ("export-name", &layout.refused_name)]
        .into_iter()
        .filter_map(|(name, message)| {
            let value = subject.form.text(name)?;
            let (at, character) = layout.refused_in(value)?;
            // Of an address the characters are not what is wrong.
            let whole = place(subject.form, name);
            if let Some(cause) = whole.and_then(|whole| as_address(subject.form, name, value, whole)) {
                return Some(cause.in_group("form"));
            }
            let place = part(subject, name, at, character.len_utf8())?;
            let values = Values::new()
                .with("name", name)
                .with("found", value)
                .with("character", shown(character))
                .with("message", said(subject.form, message));
            Some(Cause::new("path", "characters", place, values).in_group("form"))
        });
    characters.chain(lengths).collect()
}

/// A value that the product does not take for its length. An empty path has words of its own.
fn length(subject: &Subject<'_>, layout: &Layout, name: &str) -> Option<Cause> {
    let most = layout.longest?;
    let value = subject.form.text(name)?;
    let count = value.chars().count();
    let is_short = name == "export-name" && count == 0;
    let values = Values::new()
        .with("name", name)
        .with("found", count.to_string())
        .with("needed", format!("1 to {most}"));
    let place = place(subject.form, name).filter(|_| is_short || count > most)?;
    Some(Cause::new("path", "length", place, values).in_group("form"))
}

/// A name that AWS gives no export of the form's type.
fn impossible(subject: &Subject<'_>, layout: &Layout, value: &str) -> Option<Cause> {
    let kind = subject.form.text("export-type")?;
    let rule = layout.name.iter().find(|rule| rule.export_type == kind)?;
    (!value.is_empty()).then(|| odd(subject, ("export-name", value), kind, &rule.matches)).flatten()
}

/// What of a value is written otherwise than AWS takes it. Of an export's name the type is told, which decides what it takes.
fn odd(subject: &Subject<'_>, (name, value): (&str, &str), kind: &str, grammar: &Grammar) -> Option<Cause> {
    let (_, range) = grammar.failure(value)?;
    let place = part(subject, name, range.start, range.len())?;
    let (case, of) =
        if name == "export-name" { ("name-impossible", kind) } else { ("written-otherwise", name) };
    let values = Values::new().with("found", value).with("name", of).with("needed", grammar.describe());
    Some(Cause::new("path", case, place, values))
}

/// Whether a value that the user gave is written as AWS takes it, whatever the product does with it.
pub(in crate::checks) fn written(subject: &Subject<'_>, name: &str, grammar: &Grammar) -> Outcome {
    let form = subject.form;
    let Some((value, place)) = form.text(name).zip(place(form, name)) else {
        return Outcome::of(State::Holds);
    };
    // A slash at the end of a path is dropped by whoever joins path and name.
    let bare = if name == "export-path" { value.trim_end_matches('/') } else { value };
    let is_of_export = matches!(name, "export-path" | "export-name");
    let cause = as_address(form, name, value, place)
        .filter(|_| is_of_export)
        .or_else(|| left_open(subject, name, value, place))
        .or_else(|| odd(subject, (name, bare), form.text("export-type").unwrap_or_default(), grammar));
    // Quotes and spaces that were copied along are in no value that AWS takes.
    let inner = bare.trim_matches(|next: char| next.is_whitespace() || "\"'`‘’“”".contains(next));
    let is_inner_well = inner != bare && !inner.is_empty() && grammar.failure(inner).is_none();
    let cause = match cause {
        Some(cause) if is_inner_well => Some(cause.typing(name, inner)),
        cause => cause,
    };
    let state = if cause.is_none() { State::Holds } else { State::Broken };
    let causes = cause.into_iter().map(|cause| cause.in_group("form")).collect();
    Outcome { causes, ..Outcome::of(state) }
}

/// An address, where a part of it belongs.
fn as_address(form: &Form, name: &str, value: &str, place: Place) -> Option<Cause> {
    let needed = inside_address(form, name, value)?;
    let plain = needed.strip_prefix('`').and_then(|needed| needed.strip_suffix('`')).map(str::to_owned);
    let values = Values::new().with("name", name).with("found", value).with("needed", needed);
    let cause = Cause::new("path", "address", place, values);
    Some(match plain {
        Some(plain) => cause.typing(name, &plain),
        None => cause,
    })
}

/// What of a value is still to be replaced.
fn left_open(subject: &Subject<'_>, name: &str, value: &str, place: Place) -> Option<Cause> {
    let (start, length) = placeholder(value)?;
    let values = Values::new().with("name", name).with("found", value);
    Some(Cause::new("path", "placeholder", part(subject, name, start, length).unwrap_or(place), values))
}

/// Path and name that the product takes, and that cannot be those of an export.
pub(super) fn suspicious(subject: &Subject<'_>, layout: &Layout) -> Vec<Cause> {
    let mut causes = Vec::new();
    for name in ["export-path", "export-name"] {
        let Some(value) = subject.form.text(name) else { continue };
        let Some(place) = place(subject.form, name) else { continue };
        let values = Values::new().with("name", name).with("found", value);
        let cause = if let Some(cause) = as_address(subject.form, name, value, place) {
            cause
        } else if let Some(cause) = left_open(subject, name, value, place) {
            cause
        } else if name == "export-path" && layout.path(value).trim_matches('/').is_empty() {
            Cause::new("path", "empty", place, values)
        } else if name == "export-path" && value.starts_with('/') {
            let needed = layout.path(value.trim_start_matches('/')).to_owned();
            let place = part(subject, name, 0, 1).unwrap_or(place);
            Cause::new("path", "leading-slash", place, values.with("needed", needed.clone()))
                .typing("export-path", &needed)
        } else if let Some(cause) =
            (name == "export-name").then(|| impossible(subject, layout, value)).flatten()
        {
            cause
        } else {
            continue;
        };
        causes.push(cause.in_group("form"));
    }
    causes
}

/// A path that is the name of the export: what follows "last folder name" in a console that shows both.
pub(super) fn name_as_path(subject: &Subject<'_>, layout: &Layout) -> Option<Cause> {
    let path = subject.form.text("export-path")?;
    (layout.path(path) == subject.form.text("export-name")?).then_some(())?;
    let place = place(subject.form, "export-path")?;
    let values = Values::new().with("found", path);
    Some(Cause::new("path", "is-export-name", place, values).in_group("form"))
}

/// Where the user gave a value.
pub(super) fn place(form: &Form, name: &str) -> Option<Place> {
    match &form.get(name)?.origin {
        Origin::Given(place) => Some(*place),
        Origin::Presumed(_) | Origin::StandIn(_) => None,
    }
}

/// A message of the product; holes that nobody can fill become an ellipsis.
pub(super) fn said(form: &Form, template: &str) -> String {
    form.fill(template).unwrap_or_else(|missing| {
        let template = missing
            .iter()
            .fold(template.to_owned(), |template, name| template.replace(&format!("{{{name}}}"), "…"));
        form.fill(&template).unwrap_or(template)
    })
}

/// The place of a part of a value; all of it where the file writes the value otherwise than it reads.
fn part(subject: &Subject<'_>, name: &str, at: usize, length: usize) -> Option<Place> {
    let whole = place(subject.form, name)?;
    let value = subject.form.text(name)?;
    let written = subject.sources.get(whole.source).slice(whole.span);
    let Some(before) = written.find(value).filter(|before| written.len() <= value.len() + 2 * before) else {
        return Some(whole);
    };
    let start = whole.span.range().start + before + at;
    Some(Place { source: whole.source, span: Span::new(start, start + length) })
}

/// The first `<…>` with something in it: its offset and length.
fn placeholder(value: &str) -> Option<(usize, usize)> {
    let start = value.find('<')?;
    let length = value.get(start..)?.find('>')? + 1;
    (length > 2).then_some((start, length))
}

/// A character as it can be printed.
fn shown(character: char) -> String {
    match character {
        ' ' => "a space".to_owned(),
        '`' => "a back-tick".to_owned(),
        c if c.is_control() || c.is_whitespace() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}
