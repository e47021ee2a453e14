//! What policies have come to since a revision: a line each. What is wrong about it stands among the findings.

use super::Page;
use crate::finding::change::{Changes, Comparison, Effect, Fate};
use crate::render::paint::Ink;

/// The section, if a revision was asked about.
pub(super) fn changes(page: &mut Page, changes: Option<&Changes>) {
    let Some(changes) = changes else { return };
    page.heading(&format!("Access since {}", changes.base));
    if changes.list.is_empty() && changes.not_compared.is_empty() {
        page.prose(("  ", Ink::Faint), None, "no policy is another than it was");
    }
    for comparison in &changes.list {
        one(page, comparison);
    }
    for entry in &changes.not_compared {
        page.prose(
            ("  ? ", Ink::Doubt),
            None,
            &format!("{}: not compared: {}", entry.document, entry.reason),
        );
    }
}

fn one(page: &mut Page, comparison: &Comparison) {
    let (sign, ink) = match comparison.effect {
        Effect::Same => ("=", Ink::Good),
        Effect::Differs => ("~", Ink::Bad),
        Effect::CannotTell => ("?", Ink::Doubt),
    };
    page.prose((&format!("  {sign} "), ink), None, &line(comparison));
    for doubt in &comparison.unknown {
        page.prose(("    ? ", Ink::Doubt), None, &doubt.reason);
        if let Some(tell) = &doubt.tell {
            page.next_step("      ", tell);
        }
    }
}

/// A comparison in one line.
pub(in crate::render) fn line(comparison: &Comparison) -> String {
    let (old, new) = &comparison.documents;
    let name = match comparison.fate {
        Fate::Changed => new.clone(),
        Fate::Added => format!("{new} (new)"),
        Fate::Removed => format!("{old} (removed)"),
        Fate::Renamed => format!("{new} (was {old})"),
    };
    format!("{name}, {}: {}", comparison.kind, effect(comparison))
}

/// What a comparison came to.
pub(in crate::render) fn effect(comparison: &Comparison) -> String {
    let part = |count: usize, word: &str| (count > 0).then(|| format!("{count} {word}"));
    match comparison.effect {
        Effect::Same => "same access".to_owned(),
        Effect::CannotTell => "cannot tell".to_owned(),
        Effect::Differs => {
            let parts = [part(comparison.gained.len(), "gained"), part(comparison.lost.len(), "lost")];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}
