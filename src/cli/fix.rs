//! `preflight fix`

mod write;

use super::args::{FixArgs, FormatArg};
use super::check::{self, Run};
use super::{Exit, terminal};
use crate::finding::Severity;
use crate::finding::{Applicability, Fix};
use crate::mend::{self, Left, Options, Plan};
use crate::rulebook::Rulebook;
use crate::source::Sources;
use std::collections::BTreeMap;
use std::path::PathBuf;
use write::Rewrite;

pub(super) fn run(args: &FixArgs) -> anyhow::Result<Exit> {
    let mut run = Run::prepare(&args.check, None)?;
    let state = run.take_state();
    let before = state.sources.with(&BTreeMap::new());
    let bench = run.bench();
    let mut report = bench.judge(&state);
    if args.check.format == FormatArg::Json && !args.write {
        mend::attach(&bench, &state, &mut report, Severity::Note);
        check::print(&args.check, &report, &before, run.library.book())?;
        return Ok(check::exit(&args.check, &report));
    }
    let options = Options { only: run.only.clone(), with_review: args.unsafe_fixes, ..Options::default() };
    let plan = mend::plan(&bench, state, report, &options);
    if !args.write {
        tell(&plan, args, !run.only.is_empty(), run.library.book());
        let diff: String = plan
            .changes(&before)
            .map(|(id, old, new)| mend::unified(before.get(id).name(), old, new))
            .collect();
        terminal::print(&diff)?;
        if let Err(why) = write::can(&rewrites(&before, &plan)) {
            terminal::talk(&format!("--write will not write this: {why:#}"));
        }
        return Ok(check::exit(&args.check, &plan.report));
    }
    write::all(&rewrites(&before, &plan), &mut |_| ())?;
    tell(&plan, args, !run.only.is_empty(), run.library.book());
    let mut again = Run::prepare(&args.check, None)?;
    let state = again.take_state();
    let bench = again.bench();
    let mut report = bench.judge(&state);
    mend::attach(&bench, &state, &mut report, Severity::Warning);
    check::print(&args.check, &report, &state.sources, again.library.book())?;
    Ok(check::exit(&args.check, &report))
}

/// What is done and what is left, beside the diff.
fn tell(plan: &Plan, args: &FixArgs, is_narrowed: bool, book: &Rulebook) {
    let written = args.write;
    let verb = if written { "mended" } else { "mends" };
    for step in &plan.steps {
        terminal::talk(&format!("{verb} {}: {}", step.finding.rule, step.fix.title));
        if step.fix.applicability != Applicability::Safe {
            why(&step.fix);
        }
    }
    let reasons = mend::Reasons::embedded();
    for (at, Left { finding, fix, conflicts, untried, waits }) in plan.left.iter().enumerate() {
        // One change can mend several faults, two comments of one document for instance: it is told once.
        let is_told = |other: &Left| {
            let same = other.fix.as_ref().zip(fix.as_ref());
            same.is_some_and(|(other, fix)| other == fix)
        };
        if plan.left.iter().take(at).any(is_told) {
            continue;
        }
        let Some(fix) = fix else {
            let group = book.get(&finding.rule.0).map_or("", |rule| rule.group.as_str());
            let waits = waits.as_ref().map(|name| {
                format!(
                    "it would be made of the form's `{name}`, and that value cannot be right: mend it first"
                )
            });
            let why = match reasons.of_finding(group, finding) {
                _ if *untried => "not everything was tried, run `fix` again once the rest is mended",
                _ if waits.is_some() => waits.as_deref().unwrap_or_default(),
                _ if *conflicts => "the fixes above exclude its fix",
                Some(reason) => reason,
                None => "no fix is known here",
            };
            terminal::talk(&format!("leaves {}: {} ({why})", finding.rule, finding.headline));
            continue;
        };
        let trust = match fix.applicability {
            Applicability::Safe => "safe",
            Applicability::NeedsReview => "needs review, --unsafe-fixes applies it",
            Applicability::DisplayOnly => "to be done by you",
        };
        terminal::talk(&format!("leaves {}: {} ({trust})", finding.rule, fix.title));
        why(fix);
    }
    if plan.ended {
        terminal::talk(
            "the search for fixes ended before everything was tried: what is left may have a better fix, or one",
        );
    }
    let mut notes: Vec<&str> = plan
        .report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Note && !finding.repairs.is_empty())
        .map(|finding| finding.rule.0.as_str())
        .collect();
    notes.sort_unstable();
    notes.dedup();
    if plan.steps.is_empty() && plan.left.is_empty() {
        terminal::talk(if notes.is_empty() { "nothing to fix" } else { "no error and no warning to fix" });
    }
    if !is_narrowed && !notes.is_empty() {
        terminal::talk(&format!(
            "notes are not mended unless they are named: --only {}",
            notes.join(" --only ")
        ));
    }
}

fn why(fix: &Fix) {
    for command in &fix.commands {
        terminal::talk(&format!("    {command}"));
    }
    for reason in &fix.because {
        terminal::talk(&format!("    {reason}"));
    }
    for (word, classes) in [("lets in", &fix.gained), ("shuts out", &fix.lost)] {
        for class in classes {
            terminal::talk(&format!("    {word}: {class}"));
        }
    }
}

/// Every file that changes.
fn rewrites<'p>(before: &'p Sources, plan: &'p Plan) -> Vec<Rewrite<'p>> {
    let changes = plan.changes(before);
    changes.map(|(id, old, new)| Rewrite { path: PathBuf::from(before.get(id).name()), old, new }).collect()
}
