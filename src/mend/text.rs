//! From changes of meaning to changes of text.

use super::export;
use super::state::{Bench, State};
use super::typed;
use crate::billing::ExportDefinition;
use crate::contract::Origin;
use crate::evidence::Reading;
use crate::finding::{Change, Edit, Repair, Wrapped, shell_word};
use crate::policy::Notation;
use crate::source::{Place, SourceId, Span};
use crate::syntax::edit::{EditFault, Editable, Splice, apply};
use serde_json::Value;
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a repair cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum TextFault {
    /// The document is read by guessing.
    #[error("the document is not JSON as a whole; mend its text first")]
    Broken,
    /// The place is not that of a value.
    #[error("the place to change was not found")]
    NotThere,
    /// The document is a part of a snapshot, or an answer that was written in YAML.
    #[error(
        "the document is an answer in a file of another form; save it as a file of its own, in JSON, to have it mended"
    )]
    Answer,
    /// The document is a template of infrastructure as code.
    #[error("the document is written in a language that is not edited here")]
    Foreign,
    /// Two changes reach for the same text.
    #[error("two of the changes reach for the same text")]
    Clash,
}

impl TextFault {
    /// The phrase that says why the change is left to a person, where it could be made by hand.
    pub(super) fn phrase(&self) -> Option<&'static str> {
        match self {
            TextFault::Broken => Some("fix-not-json"),
            TextFault::Answer => Some("fix-in-answer"),
            TextFault::Foreign => Some("fix-in-template"),
            TextFault::NotThere | TextFault::Clash => None,
        }
    }
}

impl From<EditFault> for TextFault {
    fn from(fault: EditFault) -> Self {
        match fault {
            EditFault::Broken(_) => TextFault::Broken,
            EditFault::NotThere => TextFault::NotThere,
        }
    }
}

/// A repair as text.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    /// The changed files, whole.
    pub(super) texts: BTreeMap<SourceId, String>,
    /// What was changed in them.
    pub(super) edits: Vec<Edit>,
    /// Form values that change.
    pub(super) form: Vec<(String, String)>,
    /// What is to be run or typed elsewhere.
    pub(super) commands: Vec<String>,
    /// What running it does besides.
    pub(super) effects: Vec<String>,
}

