//! One line as it is shown: safe characters, each knowing its columns and the bytes of the document it stands for.

use super::safe::Speller;
use super::unwrap::Units;
use crate::render::wrap::columns;
use crate::source::Span;
use std::ops::Range;

/// Columns between tab stops.
const TAB: usize = 4;

/// A character of the document, or a blank of indentation (then its bytes are an empty range).
#[derive(Debug, Clone)]
struct Cell {
    bytes: Range<usize>,
    /// What shows it, in the text of the line.
    shown: Range<usize>,
    columns: Range<usize>,
}

/// A line, not yet cut to a width.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    text: String,
    cells: Vec<Cell>,
    /// Columns taken away in front.
    outdented: usize,
}

/// A line cut to a width.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cut {
    /// What to print.
    pub(super) text: String,
    /// Columns in front that were replaced by the dots.
    skipped: usize,
    /// Columns of the dots in front.
    dots: usize,
    /// First and last shown column, counted before cutting.
    kept: Range<usize>,
}

impl Line {
    /// Reads units until they end or `limit` columns are full.
    pub(super) fn new(units: Units<'_>, indent: usize, limit: usize) -> Self {
        let most = units.len().min(limit + 1) + indent;
        let (text, cells) = (String::with_capacity(most), Vec::with_capacity(most));
        let mut line = Self { text, cells, outdented: 0 };
        let mut speller = Speller::default();
        let mut column = 0;
        for unit in units {
            if line.cells.is_empty() {
                for _ in 0..indent {
                    column = line.push(unit.start..unit.start, column, |text| text.push(' '));
                }
            }
            if column > limit {
                break;
            }
            column = line.push(unit.start..unit.end, column, |text| match unit.ch {
                '\t' => text.extend(std::iter::repeat_n(' ', TAB - column % TAB)),
                ch => speller.push(ch, text),
            });
        }
        line
    }

    /// Appends a character as it is shown; the column behind it.
    fn push(&mut self, bytes: Range<usize>, column: usize, show: impl FnOnce(&mut String)) -> usize {
        let from = self.text.len();
        show(&mut self.text);
        let shown = self.text.get(from..).unwrap_or_default();
        // What is safe and one byte long is one column wide.
        let end = column + if shown.len() == 1 { 1 } else { columns(shown) };
        self.cells.push(Cell { bytes, shown: from..self.text.len(), columns: column..end });
        end
    }

    /// Columns of the line, as far as it was read.
    pub(super) fn width(&self) -> usize {
        self.cells.last().map_or(0, |cell| cell.columns.end)
    }

    /// Columns of blanks in front; `None` for a line of nothing else.
    pub(super) fn indent(&self) -> Option<usize> {
        let first = self.text.bytes().position(|byte| byte != b' ')?;
        Some(first.saturating_sub(self.outdented))
    }

    /// Takes columns of blanks away in front; not more than [`Line::indent`].
    pub(super) fn outdent(&mut self, by: usize) {
        self.cells.retain(|cell| cell.columns.end > by);
        for cell in &mut self.cells {
            // A tab of which a part is left: as many of its blanks as columns.
            if cell.columns.start < by {
                cell.shown.start += by - cell.columns.start;
            }
            cell.columns = cell.columns.start.saturating_sub(by)..cell.columns.end - by;
        }
        self.outdented += by;
    }

    /// The columns that show a span. An empty span, and one outside of the line, is an empty range.
    pub(super) fn columns(&self, span: Span) -> Range<usize> {
        let bytes = span.range();
        let behind = self.width();
        let first = self.cells.iter().position(|cell| cell.bytes.end > bytes.start);
        let start = first.and_then(|at| self.cells.get(at)).map_or(behind, |cell| cell.columns.start);
        let last = self.cells.iter().rfind(|cell| cell.bytes.start < bytes.end && !cell.bytes.is_empty());
        let end = last.map_or(start, |cell| cell.columns.end);
        start..if span.is_empty() { start } else { end.max(start) }
    }

    /// The part from column `skip` on that fits into `width`, with dots where something is missing.
    pub(super) fn cut(&self, skip: usize, width: usize, dots: &str) -> Cut {
        let mark = columns(dots);
        let mut text = String::new();
        let front = if skip > 0 { mark } else { 0 };
        let fits = self.width() <= skip + width.saturating_sub(front);
        let room = if fits { width } else { width.saturating_sub(mark) };
        if skip > 0 {
            text.push_str(dots);
        }
        let shown = self.cells.iter().filter(|cell| cell.columns.start >= skip);
        let mut kept = skip..skip;
        let mut used = front;
        for cell in shown {
            // A wide character cut by `skip` leaves a gap of a column or two.
            let at = front + cell.columns.start - skip;
            if front + cell.columns.end - skip > room {
                break;
            }
            text.extend(std::iter::repeat_n(' ', at.saturating_sub(used)));
            text.push_str(self.text.get(cell.shown.clone()).unwrap_or_default());
            used = at.max(used) + cell.columns.len();
            kept.end = cell.columns.end;
        }
        if !fits {
            text.push_str(dots);
        }
        Cut { text, skipped: skip, dots: front, kept }
    }
}

impl Cut {
    /// The bytes of `text` that show a range of columns of the line before cutting.
    pub(super) fn bytes(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.byte(range.start);
        start..self.byte(range.end).max(start)
    }

    fn byte(&self, column: usize) -> usize {
        let column = column.clamp(self.kept.start, self.kept.end) - self.skipped + self.dots;
        let mut used = 0;
        for (at, ch) in self.text.char_indices() {
            if used >= column {
                return at;
            }
            used += crate::render::wrap::glyph(ch);
        }
        self.text.len()
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong offset is to fail the test")]
mod tests {
    use super::*;

    fn line(text: &str) -> Line {
        Line::new(Units::new(text, 0, text.len(), 0), 0, 1000)
    }

    fn cut(text: &str, mark: &str, skip: usize, width: usize) -> (String, String) {
        let line = line(text);
        let start = text.find(mark).unwrap();
        let cut = line.cut(skip, width, "…");
        let bytes = cut.bytes(&line.columns(Span::new(start, start + mark.len())));
        (cut.text.clone(), cut.text[bytes].to_owned())
    }

    #[test]
    fn marks_stay_on_their_text() {
        assert_eq!(cut("\ta: b", "b", 0, 80), ("    a: b".into(), "b".into()));
        assert_eq!(cut("\u{202e}日b", "日", 0, 80), ("\\u{202e}日b".into(), "日".into()));
        assert_eq!(cut("0123456789", "67", 4, 5), ("…456…".into(), "6".into()));
        assert_eq!(cut("0123456789", "67", 4, 7), ("…456789".into(), "67".into()));
        assert_eq!(cut("0123456789", "12", 0, 6), ("01234…".into(), "12".into()));
        assert_eq!(cut("日本語日本語", "語", 1, 8), ("… 本語…".into(), "語".into()));
    }
}
