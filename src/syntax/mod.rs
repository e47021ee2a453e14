//! JSON as people write it, read into one tree that knows where everything stands.
//!
//! The reader never stops at a fault: it notes an [`Issue`], assumes what was meant and goes on. What a document
//! means is not known here (`policy` and `billing` know).

mod access;
mod escape;
mod json;
mod tree;

pub use json::{MAX_DEPTH, read_json};
pub use tree::{Document, Issue, IssueKind, Member, Node, Value};
