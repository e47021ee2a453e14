//! Functions that people use in policies. Any other gives a hole.

mod files;
mod lists;
mod texts;

use super::value::{Scope, entries, is_known, member, string};
use crate::syntax::hcl::HclExpr;
use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;

/// What a call gives; nothing where that is not known.
pub(super) fn call(scope: &Scope<'_>, name: &str, arguments: &[HclExpr]) -> Option<Value<'static>> {
    let values: Vec<Node<'static>> = arguments.iter().map(|each| scope.value(each)).collect();
    let text = |at: usize| values.get(at).and_then(|node| node.as_str().map(str::to_owned));
    let owned = |text: String| Some(Value::String(Cow::Owned(text)));
    match (name, values.as_slice()) {
        (
            "toset" | "tolist" | "tomap" | "nonsensitive" | "sensitive" | "try" | "distinct" | "tostring",
            [one, ..],
        ) if is_settled(name, one) => Some(one.value.clone()),
        ("concat" | "setunion", lists) => {
            let items = lists.iter().flat_map(|list| match &list.value {
                Value::Array(items) => items.clone(),
                // A list of which nothing is known is an entry that may be anything.
                _ => vec![list.clone()],
            });
            Some(Value::Array(items.collect()))
        }
        ("flatten", [list]) => flat(list).map(Value::Array),
        ("compact", [list]) => {
            let items = list
                .as_array()?
                .iter()
                .filter(|item| !matches!(item.value, Value::Null) && item.as_str() != Some(""));
            Some(Value::Array(items.cloned().collect()))
        }
        ("join", [_, list]) => {
            let between = text(0)?;
            let mut parts = Vec::new();
            for (at, item) in list.as_array()?.iter().enumerate() {
                if at > 0 {
                    parts.push(Part::Text(Cow::Owned(between.clone())));
                }
                parts.extend(in_text(item)?);
            }
            Some(string(parts))
        }
        ("format", [_, rest @ ..]) => format(&text(0)?, rest),
        ("lower", [_]) => owned(text(0)?.to_lowercase()),
        ("upper", [_]) => owned(text(0)?.to_uppercase()),
        ("trimspace", [_]) => owned(text(0)?.trim().to_owned()),
        // A pattern between slashes is a regular expression.
        ("replace", [_, _, _]) if !text(1)?.starts_with('/') => owned(text(0)?.replace(&text(1)?, &text(2)?)),
        ("merge", maps) => {
            let mut members: Vec<Member<'static>> = Vec::new();
            for map in maps {
                for each in map.as_object()? {
                    members.retain(|before| before.key != each.key);
                    members.push(each.clone());
                }
            }
            Some(Value::Object(members))
        }
        ("keys", [map]) => {
            let of_key =
                |each: &Member<'static>| Node { span: each.key_span, value: Value::String(each.key.clone()) };
            Some(Value::Array(ordered(map)?.iter().map(of_key).collect()))
        }
        ("values", [map]) => {
            Some(Value::Array(ordered(map)?.iter().map(|each| each.value.clone()).collect()))
        }
        ("jsonencode", [value]) => {
            let mut parts = Vec::new();
            encode(value, &mut parts)?;
            Some(string(parts))
        }
        ("length", [list]) if is_known(list) => {
            Some(Value::Number(Cow::Owned(entries(list)?.len().to_string())))
        }
        ("zipmap", [keys, values]) => {
            let (keys, values) = (keys.as_array()?, values.as_array()?);
            let pairs = keys.iter().zip(values);
            Some(Value::Object(pairs.map(|(key, value)| member(key.clone(), value.clone())).collect()))
        }
        _ => lists::call(name, &values)
            .or_else(|| texts::call(name, &values))
            .or_else(|| files::call(scope, name, arguments, &values)),
    }
}

/// The members of a map in the order that Terraform gives them; nothing if it is not known which there are.
fn ordered(map: &Node<'static>) -> Option<Vec<Member<'static>>> {
    let mut members = map.as_object()?.to_vec();
    members.sort_by(|left, right| left.key.cmp(&right.key));
    members.iter().all(|each| each.key_parts.is_empty()).then_some(members)
}

/// A value as a text of JSON.
fn encode(node: &Node<'static>, out: &mut Vec<Part<'static>>) -> Option<()> {
    let mut text = |text: String| out.push(Part::Text(Cow::Owned(text)));
    match &node.value {
        Value::Null => text("null".to_owned()),
        Value::Bool(flag) => text(flag.to_string()),
        Value::Number(number) => text(number.to_string()),
        Value::String(value) => text(quoted(value)),
        // Of what nothing is known it is not known either whether it is a string.
        Value::Template(parts) if matches!(parts.as_slice(), [Part::Hole(_)]) => {
            out.extend(parts.iter().cloned());
        }
        Value::Template(parts) => in_quotes(parts, out),
        Value::Array(items) => {
            out.push(Part::Text("[".into()));
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(Part::Text(",".into()));
                }
                encode(item, out)?;
            }
            out.push(Part::Text("]".into()));
        }
        Value::Object(members) => {
            out.push(Part::Text("{".into()));
            for (at, member) in members.iter().enumerate() {
                if at > 0 {
                    out.push(Part::Text(",".into()));
                }
                if member.key_parts.is_empty() {
                    out.push(Part::Text(Cow::Owned(quoted(&member.key))));
                } else {
                    in_quotes(&member.key_parts, out);
                }
                out.push(Part::Text(":".into()));
                encode(&member.value, out)?;
            }
            out.push(Part::Text("}".into()));
        }
        Value::Bare(_) | Value::Missing => return None,
    }
    Some(())
}

