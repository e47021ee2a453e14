//! Texts with holes: action patterns, ARN templates and key templates, all asked one question: can both be the same text?
//!
//! Not the pattern language of policies, which is in `policy`.

/// One element of a text with holes. Works on bytes; a hole takes any of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// Exactly this byte.
    Literal(u8),
    /// One byte of the class.
    One(Class),
    /// Any number of bytes of the class, also none.
    Many(Class),
}

/// What may stand in a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Everything.
    Any,
    /// Everything but this byte.
    Not(u8),
}

/// Whether upper and lower case are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// `a` is not `A`.
    Sensitive,
    /// ASCII letters are compared without case, as AWS does for actions and condition keys.
    Folded,
}

/// The text itself, without holes.
pub(super) fn literal(text: &str, case: Case) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    push_literal(&mut tokens, text, case);
    tokens
}

/// A pattern with `*` and `?`. A policy variable `${…}` counts as `*`, because it may be replaced by anything.
pub(super) fn pattern(text: &str, case: Case) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, from) = rest.split_at(rest.find(['*', '?', '$']).unwrap_or(rest.len()));
        push_literal(&mut tokens, plain, case);
        rest = if let Some(behind) = from.strip_prefix('*') {
            push_many(&mut tokens);
            behind
        } else if let Some(behind) = from.strip_prefix('?') {
            tokens.push(Token::One(Class::Any));
            behind
        } else if let Some((_, behind)) = from.strip_prefix("${").and_then(|inner| inner.split_once('}')) {
            push_many(&mut tokens);
            behind
        } else {
            // A dollar sign that begins no variable.
            let (dollar, behind) = from.split_at(from.len().min(1));
            push_literal(&mut tokens, dollar, case);
            behind
        };
    }
    tokens
}

/// A template of AWS's tables: `${Name}` and `<name>` are holes of at least one byte, `*` is a hole that may be empty.
///
/// `class` says for the name of a hole what may stand in it, and whether it may be empty.
pub(super) fn template(text: &str, case: Case, class: impl Fn(&str) -> (Class, Empty)) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (plain, from) = rest.split_at(rest.find(['*', '<', '$']).unwrap_or(rest.len()));
        push_literal(&mut tokens, plain, case);
        rest = from;
        let hole = (rest.strip_prefix("${").and_then(|inner| inner.split_once('}')))
            .or_else(|| rest.strip_prefix('<').and_then(|inner| inner.split_once('>')));
        if let Some((name, behind)) = hole {
            let (class, empty) = class(name);
            if empty == Empty::Never {
                tokens.push(Token::One(class));
            }
            tokens.push(Token::Many(class));
            rest = behind;
            continue;
        }
        let (one, behind) = rest.split_at(rest.len().min(1));
        if one == "*" {
            push_many(&mut tokens);
        } else {
            push_literal(&mut tokens, one, case);
        }
        rest = behind;
    }
    tokens
}

/// Whether a hole of a template may be filled with nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// There is at least one byte.
    Never,
    /// There may be none.
    Possible,
}

/// Whether some text fits both. Takes time in proportion to the product of the lengths, and stops when nothing is left.
pub(super) fn overlap(one: &[Token], other: &[Token]) -> bool {
    walk(one, other, |one_ended, other_ended| one_ended && other_ended)
}

/// Whether some text that fits `one` may begin with a text that fits `start`.
pub(super) fn can_start(one: &[Token], start: &[Token]) -> bool {
    walk(one, start, |_, start_ended| start_ended)
}

/// Whether a text that fits the first part of both leads to a state that `done` accepts; it is told which of them have ended.
fn walk(one: &[Token], other: &[Token], done: impl Fn(bool, bool) -> bool) -> bool {
    // What both begin with is compared byte by byte: most pairs end here.
    let mut same = 0;
    while let (Some(Token::Literal(byte)), Some(Token::Literal(beside))) = (one.get(same), other.get(same)) {
        if byte != beside {
            return false;
        }
        same += 1;
    }
    let (one, other) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    // row[j]: some text fits the first i tokens of `one` and the first j of `other`.
    let mut row = vec![false; other.len() + 1];
    let mut next = row.clone();
    mark(&mut row, 0);
    for token in one.iter().map(Some).chain([None]) {
        next.fill(false);
        for column in 0..=other.len() {
            if row.get(column) != Some(&true) {
                continue;
            }
            let beside = other.get(column);
            if done(token.is_none(), beside.is_none()) {
                return true;
            }
            match (token, beside) {
                (Some(Token::Many(class)), _) => {
                    mark(&mut next, column);
                    if beside.is_some_and(|beside| matches!(beside, Token::Many(_)) || fits(*class, *beside))
                    {
                        mark(&mut row, column + 1);
                    }
                }
                (_, Some(Token::Many(class))) => {
                    mark(&mut row, column + 1);
                    if token.is_some_and(|token| fits(*class, *token)) {
                        mark(&mut next, column);
                    }
                }
                (Some(token), Some(beside)) => {
                    if same_byte(*token, *beside) {
                        mark(&mut next, column + 1);
                    }
                }
                (Some(_) | None, None) | (None, Some(_)) => {}
            }
        }
        if !next.contains(&true) {
            return false;
        }
        std::mem::swap(&mut row, &mut next);
    }
    false
}

