//! What the values of a template are, as far as the template tells.
//!
//! A parameter has its default (which is presumed, and noted), a resource the name that it gives itself. What only a
//! deployment tells stays a hole, by the name that the user knows it by. Nothing here fails: what cannot be resolved is a
//! hole, too.

use super::function::{Function, attribute_name, function, name_of};
use super::given::Given;
use super::parts::{Parts, hole, parts_of, text, value_of, whole, without_dynamic_references};
use super::substitute::{SubPiece, pieces};
use super::template::Template;
use crate::evidence::ParameterSet;
use crate::load::reading::Reading;
use crate::source::Span;
use crate::syntax::{Member, Node, Value};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// How deep references may lead to references.
const DEEPEST: u32 = 64;

/// How many values are resolved in one template.
const MOST: u32 = 200_000;

pub(super) struct Resolver<'n, 't> {
    pub(super) template: Template<'n, 't>,
    /// What is taken for given of what only a deployment tells.
    pub(super) reading: Reading,
    /// What the template is made with, as files near it say: a name, the values, and what is given and not known.
    pub(super) sets: Vec<ParameterSet>,
    /// Nested stacks of the template whose own template is read, too.
    pub(super) read: BTreeSet<String>,
    /// What is said of parameters that are not the same in all of these.
    pub(super) notes: RefCell<BTreeSet<String>>,
    depth: Cell<u32>,
    /// The Region of the deployment, where one is presumed.
    pub(super) region: Cell<Option<&'static str>>,
    /// How many values may still be resolved.
    left: Cell<u32>,
    /// Parameters whose default was taken, with it.
    presumed: RefCell<BTreeMap<String, String>>,
    /// Variables of IAM in `Fn::Sub` without their `!`.
    variables: RefCell<BTreeSet<(Span, String)>>,
}

impl<'n, 't> Resolver<'n, 't> {
    pub(super) fn new(template: Template<'n, 't>) -> Self {
        Self {
            template,
            reading: Reading::default(),
            sets: Vec::new(),
            read: BTreeSet::new(),
            notes: RefCell::default(),
            depth: Cell::new(0),
            region: Cell::new(None),
            left: Cell::new(MOST),
            presumed: RefCell::default(),
            variables: RefCell::default(),
        }
    }

    /// How many values may still be resolved.
    pub(super) fn left(&self) -> u32 {
        self.left.get()
    }

    /// Gives as many values leave to be resolved as there were.
    pub(super) fn restore(&self, left: u32) {
        self.left.set(left);
    }