fn in_quotes(parts: &[Part<'static>], out: &mut Vec<Part<'static>>) {
    out.push(Part::Text("\"".into()));
    out.extend(parts.iter().map(|part| match part {
        Part::Text(text) => Part::Text(Cow::Owned(escaped(text))),
        hole => hole.clone(),
    }));
    out.push(Part::Text("\"".into()));
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let whole = serde_json::Value::from(text).to_string();
    whole.get(1..whole.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// Whether a function gives back what it is given.
fn is_settled(name: &str, node: &Node<'_>) -> bool {
    match name {
        "try" => is_known(node),
        "distinct" => node.as_array().is_some(),
        _ => true,
    }
}

fn flat(node: &Node<'static>) -> Option<Vec<Node<'static>>> {
    let mut out = Vec::new();
    for item in node.as_array()? {
        match &item.value {
            Value::Array(_) => out.extend(flat(item)?),
            _ => out.push(item.clone()),
        }
    }
    Some(out)
}

/// What stands in a string for a value.
fn in_text(node: &Node<'static>) -> Option<Vec<Part<'static>>> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(vec![Part::Text(text.clone())]),
        Value::Bool(flag) => Some(vec![Part::Text(Cow::Owned(flag.to_string()))]),
        Value::Template(parts) => Some(parts.clone()),
        _ => None,
    }
}

/// `%s` and `%d`; other verbs are left open.
fn format(pattern: &str, arguments: &[Node<'static>]) -> Option<Value<'static>> {
    let mut parts = Vec::new();
    let mut arguments = arguments.iter();
    let mut rest = pattern;
    while let Some((before, behind)) = rest.split_once('%') {
        parts.push(Part::Text(Cow::Owned(before.to_owned())));
        let mut verbs = behind.chars();
        match verbs.next()? {
            '%' => parts.push(Part::Text(Cow::Borrowed("%"))),
            's' | 'd' | 'v' => parts.extend(in_text(arguments.next()?)?),
            _ => return None,
        }
        rest = verbs.as_str();
    }
    parts.push(Part::Text(Cow::Owned(rest.to_owned())));
    Some(string(parts))
}