fn mark(row: &mut [bool], column: usize) {
    if let Some(cell) = row.get_mut(column) {
        *cell = true;
    }
}

fn push_literal(tokens: &mut Vec<Token>, text: &str, case: Case) {
    tokens.extend(text.bytes().map(|byte| byte_token(byte, case)));
}

fn push_many(tokens: &mut Vec<Token>) {
    // `**` means `*`; joining them keeps long rows of stars cheap.
    if tokens.last() != Some(&Token::Many(Class::Any)) {
        tokens.push(Token::Many(Class::Any));
    }
}

fn byte_token(byte: u8, case: Case) -> Token {
    match case {
        Case::Sensitive => Token::Literal(byte),
        Case::Folded => Token::Literal(byte.to_ascii_lowercase()),
    }
}

/// Whether a hole of this class can take what one token stands for.
fn fits(class: Class, token: Token) -> bool {
    match (class, token) {
        (Class::Not(excluded), Token::Literal(byte)) => byte != excluded,
        (Class::Any | Class::Not(_), _) => true,
    }
}

fn same_byte(one: Token, other: Token) -> bool {
    match (one, other) {
        (Token::Literal(one), Token::Literal(other)) => one == other,
        (Token::One(class) | Token::Many(class), token) | (token, Token::One(class) | Token::Many(class)) => {
            fits(class, token)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits_both(one: &str, other: &str) -> bool {
        overlap(&pattern(one, Case::Sensitive), &pattern(other, Case::Sensitive))
    }

    #[test]
    fn patterns_that_share_a_text_overlap() {
        for (one, other) in [
            ("", ""),
            ("*", ""),
            ("abc", "abc"),
            ("a*", "*c"),
            ("a?c", "abc"),
            ("*b*", "a*"),
            ("a*c*e", "abcde"),
            ("*", "*"),
            ("${aws:username}x", "abcx"),
            ("***", "a"),
        ] {
            assert!(fits_both(one, other), "{one} {other}");
            assert!(fits_both(other, one), "{other} {one}");
        }
    }

    #[test]
    fn patterns_without_a_common_text_do_not_overlap() {
        for (one, other) in [("", "a"), ("a*", "b*"), ("?", ""), ("a?c", "ac"), ("abc", "abd"), ("*x", "a*y")]
        {
            assert!(!fits_both(one, other), "{one} {other}");
            assert!(!fits_both(other, one), "{other} {one}");
        }
    }

    #[test]
    fn a_class_keeps_a_byte_out_of_its_hole() {
        let bucket = template("b:${Name}", Case::Sensitive, |_| (Class::Not(b'/'), Empty::Never));
        assert!(overlap(&pattern("b:logs", Case::Sensitive), &bucket));
        assert!(overlap(&pattern("b:*", Case::Sensitive), &bucket));
        assert!(!overlap(&pattern("b:logs/a", Case::Sensitive), &bucket));
        assert!(!overlap(&pattern("b:*/*", Case::Sensitive), &bucket));
        assert!(!overlap(&pattern("b:", Case::Sensitive), &bucket));
    }

    #[test]
    fn a_pattern_can_start_with_what_a_part_of_it_fits() {
        let can =
            |one: &str, start: &str| can_start(&pattern(one, Case::Folded), &literal(start, Case::Folded));
        assert!(can("s3:Get*", "s3:") && can("*", "s3:") && can("s*", "s3:") && can("?3:a", "s3:"));
        assert!(!can("s3", "s3:") && !can("s33:*", "s3:") && !can("", "s3:"));
    }

    #[test]
    fn case_counts_only_where_it_should() {
        assert!(overlap(&pattern("GET*", Case::Folded), &literal("GetObject", Case::Folded)));
        assert!(!overlap(&pattern("GET*", Case::Sensitive), &literal("GetObject", Case::Sensitive)));
    }
}
