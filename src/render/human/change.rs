//! What a change of a policy does, for a person: access gained and lost, each with a request that shows it.

use super::drawing;
use super::{Page, counted};
use crate::finding::change::{AccessChange, Comparison, Effect};
use crate::finding::{Need, Severity};
use crate::render::Style;
use crate::render::paint::{Ink, paint, severity};
use crate::render::view::{Canvas, Pages, safe};
use crate::source::Sources;

/// Actions of a class that are shown; the rest is counted.
const MOST_ACTIONS: usize = 8;

/// Renders a comparison.
#[must_use]
pub fn render(comparison: &Comparison, sources: &Sources, style: &Style) -> String {
    let mut page = Page { out: String::new(), style: *style };
    headline(&mut page, comparison);
    let canvas = Canvas { width: style.columns(), unicode: style.unicode };
    let mut pages = Pages::new(sources, &comparison.wrapped, canvas);
    for (title, list) in [
        ("Forbidden", &comparison.forbidden),
        ("Beyond the reference", &comparison.beyond),
        ("Gained", &comparison.gained),
        ("Lost", &comparison.lost),
    ] {
        if list.is_empty() {
            continue;
        }
        page.heading(title);
        for change in list {
            class(&mut page, change, &mut pages);
        }
    }
    if style.quiet {
        return page.out;
    }
    if !comparison.unknown.is_empty() {
        page.heading("Cannot tell");
        for doubt in &comparison.unknown {
            page.prose(("  ? ", Ink::Doubt), None, &doubt.reason);
            if let Some(tell) = &doubt.tell {
                page.next_step("    ", tell);
            }
        }
    }
    if !comparison.assumed.is_empty() {
        page.heading("Assumed");
        let lead = format!("  {} ", page.bullet());
        for assumed in &comparison.assumed {
            page.prose((&lead, Ink::Faint), None, &assumed.text);
        }
    }
    page.out
}

fn headline(page: &mut Page, comparison: &Comparison) {
    let (word, ink) = match comparison.effect {
        Effect::Same => ("same access", Ink::Good),
        Effect::Differs => ("different access", Ink::Bad),
        Effect::CannotTell => ("cannot tell", Ink::Doubt),
    };
    let dot = page.dot();
    let style = page.style;
    let mut parts = vec![paint(&style, ink, word)];
    if !comparison.gained.is_empty() {
        parts.push(format!("{} gained", comparison.gained.len()));
    }
    if !comparison.lost.is_empty() {
        parts.push(format!("{} lost", comparison.lost.len()));
    }
    let (old, new) = &comparison.documents;
    parts.push(format!("{} {} {} ({})", safe(old), page.arrow(), safe(new), safe(&comparison.kind)));
    page.out.push_str(&parts.join(&format!(" {dot} ")));
    page.end_line();
}

fn class(page: &mut Page, change: &AccessChange, pages: &mut Pages<'_>) {
    let style = page.style;
    let word = paint(&style, change.severity.into(), severity(change.severity));
    let who = if change.public && change.principal != "anybody" {
        format!("{} (anybody)", change.principal)
    } else {
        change.principal.clone()
    };
    page.out.push_str(&format!("\n  {word} {}\n", safe(&who)));
    let mut actions: Vec<String> =
        change.actions.iter().take(MOST_ACTIONS).map(|action| format!("`{action}`")).collect();
    if change.actions.len() > MOST_ACTIONS {
        actions.push(counted(change.actions.len() - MOST_ACTIONS, "more action"));
    }
    page.prose(("    may: ", Ink::Hint), None, &actions.join(", "));
    page.prose(("     on: ", Ink::Hint), None, &change.resources.join(", "));
    for condition in &change.conditions {
        page.prose(("     if: ", Ink::Hint), None, condition);
    }
    page.prose(("     eg: ", Ink::Hint), None, &change.witness.words());
    if let Some(demanded) = &change.demand {
        let needs = match demanded.need {
            Need::Needed => "needed by",
            Need::Advice => "wanted by",
        };
        let text = format!("{needs} `{}` of `{}`: {}", demanded.id, demanded.consumer, demanded.title);
        page.prose(("    for: ", Ink::Hint), None, &text);
    }
    if !page.style.quiet {
        drawing::excerpt(page, &change.statements, Severity::Note, pages);
    }
}
