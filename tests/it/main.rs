//! The one integration binary: a module for each thing that is tested from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "all of this is tests, where a panic is a failed test"
)]

mod accounts;
mod action;
mod again;
mod architecture;
mod base;
mod beside;
mod bundle;
mod callers;
#[path = "../../examples/cases/mod.rs"]
mod cases;
mod change;
mod changes;
mod cli;
mod common;
mod conflicts;
mod coverage;
mod decisions;
mod differential;
mod docs;
mod exports;
mod gate;
mod generate;
mod history;
mod holes;
mod hostile;
mod iac;
mod laws;
mod lint;
mod mend;
mod messages;
mod mutations;
mod mutations_contract;
mod permissions;
mod products;
mod proofs;
mod readme;
mod render;
mod repository;
mod rules;
#[path = "../runs/mod.rs"]
mod runs;
mod seeds;
mod simulate;
mod spaces;
mod syntax;
mod triage;
mod walk;
