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
        // Nearly all are ASCII, which needs no decoding.
        let counted = if text.is_ascii() {
            Self::count(text.bytes().map(char::from))
        } else {
            Self::count(text.chars())
        };
        Self { bytes: text.len(), ..counted }
    }

    fn count(text: impl Iterator<Item = char>) -> Self {
        let mut length = Self::default();
        let (mut quoted, mut escaped) = (false, false);
        for c in text {
            length.characters += 1;
            length.bare += usize::from(quoted || !c.is_whitespace());
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = c == '\\' && !escaped;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_counts_in_strings_only() {
        let length = Length::of("{ \"a b\" :\n \"\\\" é\" }");
        assert_eq!(length, Length { bytes: 20, characters: 19, bare: 14 });
    }
}
