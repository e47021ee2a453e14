//! Words that a line's end broke in two: consoles and some mail programs wrap where the line is full, whatever stands there.

/// Words of AWS's sentences about a refusal: two halves that make one of them belong together.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html> (checked 2026-11)
const WORDS: [&str; 36] = [
    "accessdenied",
    "action",
    "allows",
    "assumed-role",
    "authorized",
    "because",
    "boundary",
    "calling",
    "control",
    "denied",
    "deny",
    "endpoint",
    "error",
    "exception",
    "explicit",
    "explicitly",
    "failure",
    "identity-based",
    "message",
    "occurred",
    "operation",
    "perform",
    "permission",
    "permissions",
    "policies",
    "policy",
    "request",
    "resource",
    "resource-based",
    "service",
    "session",
    "specified",
    "through",
    "transitively",
    "when",
    "with",
];

/// Whether a word was broken between what stands so far and the next line. Both begin and end with letters.
pub(super) fn is_broken(before: &str, next: &str) -> bool {
    let first = before.rsplit([' ', '\n']).next().unwrap_or_default();
    let second = next.split(char::is_whitespace).next().unwrap_or_default();
    if first.is_empty() || second.is_empty() {
        return false;
    }
    is_half_arn(first) || makes_a_word(first, second)
}

/// Whether an ARN lacks its end: parts are missing, digits of the account, or what names a user or role, or the quote that closes it.
fn is_half_arn(word: &str) -> bool {
    let Some(at) = word.rfind("arn:") else { return false };
    let (before, arn) = word.split_at_checked(at).unwrap_or(("", word));
    if before.ends_with('"') && !arn.contains('"') {
        return true;
    }
    let mut parts = arn.splitn(6, ':');
    let (service, account, resource) = (parts.nth(2), parts.nth(1), parts.next());
    match (service, account, resource) {
        (Some("iam" | "sts"), Some(_), Some(resource)) => {
            !resource.contains('/') && !resource.starts_with("root")
        }
        (_, _, None) => true,
        _ => false,
    }
}

/// Whether two halves, neither of which is a word of AWS's, make one.
fn makes_a_word(first: &str, second: &str) -> bool {
    let letters = |text: &str| text.trim_matches(|ch: char| !ch.is_ascii_alphanumeric()).to_ascii_lowercase();
    let (one, other) = (letters(first), letters(second));
    let is_whole = |word: &str| WORDS.contains(&word);
    !is_whole(&one) && !is_whole(&other) && is_whole(&format!("{one}{other}"))
}

#[cfg(test)]
mod tests {
    use super::is_broken;

    #[test]
    fn halves_of_words_and_of_arns_belong_together() {
        for (before, next) in [
            ("with an expl", "icit deny"),
            ("policy al", "lows the"),
            ("User: arn:aws:iam::2109", "87654321:user/se is"),
            ("User: arn:aws:iam::210987654321:us", "er/se is"),
            ("resource: \"arn:aws:s3:::acme-bi", "lling\" because"),
        ] {
            assert!(is_broken(before, next), "{before}|{next}");
        }
        for (before, next) in [
            ("because no", "identity-based policy"),
            ("User: arn:aws:iam::210987654321:user/se", "is not"),
            ("resource: arn:aws:s3:::acme-billing", "with an"),
            ("resource: \"arn:aws:s3:::acme-billing\"", "with an"),
            ("arn:aws:iam::210987654321:root", "is not"),
            ("", "x"),
        ] {
            assert!(!is_broken(before, next), "{before}|{next}");
        }
    }
}
