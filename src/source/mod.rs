//! Text with identity: where a document came from, spans in it, and lines and columns for people.
//!
//! It does not read files (`load` does) and knows no syntax.

mod lines;

pub use lines::{LineIndex, Position};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// A half-open range of bytes, `start..end`, in one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end`; an end before the start is taken as an empty range at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        let start = u32::try_from(start).unwrap_or(u32::MAX);
        let end = u32::try_from(end).unwrap_or(u32::MAX);
        Self { start, end: end.max(start) }
    }

    /// Number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether the range holds no byte.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this range (equal ranges do).
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The range as `usize`, for slicing with `str::get`.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Names one source of a [`Sources`] table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(u32);

/// A span in a named source: what a finding points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The source.
    pub source: SourceId,
    /// The bytes in it.
    pub span: Span,
}

/// One text with the name under which the user knows it (a path as typed, `<stdin>`, `command line`).
#[derive(Debug)]
pub struct Source {
    name: Arc<str>,
    text: Arc<String>,
    lines: OnceLock<LineIndex>,
    begins: Position,
    /// For texts of which only some lines are kept: where each kept line stands in the whole.
    kept: Option<Vec<Position>>,
}

impl Source {
    /// The name the user knows it by.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span is not on character borders of this text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Whether only some lines of the text are kept, which do not follow each other.
    #[must_use]
    pub fn is_excerpt(&self) -> bool {
        self.kept.is_some()
    }

    /// The index of line starts, made on first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset, counted from 1 in characters; of a part, as in the whole file.
    #[must_use]
    pub fn position(&self, offset: u32) -> Position {
        let at = self.lines().position(&self.text, offset);
        if let Some(line) = self.kept.as_ref().and_then(|kept| kept.get(at.line as usize - 1)) {
            let start = self.lines().start(at.line as usize - 1).unwrap_or_default();
            return Position {
                line: line.line,
                column: line.column.saturating_add(at.column - 1),
                offset: line.offset.saturating_add(offset.saturating_sub(start)),
            };
        }
        let Position { line, column, offset } = self.begins;
        Position {
            line: at.line.saturating_add(line - 1),
            column: if at.line == 1 { at.column.saturating_add(column - 1) } else { at.column },
            offset: at.offset.saturating_add(offset),
        }
    }

    /// Whether it is a part of another source.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.begins.offset > 0
    }

    /// The line of the file, from 1, on which the text begins: 1 unless it is a part.
    #[must_use]
    pub fn first_line(&self) -> u32 {
        self.begins.line
    }
}

/// All texts of one run. Sources are added, never changed or removed.
#[derive(Debug, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a name and gives its identity.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(name.into(), text.into(), Position { line: 1, column: 1, offset: 0 }, None)
    }

    /// Adds a span of a source as a text of its own, which keeps the name and the places of the whole.
    pub fn add_part(&mut self, of: SourceId, span: Span) -> SourceId {
        let whole = self.get(of);
        let (name, text, begins) =
            (whole.name.to_string(), whole.slice(span).to_owned(), whole.position(span.start));
        self.push(name, text, begins, None)
    }

    /// Adds a text of which only some lines are kept, because the whole is too long to hold: the lines, and where each
    /// begins in the whole.
    pub fn add_excerpts(&mut self, name: impl Into<String>, lines: &[(String, Position)]) -> SourceId {
        let text: Vec<&str> = lines.iter().map(|(text, _)| text.as_str()).collect();
        let kept = lines.iter().map(|(_, at)| *at).collect();
        self.push(name.into(), text.join("\n"), Position { line: 1, column: 1, offset: 0 }, Some(kept))
    }

    /// The identity that the next text will have.
    #[must_use]
    pub fn next(&self) -> SourceId {
        SourceId(u32::try_from(self.list.len()).unwrap_or(u32::MAX))
    }

    fn push(
        &mut self,
        name: String,
        text: String,
        begins: Position,
        kept: Option<Vec<Position>>,
    ) -> SourceId {
        let id = self.next();
        self.list.push(Source {
            name: name.into(),
            text: Arc::new(text),
            lines: OnceLock::new(),
            begins,
            kept,
        });
        id
    }

    /// The same table with other texts under the same identities. Texts that stay are shared, not copied.
    #[must_use]
    pub fn with(&self, changed: &BTreeMap<SourceId, String>) -> Self {
        let list = self.iter().map(|(id, source)| Source {
            name: Arc::clone(&source.name),
            text: changed.get(&id).map_or_else(|| Arc::clone(&source.text), |text| Arc::new(text.clone())),
            lines: OnceLock::new(),
            begins: source.begins,
            kept: source.kept.clone(),
        });
        Self { list: list.collect() }
    }

    /// The source of an identity. Identities come from [`Sources::add`] of the same table.
    #[must_use]
    #[expect(
        clippy::indexing_slicing,
        reason = "INVARIANT: a SourceId is an index handed out by `add` of this table"
    )]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0 as usize]
    }

    /// Every source with its identity, in the order of adding.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        (0u32..).zip(&self.list).map(|(index, source)| (SourceId(index), source))
    }
}
