//! Mends documents: makes text of the changes that an explanation proposes, has the outcome judged, and says how far each
//! change can be trusted.
//!
//! Nothing of IAM is decided here: a fix is *safe* if the judge finds the demand to hold after it and the evaluator finds no
//! access gained outside the contract. It reads and writes no files (`cli` does).

mod access;
mod diff;
mod doubt;
mod export;
mod fill;
mod fit;
pub mod generate;
mod outcome;
mod plan;
mod possible;
mod prove;
mod reasons;
mod shared;
mod spares;
mod state;
mod text;
mod title;
mod tries;
mod typed;
mod ways;

pub use access::{Access, compare as access, compare_whole as access_of_whole};
pub use diff::unified;
pub use plan::{Left, Options, Plan, Step, plan};
pub use prove::attach;
pub use reasons::Reasons;
pub use state::{Bench, State};
