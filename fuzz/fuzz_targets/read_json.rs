//! Any bytes through the JSON reader; the laws are in `preflight::syntax::fuzz`.
//!
//! `cargo +nightly fuzz run read_json fuzz/corpus/read_json fuzz/seeds`

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| preflight::syntax::fuzz::read_json(data));
