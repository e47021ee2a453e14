//! Flags of `triage`.

use crate::cli::args::{CheckArgs, ColorArg};
use clap::{Args, Parser, ValueEnum};
use std::ffi::OsString;
use std::path::PathBuf;

/// Tell from an error message what went wrong, and what to ask for next.
///
/// Reads what was pasted: a mail or a log with one message or many, the product's REST error, CloudTrail events, lines of the
/// AWS CLI, Terraform or CloudFormation, an answer of the policy simulator, a decoded authorization message, or the product's
/// CSV of failed imports. With --evidence each cause is confirmed or ruled out. Nothing is sent anywhere.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 a cause is confirmed (or nothing went wrong), 3 causes are left to tell apart, 2 the run failed"
)]
pub(in crate::cli) struct TriageArgs {
    /// The message; `-` or nothing reads standard input
    pub(in crate::cli) file: Option<PathBuf>,

    /// Documents that came with it: files, folders, a snapshot or a bundle; may be given several times
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub(in crate::cli) evidence: Vec<PathBuf>,
    /// An import that went wrong without a message
    #[arg(long, value_name = "SYMPTOM", conflicts_with = "file")]
    pub(in crate::cli) symptom: Option<SymptomArg>,

    /// The product whose messages these are (see `preflight consumers`)
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    consumer: Option<String>,
    /// The account that is connected, 12 digits
    #[arg(long, value_name = "ID", help_heading = "Form")]
    account: Option<String>,
    /// What the account is in its organization: root (payer) or linked
    #[arg(long, value_name = "KIND", help_heading = "Form")]
    account_kind: Option<String>,
    /// The bucket the export is delivered to
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    bucket: Option<String>,
    /// The account that owns the bucket [default: the connected account]
    #[arg(long, value_name = "ID", help_heading = "Form")]
    bucket_account: Option<String>,
    /// The name of the export or report
    #[arg(long, value_name = "NAME", help_heading = "Form")]
    export_name: Option<String>,
    /// The S3 path prefix of the export
    #[arg(long, value_name = "PATH", help_heading = "Form")]
    export_path: Option<String>,
    /// cur-2.0 or cur-legacy
    #[arg(long, value_name = "TYPE", help_heading = "Form")]
    export_type: Option<String>,
    /// bucket-only, find-report or create-report
    #[arg(long, value_name = "MODE", help_heading = "Form")]
    mode: Option<String>,
    /// ARN of the user or role whose key the product has
    #[arg(long, value_name = "ARN", help_heading = "Form")]
    reader: Option<String>,
    /// A file with what it is: a role (scp, bucket-policy) or the command that answered it (get-export)
    #[arg(long, value_name = "KIND=FILE")]
    document: Vec<String>,
    /// The moment to judge for, as 2026-11-23T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = crate::cli::args::moment)]
    now: Option<String>,

    /// How to print the answer; csv and json go row by row through a CSV of failed imports
    #[arg(long, value_name = "FORMAT", default_value = "human", help_heading = "Output")]
    pub(in crate::cli) format: TriageFormat,
    /// Write an answer to the customer, in plain text
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) reply: bool,
    /// Replace account numbers, names and ids, as `preflight bundle` does
    #[arg(long, help_heading = "Output")]
    pub(in crate::cli) redact: bool,
    /// When to colour
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(in crate::cli) color: ColorArg,
    /// One line a message
    #[arg(short, long, help_heading = "Output")]
    pub(in crate::cli) quiet: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TriageFormat {
    Human,
    Json,
    Markdown,
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SymptomArg {
    /// Costs of some accounts are missing, and the import is green
    MissingAccounts,
    /// Everything is green, and the cost is zero
    ZeroCost,
    /// Nothing new has come for days
    Stale,
    /// The product says that there was never an import
    NeverImported,
    /// Whole months are missing
    MissingMonths,
}

impl SymptomArg {
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            SymptomArg::MissingAccounts => "missing-accounts",
            SymptomArg::ZeroCost => "zero-cost",
            SymptomArg::Stale => "stale",
            SymptomArg::NeverImported => "never-imported",
            SymptomArg::MissingMonths => "missing-months",
        }
    }
}

/// The flags of `check` alone.
#[derive(Debug, Parser)]
struct CheckOnly {
    #[command(flatten)]
    check: CheckArgs,
}

impl TriageArgs {
    /// Whether documents were given.
    pub(in crate::cli) fn has_evidence(&self) -> bool {
        !self.evidence.is_empty() || !self.document.is_empty()
    }

    /// What `check` would be given for the same documents and form.
    pub(in crate::cli) fn check(&self) -> Result<CheckArgs, clap::Error> {
        let flags: [(&str, &Option<String>); 11] = [
            ("--consumer", &self.consumer),
            ("--account", &self.account),
            ("--account-kind", &self.account_kind),
            ("--bucket", &self.bucket),
            ("--bucket-account", &self.bucket_account),
            ("--export-name", &self.export_name),
            ("--export-path", &self.export_path),
            ("--export-type", &self.export_type),
            ("--mode", &self.mode),
            ("--reader", &self.reader),
            ("--now", &self.now),
        ];
        let mut words: Vec<OsString> = vec!["preflight".into()];
        for (name, value) in flags {
            words.extend(value.iter().map(|value| format!("{name}={value}").into()));
        }
        words.extend(self.document.iter().map(|value| format!("--document={value}").into()));
        words.push("--".into());
        words.extend(self.evidence.iter().map(|path| path.clone().into_os_string()));
        Ok(CheckOnly::try_parse_from(words)?.check)
    }
}
