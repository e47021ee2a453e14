//! What policies have come to since a revision, as a table: who gained and lost what, with a request that shows it.

use super::{code, cut, inline};
use crate::finding::change::{AccessChange, Changes, Comparison, Fate};
use crate::finding::{Need, Severity};
use crate::render::human::changes::effect;
use crate::render::tree::Tree;
use std::fmt::Write as _;

/// Classes of access that are shown; the rest is counted.
const MOST_CLASSES: usize = 100;
/// Actions and resources of a class that are shown.
const MOST_NAMES: usize = 5;

/// The section, if a revision was asked about.
pub(super) fn changes(out: &mut String, changes: Option<&Changes>, tree: &Tree) {
    let Some(changes) = changes else { return };
    let _ = writeln!(out, "### Access since {}\n", code(&changes.base));
    if changes.list.is_empty() && changes.not_compared.is_empty() {
        out.push_str("no policy is another than it was\n\n");
        return;
    }
    out.push_str("| policy | access |\n|---|---|\n");
    for comparison in &changes.list {
        let _ = writeln!(out, "| {} | {} |", name(comparison, tree), inline(&effect(comparison)));
    }
    for entry in &changes.not_compared {
        let _ = writeln!(out, "| {} | ❔ not compared: {} |", code(&entry.document), inline(&entry.reason));
    }
    out.push('\n');
    classes(out, changes, tree);
    doubts(out, changes, tree);
}

fn name(comparison: &Comparison, tree: &Tree) -> String {
    let (old, new) = (tree.path(&comparison.documents.0), tree.path(&comparison.documents.1));
    match comparison.fate {
        Fate::Changed => code(&new),
        Fate::Added => format!("{} (new)", code(&new)),
        Fate::Removed => format!("{} (removed)", code(&old)),
        Fate::Renamed => format!("{} (was {})", code(&new), code(&old)),
    }
}

fn classes(out: &mut String, changes: &Changes, tree: &Tree) {
    let mut rows: Vec<(&Comparison, &str, &AccessChange)> = Vec::new();
    for each in &changes.list {
        rows.extend(each.gained.iter().map(|class| (each, "gained", class)));
        rows.extend(each.lost.iter().map(|class| (each, "lost", class)));
    }
    if rows.is_empty() {
        return;
    }
    // Sorting is stable: beyond this the order of the documents stays.
    rows.sort_by_key(|(_, _, class)| std::cmp::Reverse(class.severity));
    out.push_str("| | who | may | on | for instance |\n|---|---|---|---|---|\n");
    for (each, word, class) in rows.iter().take(MOST_CLASSES) {
        let mark = match class.severity {
            Severity::Error => "❌",
            Severity::Warning => "⚠️",
            Severity::Note => "ℹ️",
        };
        let mut may = names(&class.actions);
        if let Some(demanded) = &class.demand {
            let needs = match demanded.need {
                Need::Needed => "needed by",
                Need::Advice => "wanted by",
            };
            let _ = write!(may, "<br>{needs} {}", code(&demanded.id));
        }
        let conditions: String =
            class.conditions.iter().take(MOST_NAMES).map(|each| format!("<br>if {}", code(each))).collect();
        let witness = inline(&class.witness.words());
        let _ = writeln!(
            out,
            "| {mark} {word}<br>{} | {} | {may} | {}{conditions} | {} |",
            name(each, tree),
            inline(&class.principal),
            names(&class.resources),
            cut(&witness)
        );
    }
    if rows.len() > MOST_CLASSES {
        let _ = writeln!(out, "\nand {} more", rows.len() - MOST_CLASSES);
    }
    out.push('\n');
}

fn names(list: &[String]) -> String {
    let mut shown: Vec<String> = list.iter().take(MOST_NAMES).map(|name| code(name)).collect();
    if list.len() > MOST_NAMES {
        shown.push(format!("{} more", list.len() - MOST_NAMES));
    }
    shown.join("<br>")
}

fn doubts(out: &mut String, changes: &Changes, tree: &Tree) {
    let lines = changes.list.iter().flat_map(|each| {
        each.unknown.iter().map(move |doubt| format!("{}: {}", name(each, tree), inline(&doubt.reason)))
    });
    super::list(out, "Cannot tell of access", lines.collect());
}
