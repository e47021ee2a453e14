//! Asks two engines the same questions: `cargo run --release --no-default-features --example differential -- --count 1000000`
//!
//! `--print` shows the cases and asks nobody. `--fast` leaves out the other engine's checks of its input. `--seed N` starts at another number; `--count 1` after it asks one case again. Prints the counts, and up to
//! `--show N` differences that nothing explains; exit code 1 if there are any.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a run that cannot go on ends"
)]

#[path = "../cases/mod.rs"]
mod cases;
mod compare;

use std::process::ExitCode;

fn main() -> ExitCode {
    let option = |name: &str, otherwise: u64| {
        let mut args = std::env::args().skip_while(|arg| arg != name).skip(1);
        args.next().map_or(otherwise, |text| text.parse().expect("a number"))
    };
    let (seed, count) = (option("--seed", 0), option("--count", 100_000));
    let workers = option("--workers", 2).max(1);
    if std::env::args().any(|arg| arg == "--print") {
        (seed..seed + count).for_each(|seed| println!("{}", compare::text(seed)));
        return ExitCode::SUCCESS;
    }
    let show = usize::try_from(option("--show", 5)).unwrap_or(5);
    let fast = std::env::args().any(|arg| arg == "--fast");
    let pace = if fast { compare::Pace::Fast } else { compare::Pace::Careful };
    let started = std::time::Instant::now();
    let each = count.div_ceil(workers);
    let parts: Vec<_> = (0..workers)
        .map(|worker| {
            let from = seed + worker * each;
            let to = (from + each).min(seed + count);
            std::thread::spawn(move || compare::run(from..to, pace))
        })
        .collect();
    let mut tally = compare::Tally::default();
    for part in parts {
        tally.add(part.join().expect("a worker ends"));
    }
    println!("seeds {seed} to {}", seed + count);
    print!("{}", tally.table());
    println!("{:.1} s", started.elapsed().as_secs_f64());
    for difference in tally.unexplained.iter_mut().take(show) {
        difference.shrink();
        println!("\n{}", difference.show());
    }
    if tally.unexplained.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