/// Writes a repair.
pub(super) fn write(
    bench: &Bench<'_>,
    state: &State,
    wrapped: &[Wrapped],
    repair: &Repair,
) -> Result<Written, TextFault> {
    let mut out = Written::default();
    let mut splices: BTreeMap<SourceId, Vec<Splice>> = BTreeMap::new();
    let mut adds: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
    let mut members: BTreeMap<Place, Vec<(String, Value)>> = BTreeMap::new();
    let mut exports: BTreeMap<Place, Vec<Change>> = BTreeMap::new();
    for change in &repair.changes {
        if let Some(export) = export::within(state, change) {
            exports.entry(export).or_default().push(change.clone());
            continue;
        }
        let mut take = |place: Place, made: Vec<Splice>| {
            splices.entry(place.source).or_default().extend(made);
        };
        match change {
            Change::Set { at, value } => take(*at, editable(state, wrapped, *at)?.replace(at.span, value)?),
            Change::Rename { key, name } => {
                take(*key, editable(state, wrapped, *key)?.rename(key.span, name)?)
            }
            Change::Remove { at } => take(*at, editable(state, wrapped, *at)?.remove(at.span)?),
            Change::Rewrite { at, text } => {
                // The place is that of text between values, which is changed only where all values are known.
                editable(state, wrapped, *at)?;
                take(*at, vec![Splice { span: at.span, text: text.clone() }]);
            }
            Change::Add { at, value } => {
                let values = adds.entry(*at).or_default();
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            Change::AddMember { object, key, value } => {
                let members = members.entry(*object).or_default();
                // Several members of one new object go into it together.
                match members.iter_mut().find(|(known, _)| known == key) {
                    Some((_, Value::Object(known))) if value.is_object() => {
                        known.extend(value.as_object().cloned().unwrap_or_default());
                    }
                    Some(_) => return Err(TextFault::Clash),
                    None => members.push((key.clone(), value.clone())),
                }
            }
            Change::Form { name, value } => form(bench, state, name, value, &mut out)?,
            Change::Run { command, effect } => {
                out.commands.push(command.clone());
                out.effects.extend(effect.clone());
            }
        }
    }
    for (at, changes) in exports {
        let (command, effect) = export::command(bench.library.phrases(), state, at, &changes)?;
        out.commands.push(command);
        out.effects.push(effect);
    }
    for (at, values) in adds {
        let made = editable(state, wrapped, at)?.add(at.span, &values)?;
        splices.entry(at.source).or_default().extend(made);
    }
    for (object, members) in members {
        let made = editable(state, wrapped, object)?.add_members(object.span, &members)?;
        splices.entry(object.source).or_default().extend(made);
    }
    for (source, mut splices) in splices {
        splices.sort();
        splices.dedup();
        let text = apply(state.sources.get(source).text(), &splices).ok_or(TextFault::Clash)?;
        out.texts.insert(source, text);
        let edits = splices
            .into_iter()
            .map(|splice| Edit { place: Place { source, span: splice.span }, replacement: splice.text });
        out.edits.extend(edits);
    }
    Ok(out)
}

/// The document that holds a place.
pub(super) fn editable(state: &State, wrapped: &[Wrapped], at: Place) -> Result<Editable, TextFault> {
    if is_foreign(state, at) {
        return Err(TextFault::Foreign);
    }
    let readings = &state.evidence.readings;
    if !readings.iter().any(|(source, reading)| *source == at.source && *reading != Reading::Snapshot) {
        return Err(TextFault::Answer);
    }
    let text = state.sources.get(at.source).text();
    let whole = Editable::new(text)?;
    let inner = wrapped.iter().find(|each| each.source == at.source && each.span.contains(at.span));
    Ok(match inner {
        Some(inner) => Editable::within(text, inner.span, inner.level)?,
        None => whole,
    })
}

/// Whether a place lies in a template, or in a text of another notation than JSON: only who wrote it knows what else its values
/// stand for, and what it was made from.
fn is_foreign(state: &State, at: Place) -> bool {
    let evidence = &state.evidence;
    let is_resolved = |export: &ExportDefinition| export.source == at.source && export.resolved.is_some();
    evidence.exports.definitions.iter().any(is_resolved)
        || evidence.documents.iter().any(|document| {
            document.source == at.source
                && (document.policy.notation != Notation::Json || document.from_template)
        })
}

/// A form value is written where the user wrote it.
fn form(
    bench: &Bench<'_>,
    state: &State,
    name: &str,
    value: &str,
    out: &mut Written,
) -> Result<(), TextFault> {
    let given = state.form.get(name).and_then(|value| match value.origin {
        Origin::Given(place) => Some(place.source),
        Origin::Presumed(_) | Origin::StandIn(_) => None,
    });
    let Some(config) = bench.config.filter(|config| given.is_none_or(|given| given == *config)) else {
        out.commands.push(format!("--{name} {}", shell_word(value)));
        return Ok(());
    };
    let before = match out.texts.get(&config) {
        Some(text) => text.clone(),
        None => state.sources.get(config).text().to_owned(),
    };
    let after = typed::write(&before, name, value)?;
    out.edits.push(difference(config, state.sources.get(config).text(), &after));
    out.texts.insert(config, after);
    out.form.push((name.to_owned(), value.to_owned()));
    Ok(())
}

/// The one stretch in which two texts differ.
pub(super) fn difference(source: SourceId, before: &str, after: &str) -> Edit {
    let start = before
        .char_indices()
        .zip(after.chars())
        .find(|((_, left), right)| left != right)
        .map_or_else(|| before.len().min(after.len()), |((at, _), _)| at);
    let (rest_before, rest_after) =
        (before.get(start..).unwrap_or_default(), after.get(start..).unwrap_or_default());
    let shared: usize = rest_before
        .chars()
        .rev()
        .zip(rest_after.chars().rev())
        .take_while(|(left, right)| left == right)
        .map(|(each, _)| each.len_utf8())
        .sum();
    Edit {
        place: Place { source, span: Span::new(start, before.len() - shared) },
        replacement: rest_after.get(..rest_after.len() - shared).unwrap_or_default().to_owned(),
    }
}
