//! Tells, before an AWS account is connected to a cost product, whether the billing import will work, and why not.
//!
//! The library is what the `preflight` command is made of. Data flows one way: text → nodes → typed model →
//! decision → finding → bytes; ARCHITECTURE.md has the table of who may import whom.

pub mod billing;
pub mod catalog;
pub mod change;
pub mod checks;
pub mod cli;
pub mod config;
pub mod contract;
pub mod eval;
pub mod evidence;
pub mod finding;
pub mod judge;
pub mod load;
pub mod mend;
pub mod policy;
pub mod redact;
pub mod render;
pub mod rulebook;
pub mod shipped;
pub mod simulate;
pub mod source;
pub mod syntax;
pub mod triage;
