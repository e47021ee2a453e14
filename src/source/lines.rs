//! Line starts of a text, and the way from a byte offset to a line and a column.

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Byte offset, from 0.
    pub offset: u32,
}

/// The byte offsets at which lines start. A line ends with `\n` (a `\r` before it belongs to the line).
#[derive(Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes a text in one pass.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts
            .extend(memchr::memchr_iter(b'\n', text.as_bytes()).filter_map(|at| u32::try_from(at + 1).ok()));
        Self { starts }
    }

    /// Number of lines; an empty text has one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The offset at which a line (from 0) starts, if the text has it.
    #[must_use]
    pub fn start(&self, line: usize) -> Option<u32> {
        self.starts.get(line).copied()
    }

    /// The line (from 0) that holds an offset.
    #[must_use]
    pub fn line_of(&self, offset: u32) -> usize {
        self.starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// Line and column of an offset in the text this index was made from.
    #[must_use]
    pub fn position(&self, text: &str, offset: u32) -> Position {
        let line = self.line_of(offset);
        let start = self.start(line).unwrap_or(0);
        let before = text.get(start as usize..offset as usize).map_or(0, |slice| slice.chars().count());
        Position {
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: u32::try_from(before + 1).unwrap_or(u32::MAX),
            offset,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "a\néé\"x\"\r\nlast";
        let index = LineIndex::new(text);
        let at = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(index.position(text, at), Position { line: 2, column: 4, offset: at });
        assert_eq!(index.position(text, 0), Position { line: 1, column: 1, offset: 0 });
        let end = u32::try_from(text.len()).unwrap();
        assert_eq!(index.position(text, end).line, 3);
    }
}
