//! Parts of a policy of which nothing is known before it is deployed. They stay in it as what they may become: nothing is
//! dropped silently.

use super::document::{Clause, Effect, Element, PrincipalEntry, PrincipalKind, Principals, Statement};
use super::text::{Text, text_of};
use crate::source::Span;
use crate::syntax::{Node, Part};

/// A statement, or several, of which nothing is known: it may allow or deny anything to anybody, or not be there at all.
pub(super) fn unknown_statement(node: &Node<'_>, index: usize) -> Statement {
    let text = text_of(node);
    let element =
        || Element { negated: false, key_span: node.span, span: node.span, items: vec![text.clone()] };
    Statement {
        index,
        span: node.span,
        sid: None,
        effect: Effect::Unreadable,
        effect_span: node.span,
        effect_hole: hole_of(&text),
        principals: Some(Principals {
            negated: false,
            key_span: node.span,
            span: node.span,
            entries: vec![PrincipalEntry {
                kind: PrincipalKind::Bare,
                kind_span: node.span,
                value: text.clone(),
            }],
        }),
        actions: Some(element()),
        resources: Some(element()),
        clauses: Vec::new(),
        condition_span: None,
    }
}

/// A condition of which nothing is known.
pub(super) fn unknown_clause(operator: Text, span: Span, parts: &[Part<'_>]) -> Clause {
    let text = Text::of_parts(parts, span);
    Clause { operator, parsed: None, key: text.clone(), span, value_span: span, values: vec![text] }
}

/// The name of what fills a text.
pub(super) fn hole_of(text: &Text) -> Option<Box<str>> {
    (!text.is_whole()).then(|| text.hole_names().into())
}
