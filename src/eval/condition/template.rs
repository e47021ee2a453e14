//! Texts with policy variables, resolved against the request's context.

use super::Truth;
use crate::eval::context::{Context, ContextValue};
use crate::eval::glob::{Glob, Token, matches_tokens};
use crate::eval::member::Language;
use crate::policy::BaseOperator;
use crate::policy::variable::Piece;

/// A text with at least one `${…}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    pieces: Box<[TemplatePiece]>,
    /// What every text begins with that it stands for, whatever the values.
    beginning: Box<str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum TemplatePiece {
    Plain(Box<str>),
    Literal(char),
    Variable {
        key: Box<str>,
        default: Option<Box<str>>,
    },
    /// Filled in when the policy is deployed: any text, wildcards that expand included.
    Hole,
}

/// What `*` and `?` inside the value of a variable stand for. AWS does not document it
/// (`VARIABLE_USAGE_TOO_PERMISSIVE` of the policy checks hints at wildcards), so both readings are computed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Literal,
    Wildcard,
}

/// What the variables of a text come to in a context.
#[derive(Clone, Copy)]
struct Look {
    /// A variable has no value.
    null: bool,
    /// A variable nobody knows the value of, or a hole: any text stands in its place.
    unknown: bool,
    /// A value has `*` or `?` in it.
    wild_value: bool,
}

/// What stands in the place of a variable.
enum Filling<'a> {
    Text(&'a str),
    Null,
    Unknown,
}

