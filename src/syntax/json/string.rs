//! Strings in straight quotes, and where one ends whose closing quote is missing.

use super::{Reader, Text};
use crate::source::Span;
use crate::syntax::IssueKind;
use crate::syntax::escape::{Meaning, pieces};
use std::borrow::Cow;

/// What a string is read as. It tells what may follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Key,
    Value,
}

impl<'t> Reader<'t> {
    /// The string whose opening quote stands here.
    pub(super) fn string(&mut self, role: Role) -> (Text<'t>, Span) {
        let start = self.at;
        let end = plain_end(self.bytes, start + 1);
        if self.bytes.get(end) == Some(&b'"') && !self.runs_on(end + 1) {
            self.at = end + 1;
            return (Cow::Borrowed(self.slice(start + 1, end)), Span::new(start, end + 1));
        }
        self.odd_string(start, end, role)
    }

    /// A string with an escape, a control character or a doubtful end. It is plain up to `plain`.
    fn odd_string(&mut self, start: usize, plain: usize, role: Role) -> (Text<'t>, Span) {
        let end = self.raw_end(plain);
        if self.bytes.get(end) != Some(&b'"') {
            let cut = self.cut_in_line(start + 1, end, role);
            return self.unterminated(start, cut);
        }
        let mut close = end;
        if self.runs_on(end + 1) {
            if let Some(cut) = self.cut_between_quotes(start + 1, end, role) {
                return self.unterminated(start, cut);
            }
            close = self.late_quote(start, end, role).unwrap_or(end);
        }
        self.at = close + 1;
        // A doubled quote, as in `""Allow"` or `"Allow""`, belongs to the string's borders.
        let start = if close > end && end == start + 1 { end } else { start };
        let content_end = if close == end + 1 { end } else { close };
        (self.decode(start + 1, content_end), Span::new(start, close + 1))
    }

    /// The first quote that no backslash escapes, or the end of the line.
    fn raw_end(&self, mut at: usize) -> usize {
        loop {
            at = plain_end(self.bytes, at);
            match self.bytes.get(at) {
                None | Some(b'"' | b'\n') => return at,
                Some(b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => return at,
                Some(b'\\') if matches!(self.bytes.get(at + 1), Some(b'"' | b'\\')) => at += 2,
                Some(_) => at += 1,
            }
        }
    }

    /// Whether the text goes on behind what seems to be the closing quote, as in `"Allow, "Action"` where it opens the
    /// next string, or in `"a "quoted" word"`.
    fn runs_on(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            Some(b',' | b':' | b'}' | b']' | b'\n') | None => false,
            Some(b'"') => matches!(self.bytes.get(at + 1), Some(b':' | b',' | b']' | b'}' | b'\r' | b'\n')),
            Some(byte) => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'*' | b'$' | b'<' | b'@' | b'%')
            }
        }
    }

    /// Resolves the escapes of `start..end` and notes what is wrong in there.
    pub(super) fn decode(&mut self, start: usize, end: usize) -> Text<'t> {
        let raw = self.slice(start, end);
        self.control_characters(start, raw);
        if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
            return Cow::Borrowed(raw);
        }
        let mut text = String::with_capacity(raw.len());
        for piece in pieces(raw) {
            match piece.meaning {
                Meaning::Plain => text.push_str(raw.get(piece.raw).unwrap_or_default()),
                Meaning::Char(single) => text.push(single),
                Meaning::Invalid => {
                    text.push(char::REPLACEMENT_CHARACTER);
                    self.issue(IssueKind::InvalidEscape, start + piece.raw.start, start + piece.raw.end);
                }
            }
        }
        Cow::Owned(text)
    }

    fn control_characters(&mut self, start: usize, raw: &str) {
        let is_control = |byte: &u8| *byte < 0x20;
        let mut at = 0;
        let bytes = raw.as_bytes();
        while let Some(length) = bytes.get(at..).and_then(|rest| rest.iter().position(is_control)) {
            let first = at + length;
            let run =
                bytes.get(first..).unwrap_or_default().iter().take_while(|byte| is_control(byte)).count();
            at = first + run;
            self.issue(IssueKind::ControlCharacter, start + first, start + at);
        }
    }
}

/// The first quote, backslash or control character from `start` on, or the end. Eight bytes at a time, since most
/// strings are short and a call for each of them would cost more.
fn plain_end(bytes: &[u8], start: usize) -> usize {
    let (chunks, tail) = bytes.get(start..).unwrap_or_default().as_chunks::<8>();
    let mut at = start;
    for chunk in chunks {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return at + (special.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    let is_special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    at + tail.iter().position(is_special).unwrap_or(tail.len())
}

/// Sets the highest bit of every byte that is special. Bytes above the first special one may be marked wrongly.
fn special_bytes(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | equal(b'"') | equal(b'\\')) & (ONES << 7)
}
