//! The `preflight` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    preflight::cli::run(std::env::args_os())
}