impl Template {
    /// From the pieces of [`crate::policy::variable::pieces`].
    #[must_use]
    pub fn new(pieces: Vec<Piece>) -> Self {
        let beginning = match pieces.first() {
            Some(Piece::Plain(text)) => text.split(['*', '?']).next().unwrap_or_default().into(),
            Some(Piece::Literal(_) | Piece::Variable { .. } | Piece::Hole) | None => "".into(),
        };
        let pieces = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Hole => TemplatePiece::Hole,
                Piece::Plain(text) => TemplatePiece::Plain(text),
                Piece::Literal(c) => TemplatePiece::Literal(c),
                Piece::Variable { key, default } => TemplatePiece::Variable { key, default },
            })
            .collect();
        Self { pieces, beginning }
    }

    /// Condition keys the text depends on, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TemplatePiece::Variable { key, .. } => Some(&**key),
            TemplatePiece::Plain(_) | TemplatePiece::Literal(_) | TemplatePiece::Hole => None,
        })
    }

    /// The key of the variable that is all of the text, in lower case.
    #[must_use]
    pub fn only_variable(&self) -> Option<&str> {
        match &*self.pieces {
            [TemplatePiece::Variable { key, default: None }] => Some(key),
            _ => None,
        }
    }

    /// The variables for which only this text has a default, and those for which only the other has one, if they say the same
    /// but for that.
    pub(in crate::eval) fn defaults_apart(&self, other: &Self) -> Option<(Vec<String>, Vec<String>)> {
        if self == other || self.pieces.len() != other.pieces.len() {
            return None;
        }
        let (mut own, mut others) = (Vec::new(), Vec::new());
        for pair in self.pieces.iter().zip(&other.pieces) {
            match pair {
                (
                    TemplatePiece::Variable { key, default },
                    TemplatePiece::Variable { key: same, default: second },
                ) if key == same => match (default, second) {
                    (Some(_), None) => own.push(key.to_string()),
                    (None, Some(_)) => others.push(key.to_string()),
                    (one, two) if one == two => {}
                    _ => return None,
                },
                (one, two) if one == two => {}
                _ => return None,
            }
        }
        Some((own, others))
    }

    /// Whether a value passes under an operator.
    #[must_use]
    pub fn test(&self, base: BaseOperator, value: &str, context: &Context) -> Truth {
        let expands = base.expands_wildcards();
        if base == BaseOperator::ArnLike {
            let look = self.look(context);
            let is_known = !look.null && !look.unknown;
            let is_arn = !is_known || arn_parts(self.tokens(context, expands, Reading::Literal)).is_some();
            if !is_arn || crate::policy::arn::split(value).is_none() {
                return Truth::Mistyped;
            }
        }
        let folds = matches!(base, BaseOperator::StringEqualsIgnoreCase | BaseOperator::Bool);
        self.decide(context, (expands, folds, value), |tokens| match base {
            BaseOperator::ArnLike => is_arn_match(tokens, value),
            BaseOperator::StringEqualsIgnoreCase => plain_of(tokens).to_lowercase() == value.to_lowercase(),
            BaseOperator::Bool => {
                super::flag(value).is_some_and(|flag| super::flag(&plain_of(tokens)) == Some(flag))
            }
            BaseOperator::StringLike => matches_tokens(tokens, value),
            BaseOperator::StringEquals
            | BaseOperator::NumericEquals
            | BaseOperator::NumericLessThan
            | BaseOperator::NumericLessThanEquals
            | BaseOperator::NumericGreaterThan
            | BaseOperator::NumericGreaterThanEquals
            | BaseOperator::DateEquals
            | BaseOperator::DateLessThan
            | BaseOperator::DateLessThanEquals
            | BaseOperator::DateGreaterThan
            | BaseOperator::DateGreaterThanEquals
            | BaseOperator::BinaryEquals
            | BaseOperator::IpAddress
            | BaseOperator::Null => tokens.map(Token::literal).eq(value.chars()),
        })
    }

    /// Whether a resource matches the text as a `Resource` pattern.
    #[must_use]
    pub fn matches_resource(&self, resource: &str, context: &Context) -> Truth {
        self.decide(context, (true, false, resource), |tokens| matches_tokens(tokens, resource))
    }

    /// The strings that pass under an operator, where every variable has a value. A value that holds a wildcard is read
    /// both ways elsewhere; here there is no one language for it.
    #[must_use]
    pub fn language(&self, base: BaseOperator, context: &Context) -> Option<Language> {
        let expands = base.expands_wildcards();
        let look = self.look(context);
        if look.null || look.unknown || (look.wild_value && expands) {
            return None;
        }
        let tokens = self.tokens(context, expands, Reading::Literal);
        Some(match base {
            BaseOperator::ArnLike => {
                let parts: [Glob; 6] = arn_parts(tokens)?.map(Glob::from_tokens);
                Language::arn(&parts)
            }
            BaseOperator::StringEqualsIgnoreCase => Language::folded(&plain_of(tokens)),
            BaseOperator::StringLike => Language::from(&Glob::from_tokens(tokens)),
            BaseOperator::StringEquals => Language::exact(&plain_of(tokens)),
            _ => return None,
        })
    }

    /// The resources that match the text as a `Resource` pattern, where every variable has a value.
    #[must_use]
    pub fn resource_language(&self, context: &Context) -> Option<Language> {
        self.language(BaseOperator::StringLike, context)
    }

    /// Strings among which are all resources that match, where a variable is not known.
    #[must_use]
    pub fn widest_resource_language(&self, context: &Context) -> Option<Language> {
        let look = self.look(context);
        let tokens = self.tokens(context, true, Reading::Literal);
        (!look.null && look.unknown).then(|| Language::from(&Glob::from_tokens(tokens)))
    }

    /// Whether a variable of the text has no value.
    #[must_use]
    pub fn is_null(&self, context: &Context) -> bool {
        self.look(context).null
    }

    /// The text that everything begins with which the text stands for as a `Resource` pattern, whatever the values.
    #[must_use]
    pub fn beginning(&self) -> &str {
        &self.beginning
    }

    fn decide(
        &self,
        context: &Context,
        (expands, folds, value): (bool, bool, &str),
        holds: impl Fn(Tokens<'_>) -> bool,
    ) -> Truth {
        let look = self.look(context);
        if look.null {
            return Truth::Null;
        }
        if !folds && !value.as_bytes().starts_with(self.beginning.as_bytes()) {
            return Truth::No;
        }
        let tokens = self.tokens(context, expands, Reading::Literal);
        if look.unknown {
            // What does not fit with any text in the variable's place does not fit.
            return if could_match(tokens, folds, value) { Truth::Free } else { Truth::No };
        }
        let literal = holds(tokens);
        if expands && look.wild_value && holds(self.tokens(context, expands, Reading::Wildcard)) != literal {
            return Truth::Free;
        }
        literal.into()
    }

    fn look(&self, context: &Context) -> Look {
        let mut look = Look { null: false, unknown: false, wild_value: false };
        for piece in &self.pieces {
            match piece {
                TemplatePiece::Plain(_) | TemplatePiece::Literal(_) => {}
                TemplatePiece::Hole => look.unknown = true,
                TemplatePiece::Variable { key, default } => match filling(key, default.as_deref(), context) {
                    Filling::Text(text) => look.wild_value |= text.contains(['*', '?']),
                    Filling::Null => look.null = true,
                    Filling::Unknown => look.unknown = true,
                },
            }
        }
        look
    }

    fn tokens<'a>(&'a self, context: &'a Context, expands: bool, reading: Reading) -> Tokens<'a> {
        Tokens {
            pieces: self.pieces.iter(),
            context,
            expands,
            expands_values: expands && reading == Reading::Wildcard,
            text: "".chars(),
            text_expands: false,
        }
    }
}

