//! What an expression stands for, as far as the module tells. What it does not tell is a hole, named by the expression.

use super::assets::{self, Asset};
pub(super) use super::handed::{expression_of, renamed, respan};
use super::module::Module;
use super::sets;
use crate::load::reading::{Question, innermost};
use crate::source::{SourceId, Span};
use crate::syntax::hcl::{HclDirective, HclExpr, HclFor, HclKind, HclPart, HclStep};
use crate::syntax::{Member, Node, Part, Value, shown};
use std::borrow::Cow;
use std::rc::Rc;

/// Names that a `for`, a template's variables or a `dynamic` block give.
pub(super) type Names = Vec<(String, Node<'static>)>;

/// References followed one behind the other before the rest is left open.
const DEEPEST: usize = 48;

/// The longest name of a hole, in characters; of a longer expression it is the beginning.
pub(super) const LONGEST: usize = 80;

/// Resolves the expressions of one file.
#[derive(Clone, Copy)]
pub(super) struct Scope<'m> {
    pub(super) module: &'m Module,
    pub(super) file: SourceId,
    /// The text of that file.
    pub(super) text: &'m str,
    pub(super) names: &'m Names,
    /// References followed so far: what goes in a circle comes to an end here.
    pub(super) depth: usize,
}

impl<'m> Scope<'m> {
    pub(super) fn value(&self, expr: &HclExpr) -> Node<'static> {
        let value = match &expr.kind {
            HclKind::Null => Value::Null,
            HclKind::Bool(flag) => Value::Bool(*flag),
            HclKind::Number(text) => Value::Number(Cow::Owned(text.clone())),
            HclKind::Template(parts) => match parts.as_slice() {
                [HclPart::Value(inner, _)] => self.value(inner).value,
                parts => string(self.parts(parts)),
            },
            HclKind::Array(items) => Value::Array(items.iter().map(|item| self.value(item)).collect()),
            HclKind::Object(items) => Value::Object(
                items.iter().map(|item| member(self.value(&item.key), self.value(&item.value))).collect(),
            ),
            HclKind::Variable(name) => self.name(name).map_or_else(|| self.hole(expr), |node| node.value),
            HclKind::Traversal(root, steps) => self.traversal(expr, root, steps),
            HclKind::Call(name, arguments) => {
                super::function::call(self, name, arguments).unwrap_or_else(|| self.hole(expr))
            }
            HclKind::Conditional(each) => self.conditional(expr, each),
            HclKind::Unary('!', inner) => match self.truth(inner) {
                Some(flag) => Value::Bool(!flag),
                None => self.hole(expr),
            },
            HclKind::Binary(operator, sides) => self.binary(expr, operator, sides),
            HclKind::For(each) => self.for_each(each).unwrap_or_else(|| self.hole(expr)),
            HclKind::Unary(..) | HclKind::Other => self.hole(expr),
        };
        Node { span: expr.span, value }
    }

    /// A value of which nothing is known, by the text of its expression.
    pub(super) fn hole(&self, expr: &HclExpr) -> Value<'static> {
        let text = self.text.get(expr.span.range()).unwrap_or("?");
        let words: Vec<&str> = text.split_whitespace().collect();
        let name: String = words.join(" ").chars().take(LONGEST).collect();
        Value::Template(vec![Part::Hole(Cow::Owned(name))])
    }

    /// An expression as text.
    pub(super) fn shown(&self, expr: &HclExpr) -> String {
        match self.hole(expr) {
            Value::Template(parts) => match parts.into_iter().next() {
                Some(Part::Hole(name) | Part::Text(name)) => name.into_owned(),
                None => String::new(),
            },
            _ => String::new(),
        }
    }

    /// The file that stands at the path that an expression gives.
    pub(super) fn asset(&self, path: &HclExpr) -> Option<Rc<Asset>> {
        match assets::of_path(path, &|expr| self.value(expr).value) {
            assets::Read::File(path) => self.module.asset(&path),
            assets::Read::Below(_) => None,
        }
    }

    fn name(&self, name: &str) -> Option<Node<'static>> {
        self.names.iter().rev().find(|(known, _)| known == name).map(|(_, node)| node.clone())
    }

    pub(super) fn parts(&self, parts: &[HclPart]) -> Vec<Part<'static>> {
        let mut out = Vec::new();
        for part in parts {
            match part {
                HclPart::Text(text, _) => out.push(Part::Text(Cow::Owned(text.clone()))),
                HclPart::Value(expr, _) => out.extend(self.text_of(expr)),
                HclPart::Directive(directive, span) => match self.directive(directive) {
                    Some(parts) => out.extend(parts),
                    None => out.push(Part::Hole(Cow::Owned(first_line(self.text, *span)))),
                },
            }
        }
        out
    }

    /// What stands in a string for a value.
    fn text_of(&self, expr: &HclExpr) -> Vec<Part<'static>> {
        match self.value(expr).value {
            Value::String(text) | Value::Number(text) => vec![Part::Text(text)],
            Value::Bool(flag) => vec![Part::Text(Cow::Owned(flag.to_string()))],
            Value::Template(parts) => parts,
            _ => match self.hole(expr) {
                Value::Template(parts) => parts,
                _ => Vec::new(),
            },
        }
    }

    fn directive(&self, directive: &HclDirective) -> Option<Vec<Part<'static>>> {
        match directive {
            HclDirective::If(condition, yes, no) => {
                let flag = self.truth(condition)?;
                Some(self.parts(if flag { yes } else { no }))
            }
            HclDirective::For(key, value, collection, parts) => {
                let mut out = Vec::new();
                for (at, item) in self.entries(collection)? {
                    let names = self.with(key.as_deref().map(|key| (key, at)), value, item);
                    out.extend(Scope { names: &names, ..*self }.parts(parts));
                }
                Some(out)
            }
        }
    }

    pub(super) fn with(&self, key: Option<(&str, Node<'static>)>, value: &str, item: Node<'static>) -> Names {
        let mut names = self.names.clone();
        names.extend(key.map(|(name, node)| (name.to_owned(), node)));
        names.push((value.to_owned(), item));
        names
    }

    fn conditional(&self, expr: &HclExpr, each: &[HclExpr; 3]) -> Value<'static> {
        let [condition, yes, no] = each;
        let mark = self.module.reading.mark();
        match self.truth(condition) {
            Some(true) => self.value(yes).value,
            Some(false) => self.value(no).value,
            None => {
                let (yes, no) = (self.value(yes), self.value(no));
                if yes == no {
                    self.module.reading.forget(mark);
                    yes.value
                } else {
                    self.hole(expr)
                }
            }
        }
    }

    /// Whether an expression is true; what is not known may be taken for given.
    pub(super) fn truth(&self, expr: &HclExpr) -> Option<bool> {
        match self.value(expr).value {
            Value::Bool(flag) => Some(flag),
            // Terraform makes a truth of these.
            Value::String(text) => match &*text {
                "true" => Some(true),
                "false" => Some(false),
                _ => None,
            },
            Value::Template(parts) => match parts.as_slice() {
                [Part::Hole(name)] => self.supposed(name),
                _ => None,
            },
            _ => None,
        }
    }

    /// What is taken for given of an expression.
    fn supposed(&self, name: &str) -> Option<bool> {
        let name = innermost(name);
        // Of a longer expression not all is in its name, and of `!x` it is asked by `x`.
        if name.chars().count() >= LONGEST || name.starts_with('!') {
            return None;
        }
        let (what, is_not) = match name.split_once(" != ") {
            Some((left, right)) if !name.contains(['&', '|', '?']) => (format!("{left} == {right}"), true),
            _ => (name.to_owned(), false),
        };
        self.module.reading.ask(Question::truth(&what)).map(|answer| (answer == 0) != is_not)
    }

    fn binary(&self, expr: &HclExpr, operator: &str, sides: &[HclExpr; 2]) -> Value<'static> {
        let [left, right] = sides;
        if matches!(operator, "&&" | "||") {
            let decides = operator == "||";
            return match (self.truth(left), self.truth(right)) {
                (Some(flag), _) | (_, Some(flag)) if flag == decides => Value::Bool(decides),
                (Some(_), Some(_)) => Value::Bool(!decides),
                _ => self.hole(expr),
            };
        }
        let (left, right) = (self.value(left), self.value(right));
        let known = is_known(&left) && is_known(&right);
        match operator {
            "==" if known => Value::Bool(left == right),
            "!=" if known => Value::Bool(left != right),
            _ => self.hole(expr),
        }
    }

    fn for_each(&self, each: &HclFor) -> Option<Value<'static>> {
        if each.groups {
            return None;
        }
        let (mut items, mut members) = (Vec::new(), Vec::new());
        for (at, item) in self.entries(&each.collection)? {
            let names = self.with(each.key.as_deref().map(|key| (key, at)), &each.value, item);
            let inner = Scope { names: &names, ..*self };
            if let Some(condition) = &each.condition {
                match inner.truth(condition) {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return None,
                }
            }
            let result = inner.value(&each.result);
            match &each.key_result {
                Some(key) => members.push(member(inner.value(key), result)),
                None => items.push(result),
            }
        }
        Some(if each.key_result.is_some() { Value::Object(members) } else { Value::Array(items) })
    }

    /// The entries of a collection with their keys; nothing if it is not known which there are. Of a set the key is the element.
    /// <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks> (checked 2026-11)
    pub(super) fn entries(&self, expr: &HclExpr) -> Option<Vec<(Node<'static>, Node<'static>)>> {
        let value = self.value(expr);
        let mut all = entries(&value)?;
        if value.as_array().is_some() {
            match sets::is_set(self, expr, 0) {
                Some(false) => {}
                Some(true) => all.iter_mut().for_each(|(key, item)| *key = item.clone()),
                None => all.iter_mut().for_each(|(key, _)| key.value = self.hole(expr)),
            }
        }
        Some(all)
    }

    fn traversal(&self, expr: &HclExpr, root: &HclExpr, steps: &[HclStep]) -> Value<'static> {
        if self.depth > DEEPEST || !self.module.follows() {
            return self.hole(expr);
        }
        let (start, rest) = match &root.kind {
            HclKind::Variable(name) => match self.name(name) {
                Some(node) => (Some(node), steps),
                None => self.module.reference(self, name, steps),
            },
            _ => (Some(self.value(root)), steps),
        };
        let found = start.and_then(|node| self.into(node, rest));
        found.map_or_else(|| self.hole(expr), |node| respan(node, expr.span).value)
    }

    /// What lies in a value behind some steps.
    fn into(&self, node: Node<'static>, steps: &[HclStep]) -> Option<Node<'static>> {
        let Some((step, rest)) = steps.split_first() else { return Some(node) };
        let next = match step {
            HclStep::Attribute(name) => node.get(name).cloned()?,
            HclStep::Index(index) => match (self.value(index).value, &node.value) {
                (Value::Number(number), Value::Array(items)) => {
                    items.get(number.parse::<usize>().ok()?).cloned()?
                }
                (Value::String(key), Value::Object(_)) => node.get(&key).cloned()?,
                _ => return None,
            },
            HclStep::Splat => {
                let items = node.as_array()?.iter().map(|item| self.into(item.clone(), rest));
                return Some(Node { span: node.span, value: Value::Array(items.collect::<Option<_>>()?) });
            }
        };
        self.into(next, rest)
    }
}

