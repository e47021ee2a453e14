//! Text without quotes: bare words, placeholders, and numbers in a notation that JSON does not have.

use super::number::is_foreign_number;
use super::string::Role;
use super::{Reader, Text};
use crate::source::Span;
use crate::syntax::{IssueKind, Node, Value};
use std::borrow::Cow;

/// A placeholder is not longer than this.
const PLACEHOLDER: usize = 128;

/// A run of text without quotes, on one line, with the blanks in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    start: usize,
    /// The end of the text proper.
    text_end: usize,
    /// The end with a closing quote that has no opening one.
    pub(super) end: usize,
    placeholder: bool,
}

impl<'t> Reader<'t> {
    /// The value that stands here without quotes.
    #[cold]
    pub(super) fn bare_value(&mut self) -> Node<'t> {
        let run = self.bare_run(Role::Value);
        let text = self.slice(run.start, run.text_end);
        self.at = run.end;
        let (kind, value) = meaning(text, run);
        self.issue(kind, run.start, run.end);
        Node { span: Span::new(run.start, run.end), value }
    }

    /// The key that stands here without quotes. If no value can follow it, it is noted only: `{ ... }`.
    pub(super) fn bare_key(&mut self) -> Option<(Text<'t>, Span)> {
        let run = self.bare_run(Role::Key);
        let text = self.slice(run.start, run.text_end);
        self.at = run.end;
        let placeholder = run.placeholder || is_ellipsis(text);
        let kind = if placeholder { IssueKind::Placeholder } else { IssueKind::BareWord };
        self.issue(kind, run.start, run.end);
        self.space();
        if let Some(b',' | b'}' | b']') | None = self.peek() {
            return None;
        }
        Some((Cow::Borrowed(text), Span::new(run.start, run.end)))
    }

    /// The run that starts here; at least one character, whatever it is.
    pub(super) fn bare_run(&self, role: Role) -> Run {
        let start = self.at;
        let mut run = Run { start, text_end: start, end: start, placeholder: false };
        let mut at = start;
        let mut colon = None;
        while let Some(byte) = self.bytes.get(at) {
            if let Some(end) = self.placeholder_end(at) {
                run.placeholder = true;
                at = end;
                run.text_end = end;
                continue;
            }
            match byte {
                b'\n' | b'\r' | b',' | b']' | b'}' | b'[' | b'{' => break,
                b'"' => {
                    if run.text_end == at && at > start && self.may_close(at + 1) {
                        run.end = at + 1;
                        return run;
                    }
                    break;
                }
                b':' if self.ends_word(at + 1, role) => break,
                b':' if role == Role::Key => {
                    colon = colon.or(Some(at));
                }
                b'=' if role == Role::Key => break,
                b';' if matches!(self.bytes.get(at + 1), Some(b' ' | b'\t' | b'\r' | b'\n') | None) => break,
                b'/' | b'#' if run.text_end < at && self.starts_comment(at) => break,
                b' ' | b'\t' => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
            at += 1;
            run.text_end = at;
        }
        let ends_at_colon = self.next_is_colon(run.text_end);
        if let Some(first) = colon
            && first > start
            && !ends_at_colon
        {
            run.text_end = first;
        }
        if run.text_end == start {
            run.text_end = start + self.character_length(start);
        }
        run.end = run.text_end;
        run
    }

    fn character_length(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    }

    /// Whether a colon before `at` ends a word. `aws:SourceArn` and `arn:aws:s3:::bucket` hold colons that do not.
    fn ends_word(&self, at: usize, role: Role) -> bool {
        match self.bytes.get(at) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n') => true,
            Some(b'"' | b'\'' | b'[' | b'{' | b'<') => role == Role::Key,
            Some(_) => false,
        }
    }

    pub(super) fn next_is_colon(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b':')
    }

    /// Whether a quote before `at` can close something.
    fn may_close(&self, at: usize) -> bool {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let next = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
        matches!(next, None | Some(b',' | b':' | b']' | b'}' | b'\r' | b'\n'))
    }

    /// Whether a number or literal may end before `at`.
    pub(super) fn ends_token(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None => true,
            Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b']' | b'}' | b':' | b'\'' | b'[' | b'{' | b';') => {
                true
            }
            // `111122223333"` lacks its opening quote.
            Some(b'"') => !self.may_close(at + 1),
            Some(b'/' | b'#') => self.starts_comment(at),
            Some(_) => false,
        }
    }

    /// Whether text without quotes starts here that is neither a number nor a literal.
    pub(super) fn starts_bare(&self) -> bool {
        match self.peek() {
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9') | None => false,
            Some(_) => self.quote_length().is_none() && !self.starts_literal(),
        }
    }

    /// The end of the placeholder at `at`.
    fn placeholder_end(&self, at: usize) -> Option<usize> {
        match self.bytes.get(at)? {
            b'<' => self.placeholder_close(at + 1, b'>'),
            b'$' | b'#' if self.bytes.get(at + 1) == Some(&b'{') => self.placeholder_close(at + 2, b'}'),
            b'{' => self.braced_placeholder(at),
            _ => None,
        }
    }

    fn placeholder_close(&self, start: usize, close: u8) -> Option<usize> {
        let rest = self.bytes.get(start..)?;
        let rest = rest.get(..PLACEHOLDER).unwrap_or(rest);
        let length =
            rest.iter().position(|byte| *byte == close || matches!(byte, b'\n' | b'"' | b'<' | b'{'))?;
        (length > 0 && rest.get(length) == Some(&close)).then_some(start + length + 1)
    }

    /// `{bucket-name}` or `{{ bucket }}`: braces around a name, where an object would hold a key with a colon.
    pub(super) fn braced_placeholder(&self, at: usize) -> Option<usize> {
        let double = self.bytes.get(at + 1) == Some(&b'{');
        let start = at + if double { 2 } else { 1 };
        let rest = self.bytes.get(start..)?;
        let rest = rest.get(..PLACEHOLDER).unwrap_or(rest);
        let in_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ' | b'/');
        let length = rest.iter().position(|byte| !in_name(byte))?;
        let end = start + length + if double { 2 } else { 1 };
        let closed = self.bytes.get(start + length..end)?.iter().all(|byte| *byte == b'}');
        let named = rest.get(..length)?.iter().any(u8::is_ascii_alphanumeric);
        (closed && named).then_some(end)
    }
}

/// What a text without quotes was meant to be.
fn meaning<'t>(text: &'t str, run: Run) -> (IssueKind, Value<'t>) {
    if run.end > run.text_end {
        // A closing quote without an opening one.
        return (IssueKind::BareWord, Value::String(Cow::Borrowed(text)));
    }
    if run.placeholder || is_ellipsis(text) {
        return (IssueKind::Placeholder, Value::Bare(text));
    }
    if is_foreign_number(text) {
        return (IssueKind::InvalidNumber, Value::Number(Cow::Borrowed(text)));
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let value = if is("true") {
        Value::Bool(true)
    } else if is("false") {
        Value::Bool(false)
    } else if is("null") || is("none") {
        Value::Null
    } else {
        Value::Bare(text)
    };
    (IssueKind::BareWord, value)
}

fn is_ellipsis(text: &str) -> bool {
    matches!(text, "…" | "...")
}
