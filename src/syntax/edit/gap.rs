//! What stands between values: white space, commas and comments.

use std::ops::Range;

/// One piece of a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// White space without a line break.
    Space,
    /// One line break.
    Newline,
    Comma,
    /// `/* … */`
    Comment,
    /// `// …` or `# …`, which the end of the line ends.
    LineComment,
    /// Anything else: a byte order mark, a colon.
    Other,
}

/// The pieces of `text` from `at` to `end`, where no value stands.
pub(super) fn tokens(text: &str, mut at: usize, end: usize) -> Vec<Token> {
    let mut out = Vec::new();
    while at < end {
        let rest = text.get(at..end).unwrap_or_default();
        let (kind, length) = token(rest);
        out.push(Token { kind, range: at..at + length });
        at += length;
    }
    out
}

fn token(rest: &str) -> (TokenKind, usize) {
    let line = || {
        let length = rest.find('\n').unwrap_or(rest.len());
        rest.get(..length).map_or(length, |line| line.strip_suffix('\r').unwrap_or(line).len())
    };
    let mut chars = rest.chars();
    match chars.next() {
        Some(',') => (TokenKind::Comma, 1),
        Some('\n') => (TokenKind::Newline, 1),
        Some('\r') if chars.next() == Some('\n') => (TokenKind::Newline, 2),
        Some('#') => (TokenKind::LineComment, line()),
        Some('/') if rest.starts_with("/*") => match rest.find("*/") {
            Some(close) => (TokenKind::Comment, close + 2),
            None => (TokenKind::LineComment, line()),
        },
        Some('/') => (TokenKind::LineComment, line().max(1)),
        Some(' ' | '\t' | '\r') => {
            let length = rest.find(|next| !matches!(next, ' ' | '\t')).unwrap_or(rest.len());
            (TokenKind::Space, length.max(1))
        }
        Some(other) => (TokenKind::Other, other.len_utf8()),
        None => (TokenKind::Other, 1),
    }
}
