//! The escapes of a JSON string, piece by piece.
//!
//! The reader and the unwrapping of documents inside strings use the same pieces, so that both agree on every byte.

use std::ops::Range;

/// One piece of the text between the quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes in the text that was given.
    pub(super) raw: Range<usize>,
    /// What it stands for.
    pub(super) meaning: Meaning,
}

/// What a [`Piece`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Itself.
    Plain,
    /// One character.
    Char(char),
    /// A backslash sequence that JSON does not have, or half of a surrogate pair.
    Invalid,
}

/// Splits the text between the quotes into plain runs and escapes, in order and without gaps.
pub(super) fn pieces(raw: &str) -> Pieces<'_> {
    Pieces { raw, at: 0 }
}

/// Iterator of [`pieces`].
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    raw: &'t str,
    at: usize,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        let rest = self.raw.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
        let (length, meaning) = match memchr::memchr(b'\\', rest) {
            Some(0) => escape(self.raw, start),
            Some(plain) => (plain, Meaning::Plain),
            None => (rest.len(), Meaning::Plain),
        };
        self.at = start + length;
        Some(Piece { raw: start..self.at, meaning })
    }
}

/// Length and meaning of the escape at `start`, which is a backslash.
fn escape(raw: &str, start: usize) -> (usize, Meaning) {
    let Some(next) = raw.get(start + 1..).and_then(|rest| rest.chars().next()) else {
        return (1, Meaning::Invalid);
    };
    let simple = match next {
        '"' | '\\' | '/' => next,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(raw.as_bytes(), start),
        // A control character is a fault of its own.
        '\0'..' ' => return (1, Meaning::Invalid),
        _ => return (1 + next.len_utf8(), Meaning::Invalid),
    };
    (2, Meaning::Char(simple))
}

/// `\uXXXX`, or two of them that make one character.
fn unicode(raw: &[u8], start: usize) -> (usize, Meaning) {
    let (digits, unit) = hex4(raw, start + 2);
    let Some(unit) = unit else { return (2 + digits, Meaning::Invalid) };
    if let Some(single) = char::from_u32(unit) {
        return (6, Meaning::Char(single));
    }
    let paired = unit < 0xDC00 && raw.get(start + 6..start + 8) == Some(b"\\u".as_slice());
    if paired
        && let (_, Some(low @ 0xDC00..=0xDFFF)) = hex4(raw, start + 8)
        && let Some(joined) = char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
    {
        return (12, Meaning::Char(joined));
    }
    (6, Meaning::Invalid)
}

/// The number of hexadecimal digits at `start`, at most four, and their value if there are four.
fn hex4(raw: &[u8], start: usize) -> (usize, Option<u32>) {
    let mut value = 0;
    for count in 0..4 {
        let Some(digit) = raw.get(start + count).and_then(|byte| char::from(*byte).to_digit(16)) else {
            return (count, None);
        };
        value = value * 16 + digit;
    }
    (4, Some(value))
}
