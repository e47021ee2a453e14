//! Flags and their words.

mod form;
mod live;

pub(super) use form::FormArgs;
pub(super) use live::{BundleArgs, CollectArgs, LiveArgs, PermissionsArgs, PolicyForm, PurposeArg};

use super::base::BaseArgs;
use super::diff::DiffArgs;
use super::gate::GateArgs;
use super::simulate::args::SimulateArgs;
use super::triage::args::TriageArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Tells before you connect an AWS account to a cost product whether the billing import will work, and why not.
#[derive(Debug, Parser)]
#[command(name = "preflight", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(Box<CheckArgs>),
    Lint(LintArgs),
    Collect(Box<CollectArgs>),
    Bundle(Box<BundleArgs>),
    Simulate(Box<SimulateArgs>),
    Diff(Box<DiffArgs>),
    Triage(Box<TriageArgs>),
    Fix(Box<FixArgs>),
    Generate(Box<GenerateArgs>),
    Permissions(PermissionsArgs),
    Explain(ExplainArgs),
    Rules(RulesArgs),
    Consumers(ConsumersArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Judge documents: ready, not ready, or cannot tell.
///
/// Reads a preflight.toml in the folder it is given, and recognises policies and answers of the AWS CLI by their content.
/// Nothing is sent anywhere.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Exit codes: 0 ready, 1 not ready (or a finding at --fail-on), 3 cannot tell, 2 the run failed"
)]
pub(super) struct CheckArgs {
    /// Folders and files to look at; `-` reads standard input [default: .]
    pub(super) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) form: FormArgs,

    /// The bucket's policy
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) bucket_policy: Vec<PathBuf>,
    /// A policy of the reader; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) reader_policy: Vec<PathBuf>,
    /// The trust policy of the role that reads
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) trust_policy: Vec<PathBuf>,
    /// The reader's permissions boundary
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) boundary: Vec<PathBuf>,
    /// A service control policy; each is a level of its own, the root's first
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) scp: Vec<PathBuf>,
    /// A resource control policy; each is a level of its own, the root's first
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) rcp: Vec<PathBuf>,
    /// The policy of the bucket's KMS key
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) key_policy: Vec<PathBuf>,
    /// A policy passed when the session was made
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) session_policy: Vec<PathBuf>,
    /// The policy of the VPC endpoint that the requests pass
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(super) endpoint_policy: Vec<PathBuf>,
    /// A policy of the product's user in a linked account; may be given several times
    #[arg(long, value_name = "ACCOUNT=FILE", help_heading = "Documents")]
    pub(super) linked_policy: Vec<String>,
    /// A file with what it is: a role (bucket-policy) or the command that answered it (get-export)
    #[arg(long, value_name = "KIND=FILE", help_heading = "Documents")]
    pub(super) document: Vec<String>,
    /// Another folder of rule pages; pages of the same name replace ours
    #[arg(long, value_name = "DIR", help_heading = "Documents")]
    pub(super) rules: Option<PathBuf>,

    /// Presume nothing: a boundary or endpoint policy that was not given counts as not visible
    #[arg(long, help_heading = "Judging")]
    pub(super) strict: bool,
    /// Exit with 0 where the answer is "cannot tell"
    #[arg(long, help_heading = "Judging")]
    pub(super) allow_unknown: bool,
    /// Exit with 1 on findings of this severity or above, whatever the verdict
    #[arg(long, value_name = "SEVERITY", default_value = "error", help_heading = "Judging")]
    pub(super) fail_on: FailOn,
    /// The moment to judge for, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(super) now: Option<String>,
    #[command(flatten)]
    pub(super) base: BaseArgs,
    #[command(flatten)]
    pub(super) gate: GateArgs,

    /// Show findings of this rule only; may be given several times
    #[arg(long, value_name = "RULE", help_heading = "Output")]
    pub(super) only: Vec<String>,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(super) format: FormatArg,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: ColorArg,
    /// Verdict and one line a finding
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,

    #[command(flatten)]
    pub(super) live: LiveArgs,
}

/// Look at policies without judging for a product: what AWS refuses, what can never work, what is likely not meant.
///
/// Finds policies in any JSON document, in answers of the AWS CLI too, and nothing is sent anywhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 no finding at --fail-on, 1 such a finding, 3 cannot tell what changed since --base, 2 the run failed"
)]
pub(super) struct LintArgs {
    /// Folders and files to look at; `-` reads standard input [default: .]
    pub(super) paths: Vec<PathBuf>,

