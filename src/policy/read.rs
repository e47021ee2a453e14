//! From the tree to the typed policy.
//!
//! Element names are case-sensitive in AWS; a name in another case is a fault, yet read as what was meant, so that the
//! rest of the document can be judged.

mod condition;

use super::document::{
    Effect, Element, Fault, FaultKind, Notation, Policy, PrincipalEntry, PrincipalKind, Principals,
    Statement, Version,
};
use super::text::{Text, TextKind, text_of};
use super::unknown::{hole_of, unknown_statement};
use crate::source::{Place, SourceId, Span};
use crate::syntax::{Member, Node, Value};

/// The policy of a resource that has none, said at a place: no statement allows or denies anything.
#[must_use]
pub fn none(place: Place) -> Policy {
    Policy {
        source: place.source,
        level: 0,
        notation: Notation::Json,
        span: place.span,
        version: Version::Missing,
        version_span: None,
        id: None,
        statement_span: place.span,
        statements: Vec::new(),
        faults: Vec::new(),
    }
}

/// Reads a policy from a tree. `level` is the number of JSON strings around it in its source.
#[must_use]
pub fn read(root: &Node<'_>, source: SourceId, level: u8) -> Policy {
    Policy { level, ..read_as(root, source, Notation::Json) }
}

/// Reads a policy from a tree of any notation, whose places lie in `source`.
#[must_use]
pub fn read_as(root: &Node<'_>, source: SourceId, notation: Notation) -> Policy {
    let mut reader = Reader { faults: Vec::new() };
    let mut policy = Policy { notation, ..none(Place { source, span: root.span }) };
    if let Value::Template(_) = &root.value {
        policy.version = Version::V2012;
        policy.statements.push(unknown_statement(root, 0));
        return policy;
    }
    let Value::Object(members) = &root.value else {
        reader.fault(FaultKind::NotAnObject, root.span, "");
        policy.faults = reader.faults;
        return policy;
    };
    let mut seen_statement = false;
    for member in members {
        match reader.element(member, DOCUMENT_ELEMENTS) {
            Some("Version") => {
                policy.version = reader.version(&member.value);
                policy.version_span = Some(member.value.span);
            }
            Some("Id") => policy.id = Some(reader.name(&member.value, "Id")),
            Some("Statement") => {
                seen_statement = true;
                policy.statement_span = member.key_span;
                reader.statements(&member.value, &mut policy.statements);
            }
            Some(_) | None => {}
        }
    }
    if !seen_statement {
        reader.fault(FaultKind::MissingStatement, opening(root), "Statement");
    }
    policy.faults = reader.faults;
    policy
}

const DOCUMENT_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

struct Reader {
    faults: Vec<Fault>,
}

impl Reader {
    fn fault(&mut self, kind: FaultKind, span: Span, found: &str) {
        self.faults.push(Fault { kind, span, found: found.into() });
    }

