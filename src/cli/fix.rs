//! `preflight fix`

use super::args::{FixArgs, FormatArg};
use super::check::{self, Run};
use super::{Exit, terminal};
use crate::finding::Severity;
use crate::finding::{Applicability, Fix};
use crate::load;
use crate::mend::{self, Left, Options, Plan};
use crate::source::{SourceId, Sources};
use anyhow::Context;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

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
    tell(&plan, args.write);
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
fn tell(plan: &Plan, written: bool) {
    let verb = if written { "mended" } else { "mends" };
    for step in &plan.steps {
        terminal::talk(&format!("{verb} {}: {}", step.finding.rule, step.fix.title));
        if step.fix.applicability != Applicability::Safe {
            why(&step.fix);
        }
    }
    for Left { finding, fix, conflicts } in &plan.left {
        let Some(fix) = fix else {
            let why = if *conflicts { "the fixes above exclude its fix" } else { "no fix is known" };
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
    let changed: Vec<(SourceId, PathBuf, &str, &str)> = plan
        .changes(before)
        .map(|(id, old, new)| (id, PathBuf::from(before.get(id).name()), old, new))
        .collect();
    for (_, path, old, _) in &changed {
        anyhow::ensure!(
            path.as_os_str() != "-",
            "standard input cannot be changed; leave --write out to see the diff"
        );
        is_as_read(path, old)?;
    }
    for (_, path, old, new) in &changed {
        replace(path, old, new).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    Ok(())
}

/// Refuses a file that somebody changed since, or whose bytes are not the text that was read (UTF-16, say).
fn is_as_read(path: &Path, text: &str) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    if bytes == text.as_bytes() {
        return Ok(());
    }
    let is_other_form = load::read_text(path).is_ok_and(|now| now == text);
    anyhow::ensure!(!is_other_form, "`{}` is not UTF-8; save it as UTF-8 first", path.display());
    anyhow::bail!("`{}` was changed since it was read; nothing was written to it", path.display())
}

/// Puts a new text into a file in one step: written beside it, then moved over it. A link stays a link, and the file keeps
/// its permissions.
fn replace(path: &Path, old: &str, new: &str) -> anyhow::Result<()> {
    let target = path.canonicalize()?;
    let permissions = std::fs::metadata(&target)?.permissions();
    let name = target.file_name().context("it has no name")?.to_string_lossy().into_owned();
    let beside = target.with_file_name(format!(".{name}.{}.preflight", std::process::id()));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file
        .write_all(new.as_bytes())
        .and_then(|()| std::fs::set_permissions(&beside, permissions))
        .and_then(|()| file.sync_all())
        .map_err(anyhow::Error::from)
        .and_then(|()| is_as_read(&target, old))
        .and_then(|()| Ok(std::fs::rename(&beside, &target)?));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
