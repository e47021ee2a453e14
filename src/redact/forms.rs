//! Identifiers that are known by their form, wherever they stand.

/// An account number that a text begins with, with or without the console's dashes.
pub(super) fn account(text: &str, before: Option<char>) -> Option<usize> {
    let bytes = text.as_bytes();
    let is = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    if before.is_some_and(|ch| ch.is_ascii_digit()) || !is(0) {
        return None;
    }
    if (0..12).all(is) && !is(12) {
        return Some(12);
    }
    let dashed = (0..14).all(|at| if at == 4 || at == 9 { bytes.get(at) == Some(&b'-') } else { is(at) });
    let is_alone = before.is_none_or(|ch| !ch.is_alphanumeric() && ch != '-');
    (dashed && is_alone && !is(14) && bytes.get(14) != Some(&b'-')).then_some(14)
}

/// Another identifier that a text begins with, by its kind. Something else stands before it.
pub(super) fn identifier(text: &str) -> Option<(&'static str, usize)> {
    let found = |kind: &'static str, length: Option<usize>| length.map(|length| (kind, length));
    found("mail", mail(text))
        .or_else(|| found("organization", organization(text)))
        .or_else(|| found("unit", unit(text)))
        .or_else(|| unique(text))
        .or_else(|| found("canonical user", canonical(text)))
}

/// A mail address, also as in a URL, or as JSON may escape it.
fn mail(text: &str) -> Option<usize> {
    let is_local = |ch: char| ch.is_alphanumeric() || "._+-".contains(ch);
    let local: usize = text.chars().take_while(|ch| is_local(*ch)).map(char::len_utf8).sum();
    let rest = text.get(local..)?;
    let at = ["@", "%40", "\\u0040"].into_iter().find(|at| rest.starts_with(at))?;
    let rest = rest.get(at.len()..)?;
    let is_domain = |ch: char| ch.is_alphanumeric() || ".-".contains(ch);
    let domain: usize = rest.chars().take_while(|ch| is_domain(*ch)).map(char::len_utf8).sum();
    let has_dot = rest.get(..domain)?.trim_end_matches('.').contains('.');
    (local > 0 && has_dot).then_some(local + at.len() + domain)
}

fn lower(text: &str) -> usize {
    text.bytes().take_while(|b| b.is_ascii_lowercase() || b.is_ascii_digit()).count()
}

/// `o-` and 10 to 32 lower-case letters or digits.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html> (checked 2026-11)
fn organization(text: &str) -> Option<usize> {
    let count = lower(text.strip_prefix("o-")?);
    (10..=32).contains(&count).then_some(count + 2)
}

/// `ou-`, the root's letters, `-`, 8 to 32 letters or digits; of a root `r-` and 4 to 32.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html> (checked 2026-11)
fn unit(text: &str) -> Option<usize> {
    let ends = |length: usize| {
        text.as_bytes().get(length).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
    };
    if let Some(rest) = text.strip_prefix("ou-") {
        let root = lower(rest);
        let own = lower(rest.get(root..)?.strip_prefix('-')?);
        let length = 3 + root + 1 + own;
        return ((4..=32).contains(&root) && (8..=32).contains(&own) && ends(length)).then_some(length);
    }
    let root = lower(text.strip_prefix("r-")?);
    ((4..=32).contains(&root) && ends(root + 2)).then_some(root + 2)
}

/// What kind of identifier the first four letters say it is.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes> (checked 2026-11)
const PREFIXES: [(&str, &str); 12] = [
    ("ABIA", "access key"),
    ("ACCA", "id"),
    ("AGPA", "id"),
    ("AIDA", "id"),
    ("AIPA", "id"),
    ("AKIA", "access key"),
    ("ANPA", "id"),
    ("ANVA", "id"),
    ("APKA", "access key"),
    ("AROA", "id"),
    ("ASCA", "id"),
    ("ASIA", "access key"),
];

fn unique(text: &str) -> Option<(&'static str, usize)> {
    let (_, kind) = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix))?;
    let count = text.bytes().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let ends = text.as_bytes().get(count).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    ((16..=128).contains(&count) && ends).then_some((*kind, count))
}

/// The canonical user of an account: 64 hexadecimal digits.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html> (checked 2026-11)
fn canonical(text: &str) -> Option<usize> {
    let count = text.bytes().take_while(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b)).count();
    let ends = text.as_bytes().get(count).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    (count == 64 && ends).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_known_by_their_form() {
        for (text, kind) in [
            ("jürgen.müller@globex.com", "mail"),
            ("jane%40globex.com", "mail"),
            ("jane.doe\\u0040globex.com", "mail"),
            ("o-a1b2c3d4e5", "organization"),
            ("ou-ab12-cdef3456", "unit"),
            ("r-ab12", "unit"),
            ("AROAEXAMPLEEXAMPLE01", "id"),
            ("AKIAEXAMPLEEXAMPLE01", "access key"),
            ("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", "canonical user"),
        ] {
            assert_eq!(identifier(text), Some((kind, text.len())), "{text}");
        }
        for text in
            ["o-short", "r-nothing-here", "AROMATIC", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "jane@home"]
        {
            assert_eq!(identifier(text), None, "{text}");
        }
    }

    #[test]
    fn an_account_is_one_whatever_letters_stand_beside_it() {
        assert_eq!(account("111122223333Rest", Some('f')), Some(12));
        assert_eq!(account("1111222233334", None), None);
        assert_eq!(account("11122223333", Some('1')), None);
        assert_eq!(account("1111-2222-3333", None), Some(14));
        assert_eq!(account("1111-2222-3333-4", None), None);
    }
}
