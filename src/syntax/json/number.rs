//! Numbers, by JSON's grammar. What differs is left to `bare`.

use super::Reader;
use crate::source::Span;
use crate::syntax::{Node, Value};
use std::borrow::Cow;

impl<'t> Reader<'t> {
    pub(super) fn number(&mut self) -> Node<'t> {
        let start = self.at;
        let Some(end) = number_end(self.bytes, start).filter(|end| self.ends_token(*end)) else {
            return self.bare_value();
        };
        self.at = end;
        Node { span: Span::new(start, end), value: Value::Number(Cow::Borrowed(self.slice(start, end))) }
    }
}

/// Where the number at `start` ends, if it is one.
fn number_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        Some(_) => digits(bytes, at)?,
        None => return None,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        at = digits(bytes, at)?;
    }
    Some(at)
}

/// The end of a run of at least one digit.
fn digits(bytes: &[u8], start: usize) -> Option<usize> {
    let count = bytes.get(start..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count > 0).then_some(start + count)
}

/// Whether a text is a number in some notation other than JSON's: `+1`, `.5`, `007`, `1_000`, `0x1F`.
pub(super) fn is_foreign_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if let Some(hex) = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        return !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    }
    let allowed = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'e' | b'E' | b'+' | b'-');
    unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.bytes().all(allowed)
        && unsigned.replace('_', "").parse::<f64>().is_ok()
}
