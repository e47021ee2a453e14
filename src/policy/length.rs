//! How long a policy's own text is, in the ways in which AWS counts.

/// The length of a policy's text, without what it is wrapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Length {
    /// All of it, in bytes.
    pub bytes: usize,
    /// All of it, in characters.
    pub characters: usize,
    /// Characters without the white space between the parts of JSON: what IAM counts.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html> (checked 2026-11)
    pub bare: usize,
}

impl Length {
    /// The length of a text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        // Between quotes everything counts, outside of them all but white space.
        let (mut blank, mut rest) = (0, text);
        while let Some((outside, quoted)) = rest.split_once('"') {
            blank += spaces(outside);
            rest = quoted.get(string(quoted)..).unwrap_or_default();
        }
        blank += spaces(rest);
        let characters = if text.is_ascii() { text.len() } else { text.chars().count() };
        Self { bytes: text.len(), characters, bare: characters - blank }
    }
}

/// How many characters of a text are white space.
fn spaces(text: &str) -> usize {
    if text.is_ascii() {
        // What `char::is_whitespace` takes of ASCII.
        return text.bytes().filter(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    }
    text.chars().filter(|c| c.is_whitespace()).count()
}

/// Where the string ends that a text begins inside of, behind its closing quote.
fn string(text: &str) -> usize {
    let mut at = 0;
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found + 1;
        if text.as_bytes().get(at - 1) == Some(&b'"') {
            return at;
        }
        // What stands behind a backslash ends nothing, whatever it is.
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_counts_in_strings_only() {
        let length = Length::of("{ \"a b\" :\n \"\\\" é\" }");
        assert_eq!(length, Length { bytes: 20, characters: 19, bare: 14 });
    }

    /// One character after the other, as the quota's page says it.
    fn bare(text: &str) -> usize {
        let (mut quoted, mut escaped, mut bare) = (false, false, 0);
        for c in text.chars() {
            bare += usize::from(quoted || !c.is_whitespace());
            quoted ^= c == '"' && !escaped;
            escaped = quoted && c == '\\' && !escaped;
        }
        bare
    }

    #[test]
    fn whole_strings_at_once_count_like_their_characters() {
        let parts = ["\"", "\\", " ", "\n", "\u{a0}", "é", "a", "{", "\\\"", "\u{b}", "\u{2028}"];
        for first in parts {
            for second in parts {
                for third in parts {
                    for fourth in parts {
                        let text = [first, second, third, fourth, " x\" "].concat();
                        let length = Length::of(&text);
                        assert_eq!(length.bare, bare(&text), "{text:?}");
                        assert_eq!(length.characters, text.chars().count(), "{text:?}");
                    }
                }
            }
        }
    }
}
