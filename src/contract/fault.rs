//! What can be wrong with a contract file.

use crate::source::Span;
use thiserror::Error;

/// A contract file that cannot be used, with the place in it. Its author must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {message}")]
pub struct ContractFault {
    /// The file, as `consumers/name.toml`.
    pub file: String,
    /// Where in its text.
    pub span: Span,
    /// What is wrong, in one line.
    pub message: String,
}

impl ContractFault {
    pub(super) fn from_toml(file: &str, error: &toml::de::Error) -> Self {
        let span = error.span().unwrap_or(0..0);
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        Self { file: file.to_owned(), span: Span::new(span.start, span.end), message }
    }
}
