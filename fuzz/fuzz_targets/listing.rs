//! The law is `bodies::listing`. `cargo +nightly fuzz run listing fuzz/corpus/listing fuzz/seeds/listing`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::listing(data));
