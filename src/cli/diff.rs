//! `preflight diff`

mod many;

use super::args::{ColorArg, FailOn, FormArgs, FormatArg};
use super::base::{self, BaseArgs, Item};
use super::gate::{Gate, GateArgs};
use super::output::Output;
use super::setup::Setup;
use super::{Exit, check, given, terminal};
use crate::catalog;
use crate::change::{Contracts, Job, Pair, SOME_ACCOUNT, compare_deployed, evidence_of, kind_of, refused};
use crate::checks::lint::PolicyKind;
use crate::evidence::{LoosePolicies, LoosePolicy};
use crate::finding::change::{AccessChange, Changes, Comparison, Fate};
use crate::finding::{Report, Severity, Verdict, Wrapped};
use crate::judge::{Library, findings_of_changes};
use crate::load;
use crate::policy::{Policy, arn};
use crate::render::human::change as human;
use crate::render::json::change_v1;
use crate::rulebook::Rulebook;
use crate::source::Sources;
use anyhow::Context;
use clap::Args;
use std::path::{Path, PathBuf};

/// Tell what a change of a policy does: access gained and access lost.
///
/// Both documents are decided for every kind of caller, every action that they name and every resource of it. Documents that
/// allow the same, however they are written, are proved to; each difference comes with a request that shows it. Where a product
/// is named (by flags, or by a preflight.toml), lost access that its contract needs is an error, and gained access that it asks
/// for is none.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the same, or nothing at --fail-on; 1 access that a product needs is lost, anybody gains some, or what else --fail-on names, or a flag forbids; 3 cannot tell; 2 the run failed"
)]
pub(super) struct DiffArgs {
    /// The policy before and the policy after; `-` reads standard input. With --base, folders and files to look at [default: .]
    #[arg(value_name = "OLD NEW")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) base: BaseArgs,

    /// What they are: identity, boundary, session, trust, scp, rcp, endpoint, bucket, key, resource or resource:SERVICE
    /// [default: found out]
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) kind: Option<String>,
    /// Actions, or patterns of them, that the new policy must not grant, whether that is new or not
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    pub(super) must_not_grant: Vec<String>,
    /// A policy beyond which the new one must not go
    #[arg(long, value_name = "FILE")]
    pub(super) no_new_access_than: Option<PathBuf>,
    /// Exit with 1 on access of this severity or above: error is access for anybody, or lost that a product needs; warning any other gain, note any change
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(super) fail_on: FailOn,
    /// Exit with 0 where the answer is "cannot tell"
    #[arg(long)]
    pub(super) allow_unknown: bool,
    /// The moment to judge for, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = crate::cli::args::moment, help_heading = "Judging")]
    pub(super) now: Option<String>,
    #[command(flatten)]
    pub(super) gate: GateArgs,
    #[command(flatten)]
    pub(super) form: FormArgs,

    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(super) format: FormatArg,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: ColorArg,
    /// No excerpts
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    if let Some(account) = &args.form.account {
        anyhow::ensure!(arn::is_account(account), "`{account}` is not an account: 12 digits are one");
    }
    for name in &args.must_not_grant {
        anyhow::ensure!(
            catalog::expand(name).next().is_some(),
            "--must-not-grant {name}: no action that AWS published by {} is called so{}",
            catalog::data_version().date,
            near(name).map_or_else(String::new, |other| format!("; there is `{other}`"))
        );
    }
    match (&args.base.base, args.paths.as_slice()) {
        (Some(base), _) => {
            let is_of_two =
                !args.must_not_grant.is_empty() || args.no_new_access_than.is_some() || args.kind.is_some();
            anyhow::ensure!(
                !is_of_two,
                "--type, --must-not-grant and --no-new-access-than are about two documents, and --base about many"
            );
            since(args, base)
        }
        (None, [old, new]) => two(args, old, new),
        (None, _) => {
            anyhow::bail!("name the policy before and the policy after, or a git revision with --base")
        }
    }
}

/// Another spelling of an action.
fn near(name: &str) -> Option<String> {
    let (service, action) = name.split_once(':')?;
    let found = catalog::closest_action(service, action);
    found.map(|found| format!("{service}:{found}"))
}

/// Policies since a git revision.
fn since(args: &DiffArgs, base: &str) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let mut sources = Sources::new();
    let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
    let setup = setup(args, &library, &mut sources, &paths)?;
    let tracked = base::Tracked::since(Some(base))?;
    let found = load::loose_counted(&mut sources, &paths, &|folder| tracked.below(folder))?;
    let now = base::Side::of(&found, &sources);
    let (changes, findings) = setup.changes(&library, &mut sources, (base, &paths), now)?;
    let mut report = empty();
    report.wrapped = wrapped(&found);
    report.findings = findings;
    report.changes = Some(changes);
    finish(args, &library, &setup, &sources, report)
}

