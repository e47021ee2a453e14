//! Flags of `preflight simulate` and their words.

use crate::cli::args::ColorArg;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Ask whether a principal may do an action with a resource: allowed, denied, mixed, or depends.
///
/// Every place takes patterns with `*` and `?`: `arn:aws:iam::111122223333:role/*`, `s3:Get*`, `arn:aws:s3:::acme-billing/*`. The
/// answer then is one for all of them: `mixed` says that some are allowed and some are not, with one of each.
/// What was not given is presumed not to be there, and named under "Assumed" where it matters; not so the policies of the
/// principal, and the policy of a resource in another account, of a KMS key or of a role to assume: without those the
/// answer depends on them. Nothing is sent anywhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 allowed (or as expected), 1 denied or mixed (or not as expected), 3 depends, 2 the run failed"
)]
pub(in crate::cli) struct SimulateArgs {
    /// Who asks: an ARN, a service such as `s3.amazonaws.com`, an identity provider such as `accounts.google.com`, `anonymous`, an
    /// account, or a pattern
    #[arg(long, value_name = "WHO", help_heading = "Question")]
    pub(in crate::cli) principal: Option<String>,
    /// What for: `s3:GetObject`, `s3:Get*`; may be given several times
    #[arg(long, value_name = "ACTION", help_heading = "Question")]
    pub(in crate::cli) action: Vec<String>,
    /// With what: an ARN or a pattern; may be given several times [default: all that the actions work on]
    #[arg(long, value_name = "ARN", help_heading = "Question")]
    pub(in crate::cli) resource: Vec<String>,
    /// A condition key of the request: `key=value`, `key=pattern*` (every such value), `key=?` (not known), `key=absent`,
    /// `key==text` (literally); may be given several times
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Question")]
    pub(in crate::cli) context: Vec<String>,
    /// The principal's account, for a principal written as `user/NAME`, `role/NAME` or `root`
    #[arg(long, value_name = "ID", help_heading = "Question")]
    pub(in crate::cli) account: Option<String>,
    /// The account that owns the resource, where its ARN does not say [default: the principal's]
    #[arg(long, value_name = "ID", help_heading = "Question")]
    pub(in crate::cli) resource_account: Option<String>,
    /// The moment of the request, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = crate::cli::args::moment, help_heading = "Question")]
    pub(in crate::cli) now: Option<String>,
    /// A table of questions with the answers that are expected
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Question",
        conflicts_with_all = ["principal", "action", "resource", "context", "expect"]
    )]
    pub(in crate::cli) cases: Option<PathBuf>,

    /// A policy of the principal; may be given several times
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) policy: Vec<PathBuf>,
    /// The policy of the resource: a bucket policy, a queue's, the trust policy of a role
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) resource_policy: Vec<PathBuf>,
    /// The principal's permissions boundary
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) boundary: Vec<PathBuf>,
    /// The policy that the session was made with
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) session_policy: Vec<PathBuf>,
    /// Service control policies of one level, the root's first: `--scp root.json --scp ou-1.json,ou-2.json`
    #[arg(long, value_name = "FILES", help_heading = "Documents")]
    pub(in crate::cli) scp: Vec<PathBuf>,
    /// Resource control policies of one level, the root's first
    #[arg(long, value_name = "FILES", help_heading = "Documents")]
    pub(in crate::cli) rcp: Vec<PathBuf>,
    /// The policy of the VPC endpoint
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) endpoint_policy: Vec<PathBuf>,
    /// The policy of the KMS key, for actions of KMS
    #[arg(long, value_name = "FILE", help_heading = "Documents")]
    pub(in crate::cli) key_policy: Vec<PathBuf>,
    /// A layer that is known not to be there; may be given several times
    #[arg(long, value_name = "LAYER", help_heading = "Documents")]
    pub(in crate::cli) absent: Vec<LayerArg>,
    /// Block Public Access of the bucket has `RestrictPublicBuckets` on
    #[arg(long, help_heading = "Documents")]
    pub(in crate::cli) restrict_public_buckets: bool,
    /// Presume nothing: what was not given counts as not known
    #[arg(long, help_heading = "Documents")]
    pub(in crate::cli) strict: bool,

    /// The answer that is expected; the exit code says whether it is the one
    #[arg(long, value_name = "ANSWER", help_heading = "Output")]
    pub(in crate::cli) expect: Option<AnswerArg>,
    /// How to print the answer
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(in crate::cli) format: SimulateFormat,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(in crate::cli) color: ColorArg,
    /// The answer alone
    #[arg(short, long, help_heading = "Output")]
    pub(in crate::cli) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SimulateFormat {
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AnswerArg {
    Allowed,
    Denied,
    Mixed,
    Depends,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LayerArg {
    Identity,
    Resource,
    Boundary,
    Session,
    Scp,
    Rcp,
    Endpoint,
}
