//! The same questions to two engines; see `examples/differential`, which asks as many as one likes.

#[path = "../../examples/differential/compare/mod.rs"]
pub(crate) mod compare;

use compare::Pace;

/// Where the cases of this run begin, and how many there are: the same in every run.
const FIRST: u64 = 0;
const COUNT: u64 = 20_000;

#[test]
fn two_engines_agree_on_twenty_thousand_questions() {
    let half = FIRST + COUNT / 2;
    let other = std::thread::spawn(move || compare::run(FIRST..half, Pace::Careful));
    let mut tally = compare::run(half..FIRST + COUNT, Pace::Careful);
    tally.add(other.join().expect("the other half"));
    println!("seeds {FIRST} to {}\n{}", FIRST + COUNT, tally.table());
    let shown: Vec<String> = tally.unexplained.iter().take(5).map(compare::Difference::show).collect();
    assert!(tally.unexplained.is_empty(), "{} differences:\n{}", tally.unexplained.len(), shown.join("\n\n"));
    assert_eq!(tally.asked as u64, COUNT);
    // The questions must be worth asking: answers of each kind, and few that the other engine does not take or that
    // ours leaves open.
    let share = |count: usize| count as f64 / COUNT as f64;
    let allowed = share(tally.agreed.get("Allow").copied().unwrap_or_default());
    assert!((0.3..0.6).contains(&allowed), "{allowed} come out allowed");
    assert!(tally.agreed.values().all(|count| share(*count) > 0.15), "{:?}", tally.agreed);
    assert!(share(tally.open.values().sum()) < 0.05, "{:?}", tally.open);
    assert!(share(tally.refused.values().sum()) < 0.01, "{:?}", tally.refused);
    assert!(share(tally.known.values().sum()) < 0.1, "{:?}", tally.known);
}
