//! Secrets that somebody pasted into a document: they are looked for before anything is written, and never shown.
//!
//! A key says that its value is a secret, or the text has the form of one. What a text looks like is decided behind the escapes
//! of JSON and of URLs.

use super::url::secrets_of_urls;
use aho_corasick::AhoCorasick;
use std::ops::Range;
use std::sync::LazyLock;

/// A secret and where it stands. The text itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret {
    /// Byte offset.
    pub at: usize,
    /// What it seems to be.
    pub what: &'static str,
}

/// Every secret in a text.
/// Forms: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html> (checked 2026-11)
#[must_use]
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("-----BEGIN") {
        let line = text.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if line.contains("PRIVATE KEY") {
            found.push(Secret { at, what: "a private key" });
        }
    }
    found.extend(named(text));
    found.extend(of_others(text));
    found.extend(
        secrets_of_urls(text).into_iter().map(|own| Secret { at: own.start, what: "a secret in an address" }),
    );
    let plain = Plain::of(text);
    let bytes = plain.text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.iter().skip(at).take_while(|byte| is_token(**byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        if let Some(token) = plain.text.get(at..at + length) {
            found.extend(
                token_secret(&plain.text, at, token).map(|what| Secret { at: plain.place(at), what }),
            );
        }
        at += length;
    }
    found.sort();
    found.dedup_by_key(|secret| secret.at);
    found
}

/// A text without the escapes of JSON and of URLs for what is written plainly elsewhere.
pub(super) struct Plain {
    pub(super) text: String,
    /// Where an escape was left out: the place behind it here, and how much longer the text is until there.
    longer: Vec<(usize, usize)>,
}

impl Plain {
    pub(super) fn of(text: &str) -> Self {
        let mut plain = Self { text: String::with_capacity(text.len()), longer: Vec::new() };
        let mut rest = text;
        while let Some(at) = rest.find(['\\', '%']) {
            let (before, here) = rest.split_at(at);
            plain.text.push_str(before);
            let (taken, ch) = escaped(here).unwrap_or((1, here.chars().next().unwrap_or(' ')));
            plain.text.push(ch);
            rest = here.get(taken..).unwrap_or_default();
            if taken > 1 {
                let before = plain.longer.last().map_or(0, |(_, longer)| *longer);
                plain.longer.push((plain.text.len(), before + taken - 1));
            }
        }
        plain.text.push_str(rest);
        plain
    }

    /// The place in the text as it is written.
    pub(super) fn place(&self, at: usize) -> usize {
        let passed = self.longer.partition_point(|(place, _)| *place <= at);
        at + passed.checked_sub(1).and_then(|last| self.longer.get(last)).map_or(0, |(_, longer)| *longer)
    }
}

/// What a text begins with, if that is an escape of a letter, a digit or a sign: how long it is, and for what it stands. Quotes
/// of a string inside a string stay as they are.
fn escaped(text: &str) -> Option<(usize, char)> {
    if text.starts_with("\\/") {
        return Some((2, '/'));
    }
    let (start, digits) = if text.starts_with('%') { (1, 2) } else { (2, 4) };
    let is_one = start == 1 || text.starts_with("\\u");
    let code = text.get(start..start + digits).filter(|_| is_one)?;
    let is_hex = code.bytes().all(|byte| byte.is_ascii_hexdigit());
    let ch = u8::from_str_radix(code, 16).ok().filter(|byte| is_hex && matches!(byte, b' '..=b'~'))?;
    Some((start + digits, char::from(ch)))
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
}

/// Ends of keys whose value is a secret, without what stands between their words.
const KEYS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secretaccesskey",
    "secretkey",
    "sessiontoken",
    "securitytoken",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "apikey",
    "apitoken",
    "xamzsignature",
];

/// The letters with which such an end ends: nearly every key of a policy ends with another.
#[expect(
    clippy::indexing_slicing,
    reason = "INVARIANT: no key is empty, and a letter is below 256; a constant"
)]
const LAST: [bool; 256] = {
    let mut last = [false; 256];
    let mut at = 0;
    while at < KEYS.len() {
        let key = KEYS[at].as_bytes();
        let letter = key[key.len() - 1];
        last[letter as usize] = true;
        last[letter.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    last
};

/// Whether a key says that its value is a secret. What stands before the key tells the names of secrets from them:
/// `arn:aws:secretsmanager:…:secret:name`.
pub(super) fn is_secret_key(before: &str) -> bool {
    let before = before.trim_end_matches(['\\', '"', '\'', ' ', '\t']);
    let last = before.bytes().rev().find(|byte| !matches!(byte, b'_' | b'-' | b' '));
    if !last.and_then(|last| LAST.get(usize::from(last))).is_some_and(|is_one| *is_one) {
        return false;
    }
    let is_word = |ch: char| ch.is_ascii_alphanumeric() || ch == '_' || ch == '-';
    let key = before.rsplit(|ch| !is_word(ch)).next().unwrap_or_default();
    let ends = |end: &&str| {
        let mut letters = before.bytes().rev().filter(|byte| !matches!(byte, b'_' | b'-' | b' '));
        end.bytes().rev().all(|byte| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&byte)))
    };
    !before.strip_suffix(key).is_some_and(|before| before.ends_with(':')) && KEYS.iter().any(ends)
}

