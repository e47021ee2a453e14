//! SARIF 2.1.0, as GitHub's code scanning reads it.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>; what GitHub takes of it and its limits:
//! <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support> (checked 2026-11).
//! Texts are the real ones where JSON holds them; what is shown as Markdown comes from rule pages alone, never from documents.

use super::human::changes::line;
use super::tree::Tree;
use super::view::{position, safe};
use crate::finding::{
    AccessClass, Finding, Fingerprint, Fix, Label, Report, Severity, Verdict, fingerprints, fingerprints_of,
};
use crate::rulebook::{Rule, Rulebook};
use crate::source::{Place, SourceId, Sources};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// GitHub keeps this many results of a run, the most severe ones; more than 25,000 make it refuse the file.
const MOST_RESULTS: usize = 5000;

/// GitHub takes no longer description of a rule.
const MOST_DESCRIPTION: usize = 1024;

/// Places of one result that GitHub takes.
const MOST_LOCATIONS: usize = 100;

/// The report as one run.
#[must_use]
pub fn render(report: &Report, sources: &Sources, book: &Rulebook, tree: &Tree) -> String {
    let mut names: Vec<&str> = report.findings.iter().map(|finding| finding.rule.0.as_str()).collect();
    names.extend(report.suppressed.iter().map(|entry| entry.finding.rule.0.as_str()));
    names.sort_unstable();
    names.dedup();
    let frame = Frame { sources, tree, names: &names };
    let prints = fingerprints(report, sources);
    let mut results: Vec<Value> = report
        .findings
        .iter()
        .zip(&prints)
        .take(MOST_RESULTS)
        .map(|(finding, print)| frame.result(finding, print))
        .collect();
    let hidden = fingerprints_of(report.suppressed.iter().map(|entry| &entry.finding), sources);
    for (entry, print) in report.suppressed.iter().zip(&hidden) {
        let mut result = frame.result(&entry.finding, print);
        set(&mut result, "suppressions", json!([{ "kind": "external", "justification": entry.reason }]));
        results.push(result);
    }
    let rules: Vec<Value> = names.iter().map(|name| describe(name, book)).collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "preflight",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            // Uploads of one category replace each other, and one commit may have both.
            "automationDetails": { "id": if report.consumers.is_empty() { "preflight/" } else { "preflight-check/" } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": notifications(report),
            }],
            "results": results,
        }],
    });
    let mut out = serde_json::to_string_pretty(&log).unwrap_or_default();
    out.push('\n');
    out
}

/// What was not judged and what could not be told: a reader of results alone would take silence for a yes.
fn notifications(report: &Report) -> Vec<Value> {
    let note = |level: &str, text: String| json!({ "level": level, "message": { "text": text } });
    let mut out = Vec::new();
    for consumer in &report.consumers {
        let word = match consumer.verdict {
            Verdict::Ready => "ready",
            Verdict::CannotTell => "cannot tell",
            Verdict::NotReady => "not ready",
        };
        out.push(note("note", format!("{word}: {}", consumer.title)));
    }
    out.extend(report.conflicts.iter().map(|conflict| {
        let level = if conflict.is_needed() { "error" } else { "note" };
        note(level, format!("cannot be met together: {}", super::conflict::words(conflict).0))
    }));
    out.extend(
        report
            .unknown
            .iter()
            .map(|entry| note("warning", format!("cannot tell `{}`: {}", entry.demand, entry.reason))),
    );
    out.extend(
        report
            .not_evaluated
            .iter()
            .map(|entry| note("warning", format!("not evaluated: {}: {}", entry.document, entry.reason))),
    );
    for each in report.changes.iter().flat_map(|changes| &changes.list) {
        let doubts = each.unknown.iter();
        out.extend(
            doubts.map(|doubt| note("warning", format!("cannot tell of {}: {}", line(each), doubt.reason))),
        );
    }
    for entry in report.changes.iter().flat_map(|changes| &changes.not_compared) {
        out.push(note("warning", format!("not compared: {}: {}", entry.document, entry.reason)));
    }
    if report.findings.len() > MOST_RESULTS {
        out.push(note("warning", format!("{} findings are left out", report.findings.len() - MOST_RESULTS)));
    }
    out
}

struct Frame<'a> {
    sources: &'a Sources,
    tree: &'a Tree,
    names: &'a [&'a str],
}

