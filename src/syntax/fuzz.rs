//! The laws of the reader as plain functions: for the fuzzer (`fuzz/`) and for tests, no part of the library's surface.

use super::{Document, IssueKind, MAX_DEPTH, Node, Value, read_json as read};
use crate::source::Span;

/// Reads any bytes and checks every law of the reader.
///
/// # Panics
///
/// If a law is broken.
pub fn read_json(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let document = read(&text);
    spans_are_nested(&text, &document);
    issues_are_in_order(&text, &document);
    agrees_with_serde(&text, &document);
}

/// Children lie inside their parent, in order and apart, on character borders.
fn spans_are_nested(text: &str, document: &Document<'_>) {
    let whole = Span::new(0, text.len());
    assert!(whole.contains(document.root.span), "root {:?} outside the text", document.root.span);
    assert!(depth(&document.root) <= MAX_DEPTH, "deeper than allowed");
    node_is_nested(text, &document.root);
}

fn node_is_nested(text: &str, node: &Node<'_>) {
    assert!(text.get(node.span.range()).is_some(), "{:?} cuts a character", node.span);
    let mut end = node.span.start;
    let mut follows = |span: Span| {
        assert!(
            span.start >= end && node.span.contains(span),
            "{span:?} not in order inside {:?} of {text:?}",
            node.span
        );
        end = span.end;
    };
    match &node.value {
        Value::Array(items) => {
            for item in items {
                follows(item.span);
                node_is_nested(text, item);
            }
        }
        Value::Object(members) => {
            for member in members {
                follows(member.key_span);
                follows(member.value.span);
                assert!(
                    text.get(member.key_span.range()).is_some(),
                    "{:?} cuts a character",
                    member.key_span
                );
                node_is_nested(text, &member.value);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => {}
    }
}

fn depth(node: &Node<'_>) -> usize {
    match &node.value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.iter().map(|member| depth(&member.value)).max().unwrap_or(0),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => 0,
    }
}

/// Issues lie inside the text, in order, and none is reported twice.
fn issues_are_in_order(text: &str, document: &Document<'_>) {
    for issue in &document.issues {
        assert!(text.get(issue.span.range()).is_some(), "{issue:?} cuts a character or lies outside");
    }
    for (first, second) in document.issues.iter().zip(document.issues.iter().skip(1)) {
        assert!(first.span.start <= second.span.start, "{second:?} comes before {first:?}");
        assert!(first != second, "{first:?} is reported twice");
    }
}

/// No issue means that `serde_json` accepts the text and reads the same; an issue means that it refuses, but for the
/// exceptions named at [`read`].
fn agrees_with_serde(text: &str, document: &Document<'_>) {
    let oracle = serde_json::from_str::<serde_json::Value>(text);
    if document.issues.is_empty() {
        match oracle {
            Ok(value) => assert!(same(&document.root, &value), "read otherwise than serde_json: {text:?}"),
            Err(error) => {
                let reason = error.to_string();
                let excepted =
                    reason.starts_with("number out of range") || reason.starts_with("recursion limit");
                assert!(excepted, "no issue, but serde_json says {reason}: {text:?}");
            }
        }
    } else if oracle.is_ok() {
        let excepted = |kind| matches!(kind, IssueKind::DuplicateKey | IssueKind::TooDeep);
        assert!(
            document.issues.iter().all(|issue| excepted(issue.kind)),
            "serde_json accepts {text:?}: {:?}",
            document.issues
        );
    }
}

/// Whether a tree without duplicates is the same as the one of `serde_json`.
fn same(node: &Node<'_>, value: &serde_json::Value) -> bool {
    use serde_json::Value as Oracle;
    match (&node.value, value) {
        (Value::Null, Oracle::Null) => true,
        (Value::Bool(left), Oracle::Bool(right)) => left == right,
        (Value::Number(left), Oracle::Number(_)) => {
            serde_json::from_str::<Oracle>(left).is_ok_and(|left| left == *value)
        }
        (Value::String(left), Oracle::String(right)) => left == right,
        (Value::Array(left), Oracle::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Oracle::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, (key, right))| left.key == *key && same(&left.value, right))
        }
        _ => false,
    }
}

/// Reads any bytes as YAML and checks every law of that reader.
///
/// # Panics
///
/// If a law is broken.
pub fn read_yaml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let yaml = super::read_yaml(&text);
    assert!(!yaml.documents.is_empty(), "no document: {text:?}");
    // What an alias brings has the places where it was written first.
    let is_copied = text.contains('*');
    for document in &yaml.documents {
        assert!(depth(&document.root) <= 2 * MAX_DEPTH + 1, "deeper than allowed: {text:?}");
        issues_are_in_order(&text, document);
        if !is_copied {
            node_is_nested(&text, &document.root);
        }
        scalars_are_found_again(&text, &document.root);
    }
    let mut end = 0;
    for comment in &yaml.comments {
        assert!(comment.start >= end, "{comment:?} not in order: {text:?}");
        assert!(text.get(comment.range()).is_some_and(|comment| comment.starts_with('#')), "{text:?}");
        end = comment.end;
    }
}

/// The text at a scalar's place gives its value.
fn scalars_are_found_again(text: &str, node: &Node<'_>) {
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| scalars_are_found_again(text, item)),
        Value::Object(members) => {
            members.iter().for_each(|member| scalars_are_found_again(text, &member.value));
        }
        Value::String(value) => {
            let Some(written) = text.get(node.span.range()) else { return };
            let header = written.lines().next().unwrap_or_default();
            // How deep a block with a counted indentation is, and whether a lone `|` is a block, its surroundings tell.
            let is_block = header.starts_with(['|', '>']);
            if is_block
                && (header == written
                    || value.starts_with(header.trim_end())
                    || header.chars().skip(1).take(2).any(|next| next.is_ascii_digit()))
            {
                return;
            }
            let found = super::unwrapped_yaml(text, node.span);
            let ends = |text: &str| text.trim_end().to_owned();
            assert_eq!(ends(found.text()), ends(value), "{written:?} in {text:?}");
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => {}
    }
}
