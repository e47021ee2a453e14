//! One setting against what the product needs of it.

use super::super::CASES;
use super::super::filled;
use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{change, form_fact, given, meant, place, setting_fact, unknown, values};
use crate::billing::{Columns, ExportDefinition, ExportKind, Query, Text, hole_of};
use crate::contract::{Absent, Ask, AskedOf, Setting, SettingPath, Test};
use crate::finding::{Change, Repair, State};
use crate::source::{Place, Span};
use crate::syntax::{Node, Value, inner_span, read_json, select};
use std::collections::BTreeSet;

/// Where the setting stands in an export of this kind.
pub(super) fn path(setting: &Setting, kind: ExportKind) -> Option<&SettingPath> {
    let of = |wanted| setting.select.iter().find(|(of, _)| *of == wanted).map(|(_, path)| path);
    match kind {
        ExportKind::Legacy => of(AskedOf::Legacy),
        ExportKind::Cur2 => of(AskedOf::Cur2).or_else(|| of(AskedOf::DataExport)),
        _ => of(AskedOf::DataExport),
    }
}

pub(in super::super) fn check(subject: &Subject<'_>, setting: &Setting) -> Outcome {
    match meant::definition(subject) {
        Some(definition) => of(subject, definition, setting),
        None => unknown(meant::fact(subject)),
    }
}

/// A setting of one export.
pub(super) fn of(subject: &Subject<'_>, definition: &ExportDefinition, setting: &Setting) -> Outcome {
    let Some(path) = path(setting, definition.kind) else { return Outcome::of(State::Unknown) };
    let test = setting.test_at(path);
    let text = subject.sources.get(definition.source).slice(definition.span);
    let resolved = definition.resolved.as_deref();
    let read = resolved.is_none().then(|| read_json(text));
    let Some(root) = resolved.or(read.as_ref().map(|document| &document.root)) else {
        return Outcome::of(State::Unknown);
    };
    // Places in the definition are places in the file.
    let start = if resolved.is_some() { 0 } else { definition.span.start };
    let shift =
        |span: Span| Span { start: span.start.saturating_add(start), end: span.end.saturating_add(start) };
    let hits = select(root, &path.selector);
    let mut values = hits.iter().flat_map(|hit| hit.iter_one_or_many());
    if let Some(names) = values.find_map(hole_of) {
        return unknown(filled::fact(subject, &names));
    }
    let mut found = Found {
        values: hits
            .iter()
            .flat_map(|hit| hit.iter_one_or_many())
            .filter_map(Text::of)
            .map(|text| Text { span: shift(text.span), ..text })
            .collect(),
        whole: hits.first().map_or_else(|| around(root, path).map(shift), |hit| Some(shift(hit.span))),
        note: None,
    };
    let mut element = None;
    let is_there = hits.iter().any(|hit| !matches!(hit.value, Value::Null | Value::Missing));
    if !is_there {
        let at = found.whole.unwrap_or(definition.name_span());
        match &setting.absent {
            Absent::Unknown => return unknown(setting_fact(definition, &path.text)),
            Absent::Holds => return Outcome::of(State::Holds),
            Absent::Broken => {
                let needed = needed(&test);
                let value = wanted(subject, &test);
                // A template is edited by who wrote it.
                let value = value.filter(|_| resolved.is_none());
                let change = value.and_then(|value| change::missing(root, definition, path, value));
                let fault = Fault { span: at, found: "nothing".to_owned(), needed, way: None, change };
                return outcome(
                    definition,
                    setting,
                    vec![fault],
                    Some(format!("`{}` is not there", path.text)),
                );
            }
            Absent::Default(value) => {
                // An element of a list is there or not; its default says that it is not.
                let is_element = path.text.contains("[?");
                let list = || subject.sources.get(definition.source).slice(place(definition, at).span);
                let list = || list().split_whitespace().collect::<Vec<_>>().join(" ");
                let text = match is_element {
                    true => Some(list()).filter(|list| list.starts_with('[')).unwrap_or("nothing".to_owned()),
                    false => value.clone(),
                };
                found.values = vec![Text { text, span: at }];
                element = change::element(root, definition, path).filter(|_| resolved.is_none());
                found.note = Some(format!("`{}` is not there, AWS takes it as `{value}`", path.text));
            }
        }
    }
    let source = subject.sources.get(definition.source).text();
    match &*test {
        Test::Equals(template) => equals(subject, definition, setting, template, &found),
        Test::Columns(columns) => match missing_columns(subject, definition, (columns, path), &found) {
            Some(faults) => outcome(definition, setting, faults, None),
            None => unknown(FactRef::new("query-columns")),
        },
        test => {
            let mut faults = faults(source, definition, test, &found);
            for fault in faults.iter_mut().filter(|fault| fault.change.is_none()) {
                fault.change.clone_from(&element);
            }
            outcome(definition, setting, faults, found.note)
        }
    }
}

