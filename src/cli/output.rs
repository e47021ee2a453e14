//! A report in the form that was asked for, with paths as the repository has them.

use super::args::{ColorArg, FormatArg};
use super::terminal;
use crate::finding::Report;
use crate::render::{Format, Setting, Tree, render};
use crate::rulebook::Rulebook;
use crate::source::Sources;
use anyhow::Context;
use clap::ValueEnum;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A report that is also written into a file, in a form of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportFile {
    pub(super) format: FormatArg,
    path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').unwrap_or((text, ""));
        let format = FormatArg::from_str(format, false).map_err(|_| {
            let known = FormatArg::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| value.get_name().to_owned()).collect();
            format!("`{format}` is no format; known are {}", known.join(", "))
        })?;
        match path {
            "" | "-" => Err("the name of a file belongs behind `=`, as in sarif=preflight.sarif".to_owned()),
            path => Ok(Self { format, path: PathBuf::from(path) }),
        }
    }
}

/// How a report is to be printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) format: FormatArg,
    pub(super) color: ColorArg,
    pub(super) quiet: bool,
}

impl Output {
    /// Prints the report, and writes it into the files that were asked for.
    pub(super) fn print(
        self,
        files: &[ReportFile],
        report: &Report,
        sources: &Sources,
        book: &Rulebook,
    ) -> anyhow::Result<()> {
        for file in files {
            let output = Self { format: file.format, color: ColorArg::Never, quiet: false };
            std::fs::write(&file.path, output.show(report, sources, book))
                .with_context(|| format!("--report: cannot write `{}`", file.path.display()))?;
        }
        terminal::print(&self.show(report, sources, book))
    }

    /// The report as bytes to print.
    pub(super) fn show(self, report: &Report, sources: &Sources, book: &Rulebook) -> String {
        let format = format(self.format);
        let tree = match format {
            Format::Sarif | Format::Github | Format::Junit | Format::Markdown => {
                Tree { base: base(report), ..tree() }
            }
            Format::Human | Format::Json | Format::Concise => Tree::default(),
        };
        let style = terminal::style(self.color, self.quiet);
        render(report, sources, format, Setting { style: &style, book, tree: &tree })
    }
}

fn format(format: FormatArg) -> Format {
    match format {
        FormatArg::Human => Format::Human,
        FormatArg::Json => Format::Json,
        FormatArg::Concise => Format::Concise,
        FormatArg::Sarif => Format::Sarif,
        FormatArg::Github => Format::Github,
        FormatArg::Markdown => Format::Markdown,
        FormatArg::Junit => Format::Junit,
    }
}

/// What stands before the names of files of the revision that was compared with.
fn base(report: &Report) -> String {
    report.changes.as_ref().map_or_else(String::new, |changes| super::base::prefix(&changes.base))
}

/// The repository around the working directory: the nearest folder above that holds `.git`.
pub(super) fn tree() -> Tree {
    let Ok(here) = std::env::current_dir() else { return Tree::default() };
    let root = here.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&here);
    let below = here.strip_prefix(root).unwrap_or(Path::new(""));
    let text = |path: &Path| path.to_string_lossy().replace('\\', "/");
    Tree { root: text(root), below: text(below), ..Tree::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_in_a_file_names_its_form_and_the_file() {
        let file: ReportFile = "sarif=out/a=b.sarif".parse().unwrap();
        assert_eq!(file, ReportFile { format: FormatArg::Sarif, path: PathBuf::from("out/a=b.sarif") });
        for (text, told) in
            [("xml=a", "known are human, json"), ("sarif", "the name of a file"), ("sarif=-", "the name")]
        {
            assert!(text.parse::<ReportFile>().unwrap_err().contains(told), "{text}");
        }
    }
}
