//! Quotes of other kinds, and quotes that are missing or too many.

use super::string::Role;
use super::{Reader, Text};
use crate::source::Span;
use crate::syntax::IssueKind;

/// The bytes with which `‘ ’ ‚ ‛ “ ” „ ‟` start; the third one is 0x98 to 0x9F.
const CURLY: [u8; 2] = [0xE2, 0x80];

impl<'t> Reader<'t> {
    /// The length of the quote that stands here, if it is one of those that JSON does not have.
    pub(super) fn quote_length(&self) -> Option<usize> {
        match self.peek() {
            Some(b'\'') => Some(1),
            Some(0xE2) if self.curly(self.at).is_some() => Some(3),
            _ => None,
        }
    }

    /// The last byte of the curly quote at `at`.
    fn curly(&self, at: usize) -> Option<u8> {
        let last = *self.bytes.get(at + 2)?;
        (self.bytes.get(at..at + 2) == Some(&CURLY) && (0x98..=0x9F).contains(&last)).then_some(last)
    }

    /// The string whose opening quote, of another kind than JSON's, stands here.
    #[cold]
    pub(super) fn odd_quoted(&mut self) -> (Text<'t>, Span) {
        let start = self.at;
        let opening = self.curly(start);
        let content = start + self.quote_length().unwrap_or(1);
        let Some((close, end)) = self.odd_close(content, opening) else {
            let cut = self.cut_in_line(content, self.line_end(content), Role::Value);
            self.issue(IssueKind::UnterminatedString, start, cut);
            self.at = cut;
            return (self.decode(content, cut), Span::new(start, cut));
        };
        match opening {
            None => self.issue(IssueKind::SingleQuote, start, end),
            Some(_) if self.bytes.get(close) == Some(&b'"') => {
                self.issue(IssueKind::CurlyQuote, start, content)
            }
            Some(_) => self.issue(IssueKind::CurlyQuote, start, end),
        }
        self.at = end;
        (self.decode(content, close), Span::new(start, end))
    }

