//! Colour for our own words. Text of documents is made safe before it is painted, so every escape sequence in the
//! output comes from here or from miette's theme.

use super::Style;
use crate::finding::{Severity, Verdict};

/// What a piece of text is, said as a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Good,
    Bad,
    Doubt,
    Hint,
    Strong,
    Faint,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Good => "32",
            Ink::Bad => "31",
            Ink::Doubt => "33",
            Ink::Hint => "36",
            Ink::Strong => "1",
            Ink::Faint => "2",
        }
    }
}

impl From<Severity> for Ink {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Ink::Bad,
            Severity::Warning => Ink::Doubt,
            Severity::Note => Ink::Hint,
        }
    }
}

impl From<Verdict> for Ink {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Ready => Ink::Good,
            Verdict::CannotTell => Ink::Doubt,
            Verdict::NotReady => Ink::Bad,
        }
    }
}

/// The text in a colour, or as it is where the style has none.
pub(super) fn paint(style: &Style, ink: Ink, text: &str) -> String {
    if style.color && !text.is_empty() {
        format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code())
    } else {
        text.to_owned()
    }
}

/// The text as a hyperlink where the terminal has them and the address is plain ASCII.
pub(super) fn link(style: &Style, address: &str, text: &str) -> Option<String> {
    let web = address.starts_with("https://") && address.bytes().all(|byte| byte.is_ascii_graphic());
    (style.links && web).then(|| format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"))
}

/// A verdict in words.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::CannotTell => "cannot tell",
        Verdict::NotReady => "not ready",
    }
}

/// A severity in words.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
