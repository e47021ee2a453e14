//! YAML, read into the same tree as JSON.
//!
//! The grammar is `saphyr-parser`'s; here its events become nodes with byte spans, anchors are put in, merge keys are
//! followed, and what a scalar was written with can be found again ([`unwrapped`]). A tag of the user's own, `!Sub x`,
//! is an object with one member, `{"!Sub": x}`: what it means is not known here (`load` knows).
//!
//! Unlike JSON, YAML cannot be read any further behind a fault. What stands before it is read; the issue says so.

mod build;
mod gap;
mod offsets;
mod plain;
mod scalar;

pub use scalar::{inner_span_yaml, unwrapped_yaml};

use super::tree::Document;
use crate::source::Span;

/// What reading one text as YAML gave.
#[derive(Debug, Clone)]
pub struct Yaml<'t> {
    /// In the order of the text; at least one, with a missing root if the text holds nothing.
    pub documents: Vec<Document<'t>>,
    /// Every comment from its `#` to the end of its line, in the order of the text.
    pub comments: Vec<Span>,
}

/// Reads a text as YAML.
///
/// Never fails: a fault of the grammar is an issue of the document in which it stands, and the last thing that is read.
/// Anchors are put in as often as they are named, up to a bound that no document of a person reaches; beyond it an
/// alias is an issue and has no value.
#[must_use]
pub fn read_yaml(text: &str) -> Yaml<'_> {
    build::build(text)
}

#[cfg(test)]
mod tests;