/// What stands at the path.
struct Found {
    values: Vec<Text>,
    /// The array, or what the setting would stand in.
    whole: Option<Span>,
    note: Option<String>,
}

struct Fault {
    span: Span,
    found: String,
    needed: String,
    /// Which of several ways to be wrong, for cases that tell them apart.
    way: Option<&'static str>,
    /// What would mend it, if one value is surely right.
    change: Option<Change>,
}

/// The nearest thing that is there of what the setting would stand in; of an object its opening bracket.
fn around(root: &Node<'_>, path: &SettingPath) -> Option<Span> {
    path.parents.iter().find_map(|parent| select(root, parent).first().copied()).map(|node| {
        match node.value {
            Value::Object(_) => Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) },
            _ => node.span,
        }
    })
}

/// The value to write where there is none.
fn wanted(subject: &Subject<'_>, test: &Test) -> Option<serde_json::Value> {
    match test {
        Test::OneOf(list) => list.first().map(|first| first.as_str().into()),
        Test::AllOf(list) => Some(list.as_slice().into()),
        Test::Equals(template) => subject.form.fill(template).ok().map(Into::into),
        Test::NoneOf(_) | Test::Columns(_) | Test::Matches(_) => None,
    }
}

/// Whether a list stands at a place of the definition.
fn source_is_list(source: &str, definition: &ExportDefinition, span: Span) -> bool {
    let place = place(definition, span).span;
    source.get(place.range()).is_some_and(|text| text.starts_with('['))
}

fn needed(test: &Test) -> String {
    match test {
        Test::OneOf(list) | Test::AllOf(list) | Test::Columns(list) => list.join("`, `"),
        Test::NoneOf(_) => "another value".to_owned(),
        Test::Equals(template) => template.clone(),
        Test::Matches(grammar) => grammar.describe(),
    }
}

fn faults(source: &str, definition: &ExportDefinition, test: &Test, found: &Found) -> Vec<Fault> {
    let needed = needed(test);
    let fault = |span, text: &str| Fault {
        span,
        found: text.to_owned(),
        needed: needed.clone(),
        way: None,
        change: None,
    };
    let set = |span, value: serde_json::Value| Some(Change::Set { at: place(definition, span), value });
    let is_in = |list: &[String], value: &Text| list.contains(&value.text);
    match test {
        Test::OneOf(list) => found
            .values
            .iter()
            .filter(|value| !is_in(list, value))
            .map(|value| Fault {
                change: list
                    .first()
                    .filter(|_| found.note.is_none())
                    .and_then(|first| set(value.span, first.as_str().into())),
                ..fault(value.span, &value.text)
            })
            .collect(),
        Test::NoneOf(list) => found
            .values
            .iter()
            .filter(|value| is_in(list, value))
            .map(|value| {
                // A list goes on without it; of a flag there is one other value.
                let rest = found.values.iter().filter(|value| !is_in(list, value));
                let rest: Vec<&str> = rest.map(|value| value.text.as_str()).collect();
                let is_flag = value.text == "TRUE" && !list.iter().any(|each| each == "FALSE");
                let change = match found.whole.filter(|whole| source_is_list(source, definition, *whole)) {
                    Some(whole) => set(whole, rest.into()),
                    None if is_flag && found.note.is_none() => set(value.span, "FALSE".into()),
                    None => None,
                };
                Fault { change, ..fault(value.span, &value.text) }
            })
            .collect(),
        Test::AllOf(list) => {
            let whole = || set(found.whole?, list.as_slice().into());
            let extra = found.values.iter().filter(|value| !is_in(list, value));
            let mut faults: Vec<Fault> =
                extra.map(|value| Fault { change: whole(), ..fault(value.span, &value.text) }).collect();
            if list.iter().any(|wanted| !found.values.iter().any(|value| value.text == *wanted)) {
                let all: Vec<&str> = found.values.iter().map(|value| value.text.as_str()).collect();
                let all = if all.is_empty() { "nothing".to_owned() } else { all.join("`, `") };
                let span = found.whole.unwrap_or(definition.name_span());
                faults.push(Fault { change: whole(), ..fault(span, &all) });
            }
            faults
        }
        Test::Matches(grammar) => found
            .values
            .iter()
            .filter_map(|value| {
                let (way, part) = grammar.failure(&value.text)?;
                let span = if part.is_empty() { value.span } else { inner_span(source, value.span, 0, part) };
                Some(Fault {
                    span,
                    found: value.text.clone(),
                    needed: needed.clone(),
                    way: Some(way.name()),
                    change: trimmed(grammar, value).and_then(|text| set(value.span, text.into())),
                })
            })
            .collect(),
        Test::Equals(_) | Test::Columns(_) => Vec::new(),
    }
}

