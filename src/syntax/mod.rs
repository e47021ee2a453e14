//! JSON and YAML as people write them, read into one tree that knows where everything stands.
//!
//! The reader never stops at a fault: it notes an [`Issue`], assumes what was meant and goes on. What a document
//! means is not known here (`policy` and `billing` know). [`edit`] changes a text and keeps what it does not change.

mod access;
pub mod edit;
mod escape;
#[doc(hidden)]
pub mod fuzz;
pub mod hcl;
mod json;
mod path;
mod scan;
mod stitched;
mod tree;
mod wrapped;
mod yaml;

pub use json::{MAX_DEPTH, read_json};
pub use path::{Selector, SelectorFault, select};
pub use scan::{Scan, ScanFault, ScanPlace, unescape};
pub use stitched::{Stitched, shown};
pub use tree::{Document, Issue, IssueKind, Member, Node, Part, Value};
pub use wrapped::{Unwrapped, inner_span, plain_span, read_wrapped};
pub use yaml::{Yaml, inner_span_yaml, read_yaml, unwrapped_yaml};
