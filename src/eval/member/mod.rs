//! Whether a dimension of a request has a value that passes some tests and fails others, and which.
//!
//! Strings are walked through all patterns at once; numbers, instants and addresses are tried at and between the
//! constants that the tests name. What is found is always tested again by the caller.

mod language;
mod memory;
mod string;
mod value;

pub use language::{Language, Step};
pub use string::{WORK, string, string_within};
pub use value::may_take;
pub(super) use value::{language, value};

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    /// A value.
    Value(T),
    /// There is none: a proof.
    Nothing,
    /// The budget was spent: no proof either way.
    GaveUp,
}
