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
        terminal::print(&check::show(&args.check, &report, &before, run.library.book()))?;
        return Ok(check::exit(&args.check, &report));
    }
    let options = Options { only: run.only.clone(), with_review: args.unsafe_fixes, ..Options::default() };
    let plan = mend::plan(&bench, state, report, &options);
    tell(&plan, args.write, run.library.book());
    if !args.write {
        let diff: String = plan
            .changes(&before)
            .map(|(id, old, new)| mend::unified(before.get(id).name(), old, new))
            .collect();
        terminal::print(&diff)?;
        return Ok(check::exit(&args.check, &plan.report));
    }
    write(&before, &plan)?;
    let mut again = Run::prepare(&args.check, None)?;
    let state = again.take_state();
    let bench = again.bench();
    let mut report = bench.judge(&state);
    mend::attach(&bench, &state, &mut report, Severity::Warning);
    terminal::print(&check::show(&args.check, &report, &state.sources, again.library.book()))?;
    Ok(check::exit(&args.check, &report))
}

/// What is done and what is left, beside the diff.
fn tell(plan: &Plan, written: bool, book: &Rulebook) {
    let verb = if written { "mended" } else { "mends" };
    for step in &plan.steps {
        terminal::talk(&format!("{verb} {}: {}", step.finding.rule, step.fix.title));
        if step.fix.applicability != Applicability::Safe {
            why(&step.fix);
        }
    }
    let reasons = mend::Reasons::embedded();
    for Left { finding, fix, conflicts, untried } in &plan.left {
        let Some(fix) = fix else {
            let group = book.get(&finding.rule.0).map_or("", |rule| rule.group.as_str());
            let why = match reasons.of(group, &finding.rule.0) {
                _ if *untried => "not everything was tried, run `fix` again once the rest is mended",
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
    if plan.steps.is_empty() && plan.left.is_empty() {
        terminal::talk("nothing to fix");
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

/// Writes every changed file, or none if one of them is not as it was read.
fn write(before: &Sources, plan: &Plan) -> anyhow::Result<()> {
    let rewrites: Vec<Rewrite<'_>> = plan
        .changes(before)
        .map(|(id, old, new)| Rewrite { path: PathBuf::from(before.get(id).name()), old, new })
        .collect();
    write::all(&rewrites, &mut |_| ())
}
