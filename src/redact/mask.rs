//! Secrets and mail addresses in a text that somebody pasted: a word stands for each, and everything else stays.
//!
//! Documents that are handed on are refused instead while a secret is in them, see [`super::secrets`].

use super::secrets::{is_secret, is_secret_key, tokens_of_others};
use super::spoken::spoken;
use super::url::secrets_of_urls;
use std::borrow::Cow;

/// Stands for a secret.
const SECRET: &str = "SECRET";
/// Stands for the identifier of an access key.
const KEY_ID: &str = "ACCESS_KEY_ID";
/// Stands for a mail address.
const MAIL: &str = "MAIL";
/// No secret of AWS is shorter.
const SHORTEST: usize = 16;
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A text without secrets.
///
/// Forms: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html> (checked 2026-11)
#[must_use]
pub fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut spans = values(text);
    runs(text, &mut spans);
    spans.extend(spoken(text).into_iter().map(|(start, end)| (start, end, SECRET)));
    spans.extend(tokens_of_others(text).map(|token| (token.start, token.end, SECRET)));
    spans.extend(secrets_of_urls(text).into_iter().map(|own| (own.start, own.end, SECRET)));
    if text.contains(PRIVATE_KEY) {
        private_keys(text, &mut spans);
    }
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    spans.sort_unstable_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, word) in spans {
        if start < at {
            continue;
        }
        out.push_str(text.get(at..start).unwrap_or_default());
        out.push_str(word);
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

type Spans = Vec<(usize, usize, &'static str)>;

/// Letters, digits and signs in which secrets are written, as long as one is.
fn runs(text: &str, spans: &mut Spans) {
    let bytes = text.as_bytes();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+');
    let mut at = 0;
    // Every secret covers a place that is a multiple of its length.
    while let Some(byte) = bytes.get(at + SHORTEST - 1) {
        if !is_token(*byte) {
            at += SHORTEST;
            continue;
        }
        let middle = at + SHORTEST - 1;
        let before = bytes.get(..middle).unwrap_or_default();
        let start = before.iter().rposition(|byte| !is_token(*byte)).map_or(0, |at| at + 1);
        let behind = bytes.get(middle..).unwrap_or_default();
        let end = middle + behind.iter().position(|byte| !is_token(*byte)).unwrap_or(behind.len());
        if end - start >= SHORTEST
            && let Some(word) = kind_of(text, start, end)
        {
            spans.push((start, end, word));
        }
        at = end.max(at + 1);
    }
}

/// What stands for a run, if it is a secret.
fn kind_of(text: &str, start: usize, end: usize) -> Option<&'static str> {
    let run = text.get(start..end)?;
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if (run.starts_with("AKIA") || run.starts_with("ASIA")) && run.bytes().all(is_upper) {
        return Some(KEY_ID);
    }
    let has = |class: fn(&u8) -> bool| run.bytes().any(|byte| class(&byte));
    if !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)) {
        return None;
    }
    if ["FwoG", "IQoJ", "FQoG"].iter().any(|first| run.starts_with(first)) && run.len() >= 32 {
        return Some(SECRET);
    }
    // A part of a name, an ARN or an encoded text is none.
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'-' | b'_' | b'.' | b'%'));
    let word = text.get(..start)?;
    let word = word.rsplit(char::is_whitespace).next().unwrap_or_default();
    if is_part(text.as_bytes().get(end)) || is_part(word.as_bytes().last()) {
        return None;
    }
    let is_place = word.contains("arn:") || word.contains("://") || word.contains(":::");
    (!is_place && is_secret(text, start, run)).then_some(SECRET)
}

/// Values behind a name that says that they are secret.
fn values(text: &str) -> Spans {
    let mut spans = Spans::new();
    for at in memchr::memchr2_iter(b'=', b':', text.as_bytes()) {
        if !is_secret_key(text.get(text.floor_char_boundary(at.saturating_sub(64))..at).unwrap_or_default()) {
            continue;
        }
        let behind = text.get(at + 1..).unwrap_or_default();
        let value = behind.trim_start_matches([' ', '"', '\'', '\\', '=']);
        let start = text.len() - value.len();
        let is_end = |ch: char| {
            ch.is_whitespace()
                || matches!(ch, '"' | '\'' | '\\' | '&' | ',' | ';' | '<' | '>' | ')' | '}' | ']')
        };
        let end = start + value.find(is_end).unwrap_or(value.len());
        if end > start {
            spans.push((start, end, SECRET));
        }
    }
    spans
}

fn private_keys(text: &str, spans: &mut Spans) {
    let mut from = 0;
    while let Some(begin) = text.get(from..).and_then(|rest| rest.find("-----BEGIN ")).map(|at| from + at) {
        let rest = text.get(begin..).unwrap_or_default();
        let end = rest.find("-----END ").and_then(|end| {
            let close = rest.get(end..)?.find(PRIVATE_KEY)?;
            Some(end + close + PRIVATE_KEY.len())
        });
        let end = begin + end.unwrap_or(rest.len());
        if rest.get(..64.min(rest.len())).is_none_or(|head| head.contains(PRIVATE_KEY)) {
            spans.push((begin, end, SECRET));
            from = end;
        } else {
            from = begin + 1;
        }
    }
}

/// A text without mail addresses. One that the end of the text cut off counts as one, too.
#[must_use]
pub fn without_mails(text: &str) -> Cow<'_, str> {
    let text = match with_signs(text) {
        Some(text) => Cow::Owned(text),
        None if memchr::memchr(b'@', text.as_bytes()).is_some() => Cow::Borrowed(text),
        None => return Cow::Borrowed(text),
    };
    match masked(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(masked) => Cow::Owned(masked),
    }
}

