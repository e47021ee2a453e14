//! Secrets that somebody pasted into a document: they are looked for before anything is written, and never shown.

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
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes.iter().skip(at).take_while(|byte| is_token(**byte)).count();
        if length == 0 {
            at += 1;
            continue;
        }
        if let Some(token) = text.get(at..at + length) {
            found.extend(token_secret(text, at, token).map(|what| Secret { at, what }));
        }
        at += length;
    }
    found.sort();
    found.dedup();
    found
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
}

fn token_secret(text: &str, at: usize, token: &str) -> Option<&'static str> {
    let id = token.len() == 20
        && ["AKIA", "ASIA"].iter().any(|kind| token.starts_with(kind))
        && token.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let before = text.get(text.floor_char_boundary(at.saturating_sub(48))..at).unwrap_or_default();
    let before = before.to_ascii_lowercase();
    if id {
        // `list-access-keys` gives identifiers, which are no secret; so does whoever asks about one.
        let is_answer = before.contains("accesskeyid\"") || before.contains("accesskeyid\\\"");
        return (!is_answer).then_some("an access key");
    }
    let has = |class: fn(&u8) -> bool| token.bytes().any(|byte| class(&byte));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    let named =
        ["secret", "sessiontoken", "session_token", "password"].iter().any(|word| before.contains(word));
    if token.len() >= 16 && named && mixed {
        return Some("a secret");
    }
    if token.len() == 40 && mixed && !token.contains("//") && token.matches('/').count() <= 4 {
        return Some("a secret access key");
    }
    (token.len() >= 100 && mixed && ["FwoG", "IQoJ", "FQoG"].iter().any(|start| token.starts_with(start)))
        .then_some("a session token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_found_where_they_were_pasted() {
        // Taken apart, so that nobody's scanner takes this file for a leak.
        let secret = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
        let id = ["AKIA", "IOSFODNN7EXAMPLE"].concat();
        for text in [
            format!("aws_secret_access_key = {secret}"),
            format!("\"SecretAccessKey\": \"{secret}\""),
            format!("{id}\n{secret}"),
            format!("\"Sid\": \"{id}\""),
            format!("-----BEGIN RSA {} KEY-----", "PRIVATE"),
            format!("IQoJb3JpZ2luX2Vj{}A1", "x".repeat(120)),
        ] {
            assert!(!secrets(&text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_no_secret_is_let_through() {
        for text in [
            "\"AccessKeyId\": \"AKIAEXAMPLEEXAMPLE01\"",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "arn:aws:s3:::acme-billing/reports/acme-cur2/data/BILLING_PERIOD=2026-11/acme-cur2-00001.csv.gz",
            "\"UserId\": \"AIDAEXAMPLEEXAMPLE012\"",
        ] {
            assert_eq!(secrets(text), [], "{text}");
        }
    }
}