    /// The canonical name of a member's key, noting a fault where it is not written that way.
    fn element(&mut self, member: &Member<'_>, known: &[&'static str]) -> Option<&'static str> {
        if let Some(name) = known.iter().find(|name| **name == member.key) {
            return Some(name);
        }
        self.fault(FaultKind::UnknownElement, member.key_span, &member.key);
        known.iter().find(|name| name.eq_ignore_ascii_case(&member.key)).copied()
    }

    /// `Id` and `Sid`: a string.
    fn name(&mut self, node: &Node<'_>, element: &str) -> Text {
        if !matches!(node.value, Value::String(_) | Value::Template(_) | Value::Bare(_) | Value::Missing) {
            self.fault(FaultKind::WrongType, node.span, element);
        }
        text_of(node)
    }

    fn version(&mut self, node: &Node<'_>) -> Version {
        let text = text_of(node);
        // Nobody parametrizes the version to write the old one.
        if !text.is_whole() {
            return Version::V2012;
        }
        match &*text.value {
            "2012-10-17" => Version::V2012,
            "2008-10-17" => Version::V2008,
            other => {
                self.fault(FaultKind::InvalidVersion, node.span, other);
                Version::Other(text.value)
            }
        }
    }

    fn statements(&mut self, node: &Node<'_>, out: &mut Vec<Statement>) {
        match &node.value {
            Value::Array(items) => {
                for item in items {
                    self.statement(item, out);
                }
            }
            Value::Object(_) => self.statement(node, out),
            Value::Template(_) => out.push(unknown_statement(node, out.len())),
            Value::Missing => {}
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Bare(_) => {
                self.fault(FaultKind::WrongType, node.span, "Statement");
            }
        }
    }

    fn statement(&mut self, node: &Node<'_>, out: &mut Vec<Statement>) {
        if let Value::Template(_) = &node.value {
            out.push(unknown_statement(node, out.len()));
            return;
        }
        let Value::Object(members) = &node.value else {
            if !matches!(node.value, Value::Missing) {
                self.fault(FaultKind::WrongType, node.span, "Statement");
            }
            return;
        };
        let mut statement = Statement {
            index: out.len(),
            span: node.span,
            sid: None,
            effect: Effect::Unreadable,
            effect_span: opening(node),
            effect_hole: None,
            principals: None,
            actions: None,
            resources: None,
            clauses: Vec::new(),
            condition_span: None,
        };
        let mut has_effect = false;
        for member in members {
            match self.element(member, STATEMENT_ELEMENTS) {
                Some("Sid") => statement.sid = Some(self.name(&member.value, "Sid")),
                Some("Effect") => {
                    has_effect = true;
                    statement.effect = self.effect(&member.value);
                    statement.effect_hole = hole_of(&text_of(&member.value));
                    statement.effect_span = member.value.span;
                }
                Some(name @ ("Principal" | "NotPrincipal")) => {
                    let principals = self.principals(member, name == "NotPrincipal");
                    self.put(&mut statement.principals, principals, member);
                }
                Some(name @ ("Action" | "NotAction")) => {
                    let element = self.list(member, name == "NotAction");
                    self.put(&mut statement.actions, element, member);
                }
                Some(name @ ("Resource" | "NotResource")) => {
                    let element = self.list(member, name == "NotResource");
                    self.put(&mut statement.resources, element, member);
                }
                Some("Condition") => {
                    statement.condition_span = Some(member.key_span);
                    self.condition(&member.value, &mut statement.clauses);
                }
                Some(_) | None => {}
            }
        }
        if !has_effect {
            self.fault(FaultKind::MissingEffect, opening(node), "Effect");
        }
        if statement.actions.is_none() {
            self.fault(FaultKind::MissingAction, opening(node), "Action");
        }
        out.push(statement);
    }

    /// Keeps the later of two values, as JSON parsers do; `Action` beside `NotAction` is a fault of its own.
    fn put<T: HasForm>(&mut self, slot: &mut Option<T>, value: T, member: &Member<'_>) {
        if slot.as_ref().is_some_and(|before| before.negated() != value.negated()) {
            self.fault(FaultKind::ElementCombination, member.key_span, &member.key);
        }
        *slot = Some(value);
    }

    fn effect(&mut self, node: &Node<'_>) -> Effect {
        let text = text_of(node);
        if !text.is_whole() {
            return Effect::Unreadable;
        }
        match &*text.value {
            "Allow" => Effect::Allow,
            "Deny" => Effect::Deny,
            other => {
                match node.value {
                    Value::Array(_) | Value::Object(_) => {
                        self.fault(FaultKind::WrongType, node.span, "Effect");
                    }
                    _ => self.fault(FaultKind::InvalidEffect, node.span, other),
                }
                if text.kind != TextKind::String {
                    Effect::Unreadable
                } else if other.eq_ignore_ascii_case("allow") {
                    Effect::Allow
                } else if other.eq_ignore_ascii_case("deny") {
                    Effect::Deny
                } else {
                    Effect::Unreadable
                }
            }
        }
    }

    fn list(&mut self, member: &Member<'_>, negated: bool) -> Element {
        let items = self.texts(&member.value, &member.key, false);
        Element { negated, key_span: member.key_span, span: member.value.span, items }
    }

    /// A string or a list of strings. Numbers and Booleans are taken like strings where `scalars` says so.
    fn texts(&mut self, node: &Node<'_>, element: &str, scalars: bool) -> Vec<Text> {
        let nodes: &[Node<'_>] = match &node.value {
            Value::Array(items) => items,
            Value::Missing => return Vec::new(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Object(_) => std::slice::from_ref(node),
        };
        let listed = matches!(node.value, Value::Array(_));
        nodes
            .iter()
            .filter(|item| !matches!(item.value, Value::Missing))
            .map(|item| {
                let mut text = text_of(item);
                // IAM passes over a null among resources.
                if listed && matches!(item.value, Value::Null) && element.ends_with("Resource") {
                    return text;
                }
                let scalar = matches!(text.kind, TextKind::Number | TextKind::Bool);
                // A bare word is an issue of the JSON text already, and a template may become a string; here only wrong
                // types are new.
                let bare = matches!(item.value, Value::Bare(_) | Value::Template(_));
                if (scalar && !scalars) || (text.kind == TextKind::Unreadable && !bare) {
                    self.fault(FaultKind::WrongType, item.span, element);
                    text.kind = TextKind::Unreadable;
                }
                text
            })
            .collect()
    }

    fn principals(&mut self, member: &Member<'_>, negated: bool) -> Principals {
        let mut entries = Vec::new();
        match &member.value.value {
            Value::Object(kinds) => {
                for kind in kinds {
                    let known = match &*kind.key {
                        _ if !kind.key_parts.is_empty() => PrincipalKind::Other,
                        "AWS" => PrincipalKind::Aws,
                        "Service" => PrincipalKind::Service,
                        "Federated" => PrincipalKind::Federated,
                        "CanonicalUser" => PrincipalKind::CanonicalUser,
                        other => {
                            self.fault(FaultKind::PrincipalKey, kind.key_span, other);
                            principal_kind_in_other_case(other)
                        }
                    };
                    entries.extend(
                        self.texts(&kind.value, &kind.key, false).into_iter().map(|value| PrincipalEntry {
                            kind: known,
                            kind_span: kind.key_span,
                            value,
                        }),
                    );
                }
            }
            Value::Missing => {}
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Template(_)
            | Value::Bare(_)
            | Value::Array(_) => {
                for value in self.texts(&member.value, &member.key, false) {
                    if value.lone_hole().is_some() {
                        entries.push(PrincipalEntry {
                            kind: PrincipalKind::Bare,
                            kind_span: value.span,
                            value,
                        });
                        continue;
                    }
                    let everyone = &*value.value == "*" && value.kind == TextKind::String;
                    if !everyone || matches!(member.value.value, Value::Array(_)) {
                        self.fault(FaultKind::PrincipalFormat, value.span, &value.value);
                    }
                    let kind = if everyone { PrincipalKind::Everyone } else { PrincipalKind::Bare };
                    entries.push(PrincipalEntry { kind, kind_span: value.span, value });
                }
            }
        }
        Principals { negated, key_span: member.key_span, span: member.value.span, entries }
    }
}

/// The two elements that come with a `Not…` twin.
trait HasForm {
    fn negated(&self) -> bool;
}

impl HasForm for Element {
    fn negated(&self) -> bool {
        self.negated
    }
}

impl HasForm for Principals {
    fn negated(&self) -> bool {
        self.negated
    }
}

fn principal_kind_in_other_case(key: &str) -> PrincipalKind {
    match key.to_ascii_lowercase().as_str() {
        "aws" => PrincipalKind::Aws,
        "service" => PrincipalKind::Service,
        "federated" => PrincipalKind::Federated,
        "canonicaluser" => PrincipalKind::CanonicalUser,
        _ => PrincipalKind::Other,
    }
}

/// The opening bracket of an object: where to point when something is missing from it. Where the bracket itself is missing,
/// the first key; what is no object, whole.
fn opening(node: &Node<'_>) -> Span {
    let Value::Object(members) = &node.value else { return node.span };
    match members.first() {
        Some(first) if first.key_span.start == node.span.start => first.key_span,
        Some(_) | None => Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) },
    }
}
