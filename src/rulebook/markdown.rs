//! The part of Markdown that gives a page its shape: headings and fenced blocks; all else is a line of prose.
//!
//! What the headings of a rule page mean is `page`'s business.

use crate::source::Span;

/// One piece of a page, in order. Every byte of the page lies in at most one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// `## Heading`.
    Heading { level: usize, text: &'a str, at: At },
    /// A fenced block; `body` is what stands between the fences, with its line ends.
    Fence { info: &'a str, body: &'a str, body_at: At, at: At, closed: bool },
    /// Any other line, without its line end.
    Line { text: &'a str, at: At },
}

/// Where a piece stands: the line (from 1) that it begins in, and its bytes (of a fence: the opening line).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) line: usize,
    pub(super) span: Span,
}

/// Walks over the pieces of a page.
pub(super) fn pieces(text: &str) -> Pieces<'_> {
    // A byte order mark at the start belongs to no line.
    let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    Pieces { text, at, line: 1 }
}

#[derive(Debug, Clone)]
pub(super) struct Pieces<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Pieces<'a> {
    /// Takes one line; gives it without its line end.
    fn take(&mut self) -> Option<(&'a str, At)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let (whole, next) = match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(end) => (rest.get(..end)?, end + 1),
            None => (rest, rest.len()),
        };
        let line = whole.strip_suffix('\r').unwrap_or(whole);
        let at = At { line: self.line, span: Span::new(self.at, self.at + line.len()) };
        self.at += next;
        self.line += next - whole.len();
        Some((line, at))
    }

    /// Takes lines up to the fence that closes a block of `ticks` backticks.
    fn body(&mut self, ticks: usize) -> (&'a str, At, bool) {
        let (start, line) = (self.at, self.line);
        let mut end = start;
        let mut closed = false;
        while let Some((text, at)) = self.take() {
            if closes(text, ticks) {
                (end, closed) = (at.span.range().start, true);
                break;
            }
            end = self.at;
        }
        let body = self.text.get(start..end).unwrap_or_default();
        (body, At { line, span: Span::new(start, end) }, closed)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let (text, at) = self.take()?;
        if let Some((ticks, info)) = opens(text) {
            let (body, body_at, closed) = self.body(ticks);
            return Some(Piece::Fence { info, body, body_at, at, closed });
        }
        if let Some((level, text)) = heading(text) {
            return Some(Piece::Heading { level, text, at });
        }
        Some(Piece::Line { text, at })
    }
}

/// A line without the up to three spaces that Markdown allows before a fence.
fn outdented(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(' ');
    (line.len() - rest.len() <= 3).then_some(rest)
}

/// The number of backticks and the info string of a line that opens a block.
fn opens(line: &str) -> Option<(usize, &str)> {
    let line = outdented(line)?;
    let info = line.trim_start_matches('`');
    let ticks = line.len() - info.len();
    (ticks >= 3 && !info.contains('`')).then_some((ticks, info.trim()))
}

fn closes(line: &str, ticks: usize) -> bool {
    outdented(line).is_some_and(|line| {
        let rest = line.trim_start_matches('`');
        line.len() - rest.len() >= ticks && rest.trim().is_empty()
    })
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let spaced = text.is_empty() || text.starts_with([' ', '\t']);
    ((1..=6).contains(&level) && spaced).then_some((level, text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Vec<String> {
        pieces(text)
            .map(|piece| match piece {
                Piece::Heading { level, text, at } => format!("{} h{level} {text}", at.line),
                Piece::Fence { info, body, body_at, at, closed } => {
                    format!("{}/{} [{info}] {body:?} {closed}", at.line, body_at.line)
                }
                Piece::Line { text, at } => format!("{} {text}", at.line),
            })
            .collect()
    }

    #[test]
    fn headings_and_fences_are_seen_and_the_rest_is_prose() {
        assert_eq!(
            shape("# a\n\n```json x y\n{\n}\n```\n#b\n## c d \n"),
            ["1 h1 a", "2 ", "3/4 [json x y] \"{\\n}\\n\" true", "7 #b", "8 h2 c d"]
        );
    }

    #[test]
    fn a_longer_fence_holds_shorter_ones_and_headings() {
        assert_eq!(shape("````md\n```\n## no\n```\n````\n"), ["1/2 [md] \"```\\n## no\\n```\\n\" true"]);
    }

    #[test]
    fn a_fence_that_nothing_closes_runs_to_the_end() {
        assert_eq!(shape("```json\n{"), ["1/2 [json] \"{\" false"]);
        assert_eq!(shape("```"), ["1/1 [] \"\" false"]);
    }

    #[test]
    fn windows_line_ends_and_a_byte_order_mark_do_not_hide_the_shape() {
        assert_eq!(shape("\u{feff}# a\r\n```t\r\nx\r\n```\r\n"), ["1 h1 a", "2/3 [t] \"x\\r\\n\" true"]);
    }

    #[test]
    fn inline_code_of_three_backticks_is_prose() {
        assert_eq!(shape("``` `x` ```\n    ```\n"), ["1 ``` `x` ```", "2     ```"]);
    }
}
