//! A report in the form that was asked for, with paths as the repository has them.

use super::args::{ColorArg, FormatArg};
use super::terminal;
use crate::finding::Report;
use crate::render::{Format, Setting, Tree, render};
use crate::rulebook::Rulebook;
use crate::source::Sources;
use std::path::Path;

/// How a report is to be printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) format: FormatArg,
    pub(super) color: ColorArg,
    pub(super) quiet: bool,
}

impl Output {
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
