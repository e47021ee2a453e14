//! The law is `bodies::templates`. `cargo +nightly fuzz run templates fuzz/corpus/templates fuzz/seeds/templates`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::templates(data));
