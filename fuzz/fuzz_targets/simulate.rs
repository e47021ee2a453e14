//! Any texts as the arguments of `simulate`; the laws are in `preflight::simulate::fuzz`.
//!
//! `cargo +nightly fuzz run simulate`

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(4, '\n');
    let mut next = || parts.next().unwrap_or_default();
    preflight::simulate::fuzz::arguments(next(), next(), next(), next());
});