/// Settles a report of many policies, shows it, and says how the run ends.
fn finish(
    args: &DiffArgs,
    library: &Library,
    setup: &Setup,
    sources: &Sources,
    mut report: Report,
) -> anyhow::Result<Exit> {
    let gate = Gate {
        args: &args.gate,
        config: &setup.config,
        folder: &setup.folder,
        now: &setup.now,
        lints: true,
        only: &[],
    };
    gate.settle(library, &mut report, sources)?;
    terminal::print(&show(args, &report, sources, library.book()))?;
    let threshold = check::threshold(args.fail_on);
    let reached = report.findings.iter().any(|finding| finding.severity >= threshold);
    let unsure = report.changes.iter().any(Changes::is_unsure);
    Ok(ended(reached, unsure && !args.allow_unknown))
}

fn show(args: &DiffArgs, report: &Report, sources: &Sources, book: &Rulebook) -> String {
    Output { format: args.format, color: args.color, quiet: args.quiet }.show(report, sources, book)
}

fn ended(reached: bool, unsure: bool) -> Exit {
    match (reached, unsure) {
        (true, _) => Exit::NotReady,
        (false, true) => Exit::CannotTell,
        (false, false) => Exit::Ready,
    }
}

/// Two documents.
fn two(args: &DiffArgs, before: &Path, after: &Path) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let mut sources = Sources::new();
    let folder = after.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let setup = setup(args, &library, &mut sources, &[PathBuf::from("."), folder.to_path_buf()])?;
    let (old, new) = match before.is_dir() && after.is_dir() {
        true => many::found(&mut sources, before, after)?,
        false => (found(&mut sources, before)?, found(&mut sources, after)?),
    };
    if before.is_dir() || after.is_dir() || !is_one(&old) || !is_one(&new) {
        return many::run(args, &library, (sources, setup), (before, old), (after, new));
    }
    let (old, new) = (read(&sources, before, old)?, read(&sources, after, new)?);
    let reference = match args.no_new_access_than.as_deref() {
        Some(file) => {
            let found = found(&mut sources, file)?;
            Some(read(&sources, file, found)?)
        }
        None => None,
    };
    let kind = match args.kind.as_deref() {
        Some(name) => kind_of_name(name)?,
        None => found_out(&sources, (&old, before), (&new, after))?,
    };
    let both = [(&old.policy, kind), (&new.policy, kind)];
    let evidence = evidence_of(if setup.is_asked { &both } else { &[] });
    let contracts = Contracts::new(&library, setup.job(&sources, &evidence));
    let asked = contracts.asked();
    let accounts = setup.accounts();
    let pair = Pair {
        fate: Fate::Changed,
        old: Some(&old.policy),
        new: Some(&new.policy),
        shown: &new.policy,
        kind,
    };
    let mut comparison = pair.compared(&sources, accounts, &asked);
    let (before, after) = (Item::loose(&old.found, &sources), Item::loose(&new.found, &sources));
    base::doubt(&mut comparison, &before, &after);
    let account = accounts.of(kind_of(kind)).unwrap_or(SOME_ACCOUNT);
    let mut unknown = std::mem::take(&mut comparison.unknown);
    let mut more = |old: Option<&Policy>, only: &[String]| -> Vec<AccessChange> {
        let job =
            Job { old, new: Some(&new.policy), kind: kind_of(kind), account, only, asked: &[], beside: &[] };
        let mut found = compare_deployed(&job);
        unknown.append(&mut found.unknown);
        found.gained.iter_mut().for_each(|change| change.severity = Severity::Error);
        found.gained
    };
    if !args.must_not_grant.is_empty() {
        comparison.forbidden = more(None, &args.must_not_grant);
    }
    if let Some(reference) = &reference {
        comparison.beyond = more(Some(&reference.policy), &[]);
        unknown.extend(refused(&reference.policy, kind, &sources, "to compare with"));
    }
    unknown.sort();
    unknown.dedup();
    comparison.unknown = unknown;
    let all = [Some(&old), Some(&new), reference.as_ref()].into_iter().flatten();
    comparison.wrapped = all.flat_map(|document| document.wrapped.clone()).collect();
    let style = terminal::style(args.color, args.quiet);
    let exit = exit(args, &comparison);
    terminal::print(&match args.format {
        FormatArg::Human => human::render(&comparison, &sources, &style),
        FormatArg::Json => change_v1::render(&comparison, &sources),
        FormatArg::Concise
        | FormatArg::Sarif
        | FormatArg::Github
        | FormatArg::Markdown
        | FormatArg::Junit => {
            let mut report = empty();
            report.wrapped.clone_from(&comparison.wrapped);
            let base = comparison.documents.0.clone();
            let list = vec![comparison];
            let changes = Changes { base, commit: String::new(), list, not_compared: Vec::new() };
            report.findings = findings_of_changes(&library, &changes);
            report.changes = Some(changes);
            show(args, &report, &sources, library.book())
        }
    })?;
    Ok(exit)
}

