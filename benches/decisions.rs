//! Decisions a second on one core: `cargo bench --no-default-features --bench decisions [-- FILE.jsonl…]`
//!
//! Cases are read and compiled first; what is timed is `decide` without trace. Without arguments it takes the cases of
//! `fixtures/decisions`, and the outside suite where it is at hand. `--slowest` names the cases that cost most.

#![allow(clippy::expect_used, reason = "a bench that cannot run ends")]

#[path = "../examples/cases/mod.rs"]
mod cases;

use preflight::eval::{NoTrace, World, decide};
use std::path::{Path, PathBuf};
use std::time::Instant;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> =
        std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).map(PathBuf::from).collect();
    if files.is_empty() {
        let folder = std::fs::read_dir(root.join("fixtures/decisions")).expect("the folder of cases");
        files.extend(folder.filter_map(|entry| entry.ok().map(|entry| entry.path())));
        files.push(root.join("../shared/suites/decisions.jsonl"));
    }
    files.retain(|file| file.exists() && file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of cases");
        let cases = cases::read(&text);
        let compiled: Vec<_> = cases.iter().map(|case| (case.compile(), &case.request)).collect();
        let world = World::new();
        let mut best = f64::MAX;
        let mut allowed = 0usize;
        for _ in 0..7 {
            let rounds = 200;
            let start = Instant::now();
            for _ in 0..rounds {
                for (set, request) in &compiled {
                    allowed += usize::from(decide(set, request, &world, &mut NoTrace).is_allowed());
                }
            }
            best = best.min(start.elapsed().as_secs_f64() / (rounds * compiled.len()) as f64);
        }
        println!(
            "{:<24} {:>4} cases  {:>6.1} ns a decision  {:>5.2} million a second  ({} allowed)",
            file.file_name().unwrap_or_default().to_string_lossy(),
            compiled.len(),
            best * 1e9,
            1e-6 / best,
            allowed / (7 * 200)
        );
        if std::env::args().any(|arg| arg == "--slowest") {
            slowest(&cases, &compiled);
        }
    }
}

fn slowest(cases: &[cases::Case], compiled: &[(preflight::eval::Compiled<'_>, &preflight::eval::Request)]) {
    let mut times: Vec<(f64, &str)> = compiled
        .iter()
        .zip(cases)
        .map(|((set, request), case)| {
            let start = Instant::now();
            for _ in 0..2000 {
                std::hint::black_box(decide(set, request, &World::new(), &mut NoTrace));
            }
            (start.elapsed().as_secs_f64() / 2000.0, case.id.as_str())
        })
        .collect();
    times.sort_by(|left, right| right.0.total_cmp(&left.0));
    for (seconds, id) in times.iter().take(12) {
        println!("    {:>8.1} ns  {id}", seconds * 1e9);
    }
}
