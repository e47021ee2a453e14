//! Texts of an answer, each with the place where the answer says it.

use crate::source::{Place, SourceId};
use crate::syntax::{Node, Value};

/// A text and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Where it stands, quotes included.
    pub place: Place,
}

impl Said {
    /// The text of a string.
    pub(super) fn of(node: &Node<'_>, source: SourceId) -> Option<Self> {
        let text = node.as_str()?.to_owned();
        Some(Self { text, place: Place { source, span: node.span } })
    }

    /// The text of a member.
    pub(super) fn member(node: &Node<'_>, key: &str, source: SourceId) -> Option<Self> {
        Self::of(node.get(key)?, source)
    }
}

/// Whether an answer is one page of several. The AWS CLI joins pages unless it is told not to.
pub(super) fn is_page(root: &Node<'_>) -> bool {
    let is_true = |key| root.get(key).is_some_and(|node| matches!(node.value, Value::Bool(true)));
    let has = |key| root.get(key).and_then(Node::as_str).is_some_and(|text| !text.is_empty());
    is_true("IsTruncated") || has("NextToken")
}
