//! Flags of what asks AWS, and of what is written for others.

use super::CheckArgs;
use crate::catalog::{Partition, partitions};
use crate::eval::{Caller, CallerKind};
use crate::policy::arn::account_of;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "AWS")]
pub(in crate::cli) struct LiveArgs {
    /// Ask AWS for the documents; only reads (see `preflight permissions`)
    #[arg(long)]
    pub(in crate::cli) live: bool,
    /// Make the product's own calls with the reader's key: a profile that holds it, `-` for the environment's
    #[arg(long, value_name = "PROFILE")]
    pub(in crate::cli) as_reader: Option<String>,
    /// The profile of the AWS configuration to ask with
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) profile: Option<String>,
    /// The region, where the configuration names none
    #[arg(long, value_name = "REGION")]
    pub(in crate::cli) region: Option<String>,
    /// Another address than AWS's, for all services
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) endpoint_url: Option<String>,
    /// A role to assume before asking
    #[arg(long, value_name = "ARN")]
    pub(in crate::cli) role: Option<String>,
    /// The MFA device's ARN; its code is asked for unless --mfa-code gives it, and reaches --role and --linked-role, too
    #[arg(long, value_name = "ARN")]
    pub(in crate::cli) mfa_serial: Option<String>,
    /// The code that the MFA device shows
    #[arg(long, value_name = "CODE", requires = "mfa_serial")]
    pub(in crate::cli) mfa_code: Option<String>,
    /// The identifier of the access key that the product gets, where the user is not known
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) reader_access_key_id: Option<String>,
    /// A role that is in every linked account: its name; it is assumed to read what the product's user there may do
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) linked_role: Option<String>,
    /// ARN of the product's user in a linked account; may be given several times
    #[arg(long, value_name = "ARN", value_parser = of_account)]
    pub(in crate::cli) linked_reader: Vec<String>,
    /// Do not ask AWS's policy simulator
    #[arg(long)]
    pub(in crate::cli) no_simulate: bool,
    /// Keep what AWS answered in this file; where it is of a run that was cut short, its answers are not asked for again
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) snapshot: Option<PathBuf>,
    /// Seconds after which asking stops, with what was answered
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(in crate::cli) deadline: u64,
    /// Seconds for one attempt of one call
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(in crate::cli) timeout: u64,
}

/// An ARN with an account in it.
fn of_account(arn: &str) -> Result<String, String> {
    match account_of(arn) {
        Some(number) if number.len() == 12 => Ok(arn.to_owned()),
        Some(_) | None => {
            Err("an ARN with an account is needed, `arn:aws:iam::222233334444:user/reader`".to_owned())
        }
    }
}

/// An account's number: 12 digits, as they are or with the console's dashes.
fn number(text: &str) -> Result<String, String> {
    let digits = text.replace('-', "");
    if digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err("an account has 12 digits, `111122223333`".to_owned())
}

/// The name of a bucket, those of old buckets among them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> (checked 2026-11)
fn bucket(text: &str) -> Result<String, String> {
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if (3..=255).contains(&text.len()) && text.bytes().all(is_of_one) {
        return Ok(text.to_owned());
    }
    Err("a bucket's name has letters, digits, `-` and `.`, `acme-billing`".to_owned())
}

/// The name of a role, with the path before it where it has one.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (checked 2026-11)
fn role(text: &str) -> Result<String, String> {
    let is_of_one = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let name = text.rsplit('/').next().unwrap_or(text);
    if text.split('/').all(|part| !part.is_empty() && part.bytes().all(is_of_one)) && name.len() <= 64 {
        return Ok(text.to_owned());
    }
    Err("a role's name has letters, digits and `_+=,.@-`, at most 64 of them, `OrganizationAccountAccessRole`".to_owned())
}

