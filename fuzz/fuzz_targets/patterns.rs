//! The law is `bodies::patterns`. `cargo +nightly fuzz run patterns fuzz/corpus/patterns fuzz/seeds/patterns`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::patterns(data));
