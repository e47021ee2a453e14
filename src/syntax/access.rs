//! Questions to a node that later stages ask all the time, and equality that does not look at places.

use super::{Member, Node, Part, Value};
use std::borrow::Cow;
use std::slice;

impl<'t> Node<'t> {
    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node<'t>]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members of an object as written, duplicates included.
    #[must_use]
    pub fn as_object(&self) -> Option<&[Member<'t>]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value of a key. Of duplicates the last one counts, as in AWS's own parser.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.member(key).map(|member| &member.value)
    }

    /// The member of a key: as [`get`](Self::get), with the place of the key.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Member<'t>> {
        self.as_object()?.iter().rev().find(|member| member.key == key)
    }

    /// The items of an array, or the node itself: IAM's "string or array".
    /// A value that is missing gives nothing.
    pub fn iter_one_or_many(&self) -> slice::Iter<'_, Node<'t>> {
        match &self.value {
            Value::Array(items) => items.iter(),
            Value::Missing => [].iter(),
            _ => slice::from_ref(self).iter(),
        }
    }

    /// Fills every hole of which `known` tells the value by its name.
    pub fn fill(&mut self, known: &dyn Fn(&str) -> Option<String>) {
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.fill(known)),
            Value::Object(members) => members.iter_mut().for_each(|member| member.value.fill(known)),
            Value::Template(parts) => {
                for part in parts.iter_mut() {
                    if let Part::Hole(name) = part
                        && let Some(value) = known(name)
                    {
                        *part = Part::Text(Cow::Owned(value));
                    }
                }
                let whole: Option<String> = parts
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => Some(&**text),
                        Part::Hole(_) => None,
                    })
                    .collect();
                if let Some(whole) = whole {
                    self.value = Value::String(Cow::Owned(whole));
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Bare(_)
            | Value::Missing => {}
        }
    }

    /// The same with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Node<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let part = |part: Part<'_>| match part {
            Part::Text(text) => Part::Text(own(text)),
            Part::Hole(name) => Part::Hole(own(name)),
        };
        let value = match self.value {
            Value::Null => Value::Null,
            Value::Bool(flag) => Value::Bool(flag),
            Value::Number(text) => Value::Number(own(text)),
            Value::String(text) => Value::String(own(text)),
            Value::Bare(text) => Value::String(Cow::Owned(text.to_owned())),
            Value::Missing => Value::Missing,
            Value::Template(parts) => Value::Template(parts.into_iter().map(part).collect()),
            Value::Array(items) => Value::Array(items.into_iter().map(Node::into_owned).collect()),
            Value::Object(members) => {
                let member = |member: Member<'_>| Member {
                    key: own(member.key),
                    key_parts: member.key_parts.into_iter().map(part).collect(),
                    key_span: member.key_span,
                    value: member.value.into_owned(),
                };
                Value::Object(members.into_iter().map(member).collect())
            }
        };
        Node { span: self.span, value }
    }

    /// Whether nothing stands where a value must stand.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self.value, Value::Missing)
    }

    /// What the value is, in words for a message: `a string`, `an object`.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Template(_) => "a template",
            Value::Bare(_) => "text without quotes",
            Value::Missing => "nothing",
        }
    }
}

/// Equal values are equal wherever they stand: two policies on different lines can be the same, and a query that
/// compares with a literal must match.
impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl Eq for Node<'_> {}
impl Eq for Value<'_> {}

/// As JSON parsers see it: the order of members does not count, of duplicate keys the last one does, and `1.0` is `1`.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) | (Value::Missing, Value::Missing) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Number(left), Value::Number(right)) => left == right || same_number(left, right),
            (Value::String(left), Value::String(right)) => left == right,
            (Value::Template(left), Value::Template(right)) => left == right,
            (Value::Bare(left), Value::Bare(right)) => left == right,
            (Value::Array(left), Value::Array(right)) => left == right,
            (Value::Object(left), Value::Object(right)) => effective(left) == effective(right),
            _ => false,
        }
    }
}

/// Integers are compared as such, so that long account or object numbers do not become equal by rounding.
fn same_number(left: &str, right: &str) -> bool {
    if let (Ok(left), Ok(right)) = (left.parse::<i128>(), right.parse::<i128>()) {
        return left == right;
    }
    matches!((left.parse::<f64>(), right.parse::<f64>()), (Ok(left), Ok(right)) if left == right)
}

/// The members that count, by key.
fn effective<'n, 't>(members: &'n [Member<'t>]) -> Vec<(&'n str, &'n Node<'t>)> {
    let mut list: Vec<_> = members.iter().rev().map(|member| (&*member.key, &member.value)).collect();
    list.sort_by_key(|(key, _)| *key);
    list.dedup_by_key(|(key, _)| *key);
    list
}