impl Frame<'_> {
    fn result(&self, finding: &Finding, print: &Fingerprint) -> Value {
        let mut text = finding.headline.clone();
        for note in &finding.notes {
            let _ = write!(text, "\n{}", safe(note));
        }
        if let Some(help) = &finding.help {
            let _ = write!(text, "\nhelp: {help}");
        }
        let related: Vec<Value> =
            finding.related.iter().take(MOST_LOCATIONS).map(|label| self.label(label)).collect();
        let mut result = json!({
            "ruleId": finding.rule.0,
            "level": level(finding.severity),
            "message": { "text": plain(&text) },
            "locations": [self.label(&finding.primary)],
            "partialFingerprints": { "primaryLocationLineHash": print.digest() },
        });
        if let Ok(at) = self.names.binary_search(&finding.rule.0.as_str()) {
            set(&mut result, "ruleIndex", at);
        }
        if !related.is_empty() {
            set(&mut result, "relatedLocations", related);
        }
        let fixes: Vec<Value> =
            finding.fixes.iter().filter(|fix| !fix.edits.is_empty()).map(|fix| self.fix(fix)).collect();
        if !fixes.is_empty() {
            set(&mut result, "fixes", fixes);
        }
        let mut properties = json!({});
        if let Some(demand) = &finding.demand {
            set(&mut properties, "demand", demand.as_str());
        }
        // A fix of SARIF changes files; what is to be run stands beside it.
        let commands: Vec<&String> = finding.fixes.iter().flat_map(|fix| &fix.commands).collect();
        if !commands.is_empty() {
            set(&mut properties, "commands", json!(commands));
        }
        if properties.as_object().is_some_and(|members| !members.is_empty()) {
            set(&mut result, "properties", properties);
        }
        result
    }

    /// One change of files, with how far to trust it: SARIF has no member for that, and leaves other members to the tool.
    fn fix(&self, fix: &Fix) -> Value {
        let mut by_source: BTreeMap<SourceId, Vec<Value>> = BTreeMap::new();
        for edit in &fix.edits {
            by_source.entry(edit.place.source).or_default().push(json!({
                "deletedRegion": self.region(edit.place),
                "insertedContent": { "text": edit.replacement },
            }));
        }
        let changes: Vec<Value> = by_source
            .into_iter()
            .map(|(id, replacements)| {
                json!({ "artifactLocation": self.artifact(id), "replacements": replacements })
            })
            .collect();
        let access = |classes: &[AccessClass]| -> Vec<String> {
            classes.iter().map(|class| safe(&class.to_string()).into_owned()).collect()
        };
        json!({
            "description": { "text": plain(&fix.title) },
            "artifactChanges": changes,
            "properties": {
                "applicability": fix.applicability,
                "because": fix.because,
                "gained": access(&fix.gained),
                "lost": access(&fix.lost),
            },
        })
    }

    fn artifact(&self, id: SourceId) -> Value {
        json!({ "uri": uri(&self.tree.path(self.sources.get(id).name())) })
    }

    fn label(&self, label: &Label) -> Value {
        json!({
            "physicalLocation": {
                "artifactLocation": self.artifact(label.place.source),
                "region": self.region(label.place),
            },
            "message": { "text": plain(&label.text) },
        })
    }

    fn region(&self, place: Place) -> Value {
        let source = self.sources.get(place.source);
        let start = position(source, place.span.start as usize);
        let end = position(source, place.span.end as usize);
        json!({
            "startLine": start.line, "startColumn": start.column,
            "endLine": end.line, "endColumn": end.column,
        })
    }
}

/// Message texts may hold links, `[text](target)`: brackets are escaped, line breaks of ours stay.
fn plain(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(safe).collect();
    lines.join("\n").replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn set(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value.into());
    }
}

/// A rule in its own words.
fn describe(name: &str, book: &Rulebook) -> Value {
    let Some(rule) = book.get(name) else {
        return json!({ "id": name, "shortDescription": { "text": name }, "fullDescription": { "text": name }, "help": { "text": name } });
    };
    let page = rule.page();
    let prose: Vec<String> = page
        .sections
        .iter()
        .map(|section| match section.heading {
            "" => section.text.trim().to_owned(),
            heading => format!("## {heading}\n\n{}", section.text.trim()),
        })
        .collect();
    let markdown = prose.join("\n\n");
    let first = page.sections.first().map_or("", |section| section.text.trim());
    let about =
        first.split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let about = if about.is_empty() { rule.headline.outline() } else { about };
    let mut properties = json!({
        "tags": tags(rule),
        "precision": "very-high",
        "problem.severity": match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "recommendation",
        },
    });
    if let Some(score) = &rule.security {
        set(&mut properties, "security-severity", score.as_str());
    }
    let help = rule.help.as_ref().map(|help| help.outline());
    let help_text = help.clone().unwrap_or_else(|| about.clone());
    let shown = match help {
        Some(help) => format!("{markdown}\n\n**What to do:** {help}"),
        None => markdown,
    };
    json!({
        "id": name,
        "name": name,
        "shortDescription": { "text": cut(&rule.headline.outline()) },
        "fullDescription": { "text": cut(&about) },
        "help": { "text": help_text, "markdown": shown },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": properties,
    })
}

fn tags(rule: &Rule) -> Vec<String> {
    let mut tags = vec!["aws".to_owned(), "iam".to_owned(), rule.group.clone()];
    if rule.security.is_some() {
        tags.push("security".to_owned());
    }
    tags.sort();
    tags.dedup();
    tags
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_DESCRIPTION {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(MOST_DESCRIPTION - 1).collect();
    out.push('…');
    out
}

/// A path as a reference of RFC 3986: whatever is not unreserved is spelled in percent.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    // A colon in the first part would make a scheme of it, two slashes at the start a host.
    let path = if path.starts_with("//") { path.trim_start_matches('/') } else { path };
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ü.json"), "a%20b/%C3%BC.json");
        assert_eq!(uri("c:x?#%.json"), "c%3Ax%3F%23%25.json");
        assert_eq!(uri("/tmp/a.json"), "file:///tmp/a.json");
        assert_eq!(uri("//evil/a.json"), "evil/a.json");
    }

    #[test]
    fn no_link_can_stand_in_a_message() {
        assert_eq!(plain("[x](y)\nz\u{1b}"), "\\[x\\](y)\nz\\\\u{1b}");
    }
}
