//! Policy variables `${key}`, their defaults and the escapes `${*}`, `${?}`, `${$}`.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html> (checked 2026-11).

use super::text::{Text, TextPiece};

/// A piece of a text that may hold variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands; `*` and `?` may expand, depending on the place.
    Plain(Box<str>),
    /// A character that stands for itself: `${*}`, `${?}`, `${$}`.
    Literal(char),
    /// A variable: the key in lower case, and the default if one is given.
    Variable {
        /// Condition key, lower case.
        key: Box<str>,
        /// What stands for it when the key is missing.
        default: Option<Box<str>>,
    },
    /// A place that is filled in when the policy is deployed: any text at all.
    Hole,
}

/// Takes a text apart; `None` if it holds no `${`. An unclosed `${` is plain text.
#[must_use]
pub fn pieces(text: &str) -> Option<Vec<Piece>> {
    if !text.contains("${") {
        return None;
    }
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        plain.push_str(before);
        let piece = match inside {
            "*" => Piece::Literal('*'),
            "?" => Piece::Literal('?'),
            "$" => Piece::Literal('$'),
            name => variable(name),
        };
        if !plain.is_empty() {
            out.push(Piece::Plain(std::mem::take(&mut plain).into()));
        }
        out.push(piece);
        rest = behind;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        out.push(Piece::Plain(plain.into()));
    }
    Some(out)
}

/// What stands in the braces of each `${…}` that is meant as a variable: those of templates (`${AWS::AccountId}`,
/// `${AccountId}`) are no variables of IAM.
pub fn variables(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).filter(|inside| {
        let key = inside.split(',').next().unwrap_or_default();
        key.contains(':') && !key.contains("::")
    })
}

/// The key in what stands in the braces of a variable, without the default behind it.
#[must_use]
pub fn key_of(inside: &str) -> &str {
    inside.split(',').next().unwrap_or_default().trim()
}

/// Takes a resource apart. Variables stand only behind the fifth colon of an ARN; before it `${` is plain text.
#[must_use]
pub fn resource_pieces(text: &str) -> Option<Vec<Piece>> {
    let mut colons = 0;
    let mut inside = false;
    let start = text.char_indices().find_map(|(at, c)| {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            ':' if !inside => colons += 1,
            _ => {}
        }
        (colons == 5).then_some(at + 1)
    });
    let (before, behind) = match start {
        Some(at) => (text.get(..at)?, text.get(at..)?),
        None => ("", text),
    };
    let mut out = pieces(behind)?;
    if !before.is_empty() {
        out.insert(0, Piece::Plain(before.into()));
    }
    Some(out)
}

/// Takes a text with holes apart. Variables are looked for in what stands between the holes; in a resource, as in
/// [`resource_pieces`], not before the fifth colon, unless a hole may hold colons.
#[must_use]
pub fn held_pieces(text: &Text, is_resource: bool) -> Vec<Piece> {
    let mut out = Vec::new();
    for piece in text.pieces() {
        match piece {
            TextPiece::Hole(_) => out.push(Piece::Hole),
            TextPiece::Plain(plain) => {
                let is_start = out.is_empty() && is_resource;
                let pieces = if is_start { resource_pieces(plain) } else { pieces(plain) };
                out.extend(pieces.unwrap_or_else(|| vec![Piece::Plain(plain.into())]));
            }
        }
    }
    out
}

fn variable(inside: &str) -> Piece {
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => {
            let default = default.trim();
            let default =
                default.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(default);
            (key, Some(default.into()))
        }
        None => (inside, None),
    };
    Piece::Variable { key: key.trim().to_ascii_lowercase().into(), default }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_defaults_and_unclosed_braces() {
        assert_eq!(pieces("plain"), None);
        assert_eq!(
            pieces("a${aws:PrincipalTag/team, 'company-wide'}/${*}").unwrap(),
            vec![
                Piece::Plain("a".into()),
                Piece::Variable { key: "aws:principaltag/team".into(), default: Some("company-wide".into()) },
                Piece::Plain("/".into()),
                Piece::Literal('*'),
            ]
        );
        assert_eq!(pieces("x${unclosed").unwrap(), vec![Piece::Plain("x${unclosed".into())]);
    }
}
