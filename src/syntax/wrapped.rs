//! Documents inside strings: the AWS CLI prints a policy as a JSON string, the IAM API percent-encodes it.
//!
//! The inner document is decoded and read like any other; its spans are then moved back, so that every one of them
//! points into the text the user gave. Which strings hold documents is not known here (`load` knows).

use super::escape::{Meaning, pieces};
use super::{Document, Member, Node, Value, read_json};
use crate::source::Span;
use std::ops::Range;

/// The decoded text of a string, with the way back to the text it was written in.
#[derive(Debug, Clone)]
pub struct Unwrapped {
    text: String,
    /// In the order of both offsets, which both start at the first piece and end at the last one.
    pieces: Vec<Piece>,
}

/// The start of a stretch that is either copied byte by byte or stands for one escape.
#[derive(Debug, Clone, Copy)]
struct Piece {
    decoded: u32,
    original: u32,
    escape: bool,
}

impl Unwrapped {
    /// Takes `level` layers of JSON escapes off the bytes `content` of `source_text`, the ones between the quotes.
    ///
    /// A policy in the AWS CLI's output has one layer; where such output was put into a string once more, two.
    #[must_use]
    pub fn new(source_text: &str, content: Span, level: u8) -> Self {
        let mut unwrapped = Self::verbatim(source_text, content);
        for _ in 0..level {
            unwrapped = unwrapped.unescaped(0..unwrapped.text.len());
        }
        unwrapped
    }

    /// Takes percent-encoding off the bytes `content` of `source_text`: `%7B%22Version…`, the form of the IAM API.
    #[must_use]
    pub fn percent(source_text: &str, content: Span) -> Self {
        let raw = source_text.get(content.range()).unwrap_or_default();
        let mut builder = Builder::new(raw.len());
        let mut at = 0;
        let mut escaped = Vec::new();
        while at < raw.len() {
            let run = at;
            while let Some(byte) = percent_byte(raw, at) {
                escaped.push(byte);
                at += 3;
            }
            builder.bytes(&escaped, content.start as usize + run);
            escaped.clear();
            let rest = raw.get(at..).unwrap_or_default();
            let skip = usize::from(rest.starts_with('%'));
            let plain = memchr::memchr(b'%', rest.as_bytes().get(skip..).unwrap_or_default())
                .map_or(rest.len(), |length| length + skip);
            builder.copy(rest.get(..plain).unwrap_or_default(), content.start as usize + at);
            at += plain;
        }
        builder.finish(content.start as usize + raw.len())
    }

    /// The decoded text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where a range of the decoded text was written in the original. An escape is taken whole.
    #[must_use]
    pub fn original(&self, decoded: Range<usize>) -> Span {
        let start = self.place(decoded.start).0;
        let end = if decoded.is_empty() { start } else { self.place(decoded.end - 1).1 };
        Span::new(start, end)
    }

    /// Start and end, in the original, of the byte or escape that gave the decoded byte at `at`.
    fn place(&self, at: usize) -> (usize, usize) {
        let index = self.pieces.partition_point(|piece| piece.decoded as usize <= at);
        let Some(piece) = index.checked_sub(1).and_then(|index| self.pieces.get(index)) else {
            return (0, 0);
        };
        let Some(next) = self.pieces.get(index) else {
            return (piece.original as usize, piece.original as usize);
        };
        if piece.escape {
            return (piece.original as usize, next.original as usize);
        }
        let start = piece.original as usize + (at - piece.decoded as usize);
        (start, start + 1)
    }

    /// Nothing taken off.
    fn verbatim(source_text: &str, content: Span) -> Self {
        let raw = source_text.get(content.range()).unwrap_or_default();
        let mut builder = Builder::new(raw.len());
        builder.copy(raw, content.start as usize);
        builder.finish(content.start as usize + raw.len())
    }

