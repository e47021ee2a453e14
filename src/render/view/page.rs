//! Which lines a document is shown in: its own, or those of a region that is unwrapped and broken to fit.

use super::Canvas;
use super::flow::{FlowLine, flow};
use super::line::Line;
use super::unwrap::Units;
use crate::finding::Wrapped;
use crate::source::{LineIndex, Place, Source, SourceId, Sources, Span};
use std::collections::BTreeMap;

/// How a page differs from the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The lines of the file, with their numbers.
    File,
    /// One long line, broken.
    Broken,
    /// JSON out of a JSON string.
    Unwrapped,
}

/// A document or a region of it, in lines.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) kind: Kind,
    /// Line of the file, from 1, on which the text begins.
    pub(super) first_line: usize,
    text: &'a str,
    level: u8,
    lines: Lines<'a>,
}

#[derive(Debug)]
enum Lines<'a> {
    File(&'a LineIndex),
    Flowed(Vec<FlowLine>),
}

/// All pages of one rendering. A region is flowed once, however many findings point into it.
#[derive(Debug)]
pub struct Pages<'a> {
    sources: &'a Sources,
    wrapped: &'a [Wrapped],
    canvas: Canvas,
    list: Vec<Page<'a>>,
    /// Where in the list the page of a region is.
    known: BTreeMap<(SourceId, Kind, Span), usize>,
}

impl<'a> Pages<'a> {
    /// No page yet.
    #[must_use]
    pub fn new(sources: &'a Sources, wrapped: &'a [Wrapped], canvas: Canvas) -> Self {
        Self { sources, wrapped, canvas, list: Vec::new(), known: BTreeMap::new() }
    }

    /// The texts that places point into.
    #[must_use]
    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    /// The room there is.
    #[must_use]
    pub fn canvas(&self) -> Canvas {
        self.canvas
    }

    pub(super) fn get(&self, id: usize) -> Option<&Page<'a>> {
        self.list.get(id)
    }

    /// The page on which a place is shown.
    pub(super) fn page_of(&mut self, place: &Place) -> usize {
        let source = self.sources.get(place.source);
        let span = clamp(source, place.span);
        let (kind, region, level) = self.region(source, place.source, span);
        if let Some(found) = self.known.get(&(place.source, kind, region)) {
            return *found;
        }
        let lines = match kind {
            Kind::File => Lines::File(source.lines()),
            Kind::Broken | Kind::Unwrapped => {
                let units = Units::new(source.text(), region.start as usize, region.end as usize, level);
                Lines::Flowed(flow(&units, self.flow_width()))
            }
        };
        let first_line = source.first_line() as usize;
        let text = source.text();
        self.known.insert((place.source, kind, region), self.list.len());
        self.list.push(Page { kind, first_line, text, level, lines });
        self.list.len() - 1
    }

    /// The innermost wrapped region around the span; else its line, if that is too long; else the file.
    fn region(&self, source: &Source, id: SourceId, span: Span) -> (Kind, Span, u8) {
        let around = |wrapped: &&Wrapped| {
            // The quotes around the content belong to it here.
            let near =
                Span { start: wrapped.span.start.saturating_sub(1), end: wrapped.span.end.saturating_add(1) };
            wrapped.source == id && near.contains(span)
        };
        if let Some(inner) = self.wrapped.iter().filter(around).min_by_key(|wrapped| wrapped.span.len()) {
            return (Kind::Unwrapped, clamp(source, inner.span), inner.level);
        }
        let index = source.lines();
        let number = index.line_of(span.start);
        let line = file_line(source.text(), index, number);
        let long = 2 * self.canvas.width;
        let shown = |span: Span| {
            Line::new(Units::new(source.text(), span.start as usize, span.end as usize, 0), 0, long)
        };
        let inside = Span { start: span.start, end: span.end.min(line.end).max(span.start) };
        if source.is_excerpt() || shown(line).width() > long || shown(inside).width() > self.flow_width() {
            return (Kind::Broken, line, 0);
        }
        (Kind::File, Span::new(0, source.text().len()), 0)
    }

    /// Flowed lines leave room at their right for the words of a label.
    fn flow_width(&self) -> usize {
        let room = self.canvas.width.saturating_sub(8);
        room.saturating_sub(16).max(room * 2 / 3).min(100)
    }
}

impl Page<'_> {
    /// Number of lines; nothing after a last line break is none.
    pub(super) fn count(&self) -> usize {
        match &self.lines {
            Lines::File(index) => index.count() - usize::from(self.text.ends_with('\n')),
            Lines::Flowed(lines) => lines.len().max(1),
        }
    }

    /// The line that shows an offset.
    pub(super) fn line_of(&self, offset: u32) -> usize {
        match &self.lines {
            Lines::File(index) => index.line_of(offset),
            Lines::Flowed(lines) => {
                lines.partition_point(|line| line.start <= offset as usize).saturating_sub(1)
            }
        }
    }

    /// A line, read up to `limit` columns.
    pub(super) fn line(&self, number: usize, limit: usize) -> Line {
        let (start, end, indent) = match &self.lines {
            Lines::File(index) => {
                let span = file_line(self.text, index, number);
                (span.start as usize, span.end as usize, 0)
            }
            Lines::Flowed(lines) => {
                let Some(line) = lines.get(number) else { return Line::default() };
                (line.start, line.end, line.indent)
            }
        };
        Line::new(Units::new(self.text, start, end, self.level), indent, limit)
    }

    /// A span without the blanks at its ends, on character borders. Blanks alone stay, up to their first line break.
    pub(super) fn trim(&self, span: Span) -> Span {
        let start = self.text.floor_char_boundary((span.start as usize).min(self.text.len()));
        let end = self.text.ceil_char_boundary((span.end as usize).clamp(start, self.text.len()));
        let text = self.text.get(start..end).unwrap_or_default();
        // Other blanks than these are spelled, so that they can be pointed at.
        let blank = |ch: char| matches!(ch, ' ' | '\t' | '\r' | '\n');
        let tight = text.trim_start_matches(blank);
        if tight.is_empty() {
            return Span::new(start, start + text.find(['\r', '\n']).unwrap_or(text.len()));
        }
        let front = text.len() - tight.len();
        Span::new(start + front, start + front + tight.trim_end_matches(blank).len())
    }
}

/// A line of a file without its line break.
fn file_line(text: &str, index: &LineIndex, number: usize) -> Span {
    let start = index.start(number).unwrap_or(0) as usize;
    let end = index.start(number + 1).map_or(text.len(), |next| (next as usize).saturating_sub(1));
    let cut =
        text.get(start..end).and_then(|line| line.strip_suffix('\r')).map_or(end, |line| start + line.len());
    Span::new(start, cut)
}

/// The span moved onto character borders inside of the text.
fn clamp(source: &Source, span: Span) -> Span {
    let text = source.text();
    let start = text.floor_char_boundary((span.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((span.end as usize).clamp(start, text.len()));
    Span::new(start, end)
}