/// A text in which addresses have their `@`, if they were written otherwise: `%40` of a URL, `&#64;` of a page, `=40` of a mail.
fn with_signs(text: &str) -> Option<String> {
    const WRITTEN: [&str; 6] = ["%40", "&#64;", "&#x40;", "\\u0040", "\u{ff20}", "=40"];
    if !WRITTEN.iter().any(|written| text.contains(written)) {
        return None;
    }
    let mut out = text.to_owned();
    for written in WRITTEN {
        let mut plain = String::with_capacity(out.len());
        let mut rest = out.as_str();
        while let Some((before, behind)) = rest.split_once(written) {
            plain.push_str(before);
            let is_part = |ch: char| ch.is_alphanumeric() || matches!(ch, '.' | '_' | '-' | '+');
            let name = before.rsplit(|ch| !is_part(ch)).next().unwrap_or_default();
            let host = behind.split(|ch| !is_part(ch)).next().unwrap_or_default();
            // A number behind a sign of equality is no address.
            let is_one = !name.is_empty()
                && host.trim_end_matches('.').contains('.')
                && host.starts_with(char::is_alphanumeric)
                && (written != "=40" || name.contains('.'));
            plain.push_str(if is_one { "@" } else { written });
            rest = behind;
        }
        plain.push_str(rest);
        out = plain;
    }
    (out != text).then_some(out)
}

fn masked(text: &str) -> Cow<'_, str> {
    let is_edge = |ch: char| {
        ch.is_whitespace()
            || matches!(
                ch,
                '"' | '\''
                    | '<'
                    | '>'
                    | '('
                    | ')'
                    | '['
                    | ']'
                    | '{'
                    | '}'
                    | ','
                    | ';'
                    | '/'
                    | ':'
                    | '='
                    | '`'
                    | '|'
            )
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(is_edge).unwrap_or(rest.len());
        let (word, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let is_mail = word.split_once('@').is_some_and(|(name, host)| {
            let host = host.trim_end_matches('.');
            // A version behind an `@` ends with a number.
            let last = host.rsplit_once('.').map(|(_, last)| last);
            let is_host =
                last.map_or(behind.is_empty(), |last| last.bytes().all(|byte| byte.is_ascii_alphabetic()));
            !name.is_empty() && !host.is_empty() && is_host
        });
        out.push_str(if is_mail { MAIL } else { word });
        let next = behind.chars().next().map_or(0, char::len_utf8);
        let (edge, behind) = behind.split_at_checked(next).unwrap_or((behind, ""));
        out.push_str(edge);
        rest = behind;
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_wherever_somebody_pasted_them() {
        // Taken apart, so that nobody's scanner takes this file for a leak.
        let secret = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
        let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        let token = format!("IQoJb3JpZ2luX2Vj{}A1", "x".repeat(60));
        for (given, wanted) in [
            (format!("not found (secret {secret}, {id})"), "not found (secret SECRET, ACCESS_KEY_ID)"),
            (format!("aws_secret_access_key={secret} x"), "aws_secret_access_key=SECRET x"),
            ("AWS_SECRET_ACCESS_KEY = short x".to_owned(), "AWS_SECRET_ACCESS_KEY = SECRET x"),
            (format!("\"SessionToken\": \"{token}%2F+/=\", y"), "\"SessionToken\": \"SECRET\", y"),
            (format!("<SessionToken>{token}</SessionToken>"), "<SessionToken>SECRET</SessionToken>"),
            ("Secret access key: short, api_key=abc".to_owned(), "Secret access key: SECRET, api_key=SECRET"),
            (format!("got {}{} x", ["gh", "p_"].concat(), "aB3".repeat(12)), "got SECRET x"),
            ("?X-Amz-Signature=0a1b&x=1".to_owned(), "?X-Amz-Signature=SECRET&x=1"),
            (format!("a -----BEGIN {0}----- b -----END {0}----- c", "PRIVATE KEY"), "a SECRET c"),
            ("at https://jo:S3cretPw!@host/x?y".to_owned(), "at https://jo:SECRET@host/x?y"),
            (format!("Key:{id}"), "Key:ACCESS_KEY_ID"),
        ] {
            assert_eq!(without_secrets(&given), wanted);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for text in [
            "arn:aws:secretsmanager:eu-west-1:111122223333:secret:Apps/Prod/Db1x9AbCdEf",
            "s3://acme/aB1/aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB",
            "Encoded authorization failure message: 4fGh8kq-aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1-x",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709 0123456789012345678901234567890123456789",
            "software.amazon.awssdk.services.s3.model.S3Exception: User: arn:aws:iam::111122223333:user/x",
        ] {
            assert_eq!(without_secrets(text), text);
        }
    }

    #[test]
    fn mail_addresses_are_replaced() {
        assert_eq!(
            without_mails("a <jo.doe+1@example.com>, b@c x@y.z:1 @d jo@exam"),
            "a <MAIL>, b@c MAIL:1 @d MAIL"
        );
        assert_eq!(
            without_mails("arn:aws:sts::1:assumed-role/R/jo@example.com is"),
            "arn:aws:sts::1:assumed-role/R/MAIL is"
        );
        for written in [
            "jo.doe%40example.com",
            "jo.doe&#64;example.com",
            "jo.doe\u{ff20}example.com",
            "jo.doe=40example.com",
        ] {
            assert_eq!(without_mails(written), "MAIL");
        }
        for other in ["?size=40mb.gz", "a%40b", "x=40"] {
            assert_eq!(without_mails(other), other);
        }
    }
}
