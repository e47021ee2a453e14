//! Faults by themselves and two at once, anywhere: fixes mend them, or it is told why none can. Random one-element mutants of
//! ready accounts; the same ones in every run.

use super::spoil::{Spot, all, next, ready, spoilt, spots};
use super::{bench, state};
use crate::common::Account;
use preflight::finding::{Applicability, Finding, Need, Report, Severity, State as Demand, Verdict};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::{Bench, Options, Plan, Reasons, State, access, access_of_whole, plan};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Pairs of each kind that are tried; with `MEND=all` so many times as many.
const PAIRS: usize = 7;
/// Single faults that are tried.
const SINGLES: usize = 16;
const MANY: usize = 20;
/// The search over all requests takes long; so many of the cases go without it.
const SEARCHED: usize = 4;

/// Where the second fault stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Second {
    SameStatement,
    OtherStatement,
    OtherDocument,
}

impl Second {
    fn fits(self, first: &Spot, second: &Spot) -> bool {
        let is_same = second.source == first.source;
        match self {
            Second::SameStatement => first.statement().is_some() && first.statement() == second.statement(),
            Second::OtherStatement => is_same && first.statement() != second.statement(),
            Second::OtherDocument => !is_same,
        }
    }
}

/// What came of the accounts that were tried.
#[derive(Default)]
struct Tally {
    tried: usize,
    ready: usize,
    /// Not mended, and it is told why no fix can.
    told: String,
    untold: usize,
    wrong: String,
}

/// Mends documents, first with what is safe, then with what needs a review, and looks at what was done.
fn mend(
    library: &Library,
    bench: &Bench<'_>,
    name: &str,
    (whole, spoilt): (&State, State),
    tally: &mut Tally,
) {
    let report = bench.judge(&spoilt);
    if report.verdict != Verdict::NotReady {
        return;
    }
    tally.tried += 1;
    let before_report = report.clone();
    let (texts, evidence) = load::again(&spoilt.sources, &spoilt.evidence, &BTreeMap::new());
    let before = State::new(texts, evidence, spoilt.form.clone());
    let safe = plan(bench, spoilt, report, &Options::default());
    if safe.steps.iter().any(|step| step.fix.applicability != Applicability::Safe) {
        let _ = writeln!(tally.wrong, "{name}: a step that is not safe was taken");
    }
    let seen = access(bench, &before, &safe.after);
    // What AWS refused was not in force; spelt right it may let in what it was meant to.
    if !seen.gained.is_empty() && !access(bench, whole, &safe.after).gained.is_empty() {
        let _ = writeln!(tally.wrong, "{name}: safe fixes let in {:?}", seen.gained);
    }
    if tally.tried.is_multiple_of(SEARCHED) {
        let found = access_of_whole(bench, &before, &safe.after);
        if (&seen.gained, &seen.lost) != (&found.gained, &found.lost) {
            let _ = writeln!(tally.wrong, "{name}: between statements {seen:?}, between documents {found:?}");
        }
    }
    let done = plan(bench, safe.after, safe.report, &Options { with_review: true, ..Options::default() });
    if done.report.verdict == Verdict::Ready {
        tally.ready += 1;
        return;
    }
    // What nobody could tell before no fix tells.
    let open = |report: &Report| -> BTreeSet<String> {
        report.unknown.iter().map(|unknown| unknown.demand.clone()).collect()
    };
    if done.report.verdict == Verdict::CannotTell && open(&done.report).is_subset(&open(&before_report)) {
        tally.tried -= 1;
        every_demand_is_told(name, &done, &mut tally.wrong);
        return;
    }
    let Tally { told, untold, wrong, .. } = tally;
    let _ = writeln!(told, "{name}: {:?}", done.report.verdict);
    for unknown in &done.report.unknown {
        let _ = writeln!(told, "    {} waits for {}", unknown.demand, unknown.fact);
    }
    let mut has_reason = false;
    for left in done.left.iter().filter(|left| left.finding.severity == Severity::Error) {
        let reason = reason(library, &left.finding);
        has_reason |= reason.is_some();
        let fix = left.fix.as_ref().map(|fix| (fix.applicability, &fix.title));
        let (rule, headline) = (&left.finding.rule, &left.finding.headline);
        let _ = writeln!(told, "    {rule}: {headline} {fix:?} {reason:?}");
        // What can be applied was applied.
        let open = left.fix.as_ref().filter(|fix| fix.applicability != Applicability::DisplayOnly);
        if let Some(fix) = open {
            let _ = writeln!(wrong, "{name}: {rule} is left although `{}` mends it", fix.title);
        }
    }
    *untold += usize::from(!has_reason);
    every_demand_is_told(name, &done, wrong);
}

