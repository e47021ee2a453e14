//! Which characters may reach a terminal as they are; all others are spelled.

use crate::render::wrap::glyph;
use std::borrow::Cow;

/// The text with every character spelled (`\n`, `\u{202e}`) that could hide, reorder or command: controls, bidirectional
/// and other invisible formatting, spaces that are not the space, private use, and right-to-left letters, which move
/// the text around them. IAM itself takes characters up to U+00FF in policies, so a right-to-left letter there is a
/// fault to be seen.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return Cow::Borrowed(text);
    }
    let mut speller = Speller::default();
    let mut out = String::with_capacity(text.len() + 16);
    for ch in text.chars() {
        speller.push(ch, &mut out);
    }
    Cow::Owned(out)
}

/// Spells characters one after the other; knows the one before, since accents are harmless on a letter only.
#[derive(Debug, Default)]
pub(super) struct Speller {
    on_letter: bool,
    accents: u8,
}

/// More accents than this on one letter are there to smear over the neighbours.
const MAX_ACCENTS: u8 = 2;

impl Speller {
    /// Appends the character or its spelling.
    pub(super) fn push(&mut self, ch: char, out: &mut String) {
        // Nearly all of a policy.
        if ch == ' ' || ch.is_ascii_graphic() {
            *self = Self { on_letter: ch.is_ascii_alphabetic(), accents: 0 };
            out.push(ch);
            return;
        }
        if matches!(ch, '\u{300}'..='\u{34e}' | '\u{350}'..='\u{36f}')
            && self.on_letter
            && self.accents < MAX_ACCENTS
        {
            self.accents += 1;
            out.push(ch);
            return;
        }
        self.accents = 0;
        self.on_letter = ch.is_alphabetic();
        if shows_itself(ch) {
            out.push(ch);
        } else {
            self.on_letter = false;
            out.extend(spelling(ch));
        }
    }
}

fn spelling(ch: char) -> Box<dyn Iterator<Item = char>> {
    match ch {
        '\n' | '\r' | '\t' => Box::new(ch.escape_default()),
        _ => Box::new(ch.escape_unicode()),
    }
}

/// Whether a character takes its columns, is seen, and leaves its neighbours alone.
fn shows_itself(ch: char) -> bool {
    if ch.is_ascii() {
        return ch == ' ' || ch.is_ascii_graphic();
    }
    !(ch.is_control() || ch.is_whitespace() || is_invisible(ch) || is_right_to_left(ch) || glyph(ch) == 0)
}

/// Format characters, fillers, blanks, private use and code points that are no characters.
fn is_invisible(ch: char) -> bool {
    matches!(ch,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}'
        | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1345f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{10ffff}')
        || u32::from(ch) & 0xfffe == 0xfffe
}

/// The blocks whose characters, assigned or not, run from right to left
/// (Unicode `DerivedBidiClass.txt`, default classes R and AL).
fn is_right_to_left(ch: char) -> bool {
    matches!(ch,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_is_left_alone() {
        for text in ["plain `arn:aws:s3:::b`", "größe, naïve, 日本語, €, ✓", "e\u{301}te\u{301}"] {
            assert_eq!(safe(text), text);
        }
    }

    #[test]
    fn what_hides_reorders_or_commands_is_spelled() {
        assert_eq!(safe("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(safe("a\u{202e}b\u{200b}c"), "a\\u{202e}b\\u{200b}c");
        assert_eq!(safe("line\nbreak\ttab"), "line\\nbreak\\ttab");
        assert_eq!(safe("no\u{a0}break"), "no\\u{a0}break");
        assert_eq!(safe("\u{5d0}"), "\\u{5d0}");
        assert_eq!(safe("\u{e0041}\u{feff}\u{fffe}"), "\\u{e0041}\\u{feff}\\u{fffe}");
        assert_eq!(safe("\u{9b}31m"), "\\u{9b}31m");
    }

    #[test]
    fn accents_cannot_smear() {
        assert_eq!(safe("a\u{301}\u{301}\u{301}"), "a\u{301}\u{301}\\u{301}");
        assert_eq!(safe("\"\u{301}"), "\"\\u{301}");
    }
}
