//! ARN comparison: each of the six parts is matched on its own.

use crate::eval::glob::Glob;
use crate::policy::arn;

/// Six patterns, one a part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArnGlob {
    parts: [Glob; 6],
}

impl ArnGlob {
    /// Compiles a pattern; `None` if it has fewer than six parts. A lone `*` stands for any ARN, as in AWS's examples.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self { parts: std::array::from_fn(|_| Glob::Any) });
        }
        arn::split(text).map(|parts| Self { parts: parts.map(Glob::new) })
    }

    /// Whether a value is an ARN whose every part matches. A value that is no ARN matches nothing.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        arn::split(value).is_some_and(|parts| self.matches_parts(parts))
    }

    /// Whether every part of an ARN matches.
    #[must_use]
    pub(super) fn matches_parts(&self, parts: [&str; 6]) -> bool {
        self.parts.iter().zip(parts).all(|(glob, part)| glob.matches(part))
    }

    /// The pattern of each part.
    #[must_use]
    pub fn parts(&self) -> &[Glob; 6] {
        &self.parts
    }
}