/// The shortest text that is taken for a secret behind such a key.
const SHORTEST: usize = 8;

/// Values of keys that say what they hold.
fn named(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices([':', '=']) {
        let before = text.get(text.floor_char_boundary(at.saturating_sub(64))..at).unwrap_or_default();
        if !is_secret_key(before) {
            continue;
        }
        let behind = text.get(at + 1..).unwrap_or_default();
        let rest = behind.trim_start_matches(['\\', '"', '\'', ' ', '\t']);
        let is_quoted = behind.get(..behind.len() - rest.len()).is_some_and(|gap| gap.contains(['"', '\'']));
        let end = |ch: char| match is_quoted {
            true => matches!(ch, '"' | '\'' | '\n'),
            false => ch.is_whitespace() || matches!(ch, '"' | '\'' | ',' | '&' | '}' | ']' | ')'),
        };
        let value = rest.split(end).next().unwrap_or_default().trim_end_matches('\\');
        if is_secret_value(value, is_quoted) {
            found.push(Secret { at: text.len() - rest.len(), what: "a secret" });
        }
    }
    found
}

/// Whether a value is one, and not a reference to where it is kept, a type or a row of stars.
fn is_secret_value(value: &str, is_quoted: bool) -> bool {
    let first = value.chars().next().unwrap_or(' ');
    let is_kept_elsewhere =
        ["${", "{{", "<", "arn:", "!", "$", "var.", "data.", "local.", "aws_", "random_", "module."]
            .iter()
            .any(|start| value.starts_with(start));
    let is_hidden = value.chars().all(|ch| ch == first || ch == '.');
    // A word of a sentence, or the name of an action.
    let is_word = !is_quoted && value.chars().all(char::is_alphabetic) && value.len() < 16;
    value.chars().count() >= SHORTEST && !value.contains(' ') && !is_kept_elsewhere && !is_hidden && !is_word
}

/// How tokens of other services begin, what may follow, and how much of it at least.
/// <https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats>,
/// <https://docs.slack.dev/authentication/tokens> (checked 2026-11)
const OTHERS: [(&str, usize); 16] = [
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("ghr_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("xoxb-", 20),
    ("xoxp-", 20),
    ("xoxa-", 20),
    ("xoxr-", 20),
    ("xapp-", 20),
    ("npm_", 30),
    ("sk_live_", 16),
    ("hooks.slack.com/services/", 20),
    // The header of a JSON web token: `{"` in base64.
    ("eyJ", 40),
];

fn of_others(text: &str) -> impl Iterator<Item = Secret> {
    tokens_of_others(text).map(|token| Secret { at: token.start, what: "a token of another service" })
}

/// Where tokens of other services stand in a text.
pub(super) fn tokens_of_others(text: &str) -> impl Iterator<Item = Range<usize>> {
    static STARTS: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(OTHERS.iter().map(|(start, _)| start)).ok());
    let starts = STARTS.iter().flat_map(move |starts| starts.find_overlapping_iter(text));
    starts.filter_map(move |start| {
        let (_, least) = OTHERS.get(start.pattern().as_usize())?;
        let before = text.get(..start.start())?.chars().next_back();
        let rest = text.get(start.end()..)?;
        let is_of_it = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
        let length = rest.bytes().take_while(is_of_it).count();
        let is_header = text.get(start.range())? == "eyJ";
        let is_web_token = !is_header || rest.get(..length)?.contains(".eyJ");
        let is_token =
            length >= *least && is_web_token && before.is_none_or(|ch| !ch.is_ascii_alphanumeric());
        is_token.then(|| start.start()..start.end() + length)
    })
}

