//! An answer of `triage` for a person: what each message tells, what it can come from, and what to ask for next.

use super::{Page, drawing};
use crate::finding::triage::{Asked, Cause, Facts, Standing, Sure, Triage, Triaged};
use crate::finding::{Class, Owner, Severity};
use crate::render::Style;
use crate::render::paint::{Ink, paint};
use crate::render::view::{Canvas, Pages, safe};
use crate::source::Sources;

/// Characters of a message that are shown.
const MOST_TEXT: usize = 600;

/// Renders the answer.
#[must_use]
pub fn render(triage: &Triage, sources: &Sources, style: &Style) -> String {
    let mut page = Page { out: String::new(), style: *style };
    let canvas = Canvas { width: style.columns(), unicode: style.unicode };
    let mut pages = Pages::new(sources, &triage.wrapped, canvas);
    for message in &triage.messages {
        headline(&mut page, message);
        if style.quiet {
            continue;
        }
        told(&mut page, message);
        causes(&mut page, message, &mut pages);
        asks(&mut page, &message.asks, triage.has_evidence);
        for note in &message.notes {
            page.prose(("  note: ", Ink::Hint), None, note);
        }
        page.out.push('\n');
    }
    if triage.messages.is_empty() {
        page.prose(("", Ink::Strong), None, "no error message was found");
    }
    if triage.without_error > 0 {
        page.prose(("", Ink::Faint), None, &format!("{} record(s) tell of no error", triage.without_error));
    }
    if triage.left_out > 0 {
        let text = format!("{} more message(s) of other kinds were counted and not told", triage.left_out);
        page.prose(("", Ink::Doubt), None, &text);
    }
    for (document, reason) in &triage.not_evaluated {
        page.prose(("not judged: ", Ink::Doubt), None, &format!("{document}: {reason}"));
    }
    page.out
}

fn headline(page: &mut Page, message: &Triaged) {
    let style = page.style;
    let (word, ink, text) = match (message.settled(), message.causes.first()) {
        (Some(cause), _) => ("confirmed", Ink::Bad, cause.says.clone()),
        (None, Some(cause)) if cause.standing == Standing::RuledOut => {
            ("cannot tell", Ink::Doubt, "the documents rule out every cause that is known".to_owned())
        }
        (None, Some(cause)) => (cause.sure.name(), ink(cause.sure), cause.says.clone()),
        (None, None) if message.is_known => {
            ("cannot tell", Ink::Doubt, "the message is known, its cause is not".to_owned())
        }
        (None, None) => ("unknown", Ink::Doubt, "no message is recognised in this text".to_owned()),
    };
    let times = if message.count > 1 { format!(" ({} times)", message.count) } else { String::new() };
    let dot = page.dot();
    let lead = format!("{word} {dot} ");
    page.out.push_str(&paint(&style, ink, word));
    page.out.push_str(&format!(" {dot} "));
    let width = style.columns().min(super::MEASURE).saturating_sub(lead.chars().count());
    for (at, line) in crate::render::wrap::wrap(&safe(&format!("{text}{times}")), width).iter().enumerate() {
        if at > 0 {
            page.out.extend(std::iter::repeat_n(' ', lead.chars().count()));
        }
        page.out.push_str(line);
        page.end_line();
    }
}

fn ink(sure: Sure) -> Ink {
    match sure {
        Sure::Certain => Ink::Bad,
        Sure::Likely | Sure::Possible => Ink::Doubt,
    }
}

fn told(page: &mut Page, message: &Triaged) {
    if let Some(origin) = &message.origin {
        page.prose(("  from       ", Ink::Faint), None, origin);
    }
    if !message.text.is_empty() {
        let mut text: String = message.text.chars().take(MOST_TEXT).collect();
        if text.len() < message.text.len() {
            text.push_str(" …");
        }
        page.prose(("  text       ", Ink::Faint), Some(Ink::Faint), &text);
    }
    for (name, value) in lines(&message.facts) {
        let lead = format!("  {name:<10} ");
        page.prose((&lead, Ink::Faint), None, &value);
    }
    for limit in &message.limits {
        page.prose(("  not said   ", Ink::Doubt), None, limit);
    }
}

