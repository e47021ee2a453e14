//! The tolerant JSON reader: one pass over the bytes, recovery in its own files.
//!
//! `object` and `array` hold the grammar, `string` and `number` the tokens, and `bare`, `bracket`, `quote` and `space`
//! what people write instead. A correct document never reaches those four.

mod array;
mod bare;
mod bracket;
mod number;
mod object;
mod quote;
mod space;
mod string;
#[cfg(test)]
mod tests;
mod unopened;

use super::{Document, Issue, IssueKind, Node, Value};
use crate::source::Span;
use bracket::Brackets;
use std::borrow::Cow;

/// How deep arrays and objects may lie in each other. A real policy needs six levels.
pub const MAX_DEPTH: usize = 128;

/// Reads JSON as people write it.
///
/// The tree is always there, and what JSON does not allow is listed as issues. A text without issues is one that
/// `serde_json` accepts as a `Value`, and then both trees are equal. The other direction holds as well, except:
/// a duplicate key is an issue, nesting is counted a little differently near [`MAX_DEPTH`], and a number beyond the
/// range of `f64`, which `serde_json` refuses, is none.
///
/// Time is linear in the length of the text. Offsets beyond 4 GiB are not represented.
///
/// ```
/// use preflight::syntax::{IssueKind, read_json};
///
/// let text = "{'Effect': \"Deny\",}";
/// let document = read_json(text);
/// assert_eq!(document.root.get("Effect").and_then(|node| node.as_str()), Some("Deny"));
/// let kinds: Vec<_> = document.issues.iter().map(|issue| issue.kind).collect();
/// assert_eq!(kinds, [IssueKind::SingleQuote, IssueKind::TrailingComma]);
/// ```
#[must_use]
pub fn read_json(text: &str) -> Document<'_> {
    let mut reader = Reader::new(text);
    let root = reader.document();
    let mut issues = reader.issues;
    issues.sort_unstable_by_key(|issue| (issue.span.start, issue.span.end, issue.kind));
    // Two repairs can meet at one place.
    issues.dedup();
    Document { root, issues }
}

/// The state of one reading.
struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte to read.
    at: usize,
    issues: Vec<Issue>,
    brackets: Brackets,
    /// A container ended without its bracket and its last separator now belongs to the container around it.
    separated: bool,
    /// Before this offset no quote can end a string that holds unescaped quotes.
    no_late_quote: usize,
    /// No `*/` follows any more.
    no_comment_end: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            issues: Vec::new(),
            brackets: Brackets::default(),
            separated: false,
            no_late_quote: 0,
            no_comment_end: false,
        }
    }

    fn document(&mut self) -> Node<'t> {
        if self.text.starts_with('\u{FEFF}') {
            self.at = 3;
            self.issue(IssueKind::ByteOrderMark, 0, 3);
        }
        let start = self.at;
        let root = loop {
            self.space();
            match self.peek() {
                None => {
                    self.issue(IssueKind::Empty, start, start);
                    return self.missing(start);
                }
                Some(b',') => self.one(IssueKind::ExtraComma),
                Some(b'}' | b']') => self.one(IssueKind::UnexpectedBracket),
                Some(b':' | b';' | b'=') => self.one(IssueKind::UnexpectedCharacter),
                Some(_) if self.skip_heading() => {}
                Some(_) => break self.root(),
            }
        };
        self.separated = false;
        self.trailing();
        root
    }

    /// The outermost value; an object also where its `{` is missing.
    fn root(&mut self) -> Node<'t> {
        let before = (self.at, self.issues.len());
        let value = self.value();
        self.space();
        if self.peek() == Some(b':') && self.was_key(Some(&value)) {
            self.at = before.0;
            self.issues.truncate(before.1);
            if let Some(object) = self.unopened_object() {
                return object;
            }
        }
        value
    }

    /// What follows the outermost value. A second document is not read: the first one is what was asked for.
    fn trailing(&mut self) {
        loop {
            self.space();
            match self.peek() {
                None => return,
                Some(b'}' | b']') => self.one(IssueKind::UnexpectedBracket),
                Some(_) => break,
            }
        }
        let end = self.text.trim_end().len();
        self.issue(IssueKind::TrailingText, self.at, end.max(self.at));
        self.at = self.bytes.len();
    }

    /// A value, which must start here. Consumes at least one byte, unless a comma, a closing bracket or the end of the
    /// text stands here: then the value is missing.
    fn value(&mut self) -> Node<'t> {
        match self.peek() {
            Some(b'"') => self.string_value(),
            Some(b'{') => self.object(),
            Some(b'[') => self.array(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(b',' | b']' | b'}') | None => self.missing(self.at),
            Some(_) => self.odd_value(),
        }
    }

    fn literal(&mut self, word: &str, value: Value<'t>) -> Node<'t> {
        let start = self.at;
        let end = start + word.len();
        if self.bytes.get(start..end) != Some(word.as_bytes()) || !self.ends_token(end) {
            return self.bare_value();
        }
        self.at = end;
        Node { span: Span::new(start, end), value }
    }

    /// A value that starts like none of JSON's.
    fn odd_value(&mut self) -> Node<'t> {
        if self.quote_length().is_some() {
            let (text, span) = self.odd_quoted();
            return Node { span, value: Value::String(text) };
        }
        self.bare_value()
    }

    fn string_value(&mut self) -> Node<'t> {
        let (text, span) = self.string(string::Role::Value);
        Node { span, value: Value::String(text) }
    }

    /// Where the document starts if words stand before it: a shell prompt, a heading, the fence of a code block.
    fn skip_heading(&mut self) -> bool {
        let starts_value = match self.peek() {
            Some(b'"' | b'{' | b'[' | b'\'' | b'-' | b'0'..=b'9' | b'<') | None => true,
            Some(_) => self.quote_length().is_some() || self.starts_literal(),
        };
        if starts_value {
            return false;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(length) = memchr::memchr2(b'{', b'[', rest) else { return false };
        let heading = self.slice(self.at, self.at + length).trim_end();
        if heading.ends_with(['$', '#']) {
            return false;
        }
        self.issue(IssueKind::BareWord, self.at, self.at + heading.len());
        self.at += length;
        true
    }

    /// Whether `true`, `false` or `null` stands here.
    fn starts_literal(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        [&b"true"[..], b"false", b"null"]
            .iter()
            .any(|word| rest.starts_with(word) && self.ends_token(self.at + word.len()))
    }

    fn missing(&self, at: usize) -> Node<'t> {
        Node { span: Span::new(at, at), value: Value::Missing }
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The text of a range whose ends stand next to ASCII characters or at borders of tokens.
    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    #[cold]
    fn issue(&mut self, kind: IssueKind, start: usize, end: usize) {
        self.issues.push(Issue { kind, span: Span::new(start, end) });
    }

    /// Notes the byte that stands here and goes on behind it.
    #[cold]
    fn one(&mut self, kind: IssueKind) {
        self.issue(kind, self.at, self.at + 1);
        self.at += 1;
    }
}

/// What a container does about a byte that it did not expect.
enum Next {
    /// Another item or member follows.
    Item,
    /// Look again at what stands here now, still behind the last item.
    Again,
    /// It was closed.
    Closed,
    /// It ends here without its bracket.
    End,
}

/// A string without escapes is borrowed.
type Text<'t> = Cow<'t, str>;
