//! Wildcard patterns: `*` for any number of characters, `?` for one.

use crate::policy::{Text, TextPiece};

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Glob {
    /// `*`
    Any,
    /// No wildcard.
    Exact(Box<str>),
    /// A text and then `*`.
    Prefix(Box<str>),
    /// Anything else.
    Pieces(Pieces),
}

/// A pattern with wildcards anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pieces {
    tokens: Box<[Token]>,
    /// The texts before, between and behind its stars, where they are its only wildcards.
    between: Option<Box<[Box<str>]>>,
}

impl Pieces {
    fn new(tokens: Vec<Token>) -> Self {
        let between = (!tokens.contains(&Token::One)).then(|| {
            let texts = tokens.split(|token| *token == Token::Many);
            texts.map(|text| text.iter().map(|token| token.literal()).collect::<String>().into()).collect()
        });
        Self { tokens: tokens.into(), between }
    }

    /// Its tokens, in their order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    fn matches(&self, text: &str) -> bool {
        let Some(between) = &self.between else { return matches_tokens(self.tokens.iter().copied(), text) };
        let [first, middle @ .., last] = &**between else {
            return between.first().is_some_and(|whole| **whole == *text);
        };
        let inner = text.strip_prefix(&**first).and_then(|rest| rest.strip_suffix(&**last));
        let Some(mut rest) = inner.map(str::as_bytes) else { return false };
        middle.iter().all(|piece| {
            let found = memchr::memmem::find(rest, piece.as_bytes());
            rest = found.and_then(|at| rest.get(at + piece.len()..)).unwrap_or_default();
            found.is_some()
        })
    }
}

/// One token of a general pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any characters, or none.
    Many,
}

impl Token {
    /// The character that the token is where wildcards do not expand.
    #[must_use]
    pub fn literal(self) -> char {
        match self {
            Token::Char(c) => c,
            Token::One => '?',
            Token::Many => '*',
        }
    }
}

impl Glob {
    /// Compiles a pattern in which `*` and `?` expand.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        if pattern == "*" {
            return Glob::Any;
        }
        match pattern.find(['*', '?']) {
            None => Glob::Exact(pattern.into()),
            Some(at) if at + 1 == pattern.len() && pattern.ends_with('*') => {
                Glob::Prefix(pattern.get(..at).unwrap_or_default().into())
            }
            Some(_) => Glob::from_tokens(pattern.chars().map(|c| match c {
                '*' => Token::Many,
                '?' => Token::One,
                other => Token::Char(other),
            })),
        }
    }

    /// Compiles tokens, for patterns in which some `*` and `?` stand for themselves.
    #[must_use]
    pub fn from_tokens(tokens: impl IntoIterator<Item = Token>) -> Self {
        let mut out: Vec<Token> = Vec::new();
        for token in tokens {
            if !(token == Token::Many && out.last() == Some(&Token::Many)) {
                out.push(token);
            }
        }
        Glob::Pieces(Pieces::new(out))
    }

    /// What a text with holes can match at most: `*` for each hole. `case` is applied to every character.
    pub(super) fn widest(text: &Text, expands: bool, case: impl Fn(char) -> char) -> Self {
        let mut tokens = Vec::new();
        for piece in text.pieces() {
            match piece {
                TextPiece::Hole(_) => tokens.push(Token::Many),
                TextPiece::Plain(plain) => tokens.extend(plain.chars().map(|c| match c {
                    '*' if expands => Token::Many,
                    '?' if expands => Token::One,
                    other => Token::Char(case(other)),
                })),
            }
        }
        if tokens.iter().all(|token| *token == Token::Many) { Glob::Any } else { Glob::from_tokens(tokens) }
    }

    /// Whether the pattern has a wildcard.
    #[must_use]
    pub fn is_wild(&self) -> bool {
        match self {
            Glob::Any | Glob::Prefix(_) => true,
            Glob::Exact(_) => false,
            Glob::Pieces(pieces) => pieces.tokens.iter().any(|token| !matches!(token, Token::Char(_))),
        }
    }

    /// Whether the text matches, character by character.
    #[must_use]
    #[inline]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Glob::Any => true,
            Glob::Exact(exact) => **exact == *text,
            Glob::Prefix(prefix) => text.as_bytes().starts_with(prefix.as_bytes()),
            Glob::Pieces(pieces) => pieces.matches(text),
        }
    }
}

/// Whether tokens match a text. The usual walk with one place to go back to: linear in most cases, at worst the product of both
/// lengths.
pub(super) fn matches_tokens(tokens: impl Iterator<Item = Token> + Clone, text: &str) -> bool {
    let mut tokens = tokens;
    let mut rest = text.chars();
    let mut retry: Option<(_, std::str::Chars<'_>)> = None;
    loop {
        let mut after = tokens.clone();
        let token = after.next();
        if token == Some(Token::Many) {
            tokens = after;
            retry = Some((tokens.clone(), rest.clone()));
            continue;
        }
        let mut ahead = rest.clone();
        let next = ahead.next();
        let fits = match (token, next) {
            (None, None) => return true,
            (Some(Token::One), Some(_)) => true,
            (Some(Token::Char(want)), Some(have)) => want == have,
            (Some(Token::Many), _) | (None, Some(_)) | (Some(_), None) => false,
        };
        if fits {
            tokens = after;
            rest = ahead;
            continue;
        }
        // The text ended before the pattern: giving a star more of it cannot help.
        if next.is_none() {
            return false;
        }
        let Some((at, mut from)) = retry else { return false };
        if from.next().is_none() {
            return false;
        }
        tokens = at.clone();
        rest = from.clone();
        retry = Some((at, from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_cross_slashes_and_question_marks_take_one() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*", "a", true),
            ("a*c", "abbc", true),
            ("a*c", "abbcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*ab", "aab", true),
            ("ab*ba", "aba", false),
            ("ab*ba", "abba", true),
            ("a*bc*bc*d", "abcd", false),
            ("a*bc*bc*d", "abcbcd", true),
            ("?", "é", true),
            ("arn:aws:s3:::b/*/x", "arn:aws:s3:::b/y/z/x", true),
            ("", "", true),
            ("", "a", false),
            ("*?", "", false),
            ("**", "", true),
        ] {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} ~ {text}");
            let tokens = pattern.chars().map(|c| match c {
                '*' => Token::Many,
                '?' => Token::One,
                other => Token::Char(other),
            });
            assert_eq!(matches_tokens(tokens, text), expected, "{pattern} ~ {text}, token by token");
        }
    }
}
