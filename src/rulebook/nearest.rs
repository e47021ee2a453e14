//! The one name that somebody who mistyped it probably meant.

use std::collections::BTreeMap;

/// How alike two names must be, in hundredths, before one is offered for the other.
const ALIKE: usize = 55;

/// How much more alike than any other it must be.
const LEAD: usize = 4;

/// The name that is most like what was typed, if one is like it and no other nearly as much.
///
/// Likeness is the share of common pairs of neighbouring letters (Sørensen–Dice), with separators left out: it bears
/// misspelt, missing, joined and swapped words alike. Of two equally good names neither is offered, because a wrong
/// suggestion is worse than no suggestion.
#[must_use]
pub fn nearest<'n>(names: impl Iterator<Item = &'n str>, typed: &str) -> Option<&'n str> {
    let wanted = pairs(typed);
    let (mut best, mut most, mut second) = (None, 0, 0);
    for name in names {
        let alike = alike(&pairs(name), &wanted);
        if alike > most {
            second = most;
            (best, most) = (Some(name), alike);
        } else {
            second = second.max(alike);
        }
    }
    best.filter(|_| most >= ALIKE && most >= second + LEAD)
}

type Pairs = BTreeMap<(char, char), usize>;

fn pairs(name: &str) -> Pairs {
    let letters: Vec<char> =
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let mut out = Pairs::new();
    for (one, next) in letters.iter().zip(letters.iter().skip(1)) {
        *out.entry((*one, *next)).or_default() += 1;
    }
    out
}

fn alike(one: &Pairs, other: &Pairs) -> usize {
    let all: usize = one.values().chain(other.values()).sum();
    let common: usize =
        one.iter().map(|(pair, count)| other.get(pair).copied().unwrap_or(0).min(*count)).sum();
    (200 * common).checked_div(all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn misspelt_missing_joined_and_swapped_words() {
        let names = [
            "form-path-last-folder",
            "form-path-other",
            "source-arn-wrong-region",
            "source-arn-wrong-service",
        ];
        for (typed, meant) in [
            ("source-arn-region", Some("source-arn-wrong-region")),
            ("wrong-source-arn-region", Some("source-arn-wrong-region")),
            ("form-path-lastfolder", Some("form-path-last-folder")),
            ("from-path-othr", Some("form-path-other")),
            ("SOURCE_ARN_WRONG_SERVICE", Some("source-arn-wrong-service")),
            ("source-arn-wrong", None),
            ("xyz", None),
            ("", None),
        ] {
            assert_eq!(nearest(names.into_iter(), typed), meant, "{typed}");
        }
    }
}
