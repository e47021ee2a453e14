//! The policy of a resource: as an object, or as a text of JSON, with what functions leave open in it.

use super::function::{Function, function};
use super::parts::{parts_of, value_of};
use super::resolve::Resolver;
use super::substitute::{SubPiece, pieces};
use crate::policy::{Length, Notation, Policy, is_policy, read_as};
use crate::source::{SourceId, Span};
use crate::syntax::{Issue, Member, Node, Part, Unwrapped, Value, read_wrapped, unwrapped_yaml};
use std::borrow::Cow;

/// A policy of a template, read.
#[derive(Debug)]
pub(in super::super) struct Read {
    pub(in super::super) policy: Policy,
    pub(in super::super) issues: Vec<Issue>,
    pub(in super::super) length: Length,
    /// For a policy in a string of JSON: its content, and the layers of escapes around it.
    pub(in super::super) wrapped: Option<(Span, u8)>,
}

/// Why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The template says that there is none.
    NoValue,
    /// All of it depends on something of this name.
    Open(String),
    /// It is a text that is no policy.
    Text,
    /// It is nothing that can be a policy.
    Other,
}

impl<'t> Resolver<'_, 't> {
    /// Reads the policy that a property holds. `text` is the template's, in YAML if `is_yaml`.
    pub(super) fn policy(
        &self,
        node: &Node<'t>,
        (text, source, is_yaml): (&str, SourceId, bool),
    ) -> Result<Read, Missing> {
        if let Some((string, is_sub)) = literal(node) {
            return self.in_text(string, is_sub, (text, source, is_yaml));
        }
        let Some(resolved) = self.document(node) else { return Err(Missing::NoValue) };
        match &resolved.value {
            Value::Object(_) => {}
            Value::Template(parts) => return Err(Missing::Open(hole_names(parts))),
            Value::String(_) => return Err(Missing::Text),
            _ => return Err(Missing::Other),
        }
        let length = length(&resolved);
        let policy = read_as(&resolved, source, Notation::Yaml);
        Ok(Read { policy, issues: Vec::new(), length, wrapped: None })
    }

    /// A policy that is written as a text of JSON.
    fn in_text(
        &self,
        string: &Node<'t>,
        is_sub: bool,
        (text, source, is_yaml): (&str, SourceId, bool),
    ) -> Result<Read, Missing> {
        in_text(
            string.span,
            (text, source, is_yaml),
            |root| {
                if is_sub { self.substituted_in(&root) } else { root }
            },
        )
    }

    /// The texts of a document that `Fn::Sub` is applied to as a whole.
    fn substituted_in<'d>(&self, node: &Node<'d>) -> Node<'d> {
        let value = match &node.value {
            Value::String(written) if written.contains("${") => {
                let mut parts: Vec<Part<'d>> = Vec::new();
                for piece in pieces(written) {
                    match piece {
                        SubPiece::Plain(plain) => parts.push(Part::Text(Cow::Owned(plain.to_owned()))),
                        SubPiece::Literal(name) | SubPiece::Variable(name) => {
                            parts.push(Part::Text(Cow::Owned(format!("${{{name}}}"))));
                        }
                        SubPiece::Name(name) => parts.extend(self.name_in_text(name)),
                    }
                }
                value_of(parts)
            }
            Value::Array(items) => Value::Array(items.iter().map(|item| self.substituted_in(item)).collect()),
            Value::Object(members) => {
                let member = |member: &Member<'d>| Member {
                    key: member.key.clone(),
                    key_parts: member.key_parts.clone(),
                    key_span: member.key_span,
                    value: self.substituted_in(&member.value),
                };
                Value::Object(members.iter().map(member).collect())
            }
            other => other.clone(),
        };
        Node { span: node.span, value }
    }

    /// What a name in `Fn::Sub` stands for, independent of the template's text.
    fn name_in_text<'d>(&self, name: &str) -> Vec<Part<'d>> {
        let own = |part: Part<'t>| match part {
            Part::Text(text) => Part::Text(Cow::Owned(text.into_owned())),
            Part::Hole(name) => Part::Hole(Cow::Owned(name.into_owned())),
        };
        let parts = if name.contains('.') {
            self.attribute(name)
        } else {
            let node = Node { span: Span::default(), value: self.reference(name) };
            parts_of(&node).unwrap_or_else(|| super::parts::hole(name))
        };
        parts.into_iter().map(own).collect()
    }

    /// A policy as an object, its statements with what decides about them.
    fn document(&self, node: &Node<'t>) -> Option<Node<'t>> {
        if function(node).is_some() {
            let chosen = self.chosen(node)?;
            return if std::ptr::eq(chosen, node) { self.value(node) } else { self.document(chosen) };
        }
        let Value::Object(members) = &node.value else { return self.value(node) };
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            let value = if member.key == "Statement" {
                let mut statements = Vec::new();
                match member.value.as_array() {
                    Some(items) => items.iter().for_each(|item| self.statement(item, &[], &mut statements)),
                    None => self.statement(&member.value, &[], &mut statements),
                }
                Some(Node { span: member.value.span, value: Value::Array(statements) })
            } else {
                self.value(&member.value)
            };
            let key_parts =
                if member.key.starts_with("Fn::") { super::parts::hole(&*member.key) } else { Vec::new() };
            if let Some(value) = value {
                out.push(Member { key: member.key.clone(), key_parts, key_span: member.key_span, value });
            }
        }
        Some(Node { span: node.span, value: Value::Object(out) })
    }

    /// What `Fn::If` comes to where its condition is known; the node itself if it is no such function, nothing for
    /// `AWS::NoValue`.
    fn chosen<'n>(&self, node: &'n Node<'t>) -> Option<&'n Node<'t>> {
        match function(node) {
            Some((Function::If, argument)) => {
                let Some([condition, yes, no]) = argument.as_array() else { return Some(node) };
                match self.truth_of_name(condition) {
                    Some(true) => self.chosen(yes),
                    Some(false) => self.chosen(no),
                    None => Some(node),
                }
            }
            Some((Function::Ref, name)) if name.as_str() == Some("AWS::NoValue") => None,
            Some(_) | None => Some(node),
        }
    }

    /// A statement, or what `Fn::If` makes of several: where only the deployment tells which of them is there, each is, on
    /// a condition of which nothing is known.
    fn statement(&self, node: &Node<'t>, guards: &[(String, Span)], out: &mut Vec<Node<'t>>) {
        let Some(node) = self.chosen(node) else { return };
        if let Some((Function::If, argument)) = function(node)
            && let Some([condition, yes, no]) = argument.as_array()
            && guards.len() < MOST_GUARDS
        {
            let name = condition.as_str().unwrap_or("Fn::If");
            for (name, branch) in [(name.to_owned(), yes), (format!("not {name}"), no)] {
                let guards: Vec<(String, Span)> =
                    guards.iter().cloned().chain([(name, condition.span)]).collect();
                self.statement(branch, &guards, out);
            }
            return;
        }
        // A list below `Fn::If`.
        if let Some(items) = node.as_array() {
            items.iter().for_each(|item| self.statement(item, guards, out));
            return;
        }
        if let Some(mut statement) = self.value(node) {
            guards.iter().for_each(|(name, span)| guard(&mut statement, name, *span));
            out.push(statement);
        }
    }
}

