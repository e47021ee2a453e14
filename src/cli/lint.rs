//! `preflight lint`

use super::args::LintArgs;
use super::gate::Gate;
use super::output::Output;
use super::{Exit, check, terminal};
use crate::checks::lint::PolicyKind;
use crate::finding::RuleName;
use crate::judge::{Library, LintJob, lint};
use crate::load;
use crate::source::Sources;
use anyhow::Context;
use std::path::PathBuf;

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
    let (folder, config) = check::read_config(&mut sources, &paths)?;
    let found = load::loose(&mut sources, &paths)?;
    let reasons = found.not_evaluated.iter().map(|(name, reason)| format!("\n  {name}: {reason}"));
    anyhow::ensure!(
        !found.policies.is_empty(),
        "nothing to look at: no policy was found{}",
        reasons.collect::<String>()
    );
    let job = LintJob { sources: &sources, found: &found, kind, pedantic: args.pedantic, only: &only };
    let mut report = lint(&library, &job);
    let now = args.now.clone().unwrap_or_else(check::now);
    let gate =
        Gate { args: &args.gate, config: &config, folder: &folder, now: &now, lints: true, only: &only };
    gate.settle(&library, &mut report, &sources)?;
    super::fault::pages(library.book().faults())?;
    let output = Output { format: args.format, color: args.color, quiet: args.quiet };
    terminal::print(&output.show(&report, &sources, library.book()))?;
    let threshold = check::threshold(args.fail_on);
    let reached = report.findings.iter().any(|finding| finding.severity >= threshold);
    // The process ends here: giving memory back piece by piece would cost more than looking did.
    std::mem::forget((library, sources, found, report));
    Ok(if reached { Exit::NotReady } else { Exit::Ready })
}

fn kind(name: &str) -> anyhow::Result<PolicyKind> {
    PolicyKind::of(name).with_context(|| {
        format!("--type {name}: there is no such type of policy; known are {}", PolicyKind::NAMES.join(", "))
    })
}

/// The rule of a name, or every rule that has the name in another tool.
fn rules(library: &Library, name: &str) -> anyhow::Result<Vec<RuleName>> {
    let book = library.book();
    let named: Vec<RuleName> = book
        .iter()
        .filter(|rule| rule.name.0 == name || rule.aliases.iter().any(|alias| alias == name))
        .map(|rule| rule.name.clone())
        .collect();
    anyhow::ensure!(!named.is_empty(), "--only {name}: there is no such rule (`preflight rules` lists all)");
    Ok(named)
}
