//! How a file is written: what its own hand does between tokens.

use super::{Page, Shape, quoted};
use crate::syntax::{Node, Value};
use serde_json::Value as Json;

/// The habits of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Style {
    /// What ends a line.
    pub(super) newline: &'static str,
    /// One step of indentation.
    pub(super) unit: String,
    /// Between key and value, colon included.
    pub(super) colon: String,
    /// Behind a comma on one line.
    pub(super) comma: &'static str,
    /// Inside the brackets of an object on one line.
    pub(super) pad: &'static str,
    /// The file has members on lines of their own.
    pub(super) lines: bool,
    /// Lists of texts have each item on its own line.
    pub(super) lists_on_lines: bool,
}

/// The white space at the start of the line that holds `at`.
pub(super) fn indent_at(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.get(line..).unwrap_or_default();
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    let length = line.find(|next| !matches!(next, ' ' | '\t')).unwrap_or(line.len());
    line.get(..length).unwrap_or_default()
}

/// The white space directly before `at`, line breaks included.
pub(super) fn space_before(text: &str, at: usize) -> &str {
    let before = text.get(..at).unwrap_or_default();
    let end = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
    before.get(end..).unwrap_or_default()
}

fn space_behind(text: &str, at: usize) -> &str {
    let behind = text.get(at..).unwrap_or_default();
    let length = behind.find(|next| !matches!(next, ' ' | '\t' | '\r' | '\n')).unwrap_or(behind.len());
    behind.get(..length).unwrap_or_default()
}

/// What was seen of a file so far; the first sight of each habit counts.
#[derive(Default)]
struct Seen {
    unit: Option<String>,
    colon: Option<String>,
    comma: Option<bool>,
    pad: Option<bool>,
    lines: bool,
    list_on_lines: Option<bool>,
    list_on_line: Option<bool>,
}

impl Style {
    pub(super) fn of(text: &str, root: &Node<'_>) -> Self {
        let mut seen = Seen::default();
        look(text, root, &mut seen);
        let newline = match text.find('\n') {
            Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            Some(_) | None => "\n",
        };
        // A file without any space is meant to be short.
        let is_tight = seen.colon.as_deref().is_some_and(|colon| colon == ":");
        let space = |wide: bool| if wide { " " } else { "" };
        Self {
            newline,
            unit: seen.unit.unwrap_or_else(|| "  ".to_owned()),
            colon: seen.colon.unwrap_or_else(|| ": ".to_owned()),
            comma: space(seen.comma.unwrap_or(!is_tight)),
            pad: space(seen.pad.unwrap_or(false)),
            lines: seen.lines,
            lists_on_lines: seen.list_on_lines.unwrap_or(seen.lines && seen.list_on_line.is_none()),
        }
    }
}

fn look(text: &str, node: &Node<'_>, seen: &mut Seen) {
    let start = node.span.start as usize;
    let starts: Vec<usize> = match &node.value {
        Value::Array(items) => items.iter().map(|item| item.span.start as usize).collect(),
        Value::Object(members) => members.iter().map(|member| member.key_span.start as usize).collect(),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => return,
    };
    let Some(first) = starts.first() else { return };
    let space = space_before(text, *first);
    let on_lines = space.contains('\n');
    if on_lines {
        seen.lines = true;
        let (outer, inner) = (indent_at(text, start), indent_at(text, *first));
        if let Some(unit) = inner.strip_prefix(outer).filter(|unit| !unit.is_empty()) {
            seen.unit.get_or_insert_with(|| unit.to_owned());
        }
    } else {
        if let Some(second) = starts.get(1) {
            let wide = space_before(text, *second);
            if !wide.contains('\n') {
                seen.comma.get_or_insert(!wide.is_empty());
            }
        }
        if node.as_object().is_some() {
            seen.pad.get_or_insert(!space_behind(text, start + 1).is_empty());
        }
    }
    if node.as_array().is_some_and(|items| items.iter().all(|item| item.as_str().is_some())) {
        if on_lines {
            seen.list_on_lines.get_or_insert(true);
        } else {
            seen.list_on_line.get_or_insert(true);
        }
    }
    for member in node.as_object().unwrap_or_default() {
        let between =
            text.get(member.key_span.end as usize..member.value.span.start as usize).unwrap_or_default();
        if between.chars().all(|next| matches!(next, ':' | ' ')) && !between.is_empty() {
            seen.colon.get_or_insert_with(|| between.to_owned());
        }
        look(text, &member.value, seen);
    }
    for item in node.as_array().unwrap_or_default() {
        look(text, item, seen);
    }
}

impl Page<'_> {
    /// A new value in the file's hand, whose first line stands behind `indent`.
    pub(super) fn render(&self, value: &Json, shape: Shape, indent: &str) -> String {
        let Style { newline, unit, colon, comma, pad, .. } = &self.style;
        let inner = format!("{indent}{unit}");
        match value {
            Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
            Json::String(text) => quoted(text),
            Json::Array(items) if items.is_empty() => "[]".to_owned(),
            Json::Object(members) if members.is_empty() => "{}".to_owned(),
            Json::Array(items) => {
                let plain = items.iter().all(|item| !item.is_object() && !item.is_array());
                let on_lines = shape == Shape::Lines && (!plain || self.style.lists_on_lines);
                let each =
                    items.iter().map(|item| self.render(item, shape, if on_lines { &inner } else { indent }));
                let each: Vec<String> = each.collect();
                if on_lines {
                    let items = each.join(&format!(",{newline}{inner}"));
                    format!("[{newline}{inner}{items}{newline}{indent}]")
                } else {
                    format!("[{}]", each.join(&format!(",{comma}")))
                }
            }
            Json::Object(members) => {
                let on_lines = shape == Shape::Lines;
                let each = members.iter().map(|(key, value)| {
                    let value = self.render(value, shape, if on_lines { &inner } else { indent });
                    format!("{}{colon}{value}", quoted(key))
                });
                let each: Vec<String> = each.collect();
                if on_lines {
                    let members = each.join(&format!(",{newline}{inner}"));
                    format!("{{{newline}{inner}{members}{newline}{indent}}}")
                } else {
                    format!("{{{pad}{}{pad}}}", each.join(&format!(",{comma}")))
                }
            }
        }
    }
}
