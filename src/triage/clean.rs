//! A pasted text as messages stand in it: quoting of mails and wrapping taken off, white space as one space.
//!
//! An empty line stays, as a line break: no message goes over it. So does the line break of a log, where the next line begins
//! with a time.

use super::joined::is_broken;
use std::borrow::Cow;

/// More than this is not looked at: longer texts are read as records, by `super::stream`.
pub(super) const LONGEST_TEXT: usize = 4 * 1024 * 1024;

/// The text, cleaned.
#[must_use]
pub fn clean(text: &str) -> String {
    let text = text.get(..floor(text, LONGEST_TEXT)).unwrap_or_default();
    if is_clean(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let text = plain(text);
    let text = unescaped(&text);
    let text = unlinked(&text);
    let text = unbroken(&text);
    // Whether the line before ends with a letter: where white space was cut off, no word was.
    let mut is_full = false;
    for line in text.split('\n').map(|line| line.trim_end_matches('\r')).flat_map(|line| line.split('\r')) {
        let line = unquoted(line);
        // A mail is wrapped behind a hyphen as well, and the word goes on.
        let is_hyphened = is_hyphened(&out) && line.starts_with(|ch: char| ch.is_ascii_alphanumeric());
        let is_halved = || is_full && !line.starts_with(' ') && is_broken(out.trim_end(), line);
        if !begins_anew(line) && (is_hyphened || is_halved()) {
            out.pop();
        }
        is_full = out_ends(line);
        if line.trim().is_empty() || begins_anew(line) {
            while out.ends_with(' ') {
                out.pop();
            }
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        }
        let mut is_first = true;
        for ch in line.chars() {
            push(&mut out, ch, &mut is_first);
        }
        if !out.is_empty() && !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Whether a line ends with something else than white space.
fn out_ends(line: &str) -> bool {
    line.chars().next_back().is_some_and(|ch| !ch.is_whitespace())
}

/// A text without the marks that a page or a mail program puts around words: bold and the like, and addresses behind a name that was
/// made a link, `acme<http://acme>`.
fn unlinked(text: &str) -> Cow<'_, str> {
    const MARKS: [&str; 9] = ["b", "i", "u", "em", "strong", "span", "mark", "font", "wbr"];
    if !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        out.push_str(before);
        let end =
            from.find(['>', '<', '\n']).filter(|end| from.get(*end..).is_some_and(|at| at.starts_with('>')));
        let inner = end.and_then(|end| from.get(..end)).unwrap_or_default();
        let name = inner.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        let is_link = ["mailto:", "http://", "https://"].iter().any(|scheme| inner.starts_with(scheme))
            && !inner.contains(' ')
            && out.ends_with(char::is_alphanumeric);
        if is_link || MARKS.contains(&name) {
            rest = from.get(inner.len() + 1..).unwrap_or_default();
        } else {
            out.push('<');
            rest = from;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether nothing of a text is to be changed: one line of plain letters, as most records have.
fn is_clean(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'\\' | b'<');
    bytes.iter().all(is_plain)
        && memchr::memmem::find(bytes, b"  ").is_none()
        && !text.starts_with([' ', '>', '|'])
        && !text.ends_with(' ')
}

/// A text without what steers a terminal or hides a part of it: sequences of escape, control characters but for white space, and
/// marks of the direction of writing.
#[must_use]
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    let is_bad = |ch: char| {
        (ch.is_control() && !ch.is_whitespace())
            || matches!(ch, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) || !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(ch) = rest.next() {
        let is_sequence = ch == '\u{9b}' || (ch == '\u{1b}' && rest.next_if_eq(&'[').is_some());
        if is_sequence {
            // Parameters, and the letter that ends it.
            while rest.next_if(|ch| matches!(ch, ' '..='?')).is_some() {}
            let _ = rest.next_if(|ch| matches!(ch, '@'..='~'));
        } else if ch == '\u{1b}' && rest.next_if_eq(&']').is_some() {
            // A title, up to the bell.
            while rest.next_if(|ch| !is_bad(*ch) && *ch != '\n').is_some() {}
        } else if !is_bad(ch) {
            out.push(ch);
        }
    }
    Cow::Owned(out)
}

/// Whether the last word ends with a hyphen, before the space that stands for the end of the line.
fn is_hyphened(text: &str) -> bool {
    let mut back = text.chars().rev();
    (back.next(), back.next()) == (Some(' '), Some('-'))
        && back.next().is_some_and(|ch| ch.is_ascii_alphanumeric())
}

/// A mail as it is sent, in which `=` at the end of a line joins it to the next and `=3D` is a character.
/// <https://www.rfc-editor.org/rfc/rfc2045#section-6.7>
fn unbroken(text: &str) -> Cow<'_, str> {
    let mut joints = 0;
    let mut codes = 0;
    for (at, _) in text.match_indices('=') {
        let behind = text.get(at + 1..).unwrap_or_default().as_bytes();
        match behind {
            [b'\n', ..] | [b'\r', b'\n', ..] => joints += 1,
            [one, two, ..] if one.is_ascii_hexdigit() && two.is_ascii_hexdigit() => codes += 1,
            // There every other one is written `=3D`.
            _ => return Cow::Borrowed(text),
        }
    }
    if joints == 0 || joints + codes < 2 {
        return Cow::Borrowed(text);
    }
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line;
        // The next line may be quoted once more.
        while let Some(begun) = line.strip_suffix('=') {
            decode(begun, &mut bytes);
            line = lines.next().map(unquoted).unwrap_or_default();
        }
        decode(line, &mut bytes);
        bytes.push(b'\n');
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// A line in which `=3D` is a character, as bytes.
fn decode(line: &str, out: &mut Vec<u8>) {
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('=') {
        out.extend(before.bytes());
        let code = behind.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(b'='));
        rest = if code.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    out.extend(rest.bytes());
}

/// Characters that HTML, or JSON in a log, has written otherwise.
fn unescaped(text: &str) -> Cow<'_, str> {
    const WRITTEN: [(&str, &str); 14] = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#x22;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
        ("\\\"", "\""),
        ("\\u0027", "'"),
        ("\\u003c", "<"),
        ("\\u003e", ">"),
    ];
    if !text.contains(['&', '\\']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '\\']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        let written = WRITTEN.iter().find_map(|(written, plain)| Some((*plain, from.strip_prefix(written)?)));
        let mark = from.get(..1).unwrap_or_default();
        if written.is_none()
            && let Some((ch, behind)) = numbered(from)
        {
            out.push(ch);
            rest = behind;
            continue;
        }
        let (plain, behind) = written.unwrap_or((mark, from.get(1..).unwrap_or_default()));
        out.push_str(plain);
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A character by its number, `&#64;` or `&#x40;` or `\u0040`, and what is behind it. What steers a terminal is none.
fn numbered(from: &str) -> Option<(char, &str)> {
    let (number, behind) = if let Some(inner) = from.strip_prefix("&#") {
        let (digits, behind) = inner.split_once(';').filter(|(digits, _)| digits.len() <= 7)?;
        let number = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => digits.parse(),
        };
        (number.ok()?, behind)
    } else {
        let (digits, behind) = from.strip_prefix("\\u")?.split_at_checked(4)?;
        (u32::from_str_radix(digits, 16).ok()?, behind)
    };
    let ch = char::from_u32(number).filter(|ch| !ch.is_control())?;
    let is_turned = matches!(ch, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (!is_turned).then_some((ch, behind))
}

fn push(out: &mut String, ch: char, is_first: &mut bool) {
    match ch {
        // Spaces of all kinds, and what takes no room.
        ch if ch.is_whitespace() => {
            if !*is_first && !out.ends_with([' ', '\n']) {
                out.push(' ');
            }
        }
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
        '\u{2010}' | '\u{2011}' => out.push('-'),
        '\u{ff20}' | '\u{fe6b}' => out.push('@'),
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => out.push('"'),
        '\u{2018}' | '\u{2019}' | '\u{201a}' => out.push('\''),
        ch => out.push(ch),
    }
    if !ch.is_whitespace() {
        *is_first = false;
    }
}

/// A line without the marks of a quoted mail, of a quotation in a ticket, and of Terraform's frame.
fn unquoted(line: &str) -> &str {
    let mut rest = line.trim_start();
    for _ in 0..16 {
        let Some(next) = rest.strip_prefix(['>', '|', '\u{2502}', '\u{2575}', '\u{2577}']) else { break };
        rest = next.trim_start();
    }
    rest
}

/// Whether a line begins with a date, as lines of logs do.
fn begins_anew(line: &str) -> bool {
    let line = line.trim_start_matches(['[', '(']);
    let bytes = line.as_bytes();
    let digits =
        |from: usize, to: usize| bytes.get(from..to).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    digits(0, 4) && bytes.get(4) == Some(&b'-') && digits(5, 7) && bytes.get(7) == Some(&b'-')
}

/// The last boundary of a character at or before a length.
pub(super) fn floor(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn quoting_and_wrapping_are_taken_off() {
        assert_eq!(clean("> > User: a\n> >   is not\n> >\n> > b"), "User: a is not\nb");
        assert_eq!(clean("\u{2502} Error: creating\n\u{2502}   it"), "Error: creating it");
    }

    #[test]
    fn a_word_that_was_broken_is_whole_again() {
        assert_eq!(
            clean("> in a resource-\n> based policy -\n> b --\n> c"),
            "in a resource-based policy - b -- c"
        );
        assert_eq!(clean("> a =\n> b r-=\n> c =3D\n>  d\n\ne=C3=BC"), "a b r-c = d\ne\u{fc}");
        assert_eq!(clean("id=\nb\nid==\nc"), "id= b id== c");
    }

    #[test]
    fn marks_of_a_page_and_links_of_a_mail_are_taken_off() {
        assert_eq!(
            clean("a <b>c:D</b> x<mailto:x>, y <https://z> <Code>E</Code>"),
            "a c:D x, y <https://z> <Code>E</Code>"
        );
        assert_eq!(clean("a&#64;b &#x40; \\u0040 &#7;"), "a@b @ @ &#7;");
        assert_eq!(clean("in a service cont\nrol policy and\nmore"), "in a service control policy and more");
    }

    #[test]
    fn lines_of_a_log_stand_apart() {
        assert_eq!(clean("2026-11-01 a\nb\n2026-11-02 c"), "2026-11-01 a b\n2026-11-02 c");
    }

    #[test]
    fn nothing_is_left_that_steers_a_terminal() {
        assert_eq!(clean("\u{1b}]0;title\u{7}\u{1b}[1;31ma\u{1b}[0m \u{9b}2Jb\u{202e}c\u{0}"), "a bc");
    }

    #[test]
    fn what_html_and_json_write_otherwise_is_read() {
        assert_eq!(clean("&quot;a&quot; &lt;x&gt; R&D \\\"c\\\" \\d"), "\"a\" <x> R&D \"c\" \\d");
    }

    #[test]
    fn quotes_and_spaces_are_made_plain() {
        assert_eq!(clean("Can\u{2019}t\u{a0}\u{201c}x\u{201d}"), "Can't \"x\"");
    }
}
