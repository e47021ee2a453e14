//! CPU time of a cold `preflight check`: `cargo bench --no-default-features --bench check [-- FOLDER]`
//!
//! Runs the compiled binary again and again and asks the kernel for the CPU time of the children.
#![allow(unsafe_code, reason = "getrusage")]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a bench that cannot run ends")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn children_cpu() -> f64 {
    // SAFETY: `usage` is plain data that the call fills in.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage);
        usage
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}

fn median(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..101)
        .map(|_| {
            let before = children_cpu();
            run();
            children_cpu() - before
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::args().skip(1).find(|arg| !arg.starts_with("--")).map_or_else(
        || {
            let mut all: Vec<PathBuf> = std::fs::read_dir(root.join("fixtures/accounts"))
                .expect("the folder of accounts")
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.is_dir())
                .collect();
            all.sort();
            all.into_iter().next().expect("an account")
        },
        PathBuf::from,
    );
    let binary = env!("CARGO_BIN_EXE_preflight");
    let quiet = |command: &mut Command| {
        let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    };
    let nothing = median(|| quiet(&mut Command::new("true")));
    let version = median(|| quiet(Command::new(binary).arg("--version")));
    let check = median(|| quiet(Command::new(binary).arg("check").arg(&folder)));
    println!("true                 {:>6.2} ms CPU", nothing * 1e3);
    println!("preflight --version  {:>6.2} ms CPU", version * 1e3);
    println!(
        "preflight check      {:>6.2} ms CPU  {}",
        check * 1e3,
        folder.strip_prefix(root).unwrap_or(&folder).display()
    );
}
