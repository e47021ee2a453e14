//! Changes that would mend a setting of an export, where there is one right value.

use super::super::subject::Subject;
use super::place;
use crate::billing::{Columns, ExportDefinition, Query};
use crate::contract::SettingPath;
use crate::finding::Change;
use crate::source::Span;
use crate::syntax::{Node, Value, read_json, select};
use serde_json::{Map, Value as Json};

/// A setting that is not there, put into the nearest object that is. Only paths of plain names lead to one place.
pub(super) fn missing(
    root: &Node<'_>,
    definition: &ExportDefinition,
    path: &SettingPath,
    value: Json,
) -> Option<Change> {
    let names: Vec<&str> = path.text.strip_prefix("$.")?.split('.').collect();
    let is_name = |name: &&str| name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    if !names.iter().all(is_name) {
        return None;
    }
    let around = path.parents.iter().map(|parent| select(root, parent).first().copied());
    let around = around.chain([Some(root)]);
    let (depth, node) = around.enumerate().find_map(|(depth, node)| Some((depth + 1, node?)))?;
    if !matches!(node.value, Value::Object(_)) {
        return None;
    }
    let mut rest = names.iter().rev().take(depth.min(names.len())).copied();
    let mut value = value;
    let mut key = rest.next()?;
    for outer in rest {
        value = Json::Object(Map::from_iter([(key.to_owned(), value)]));
        key = outer;
    }
    Some(Change::AddMember {
        object: place(definition, shifted(definition, node.span)),
        key: key.to_owned(),
        value,
    })
}

/// The element that a path asks for (`$.List[?@ == 'ELEMENT']`) in its list, if the list is there.
pub(super) fn element(root: &Node<'_>, definition: &ExportDefinition, path: &SettingPath) -> Option<Change> {
    let (list, test) = path.text.strip_prefix("$.")?.split_once("[?@ == '")?;
    let element = test.strip_suffix("']")?;
    let node = list.split('.').try_fold(root, |node, name| node.get(name))?;
    matches!(node.value, Value::Array(_))
        .then(|| Change::Add { at: place(definition, shifted(definition, node.span)), value: element.into() })
}

/// A member of an object that the definition has.
pub(super) fn member(
    subject: &Subject<'_>,
    definition: &ExportDefinition,
    path: &[&str],
    (key, value): (&str, &str),
) -> Option<Change> {
    let document = read_json(subject.sources.get(definition.source).slice(definition.span));
    let node = path.iter().try_fold(&document.root, |node, name| node.get(name))?;
    let has_key = node.as_object()?.iter().any(|member| member.key == key);
    let object = place(definition, shifted(definition, node.span));
    (!has_key).then(|| Change::AddMember { object, key: key.to_owned(), value: value.into() })
}

/// The statement with columns behind its last one; nothing if they are not read there then.
pub(super) fn with_columns(statement: &str, query: &Query, columns: &[&String]) -> Option<String> {
    let Columns::Listed(list) = &query.columns else { return None };
    let end = list.last()?.range.end;
    let (before, behind) = (statement.get(..end)?, statement.get(end..)?);
    let more: String = columns.iter().map(|column| format!(", {column}")).collect();
    let out = format!("{before}{more}{behind}");
    let read = Query::read(&out);
    let is_whole = columns.iter().all(|column| read.columns.has(column) == Some(true));
    (is_whole && read.table == query.table && read.limits.is_some() == query.limits.is_some()).then_some(out)
}

/// A place in the definition as one in the file.
fn shifted(definition: &ExportDefinition, span: Span) -> Span {
    let start = definition.span.start;
    Span { start: span.start.saturating_add(start), end: span.end.saturating_add(start) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_behind_the_last_one() {
        let with = |text: &str, names: &[&str]| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            with_columns(text, &Query::read(text), &names.iter().collect::<Vec<_>>())
        };
        assert_eq!(
            with("SELECT a, b AS c FROM t", &["d", "e"]).as_deref(),
            Some("SELECT a, b AS c, d, e FROM t")
        );
        assert_eq!(with("select a from t limit 3", &["b"]).as_deref(), Some("select a, b from t limit 3"));
        assert_eq!(with("SELECT * FROM t", &["b"]), None);
        assert_eq!(with("no query", &["b"]), None);
    }
}
