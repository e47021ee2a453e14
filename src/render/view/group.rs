//! Labels that can be drawn in one window: near each other, and none standing in another's way.

use super::line::Line;
use super::page::Page;
use crate::render::wrap::columns;
use crate::source::Span;
use std::ops::Range;

/// Lines shown before the first and after the last label.
pub(super) const CONTEXT: usize = 2;

/// A span over more lines is marked at its first line only.
const TALL: usize = 12;

/// Windows with fewer lines between them are drawn as one.
const GAP: usize = 4;

/// A window does not grow beyond this.
const MAX_LINES: usize = 24;

/// A line is cut in front if fewer columns than this are left for the words of a label that are as long or longer.
const FEW_WORDS: usize = 14;

/// Then this many columns of words are made room for.
const WORDS: usize = 28;

/// The most columns the dots take at either end of a line.
const DOTS: usize = 3;

/// Columns between the middle of an underline and the words below it.
const HOOK: usize = 4;

/// Columns the renderer needs for the bracket along a span of several lines.
const BRACKET: usize = 4;

/// A label on its page.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    /// Index of the label it was made from; 0 is the primary one.
    pub(super) label: usize,
    pub(super) words: String,
    pub(super) span: Span,
    pub(super) page: usize,
    pub(super) lines: Range<usize>,
}

impl Spot {
    /// A span on a page, cut to its first line if it is tall.
    pub(super) fn new(label: usize, words: String, span: Span, at: (usize, &Page<'_>)) -> Self {
        let (page, paper) = at;
        let first = paper.line_of(span.start);
        let last = paper.line_of(span.end.saturating_sub(1).max(span.start));
        let last = if last - first.min(last) < TALL { last } else { first };
        Self { label, words, span, page, lines: first..last + 1 }
    }

    pub(super) fn is_flat(&self) -> bool {
        self.lines.len() <= 1
    }
}

/// Labels of one window.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) spots: Vec<Spot>,
}

impl Group {
    /// The lines of the window, context included.
    pub(super) fn window(&self, page: &Page<'_>) -> Range<usize> {
        let first = self.spots.iter().map(|spot| spot.lines.start).min().unwrap_or(0);
        let end = self.spots.iter().map(|spot| spot.lines.end).max().unwrap_or(0);
        first.saturating_sub(CONTEXT)..(end + CONTEXT).min(page.count()).max(end)
    }

    /// Columns for text in this window.
    pub(super) fn room(&self, page: &Page<'_>, width: usize) -> usize {
        let number = self.window(page).end.to_string().len();
        let bracket = if self.spots.iter().all(Spot::is_flat) { 0 } else { BRACKET };
        width.saturating_sub(number + 4 + bracket)
    }

    /// Whether the spot can be drawn in this window as well.
    pub(super) fn takes(&self, spot: &Spot, page: &Page<'_>, width: usize) -> bool {
        let window = self.window(page);
        let reach = CONTEXT + GAP;
        let near = spot.lines.start <= window.end + reach && window.start <= spot.lines.end + reach;
        if self.spots.first().is_none_or(|first| first.page != spot.page) || !near {
            return false;
        }
        let both = Group { spots: self.spots.iter().chain([spot]).cloned().collect() };
        let brackets = both.spots.iter().filter(|spot| !spot.is_flat()).count();
        if both.window(page).len() > MAX_LINES || brackets > 1 {
            return false;
        }
        let room = both.room(page, width);
        both.lines(page, width).iter().all(|(number, line)| {
            let marks = both.marks(*number, line);
            apart(&marks) && skip(&marks, Measure { line: line.width(), room }).is_some()
        })
    }

    /// The lines of the window with their numbers from 0. If one of them does not fit, all lose the indentation that
    /// they share.
    pub(super) fn lines(&self, page: &Page<'_>, width: usize) -> Vec<(usize, Line)> {
        let room = self.room(page, width);
        let mut lines: Vec<_> =
            self.window(page).map(|number| (number, page.line(number, 3 * width))).collect();
        let fits = lines.iter().all(|(number, line)| {
            line.width() <= room
                && skip(&self.marks(*number, line), Measure { line: line.width(), room }) == Some(0)
        });
        let shared = lines.iter().filter_map(|(_, line)| line.indent()).min().unwrap_or(0);
        if !fits {
            lines.iter_mut().for_each(|(_, line)| line.outdent(shared));
        }
        lines
    }

    /// The columns and the words of the labels that lie on one line.
    pub(super) fn marks(&self, number: usize, line: &Line) -> Vec<(Range<usize>, usize)> {
        let mut here: Vec<_> = self
            .spots
            .iter()
            .filter(|spot| spot.is_flat() && spot.lines.start == number)
            .map(|spot| (line.columns(spot.span), columns(&spot.words)))
            .collect();
        here.sort_by_key(|(range, _)| (range.start, range.end));
        here
    }
}

/// Columns of a line, and columns there are for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    pub(super) line: usize,
    pub(super) room: usize,
}

/// Whether no label begins before the one in front of it ends. An empty one is drawn one column wide.
fn apart(marks: &[(Range<usize>, usize)]) -> bool {
    marks.is_sorted_by(|(left, _), (right, _)| left.end.max(left.start + 1) <= right.start)
}

/// How many columns of a line to leave out in front so that its labels and some of their words fit; `None` if there is
/// more than one label and no cut suits all. A single label always gets a place.
pub(super) fn skip(marks: &[(Range<usize>, usize)], measure: Measure) -> Option<usize> {
    let Measure { line, room } = measure;
    // Columns by which the text must move to the left so that the label and this many columns of words fit.
    let need = |beside: usize| {
        let of = |(range, words): &(Range<usize>, usize)| {
            let middle = usize::midpoint(range.start, range.end.max(range.start + 1));
            let limit = room.saturating_sub(HOOK + (*words).min(beside) + 1);
            let end = if line > room { range.end + DOTS } else { 0 };
            middle.saturating_sub(limit).max(end.saturating_sub(room))
        };
        marks.iter().map(of).max().unwrap_or(0)
    };
    if need(FEW_WORDS) == 0 {
        return Some(0);
    }
    let skip = need(WORDS) + DOTS;
    let first = marks.first().map_or(0, |(range, _)| range.start);
    if skip <= first {
        return Some(skip);
    }
    (marks.len() == 1).then_some(if first > DOTS { first } else { 0 })
}

/// Columns for the words of a label whose underline is drawn in these columns.
pub(super) fn words_beside(drawn: &Range<usize>, room: usize) -> usize {
    let middle = usize::midpoint(drawn.start, drawn.end.max(drawn.start + 1));
    room.saturating_sub(middle + HOOK).max(8)
}

/// Columns for the words of a label along several lines.
pub(super) fn words_below(room: usize) -> usize {
    room.saturating_sub(2)
}
