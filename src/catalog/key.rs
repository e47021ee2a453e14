//! Condition keys, and how a concrete key finds its template.
//!
//! What a condition operator does with a key is in `eval`.

use super::glob::{self, Case, Class, Empty, Token};
use super::name;

/// A condition key as AWS lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name as listed, with the hole of a template as it stands there: `aws:ResourceTag/${TagKey}`,
    /// `s3:RequestObjectTag/<key>`, `aws:PrincipalTag/tag-key`.
    pub name: &'static str,
    /// The type of its values.
    pub kind: KeyType,
    /// Whether a request may carry several values at once, so that a set operator is needed.
    pub multi: bool,
}

/// The type of the values of a condition key.
///
/// The names are those of AWS's tables (<https://docs.aws.amazon.com/service-authorization/latest/reference/>, read
/// 2026-09-26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// Any text.
    String,
    /// An ARN.
    Arn,
    /// `true` or `false`.
    Bool,
    /// A number.
    Numeric,
    /// A date; `aws:EpochTime` may be compared as a number too.
    Date,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// Base64-encoded bytes. AWS lists no such key today.
    Binary,
}

impl ConditionKey {
    /// Reads a row of the file: one letter for the type, upper case if multi-valued, then the name.
    pub(super) fn read(row: &'static str) -> Option<Self> {
        let letter = row.chars().next()?;
        let kind = match letter.to_ascii_lowercase() {
            's' => KeyType::String,
            'a' => KeyType::Arn,
            'b' => KeyType::Bool,
            'n' => KeyType::Numeric,
            'd' => KeyType::Date,
            'i' => KeyType::IpAddress,
            'y' => KeyType::Binary,
            _ => return None,
        };
        Some(Self { name: row.get(1..)?, kind, multi: letter.is_ascii_uppercase() })
    }

    /// Whether `key`, as a policy writes it, is this key or a case of this template. Case does not count.
    #[must_use]
    pub fn matches(&self, key: &str) -> bool {
        self.name.eq_ignore_ascii_case(key)
            || (self.begins(key)
                && self.is_template()
                && glob::overlap(&glob::literal(key, Case::Folded), &self.tokens()))
    }

    /// Whether a key begins with what stands before the hole: a quick no for nearly all.
    fn begins(&self, key: &str) -> bool {
        let fixed = self.fixed().as_bytes();
        key.as_bytes().get(..fixed.len()).is_some_and(|start| start.eq_ignore_ascii_case(fixed))
    }

    /// What stands before the hole; the whole name where there is none.
    fn fixed(&self) -> &'static str {
        let open = self.open_end();
        open.split(['$', '<', '*']).next().unwrap_or(open)
    }

    /// Whether the name has a hole: one listed key stands for many.
    ///
    /// AWS writes the hole in four ways: `${TagKey}`, `<key>`, `/tag-key` and a bare `/` at the end.
    #[must_use]
    pub fn is_template(&self) -> bool {
        self.name.contains("${") || self.name.contains('<') || self.open_end() != self.name
    }

    /// The key as AWS writes it, where it is this one or one of those that it stands for: what fills the hole stays as it is.
    #[must_use]
    pub fn spelled(&self, key: &str) -> String {
        let fixed = self.fixed();
        format!("{fixed}{}", key.get(fixed.len()..).unwrap_or_default())
    }

    /// The name without an open end that is not written as a hole.
    fn open_end(&self) -> &'static str {
        match self.name.strip_suffix("/tag-key").or_else(|| self.name.strip_suffix('/')) {
            Some(fixed) => fixed,
            None => self.name,
        }
    }

    fn tokens(&self) -> Vec<Token> {
        let fixed = self.open_end();
        let mut tokens = glob::template(fixed, Case::Folded, |_| (Class::Any, Empty::Never));
        if fixed != self.name {
            tokens.extend([Token::Literal(b'/'), Token::One(Class::Any), Token::Many(Class::Any)]);
        }
        tokens
    }
}

/// Finds a key in a list that is sorted by lower-case name: the same name first, else the longest template that fits.
pub(super) fn find<'a>(keys: &'a [ConditionKey], key: &str) -> Option<&'a ConditionKey> {
    name::find(keys, key, |entry| entry.name).or_else(|| {
        keys.iter()
            .filter(|entry| entry.begins(key) && entry.is_template() && entry.matches(key))
            .max_by_key(|entry| entry.name.len())
    })
}

/// Of two templates that fit a key, whether the one says more: the longer, and of two that are as long the later.
pub(super) fn is_nearer(one: &ConditionKey, other: &ConditionKey) -> bool {
    let lower = |key: &ConditionKey| key.name.to_ascii_lowercase();
    one.name.len() > other.name.len() || (one.name.len() == other.name.len() && lower(one) > lower(other))
}
