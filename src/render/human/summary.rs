//! The answer for each consumer, and its demands one by one.

use super::{Page, counted};
use crate::finding::{ConsumerReport, DemandReport, Need, Report, State, Unknown};
use crate::render::paint::{Ink, paint, verdict};
use crate::render::view::safe;
use crate::render::wrap::{columns, wrap};

/// The verdict lines alone.
pub(super) fn verdicts(page: &mut Page, report: &Report) {
    for consumer in &report.consumers {
        headline(page, consumer);
    }
}

/// Every consumer with its demands by section.
pub(super) fn summary(page: &mut Page, report: &Report) {
    for consumer in &report.consumers {
        page.gap();
        headline(page, consumer);
        for section in sections(consumer) {
            page.heading(section);
            for demand in consumer.demands.iter().filter(|demand| demand.section == section) {
                line(page, demand, &report.unknown);
            }
        }
    }
}

/// What no one export can be for all consumers.
pub(super) fn conflicts(page: &mut Page, report: &Report) {
    if report.conflicts.is_empty() {
        return;
    }
    page.heading("Cannot be met together");
    for conflict in &report.conflicts {
        let (sign, ink) = match (conflict.is_needed(), page.style.unicode) {
            (true, true) => ("  ✗ ", Ink::Bad),
            (true, false) => ("  x  ", Ink::Bad),
            (false, true) => ("  ! ", Ink::Doubt),
            (false, false) => ("  !  ", Ink::Doubt),
        };
        let (sentence, sources) = crate::render::conflict::words(conflict);
        page.prose((sign, ink), None, &sentence);
        let indent = " ".repeat(columns(sign));
        for source in sources {
            page.prose((&indent, Ink::Faint), Some(Ink::Faint), &source);
        }
    }
}

/// In the order in which they are first met.
fn sections(consumer: &ConsumerReport) -> Vec<&str> {
    let mut sections: Vec<&str> = Vec::new();
    for demand in &consumer.demands {
        if !sections.contains(&demand.section.as_str()) {
            sections.push(&demand.section);
        }
    }
    sections
}

fn headline(page: &mut Page, consumer: &ConsumerReport) {
    let mut rest = format!("{} {}", page.dot(), consumer.title);
    let needed = || consumer.demands.iter().filter(|demand| demand.need == Need::Needed);
    let count = |state| needed().filter(|demand| demand.state == state).count();
    let total = needed().count();
    let (broken, unknown) = (count(State::Broken), count(State::Unknown));
    let dot = page.dot();
    if broken > 0 {
        rest.push_str(&format!(" {dot} {broken} of {} broken", counted(total, "needed demand")));
    }
    if unknown > 0 && broken > 0 {
        rest.push_str(&format!(", {unknown} unknown"));
    } else if unknown > 0 {
        rest.push_str(&format!(" {dot} {unknown} of {} unknown", counted(total, "needed demand")));
    } else if broken == 0 && total > 0 {
        rest.push_str(&format!(" {dot} {} met", counted(total, "needed demand")));
    }
    let words = verdict(consumer.verdict);
    let lines = wrap(&format!("{words} {}", safe(&rest)), page.style.columns());
    for (number, line) in lines.iter().enumerate() {
        match line.strip_prefix(words) {
            Some(rest) if number == 0 => {
                page.out.push_str(&bold(page, consumer, words));
                page.out.push_str(rest);
            }
            Some(_) | None => page.out.push_str(line),
        }
        page.end_line();
    }
}

fn bold(page: &Page, consumer: &ConsumerReport, words: &str) -> String {
    paint(&page.style, Ink::Strong, &paint(&page.style, consumer.verdict.into(), words))
}

fn line(page: &mut Page, demand: &DemandReport, unknown: &[Unknown]) {
    let unicode = page.style.unicode;
    let (sign, ink) = match (demand.state, demand.need) {
        (State::Holds, Need::Needed | Need::Advice) => (if unicode { "✓" } else { "ok" }, Ink::Good),
        (State::Broken, Need::Needed) => (if unicode { "✗" } else { "x" }, Ink::Bad),
        (State::Broken, Need::Advice) => ("!", Ink::Doubt),
        (State::Unknown, Need::Needed | Need::Advice) => ("?", Ink::Doubt),
    };
    let wide = if unicode { 1 } else { 2 };
    let lead = format!("  {sign}{} ", " ".repeat(wide - columns(sign).min(wide)));
    page.prose((&lead, ink), None, &demand.title);
    let indent = " ".repeat(columns(&lead));
    if let Some(detail) = &demand.detail {
        page.prose((&indent, Ink::Faint), Some(Ink::Faint), detail);
    }
    if let Some(next) = &demand.next
        && demand.state != State::Holds
    {
        // Several demands often wait for one command; it is said once, in the list of what cannot be told.
        if unknown.iter().any(|entry| entry.tell.as_ref() == Some(next)) {
            page.next_step(&indent, "the command that would tell stands below");
        } else {
            page.next_step(&indent, next);
        }
    }
}
