//! `preflight man [COMMAND]`

use super::args::ManArgs;
use super::{Exit, command, terminal};
use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

/// What no option tells: sections at the end of each page, with their paragraphs.
const CLOSING: [(&str, &[(&str, &str)]); 3] = [
    (
        "EXIT STATUS",
        &[
            ("0", "Ready. Of other commands than check: done."),
            ("1", "Not ready, or a finding at --fail-on."),
            ("2", "The run failed: usage, an unreadable file, a broken rule page, nothing to judge."),
            ("3", "Cannot tell; 0 with --allow-unknown."),
        ],
    ),
    (
        "FILES",
        &[(
            "preflight.toml",
            "Read in the folder that is checked: the consumer, the values of the form, and which document is what.",
        )],
    ),
    (
        "ENVIRONMENT",
        &[
            ("NO_COLOR, CLICOLOR_FORCE, TERM", "Whether output is coloured, unless --color says it."),
            ("COLUMNS", "How wide output may be."),
            ("LC_ALL, LC_CTYPE, LANG", "A locale that is not UTF-8 gets ASCII."),
        ],
    ),
];

pub(super) fn run(args: &ManArgs) -> anyhow::Result<Exit> {
    let whole = command();
    let page = match &args.command {
        None => whole,
        Some(name) => {
            let known: Vec<&str> = whole.get_subcommands().map(Command::get_name).collect();
            let Some(found) = whole.find_subcommand(name) else {
                anyhow::bail!("there is no command `{name}`; there are {}", known.join(", "));
            };
            let title = format!("preflight-{}", found.get_name());
            let synopsis = format!("preflight {}", found.get_name());
            found.clone().name(title).bin_name(synopsis).version(env!("CARGO_PKG_VERSION"))
        }
    };
    terminal::print(&render(page)?)?;
    Ok(Exit::Ready)
}

fn render(mut page: Command) -> anyhow::Result<String> {
    page.build();
    let subcommands = page.has_subcommands();
    let after = page.get_after_help().map(ToString::to_string);
    let man = Man::new(page);
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if subcommands {
        man.render_subcommands_section(&mut out)?;
    }
    let mut closing = Roff::new();
    if let Some(after) = after.filter(|text| !text.starts_with("Exit codes")) {
        closing.control("SH", ["NOTES"]);
        for line in after.lines() {
            closing.text([roman(line)]).control("br", []);
        }
    }
    for (heading, entries) in CLOSING {
        closing.control("SH", [heading]);
        for (term, words) in entries {
            closing.control("TP", []).text([roman(*term)]).text([roman(*words)]);
        }
    }
    closing.to_writer(&mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}
