//! Secrets as people write them in a mail: behind a word of their language, without the sign that a file would have.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Words for a password, in small letters.
const WORDS: [&str; 18] = [
    "password",
    "passwort",
    "kennwort",
    "passphrase",
    "passwd",
    "pwd",
    "pw",
    "mot de passe",
    "contrase\u{f1}a",
    "senha",
    "wachtwoord",
    "\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}",
    "\u{5bc6}\u{7801}",
    "\u{43f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
    "secret key",
    "secret",
    "geheimer schl\u{fc}ssel",
    "-u",
];
/// Words between that word and the secret.
const BETWEEN: [&str; 8] = [":", "=", "\u{ff1a}", "is", "ist", "lautet", "est", "es"];
/// No such secret is shorter.
const SHORTEST: usize = 6;

/// Where such secrets begin and end.
pub(super) fn spoken(text: &str) -> Vec<(usize, usize)> {
    static WORDS_IN: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(WORDS).ok());
    // A part of a name, or of an ARN, is no word.
    let is_whole = |ch: Option<char>| {
        !ch.is_some_and(|ch| ch.is_ascii_alphanumeric() || matches!(ch, '_' | '-' | '.' | '/'))
    };
    let words = WORDS_IN.iter().flat_map(|words| words.find_overlapping_iter(text));
    words
        .filter_map(|found| {
            let word = WORDS.get(found.pattern().as_usize())?;
            let before = text.get(..found.start())?.chars().next_back();
            let next = text.get(found.end()..)?.chars().next();
            let is_word = is_whole(before) && is_whole(next) && before != Some(':');
            is_word.then(|| value(text, found.end(), word)).flatten()
        })
        .collect()
}

/// The secret behind a word that ends at a place.
fn value(text: &str, from: usize, word: &str) -> Option<(usize, usize)> {
    let mut rest = text.get(from..)?;
    let mut is_told = false;
    for _ in 0..3 {
        rest = rest.trim_start_matches([' ', '"', '\'', '`']);
        let between = BETWEEN.iter().find_map(|word| {
            let behind = rest.strip_prefix(word)?;
            let is_sign = !word.starts_with(char::is_alphabetic);
            (is_sign || behind.starts_with(' ')).then_some(behind)
        });
        let Some(behind) = between else { break };
        is_told = true;
        rest = behind;
    }
    let start = text.len() - rest.len();
    let end =
        rest.find(|ch: char| ch.is_whitespace() || matches!(ch, '"' | '\'' | '`' | '<' | '>' | ',' | ';'));
    let own = rest.get(..end.unwrap_or(rest.len()))?.trim_end_matches(['.', ')']);
    // Of `-u name:password` the second half.
    if word == "-u" {
        let (name, secret) = own.split_once(':')?;
        return (!secret.is_empty() && !secret.starts_with('/'))
            .then_some((start + name.len() + 1, start + own.len()));
    }
    let has = |class: fn(char) -> bool| own.chars().any(class);
    let is_made = has(|ch| ch.is_ascii_digit())
        && has(char::is_alphabetic)
        && !own.contains("://")
        && !own.contains(":::");
    let is_name = own.contains("arn:");
    (own.chars().count() >= SHORTEST
        && !is_name
        && (is_made
            || (is_told
                && has(|ch| !ch.is_alphanumeric() && ch.is_ascii_punctuation())
                && has(char::is_alphabetic)
                && has(char::is_uppercase))))
    .then_some((start, start + own.len()))
}

#[cfg(test)]
mod tests {
    use super::spoken;

    #[test]
    fn secrets_stand_behind_words_of_many_languages() {
        for (text, secret) in [
            ("my password is Sommer2026!", "Sommer2026!"),
            ("Passwort: Sommer2026!", "Sommer2026!"),
            ("pw Sommer2026! thanks", "Sommer2026!"),
            ("\u{30d1}\u{30b9}\u{30ef}\u{30fc}\u{30c9}: Sommer2026", "Sommer2026"),
            ("curl -u admin:Sommer2026! https://x", "Sommer2026!"),
            ("secret q7Rz%2B8Lk2V", "q7Rz%2B8Lk2V"),
        ] {
            let found: Vec<&str> =
                spoken(text).into_iter().filter_map(|(start, end)| text.get(start..end)).collect();
            assert_eq!(found, [secret], "{text}");
        }
        for text in [
            "the password is wrong",
            "secret: arn:aws:secretsmanager:eu-west-1:111122223333:secret:Apps/Db1",
            "password policy",
            "docker run -u 1000 x",
            "secretsmanager:GetSecretValue",
        ] {
            assert!(spoken(text).is_empty(), "{text}");
        }
    }
}
