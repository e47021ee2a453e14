//! `preflight diff`

use super::args::{ColorArg, FailOn};
use super::{Exit, check, terminal};
use crate::change::{Job, Kind, compare};
use crate::checks::lint::PolicyKind;
use crate::evidence::{LoosePolicies, LoosePolicy};
use crate::finding::change::{AccessChange, Comparison, Effect};
use crate::finding::{Assumed, Severity, Wrapped};
use crate::load;
use crate::policy::arn;
use crate::render::human::change as human;
use crate::render::json::change_v1;
use crate::source::Sources;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The account taken where none is named: one that documentation uses and hardly any policy does.
const SOME_ACCOUNT: &str = "210987654321";

/// Tell what a change of a policy does: access gained and access lost.
///
/// Both documents are decided for every kind of caller, every action that they name and every resource of it. Documents that
/// allow the same, however they are written, are proved to; each difference comes with a request that shows it.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the same, or nothing at --fail-on; 1 access is gained or lost that --fail-on names, or a flag forbids; 3 cannot tell; 2 the run failed"
)]
pub(super) struct DiffArgs {
    /// The policy before; `-` reads standard input
    pub(super) old: PathBuf,
    /// The policy after
    pub(super) new: PathBuf,

    /// What they are: identity, boundary, session, trust, scp, bucket, key, resource or resource:SERVICE [default: found
    /// out]
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) kind: Option<String>,
    /// The account that owns the resource or has the policy, 12 digits [default: one that no document names]
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
    /// Actions, or patterns of them, that the new policy must not grant, whether that is new or not
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    pub(super) must_not_grant: Vec<String>,
    /// A policy beyond which the new one must not go
    #[arg(long, value_name = "FILE")]
    pub(super) no_new_access_than: Option<PathBuf>,
    /// Exit with 1 on access of this severity or above: error is access for anybody, warning any gain, note any change
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(super) fail_on: FailOn,
    /// Exit with 0 where the answer is "cannot tell"
    #[arg(long)]
    pub(super) allow_unknown: bool,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(super) format: DiffFormat,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: ColorArg,
    /// No excerpts
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    Human,
    Json,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<Exit> {
    let mut sources = Sources::new();
    let old = read(&mut sources, &args.old)?;
    let new = read(&mut sources, &args.new)?;
    let reference = args.no_new_access_than.as_deref().map(|file| read(&mut sources, file)).transpose()?;
    let named = args.kind.as_deref().map(kind_of_name).transpose()?;
    let policy_kind = match named {
        Some(kind) => kind,
        None => found_out(args, &sources, (&old, &new))?,
    };
    let kind = kind(policy_kind)?;
    let given = args.account.as_deref();
    if let Some(account) = given {
        anyhow::ensure!(arn::is_account(account), "`{account}` is not an account: 12 digits are one");
    }
    let account = given.unwrap_or(SOME_ACCOUNT);
    let job = Job { old: Some(&old.policy), new: Some(&new.policy), kind, account, only: &[], beside: &[] };
    let found = compare(&job);
    let mut unknown = found.unknown;
    let mut more = |job: Job<'_>| -> Vec<AccessChange> {
        let mut found = compare(&job);
        unknown.append(&mut found.unknown);
        found.gained.iter_mut().for_each(|change| change.severity = Severity::Error);
        found.gained
    };
    let forbidden = if args.must_not_grant.is_empty() {
        Vec::new()
    } else {
        more(Job { old: None, only: &args.must_not_grant, ..job })
    };
    let beyond = match &reference {
        Some(reference) => more(Job { old: Some(&reference.policy), ..job }),
        None => Vec::new(),
    };
    unknown.sort();
    unknown.dedup();
    let mut comparison = Comparison {
        documents: (load::display(&args.old), load::display(&args.new)),
        kind: policy_kind.to_string(),
        effect: found.effect,
        gained: found.gained,
        lost: found.lost,
        forbidden,
        beyond,
        unknown,
        assumed: Vec::new(),
        wrapped: Vec::new(),
    };
    comparison.wrapped = [Some(old), Some(new), reference]
        .into_iter()
        .flatten()
        .flat_map(|document| document.wrapped)
        .collect();
    assume(&mut comparison, kind, given);
    let style = terminal::style(args.color, args.quiet);
    terminal::print(&match args.format {
        DiffFormat::Human => human::render(&comparison, &sources, &style),
        DiffFormat::Json => change_v1::render(&comparison, &sources),
    })?;
    Ok(exit(args, &comparison))
}

fn exit(args: &DiffArgs, comparison: &Comparison) -> Exit {
    let threshold = check::threshold(args.fail_on);
    let reached = |list: &[AccessChange]| list.iter().any(|change| change.severity >= threshold);
    let forbidden = !comparison.forbidden.is_empty() || !comparison.beyond.is_empty();
    if forbidden || reached(&comparison.gained) || reached(&comparison.lost) {
        Exit::NotReady
    } else if !comparison.unknown.is_empty() && !args.allow_unknown {
        Exit::CannotTell
    } else {
        Exit::Ready
    }
}

fn assume(comparison: &mut Comparison, kind: Kind, account: Option<&str>) {
    if comparison.effect == Effect::Same {
        return;
    }
    let mut say = |text: String| comparison.assumed.push(Assumed { text, source: None });
    if account.is_none() {
        say(match kind {
            Kind::Identity => {
                "who has the policy is in an account that neither document names (`--account` says otherwise)"
                    .to_owned()
            }
            Kind::Resource(_) | Kind::Trust => {
                "the resource belongs to an account that neither document names (`--account` says otherwise)"
                    .to_owned()
            }
        });
    }
    say("no other policy is in the way: what the two documents give is compared, not what callers end up with".to_owned());
    say(format!("actions are those that AWS published by {}", crate::catalog::data_version().date));
}

/// A document with its policy.
struct Read {
    found: LoosePolicy,
    policy: crate::policy::Policy,
    wrapped: Vec<Wrapped>,
}

fn read(sources: &mut Sources, file: &Path) -> anyhow::Result<Read> {
    let LoosePolicies { mut policies, wrapped, .. } = load::loose(sources, &[file.to_path_buf()])?;
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
fn found_out(args: &DiffArgs, sources: &Sources, (old, new): (&Read, &Read)) -> anyhow::Result<PolicyKind> {
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
                args.old.display(),
                args.new.display()
            );
            Ok(after)
        }
    }
}

fn kind(kind: PolicyKind) -> anyhow::Result<Kind> {
    Ok(match kind {
        PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp => Kind::Identity,
        PolicyKind::Trust => Kind::Trust,
        PolicyKind::Resource(service) => Kind::Resource(service),
        PolicyKind::Rcp | PolicyKind::Endpoint => {
            anyhow::bail!("policies of type {kind} cannot be compared yet")
        }
    })
}
