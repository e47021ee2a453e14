//! The law is `bodies::operators`. `cargo +nightly fuzz run operators fuzz/corpus/operators fuzz/seeds/operators`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::operators(data));
