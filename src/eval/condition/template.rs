//! Texts with policy variables, resolved against the request's context.

use super::{ArnGlob, Truth};
use crate::eval::context::{Context, ContextValue};
use crate::eval::glob::{Glob, Token};
use crate::eval::member::Language;
use crate::policy::BaseOperator;
use crate::policy::variable::Piece;

/// A text with at least one `${…}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    pieces: Box<[TemplatePiece]>,
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

enum Resolved {
    Tokens {
        tokens: Vec<Token>,
        wild_value: bool,
    },
    Null,
    /// A variable nobody knows: with any text in its place.
    Unknown(Vec<Token>),
}

impl Template {
    /// From the pieces of [`crate::policy::variable::pieces`].
    #[must_use]
    pub fn new(pieces: Vec<Piece>) -> Self {
        let pieces = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Hole => TemplatePiece::Hole,
                Piece::Plain(text) => TemplatePiece::Plain(text),
                Piece::Literal(c) => TemplatePiece::Literal(c),
                Piece::Variable { key, default } => TemplatePiece::Variable { key, default },
            })
            .collect();
        Self { pieces }
    }

    /// Condition keys the text depends on, in lower case.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            TemplatePiece::Variable { key, .. } => Some(&**key),
            TemplatePiece::Plain(_) | TemplatePiece::Literal(_) | TemplatePiece::Hole => None,
        })
    }

    /// Whether a value passes under an operator.
    #[must_use]
    pub fn test(&self, base: BaseOperator, value: &str, context: &Context) -> Truth {
        let expands = base.expands_wildcards();
        if base == BaseOperator::ArnLike {
            let pattern = self.resolve(context, expands, Reading::Literal);
            let is_arn = !matches!(&pattern, Resolved::Tokens { tokens, .. } if arn_of(tokens).is_none());
            if !is_arn || crate::policy::arn::split(value).is_none() {
                return Truth::Mistyped;
            }
        }
        let folds = matches!(base, BaseOperator::StringEqualsIgnoreCase | BaseOperator::Bool);
        self.decide(context, (expands, folds, value), |tokens| match base {
            BaseOperator::ArnLike => arn_of(tokens).is_some_and(|arn| arn.matches(value)),
            BaseOperator::StringEqualsIgnoreCase => plain_of(tokens).to_lowercase() == value.to_lowercase(),
            BaseOperator::Bool => {
                super::flag(value).is_some_and(|flag| super::flag(&plain_of(tokens)) == Some(flag))
            }
            BaseOperator::StringLike => Glob::from_tokens(tokens.iter().copied()).matches(value),
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
            | BaseOperator::Null => plain_of(tokens) == value,
        })
    }

    /// Whether a resource matches the text as a `Resource` pattern.
    #[must_use]
    pub fn matches_resource(&self, resource: &str, context: &Context) -> Truth {
        self.decide(context, (true, false, resource), |tokens| {
            Glob::from_tokens(tokens.iter().copied()).matches(resource)
        })
    }

    /// The strings that pass under an operator, where every variable has a value. A value that holds a wildcard is read
    /// both ways elsewhere; here there is no one language for it.
    #[must_use]
    pub fn language(&self, base: BaseOperator, context: &Context) -> Option<Language> {
        let expands = base.expands_wildcards();
        let Resolved::Tokens { tokens, wild_value } = self.resolve(context, expands, Reading::Literal) else {
            return None;
        };
        if wild_value && expands {
            return None;
        }
        Some(match base {
            BaseOperator::ArnLike => Language::arn(arn_of(&tokens)?.parts()),
            BaseOperator::StringEqualsIgnoreCase => Language::folded(&plain_of(&tokens)),
            BaseOperator::StringLike => Language::from(&Glob::from_tokens(tokens.iter().copied())),
            BaseOperator::StringEquals => Language::exact(&plain_of(&tokens)),
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
        match self.resolve(context, true, Reading::Literal) {
            Resolved::Unknown(tokens) => Some(Language::from(&Glob::from_tokens(tokens))),
            Resolved::Null | Resolved::Tokens { .. } => None,
        }
    }

    /// Whether a variable of the text has no value.
    #[must_use]
    pub fn is_null(&self, context: &Context) -> bool {
        matches!(self.resolve(context, true, Reading::Literal), Resolved::Null)
    }

    fn decide(
        &self,
        context: &Context,
        (expands, folds, value): (bool, bool, &str),
        holds: impl Fn(&[Token]) -> bool,
    ) -> Truth {
        match self.resolve(context, expands, Reading::Literal) {
            Resolved::Null => Truth::Null,
            // What does not fit with any text in the variable's place does not fit.
            Resolved::Unknown(tokens) if !could_match(&tokens, folds, value) => Truth::No,
            Resolved::Unknown(_) => Truth::Free,
            Resolved::Tokens { tokens, wild_value } => {
                let literal = holds(&tokens);
                if expands && wild_value {
                    let Resolved::Tokens { tokens, .. } = self.resolve(context, expands, Reading::Wildcard)
                    else {
                        return Truth::Free;
                    };
                    if holds(&tokens) != literal {
                        return Truth::Free;
                    }
                }
                literal.into()
            }
        }
    }

    fn resolve(&self, context: &Context, expands: bool, reading: Reading) -> Resolved {
        let mut tokens = Vec::new();
        let (mut wild_value, mut unknown, mut null) = (false, false, false);
        for piece in &self.pieces {
            match piece {
                TemplatePiece::Plain(text) => push(&mut tokens, text, expands),
                TemplatePiece::Literal(c) => tokens.push(Token::Char(*c)),
                TemplatePiece::Hole => {
                    unknown = true;
                    tokens.push(Token::Many);
                }
                TemplatePiece::Variable { key, default } => {
                    let value = match context.get(key) {
                        Some(ContextValue::One(value)) => Some(&**value),
                        // Variables take single-valued keys only; a list of one is taken as its value.
                        Some(ContextValue::Many(values)) => match &**values {
                            [value] => Some(&**value),
                            _ => None,
                        },
                        Some(ContextValue::Unknown | ContextValue::Unseen | ContextValue::Every(_)) => {
                            unknown = true;
                            tokens.push(Token::Many);
                            continue;
                        }
                        None => None,
                    };
                    let Some(text) = value.or(default.as_deref()) else {
                        null = true;
                        continue;
                    };
                    wild_value |= text.contains(['*', '?']);
                    push(&mut tokens, text, expands && reading == Reading::Wildcard);
                }
            }
        }
        if null {
            Resolved::Null
        } else if unknown {
            Resolved::Unknown(tokens)
        } else {
            Resolved::Tokens { tokens, wild_value }
        }
    }
}

/// Whether a value fits where `*` stands for any text, colons included; every operator takes at most that.
fn could_match(tokens: &[Token], folds: bool, value: &str) -> bool {
    if !folds {
        return Glob::from_tokens(tokens.iter().copied()).matches(value);
    }
    let lower = tokens.iter().flat_map(|token| match token {
        Token::Char(c) => c.to_lowercase().map(Token::Char).collect::<Vec<_>>(),
        other => vec![*other],
    });
    Glob::from_tokens(lower).matches(&value.to_lowercase())
}

fn push(tokens: &mut Vec<Token>, text: &str, expands: bool) {
    tokens.extend(text.chars().map(|c| match c {
        '*' if expands => Token::Many,
        '?' if expands => Token::One,
        other => Token::Char(other),
    }));
}

fn plain_of(tokens: &[Token]) -> String {
    tokens
        .iter()
        .map(|token| match token {
            Token::Char(c) => *c,
            Token::One => '?',
            Token::Many => '*',
        })
        .collect()
}

fn arn_of(tokens: &[Token]) -> Option<ArnGlob> {
    let mut parts = tokens.splitn(6, |token| *token == Token::Char(':'));
    let mut next = || parts.next().map(|part| Glob::from_tokens(part.iter().copied()));
    Some(ArnGlob::from_parts([next()?, next()?, next()?, next()?, next()?, next()?]))
}
