//! `docs/cli.md`: every command with its options.

use super::whole;
use clap::{Arg, Command};
use std::fmt::Write as _;

#[test]
fn the_reference_of_the_command_line_is_up_to_date() {
    let mut command = preflight::cli::command();
    command.build();
    let mut out = String::from(
        "# Command line\n\nGenerated from the program; `preflight COMMAND --help` prints the same, `preflight man COMMAND` a manual page.\n\n",
    );
    for each in command.get_subcommands().filter(|each| each.get_name() != "help") {
        let name = each.get_name();
        let _ = writeln!(out, "- [`preflight {name}`](#preflight-{name}): {}", about(each));
    }
    for each in command.get_subcommands().filter(|each| each.get_name() != "help") {
        subcommand(&mut out, each);
    }
    whole("docs/cli.md", &out);
}

fn about(command: &Command) -> String {
    command.get_about().unwrap_or_else(|| panic!("{} has no words", command.get_name())).to_string()
}

fn subcommand(out: &mut String, command: &Command) {
    let _ = write!(out, "\n## preflight {}\n\n", command.get_name());
    match command.get_long_about() {
        Some(long) => out.push_str(&long.to_string()),
        None => {
            let _ = write!(out, "{}.", about(command));
        }
    }
    out.push_str("\n\n```text\n");
    let usage = command.clone().render_usage().to_string();
    out.push_str(usage.trim_start_matches("Usage: "));
    out.push_str("\n```\n");
    let positionals: Vec<&Arg> = command.get_positionals().collect();
    table(out, "Arguments", &positionals);
    let mut headings: Vec<Option<&str>> = Vec::new();
    for option in options(command) {
        if !headings.contains(&option.get_help_heading()) {
            headings.push(option.get_help_heading());
        }
    }
    for heading in headings {
        let below: Vec<&Arg> = options(command).filter(|arg| arg.get_help_heading() == heading).collect();
        table(out, heading.unwrap_or("Options"), &below);
    }
    if let Some(after) = command.get_after_help() {
        let _ = write!(out, "\n```text\n{after}\n```\n");
    }
}

fn table(out: &mut String, heading: &str, args: &[&Arg]) {
    if args.is_empty() {
        return;
    }
    let _ = write!(out, "\n### {heading}\n\n| | |\n|---|---|\n");
    for arg in args {
        let mut names = Vec::new();
        names.extend(arg.get_short().map(|short| format!("-{short}")));
        names.extend(arg.get_long().map(|long| format!("--{long}")));
        let takes = arg.get_action().takes_values();
        let value = arg.get_value_names().and_then(|names| names.first()).filter(|_| takes);
        let shown = match (names.join(", "), value) {
            (names, Some(value)) if names.is_empty() => value.to_string(),
            (names, Some(value)) => format!("{names} {value}"),
            (names, None) => names,
        };
        let mut words = arg.get_help().unwrap_or_else(|| panic!("{shown} has no words")).to_string();
        let choices: Vec<String> = if takes {
            arg.get_possible_values().iter().map(|v| format!("`{}`", v.get_name())).collect()
        } else {
            vec![]
        };
        if !choices.is_empty() {
            let _ = write!(words, ": {}", choices.join(", "));
        }
        let usual: Vec<String> =
            arg.get_default_values().iter().map(|value| format!("`{}`", value.to_string_lossy())).collect();
        if takes && !usual.is_empty() {
            let _ = write!(words, " [default: {}]", usual.join(", "));
        }
        let _ = writeln!(out, "| `{shown}` | {} |", words.replace('|', "\\|"));
    }
}

/// Options and flags, but the one for help.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional() && arg.get_id() != "help")
}

fn run(args: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_preflight"))
        .args(args)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_shell_completes_commands_and_options_and_some_the_names_of_rules() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, talk) = run(&["completions", shell]);
        assert_eq!((code, talk.as_str()), (0, ""), "{shell}");
        // The generators for the other two complete no values.
        let values = ["bash", "fish", "zsh"].contains(&shell);
        let words = ["form-path-last-folder", "spendeffix-root"].into_iter().filter(|_| values);
        for word in words.chain(["export-path", "bucket-policy"]) {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
    assert_eq!(run(&["completions", "tcsh"]).0, 2);
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let command = preflight::cli::command();
    for each in command.get_subcommands() {
        let (code, page, talk) = run(&["man", each.get_name()]);
        assert_eq!((code, talk.as_str()), (0, ""));
        let title = format!(".TH preflight-{} 1", each.get_name());
        assert!(page.contains(&title), "{page}");
        for option in options(each).filter_map(|arg| arg.get_long()) {
            assert!(page.contains(&option.replace('-', "\\-")), "{title} does not name --{option}");
        }
        assert!(page.contains(".SH \"EXIT STATUS\""), "{page}");
    }
    assert!(run(&["man"]).1.contains("preflight\\-check(1)"));
    let (code, _, talk) = run(&["man", "chek"]);
    assert_eq!(code, 2);
    assert!(talk.contains("there is no command `chek`; there are check, "), "{talk}");
}

#[test]
fn a_rule_is_explained_by_its_name_or_its_path_and_a_near_one_is_offered() {
    for typed in ["form-path-last-folder", "Form_Path_Last_Folder", "rules/form/form-path-last-folder.md"] {
        let (code, page, _) = run(&["explain", typed]);
        assert_eq!(code, 0, "{typed}");
        assert!(page.starts_with("form-path-last-folder\nerror"), "{page}");
        assert!(page.contains("help: type"), "{page}");
    }
    for args in [&["explain", "form-path-lastfolder"][..], &["check", "--only", "form-path-lastfolder"]] {
        let (code, _, talk) = run(args);
        assert_eq!(code, 2);
        assert!(talk.contains("did you mean `form-path-last-folder`?"), "{talk}");
    }
    assert!(!run(&["explain", "xyz"]).2.contains("did you mean"));
}
