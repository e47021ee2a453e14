//! A policy inside another document: as an object, or as a string with escapes or percent signs around it.

use super::document::Policy;
use super::length::Length;
use super::read::read;
use crate::source::{SourceId, Span};
use crate::syntax::{Document, Issue, Node, Unwrapped, Value, read_wrapped};

/// The deepest wrapping that is looked into: a shell's quoting around the AWS CLI's around the policy.
const DEEPEST: u8 = 4;

/// A policy found inside another document.
#[derive(Debug, Clone)]
pub struct Embedded {
    /// The policy, with places in the outer text.
    pub policy: Policy,
    /// What of the policy's text is no JSON.
    pub issues: Vec<Issue>,
    /// Length of the policy's own text.
    pub length: Length,
    /// For a policy in a string: its content without quotes, and the layers of escapes around it.
    pub wrapped: Option<(Span, u8)>,
}

impl Embedded {
    /// Reads the policy that a node of `document` holds, if it holds one.
    #[must_use]
    pub fn read(text: &str, source: SourceId, document: &Document<'_>, node: &Node<'_>) -> Option<Self> {
        match &node.value {
            Value::Object(_) if is_policy(node) => {
                let issues =
                    document.issues.iter().filter(|issue| node.span.contains(issue.span)).cloned().collect();
                Some(Self {
                    policy: read(node, source, 0),
                    issues,
                    length: Length::of(text.get(node.span.range()).unwrap_or_default()),
                    wrapped: None,
                })
            }
            Value::String(inner) => unwrap(text, source, node.span, inner),
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Missing => None,
        }
    }
}

fn unwrap(text: &str, source: SourceId, string: Span, value: &str) -> Option<Embedded> {
    let content = Span { start: string.start.saturating_add(1), end: string.end.saturating_sub(1) };
    if value.trim_start().starts_with('%') {
        let unwrapped = Unwrapped::percent(text, content);
        let document = read_wrapped(&unwrapped);
        return is_policy(&document.root).then(|| Embedded {
            policy: read(&document.root, source, 1),
            issues: document.issues.clone(),
            length: Length::of(unwrapped.text()),
            wrapped: Some((content, 1)),
        });
    }
    for level in 1..=DEEPEST {
        let unwrapped = Unwrapped::new(text, content, level);
        let document = read_wrapped(&unwrapped);
        if is_policy(&document.root) {
            return Some(Embedded {
                policy: read(&document.root, source, level),
                issues: document.issues.clone(),
                length: Length::of(unwrapped.text()),
                wrapped: Some((content, level)),
            });
        }
        document.root.as_str()?;
    }
    None
}

/// The key of an object under which statements stand, though it is not called `Statement`: a list, or one object, with elements of
/// statements. AWS refuses such a policy, and it is one to its author.
#[must_use]
pub fn misspelt_statement(node: &Node<'_>) -> Option<Span> {
    let named = |node: &Node<'_>| {
        let has = |name: &&str| {
            node.as_object()
                .is_some_and(|members| members.iter().any(|member| member.key.eq_ignore_ascii_case(name)))
        };
        ["Effect", "Action", "NotAction", "Resource", "NotResource", "Principal"]
            .iter()
            .filter(|name| has(name))
            .count()
    };
    let holds = |node: &Node<'_>| match &node.value {
        Value::Array(items) => items.iter().any(|item| named(item) >= 2),
        _ => named(node) >= 2,
    };
    let members = node.as_object().filter(|_| !is_policy(node))?;
    members.iter().find(|member| holds(&member.value)).map(|member| member.key_span)
}

/// Whether a node looks like a policy: it has statements.
#[must_use]
pub fn is_policy(node: &Node<'_>) -> bool {
    node.as_object()
        .is_some_and(|members| members.iter().any(|member| member.key.eq_ignore_ascii_case("Statement")))
}
