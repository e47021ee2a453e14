//! `preflight completions SHELL`

use super::args::CompletionsArgs;
use super::{Exit, command, terminal};
use crate::judge::Library;
use clap::builder::PossibleValuesParser;
use std::io::Write;

pub(super) fn run(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let rules: Vec<String> = library.book().iter().map(|rule| rule.name.0.clone()).collect();
    let consumers: Vec<String> = library.contracts().map(|contract| contract.name.clone()).collect();
    // The names are offered here only: the program itself answers to a name that it does not know with the nearest one.
    let mut command = command()
        .mut_subcommand("explain", |explain| offer(explain, "rule", &rules))
        .mut_subcommand("check", |check| offer(offer(check, "only", &rules), "consumer", &consumers));
    let others: Vec<String> = command.get_subcommands().map(|each| each.get_name().to_owned()).collect();
    command = command.mut_subcommand("man", |man| offer(man, "command", &others));
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "preflight", &mut script);
    script.flush()?;
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ready)
}

fn offer(command: clap::Command, argument: &'static str, names: &[String]) -> clap::Command {
    let names = names.to_vec();
    command.mut_arg(argument, |arg| arg.value_parser(PossibleValuesParser::new(names)))
}
