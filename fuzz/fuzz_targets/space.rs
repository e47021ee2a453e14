//! The law is `bodies::space`. `cargo +nightly fuzz run space fuzz/corpus/space fuzz/seeds/space`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::space(data));
