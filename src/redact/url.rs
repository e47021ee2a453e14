//! Secrets that stand in addresses: a password before the `@`, and tokens among the parameters.

use super::secrets::Plain;
use std::ops::Range;

/// Parameters of an address whose value lets in who has it; longer names are known by how they end.
/// <https://datatracker.ietf.org/doc/html/rfc6750#section-2.3>,
/// <https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas> (checked 2026-11)
const PARAMETERS: [&str; 8] = ["token", "sig", "signature", "pwd", "pass", "auth", "jwt", "private_token"];
/// How the two slashes of an address, or the first of them, are written.
const SLASHES: [&str; 6] = ["//", "\\/\\/", "%2F%2F", "%2f%2f", "\\u002f", "\\u002F"];
/// A user that is as long as this, of letters and digits, is a token.
const SHORTEST_TOKEN: usize = 20;

/// Where secrets stand in the addresses of a text, as it is written.
pub(super) fn secrets_of_urls(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let is_of_one = |at: usize| {
        let here = bytes.get(at..).unwrap_or_default();
        SLASHES.iter().any(|slashes| here.starts_with(slashes.as_bytes()))
    };
    if !memchr::memchr3_iter(b'/', b'%', b'\\', bytes).any(is_of_one) {
        return Vec::new();
    }
    let plain = Plain::of(text);
    let mut found = Vec::new();
    for (at, sign) in plain.text.match_indices("://") {
        let scheme = plain.text.get(..at).unwrap_or_default();
        if !scheme.ends_with(|ch: char| ch.is_ascii_alphanumeric()) {
            continue;
        }
        let from = at + sign.len();
        let rest = plain.text.get(from..).unwrap_or_default();
        let is_end = |ch: char| ch.is_whitespace() || matches!(ch, '"' | '\'' | '`' | '<' | '>' | '\\');
        let url = rest.split(is_end).next().unwrap_or_default();
        let own = password(url, scheme.ends_with("http") || scheme.ends_with("https"));
        found.extend(own.into_iter().chain(parameters(url)).map(|own| from + own.start..from + own.end));
    }
    found.into_iter().map(|own| plain.place(own.start)..plain.place(own.end)).collect()
}

/// The password, or the token that stands for user and password.
/// <https://datatracker.ietf.org/doc/html/rfc3986#section-3.2.1>
fn password(url: &str, is_web: bool) -> Option<Range<usize>> {
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    // A password may have a slash that nobody escaped: then what seems to be the port is no number.
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    let has_port =
        authority.ends_with(']') || authority.rsplit_once(':').is_none_or(|(_, port)| is_port(port));
    let authority = if authority.contains('@') || has_port { authority } else { url };
    let (who, _) = authority.rsplit_once('@')?;
    let (start, value) = match who.split_once(':') {
        Some((user, value)) => (user.len() + 1, value),
        None => (0, Some(who).filter(|who| is_web && is_token(who))?),
    };
    (!value.is_empty() && !is_reference(value)).then(|| start..start + value.len())
}

fn is_token(who: &str) -> bool {
    let has = |class: fn(&u8) -> bool| who.bytes().any(|byte| class(&byte));
    who.len() >= SHORTEST_TOKEN
        && who.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

fn parameters(url: &str) -> impl Iterator<Item = Range<usize>> {
    let query = url.split_once(['?', '#']).map_or("", |(_, query)| query);
    let mut at = url.len() - query.len();
    query.split(['&', ';', '#']).filter_map(move |part| {
        let start = at;
        at += part.len() + 1;
        let (name, value) = part.split_once('=')?;
        let is_one = PARAMETERS.iter().any(|own| own.eq_ignore_ascii_case(name));
        let from = start + name.len() + 1;
        (is_one && value.len() >= 8 && !is_reference(value)).then(|| from..from + value.len())
    })
}

/// What stands for a secret: something to fill in, or stars.
fn is_reference(value: &str) -> bool {
    let starts = ["${", "{", "$", "[", "%s"].iter().any(|start| value.starts_with(start));
    starts || value.bytes().all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X'))
}

#[cfg(test)]
mod tests {
    use super::secrets_of_urls;

    #[test]
    fn passwords_and_tokens_in_addresses_are_found() {
        for (text, secret) in [
            ("a https://user:S3cretPw!@host/x b", "S3cretPw!"),
            ("\"postgres://u:pw12345678@db/x\"", "pw12345678"),
            ("redis://:pw@cache.example.com:6379", "pw"),
            ("https:\\/\\/user:pw\\u0040x@host", "pw\\u0040x"),
            ("https%3A%2F%2Fuser%3Ap%40w%40host%2Fx", "p%40w"),
            ("mysql://u:p/w#1@db:3306/x", "p/w#1"),
            ("https://abcdefghij0123456789abcdef@dev.example.com/x", "abcdefghij0123456789abcdef"),
            ("https://host/x?a=b&token=abcdefgh12&c=d", "abcdefgh12"),
            ("https://host/x?sv=1&sig=abc%2Fdefgh%3D", "abc%2Fdefgh%3D"),
        ] {
            let found = secrets_of_urls(text);
            assert_eq!(
                found.iter().map(|own| text.get(own.clone()).unwrap()).collect::<Vec<_>>(),
                [secret],
                "{text}"
            );
        }
    }

    #[test]
    fn addresses_without_secrets_have_none() {
        for text in [
            "https://host:8443/x@y",
            "ssh://git@github.com/x",
            "ssh://APKAEXAMPLEEXAMPLE01@git-codecommit.us-east-1.amazonaws.com/x",
            "https://jane@host/x",
            "https://user:${var.password}@host",
            "https://user:****@host and https://[::1]:80/@x",
            "s3://acme-billing/reports/a:b@c",
            "https://docs.aws.amazon.com/IAM/latest/UserGuide/x.html#y:z@w",
            "https://sts.amazonaws.com/?Action=GetCallerIdentity&NextToken=abcdefghijk",
            "\"http://a\", \"x:y@z\"",
        ] {
            assert!(secrets_of_urls(text).is_empty(), "{text}");
        }
    }
}