fn token_secret(text: &str, at: usize, token: &str) -> Option<&'static str> {
    let id = access_key(token);
    if let Some(place) = id {
        // `list-access-keys` gives identifiers, which are no secret; so does whoever asks about one.
        let before = text.get(text.floor_char_boundary(at.saturating_sub(24))..at).unwrap_or_default();
        let key = before.trim_end_matches(['\\', '"', ' ', ':']);
        let is_answer =
            place == 0 && token.len() == 20 && key.ends_with("AccessKeyId") && before.ends_with('"');
        return (!is_answer).then_some("an access key");
    }
    let has = |class: fn(&u8) -> bool| token.bytes().any(|byte| class(&byte));
    let count = |class: fn(&u8) -> bool| token.bytes().filter(class).count();
    let letters = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    let mixed = letters && has(u8::is_ascii_digit);
    // One key in nine hundred has no digit. Words that are written together have few capital letters.
    let scattered = count(u8::is_ascii_uppercase) >= 10 && count(u8::is_ascii_lowercase) >= 10;
    let is_path = token.matches('/').count() > 4 || (token.contains("//") && !scattered);
    if token.len() == 40 && (mixed || scattered) && !is_path {
        return Some("a secret access key");
    }
    // A line may have been wrapped, so that only its beginning is here.
    let is_session = ["FwoG", "IQoJ", "FQoG"].iter().any(|start| token.starts_with(start));
    (token.len() >= 32 && letters && is_session).then_some("a session token")
}

/// Where in a token the identifier of an access key begins.
fn access_key(token: &str) -> Option<usize> {
    let starts = ["AKIA", "ASIA"].into_iter().flat_map(|kind| token.match_indices(kind).map(|(at, _)| at));
    let is_rest = |at: &usize| {
        let rest = token.as_bytes().get(at + 4..at + 20).unwrap_or_default();
        rest.len() == 16 && rest.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    starts.filter(is_rest).min()
}

/// Whether letters, digits and signs are a secret, by what stands before them or by their form.
pub(super) fn is_secret(text: &str, at: usize, token: &str) -> bool {
    let before = text.get(text.floor_char_boundary(at.saturating_sub(48))..at).unwrap_or_default();
    let before = before.to_ascii_lowercase();
    let words = ["secret", "sessiontoken", "session_token", "password"];
    let is_named = token.len() >= 16 && words.iter().any(|word| before.contains(word));
    is_named || token_secret(text, at, token).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_where_they_were_pasted() {
        // Taken apart, so that nobody's scanner takes this file for a leak.
        let secret = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
        let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        let plain = secret.replace('7', "x");
        let letters = ["gh", "p_"].concat() + &"aB3".repeat(12);
        let web = ["eyJhbGciOiJIUzI1NiJ9.", "eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdef"].concat();
        for text in [
            format!("aws_secret_access_key = {secret}"),
            format!("\"SecretAccessKey\": \"{secret}\""),
            format!("\"SecretAccessKey\": \"{plain}\""),
            format!("\"SecretAccessKey\": \"{}\"", "da5b6756334649c0ad8d73666a1f6522334bf243"),
            format!("x {}", secret.replace('/', "\\/")),
            format!("x {}", secret.replace('/', "%2F")),
            format!("x {}", secret.replace("/K", "//")),
            format!("%7B%22x%22%3A%22{secret}%22%7D"),
            "\"x\": \"https://user:S3cretPw!@host/x\"".to_owned(),
            "postgres://u:pw12345678@db/x".to_owned(),
            format!("x {plain}"),
            format!("{id}/{secret}"),
            format!("id{id}x"),
            format!("{id}\n{secret}"),
            format!("\"Sid\": \"{id}\""),
            "\"Password\": \"correct-horse-battery-staple\"".to_owned(),
            "MasterUserPassword: correct-horse-battery-staple".to_owned(),
            format!("-----BEGIN RSA {} KEY-----", "PRIVATE"),
            format!("IQoJb3JpZ2luX2Vj{}A1", "x".repeat(120)),
            format!("IQoJb3JpZ2luX2Vj{}\n{}", "aB3".repeat(16), "cD4".repeat(20)),
            letters,
            format!("Bearer {web}"),
        ] {
            assert!(!secrets(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_let_through() {
        for text in [
            "\"AccessKeyId\": \"AKIAEXAMPLEEXAMPLE01\"",
            "{\\\"AccessKeyId\\\": \\\"AKIAEXAMPLEEXAMPLE01\\\"}",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "arn:aws:s3:::acme-billing/reports/acme-cur2/data/BILLING_PERIOD=2026-11/acme-cur2-00001.csv.gz",
            "\"UserId\": \"AIDAEXAMPLEEXAMPLE012\"",
            "\"Action\": \"secretsmanager:BatchGetSecretValue\"",
            "\"PasswordLastUsed\": \"2026-11-01T00:00:00Z\", \"NextToken\": \"abcdefghijklmnop\"",
            "\"Password\": \"********\", \"password\": \"${var.password_of_db}\"",
            "Password: !Ref DatabasePassword",
            "password = var.database_password",
            "\"Resource\": \"arn:aws:secretsmanager:us-east-1:111122223333:secret:billing-a1b2c3\"",
            "AllowBillingDataExportsToWriteIntoBuckets",
        ] {
            assert_eq!(secrets(text), [], "{text}");
        }
    }
}