/// What a message tells, a line each.
pub(in crate::render) fn lines(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if let Some(step) = facts.get("step") {
        let step = match step {
            "connect" => "connecting the account",
            "import" => "importing costs",
            "discovery" => "finding resources",
            "create" => "creating the export",
            "delivery" => "delivering the export",
            other => other,
        };
        let mode = facts.get("mode").map(|mode| format!(", mode {}", mode.replace(' ', " or ")));
        out.push(("while", format!("{step}{}", mode.unwrap_or_default())));
    }
    let plain = [("who", "principal"), ("action", "action"), ("on", "resource"), ("code", "code")];
    for (label, name) in plain {
        out.extend(facts.get(name).map(|value| (label, value.to_owned())));
    }
    if facts.get("resource").is_none() {
        out.extend(facts.get("bucket").map(|value| ("bucket", value.to_owned())));
    }
    if facts.get("denied").is_some() {
        let by = match (facts.get("layer"), facts.explicit()) {
            (Some(layer), Some(true)) => format!("an explicit deny in the {}", layer_words(layer)),
            (Some(layer), Some(false)) => format!("no {} allows it", layer_words(layer)),
            (Some(layer), None) => format!("the {}", layer_words(layer)),
            (None, _) => "not said".to_owned(),
        };
        out.push(("denied by", by));
    }
    out.extend(facts.get("policy").map(|value| ("policy", value.to_owned())));
    if facts.get("accounts-are") == Some("different") {
        out.push(("accounts", "the caller's account and the resource's are different".to_owned()));
    }
    out
}

/// AWS's words for a layer.
pub(in crate::render) fn layer_words(id: &str) -> &str {
    match id {
        "identity" => "identity-based policy",
        "resource" => "resource-based policy",
        "boundary" => "permissions boundary",
        "session" => "session policy",
        "scp" => "service control policy",
        "rcp" => "resource control policy",
        "endpoint" => "VPC endpoint policy",
        "trust" => "role trust policy",
        other => other,
    }
}

fn causes(page: &mut Page, message: &Triaged, pages: &mut Pages<'_>) {
    for cause in message.causes.iter().filter(|cause| cause.standing == Standing::Confirmed) {
        page.out.push('\n');
        match &cause.finding {
            Some(finding) => drawing::finding(page, finding, pages),
            None => {
                page.prose(("  ", Ink::Bad), Some(Ink::Strong), &cause.says);
                page.prose(("  why: ", Ink::Hint), None, &cause.why);
                drawing::excerpt(page, &cause.labels, Severity::Error, pages);
            }
        }
    }
    let open: Vec<&Cause> = message.causes.iter().filter(|cause| cause.standing == Standing::Open).collect();
    if !open.is_empty() {
        page.out.push('\n');
        let text = if message.settled().is_some() { "  Not ruled out" } else { "  Causes" };
        page.prose(("", Ink::Strong), Some(Ink::Strong), text.trim());
    }
    for (at, cause) in open.iter().enumerate() {
        let lead = format!("  {}. {:<9} ", at + 1, cause.sure.name());
        page.prose((&lead, ink(cause.sure)), None, &cause.says);
        let indent = " ".repeat(lead.chars().count());
        page.prose((&indent, Ink::Faint), Some(Ink::Faint), &aside(cause));
    }
    let ruled: Vec<&Cause> =
        message.causes.iter().filter(|cause| cause.standing == Standing::RuledOut).collect();
    if !ruled.is_empty() {
        page.heading("Ruled out");
    }
    for cause in ruled {
        let sign = if page.style.unicode { "  ✗ " } else { "  x " };
        page.prose((sign, Ink::Good), None, &format!("{} ({})", cause.says, cause.why));
    }
}

/// Why, whose, and whether waiting helps.
pub(in crate::render) fn aside(cause: &Cause) -> String {
    let owner = match cause.owner {
        Owner::Customer => "the customer acts",
        Owner::Organization => "the organization's administrator acts",
        Owner::Consumer => "the product acts",
        Owner::Aws => "AWS acts",
    };
    let class = match cause.class {
        Class::Permanent => "",
        Class::MayClear => "; may clear by itself",
        Class::NeedsEvidence => "; cannot be settled without more evidence",
    };
    let rule = if cause.has_page { format!("; rule {}", cause.rule) } else { String::new() };
    format!("{}; {owner}{class}{rule}", cause.why)
}

fn asks(page: &mut Page, asks: &[Asked], has_evidence: bool) {
    let Some((first, others)) = asks.split_first() else { return };
    page.heading(if has_evidence { "Still to ask for" } else { "Ask next for" });
    ask(page, first);
    if !others.is_empty() {
        page.prose(("  then", Ink::Faint), None, "");
    }
    for each in others {
        ask(page, each);
    }
}

fn ask(page: &mut Page, asked: &Asked) {
    let settles = match asked.settles {
        0 | 1 => String::new(),
        more => format!(" (tells {more} causes apart)"),
    };
    page.prose(("  ", Ink::Hint), None, &format!("{}{settles}", asked.what));
    page.next_step("    ", &asked.command);
    if let Some(then) = &asked.then {
        page.prose(("      ", Ink::Faint), None, then);
    }
}
