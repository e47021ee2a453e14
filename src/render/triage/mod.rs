//! Answers of `triage`: for people here, for tickets in `markdown`, for the customer in `reply`, for programs in
//! [`super::json::triage_v1`].

mod markdown;
mod reply;
mod table;

pub use super::human::triage::render;
pub use markdown::markdown;
pub use reply::{Corrected, reply};
pub use table::{header, row};
