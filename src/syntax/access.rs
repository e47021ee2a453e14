//! Questions to a node that later stages ask all the time, and equality that does not look at places.

use super::{Member, Node, Value};
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