    /// Start and end of the quote that closes a string. An apostrophe in a word does not.
    fn odd_close(&self, content: usize, opening: Option<u8>) -> Option<(usize, usize)> {
        let double = opening.is_some_and(|last| last >= 0x9C);
        let mut at = content;
        loop {
            match *self.bytes.get(at)? {
                b'\n' => return None,
                b'\\' if !matches!(self.bytes.get(at + 1), Some(b'\n') | None) => at += 1,
                b'"' if double => return Some((at, at + 1)),
                b'\'' if !double && !self.is_word(at + 1) => return Some((at, at + 1)),
                0xE2 if opening.is_some() => {
                    let fits = self.curly(at).is_some_and(|last| (last >= 0x9C) == double);
                    if fits && (double || !self.is_word(at + 3)) {
                        return Some((at, at + 3));
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    fn is_word(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// Ends a string without a closing quote at `cut`. If a curly quote stands there, that was meant to close it.
    pub(super) fn unterminated(&mut self, start: usize, cut: usize) -> (Text<'t>, Span) {
        let mut end = cut;
        if cut >= start + 4 && self.curly(cut - 3).is_some() {
            end = cut - 3;
            self.issue(IssueKind::CurlyQuote, end, cut);
        } else {
            self.issue(IssueKind::UnterminatedString, start, cut);
        }
        self.at = cut;
        (self.decode(start + 1, end), Span::new(start, cut))
    }

    /// Where a string ends that its line ends: before the punctuation that belongs to the document.
    pub(super) fn cut_in_line(&self, start: usize, end: usize, role: Role) -> usize {
        if let Some(cut) = self.curly_close(start, end) {
            return cut;
        }
        self.colon_of_key(start, end, role).unwrap_or_else(|| self.before_punctuation(start, end))
    }

    /// Where a string ends whose closing quote is in truth the opening one of the next string.
    pub(super) fn cut_between_quotes(&self, start: usize, end: usize, role: Role) -> Option<usize> {
        let cut = self.before_punctuation(start, end);
        let between = self.bytes.get(cut..end)?;
        memchr::memchr2(b',', b':', between)?;
        Some(self.colon_of_key(start, end, role).unwrap_or(cut))
    }

    /// Behind the first curly quote that punctuation follows.
    fn curly_close(&self, start: usize, end: usize) -> Option<usize> {
        let content = self.bytes.get(start..end)?;
        memchr::memchr_iter(CURLY[0], content).map(|at| start + at).find_map(|at| {
            self.curly(at)?;
            let rest = self.bytes.get(at + 3..end)?;
            let next = rest.iter().find(|byte| !byte.is_ascii_whitespace());
            matches!(next, None | Some(b',' | b':' | b']' | b'}')).then_some(at + 3)
        })
    }

    /// The colon that ends a key, if the value was swallowed as well: `"Enabled: true`.
    fn colon_of_key(&self, start: usize, end: usize, role: Role) -> Option<usize> {
        let content = self.bytes.get(start..end)?;
        let starts_value =
            |at: &usize| matches!(content.get(at + 1), None | Some(b' ' | b'\t' | b'[' | b'{'));
        let spaced = memchr::memchr_iter(b':', content).find(starts_value);
        let colon =
            spaced.or_else(|| memchr::memrchr(b':', content).filter(|at| is_literal(content, at + 1)))?;
        (role == Role::Key).then_some(start + colon)
    }

    /// `end` without the brackets, commas, colons and white space before it; but brackets that are closed or opened by
    /// the text itself stay, as in `${aws:username}`.
    fn before_punctuation(&self, start: usize, end: usize) -> usize {
        let content = self.bytes.get(start..end).unwrap_or_default();
        let mut rest = content;
        while let Some((last, before)) = rest.split_last() {
            let belongs = match last {
                b'}' => opens_last(before, b'{', b'}'),
                b']' => opens_last(before, b'[', b']'),
                b',' | b':' | b'{' | b'[' => false,
                _ => !last.is_ascii_whitespace(),
            };
            if belongs {
                break;
            }
            rest = before;
        }
        start + rest.len()
    }

    /// The quote that ends a string with unescaped quotes in it: the first one behind which the document can go on.
    /// `inner` is the first quote behind the opening one, at `start`.
    pub(super) fn late_quote(&mut self, start: usize, inner: usize, role: Role) -> Option<usize> {
        if inner < self.no_late_quote {
            return None;
        }
        // Of a doubled opening quote, the first one is too many.
        let mut quotes = vec![if inner == start + 1 { start } else { inner }];
        let mut at = inner + 1;
        loop {
            match self.bytes.get(at) {
                Some(b'\\') if self.bytes.get(at + 1) != Some(&b'\n') => at += 1,
                Some(b'"') if self.ends_string(at + 1, role) => break,
                Some(b'"') if !self.opens_string(inner + 1, at) => quotes.push(at),
                Some(b'"' | b'\n') | None => {
                    self.no_late_quote = at;
                    return None;
                }
                Some(_) => {}
            }
            at += 1;
        }
        for quote in quotes {
            self.issue(IssueKind::UnexpectedCharacter, quote, quote + 1);
        }
        Some(at)
    }

    /// Whether a string of that role can end before `at`.
    fn ends_string(&self, at: usize, role: Role) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) {
            Some(b':') => role == Role::Key,
            Some(b',' | b']' | b'}' | b'\n' | b'\r') | None => role == Role::Value,
            Some(_) => false,
        }
    }

    /// Whether the quote at `at` stands where another string starts.
    fn opens_string(&self, start: usize, at: usize) -> bool {
        let before = self.bytes.get(start..at).unwrap_or_default();
        let last = before.iter().rfind(|byte| !matches!(byte, b' ' | b'\t'));
        matches!(last, Some(b',' | b':' | b'[' | b'{'))
    }
}

/// Whether the last bracket of a pair's two kinds is an opening one.
fn opens_last(bytes: &[u8], open: u8, close: u8) -> bool {
    memchr::memrchr2(open, close, bytes).and_then(|at| bytes.get(at)) == Some(&open)
}

/// Whether a number or a literal, and only punctuation behind it, goes from `start` to the end.
fn is_literal(bytes: &[u8], start: usize) -> bool {
    let rest = bytes.get(start..).and_then(|rest| std::str::from_utf8(rest).ok()).unwrap_or_default();
    let word = rest.trim_end_matches([',', '}', ']', ' ', '\t']);
    matches!(word, "true" | "false" | "null") || word.parse::<f64>().is_ok()
}
