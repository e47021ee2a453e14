//! The metadata block as it is typed: TOML values with their places in the page.
//!
//! What the values must be is the business of `load`.

use super::fault::{Fault, nearest};
use crate::source::Span;
use std::borrow::Cow;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

const KEYS: [&str; 15] = [
    "check", "case", "severity", "class", "owner", "since", "aliases", "headline", "label", "related",
    "help", "next", "show", "security", "suppress",
];

/// A parsed block and where it stands in its page.
pub(super) struct Metadata<'a> {
    table: DeTable<'a>,
    body: &'a str,
    /// Offset of the body in the page.
    start: usize,
    /// The opening line of the block: what a missing key points at.
    fence: Span,
}

/// A string of the block.
pub(super) struct Text<'a> {
    pub(super) value: Cow<'a, str>,
    /// The place of the string without its quotes.
    pub(super) inner: Span,
    /// Whether the string is written without escapes, so that offsets in it are offsets in the page.
    plain: bool,
}

impl Text<'_> {
    /// The place of a stretch of the string; all of it where escapes hide the stretch.
    pub(super) fn part(&self, start: usize, end: usize) -> Span {
        if !self.plain {
            return self.inner;
        }
        let base = self.inner.range().start;
        Span::new(base + start, base + end)
    }
}

type Faults = Vec<(Span, Fault)>;

impl<'a> Metadata<'a> {
    /// Parses the body of the block, which begins at `start` of the page.
    pub(super) fn parse(body: &'a str, start: usize, fence: Span, faults: &mut Faults) -> Option<Self> {
        match DeTable::parse(body) {
            Ok(table) => Some(Self { table: table.into_inner(), body, start, fence }),
            Err(error) => {
                let span = error.span().map_or(fence, |span| Span::new(start + span.start, start + span.end));
                faults.push((span, Fault::Toml(error)));
                None
            }
        }
    }

    /// Reports the keys that no page has.
    pub(super) fn check_keys(&self, faults: &mut Faults) {
        for (key, _) in &self.table {
            let name = key.get_ref();
            if !KEYS.contains(&name.as_ref()) {
                let nearest = nearest(name, KEYS);
                faults.push((self.at(key.span()), Fault::UnknownKey { key: name.to_string(), nearest }));
            }
        }
    }

    /// Whether the block has a key.
    pub(super) fn has(&self, key: &'static str) -> bool {
        self.table.get(key).is_some()
    }

    /// Reports that a key is missing, unless it is there (then its value has had its fault).
    pub(super) fn missing(&self, key: &'static str, faults: &mut Faults) {
        if self.table.get(key).is_none() {
            faults.push((self.fence, Fault::MissingKey { key }));
        }
    }

    /// The string of a key that every page has.
    pub(super) fn needed(&self, key: &'static str, faults: &mut Faults) -> Option<Text<'_>> {
        self.missing(key, faults);
        self.text(key, faults)
    }

    /// The string of a key, if the page has it.
    pub(super) fn text(&self, key: &'static str, faults: &mut Faults) -> Option<Text<'_>> {
        self.read(key, self.table.get(key)?, "a string", faults)
    }

    /// The strings of a key: a list, or one string alone.
    pub(super) fn texts(&self, key: &'static str, faults: &mut Faults) -> Option<Vec<Text<'_>>> {
        let value = self.table.get(key)?;
        let Some(list) = value.get_ref().as_array() else {
            return Some(vec![self.read(key, value, "a string or a list of strings", faults)?]);
        };
        if list.is_empty() && key == "case" {
            faults.push((self.at(value.span()), Fault::Empty { key }));
            return None;
        }
        list.iter().map(|item| self.read(key, item, "a list of strings", faults)).collect()
    }

    fn read<'t>(
        &'t self,
        key: &'static str,
        value: &'t Spanned<DeValue<'a>>,
        wanted: &'static str,
        faults: &mut Faults,
    ) -> Option<Text<'t>> {
        let whole = self.at(value.span());
        let Some(text) = value.get_ref().as_str() else {
            faults.push((whole, Fault::WrongType { key, wanted, found: kind(value.get_ref()) }));
            return None;
        };
        if text.trim().is_empty() {
            faults.push((whole, Fault::Empty { key }));
            return None;
        }
        let raw = self.body.get(value.span()).unwrap_or_default();
        // Nearly every string is one pair of quotes around its text; to look there first spares the search.
        let quoted = raw.get(1..raw.len().saturating_sub(1)) == Some(text);
        let plain = if quoted { Some(1) } else { raw.find(text) };
        let inner = match plain {
            Some(at) => {
                let start = whole.range().start + at;
                Span::new(start, start + text.len())
            }
            None => whole,
        };
        Some(Text { value: Cow::Borrowed(text), inner, plain: plain.is_some() })
    }

    fn at(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.start + range.start, self.start + range.end)
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
