//! The value of a scalar with the way back to how it was written: folded over lines, in quotes, as a block.

use crate::source::Span;
use crate::syntax::wrapped::{Builder, Unwrapped};
use std::ops::Range;

/// Where a byte range of a scalar's *value* stands, for instance the region inside an ARN.
///
/// `scalar` is the span of the scalar's node. Falls back to the whole scalar where the value has no such part.
#[must_use]
pub fn inner_span_yaml(source_text: &str, scalar: Span, part: Range<usize>) -> Span {
    let value = unwrapped_yaml(source_text, scalar);
    if value.text().get(part.clone()).is_none() {
        return scalar;
    }
    value.original(part)
}

/// The value of a scalar without quotes, folds and indentation. What follows the last line of a block is left out.
#[must_use]
pub fn unwrapped_yaml(source_text: &str, scalar: Span) -> Unwrapped {
    let raw = source_text.get(scalar.range()).unwrap_or_default();
    let start = scalar.start as usize;
    let mut builder = Builder::new(raw.len());
    let end = start + raw.len();
    match raw.chars().next() {
        Some('"') => {
            let inner = raw.get(1..).unwrap_or_default();
            folded_lines(inner.strip_suffix('"').unwrap_or(inner), start + 1, Quote::Double, &mut builder);
        }
        Some('\'') => {
            let inner = raw.get(1..).unwrap_or_default();
            folded_lines(inner.strip_suffix('\'').unwrap_or(inner), start + 1, Quote::Single, &mut builder);
        }
        Some('|') if is_block(raw) => block(raw, start, Fold::Keep, &mut builder),
        Some('>') if is_block(raw) => block(raw, start, Fold::Join, &mut builder),
        Some(_) | None => folded_lines(raw, start, Quote::None, &mut builder),
    }
    builder.finish(end)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
}

/// The length of a scalar in quotes that begins a text: what follows it does not belong to it.
pub(super) fn quoted_length(raw: &str) -> Option<usize> {
    let mut chars = raw.char_indices();
    let (_, quote) = chars.next()?;
    while let Some((at, next)) = chars.next() {
        if next == '\\' && quote == '"' {
            chars.next();
        } else if next == quote {
            if quote == '"' || !raw.get(at + 1..)?.starts_with('\'') {
                return Some(at + 1);
            }
            chars.next();
        }
    }
    None
}

/// A scalar whose lines are joined with spaces; an empty line is a line break.
fn folded_lines(raw: &str, start: usize, quote: Quote, out: &mut Builder) {
    let lines = lines(raw);
    let last = lines.len().saturating_sub(1);
    // Where the white space begins that the next line is joined over, and how many breaks are in it.
    // Behind an escaped break they are all that counts.
    let mut gap: Option<(usize, usize, bool)> = None;
    for (at, line) in lines.iter().enumerate() {
        let text = raw.get(line.clone()).unwrap_or_default();
        let from = if at == 0 { 0 } else { text.len() - text.trim_start_matches(BLANKS).len() };
        let body = text.get(from..).unwrap_or_default();
        let escaped = quote == Quote::Double && at < last && ends_with_escape(body);
        let body = match at == last || escaped {
            true => body,
            false => body.trim_end_matches(BLANKS),
        };
        if body.is_empty() && at != 0 && at != last {
            if let Some((_, breaks, _)) = &mut gap {
                *breaks += 1;
            }
            continue;
        }
        if let Some((place, breaks, is_escaped)) = gap.take() {
            match is_escaped {
                true => (0..breaks).for_each(|_| out.escape('\n', place)),
                false => fold(breaks, place, out),
            }
        }
        let place = start + line.start + from;
        if escaped {
            let body = body.get(..body.len() - 1).unwrap_or_default();
            pieces(body, place, quote, out);
            // The break and the blanks behind it are gone; empty lines after it count.
            out.skip(place + body.len());
            gap = Some((place + body.len(), 0, true));
        } else {
            pieces(body, place, quote, out);
            gap = Some((place + body.len(), 1, false));
        }
    }
}

const BLANKS: [char; 2] = [' ', '\t'];

/// One break is a space, more are one break less.
fn fold(breaks: usize, place: usize, out: &mut Builder) {
    match breaks {
        0 => {}
        1 => out.escape(' ', place),
        more => (1..more).for_each(|_| out.escape('\n', place)),
    }
}