/// A text without the slashes at its ends, if that is all that is wrong with it.
fn trimmed<'t>(grammar: &crate::contract::Grammar, value: &'t Text) -> Option<&'t str> {
    let text = value.text.trim_matches('/');
    (!text.is_empty() && grammar.failure(text).is_none()).then_some(text)
}

fn equals(
    subject: &Subject<'_>,
    definition: &ExportDefinition,
    setting: &Setting,
    template: &str,
    found: &Found,
) -> Outcome {
    let wanted = match subject.form.fill(template) {
        Ok(wanted) => wanted,
        Err(names) => {
            let facts = names.iter().map(|name| form_fact(name)).collect();
            return Outcome { facts, ..Outcome::of(State::Unknown) };
        }
    };
    let differ = found.values.iter().filter(|value| value.text != wanted);
    let faults = differ
        .map(|value| Fault {
            span: value.span,
            found: value.text.clone(),
            needed: wanted.clone(),
            way: None,
            change: Some(Change::Set { at: place(definition, value.span), value: wanted.as_str().into() }),
        })
        .collect();
    let mut outcome = outcome(definition, setting, faults, found.note.clone());
    // A template that is one hole names the field that says otherwise.
    let field = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    if let Some(at) = given(subject.form.get(field)) {
        for cause in &mut outcome.causes {
            cause.related.push((at, format!("the form says `{wanted}`")));
            // The export is there and delivers; the form may have a slip. Which of the two it is, the other documents decide.
            if let [only] = found.values.as_slice() {
                let change = Change::Form { name: field.to_owned(), value: only.text.clone() };
                cause.repairs.push(Repair::of(change));
            }
        }
    }
    outcome
}

/// The columns that are missing; nothing if the query cannot be read.
fn missing_columns(
    subject: &Subject<'_>,
    definition: &ExportDefinition,
    (columns, path): (&[String], &SettingPath),
    found: &Found,
) -> Option<Vec<Fault>> {
    let source = subject.sources.get(definition.source).text();
    let statement = found.values.first()?;
    let query = Query::read(&statement.text);
    let mut faults = Vec::new();
    let mut missing: Vec<&String> = Vec::new();
    for column in columns {
        if !query.columns.has(column)? {
            missing.push(column);
        }
    }
    // The query is replaced whole: one that lacked what another demand wants would take it out again.
    let all = all_columns(subject, path).filter(|column| query.columns.has(column) == Some(false));
    let change = change::with_columns(&statement.text, &query, &all.collect::<Vec<_>>())
        .map(|text| Change::Set { at: place(definition, statement.span), value: text.into() });
    for column in missing {
        let Columns::Listed(list) = &query.columns else { continue };
        let renamed = list.iter().find(|each| each.from.as_deref() == Some(column));
        let at = renamed
            .or_else(|| list.last())
            .map_or(statement.span, |each| inner_span(source, statement.span, 0, each.range.clone()));
        let name = renamed.map_or("nothing", |each| &each.name);
        let needed = column.clone();
        faults.push(Fault { span: at, found: name.to_owned(), needed, way: None, change: change.clone() });
    }
    Some(faults)
}

/// The columns that all demands of the contract ask for at a path, each once.
fn all_columns<'s>(subject: &Subject<'s>, path: &'s SettingPath) -> impl Iterator<Item = &'s String> {
    let asked = subject.demands.iter().filter(|demand| demand.is_asked(subject.form, |_| true));
    let columns = asked.flat_map(|demand| match &demand.ask {
        Ask::Setting(Setting { test: Test::Columns(columns), select, .. })
            if select.iter().any(|(_, other)| other.text == path.text) =>
        {
            columns.as_slice()
        }
        _ => &[],
    });
    let mut known = BTreeSet::new();
    columns.filter(move |column| known.insert(*column))
}

fn outcome(
    definition: &ExportDefinition,
    setting: &Setting,
    faults: Vec<Fault>,
    note: Option<String>,
) -> Outcome {
    let causes: Vec<Cause> = faults
        .into_iter()
        .map(|fault| {
            let at: Place = place(definition, fault.span);
            let values = values(definition, &fault.found, &fault.needed);
            let mut cause = Cause::new("setting", case(&setting.case, fault.way), at, values);
            cause.notes.extend(note.clone());
            cause.repairs.extend(fault.change.map(Repair::of));
            cause
        })
        .collect();
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}

/// The declared case of a name: the one for this way of being wrong, or the one for all ways.
fn case(name: &str, way: Option<&str>) -> &'static str {
    let declared = |name: &str| {
        CASES.iter().find(|spec| spec.check == "setting" && spec.case == name).map(|spec| spec.case)
    };
    way.and_then(|way| declared(&format!("{name}-{way}"))).or_else(|| declared(name)).unwrap_or("value")
}
