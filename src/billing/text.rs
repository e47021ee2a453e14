//! A value with its place.

use crate::source::Span;
use crate::syntax::{Node, Value};

/// A scalar as text: a string's content, or a number or boolean as JSON writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value.
    pub text: String,
    /// Where it stands, the quotes of a string included.
    pub span: Span,
}

impl Text {
    /// The text of a scalar; nothing for `null`, objects and arrays.
    #[must_use]
    pub fn of(node: &Node<'_>) -> Option<Self> {
        let text = match &node.value {
            Value::String(text) | Value::Number(text) => text.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Bare(text) => (*text).to_owned(),
            // What will be filled in is no value yet.
            Value::Template(_) => return None,
            Value::Null | Value::Array(_) | Value::Object(_) | Value::Missing => return None,
        };
        Some(Self { text, span: node.span })
    }

    /// The text below a path of keys.
    pub(super) fn at(node: &Node<'_>, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(node, |node, key| node.get(key)).and_then(Self::of)
    }

    /// The texts of an array, or of a scalar in its place.
    pub(super) fn list(node: &Node<'_>, key: &str) -> Vec<Self> {
        node.get(key).map(|list| list.iter_one_or_many().filter_map(Self::of).collect()).unwrap_or_default()
    }

    /// Whether it is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.text == text
    }
}
