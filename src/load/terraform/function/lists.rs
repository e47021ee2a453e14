//! Functions of lists and maps.
//!
//! <https://developer.hashicorp.com/terraform/language/functions> (checked 2026-11)

use super::super::value::is_known;
use crate::syntax::{Node, Value};
use std::borrow::Cow;

/// What a call gives; nothing where that is not known.
pub(super) fn call(name: &str, values: &[Node<'static>]) -> Option<Value<'static>> {
    match (name, values) {
        ("coalesce", all) => {
            let is_empty = |node: &Node<'_>| matches!(node.value, Value::Null) || node.as_str() == Some("");
            first(all, is_empty)
        }
        ("coalescelist", all) => first(all, |node| node.as_array().is_some_and(<[_]>::is_empty)),
        ("element", [list, at]) => {
            let items = list.as_array().filter(|items| !items.is_empty())?;
            items.get(number(at)? % items.len()).map(|item| item.value.clone())
        }
        ("one", [list]) => match list.as_array()? {
            [] => Some(Value::Null),
            [only] => Some(only.value.clone()),
            _ => None,
        },
        ("lookup", [map, key, rest @ ..]) => {
            let members = map.as_object().filter(|all| all.iter().all(|each| each.key_parts.is_empty()))?;
            let key = key.as_str()?;
            let found = members.iter().rev().find(|each| each.key == key).map(|each| &each.value);
            found.or(rest.first()).map(|node| node.value.clone())
        }
        ("contains", [list, value]) if is_known(list) && is_known(value) => {
            Some(Value::Bool(list.as_array()?.contains(value)))
        }
        ("sort", [list]) => {
            let mut items = list.as_array()?.to_vec();
            items.iter().all(|item| item.as_str().is_some()).then(|| {
                items.sort_by(|left, right| left.as_str().cmp(&right.as_str()));
                Value::Array(items)
            })
        }
        ("reverse", [list]) => Some(Value::Array(list.as_array()?.iter().rev().cloned().collect())),
        ("slice", [list, from, to]) => {
            list.as_array()?.get(number(from)?..number(to)?).map(|items| Value::Array(items.to_vec()))
        }
        ("setsubtract", [list, other]) if is_known(list) && is_known(other) => {
            let other = other.as_array()?;
            let rest = list.as_array()?.iter().filter(|item| !other.contains(item));
            Some(Value::Array(rest.cloned().collect()))
        }
        ("setintersection", [list, others @ ..]) if values.iter().all(is_known) => {
            let others: Vec<&[Node<'static>]> = others.iter().map(Node::as_array).collect::<Option<_>>()?;
            let rest = list.as_array()?.iter().filter(|item| others.iter().all(|other| other.contains(item)));
            Some(Value::Array(rest.cloned().collect()))
        }
        ("formatlist", [pattern, rest @ ..]) => format_list(pattern, rest),
        _ => None,
    }
}

/// The first value that is something, where all before it are known to be nothing.
fn first(all: &[Node<'static>], is_empty: impl Fn(&Node<'_>) -> bool) -> Option<Value<'static>> {
    let rest = all.iter().find(|node| !is_empty(node))?;
    (!matches!(rest.value, Value::Template(_))).then(|| rest.value.clone())
}

fn number(node: &Node<'_>) -> Option<usize> {
    match &node.value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

/// `format` for the first entries of all lists, for the second ones, and so on.
fn format_list(pattern: &Node<'static>, arguments: &[Node<'static>]) -> Option<Value<'static>> {
    let pattern = pattern.as_str()?;
    let lengths: Vec<usize> = arguments.iter().filter_map(Node::as_array).map(<[_]>::len).collect();
    let length = lengths.first().copied().unwrap_or(1);
    if lengths.iter().any(|other| *other != length) {
        return None;
    }
    // What may be a list of any length is none that can be counted.
    let is_open = |node: &Node<'_>| matches!(&node.value, Value::Template(parts) if matches!(parts.as_slice(), [crate::syntax::Part::Hole(_)]));
    if arguments.iter().any(is_open) {
        return None;
    }
    let item = |at: usize| {
        let own: Option<Vec<Node<'static>>> = arguments
            .iter()
            .map(|each| match each.as_array() {
                Some(items) => items.get(at).cloned(),
                None => Some(each.clone()),
            })
            .collect();
        super::format(pattern, &own?).map(|value| Node {
            span: arguments.first().map_or_else(Default::default, |each| each.span),
            value,
        })
    };
    (0..length).map(item).collect::<Option<_>>().map(Value::Array)
}

/// A list of texts.
pub(super) fn of_texts(texts: impl Iterator<Item = String>, like: &Node<'static>) -> Value<'static> {
    let node = |text| Node { span: like.span, value: Value::String(Cow::Owned(text)) };
    Value::Array(texts.map(node).collect())
}
