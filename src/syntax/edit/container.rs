//! Lists and objects: one entry more, one entry less.

use super::gap::{Token, TokenKind, tokens};
use super::style::space_before;
use super::{Page, Shape};
use std::ops::Range;

/// A list or an object: its brackets, and where its entries stand (of a member, key and value).
#[derive(Debug, Clone)]
pub(super) struct Container {
    range: Range<usize>,
    entries: Vec<Range<usize>>,
}

impl Container {
    pub(super) fn new(range: Range<usize>, entries: Vec<Range<usize>>) -> Self {
        Self { range, entries }
    }

    /// Offset of the closing bracket.
    fn close(&self) -> usize {
        self.range.end.saturating_sub(1)
    }
}

/// How new entries are written: on one line or several, behind an indentation.
type Write<'w> = &'w dyn Fn(&Page<'_>, Shape, &str) -> Vec<String>;

impl Page<'_> {
    /// Entries behind the last one.
    pub(super) fn append(&self, container: &Container, write: Write<'_>) -> Vec<(Range<usize>, String)> {
        let Some(last) = container.entries.last() else { return self.fill(container, write) };
        let before = space_before(self.text, last.start);
        let on_lines = before.contains('\n');
        let indent = self.indent_at(last.start);
        let separator = if on_lines {
            format!("{}{indent}", self.style.newline)
        } else if container.entries.len() > 1 {
            before.to_owned()
        } else {
            self.style.comma.to_owned()
        };
        // A neighbour that is written over several lines is followed by one that is.
        let spread = container.entries.iter().any(|entry| self.slice(entry.clone()).contains('\n'));
        let shape = if spread || on_lines && self.style.lines && !self.has_short_objects(container) {
            Shape::Lines
        } else {
            Shape::Line
        };
        let new = write(self, shape, &indent);
        if new.is_empty() {
            return Vec::new();
        }
        let new = new.join(&format!(",{separator}"));
        let gap = tokens(self.text, last.end, container.close());
        let own = own_line(&gap);
        let comment = own.iter().rfind(|token| is_comment(token));
        let comma = gap.iter().find(|token| token.kind == TokenKind::Comma);
        let separator_behind = |token: &Token| {
            if token.kind == TokenKind::LineComment && !on_lines {
                format!("{}{indent}", self.style.newline)
            } else {
                separator.clone()
            }
        };
        match (comma, comment) {
            // A comma stands behind the last entry already: one will stand behind the new one.
            (Some(comma), comment) => {
                let behind = comment.filter(|comment| comment.range.start > comma.range.start);
                let token = behind.unwrap_or(comma);
                let at = token.range.end;
                vec![(at..at, format!("{}{new},", separator_behind(token)))]
            }
            // A comment behind the last entry belongs to it.
            (None, Some(comment)) => {
                let at = comment.range.end;
                vec![
                    (last.end..last.end, ",".to_owned()),
                    (at..at, format!("{}{new}", separator_behind(comment))),
                ]
            }
            (None, None) => vec![(last.end..last.end, format!(",{separator}{new}"))],
        }
    }

    /// Whether an object stands on one line among the entries: the next one will, too.
    fn has_short_objects(&self, container: &Container) -> bool {
        container.entries.iter().any(|entry| {
            let text = self.slice(entry.clone());
            (text.ends_with('}') || text.ends_with(']')) && !text.contains('\n')
        })
    }

    /// The first entry of an empty container.
    fn fill(&self, container: &Container, write: Write<'_>) -> Vec<(Range<usize>, String)> {
        let (open, close) = (container.range.start + 1, container.close());
        let gap = tokens(self.text, open, close);
        let outer = self.indent_at(container.range.start);
        let inner = format!("{outer}{}", self.style.unit);
        let newline = self.style.newline;
        let comment = gap.iter().rfind(|token| is_comment(token));
        let is_list = self.text.get(container.range.start..open) == Some("[");
        let on_lines = comment.is_some() || self.style.lines && (!is_list || self.style.lists_on_lines);
        let start = comment.map_or(open, |comment| comment.range.end);
        if on_lines {
            let new = write(self, Shape::Lines, &inner).join(&format!(",{newline}{inner}"));
            return vec![(start..close, format!("{newline}{inner}{new}{newline}{outer}"))];
        }
        let new = write(self, Shape::Line, &outer).join(&format!(",{}", self.style.comma));
        let pad = if is_list { "" } else { self.style.pad };
        vec![(start..close, format!("{pad}{new}{pad}"))]
    }

    /// One entry less. Comments stay, except one that stands behind the entry on its line.
    pub(super) fn take_out(&self, container: &Container, index: usize) -> Vec<(Range<usize>, String)> {
        let Some(entry) = container.entries.get(index).cloned() else { return Vec::new() };
        let next = container.entries.get(index + 1);
        let behind = tokens(self.text, entry.end, next.map_or(container.close(), |next| next.start));
        let comma =
            behind.iter().find(|token| token.kind == TokenKind::Comma).map(|token| token.range.clone());
        let mut out = Vec::new();
        if comma.is_none()
            && let Some(previous) = index.checked_sub(1).and_then(|index| container.entries.get(index))
        {
            // It was the last one: the comma before it goes as well.
            let before = tokens(self.text, previous.end, entry.start);
            let comma = before.iter().find(|token| token.kind == TokenKind::Comma);
            out.extend(comma.map(|comma| (comma.range.clone(), String::new())));
        }
        let end = comma.map_or(entry.end, |comma| {
            let between = tokens(self.text, entry.end, comma.start);
            if !between.iter().any(is_comment) {
                return comma.end;
            }
            out.push((comma, String::new()));
            entry.end
        });
        let range = self.with_space(entry.start..end, next.map(|next| next.start));
        // Where the comma before stood right before, both are one change.
        match out.pop() {
            Some((comma, _)) if comma.end == range.start => out.push((comma.start..range.end, String::new())),
            Some(comma) => out.extend([comma, (range, String::new())]),
            None => out.push((range, String::new())),
        }
        out
    }

    /// The bytes of an entry with the space that goes with it: the whole lines if it has lines of its own, else the space
    /// up to the next entry, or from the one before.
    fn with_space(&self, range: Range<usize>, next: Option<usize>) -> Range<usize> {
        let before = space_before(self.text, range.start);
        let behind = self.text.get(range.end..).unwrap_or_default();
        let blank = behind.len() - behind.trim_start_matches([' ', '\t']).len();
        let rest = behind.get(blank..).unwrap_or_default();
        let ends_line = rest.starts_with('\n') || rest.starts_with("\r\n");
        if let (Some(newline), true) = (before.rfind('\n'), ends_line) {
            let crlf = before.get(..newline).is_some_and(|line| line.ends_with('\r'));
            let line = range.start - before.len() + newline - usize::from(crlf);
            return line..range.end + blank;
        }
        match next {
            Some(next) if range.end + blank == next => range.start..next,
            Some(_) => range,
            None if !before.contains('\n') => range.start - before.len()..range.end,
            None => range,
        }
    }
}

/// The tokens up to the end of the line.
fn own_line(gap: &[Token]) -> &[Token] {
    let end = gap.iter().position(|token| token.kind == TokenKind::Newline).unwrap_or(gap.len());
    gap.get(..end).unwrap_or_default()
}

fn is_comment(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Comment | TokenKind::LineComment)
}