    /// The parameters whose default was taken, each with it.
    pub(super) fn presumed(&self) -> Vec<(String, String)> {
        self.presumed.borrow().iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// Variables of IAM that `Fn::Sub` takes for names of the template, with the text they stand in.
    pub(super) fn variables(&self) -> Vec<(Span, String)> {
        self.variables.borrow().iter().cloned().collect()
    }

    /// A value with every function resolved; `None` for `AWS::NoValue`.
    pub(super) fn value(&self, node: &Node<'t>) -> Option<Node<'t>> {
        let depth = self.depth.get();
        let left = self.left.get();
        if depth >= DEEPEST || left == 0 {
            return Some(Node { span: node.span, value: Value::Template(hole(name_of(node))) });
        }
        self.depth.set(depth + 1);
        self.left.set(left - 1);
        let value = self.resolved(node);
        self.depth.set(depth);
        value
    }

    fn resolved(&self, node: &Node<'t>) -> Option<Node<'t>> {
        if let Some((function, argument)) = function(node) {
            return self.applied(node, function, argument);
        }
        let value = match &node.value {
            Value::String(text) => value_of(without_dynamic_references(text.clone())),
            Value::Array(items) => Value::Array(items.iter().filter_map(|item| self.value(item)).collect()),
            Value::Object(members) => Value::Object(self.members(members)),
            other => other.clone(),
        };
        Some(Node { span: node.span, value })
    }

    fn members(&self, members: &[Member<'t>]) -> Vec<Member<'t>> {
        let mut out = Vec::with_capacity(members.len());
        for member in members {
            // A loop or a macro beside other members makes members of names that are not known.
            let key_parts = match &*member.key {
                key if key.starts_with("Fn::") => hole(key),
                _ => Vec::new(),
            };
            if let Some(value) = self.value(&member.value) {
                let Member { key, key_span, .. } = member;
                out.push(Member { key: key.clone(), key_parts, key_span: *key_span, value });
            }
        }
        out
    }

    fn applied(&self, node: &Node<'t>, function: Function<'_>, argument: &Node<'t>) -> Option<Node<'t>> {
        let here = |value| Some(Node { span: node.span, value });
        let unknown = || here(Value::Template(hole(name_of(node))));
        let mark = self.reading.mark();
        match function {
            Function::Ref => match argument.as_str() {
                Some("AWS::NoValue") => None,
                Some(name) => here(self.reference(name)),
                None => unknown(),
            },
            Function::GetAtt => here(value_of(self.attribute(&self.attribute_path(argument)))),
            Function::Sub => {
                let (span, parts) = self.substituted(argument)?;
                Some(Node { span, value: value_of(parts) })
            }
            Function::Join => {
                here(self.joined(argument).map_or_else(|| Value::Template(hole(name_of(node))), value_of))
            }
            Function::If => match argument.as_array() {
                Some([condition, yes, no]) => match self.truth_of_name(condition) {
                    Some(true) => self.value(yes),
                    Some(false) => self.value(no),
                    None => match (self.value(yes), self.value(no)) {
                        // Either way it is the same.
                        (Some(yes), Some(no)) if yes.value == no.value => {
                            self.reading.forget(mark);
                            Some(yes)
                        }
                        _ => unknown(),
                    },
                },
                _ => unknown(),
            },
            Function::Select => self.selected(argument).map_or_else(unknown, Some),
            Function::Split => {
                here(self.split(argument).unwrap_or_else(|| Value::Template(hole(name_of(node)))))
            }
            Function::FindInMap => self.found(node, argument).map_or_else(unknown, Some),
            Function::And
            | Function::Or
            | Function::Not
            | Function::Equals
            | Function::Condition
            | Function::Other(_) => {
                // `Condition` with one text below it may be an element of a policy that somebody got wrong.
                if function == Function::Condition && !is_tag(node) {
                    return here(node.value.clone());
                }
                unknown()
            }
        }
    }

    /// What `Ref` of a name is.
    pub(super) fn reference(&self, name: &str) -> Value<'t> {
        let region = self.region.get().filter(|_| name == "AWS::Region");
        if let Some(known) = pseudo(name).or(region) {
            return value_of(text(known));
        }
        if name.starts_with("AWS::") {
            return Value::Template(hole(name));
        }
        if let Some(parameter) = self.template.parameter(name) {
            return self.parameter(name, parameter);
        }
        value_of(self.physical_name(name))
    }

    fn parameter(&self, name: &str, parameter: &Node<'t>) -> Value<'t> {
        let kind = parameter.get("Type").and_then(Node::as_str).unwrap_or("String");
        let is_kept_elsewhere = kind.starts_with("AWS::SSM::");
        match self.given(name, parameter) {
            Given::Value(value) if !is_kept_elsewhere => return typed(kind, value, parameter.span),
            Given::Open => return Value::Template(hole(name)),
            Given::Value(_) | Given::Nothing => {}
        }
        if let Some(value) = self.reading.given(name).and_then(|at| self.allowed(name)?.into_iter().nth(at)) {
            return Value::String(Cow::Owned(value));
        }
        // The default of such a parameter is the name under which its value is kept.
        if is_kept_elsewhere {
            return Value::Template(hole(name));
        }
        let allowed = || match parameter.get("AllowedValues")?.as_array()? {
            [only] => Some(only),
            _ => None,
        };
        let default = parameter.get("Default").or_else(allowed);
        let Some(given) = default.and_then(parts_of).as_deref().and_then(whole) else {
            return Value::Template(hole(name));
        };
        self.presumed.borrow_mut().insert(name.to_owned(), given.clone());
        typed(kind, given, parameter.span)
    }

    /// `Bucket.Arn`, from both forms of `Fn::GetAtt`.
    fn attribute_path(&self, argument: &Node<'t>) -> String {
        let Some([id, attribute]) = argument.as_array() else { return attribute_name(argument) };
        match (id.as_str(), self.value(attribute).as_ref().and_then(parts_of).as_deref().and_then(whole)) {
            (Some(id), Some(attribute)) => format!("{id}.{attribute}"),
            (_, _) => attribute_name(argument),
        }
    }

    /// `Fn::Sub` in both forms, with the place of its text.
    fn substituted(&self, argument: &Node<'t>) -> Option<(Span, Parts<'t>)> {
        let (template, own) = match &argument.value {
            Value::Array(items) => (items.first()?, items.get(1)),
            _ => (argument, None),
        };
        let Some(written) = template.as_str() else {
            // The text itself comes from a function, which CloudFormation refuses but for its language extensions.
            let value = self.value(template).as_ref().and_then(parts_of);
            return Some((template.span, value.unwrap_or_else(|| hole(name_of(argument)))));
        };
        let mut out = Vec::new();
        for piece in pieces(written) {
            match piece {
                SubPiece::Plain(plain) => {
                    out.extend(without_dynamic_references(Cow::Owned(plain.to_owned())))
                }
                SubPiece::Literal(literal) => out.extend(text(format!("${{{literal}}}"))),
                SubPiece::Variable(variable) => {
                    self.variables.borrow_mut().insert((template.span, variable.to_owned()));
                    out.extend(text(format!("${{{variable}}}")));
                }
                SubPiece::Name(name) => out.extend(self.named(name, own)),
            }
        }
        Some((template.span, out))
    }

    fn named(&self, name: &str, own: Option<&Node<'t>>) -> Parts<'t> {
        if let Some(given) = own.and_then(|own| own.get(name)) {
            let value = self.value(given);
            return value.as_ref().and_then(parts_of).unwrap_or_else(|| hole(name));
        }
        // A name that no template can hold is left as it is shown.
        if name.contains('.') {
            return self.attribute(name);
        }
        let span = Span::default();
        parts_of(&Node { span, value: self.reference(name) }).unwrap_or_else(|| hole(name))
    }

    fn joined(&self, argument: &Node<'t>) -> Option<Parts<'t>> {
        let [delimiter, list] = argument.as_array()? else { return None };
        let delimiter = parts_of(&self.value(delimiter)?)?;
        let list = self.value(list)?;
        let mut out: Parts<'t> = Vec::new();
        for (at, item) in list.as_array()?.iter().enumerate() {
            if at > 0 {
                out.extend(delimiter.iter().cloned());
            }
            out.extend(parts_of(item)?);
        }
        Some(out)
    }

    fn selected(&self, argument: &Node<'t>) -> Option<Node<'t>> {
        let [index, list] = argument.as_array()? else { return None };
        let index: usize = whole(&parts_of(&self.value(index)?)?)?.parse().ok()?;
        let list = self.value(list)?;
        list.as_array()?.get(index).cloned()
    }

    fn split(&self, argument: &Node<'t>) -> Option<Value<'t>> {
        let [delimiter, joined] = argument.as_array()? else { return None };
        let delimiter = whole(&parts_of(&self.value(delimiter)?)?)?;
        let joined = self.value(joined)?;
        let known = whole(&parts_of(&joined)?)?;
        if delimiter.is_empty() {
            return None;
        }
        let item = |item: &str| Node { span: joined.span, value: Value::String(Cow::Owned(item.to_owned())) };
        Some(Value::Array(known.split(&*delimiter).map(item).collect()))
    }

    /// `Fn::FindInMap`: the entry; where only a deployment tells which, what all entries that it may be agree on.
    fn found(&self, node: &Node<'t>, argument: &Node<'t>) -> Option<Node<'t>> {
        let [map, top, second, ..] = argument.as_array()? else { return None };
        let name = whole(&parts_of(&self.value(map)?)?)?;
        let map = self.template.mapping(&name)?;
        let mut found = Vec::new();
        for top in self.entries(map, top)? {
            found.extend(self.entries(top, second)?);
        }
        let (first, rest) = found.split_first()?;
        let same = rest.iter().all(|other| other.value == first.value);
        same.then(|| Node { span: node.span, value: first.value.clone() })
    }

    /// The members of a map that a key may be.
    fn entries(&self, map: &'n Node<'t>, key: &Node<'t>) -> Option<Vec<&'n Node<'t>>> {
        let key = parts_of(&self.value(key)?)?;
        match whole(&key) {
            Some(key) => Some(vec![map.get(&key)?]),
            None => Some(map.as_object()?.iter().map(|member| &member.value).collect()),
        }
    }

    /// The text of a property, if the resource has it.
    pub(super) fn property(&self, id: &str, name: &str) -> Option<Parts<'t>> {
        let node = self.template.resource(id)?.property(name)?;
        let value = self.value(node)?;
        Some(parts_of(&value).unwrap_or_else(|| hole(format!("{id}.{name}"))))
    }
}

/// The value of a parameter of a type: of a list its items.
fn typed<'t>(kind: &str, given: String, span: Span) -> Value<'t> {
    if kind == "CommaDelimitedList" || kind.starts_with("List<") {
        let item = |item: &str| Node { span, value: Value::String(Cow::Owned(item.trim().to_owned())) };
        return Value::Array(given.split(',').map(item).collect());
    }
    Value::String(Cow::Owned(given))
}

/// Whether a function is written as a tag, `!Condition`.
fn is_tag(node: &Node<'_>) -> bool {
    node.as_object().and_then(<[_]>::first).is_some_and(|member| member.key.starts_with('!'))
}

/// Pseudo parameters that are the same in nearly every deployment. China and the sovereign clouds have others; what a
/// template is for is said there by its Regions and ARNs.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html> (checked 2026-11)
fn pseudo(name: &str) -> Option<&'static str> {
    match name {
        "AWS::Partition" => Some("aws"),
        "AWS::URLSuffix" => Some("amazonaws.com"),
        _ => None,
    }
}
