//! A document that is put together from pieces of a template: text as it stands, values that are known, and holes.
//!
//! It is read as JSON, and every place in it is moved back to where the piece stands.

use super::{Document, Member, Node, Part, Value, read_json};
use crate::source::Span;
use std::borrow::Cow;

/// Marks holes while the text is read. Characters for private use, which no document has a meaning for.
const OPEN: char = '\u{E0FE}';
const CLOSE: char = '\u{E0FF}';

/// The pieces so far.
#[derive(Debug, Clone, Default)]
pub struct Stitched {
    text: String,
    pieces: Vec<Piece>,
    holes: Vec<String>,
    in_string: bool,
    escaped: bool,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    original: Span,
    /// Each byte stands in the original as it is; else all of it stands for the whole of the original.
    verbatim: bool,
}

impl Stitched {
    /// Text, and where it stands. If it stands there as it is, so do the places in it.
    pub fn text(&mut self, text: &str, original: Span, verbatim: bool) {
        let verbatim = verbatim && text.len() == original.len();
        self.pieces.push(Piece { start: self.text.len(), original, verbatim });
        for next in text.chars().filter(|next| *next != OPEN && *next != CLOSE) {
            match next {
                _ if self.escaped => self.escaped = false,
                '\\' if self.in_string => self.escaped = true,
                '"' => self.in_string = !self.in_string,
                _ => {}
            }
            self.text.push(next);
        }
    }

    /// A hole. Outside of a string it stands for a whole value.
    pub fn hole(&mut self, name: &str, original: Span) {
        self.pieces.push(Piece { start: self.text.len(), original, verbatim: false });
        let number = self.holes.len();
        self.holes.push(name.to_owned());
        let mark = format!("{OPEN}{number}{CLOSE}");
        if self.in_string {
            self.text.push_str(&mark);
        } else {
            self.text.push_str(&format!("\"{mark}\""));
        }
    }

    /// The text as it is put together.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.text
    }

    /// Reads it.
    #[must_use]
    pub fn read(&self) -> Document<'static> {
        let document = read_json(&self.text);
        let root = self.node(&document.root);
        let mut issues = document.issues;
        for issue in &mut issues {
            issue.span = self.place(issue.span);
        }
        issues.sort_by_key(|issue| issue.span.start);
        issues.dedup();
        Document { root, issues }
    }

    fn place(&self, span: Span) -> Span {
        let at = |offset: usize| -> Option<(Piece, usize)> {
            let index = self.pieces.partition_point(|piece| piece.start <= offset);
            let piece = *index.checked_sub(1).and_then(|index| self.pieces.get(index))?;
            Some((piece, offset - piece.start))
        };
        let start = at(span.start as usize).map_or(0, |(piece, inside)| {
            piece.original.start as usize + if piece.verbatim { inside } else { 0 }
        });
        let last = (span.end as usize).saturating_sub(1).max(span.start as usize);
        let end = at(last).map_or(0, |(piece, inside)| {
            if piece.verbatim {
                piece.original.start as usize + inside + 1
            } else {
                piece.original.end as usize
            }
        });
        if span.is_empty() { Span::new(start, start) } else { Span::new(start, end.max(start)) }
    }

    fn node(&self, node: &Node<'_>) -> Node<'static> {
        let value = match &node.value {
            Value::Null => Value::Null,
            Value::Bool(flag) => Value::Bool(*flag),
            Value::Number(text) => Value::Number(Cow::Owned(text.to_string())),
            Value::String(text) => match self.parts(text) {
                Some(parts) => Value::Template(parts),
                None => Value::String(Cow::Owned(text.to_string())),
            },
            Value::Array(items) => Value::Array(items.iter().map(|item| self.node(item)).collect()),
            Value::Object(members) => Value::Object(members.iter().map(|each| self.member(each)).collect()),
            // JSON has no templates, and a bare word was noted as an issue.
            Value::Template(_) | Value::Bare(_) => Value::Template(vec![Part::Hole(Cow::Borrowed("?"))]),
            Value::Missing => Value::Missing,
        };
        Node { span: self.place(node.span), value }
    }

    fn member(&self, member: &Member<'_>) -> Member<'static> {
        let key_parts = self.parts(&member.key).unwrap_or_default();
        let key = match key_parts.as_slice() {
            [] => member.key.to_string(),
            parts => shown(parts),
        };
        Member {
            key: Cow::Owned(key),
            key_parts,
            key_span: self.place(member.key_span),
            value: self.node(&member.value),
        }
    }

    fn parts(&self, text: &str) -> Option<Vec<Part<'static>>> {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once(OPEN) {
            let (number, behind) = behind.split_once(CLOSE)?;
            if !before.is_empty() {
                out.push(Part::Text(Cow::Owned(before.to_owned())));
            }
            let name = number.parse().ok().and_then(|number: usize| self.holes.get(number))?;
            out.push(Part::Hole(Cow::Owned(name.clone())));
            rest = behind;
        }
        if out.is_empty() {
            return None;
        }
        if !rest.is_empty() {
            out.push(Part::Text(Cow::Owned(rest.to_owned())));
        }
        Some(out)
    }
}

/// Parts as people read them.
#[must_use]
pub fn shown(parts: &[Part<'_>]) -> String {
    let each = parts.iter().map(|part| match part {
        Part::Text(text) => text.to_string(),
        Part::Hole(name) => format!("${{{name}}}"),
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lead_back_to_the_pieces() {
        let original = "{\"a\": \"x${var.b}y\", \"c\": ${var.list}}";
        let span = |text: &str| {
            let at = original.find(text).unwrap();
            Span::new(at, at + text.len())
        };
        let mut stitched = Stitched::default();
        stitched.text("{\"a\": \"x", span("{\"a\": \"x"), true);
        stitched.hole("var.b", span("${var.b}"));
        stitched.text("y\", \"c\": ", span("y\", \"c\": "), true);
        stitched.hole("var.list", span("${var.list}"));
        stitched.text("}", Span::new(original.len() - 1, original.len()), true);
        let document = stitched.read();
        assert!(document.issues.is_empty(), "{:?}", document.issues);
        let show = |node: &Node<'_>| original.get(node.span.range()).unwrap().to_owned();
        let a = document.root.get("a").unwrap();
        assert_eq!(show(a), "\"x${var.b}y\"");
        let hole = |name: &'static str| Part::Hole(name.into());
        assert_eq!(
            a.value,
            Value::Template(vec![Part::Text("x".into()), hole("var.b"), Part::Text("y".into())])
        );
        let c = document.root.get("c").unwrap();
        assert_eq!((show(c), &c.value), ("${var.list}".to_owned(), &Value::Template(vec![hole("var.list")])));
        assert_eq!(show(&document.root), original);
    }
}