/// Who can be a reader.
fn reader(text: &str) -> Result<String, String> {
    use CallerKind::{Role, Root, Session, User};
    match Caller::parse(text) {
        Ok(caller) if matches!(caller.kind(), User | Role | Session | Root) && caller.account().is_some() => {
            Ok(text.to_owned())
        }
        Ok(_) | Err(_) => {
            Err("the ARN of a user or a role is needed, `arn:aws:iam::222233334444:user/reader`".to_owned())
        }
    }
}

fn partition(text: &str) -> Result<String, String> {
    let names: Vec<&str> = partitions().iter().map(Partition::name).collect();
    if names.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(format!("a partition is one of {}", names.join(", ")))
}

impl LiveArgs {
    /// Whether AWS is to be asked.
    pub(in crate::cli) fn is_asked(&self) -> bool {
        self.live || self.as_reader.is_some()
    }
}

/// Ask AWS, and write what it answers into one file.
///
/// The file is a snapshot: `preflight check FILE` says what `preflight check --live` would have said. If the file is
/// there and was cut short, answers that it holds are not asked for again, so that a run that was stopped goes on; one
/// that is whole is asked for anew. Only reads.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 3 written, but not all could be read, 2 the run failed")]
pub(in crate::cli) struct CollectArgs {
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    #[command(flatten)]
    pub(in crate::cli) check: CheckArgs,
}

/// Print the least policy for running preflight itself, with the reason for each action.
#[derive(Debug, Args)]
pub(in crate::cli) struct PermissionsArgs {
    /// What preflight is run for
    #[arg(long = "for", value_name = "PURPOSE", default_value = "check")]
    pub(in crate::cli) purpose: PurposeArg,
    /// In which form
    #[arg(long = "as", value_name = "FORM", default_value = "json")]
    pub(in crate::cli) form: PolicyForm,
    /// The account, 12 digits [default: any]
    #[arg(long, value_name = "ID", value_parser = number)]
    pub(in crate::cli) account: Option<String>,
    /// The bucket [default: any]
    #[arg(long, value_name = "NAME", value_parser = bucket)]
    pub(in crate::cli) bucket: Option<String>,
    /// The account that owns the bucket [default: the account]
    #[arg(long, value_name = "ID", value_parser = number)]
    pub(in crate::cli) bucket_account: Option<String>,
    /// The role that is assumed in linked accounts: its name [default: none is]
    #[arg(long, value_name = "NAME", value_parser = role)]
    pub(in crate::cli) linked_role: Option<String>,
    /// ARN of the reader: what is asked of roles alone is left out for a user
    #[arg(long, value_name = "ARN", value_parser = reader)]
    pub(in crate::cli) reader: Option<String>,
    /// The partition: aws, aws-cn or aws-us-gov [default: the reader's]
    #[arg(long, value_name = "NAME", value_parser = partition)]
    pub(in crate::cli) partition: Option<String>,
    /// Leave out AWS's policy simulator, which --no-simulate does not ask
    #[arg(long)]
    pub(in crate::cli) no_simulate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PurposeArg {
    /// `preflight check --live`
    Check,
    /// `preflight collect`
    Collect,
    /// `--as-reader`
    AsReader,
    /// AWS's policy simulator
    Simulate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PolicyForm {
    Json,
    Terraform,
    Cloudformation,
}

/// Write the evidence into one file that can be shown to others.
///
/// Takes what `preflight check` takes. Account numbers and names, user, group, role and bucket names, names of sessions and of
/// second factors, external ids, identifiers of keys, users and organizations, mail addresses, descriptions and values of
/// tags are replaced by others of the same length, the same everywhere in the file; internet addresses, names of policies
/// and exports, names of files in buckets, and every `Sid` stay. Before it is written, the bundle is judged, and must be
/// judged as the documents are. Secrets are refused.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 written, 2 not written")]
pub(in crate::cli) struct BundleArgs {
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: PathBuf,
    /// Leave names as they are
    #[arg(long)]
    pub(in crate::cli) no_redact: bool,
    /// Where to write which name became which; keep it to yourself [default: FILE with `.mapping.json`]
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) mapping: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) check: CheckArgs,
}
