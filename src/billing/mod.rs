//! Export settings as types: legacy report definitions, Data Exports, and what AWS says of their deliveries.
//!
//! Values that AWS adds some day stay as text. Whether a setting suits a product is not known here (`contract` and
//! `checks` know).

mod definition;
mod exports;
mod query;
mod status;
mod text;

pub use definition::{ExportDefinition, ExportKind, hole_of};
pub use exports::{Exports, region_in};
pub use query::{Column, Columns, Query};
pub use status::{Execution, ExportStatus};
pub use text::Text;
