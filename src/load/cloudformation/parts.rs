//! Texts of which parts are known: put together, taken apart, compared.

use crate::syntax::{Node, Part, Value};
use std::borrow::Cow;

/// The pieces of a text in the order in which they stand.
pub(super) type Parts<'t> = Vec<Part<'t>>;

pub(super) fn hole<'t>(name: impl Into<String>) -> Parts<'t> {
    vec![Part::Hole(Cow::Owned(name.into()))]
}

pub(super) fn text<'t>(text: impl Into<Cow<'t, str>>) -> Parts<'t> {
    vec![Part::Text(text.into())]
}

/// The text of a value that has one. CloudFormation takes numbers and Booleans as texts.
pub(super) fn parts_of<'t>(node: &Node<'t>) -> Option<Parts<'t>> {
    match &node.value {
        Value::String(value) | Value::Number(value) => Some(text(value.clone())),
        Value::Bool(flag) => Some(text(if *flag { "true" } else { "false" })),
        Value::Template(parts) => Some(parts.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) | Value::Bare(_) | Value::Missing => None,
    }
}

/// The value of some pieces.
pub(super) fn value_of(parts: Parts<'_>) -> Value<'_> {
    let mut out: Parts<'_> = Vec::with_capacity(parts.len());
    for part in parts {
        match (out.last_mut(), part) {
            (_, Part::Text(text)) if text.is_empty() => {}
            (Some(Part::Text(before)), Part::Text(text)) => before.to_mut().push_str(&text),
            (_, part) => out.push(part),
        }
    }
    match out.as_slice() {
        [] => Value::String(Cow::Borrowed("")),
        [Part::Text(_)] => match out.pop() {
            Some(Part::Text(text)) => Value::String(text),
            Some(Part::Hole(_)) | None => Value::Missing,
        },
        _ => Value::Template(out),
    }
}

/// The text, if all of it is known.
pub(super) fn whole(parts: &[Part<'_>]) -> Option<String> {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Hole(_) => return None,
        }
    }
    Some(out)
}

/// Takes dynamic references, `{{resolve:ssm:name}}`, out of a text: what they are is known when it is deployed.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html> (checked 2026-11)
pub(super) fn without_dynamic_references(value: Cow<'_, str>) -> Parts<'_> {
    const BEGIN: &str = "{{resolve:";
    if !value.contains(BEGIN) {
        return text(value);
    }
    let mut out = Vec::new();
    let mut rest: &str = &value;
    while let Some((before, behind)) = rest.split_once(BEGIN) {
        let Some((name, after)) = behind.split_once("}}") else { break };
        out.push(Part::Text(Cow::Owned(before.to_owned())));
        out.push(Part::Hole(Cow::Owned(format!("{{{{resolve:{name}}}}}"))));
        rest = after;
    }
    out.push(Part::Text(Cow::Owned(rest.to_owned())));
    out
}