    /// What the policies are: identity, boundary, session, trust, scp, rcp, endpoint, bucket, key, resource or
    /// resource:SERVICE [default: found out for each]
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) kind: Option<String>,
    /// Tell matters of style, too
    #[arg(long)]
    pub(super) pedantic: bool,
    /// Pass over named files that hold no policy, as in a folder: for tools that name every file
    #[arg(long)]
    pub(super) policies_only: bool,
    /// Another folder of rule pages; pages of the same name replace ours
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Option<PathBuf>,
    /// Exit with 1 on findings of this severity or above
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(super) fail_on: FailOn,
    /// The moment to judge for, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment, help_heading = "Judging")]
    pub(super) now: Option<String>,
    #[command(flatten)]
    pub(super) base: BaseArgs,
    #[command(flatten)]
    pub(super) gate: GateArgs,
    /// Show findings of this rule only, by its name or another tool's; may be given several times
    #[arg(long, value_name = "RULE", help_heading = "Output")]
    pub(super) only: Vec<String>,
    /// How to print the report
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(super) format: FormatArg,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: ColorArg,
    /// One line a finding
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,
}

/// Write the policies and the export that a product needs.
///
/// What comes out is what the product's demands need and nothing more: an empty policy, or the one given with --into, is
/// judged and mended. Several consumers are served together, if one export and one reader can. What is left out, and why, is
/// said beside it.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 2 the run failed")]
pub(super) struct GenerateArgs {
    /// What to write
    pub(super) what: What,
    /// A policy to add to, instead of a new one; what would have to be changed in it is told, and nothing made
    #[arg(long, value_name = "FILE", help_heading = "Generating")]
    pub(super) into: Option<PathBuf>,
    /// How to write it
    #[arg(long = "as", value_name = "FORM", default_value = "json", help_heading = "Generating")]
    pub(super) form: Written,
    /// The Region of the bucket, for the export
    #[arg(long, value_name = "REGION", default_value = "us-east-1", help_heading = "Generating")]
    pub(super) bucket_region: String,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    BucketPolicy,
    ReaderPolicy,
    DiscoveryPolicy,
    TrustPolicy,
    Export,
    All,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Written {
    Json,
    Terraform,
    Cloudformation,
    Script,
}

/// Mend documents: show what to change, or change it.
///
/// Every fix is judged again before it is offered. It is safe if the demand then holds for all of its requests and no access
/// is gained outside the contract; others are shown with what they grant or take away, and written only with --unsafe-fixes.
/// Nothing but the changed bytes of the changed files is written. Errors and warnings are mended; notes only where --only names
/// their rules.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes, for the documents as the fixes leave them: 0 ready, 1 not ready, 3 cannot tell, 2 the run failed"
)]
pub(super) struct FixArgs {
    /// Print what would change as a unified diff, and write nothing (this is what happens without --write)
    #[arg(long, conflicts_with = "write", help_heading = "Fixing")]
    pub(super) diff: bool,
    /// Write the changes into the files, then check again
    #[arg(long, help_heading = "Fixing")]
    pub(super) write: bool,
    /// Apply fixes that need a review as well
    #[arg(long, help_heading = "Fixing")]
    pub(super) unsafe_fixes: bool,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

/// List the consumers, the products whose contracts are known.
///
/// With what each reads, what it needs of the export, and how sure that is.
#[derive(Debug, Args)]
pub(super) struct ConsumersArgs {
    /// Names of consumers [default: all]
    pub(super) names: Vec<String>,
    /// Print what they ask that excludes each other: no one export can be all of it
    #[arg(long)]
    pub(super) conflicts: bool,
    /// Print a Markdown table
    #[arg(long, conflicts_with = "conflicts")]
    pub(super) markdown: bool,
}

/// Show the page of a rule.
///
/// What the rule reports, why it matters, what it does not see, and documents in which it does and does not report.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The rule's name, or a name that another tool gives it
    pub(super) rule: String,
}

/// List the rules.
#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// Print a Markdown table
    #[arg(long, conflicts_with = "aliases")]
    pub(super) markdown: bool,
    /// Print the names that other tools give to the rules
    #[arg(long)]
    pub(super) aliases: bool,
}

/// Print a script that completes commands, options and rule names in a shell.
#[derive(Debug, Args)]
#[command(
    after_help = "bash: preflight completions bash > ~/.local/share/bash-completion/completions/preflight\nzsh:  preflight completions zsh > a folder of $fpath, as _preflight\nfish: preflight completions fish > ~/.config/fish/completions/preflight.fish"
)]
pub(super) struct CompletionsArgs {
    /// The shell to write for
    pub(super) shell: clap_complete::Shell,
}

/// Print a manual page, for `man`.
#[derive(Debug, Args)]
#[command(
    after_help = "To read one: preflight man check | man -l -\nTo install it: preflight man check > ~/.local/share/man/man1/preflight-check.1"
)]
pub(super) struct ManArgs {
    /// The command that the page is about [default: preflight as a whole]
    pub(super) command: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    Human,
    Json,
    Concise,
    Sarif,
    Github,
    Markdown,
    Junit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
}

/// A moment that can be read: a misspelt one would make everything young.
pub(super) fn moment(text: &str) -> Result<String, String> {
    match crate::eval::Instant::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => {
            Err("a moment is written as 2026-11-23T12:00:00Z, 2026-11-23, or in seconds since 1970"
                .to_owned())
        }
    }
}
