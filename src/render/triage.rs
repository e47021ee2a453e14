//! Answers of `triage`: for people here, for programs in [`super::json::triage_v1`].

pub use super::human::triage::render;
