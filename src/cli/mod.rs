//! The command line: one file a sub-command. Reads the environment, decides how output looks, and the exit code.

mod args;
mod base;
mod bundle;
mod check;
mod collect;
mod completions;
mod consumers;
mod diff;
mod explain;
mod fault;
mod fix;
mod gate;
mod generate;
mod git;
mod given;
mod lint;
mod live;
mod man;
mod output;
mod permissions;
mod rules;
mod save;
mod setup;
mod simulate;
mod terminal;
mod triage;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::process::ExitCode;

/// What a run ends with. Documented in the README; never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Ready.
    Ready,
    /// Not ready, or a finding at the threshold.
    NotReady,
    /// The run failed: usage, an unreadable file, a broken rule page, nothing to judge.
    Failed,
    /// Cannot tell.
    CannotTell,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Ready => 0,
            Exit::NotReady => 1,
            Exit::Failed => 2,
            Exit::CannotTell => 3,
        })
    }
}

/// The command with all of its sub-commands and options, for documents and tests.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command with these arguments, the program's name first.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; a broken pipe is neither.
            let _ = error.print();
            return if error.use_stderr() { Exit::Failed.into() } else { Exit::Ready.into() };
        }
    };
    let result = match cli.command {
        Command::Check(args) => check::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Collect(args) => collect::run(&args),
        Command::Permissions(args) => permissions::run(&args),
        Command::Bundle(args) => bundle::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Triage(args) => triage::run(&args),
        Command::Fix(args) => fix::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Consumers(args) => consumers::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) => {
            terminal::talk(&format!("error: {error:#}"));
            Exit::Failed.into()
        }
    }
}
