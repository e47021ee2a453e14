//! A string of a policy, and what of it is filled in later.

use crate::source::Span;
use crate::syntax::{Member, Node, Part, Value};

/// A string of the policy and where it stands (quotes included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value with escapes resolved; a hole is shown as `${name}`, for people. What the value means is asked of
    /// [`pieces`](Self::pieces) where there are holes.
    pub value: Box<str>,
    /// Its place.
    pub span: Span,
    /// How it was written.
    pub kind: TextKind,
    /// What is filled in later, in the order of places. A text with holes is [`TextKind::Unreadable`].
    pub holes: Box<[Hole]>,
}

/// A place in a text that is filled in when it is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hole {
    /// Offset of its `${` in [`Text::value`].
    pub at: usize,
    /// The name that the user knows it by, such as `var.bucket`.
    pub name: Box<str>,
}

/// How a [`Text`] was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKind {
    /// A string.
    String,
    /// A number; AWS takes it like the string.
    Number,
    /// `true` or `false`; AWS takes it like the string.
    Bool,
    /// No value of the notation (a bare placeholder, say), a value of the wrong type, or a text with holes: what it means
    /// cannot be told, or only in part.
    Unreadable,
}

/// A piece of a text with holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPiece<'t> {
    /// Text as it will stand there.
    Plain(&'t str),
    /// Any text, wildcards and nothing at all included; by name.
    Hole(&'t str),
}

impl Text {
    /// A text without holes.
    #[must_use]
    pub fn new(value: &str, span: Span, kind: TextKind) -> Self {
        Self { value: value.into(), span, kind, holes: Box::default() }
    }

    /// A text from the parts of a template.
    #[must_use]
    pub fn of_parts(parts: &[Part<'_>], span: Span) -> Self {
        let mut value = String::new();
        let mut holes = Vec::new();
        for part in parts {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Hole(name) => {
                    holes.push(Hole { at: value.len(), name: name.as_ref().into() });
                    value.push_str(&shown(name));
                }
            }
        }
        let kind = if holes.is_empty() { TextKind::String } else { TextKind::Unreadable };
        Self { value: value.into(), span, kind, holes: holes.into() }
    }

    /// Whether all of the text is known, as far as holes go.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.holes.is_empty()
    }

    /// The name of the hole, if the text is nothing else.
    #[must_use]
    pub fn lone_hole(&self) -> Option<&str> {
        match &*self.holes {
            [hole] if shown(&hole.name).len() == self.value.len() => Some(&hole.name),
            _ => None,
        }
    }

    /// The names of the holes, each once, as one text: `var.bucket, local.prefix`.
    #[must_use]
    pub fn hole_names(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for hole in &self.holes {
            if !names.contains(&&*hole.name) {
                names.push(&hole.name);
            }
        }
        names.join(", ")
    }

    /// The text with `*` for every hole: what it may become at most, where it is a pattern.
    #[must_use]
    pub fn widest(&self) -> String {
        let piece = |piece| match piece {
            TextPiece::Plain(text) => text,
            TextPiece::Hole(_) => "*",
        };
        self.pieces().map(piece).collect()
    }

    /// The text piece by piece, without empty ones.
    pub fn pieces(&self) -> impl Iterator<Item = TextPiece<'_>> {
        let mut at = 0;
        let mut pieces = Vec::new();
        for hole in &self.holes {
            pieces.extend(self.value.get(at..hole.at).map(TextPiece::Plain));
            pieces.push(TextPiece::Hole(&hole.name));
            at = hole.at + shown(&hole.name).len();
        }
        pieces.extend(self.value.get(at..).map(TextPiece::Plain));
        pieces.into_iter().filter(|piece| *piece != TextPiece::Plain(""))
    }
}

/// The text of a key.
pub(super) fn key_of(member: &Member<'_>) -> Text {
    if member.key_parts.is_empty() {
        Text::new(&member.key, member.key_span, TextKind::String)
    } else {
        Text::of_parts(&member.key_parts, member.key_span)
    }
}

/// The text of a value.
pub(super) fn text_of(node: &Node<'_>) -> Text {
    if let Value::Template(parts) = &node.value {
        return Text::of_parts(parts, node.span);
    }
    let (value, kind): (&str, TextKind) = match &node.value {
        Value::String(text) => (text, TextKind::String),
        Value::Number(text) => (text, TextKind::Number),
        Value::Bool(true) => ("true", TextKind::Bool),
        Value::Bool(false) => ("false", TextKind::Bool),
        Value::Bare(text) => (text, TextKind::Unreadable),
        Value::Null | Value::Missing | Value::Template(_) | Value::Array(_) | Value::Object(_) => {
            ("", TextKind::Unreadable)
        }
    };
    Text::new(value, node.span, kind)
}

/// A hole as it is shown.
fn shown(name: &str) -> String {
    format!("${{{name}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_pieces_one_behind_the_other() {
        let hole = |name: &'static str| Part::Hole(name.into());
        let text = |text: &'static str| Part::Text(text.into());
        let parts = [text("arn:"), hole("var.b"), hole("local.x"), text("/${aws:username}"), hole("var.b")];
        let whole = Text::of_parts(&parts, Span::default());
        assert_eq!(&*whole.value, "arn:${var.b}${local.x}/${aws:username}${var.b}");
        assert_eq!(
            whole.pieces().collect::<Vec<_>>(),
            [
                TextPiece::Plain("arn:"),
                TextPiece::Hole("var.b"),
                TextPiece::Hole("local.x"),
                TextPiece::Plain("/${aws:username}"),
                TextPiece::Hole("var.b"),
            ]
        );
        assert_eq!(whole.hole_names(), "var.b, local.x");
        assert_eq!((whole.lone_hole(), whole.kind), (None, TextKind::Unreadable));
        let lone = Text::of_parts(&[hole("var.b")], Span::default());
        assert_eq!(lone.lone_hole(), Some("var.b"));
        let known = Text::of_parts(&[text("a")], Span::default());
        assert_eq!((known.is_whole(), known.kind), (true, TextKind::String));
    }
}
