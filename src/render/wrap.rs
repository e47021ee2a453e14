//! Prose broken into lines of a width, measured in terminal columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(glyph).sum()
}

/// Columns a character takes; those that a terminal does not advance for count nothing.
pub(super) fn glyph(ch: char) -> usize {
    if ch == ' ' || ch.is_ascii_graphic() { 1 } else { ch.width().unwrap_or(0) }
}

/// Breaks safe text at spaces, and words wider than a line within, if possible after punctuation as in an ARN.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word;
        let mut wide = columns(rest);
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        while wide > width {
            let (head, tail) = split(rest, width);
            lines.push(head.to_owned());
            rest = tail;
            wide = columns(rest);
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        line.push_str(rest);
        used += wide;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Breaks a shell command before its options, so that a backslash at the line ends keeps it one command. `None` if it
/// cannot be broken to the width, since a break inside of a word or of quotes would change it.
pub(super) fn command(text: &str, width: usize) -> Option<Vec<String>> {
    let mut lines: Vec<String> = Vec::new();
    for part in options(text) {
        if columns(part) > width {
            return None;
        }
        match lines.last_mut().filter(|line| columns(line) + 1 + columns(part) <= width) {
            Some(line) => {
                line.push(' ');
                line.push_str(part);
            }
            None => lines.push(part.to_owned()),
        }
    }
    Some(lines)
}

/// The command and each option with its values.
fn options(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut quote = None;
    let mut from = 0;
    for (at, ch) in text.char_indices() {
        match (quote, ch) {
            (None, '\'' | '"') => quote = Some(ch),
            (Some(open), _) if open == ch => quote = None,
            (None, ' ') if text.get(at..).is_some_and(|rest| rest.starts_with(" --")) => {
                parts.extend(text.get(from..at));
                from = at + 1;
            }
            (Some(_) | None, _) => {}
        }
    }
    parts.extend(text.get(from..));
    parts
}

/// Splits a word that is wider than a line; the head is never empty.
fn split(word: &str, width: usize) -> (&str, &str) {
    let mut used = 0;
    let mut hard = 0;
    let mut soft = None;
    for (at, ch) in word.char_indices() {
        used += glyph(ch);
        if used > width && at > 0 {
            break;
        }
        hard = at + ch.len_utf8();
        if used * 2 > width && matches!(ch, '/' | ':' | ',' | '=' | '-' | '&' | '?') {
            soft = Some(hard);
        }
    }
    word.split_at_checked(soft.unwrap_or(hard)).unwrap_or((word, ""))
}

/// The end of a text that fits, behind `dots` where something had to go: of a path the file name matters.
pub(super) fn keep_end(text: &str, width: usize, dots: &str) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(dots.width());
    let mut used = 0;
    let mut from = text.len();
    for (at, ch) in text.char_indices().rev() {
        used += glyph(ch);
        if used > room {
            break;
        }
        from = at;
    }
    format!("{dots}{}", text.get(from..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_at_spaces_and_inside_of_long_words_after_punctuation() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("arn:aws:s3:::bucket/path", 14), ["arn:aws:s3:::", "bucket/path"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
    }

    #[test]
    fn a_command_is_broken_before_options_and_never_inside_of_quotes() {
        assert_eq!(
            command("aws s3 ls --a 1 --query 'x --y' --z", 16).unwrap(),
            ["aws s3 ls --a 1", "--query 'x --y'", "--z"]
        );
        assert_eq!(command("aws s3 ls --query 'x --y'", 12), None);
    }

    #[test]
    fn the_end_of_a_path_is_kept() {
        assert_eq!(keep_end("policies/very/deep/bucket.json", 15, "…"), "…ep/bucket.json");
        assert_eq!(keep_end("a.json", 15, "…"), "a.json");
    }
}
