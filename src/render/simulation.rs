//! Answers of `simulate`: for people here, for programs in [`super::json::simulation_v1`].

pub use super::human::simulation::{case_line, render, summary};
