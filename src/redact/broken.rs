//! Keys that the end of a line broke: a mail wraps them, and quotes both halves.

use super::secrets::is_secret;
use std::borrow::Cow;

/// A key is not broken into more pieces.
const MOST_PIECES: usize = 12;

/// A text in which the pieces of a broken key are gone, with a word in their place. Everything else stays, line by line.
#[must_use]
pub fn without_broken_secrets(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        if end < kept {
            continue;
        }
        let Some((word, pieces)) = broken_at(text, kept, end) else { continue };
        let mut word = Some(word);
        for (start, end) in pieces {
            out.push_str(text.get(kept..start).unwrap_or_default());
            out.push_str(word.take().unwrap_or_default());
            kept = end;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

type Pieces = Vec<(usize, usize)>;

/// The key that a line's end breaks, if it breaks one: what stands for it, and its pieces. What stands before `from` is looked
/// through.
fn broken_at(text: &str, from: usize, line_end: usize) -> Option<(&'static str, Pieces)> {
    let before = text.get(from..line_end)?.trim_end_matches(['\r', ' ', '\t']);
    // A mail that is quoted-printable ends a broken line with this sign.
    let before = before.strip_suffix('=').unwrap_or(before);
    let length = before.bytes().rev().take_while(|byte| is_token(*byte)).count();
    let start = from + before.len() - length;
    let word = before.get(..before.len() - length)?;
    let word = word.rsplit(char::is_whitespace).next().unwrap_or_default();
    if length < 2 || word.contains("arn:") || word.contains("://") || word.ends_with(['.', '-', '_']) {
        return None;
    }
    let mut joined = text.get(start..start + length)?.to_owned();
    let mut pieces = vec![(start, start + length)];
    let mut at = line_end + 1;
    while pieces.len() < MOST_PIECES {
        let line = text.get(at..)?;
        let quoting = line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'>' | b'|')).count();
        let line = line.get(quoting..)?;
        let length = line.bytes().take_while(|byte| is_token(*byte)).count();
        if length == 0 {
            break;
        }
        joined.push_str(line.get(..length)?);
        pieces.push((at + quoting, at + quoting + length));
        let behind = line.get(length..)?;
        let is_part = behind.starts_with(['-', '_', '.', ':', '(']);
        if let Some(word) = kind_of(text, start, &joined).filter(|_| !is_part) {
            return Some((word, pieces));
        }
        let behind = behind.strip_prefix('=').unwrap_or(behind).trim_start_matches(['\r', ' ', '\t']);
        if !behind.starts_with('\n') {
            break;
        }
        at = text.len() - behind.len() + 1;
        // A token of a session is as long as it is: its lines end with the first that holds something else.
        let next = text.get(at..)?.trim_start_matches([' ', '\t', '>', '|']);
        let goes_on = next.len() >= SHORTEST_LINE && next.bytes().take(SHORTEST_LINE).all(is_of_session);
        if is_session(&joined) && !goes_on {
            break;
        }
    }
    (is_session(&joined) && joined.len() >= 32).then_some(("SECRET", pieces))
}

/// So much of a line is letters where the token of a session goes on.
const SHORTEST_LINE: usize = 12;

fn is_of_session(byte: u8) -> bool {
    is_token(byte) || byte == b'='
}

fn is_session(joined: &str) -> bool {
    ["FwoG", "IQoJ", "FQoG"].iter().any(|start| joined.starts_with(start))
}

/// What stands for a key.
fn kind_of(text: &str, at: usize, joined: &str) -> Option<&'static str> {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let is_key = (joined.starts_with("AKIA") || joined.starts_with("ASIA")) && joined.len() == 20;
    if is_key && joined.bytes().all(is_upper) {
        return Some("ACCESS_KEY_ID");
    }
    let has = |class: fn(&u8) -> bool| joined.bytes().any(|byte| class(&byte));
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
    (joined.len() == 40 && mixed && !is_session(joined) && is_secret(text, at, joined)).then_some("SECRET")
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+')
}

#[cfg(test)]
mod tests {
    use super::without_broken_secrets;

    #[test]
    fn both_halves_of_a_broken_key_are_gone() {
        // Taken apart, so that nobody's scanner takes this file for a leak.
        let (one, two) = ("wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY");
        let (id, rest) = ("AKIA", "IOSFODNN7EXAMPLE");
        for (given, wanted) in [
            (format!("the key {one}\n{two} does not work"), "the key SECRET\n does not work"),
            (format!("> secret: {one}\r\n> {two}\r\n> and"), "> secret: SECRET\r\n> \r\n> and"),
            (format!(">> {one}=\n>> {two}\n"), ">> SECRET=\n>> \n"),
            (format!("{id}\n    {rest}, x"), "ACCESS_KEY_ID\n    , x"),
            (format!("wJalrXUt\n{}\n{two}", one.get(8..).unwrap_or_default()), "SECRET\n\n"),
            (
                format!("IQoJb3JpZ2luX2Vj{0}\n{0}\nthe end is near", "x".repeat(40)),
                "SECRET\n\nthe end is near",
            ),
        ] {
            assert_eq!(without_broken_secrets(&given), wanted);
        }
    }

    #[test]
    fn lines_of_words_stay() {
        for text in [
            "arn:aws:s3:::acme/wJalrXUtnFEMI/K7MDENG/\nbPxRfiCYEXAMPLEKEYEX",
            "at software.amazon.awssdk.core.internal.http.CombinedResponseHandler\nHandleResponse2",
            "AccessDenied\nforbidden",
            "IQoJ\nthe end",
        ] {
            assert_eq!(without_broken_secrets(text), text);
        }
    }
}
