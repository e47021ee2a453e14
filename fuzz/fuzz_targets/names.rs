//! The law is `bodies::names`. `cargo +nightly fuzz run names fuzz/corpus/names fuzz/seeds/names`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::names(data));
