//! Values of the connection form: where they are written, and which of them nothing may be made of.

use super::export::within;
use super::outcome::demand;
use super::state::{Bench, State};
use super::text::TextFault;
use crate::contract::{Ask, Demand, Origin, Test};
use crate::finding::{Change, Finding, Repair, Report, Severity};
use serde_json::Value;
use std::ops::Range;
use toml_edit::{Document, Item, TableLike};

/// The name of a form value that a repair would write into a document, or that the demand is about, and that cannot be right there:
/// an error stands at it, or it has a character that stands for any text in a policy. What is made of it is as wrong as it is.
pub(super) fn hangs_on<'s>(
    bench: &Bench<'_>,
    (state, report): (&'s State, &Report),
    finding: &Finding,
    repair: &Repair,
) -> Option<&'s str> {
    let texts: Vec<String> = repair.changes.iter().flat_map(written).collect();
    if texts.is_empty() {
        return None;
    }
    let asked = finding.demand.as_deref().and_then(|id| demand(bench, id));
    let templates = asked.map(|demand| templates(bench, demand)).unwrap_or_default();
    // An export that is elsewhere than the form says may be moved as well as the form's value.
    let moves = repair.changes.iter().any(|change| within(state, change).is_some());
    let is_itself =
        |other: &Finding| moves && other.rule == finding.rule && other.primary.place == finding.primary.place;
    let errors = || {
        let errors = report.findings.iter().filter(|other| other.severity == Severity::Error);
        errors.filter(|other| !is_itself(other))
    };
    state.form.iter().find_map(|(name, value)| {
        let Origin::Given(place) = &value.origin else { return None };
        let wrong = value.text.trim_end_matches('/');
        let at = |finding: &&Finding| {
            let of = finding.primary.place;
            of.source == place.source
                && place.span.contains(of.span)
                && !finding.primary.place.span.is_empty()
        };
        let error = errors().find(at).filter(|_| !wrong.is_empty());
        let is_pattern = WRITTEN.contains(&name) && wrong.contains(['*', '?']);
        let Some(error) = error else {
            return (is_pattern && texts.iter().any(|text| text.contains(wrong))).then_some(name);
        };
        // Where what should be typed holds what was typed, only the rest of a text tells which of the two it is made of.
        let typed = typed(error, name);
        let right = typed.filter(|right| right.contains(wrong));
        let is_made_of_it = |text: &String| match right {
            Some(right) => text.replace(right, "").contains(wrong),
            None => text.contains(wrong),
        };
        let is_about_it = typed.is_none() && names(&templates, name);
        (is_about_it || texts.iter().any(is_made_of_it)).then_some(name)
    })
}

/// Values that stand in resources of policies.
const WRITTEN: [&str; 3] = ["bucket", "export-name", "export-path"];

/// The templates by which a demand is asked, with holes for values of the form.
pub(super) fn templates<'b>(bench: &Bench<'b>, demand: &'b Demand) -> Vec<&'b str> {
    let (request, on) = match &demand.ask {
        Ask::Access { request, on, .. } | Ask::Discovery { request, on, .. } => (request, on),
        Ask::Setting(setting) => match &setting.test {
            Test::Equals(template) => return vec![template],
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let mut texts: Vec<&str> = vec![on];
    let Some(template) = bench.library.requests().get(request) else { return texts };
    texts.push(&template.caller);
    let keys = template.keys.iter().filter(|_| on == "keys");
    texts.extend(keys.map(|key| key.pattern.as_str()));
    if template.is_foreign {
        texts.extend(template.context.iter().map(|(_, value)| value.as_str()));
    }
    texts
}

/// Whether templates have a hole for a value of the form.
pub(super) fn names(templates: &[&str], name: &str) -> bool {
    let hole = format!("{{{name}}}");
    let in_root = matches!(name, "export-name" | "export-path");
    templates.iter().any(|text| text.contains(&hole) || (in_root && text.contains("{root}")))
}

/// What a finding says to type.
fn typed<'f>(finding: &'f Finding, name: &str) -> Option<&'f str> {
    finding.repairs.iter().flat_map(|repair| &repair.changes).find_map(|change| match change {
        Change::Form { name: of, value } if of == name => Some(value.as_str()),
        _ => None,
    })
}