fn filling<'a>(key: &str, default: Option<&'a str>, context: &'a Context) -> Filling<'a> {
    let value = match context.get(key) {
        Some(ContextValue::One(value)) => Some(&**value),
        // Variables take single-valued keys only; a list of one is taken as its value.
        Some(ContextValue::Many(values)) => match &**values {
            [value] => Some(&**value),
            _ => None,
        },
        Some(
            ContextValue::Unknown | ContextValue::Within(_) | ContextValue::Unseen | ContextValue::Every(_),
        ) => {
            return Filling::Unknown;
        }
        None => None,
    };
    value.or(default).map_or(Filling::Null, Filling::Text)
}

/// The text with its variables filled in, token by token: most texts end at the first few, so none is put together.
#[derive(Clone)]
struct Tokens<'a> {
    pieces: std::slice::Iter<'a, TemplatePiece>,
    context: &'a Context,
    expands: bool,
    expands_values: bool,
    /// What is left of the piece that is read, and whether wildcards in it expand.
    text: std::str::Chars<'a>,
    text_expands: bool,
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            if let Some(next) = self.text.next() {
                return Some(match next {
                    '*' if self.text_expands => Token::Many,
                    '?' if self.text_expands => Token::One,
                    other => Token::Char(other),
                });
            }
            match self.pieces.next()? {
                TemplatePiece::Plain(text) => (self.text, self.text_expands) = (text.chars(), self.expands),
                TemplatePiece::Literal(c) => return Some(Token::Char(*c)),
                TemplatePiece::Hole => return Some(Token::Many),
                TemplatePiece::Variable { key, default } => {
                    match filling(key, default.as_deref(), self.context) {
                        Filling::Text(text) => {
                            (self.text, self.text_expands) = (text.chars(), self.expands_values)
                        }
                        Filling::Unknown => return Some(Token::Many),
                        Filling::Null => {}
                    }
                }
            }
        }
    }
}

/// Whether a value fits where `*` stands for any text, colons included; every operator takes at most that.
fn could_match(tokens: Tokens<'_>, folds: bool, value: &str) -> bool {
    if !folds {
        return matches_tokens(tokens, value);
    }
    let lower = tokens.flat_map(|token| match token {
        Token::Char(c) => c.to_lowercase().map(Token::Char).collect::<Vec<_>>(),
        other => vec![other],
    });
    Glob::from_tokens(lower).matches(&value.to_lowercase())
}

fn plain_of(tokens: Tokens<'_>) -> String {
    tokens.map(Token::literal).collect()
}

/// The six parts of an ARN pattern; `None` if there are fewer.
fn arn_parts<'a>(tokens: Tokens<'a>) -> Option<[impl Iterator<Item = Token> + Clone + use<'a>; 6]> {
    let mut starts = [const { None }; 6];
    let mut rest = tokens;
    for (at, start) in starts.iter_mut().enumerate() {
        *start = Some(rest.clone());
        if at < 5 {
            rest.find(|token| *token == Token::Char(':'))?;
        }
    }
    let mut at = 0;
    let parts = starts.map(|start| {
        at += 1;
        let is_last = at == 6;
        start.map(|start| start.take_while(move |token| is_last || *token != Token::Char(':')))
    });
    let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f)] = parts else { return None };
    Some([a, b, c, d, e, f])
}

fn is_arn_match(tokens: Tokens<'_>, value: &str) -> bool {
    let (Some(parts), Some(values)) = (arn_parts(tokens), crate::policy::arn::split(value)) else {
        return false;
    };
    parts.into_iter().zip(values).all(|(part, value)| matches_tokens(part, value))
}
