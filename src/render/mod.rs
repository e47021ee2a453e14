//! A report as bytes: for people, for programs, for logs.
//!
//! Nothing here looks at the environment or the terminal: the caller decides and says so in [`Style`]. What to say
//! stands in the report; this module only says how it looks.

pub mod concise;
mod conflict;
pub mod github;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
mod paint;
pub mod sarif;
pub mod simulation;
mod suggest;
pub mod tree;
pub mod triage;
pub mod view;
mod wrap;

use crate::finding::Report;
use crate::rulebook::Rulebook;
use crate::source::Sources;
pub use conflict::words as conflict_words;
pub use tree::Tree;

/// How the output may look. The caller knows the terminal and the user's wishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with characters outside of ASCII.
    pub unicode: bool,
    /// Columns of the terminal. Less than [`Style::MIN_WIDTH`] is taken as that.
    pub width: usize,
    /// Whether the terminal understands hyperlinks (OSC 8).
    pub links: bool,
    /// Verdicts and one line a finding, nothing else.
    pub quiet: bool,
}

impl Style {
    /// Narrower output than this cannot be read.
    pub const MIN_WIDTH: usize = 40;

    /// Without colour, 100 columns: for files and tests.
    #[must_use]
    pub fn plain() -> Self {
        Self { color: false, unicode: true, width: 100, links: false, quiet: false }
    }

    fn columns(&self) -> usize {
        self.width.max(Self::MIN_WIDTH)
    }
}

/// The forms a report can be had in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A summary and drawn findings, for a person at a terminal.
    Human,
    /// The versioned type of [`json::v1`], for programs.
    Json,
    /// One line a finding, for editors and logs.
    Concise,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, shown beside the code.
    Github,
    /// For the summary of a job.
    Markdown,
    /// JUnit's XML, for build servers.
    Junit,
}

/// What a form needs beside the report.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// How it may look, for the forms that people read at a terminal.
    pub style: &'a Style,
    /// The words of rules.
    pub book: &'a Rulebook,
    /// The repository that the documents stand in.
    pub tree: &'a Tree,
}

/// Renders a report. The text ends with a line break.
#[must_use]
pub fn render(report: &Report, sources: &Sources, format: Format, setting: Setting<'_>) -> String {
    let Setting { style, book, tree } = setting;
    match format {
        Format::Human => human::render(report, sources, style),
        Format::Json => json::v1::render(report, sources),
        Format::Concise => concise::render(report, sources, style),
        Format::Sarif => sarif::render(report, sources, book, tree),
        Format::Github => github::render(report, sources, tree),
        Format::Junit => junit::render(report, sources, tree),
        Format::Markdown => markdown::render(report, sources, tree),
    }
}
