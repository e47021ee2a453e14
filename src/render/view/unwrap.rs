//! Takes escapes off text that is JSON inside a JSON string, one layer or several, and remembers where each character
//! came from. Text without layers passes as it is.

/// One character as read, and the bytes it was written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) ch: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// More layers than this are not taken off: a quote in the ninth would need 255 backslashes.
const MAX_LEVEL: u8 = 8;

/// The characters of a range of a text. A sequence that is no escape is given as it is written.
#[derive(Debug, Clone)]
pub(super) struct Units<'t> {
    text: &'t str,
    at: usize,
    level: u8,
}

impl<'t> Units<'t> {
    /// `start` and `end` are character borders of `text`, not inside of an escape.
    pub(super) fn new(text: &'t str, start: usize, end: usize, level: u8) -> Self {
        Self { text: text.get(..end).unwrap_or(text), at: start, level: level.min(MAX_LEVEL) }
    }

    /// Bytes left: not fewer than characters.
    pub(super) fn len(&self) -> usize {
        self.text.len().saturating_sub(self.at)
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        let (ch, end) = read(self.text, self.at, self.level)?;
        let start = std::mem::replace(&mut self.at, end);
        Some(Unit { ch, start, end })
    }
}

/// The character at an offset with `level` layers taken off, and the offset after it.
fn read(text: &str, at: usize, level: u8) -> Option<(char, usize)> {
    let Some(below) = level.checked_sub(1) else {
        if let Some(byte) = text.as_bytes().get(at).filter(|byte| byte.is_ascii()) {
            return Some((char::from(*byte), at + 1));
        }
        let ch = text.get(at..)?.chars().next()?;
        return Some((ch, at + ch.len_utf8()));
    };
    let (first, after) = read(text, at, below)?;
    if first != '\\' {
        return Some((first, after));
    }
    Some(escape(text, after, below).unwrap_or((first, after)))
}

/// What follows a backslash.
fn escape(text: &str, at: usize, below: u8) -> Option<(char, usize)> {
    let (kind, after) = read(text, at, below)?;
    let ch = match kind {
        '"' | '\\' | '/' => kind,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(text, after, below),
        _ => return None,
    };
    Some((ch, after))
}

/// The digits after `\u`, with the second half of a pair if there is one; half a pair alone is U+FFFD.
fn unicode(text: &str, at: usize, below: u8) -> Option<(char, usize)> {
    let (first, after) = hex4(text, at, below)?;
    if let Some(ch) = char::from_u32(first) {
        return Some((ch, after));
    }
    let pair = || {
        let (slash, at) = read(text, after, below)?;
        let (letter, at) = read(text, at, below)?;
        let (second, end) = (slash == '\\' && letter == 'u').then(|| hex4(text, at, below))??;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        let high = first.checked_sub(0xd800).filter(|high| *high < 0x400)?;
        Some((char::from_u32(0x10000 + (high << 10) + low)?, end))
    };
    Some(pair().unwrap_or((char::REPLACEMENT_CHARACTER, after)))
}

fn hex4(text: &str, mut at: usize, below: u8) -> Option<(u32, usize)> {
    let mut value = 0;
    for _ in 0..4 {
        let (digit, after) = read(text, at, below)?;
        value = value * 16 + digit.to_digit(16)?;
        at = after;
    }
    Some((value, at))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong offset is to fail the test")]
mod tests {
    use super::*;

    fn unwrapped(text: &str, level: u8) -> String {
        Units::new(text, 0, text.len(), level).map(|unit| unit.ch).collect()
    }

    #[test]
    fn layers_come_off_one_by_one() {
        let inner = "{\"a\\b\": \"é😀\n\"}";
        let once = serde_json::to_string(inner).unwrap();
        let twice = serde_json::to_string(&once).unwrap();
        let once = &once[1..once.len() - 1];
        let twice = &twice[3..twice.len() - 3];
        assert_eq!(unwrapped(inner, 0), inner);
        assert_eq!(unwrapped(once, 1), inner);
        assert_eq!(unwrapped(twice, 2), inner);
    }

    #[test]
    fn pairs_halves_and_nonsense() {
        assert_eq!(unwrapped(r"\ud83d\ude00", 1), "😀");
        assert_eq!(unwrapped(r"\ud83dx", 1), "\u{fffd}x");
        assert_eq!(unwrapped(r"\q\u12", 1), r"\q\u12");
        assert_eq!(unwrapped("\\", 1), "\\");
    }

    #[test]
    fn every_unit_knows_its_bytes() {
        let text = r#"a\"\u00e9b"#;
        let units: Vec<_> = Units::new(text, 0, text.len(), 1).collect();
        let bytes: Vec<_> = units.iter().map(|unit| &text[unit.start..unit.end]).collect();
        assert_eq!(bytes, ["a", "\\\"", "\\u00e9", "b"]);
    }
}
