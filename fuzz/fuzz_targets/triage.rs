//! The law is `bodies::triage_text`. `cargo +nightly fuzz run triage fuzz/corpus/triage fuzz/seeds/triage`

#![no_main]

#[path = "../bodies/mod.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::triage_text(data));
