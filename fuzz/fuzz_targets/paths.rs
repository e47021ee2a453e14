//! The law is `bodies::paths`. `cargo +nightly fuzz run paths fuzz/corpus/paths fuzz/seeds/paths`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::paths(data));