fn setup(
    args: &DiffArgs,
    library: &Library,
    sources: &mut Sources,
    paths: &[PathBuf],
) -> anyhow::Result<Setup> {
    let (folder, mut config) = check::read_config(sources, paths)?;
    given::give("diff", args.form.given(), sources, &mut config);
    Setup::new(library, &args.form, (folder, config), args.now.as_deref())
}

fn exit(args: &DiffArgs, comparison: &Comparison) -> Exit {
    let threshold = check::threshold(args.fail_on);
    let reached = |list: &[AccessChange]| list.iter().any(|change| change.severity >= threshold);
    let forbidden = !comparison.forbidden.is_empty() || !comparison.beyond.is_empty();
    let reached = forbidden || reached(&comparison.gained) || reached(&comparison.lost);
    ended(reached, !comparison.unknown.is_empty() && !args.allow_unknown)
}

/// A report without findings.
fn empty() -> Report {
    Report {
        verdict: Verdict::CannotTell,
        consumers: Vec::new(),
        findings: Vec::new(),
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: Vec::new(),
        suppressed: Vec::new(),
        wrapped: Vec::new(),
        conflicts: Vec::new(),
        changes: None,
    }
}

fn wrapped(found: &LoosePolicies) -> Vec<Wrapped> {
    let one = |(source, span, level): &_| Wrapped { source: *source, span: *span, level: *level };
    found.wrapped.iter().map(one).collect()
}

/// A document with its policy.
struct Read {
    found: LoosePolicy,
    policy: crate::policy::Policy,
    wrapped: Vec<Wrapped>,
}

fn found(sources: &mut Sources, file: &Path) -> anyhow::Result<LoosePolicies> {
    Ok(load::loose(sources, &[file.to_path_buf()])?)
}

/// Whether one policy is all there is.
fn is_one(found: &LoosePolicies) -> bool {
    !found.has_template
        || (found.policies.len() == 1
            && found
                .policies
                .iter()
                .all(|each| each.attachment.as_ref().is_none_or(|one| one.cases.is_empty()))
            && found.open.is_empty()
            && found.links.is_empty()
            && found.called.is_empty()
            && found.declared.is_empty())
}

fn read(sources: &Sources, file: &Path, found: LoosePolicies) -> anyhow::Result<Read> {
    let LoosePolicies { mut policies, wrapped, .. } = found;
    anyhow::ensure!(
        policies.len() == 1,
        "`{}` holds {} policies; name a file with one",
        file.display(),
        policies.len()
    );
    let found = policies.pop().context("no policy")?;
    if let Some(issue) =
        found.issues.iter().find(|issue| issue.kind != crate::syntax::IssueKind::ByteOrderMark)
    {
        let at = sources.get(found.source).position(issue.span.start);
        anyhow::bail!(
            "{}:{}:{}: AWS does not take this policy, it is not JSON here (`preflight lint` tells more)",
            file.display(),
            at.line,
            at.column
        );
    }
    anyhow::ensure!(
        !found.policy.statements.is_empty() || found.policy.faults.is_empty(),
        "`{}` is not a policy (`preflight lint` tells more)",
        file.display()
    );
    let wrapped = wrapped.into_iter().map(|(source, span, level)| Wrapped { source, span, level }).collect();
    Ok(Read { policy: found.policy.clone(), found, wrapped })
}

fn kind_of_name(name: &str) -> anyhow::Result<PolicyKind> {
    PolicyKind::of(name).with_context(|| {
        format!("--type {name}: there is no such type of policy; known are {}", PolicyKind::NAMES.join(", "))
    })
}

/// What both documents are.
fn found_out(
    sources: &Sources,
    (old, old_path): (&Read, &Path),
    (new, new_path): (&Read, &Path),
) -> anyhow::Result<PolicyKind> {
    let of = |read: &Read| PolicyKind::detect(&read.found, sources.get(read.found.source).name());
    let is_empty = |read: &Read| read.policy.statements.is_empty();
    let (before, after) = (of(old), of(new));
    match (is_empty(old), is_empty(new)) {
        (true, _) => Ok(after),
        (_, true) => Ok(before),
        _ => {
            anyhow::ensure!(
                before == after,
                "`{}` looks like a policy of type {before}, `{}` like one of type {after}: --type says what they are",
                old_path.display(),
                new_path.display()
            );
            Ok(after)
        }
    }
}
