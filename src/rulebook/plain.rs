//! Text without what would steer a terminal: a page may come from anywhere.

/// Whether a character moves the cursor, changes the direction of reading or is not seen at all.
pub(super) fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// Whether a text has such a character. Words are mostly ASCII, where bytes tell.
pub(super) fn has_unseen(text: &str) -> bool {
    if text.is_ascii() { text.bytes().any(|byte| byte.is_ascii_control()) } else { text.contains(is_unseen) }
}

/// The text with a replacement for every such character but line ends; tabs become spaces.
pub(super) fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push(letter),
            '\t' => out.push_str("    "),
            unseen if is_unseen(unseen) => out.push('\u{fffd}'),
            seen => out.push(seen),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_replaced() {
        assert_eq!(visible("a\u{1b}[31m\r\u{202e}\tb\n"), "a\u{fffd}[31m\u{fffd}\u{fffd}    b\n");
    }
}
