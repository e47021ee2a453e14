//! The law is `bodies::settings`. `cargo +nightly fuzz run settings fuzz/corpus/settings fuzz/seeds/settings`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::settings(data));
