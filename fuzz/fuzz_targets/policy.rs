//! Any bytes through the policy reader and the evaluator; the laws are in `preflight::eval::fuzz`.
//!
//! `cargo +nightly fuzz run policy fuzz/corpus/policy fuzz/seeds`

#![no_main]

use libfuzzer_sys::fuzz_target;
use preflight::source::Sources;
use preflight::{eval, policy, syntax};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let source = Sources::new().add("fuzz", text.as_ref());
    let document = syntax::read_json(&text);
    eval::fuzz::policy(&policy::read(&document.root, source, 0));
});
