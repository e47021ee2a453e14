//! `preflight lint`

use super::args::{FormArgs, LintArgs};
use super::gate::Gate;
use super::output::Output;
use super::setup::Setup;
use super::{Exit, base, check};
use crate::checks::lint::PolicyKind;
use crate::finding::change::Changes;
use crate::finding::{Finding, RuleName};
use crate::judge::{Library, LintJob, lint};
use crate::load;
use crate::source::Sources;
use anyhow::Context;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &LintArgs) -> anyhow::Result<Exit> {
    let mut library = Library::embedded()?;
    if let Some(folder) = &args.rules {
        check::add_pages(&mut library, folder)?;
    }
    let kind = args.kind.as_deref().map(kind).transpose()?;
    let only: Vec<RuleName> =
        args.only.iter().map(|name| rules(&library, name)).collect::<anyhow::Result<Vec<_>>>()?.concat();
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let mut sources = Sources::new();
    // Files of a repository have its settings, also where a tool names each.
    let mut places = paths.clone();
    if !paths.iter().any(|path| path.is_dir()) {
        places.push(PathBuf::from("."));
    }
    let (folder, config) = check::read_config(&mut sources, &places)?;
    let tracked = base::Tracked::since(args.base.base.as_deref())?;
    let counted = |folder: &Path| tracked.below(folder);
    let found = match args.policies_only {
        true => load::loose_among(&mut sources, &paths, &counted)?,
        false => load::loose_counted(&mut sources, &paths, &counted)?,
    };
    // Where a revision is asked about, that the last policy went is an answer; what a template leaves open is named, which is
    // one too.
    let reasons = || {
        found.not_evaluated.iter().map(|(name, reason)| format!("\n  {name}: {reason}")).collect::<String>()
    };
    let compares = args.base.base.is_some();
    let is_empty = !found.has_template && found.policies.is_empty();
    let is_broken = found.open.iter().any(|open| open.address.is_none());
    anyhow::ensure!(!(is_empty && is_broken), "no file could be read{}", reasons());
    if is_empty && args.policies_only && !compares {
        return Ok(Exit::Ready);
    }
    anyhow::ensure!(compares || !is_empty, "nothing to look at: no policy was found{}", reasons());
    let job = LintJob { sources: &sources, found: &found, kind, pedantic: args.pedantic, only: &only };
    let mut report = lint(&library, &job);
    if let Some(base) = &args.base.base {
        let mut now = base::Side::of(&found, &sources);
        if let Some(kind) = kind {
            now.items.iter_mut().for_each(|item| item.kind = kind);
        }
        let at = (folder.clone(), config.clone());
        let setup = Setup::new(&library, &FormArgs::default(), at, args.now.as_deref())?;
        let (changes, findings) = setup.changes(&library, &mut sources, (base, &paths), now)?;
        let is_asked = |finding: &Finding| only.is_empty() || only.contains(&finding.rule);
        report.findings.extend(findings.into_iter().filter(is_asked));
        report.changes = Some(changes);
    }
    let now = args.now.clone().unwrap_or_else(check::now);
    let gate =
        Gate { args: &args.gate, config: &config, folder: &folder, now: &now, lints: true, only: &only };
    gate.settle(&library, &mut report, &sources)?;
    super::fault::pages(library.book().faults())?;
    let output = Output { format: args.format, color: args.color, quiet: args.quiet };
    output.print(&args.gate.report, &report, &sources, library.book())?;
    let threshold = check::threshold(args.fail_on);
    let reached = report.findings.iter().any(|finding| finding.severity >= threshold);
    let unsure = report.changes.as_ref().is_some_and(Changes::is_unsure);
    // The process ends here: giving memory back piece by piece would cost more than looking did.
    std::mem::forget((library, sources, found, report));
    Ok(match (reached, unsure) {
        (true, _) => Exit::NotReady,
        (false, true) => Exit::CannotTell,
        (false, false) => Exit::Ready,
    })
}

fn kind(name: &str) -> anyhow::Result<PolicyKind> {
    PolicyKind::of(name).with_context(|| {
        format!("--type {name}: there is no such type of policy; known are {}", PolicyKind::NAMES.join(", "))
    })
}

/// The rule of a name, or every rule that has the name in another tool.
fn rules(library: &Library, name: &str) -> anyhow::Result<Vec<RuleName>> {
    let named: Vec<RuleName> = library.book().named(name).cloned().collect();
    anyhow::ensure!(!named.is_empty(), "--only {name}: there is no such rule (`preflight rules` lists all)");
    Ok(named)
}
