//! A walk over JSON that builds nothing: for answers too long to hold as a tree, such as a listing of a million keys.
//!
//! Unlike [`read_json`](super::read_json) it repairs nothing: it stops at the first fault, and what came before it
//! stands. Values that are skipped are only followed to their end, not looked into.

use super::escape::{Meaning, pieces};
use crate::source::Span;
use std::borrow::Cow;

/// The place where the text is no JSON, or not of the shape that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanFault {
    /// Offset of the byte.
    pub at: usize,
}

/// A walk over one text.
#[derive(Debug, Clone)]
pub struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    /// A value has ended at this level, so that a comma or a closing bracket must follow.
    behind_value: bool,
}

impl<'t> Scan<'t> {
    /// A walk that begins at the start of the text; a byte order mark is passed over.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, bytes: text.as_bytes(), at, behind_value: false }
    }

    /// The first byte of the next token, which is not taken.
    pub fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    /// Goes into an object or array.
    ///
    /// # Errors
    /// If something else than `bracket` stands there.
    pub fn open(&mut self, bracket: u8) -> Result<(), ScanFault> {
        self.expect(bracket)?;
        self.behind_value = false;
        Ok(())
    }

    /// The key of the next member, quotes not included; `None` behind the last one, where the object is left.
    ///
    /// # Errors
    /// If neither a member nor the end of the object follows.
    pub fn member(&mut self) -> Result<Option<Span>, ScanFault> {
        if !self.next(b'}')? {
            return Ok(None);
        }
        let key = self.string()?;
        self.expect(b':')?;
        Ok(Some(key))
    }

    /// Whether another element follows; behind the last one the array is left.
    ///
    /// # Errors
    /// If neither an element nor the end of the array follows.
    pub fn item(&mut self) -> Result<bool, ScanFault> {
        self.next(b']')
    }

    /// Takes a string; gives its content without the quotes.
    ///
    /// # Errors
    /// If no string stands there, or it is not closed.
    pub fn string(&mut self) -> Result<Span, ScanFault> {
        self.expect(b'"')?;
        let start = self.at;
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let Some(found) = memchr::memchr2(b'"', b'\\', rest) else {
                return Err(ScanFault { at: start.saturating_sub(1) });
            };
            self.at += found;
            if self.bytes.get(self.at) == Some(&b'"') {
                let span = Span::new(start, self.at);
                self.at += 1;
                self.behind_value = true;
                return Ok(span);
            }
            self.at += 2;
        }
    }

    /// Takes a scalar that is no string, as it is written.
    ///
    /// # Errors
    /// If none stands there.
    pub fn word(&mut self) -> Result<&'t str, ScanFault> {
        let start = match self.peek() {
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.at,
            _ => return self.fault(),
        };
        while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') = self.bytes.get(self.at)
        {
            self.at += 1;
        }
        self.behind_value = true;
        Ok(self.text.get(start..self.at).unwrap_or_default())
    }

    /// Passes over a value.
    ///
    /// # Errors
    /// If no value stands there, or it does not end.
    pub fn skip(&mut self) -> Result<(), ScanFault> {
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{' | b'[') => {
                let start = self.at;
                let mut depth = 0usize;
                while let Some(byte) = self.bytes.get(self.at) {
                    match byte {
                        b'"' => {
                            self.string()?;
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        b'}' | b']' => depth -= 1,
                        _ => {}
                    }
                    self.at += 1;
                    if depth == 0 {
                        self.behind_value = true;
                        return Ok(());
                    }
                }
                Err(ScanFault { at: start })
            }
            _ => self.word().map(drop),
        }
    }

    /// The text of a string's content with its escapes resolved; what is no escape stays as it is written.
    #[must_use]
    pub fn unescape(content: &str) -> Cow<'_, str> {
        if memchr::memchr(b'\\', content.as_bytes()).is_none() {
            return Cow::Borrowed(content);
        }
        let mut out = String::with_capacity(content.len());
        for piece in pieces(content) {
            match piece.meaning {
                Meaning::Char(c) => out.push(c),
                Meaning::Plain | Meaning::Invalid => {
                    out.push_str(content.get(piece.raw).unwrap_or_default());
                }
            }
        }
        Cow::Owned(out)
    }

    /// Whether an element follows at this level, behind its comma; if the closing bracket follows, it is taken.
    fn next(&mut self, closing: u8) -> Result<bool, ScanFault> {
        let found = self.peek();
        if found == Some(closing) {
            self.at += 1;
            self.behind_value = true;
            return Ok(false);
        }
        if self.behind_value {
            self.expect(b',')?;
            if self.peek() == Some(closing) {
                return self.fault();
            }
        }
        match self.peek() {
            Some(_) => Ok(true),
            None => self.fault(),
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ScanFault> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            self.fault()
        }
    }

    fn fault<T>(&self) -> Result<T, ScanFault> {
        Err(ScanFault { at: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Node, Value, read_json};
    use proptest::prelude::*;

    /// Every string in value position, in order, as the walk gives them.
    fn walked(scan: &mut Scan<'_>, text: &str, out: &mut Vec<(String, Span)>) -> Result<(), ScanFault> {
        match scan.peek() {
            Some(b'{') => {
                scan.open(b'{')?;
                while scan.member()?.is_some() {
                    walked(scan, text, out)?;
                }
            }
            Some(b'[') => {
                scan.open(b'[')?;
                while scan.item()? {
                    walked(scan, text, out)?;
                }
            }
            Some(b'"') => {
                let span = scan.string()?;
                out.push((Scan::unescape(text.get(span.range()).unwrap()).into_owned(), span));
            }
            _ => drop(scan.word()?),
        }
        Ok(())
    }

    fn read(node: &Node<'_>, out: &mut Vec<(String, Span)>) {
        match &node.value {
            Value::String(text) => {
                let span = Span { start: node.span.start + 1, end: node.span.end - 1 };
                out.push((text.to_string(), span));
            }
            Value::Array(items) => items.iter().for_each(|item| read(item, out)),
            Value::Object(members) => members.iter().for_each(|member| read(&member.value, out)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Bare(_) | Value::Missing => {}
        }
    }

    #[test]
    fn faults_are_where_the_text_goes_wrong() {
        for (text, at) in [
            (r#"{"a": 1,}"#, 8),
            (r#"{"a" 1}"#, 5),
            (r#"["x" "y"]"#, 5),
            (r#"["x"#, 1),
            ("[1, ]", 4),
            ("", 0),
            ("{", 1),
        ] {
            let fault = walked(&mut Scan::new(text), text, &mut Vec::new()).unwrap_err();
            assert_eq!(fault.at, at, "{text}");
        }
    }

    #[test]
    fn a_skipped_value_ends_where_the_value_ends() {
        let text = r#"{"a": {"b": ["}", "\"]"]}, "c": "d"}"#;
        let mut scan = Scan::new(text);
        scan.open(b'{').unwrap();
        scan.member().unwrap().unwrap();
        scan.skip().unwrap();
        let key = scan.member().unwrap().unwrap();
        assert_eq!(text.get(key.range()), Some("c"));
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i32>().prop_map(Into::into),
            "[a-z/=\"\\\\é\u{1}\u{1f600}{}\\[\\], ]{0,12}".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                proptest::collection::btree_map("[a-z\"\\\\]{0,4}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_walk_and_the_tree_agree(value in json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            let mut from_walk = Vec::new();
            walked(&mut Scan::new(&text), &text, &mut from_walk).unwrap();
            let mut from_tree = Vec::new();
            read(&read_json(&text).root, &mut from_tree);
            prop_assert_eq!(from_walk, from_tree);
        }

        #[test]
        fn nothing_makes_it_panic_or_hang(text in "[{}\\[\\]\",:\\\\a-c0-1é ]{0,60}") {
            let mut scan = Scan::new(&text);
            let _ = walked(&mut scan, &text, &mut Vec::new());
            let _ = Scan::new(&text).skip();
        }
    }
}