/// Whether a line ends with a backslash that is no escaped backslash.
fn ends_with_escape(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

/// The text of one line.
fn pieces(line: &str, place: usize, quote: Quote, out: &mut Builder) {
    let special = match quote {
        Quote::None => None,
        Quote::Single => Some('\''),
        Quote::Double => Some('\\'),
    };
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = special.and_then(|special| rest.find(special)).unwrap_or(rest.len());
        out.copy(rest.get(..plain).unwrap_or_default(), place + at);
        at += plain;
        let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) else { return };
        let (length, meaning) = match quote {
            Quote::Double => escape(rest),
            Quote::Single | Quote::None => (rest.len().min(2), Some('\'')),
        };
        if let Some(meaning) = meaning {
            out.escape(meaning, place + at);
        }
        at += length.max(1);
    }
}

/// Length and meaning of an escape of a double-quoted scalar.
/// <https://yaml.org/spec/1.2.2/#57-escaped-characters>
fn escape(rest: &str) -> (usize, Option<char>) {
    let Some(letter) = rest.chars().nth(1) else { return (1, None) };
    let simple = |single| (1 + letter.len_utf8(), Some(single));
    let code = |digits: usize| {
        let written = rest.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        (2 + digits, written.and_then(char::from_u32))
    };
    match letter {
        '0' => simple('\0'),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        't' | '\t' => simple('\t'),
        'n' => simple('\n'),
        'v' => simple('\u{b}'),
        'f' => simple('\u{c}'),
        'r' => simple('\r'),
        'e' => simple('\u{1b}'),
        'N' => simple('\u{85}'),
        '_' => simple('\u{a0}'),
        'L' => simple('\u{2028}'),
        'P' => simple('\u{2029}'),
        'x' => code(2),
        'u' => code(4),
        'U' => code(8),
        other => simple(other),
    }
}

/// Whether the first line is the header of a block. Between brackets `|` and `>` may begin a plain text.
fn is_block(raw: &str) -> bool {
    let Some((header, _)) = raw.split_once(['\n', '\r']) else { return false };
    let rest = header.trim_start_matches(|next: char| !next.is_whitespace());
    let indicators = header.get(1..header.len() - rest.len()).unwrap_or_default();
    let rest = rest.trim_start();
    indicators.bytes().all(|next| matches!(next, b'-' | b'+' | b'0'..=b'9'))
        && (rest.is_empty() || rest.starts_with('#'))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Keep,
    Join,
}

/// A block: its header, and lines whose common indentation is no part of the value.
fn block(raw: &str, start: usize, fold: Fold, out: &mut Builder) {
    let lines = lines(raw);
    let content = lines.get(1..).unwrap_or_default();
    let text = |line: &Range<usize>| raw.get(line.clone()).unwrap_or_default();
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    // The indentation of a block whose header counts it depends on what the block stands in. The least of its lines is
    // the nearest that can be known here.
    let filled = || content.iter().map(text).filter(|line| !line.trim_matches(BLANKS).is_empty());
    let header = lines.first().map(text).unwrap_or_default();
    let counts = header.chars().skip(1).take(2).any(|next| next.is_ascii_digit());
    let indent = match counts {
        true => filled().map(blanks).min(),
        false => filled().map(blanks).next(),
    };
    let indent = indent.unwrap_or(0);
    let mut breaks: Option<(usize, usize)> = None;
    let mut before_is_deep = true;
    for (at, line) in content.iter().enumerate() {
        let written = text(line);
        let from = blanks(written).min(indent);
        let body = written.get(from..).unwrap_or_default();
        let place = start + line.start + from;
        let is_deep = body.starts_with(BLANKS);
        if body.is_empty() {
            let (place, count) = breaks.unwrap_or((start + line.start, 0));
            breaks = Some((place, count + 1));
            continue;
        }
        if let Some((place, count)) = breaks.take() {
            let is_kept = fold == Fold::Keep || is_deep || before_is_deep;
            match is_kept {
                true => (0..count).for_each(|_| out.escape('\n', place)),
                false => super::scalar::fold(count, place, out),
            }
        }
        out.copy(body, place);
        before_is_deep = is_deep;
        if at + 1 < content.len() {
            breaks = Some((start + line.end, 1));
        }
    }
}

/// The lines of a text without their ends.
fn lines(raw: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    let bytes = raw.as_bytes();
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes.get(at) == Some(&b'\n') && at > 0 && bytes.get(at - 1) == Some(&b'\r') {
            start = at + 1;
            continue;
        }
        out.push(start..at);
        start = at + 1;
    }
    out.push(start..raw.len());
    out
}
