//! Condition keys of a request, and how much is known of each.

use super::member::Language;

/// The value of a context key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ContextValue {
    /// One value.
    One(Box<str>),
    /// A multi-valued key with its values, possibly none.
    Many(Box<[Box<str>]>),
    /// The key is there; nobody knows its value. Every test of it is a free atom.
    Unknown,
    /// The key is there with one of these values; nobody knows which.
    Within(Language),
    /// Whether the key is there, and its value, are unknown.
    Unseen,
    /// The key is there with each of these values in turn: a dimension of a space, for [`super::ask`]. For a single decision
    /// it is like [`ContextValue::Unknown`].
    Every(Language),
}

impl ContextValue {
    /// The value as a person reads it, several with commas between; nothing where it is not one value.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        match self {
            Self::One(value) => Some(value.to_string()),
            Self::Many(values) => Some(values.join(", ")),
            Self::Unknown | Self::Within(_) | Self::Unseen | Self::Every(_) => None,
        }
    }
}

/// Context keys by lower-case name. Keys not named are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    entries: Vec<(Box<str>, ContextValue)>,
}

impl Context {
    /// No keys.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key; names are case-insensitive.
    pub fn set(&mut self, key: &str, value: ContextValue) {
        let key = key.to_ascii_lowercase();
        match self.entries.iter_mut().find(|(name, _)| **name == *key) {
            Some((_, slot)) => *slot = value,
            None => self.entries.push((key.into(), value)),
        }
    }

    /// Sets a key to one value.
    pub fn set_one(&mut self, key: &str, value: &str) {
        self.set(key, ContextValue::One(value.into()));
    }

    /// Sets a key only where it is not set yet.
    pub fn set_default(&mut self, key: &str, value: ContextValue) {
        if self.get(&key.to_ascii_lowercase()).is_none() {
            self.set(key, value);
        }
    }

    /// Takes a key out: it is absent.
    pub fn remove(&mut self, key: &str) {
        let key = key.to_ascii_lowercase();
        self.entries.retain(|(name, _)| **name != *key);
    }

    /// The value of a key given in lower case.
    #[must_use]
    #[inline]
    pub fn get(&self, lower: &str) -> Option<&ContextValue> {
        self.entries.iter().find(|(name, _)| **name == *lower).map(|(_, value)| value)
    }

    /// Every key in lower case with its value, in the order of setting.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &ContextValue)> {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }
}
