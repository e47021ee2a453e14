//! Runs files of decision cases against the evaluator: `cargo run --release --no-default-features --example decisions -- FILE.jsonl…`
//!
//! Prints each disagreement with its trace and last `N agree, M disagree`; exit code 1 when M > 0.

mod cases;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (mut agree, mut disagree, mut left_out) = (0u32, 0u32, 0u32);
    for path in std::env::args().skip(1) {
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{path}: {error}");
                return ExitCode::from(2);
            }
        };
        for case in cases::read(&text) {
            if case.excluded {
                left_out += 1;
                continue;
            }
            if case.agrees() {
                agree += 1;
                continue;
            }
            disagree += 1;
            println!("{}: expected {}, got {}", case.id, case.expected, case.answer());
            if !case.notes.is_empty() {
                println!("  {}", case.notes);
            }
            for line in case.trace() {
                println!("    {line}");
            }
        }
    }
    if left_out > 0 {
        println!("{left_out} left out, as the file says (`exclude`)");
    }
    println!("{agree} agree, {disagree} disagree");
    if disagree == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
