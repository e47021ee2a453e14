//! Lists of all rules: for the terminal, and for the generated part of the README.

use super::Rulebook;
use super::plain::visible;
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// One line a rule: name, severity, group, headline.
#[must_use]
pub fn table(book: &Rulebook) -> String {
    let names = book.iter().map(|rule| rule.name.0.width()).max().unwrap_or(0);
    let groups = book.iter().map(|rule| visible(&rule.group).width()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in book.iter() {
        let (name, severity, group) = (&rule.name.0, rule.severity_word(), visible(&rule.group));
        let headline = rule.headline.outline();
        // Writing to a string does not fail.
        let _ = writeln!(out, "{name:names$}  {severity:7}  {group:groups$}  {headline}");
    }
    out
}

/// The same as a Markdown table, each name a link to its page.
#[must_use]
pub fn markdown_table(book: &Rulebook) -> String {
    let mut out = String::from("| rule | severity | reports |\n|---|---|---|\n");
    for rule in book.iter() {
        let (name, group, severity) = (&rule.name.0, &rule.group, rule.severity_word());
        let headline = rule.headline.outline().replace('|', "\\|");
        let _ = writeln!(out, "| [`{name}`](rules/{group}/{name}.md) | {severity} | {headline} |");
    }
    out
}

/// The names that other tools give to rules, one a line: the name, the rule. Sorted by name.
#[must_use]
pub fn aliases(book: &Rulebook) -> String {
    let mut pairs: Vec<(&str, &str)> = book
        .iter()
        .flat_map(|rule| rule.aliases.iter().map(|alias| (alias.as_str(), rule.name.0.as_str())))
        .collect();
    pairs.sort_unstable();
    let width = pairs.iter().map(|(alias, _)| visible(alias).width()).max().unwrap_or(0);
    let mut out = String::new();
    for (alias, rule) in pairs {
        let alias = visible(alias);
        // Writing to a string does not fail.
        let _ = writeln!(out, "{alias:width$}  {rule}");
    }
    out
}
