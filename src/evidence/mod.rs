//! What is known of one account: policies with their roles, settings, and what could not be judged.
//!
//! Filled by `load`; asked by `checks`.

mod answer;
mod document;
mod listing;
mod role;

pub use answer::{Answer, AnswerKind};
pub use document::{Evidence, PolicyDocument};
pub use listing::{ListedKey, Listing};
pub use role::Role;
