//! Living with findings: what `preflight.toml` asks of them, and a baseline of those that are known from before.

use super::fault;
use super::output::ReportFile;
use super::terminal;
use crate::config::{self, Config};
use crate::finding::{Fingerprint, Inline, Report, RuleName, fingerprints};
use crate::judge::{Library, Settings, settle};
use crate::load;
use crate::rulebook::nearest;
use crate::source::Sources;
use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The number in the field `version` of a baseline.
const VERSION: u64 = 1;

#[derive(Debug, Clone, Default, Args)]
pub(super) struct GateArgs {
    /// Do not show findings that stand in this file, which --write-baseline made
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the findings of this run into a file, as those that are known
    #[arg(long, value_name = "FILE", help_heading = "Judging")]
    pub(super) write_baseline: Option<PathBuf>,
    /// Write the report into a file as well, in a form of its own: `sarif=preflight.sarif`; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", help_heading = "Output")]
    pub(super) report: Vec<ReportFile>,
}

/// What a report is settled with.
pub(super) struct Gate<'a> {
    pub(super) args: &'a GateArgs,
    pub(super) config: &'a Config,
    pub(super) folder: &'a Path,
    pub(super) now: &'a str,
    pub(super) lints: bool,
    pub(super) only: &'a [RuleName],
}

impl Gate<'_> {
    /// Applies the settings to a report.
    pub(super) fn settle(
        &self,
        library: &Library,
        report: &mut Report,
        sources: &Sources,
    ) -> anyhow::Result<()> {
        self.know_rules(library, sources)?;
        let baseline = self.args.baseline.as_deref().map(read).transpose()?.unwrap_or_default();
        let folder = prefix(self.folder);
        let inline = inline(report, sources, &folder);
        let settings = Settings {
            inline: &inline,
            folder: &folder,
            suppressions: &self.config.suppressions,
            severities: &self.config.severities,
            baseline: &baseline,
            now: self.now,
            policies: self.policies(sources, &folder),
            lints: self.lints,
            only: self.only,
        };
        settle(library, report, sources, &settings);
        if let Some(file) = &self.args.write_baseline {
            write(file, &fingerprints(report, sources))?;
        }
        Ok(())
    }

    /// The rules that the settings name must be there: a name misspelt would hide nothing, in silence.
    fn know_rules(&self, library: &Library, sources: &Sources) -> anyhow::Result<()> {
        let is_there = |name: &str| library.book().named(name).next().is_some();
        if let Some(suppression) = self.config.suppressions.iter().find(|each| !is_there(&each.rule)) {
            let names = library.book().iter().map(|rule| rule.name.0.as_str());
            let hint = nearest(names, &suppression.rule)
                .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            let message = format!("there is no rule `{}`{hint}", suppression.rule);
            let place = suppression.place;
            let drawn = fault::draw(sources, place.source, place.span, &message, None);
            terminal::talk(drawn.lines().next().unwrap_or_default());
            anyhow::bail!("the configuration cannot be used");
        }
        for change in &self.config.severities {
            if let Some(name) = &change.rule {
                anyhow::ensure!(
                    library.book().get(name).is_some(),
                    "preflight.toml: there is no rule `{name}` (`preflight rules` lists all)"
                );
            }
        }
        Ok(())
    }

    /// The policies in the documents of which a suppression names a statement.
    fn policies(
        &self,
        sources: &Sources,
        folder: &str,
    ) -> BTreeMap<crate::source::SourceId, Vec<crate::policy::Policy>> {
        let with_sid = self.config.suppressions.iter().filter(|each| each.sid.is_some());
        let names: BTreeSet<&str> = with_sid.map(|each| each.document.as_str()).collect();
        sources
            .iter()
            .filter(|(_, source)| source.name().strip_prefix(folder).is_some_and(|name| names.contains(name)))
            .map(|(id, _)| (id, load::policies_of(sources, id)))
            .collect()
    }
}

/// What the comments of documents ask; not those of another revision.
fn inline(report: &Report, sources: &Sources, folder: &str) -> Vec<Inline> {
    let before = report.changes.as_ref().map(|changes| super::base::prefix(&changes.base));
    let now = sources.iter().filter(|(_, source)| {
        before.as_ref().is_none_or(|prefix| !source.name().starts_with(prefix.as_str()))
    });
    now.flat_map(|(id, _)| config::inline(sources, id, &load::comments_of(sources, id), folder)).collect()
}

/// The folder of the settings as documents' names begin with it.
fn prefix(folder: &Path) -> String {
    let text = load::display(folder);
    let text = text.trim_end_matches('/');
    if text.is_empty() || text == "." { String::new() } else { format!("{text}/") }
}

fn read(file: &Path) -> anyhow::Result<Vec<Fingerprint>> {
    let text = load::read_text(file)?;
    let wrong = || format!("`{}` is no baseline: --write-baseline writes one", file.display());
    let value: Value = serde_json::from_str(&text).with_context(wrong)?;
    anyhow::ensure!(value.get("version").and_then(Value::as_u64) == Some(VERSION), wrong());
    let entry = |entry: &Value| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Fingerprint {
            rule: text("rule")?,
            document: text("document")?,
            headline: text("headline")?,
            text: text("text")?,
            number: entry.get("number").and_then(Value::as_u64).and_then(|number| number.try_into().ok())?,
        })
    };
    let entries = value.get("findings").and_then(Value::as_array).with_context(wrong)?;
    entries.iter().map(|each| entry(each).with_context(wrong)).collect()
}

fn write(file: &Path, prints: &[Fingerprint]) -> anyhow::Result<()> {
    let mut prints: Vec<&Fingerprint> = prints.iter().collect();
    prints.sort();
    let entry = |print: &&Fingerprint| json!({ "rule": print.rule, "document": print.document, "headline": print.headline, "text": print.text, "number": print.number });
    let findings: Vec<Value> = prints.iter().map(entry).collect();
    let text = serde_json::to_string_pretty(&json!({ "version": VERSION, "findings": findings }))?;
    std::fs::write(file, text + "\n").with_context(|| format!("cannot write `{}`", file.display()))
}