/// The texts that a change writes into a document.
pub(super) fn written(change: &Change) -> Vec<String> {
    fn of(value: &Value, out: &mut Vec<String>) {
        match value {
            Value::String(text) => out.push(text.clone()),
            Value::Array(items) => items.iter().for_each(|item| of(item, out)),
            Value::Object(members) => members.values().for_each(|value| of(value, out)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut out = Vec::new();
    match change {
        Change::Set { value, .. } | Change::Add { value, .. } | Change::AddMember { value, .. } => {
            of(value, &mut out);
        }
        Change::Rename { .. }
        | Change::Remove { .. }
        | Change::Rewrite { .. }
        | Change::Form { .. }
        | Change::Run { .. } => {}
    }
    out
}

/// The settings file with another value in its form; every other byte of it stays.
pub(super) fn write(text: &str, name: &str, value: &str) -> Result<String, TextFault> {
    let document = Document::parse(text).map_err(|_| TextFault::Broken)?;
    let value = toml_edit::Value::from(value).to_string();
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, new): (Range<usize>, String) = match document.get("form") {
        None => {
            let before = if text.is_empty() || text.ends_with('\n') { "" } else { ending };
            (text.len()..text.len(), format!("{before}{ending}[form]{ending}{name} = {value}{ending}"))
        }
        Some(form) => {
            let table = form.as_table_like().ok_or(TextFault::NotThere)?;
            match table.get(name) {
                Some(old) => (old.span().ok_or(TextFault::NotThere)?, value),
                None => beside(text, form, table, &format!("{name} = {value}"), ending)?,
            }
        }
    };
    let (before, behind) = text.get(..at.start).zip(text.get(at.end..)).ok_or(TextFault::NotThere)?;
    let after = format!("{before}{new}{behind}");
    // A form of another shape, dotted keys say, is left to its author.
    let is_written = Document::parse(after.as_str()).is_ok_and(|after| {
        let form = after.get("form").and_then(Item::as_table_like);
        form.and_then(|form| form.get(name)).is_some()
    });
    if is_written { Ok(after) } else { Err(TextFault::NotThere) }
}

/// Where one more value of the form goes: behind the last one, or behind the header of the table.
fn beside(
    text: &str,
    form: &Item,
    table: &dyn TableLike,
    line: &str,
    ending: &str,
) -> Result<(Range<usize>, String), TextFault> {
    let last = table.iter().filter_map(|(_, item)| item.span()).map(|span| span.end).max();
    if form.is_inline_table() {
        let Some(last) = last else { return Err(TextFault::NotThere) };
        return Ok((last..last, format!(", {line}")));
    }
    let header = form.span().map(|span| span.start);
    let from = last.or(header).ok_or(TextFault::NotThere)?;
    let rest = text.get(from..).ok_or(TextFault::NotThere)?;
    let end = from
        + rest.find('\n').map_or(rest.len(), |end| {
            end - usize::from(rest.get(..end).is_some_and(|line| line.ends_with('\r')))
        });
    Ok((end..end, format!("{ending}{line}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_written_and_every_other_byte_stays() {
        let text =
            "# a\r\nconsumer = \"x\"\r\n\r\n[form]\r\nbucket = 'b'   # ours\r\n\r\n[other]\r\na = 1\r\n";
        assert_eq!(write(text, "bucket", "c").unwrap(), text.replace("'b'", "\"c\""));
        let more = text.replace("# ours\r\n", "# ours\r\nmode = \"m\"\r\n");
        assert_eq!(write(text, "mode", "m").unwrap(), more);
        assert_eq!(write("[form]\n", "mode", "m").unwrap(), "[form]\nmode = \"m\"\n");
        assert_eq!(write("a = 1", "mode", "m").unwrap(), "a = 1\n\n[form]\nmode = \"m\"\n");
        assert_eq!(write("form = { a = 1 }\n", "b", "c").unwrap(), "form = { a = 1, b = \"c\" }\n");
        assert_eq!(write("form = 1\n", "b", "c"), Err(TextFault::NotThere));
        assert_eq!(write("form.a = 1\n", "a", "c").unwrap(), "form.a = \"c\"\n");
    }
}