/// Why a rule has no fix.
fn reason(library: &Library, finding: &Finding) -> Option<String> {
    let group = library.book().get(&finding.rule.0).map_or("", |rule| rule.group.as_str());
    Reasons::embedded().of_finding(group, finding).map(str::to_owned)
}

fn every_demand_is_told(name: &str, done: &Plan, wrong: &mut String) {
    for demand in done.report.consumers.iter().flat_map(|consumer| &consumer.demands) {
        let is_told = match demand.state {
            Demand::Holds => true,
            // One finding may speak for several demands; each of them says what to do next.
            Demand::Broken => {
                demand.next.is_some() && done.left.iter().any(|left| left.finding.severity == Severity::Error)
            }
            Demand::Unknown => done.report.unknown.iter().any(|unknown| unknown.demand == demand.id),
        };
        if demand.need == Need::Needed && !is_told {
            let _ = writeln!(wrong, "{name}: nothing is said of {}", demand.id);
        }
    }
}

fn times() -> usize {
    if all() { MANY } else { 1 }
}

#[test]
fn two_faults_are_mended_together_or_told() {
    let library = Library::embedded().unwrap();
    let accounts: Vec<Account> = ready();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut tally = Tally::default();
    for kind in [Second::SameStatement, Second::OtherStatement, Second::OtherDocument] {
        let goal = tally.tried + PAIRS * times();
        while tally.tried < goal {
            let account = &accounts[next(&mut seed, accounts.len())];
            let whole = state(account);
            let mut first = spots(account, &whole);
            let first = first.swap_remove(next(&mut seed, first.len()));
            let one = spoilt(&whole, &first);
            let mut second = spots(account, &one);
            second.retain(|second| kind.fits(&first, second));
            if second.is_empty() {
                continue;
            }
            let second = second.swap_remove(next(&mut seed, second.len()));
            let name = format!("{}: {} + {}", account.name, first.name(), second.name());
            let states = (&whole, spoilt(&one, &second));
            mend(&library, &bench(&library, account), &name, states, &mut tally);
        }
    }
    let Tally { tried, ready, told, untold, wrong } = tally;
    println!("{told}\n{ready} of {tried} pairs are ready after fixes, of {untold} nothing says why not");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        ready * 100 >= tried * 95 && untold * 20 <= tried,
        "{ready} of {tried} pairs are ready after fixes, of {untold} nothing says why not:\n{told}"
    );
}

#[test]
fn every_fault_is_mended_or_it_is_told_why_not() {
    let library = Library::embedded().unwrap();
    let accounts: Vec<Account> = ready();
    let mut tally = Tally::default();
    let mut seed = 0x1234_5678_9ABC_DEF1_u64;
    let goal = SINGLES * times();
    // Every account has its turn before one has another.
    for account in accounts.iter().cycle() {
        let whole = state(account);
        let mut all = spots(account, &whole);
        let spot = all.swap_remove(next(&mut seed, all.len()));
        let name = format!("{}: {}", account.name, spot.name());
        let states = (&whole, spoilt(&whole, &spot));
        mend(&library, &bench(&library, account), &name, states, &mut tally);
        if tally.tried >= goal {
            break;
        }
    }
    let Tally { tried, ready, told, untold, wrong } = tally;
    println!("{told}\n{ready} of {tried} faults are mended, of {untold} nothing says why not");
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        ready * 100 >= tried * 95 && untold == 0,
        "{ready} of {tried} faults are mended, of {untold} nothing says why not:\n{told}"
    );
}