    /// Takes one layer of JSON escapes off a part of the decoded text.
    fn unescaped(&self, part: Range<usize>) -> Self {
        let raw = self.text.get(part.clone()).unwrap_or_default();
        let mut builder = Builder::new(raw.len());
        for piece in pieces(raw) {
            let decoded = part.start + piece.raw.start..part.start + piece.raw.end;
            match piece.meaning {
                Meaning::Plain => self.copy_into(&mut builder, decoded),
                Meaning::Char(single) => builder.escape(single, self.place(decoded.start).0),
                Meaning::Invalid => builder.escape(char::REPLACEMENT_CHARACTER, self.place(decoded.start).0),
            }
        }
        builder.finish(self.original(part.end..part.end).start as usize)
    }

    /// Copies a part of the decoded text with the pieces it consists of.
    fn copy_into(&self, builder: &mut Builder, part: Range<usize>) {
        let first =
            self.pieces.partition_point(|piece| piece.decoded as usize <= part.start).saturating_sub(1);
        let mut at = part.start;
        let ends = self.pieces.iter().skip(first + 1).map(|piece| piece.decoded as usize);
        for (piece, end) in self.pieces.iter().skip(first).zip(ends) {
            if at >= part.end {
                return;
            }
            let end = end.min(part.end);
            let text = self.text.get(at..end).unwrap_or_default();
            if piece.escape {
                builder.escaped(text, piece.original as usize);
            } else {
                builder.copy(text, piece.original as usize + (at - piece.decoded as usize));
            }
            at = end;
        }
    }
}

/// Reads a decoded document. Every span in it points into the original text.
#[must_use]
pub fn read_wrapped(unwrapped: &Unwrapped) -> Document<'_> {
    let mut document = read_json(&unwrapped.text);
    move_back(&mut document.root, unwrapped);
    for issue in &mut document.issues {
        issue.span = unwrapped.original(issue.span.range());
    }
    document
}

fn move_back(node: &mut Node<'_>, unwrapped: &Unwrapped) {
    node.span = unwrapped.original(node.span.range());
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| move_back(item, unwrapped)),
        Value::Object(members) => {
            for Member { key_span, value, .. } in members {
                *key_span = unwrapped.original(key_span.range());
                move_back(value, unwrapped);
            }
        }
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => {}
    }
}

/// Where a byte range of a string's *value* stands in the original text, for instance the region inside an ARN.
///
/// `string` is the span of the string's node, `level` the number of strings that its document lies in: 0 for a file of
/// plain JSON. A string of a percent-encoded document is known by its quote, `%22`. Falls back to the whole string where the value has no such part.
#[must_use]
pub fn inner_span(source_text: &str, string: Span, level: u8, part: Range<usize>) -> Span {
    let percent = source_text.get(string.range()).is_some_and(|text| text.starts_with("%22"));
    let written = if percent {
        Unwrapped::percent(source_text, string)
    } else {
        Unwrapped::new(source_text, string, level)
    };
    let value = written.unescaped(between_quotes(&written.text));
    if value.text.get(part.clone()).is_none() {
        return string;
    }
    value.original(part)
}

/// As [`inner_span`], for a text of another notation than JSON: where the value stands there as it is, up to the part's end.
/// Else the whole text.
#[must_use]
pub fn plain_span(source_text: &str, text: Span, value: &str, part: Range<usize>) -> Span {
    let written = source_text.get(text.range()).unwrap_or_default();
    let start = between_quotes(written).start;
    let inner = written.get(start..).unwrap_or_default();
    match value.get(..part.end) {
        Some(known) if inner.starts_with(known) => {
            let from = text.start as usize + start;
            Span::new(from + part.start, from + part.end)
        }
        Some(_) | None => text,
    }
}

/// What lies between the quotes, whichever they are; where one is missing, from or to the border.
fn between_quotes(text: &str) -> Range<usize> {
    let is_quote = |next: char| matches!(next, '"' | '\'' | '\u{2018}'..='\u{201F}');
    let length = |quote: Option<char>| quote.filter(|next| is_quote(*next)).map_or(0, char::len_utf8);
    let start = length(text.chars().next());
    let inner = text.get(start..).unwrap_or_default();
    start..text.len() - length(inner.chars().next_back())
}

