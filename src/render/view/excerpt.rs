//! The windows of one finding, put together into one text with marks on it.

use super::group::{Group, Measure, Spot, skip, words_below, words_beside};
use super::page::{Kind, Page, Pages};
use super::{position, safe};
use crate::finding::Label;
use crate::render::wrap::{columns, keep_end, wrap};
use crate::source::{Place, Sources};
use std::ops::Range;

/// More windows than this make one finding unreadable.
const MAX_WINDOWS: usize = 4;

/// What to draw of the documents for one finding. Every line of `text` ends with a line break and is safe to print.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// All windows, one after the other.
    pub text: String,
    /// In the order of the text; the one with the primary label is first.
    pub windows: Vec<Window>,
    /// In the order of the text. Marks of one window do not overlap, but for one that covers whole lines.
    pub marks: Vec<Mark>,
    /// The labels for which no window was left.
    pub left_out: Vec<usize>,
}

/// A few lines of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its bytes in the text.
    pub bytes: Range<usize>,
    /// The number of its first line, from 1; `None` where the lines are not those of the file.
    pub first_line: Option<usize>,
}

/// A label on the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The bytes it marks in the text.
    pub bytes: Range<usize>,
    /// What is wrong there, broken to fit.
    pub words: String,
    /// Whether it is the primary label.
    pub primary: bool,
    /// Where it stands in the document as the user has it.
    pub header: String,
}

impl Excerpt {
    /// The excerpt for some labels, the first being the primary one.
    #[must_use]
    pub fn new(labels: &[&Label], pages: &mut Pages<'_>) -> Self {
        let width = pages.canvas().width;
        let spots = spots(labels, pages);
        let mut groups: Vec<Group> = Vec::new();
        let mut excerpt = Excerpt::default();
        for spot in spots {
            let Some(page) = pages.get(spot.page) else { continue };
            if let Some(group) = groups.iter_mut().find(|group| group.takes(&spot, page, width)) {
                group.spots.push(spot);
            } else if groups.len() < MAX_WINDOWS {
                groups.push(Group { spots: vec![spot] });
            } else {
                excerpt.left_out.push(spot.label);
            }
        }
        for group in &groups {
            if let Some(page) = group.spots.first().and_then(|spot| pages.get(spot.page)) {
                excerpt.draw(group, page, (labels, pages));
            }
        }
        excerpt.marks.sort_by_key(|mark| (mark.bytes.start, mark.bytes.end));
        excerpt
    }

    fn draw(&mut self, group: &Group, page: &Page<'_>, context: (&[&Label], &Pages<'_>)) {
        let canvas = context.1.canvas();
        let room = group.room(page, canvas.width);
        let from = self.text.len();
        let first_line = (page.kind == Kind::File).then_some(group.window(page).start + page.first_line);
        // Where the labels of several lines begin in the text.
        let mut begun: Vec<(usize, usize)> = Vec::new();
        for (number, line) in group.lines(page, canvas.width) {
            let marks = group.marks(number, &line);
            let shift = skip(&marks, Measure { line: line.width(), room }).unwrap_or(0);
            let cut = line.cut(shift, room, canvas.dots());
            let start = self.text.len();
            for spot in group.spots.iter().filter(|spot| spot.lines.contains(&number)) {
                let shown = cut.bytes(&line.columns(spot.span));
                if spot.lines.start == number {
                    begun.push((spot.label, start + shown.start));
                }
                if spot.lines.end == number + 1 {
                    let begin = begun.iter().find(|(label, _)| *label == spot.label);
                    let begin = begin.map_or(start, |(_, at)| *at);
                    let room =
                        if spot.is_flat() { beside(&cut.text, &shown, room) } else { words_below(room) };
                    let bytes = begin..(start + shown.end).max(begin);
                    self.marks.push(mark(spot, bytes, room, (page, context)));
                }
            }
            self.text.push_str(cut.text.trim_end());
            pad(&mut self.text, start, &self.marks);
            self.text.push('\n');
        }
        self.windows.push(Window { bytes: from..self.text.len(), first_line });
    }

    /// The window that holds a byte of the text.
    #[must_use]
    pub fn window(&self, byte: usize) -> Option<&Window> {
        self.windows.iter().find(|window| window.bytes.contains(&byte))
    }
}

/// Columns for words below a marked part of a line.
fn beside(line: &str, shown: &Range<usize>, room: usize) -> usize {
    let lead = columns(line.get(..shown.start).unwrap_or_default());
    let wide = columns(line.get(shown.clone()).unwrap_or_default());
    words_beside(&(lead..lead + wide), room)
}

fn mark(spot: &Spot, bytes: Range<usize>, room: usize, at: (&Page<'_>, (&[&Label], &Pages<'_>))) -> Mark {
    let (page, (labels, pages)) = at;
    let words: Vec<_> = spot.words.split('\n').flat_map(|part| wrap(part, room)).collect();
    let header = labels.get(spot.label).map(|label| header(&label.place, page, pages));
    Mark { bytes, words: words.join("\n"), primary: spot.label == 0, header: header.unwrap_or_default() }
}

/// Gives a line its blanks back where a mark stands on them.
fn pad(text: &mut String, start: usize, marks: &[Mark]) {
    let needed = marks.iter().map(|mark| mark.bytes.end).filter(|end| *end > start).max().unwrap_or(0);
    text.extend(std::iter::repeat_n(' ', needed.saturating_sub(text.len())));
}

/// The labels on their pages; those of one place are one, with the words of all.
fn spots(labels: &[&Label], pages: &mut Pages<'_>) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        let id = pages.page_of(&label.place);
        let Some(page) = pages.get(id) else { continue };
        let span = page.trim(label.place.span);
        let words = safe(&label.text);
        match spots.iter_mut().find(|spot| spot.page == id && spot.span == span) {
            Some(same) if same.words.split('\n').any(|said| said == words) => {}
            Some(same) => {
                same.words.push('\n');
                same.words.push_str(&words);
            }
            None => spots.push(Spot::new(index, words.into_owned(), span, (id, page))),
        }
    }
    spots
}

/// The true place, and what was done to the text to show it.
fn header(place: &Place, page: &Page<'_>, pages: &Pages<'_>) -> String {
    let sources: &Sources = pages.sources();
    let canvas = pages.canvas();
    let source = sources.get(place.source);
    let at = position(source, page.trim(place.span).start as usize);
    let how = match page.kind {
        Kind::File => "",
        Kind::Broken => " (broken to fit)",
        Kind::Unwrapped => " (unwrapped)",
    };
    // Gutter, corner and brackets take up to a dozen columns, and something of the name should be seen.
    let room = canvas.width.saturating_sub(14);
    let place = format!(":{}:{}", at.line, at.column);
    let tail = if columns(&place) + columns(how) + 4 <= room { format!("{place}{how}") } else { place };
    let room = room.saturating_sub(columns(&tail)).max(4);
    format!("{}{tail}", keep_end(&safe(source.name()), room, canvas.dots()))
}
