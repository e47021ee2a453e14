//! How fast the JSON reader is, next to `serde_json::Value` (built as the product builds it, with `preserve_order`).
//!
//! `cargo bench --bench reading` prints nanoseconds, best of many runs, and the ratio. It fails if the reader, which
//! keeps every place and tolerates every slip, is the slower one.

#![allow(clippy::print_stdout, reason = "a measurement prints what it measured")]

use preflight::syntax::read_json;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const SMALL: &str = include_str!("../fuzz/seeds/bucket-policy.json");

fn main() -> ExitCode {
    let texts = [
        ("bucket policy", SMALL.to_owned(), 2_000),
        ("large policy", policy(13), 500),
        ("10,000 policies", format!("[{}]", vec![SMALL; 10_000].join(",\n")), 7),
    ];
    println!("{:<16} {:>9} {:>14} {:>14} {:>6}", "text", "bytes", "read_json ns", "serde_json ns", "ratio");
    let mut slower = false;
    for (name, text, runs) in &texts {
        let ours = best(*runs, || drop(black_box(read_json(black_box(text)))));
        let theirs =
            best(*runs, || drop(black_box(serde_json::from_str::<serde_json::Value>(black_box(text)))));
        let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
        let bytes = text.len();
        println!("{name:<16} {bytes:>9} {:>14} {:>14} {ratio:>6.2}", ours.as_nanos(), theirs.as_nanos());
        slower |= ours > theirs;
    }
    if slower { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The shortest of several runs, the time to drop the result included.
fn best(runs: usize, work: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..runs).map(time).min().unwrap_or_default()
}

/// A policy of many statements, as a data platform's bucket has.
fn policy(statements: usize) -> String {
    let statement = |index: usize| {
        format!(
            r#"    {{
      "Sid": "Team{index}Reads",
      "Effect": "Allow",
      "Principal": {{ "AWS": ["arn:aws:iam::1111222233{index:02}:role/reader", "arn:aws:iam::1111222233{index:02}:root"] }},
      "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"],
      "Resource": ["arn:aws:s3:::acme-data", "arn:aws:s3:::acme-data/team-{index}/*"],
      "Condition": {{ "StringEquals": {{ "aws:PrincipalOrgID": "o-exampleorgid" }}, "Bool": {{ "aws:SecureTransport": true }} }}
    }}"#
        )
    };
    let list: Vec<_> = (0..statements).map(statement).collect();
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n", list.join(",\n"))
}
