//! Values from elsewhere: what is open in them, and where they stand.

use super::value::LONGEST;
use crate::evidence::is_own_account;
use crate::source::Span;
use crate::syntax::{Member, Node, Part, Value};
use std::borrow::Cow;

/// The value of a variable as its module's caller gives it, or of an output of a module that is called. What is open in it keeps
/// the name that it has there, behind that of the variable or output: by itself that would mean another thing here.
pub(super) fn renamed(mut node: Node<'static>, reference: &str) -> Node<'static> {
    let name = |name: Cow<'static, str>| match is_own_account(&name) {
        true => name,
        false => Cow::Owned(given(reference, &name)),
    };
    let holes = |parts: Vec<Part<'static>>| -> Vec<Part<'static>> {
        let one = |part| match part {
            Part::Hole(hole) => Part::Hole(name(hole)),
            text => text,
        };
        parts.into_iter().map(one).collect()
    };
    node.value = match node.value {
        Value::Template(parts) => Value::Template(holes(parts)),
        Value::Array(items) => Value::Array(items.into_iter().map(|item| renamed(item, reference)).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|each| Member {
                    key_parts: holes(each.key_parts),
                    value: renamed(each.value, reference),
                    ..each
                })
                .collect(),
        ),
        value => value,
    };
    node
}

/// `var.x (aws_s3_bucket.b.arn)`
fn given(reference: &str, name: &str) -> String {
    format!("{reference} ({name})").chars().take(LONGEST).collect()
}

/// The expression in the name of a hole: of what another module gives the variable, or the reference to its output.
pub(super) fn expression_of(name: &str) -> &str {
    let is_given = (name.starts_with("var.") || name.starts_with("module.")) && name.ends_with(')');
    match name.split_once(" (") {
        Some((reference, _)) if is_given => reference,
        Some(_) | None => name,
    }
}

/// A value from elsewhere stands where it is referred to.
pub(super) fn respan(mut node: Node<'static>, span: Span) -> Node<'static> {
    node.span = span;
    node.value = match node.value {
        Value::Array(items) => Value::Array(items.into_iter().map(|item| respan(item, span)).collect()),
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|each| Member { key_span: span, value: respan(each.value, span), ..each })
                .collect(),
        ),
        value => value,
    };
    node
}