/// The byte that `%XX` at `at` stands for.
fn percent_byte(raw: &str, at: usize) -> Option<u8> {
    let digits = raw.get(at..at + 3)?.strip_prefix('%')?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

/// Puts decoded text and pieces together.
pub(super) struct Builder {
    text: String,
    pieces: Vec<Piece>,
}

impl Builder {
    pub(super) fn new(capacity: usize) -> Self {
        Self { text: String::with_capacity(capacity), pieces: Vec::new() }
    }

    /// Text that stands as such at `original`.
    pub(super) fn copy(&mut self, text: &str, original: usize) {
        self.piece(text, original, false);
    }

    /// A character that is written as an escape at `original`.
    pub(super) fn escape(&mut self, single: char, original: usize) {
        self.piece(single.encode_utf8(&mut [0; 4]), original, true);
    }

    /// Text that one escape at `original` stands for.
    fn escaped(&mut self, text: &str, original: usize) {
        self.piece(text, original, true);
    }

    /// What stands from `original` on gives no text.
    pub(super) fn skip(&mut self, original: usize) {
        let piece = Piece { decoded: offset(self.text.len()), original: offset(original), escape: false };
        self.pieces.push(piece);
    }

    /// Bytes that are written with three characters each, from `original` on.
    fn bytes(&mut self, bytes: &[u8], mut original: usize) {
        for chunk in bytes.utf8_chunks() {
            for single in chunk.valid().chars() {
                self.escape(single, original);
                original += 3 * single.len_utf8();
            }
            if !chunk.invalid().is_empty() {
                self.escape(char::REPLACEMENT_CHARACTER, original);
                original += 3 * chunk.invalid().len();
            }
        }
    }

    fn piece(&mut self, text: &str, original: usize, escape: bool) {
        if text.is_empty() {
            return;
        }
        let decoded = offset(self.text.len());
        self.text.push_str(text);
        let original = offset(original);
        let continues = self.pieces.last().is_some_and(|last| {
            !escape && !last.escape && decoded - last.decoded == original.saturating_sub(last.original)
        });
        if !continues {
            self.pieces.push(Piece { decoded, original, escape });
        }
    }

    pub(super) fn finish(mut self, end: usize) -> Unwrapped {
        self.pieces.push(Piece { decoded: offset(self.text.len()), original: offset(end), escape: false });
        Unwrapped { text: self.text, pieces: self.pieces }
    }
}

/// Spans hold 32 bits.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::IssueKind;

    /// The bytes between the quotes of the value of a key in plain JSON.
    fn content(text: &str, key: &str) -> Span {
        let document = read_json(text);
        let span = document.root.get(key).unwrap().span;
        Span::new(span.start as usize + 1, span.end as usize - 1)
    }

    #[test]
    fn spans_of_a_wrapped_document_point_into_the_output_of_the_cli() {
        let text = r#"{"Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"caf\u00e9\",\"Action\":[\"s3:Get\",\"a\\\"b\"],}]}"}"#;
        let unwrapped = Unwrapped::new(text, content(text, "Policy"), 1);
        let document = read_wrapped(&unwrapped);
        let show = |span: Span| text.get(span.range()).unwrap();
        let statement = &document.root.get("Statement").unwrap().as_array().unwrap()[0];
        let member = statement.member("Sid").unwrap();
        assert_eq!(member.value.as_str(), Some("café"));
        assert_eq!(show(member.key_span), r#"\"Sid\""#);
        assert_eq!(show(member.value.span), r#"\"caf\u00e9\""#);
        let actions = statement.get("Action").unwrap();
        assert_eq!(show(actions.span), r#"[\"s3:Get\",\"a\\\"b\"]"#);
        assert_eq!(actions.as_array().unwrap()[1].as_str(), Some("a\"b"));
        assert_eq!(document.issues.len(), 1);
        assert_eq!((document.issues[0].kind, show(document.issues[0].span)), (IssueKind::TrailingComma, ","));
        let last = actions.as_array().unwrap()[1].span;
        assert_eq!(show(inner_span(text, last, 1, 1..2)), r#"\\\""#);
        assert_eq!(show(inner_span(text, member.value.span, 1, 3..5)), r"\u00e9");
    }

    #[test]
    fn a_document_may_be_wrapped_twice() {
        let inner = r#"{"a": "x\"y", "b": [1, 2]}"#;
        let once = serde_json::to_string(&serde_json::json!({"Policy": inner})).unwrap();
        let twice = serde_json::to_string(&serde_json::json!({"Body": once})).unwrap();
        let outer = Unwrapped::new(&twice, content(&twice, "Body"), 1);
        assert_eq!(outer.text(), once);
        let policy = read_wrapped(&outer).root.get("Policy").unwrap().span;
        assert!(twice.get(policy.range()).unwrap().starts_with(r#"\"{\\\"a"#));
        let between = Span::new(policy.start as usize + 2, policy.end as usize - 2);
        let unwrapped = Unwrapped::new(&twice, between, 2);
        assert_eq!(unwrapped.text(), inner);
        let document = read_wrapped(&unwrapped);
        assert!(document.issues.is_empty());
        let member = document.root.member("a").unwrap();
        assert_eq!(twice.get(member.key_span.range()), Some(r#"\\\"a\\\""#));
        let quote = inner_span(&twice, member.value.span, 2, 1..2);
        assert_eq!(twice.get(quote.range()), Some(r#"\\\\\\\""#));
        assert_eq!(twice.get(document.root.get("b").unwrap().span.range()), Some("[1, 2]"));
    }

    #[test]
    fn percent_encoding_is_taken_off() {
        let text = r#""%7B%22S%22%3A%22caf%C3%A9%22%2C%22b%22%3A1%2C%7D""#;
        let unwrapped = Unwrapped::percent(text, Span::new(1, text.len() - 1));
        assert_eq!(unwrapped.text(), r#"{"S":"café","b":1,}"#);
        let document = read_wrapped(&unwrapped);
        assert_eq!(text.get(document.root.get("S").unwrap().span.range()), Some("%22caf%C3%A9%22"));
        assert_eq!(text.get(document.issues[0].span.range()), Some("%2C"));
        let string = document.root.get("S").unwrap().span;
        assert_eq!(text.get(inner_span(text, string, 1, 3..5).range()), Some("%C3%A9"));
        let broken = "%7b%zz%ff%e4%";
        let unwrapped = Unwrapped::percent(broken, Span::new(0, broken.len()));
        assert_eq!(unwrapped.text(), "{%zz\u{FFFD}\u{FFFD}%");
        assert_eq!(unwrapped.original(4..7), Span::new(6, 9));
    }

    #[test]
    fn a_part_of_a_value_is_found_in_its_source() {
        let text = r#"{"Resource": "arn:aws:s3:\u002dx:eu"}"#;
        let string = read_json(text).root.get("Resource").unwrap().span;
        let show = |part| text.get(inner_span(text, string, 0, part).range()).unwrap();
        assert_eq!(show(0..3), "arn");
        assert_eq!(show(11..13), r"\u002dx");
        assert_eq!(show(14..16), "eu");
        assert_eq!(show(14..99), r#""arn:aws:s3:\u002dx:eu""#);
        let odd = "[“ab”, 'cd', ef]";
        for (item, expected) in read_json(odd).root.as_array().unwrap().iter().zip(["b", "d", "f"]) {
            assert_eq!(odd.get(inner_span(odd, item.span, 0, 1..2).range()), Some(expected));
        }
    }

    #[test]
    fn places_outside_the_text_give_nothing() {
        let unwrapped = Unwrapped::new("é", Span::new(1, 9), 3);
        assert_eq!(unwrapped.text(), "");
        assert_eq!(unwrapped.original(4..7), Span::new(1, 1));
        assert_eq!(inner_span("é", Span::new(1, 9), 200, 0..1), Span::new(1, 9));
    }
}
