//! The law is `bodies::edit`. `cargo +nightly fuzz run edit fuzz/corpus/edit fuzz/seeds/edit`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::edit(data));
