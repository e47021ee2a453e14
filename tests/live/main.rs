//! What is asked of AWS: against scenarios on the loopback interface, and against MiniStack, which enforces policies.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "all of this is tests, where a panic is a failed test"
)]

mod accounts;
mod bundles;
mod endings;
mod faults;
mod ministack;
mod organization;
mod reader_key;
mod refused;
mod run;
#[path = "../runs/mod.rs"]
mod runs;
mod scenarios;
mod server;
mod stages;
mod wire;