/// The entries of a collection with their keys; nothing if it is not known which there are.
pub(super) fn entries(node: &Node<'static>) -> Option<Vec<(Node<'static>, Node<'static>)>> {
    match &node.value {
        Value::Array(items) => Some(
            items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    let at = Value::Number(Cow::Owned(at.to_string()));
                    (Node { span: item.span, value: at }, item.clone())
                })
                .collect(),
        ),
        Value::Object(members) if members.iter().all(|each| each.key_parts.is_empty()) => Some(
            members
                .iter()
                .map(|each| {
                    let key = Value::String(each.key.clone());
                    (Node { span: each.key_span, value: key }, each.value.clone())
                })
                .collect(),
        ),
        _ => None,
    }
}

pub(super) fn known_node(key: &'static str, key_span: Span, value: Node<'static>) -> Member<'static> {
    Member { key: Cow::Borrowed(key), key_parts: Vec::new(), key_span, value }
}

pub(super) fn member(key: Node<'static>, value: Node<'static>) -> Member<'static> {
    let (text, key_parts) = match key.value {
        Value::String(text) | Value::Number(text) => (text, Vec::new()),
        Value::Bool(flag) => (Cow::Owned(flag.to_string()), Vec::new()),
        Value::Template(parts) => (Cow::Owned(shown(&parts)), parts),
        _ => (Cow::Borrowed("?"), vec![Part::Hole(Cow::Borrowed("?"))]),
    };
    Member { key: text, key_parts, key_span: key.span, value }
}

/// A string of parts, neighbours of text put together.
pub(super) fn string(parts: Vec<Part<'static>>) -> Value<'static> {
    let mut out: Vec<Part<'static>> = Vec::new();
    for part in parts {
        match (out.last_mut(), part) {
            (Some(Part::Text(before)), Part::Text(text)) => before.to_mut().push_str(&text),
            (_, part) => out.push(part),
        }
    }
    match out.as_slice() {
        [] => Value::String(Cow::Borrowed("")),
        [Part::Text(text)] => Value::String(text.clone()),
        _ => Value::Template(out),
    }
}

/// Whether there is no hole in a value.
pub(super) fn is_known(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Template(_) | Value::Bare(_) | Value::Missing => false,
        Value::Array(items) => items.iter().all(is_known),
        Value::Object(members) => {
            members.iter().all(|each| each.key_parts.is_empty() && is_known(&each.value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

fn first_line(text: &str, span: Span) -> String {
    let text = text.get(span.range()).unwrap_or_default();
    text.lines().next().unwrap_or_default().chars().take(60).collect()
}