/// A policy that is written as a text of JSON, with what becomes of its values.
pub(super) fn in_text(
    string: Span,
    (text, source, is_yaml): (&str, SourceId, bool),
    filled: impl for<'d> FnOnce(Node<'d>) -> Node<'d>,
) -> Result<Read, Missing> {
    let inner = Span { start: string.start.saturating_add(1), end: string.end.saturating_sub(1) };
    let unwrapped = if is_yaml { unwrapped_yaml(text, string) } else { Unwrapped::new(text, inner, 1) };
    let document = read_wrapped(&unwrapped);
    if !is_policy(&document.root) {
        return Err(Missing::Text);
    }
    let length = Length::of(unwrapped.text());
    // Lives as long as the text that was taken out, which is shorter than the template.
    let root = filled(document.root);
    let mut policy = read_as(&root, source, Notation::Yaml);
    let is_escaped = text.get(string.range()).is_some_and(|written| written.starts_with('"'));
    policy.level = u8::from(is_escaped);
    Ok(Read { policy, issues: document.issues, length, wrapped: is_escaped.then_some((inner, 1)) })
}

/// How many functions may decide about one statement.
const MOST_GUARDS: usize = 8;

/// Makes a statement depend on something that is told by the deployment alone.
pub(in crate::load) fn guard(statement: &mut Node<'_>, name: &str, span: Span) {
    let Value::Object(members) = &mut statement.value else { return };
    let hole = || vec![Part::Hole(Cow::Owned(name.to_owned()))];
    let test = Member {
        key: Cow::Owned(format!("${{{name}}}")),
        key_parts: hole(),
        key_span: span,
        value: Node { span, value: Value::Template(hole()) },
    };
    match members.iter_mut().find(|member| member.key == "Condition") {
        Some(member) => {
            if let Value::Object(operators) = &mut member.value.value {
                operators.push(test);
            }
        }
        None => members.push(Member {
            key: Cow::Borrowed("Condition"),
            key_parts: Vec::new(),
            key_span: span,
            value: Node { span, value: Value::Object(vec![test]) },
        }),
    }
}

/// The text that stands for a policy, and whether `Fn::Sub` is applied to it.
fn literal<'n, 't>(node: &'n Node<'t>) -> Option<(&'n Node<'t>, bool)> {
    match function(node) {
        Some((Function::Sub, argument)) => {
            let template = argument.as_array().map_or(Some(argument), <[_]>::first)?;
            template.as_str().is_some().then_some((template, true))
        }
        Some(_) => None,
        None => node.as_str().is_some().then_some((node, false)),
    }
}

fn hole_names(parts: &[Part<'_>]) -> String {
    let names: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Hole(name) => Some(&**name),
            Part::Text(_) => None,
        })
        .collect();
    names.join(", ")
}

/// The length of a tree as JSON without white space, holes filled with nothing: no longer than what is deployed.
pub(super) fn length(node: &Node<'_>) -> Length {
    let mut out = String::new();
    write(node, &mut out);
    Length::of(&out)
}

fn write(node: &Node<'_>, out: &mut String) {
    let text = |text: &str, out: &mut String| out.push_str(&serde_json::Value::from(text).to_string());
    match &node.value {
        Value::Null | Value::Missing => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(number),
        Value::String(string) => text(string, out),
        Value::Bare(string) => text(string, out),
        Value::Template(parts) => {
            let known: String = parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => &**text,
                    Part::Hole(_) => "",
                })
                .collect();
            text(&known, out);
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (at, member) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                text(&member.key, out);
                out.push(':');
                write(&member.value, out);
            }
            out.push('}');
        }
    }
}
