//! From characters, in which the parser counts, to bytes, in which spans do.

use crate::source::Span;
use saphyr_parser::Marker;

/// The distance of the characters whose offsets are kept.
const STEP: usize = 64;

/// Byte offsets of a text's characters.
pub(super) struct Offsets<'t> {
    text: &'t str,
    /// Of every `STEP`th character; nothing for a text of ASCII characters.
    kept: Vec<u32>,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let kept = if text.is_ascii() {
            Vec::new()
        } else {
            let offset = |(at, _): (usize, char)| u32::try_from(at).unwrap_or(u32::MAX);
            text.char_indices().step_by(STEP).map(offset).collect()
        };
        Self { text, kept }
    }

    pub(super) fn byte(&self, marker: Marker) -> usize {
        let at = marker.index();
        if self.kept.is_empty() {
            return at.min(self.text.len());
        }
        let Some(start) = self.kept.get(at / STEP).map(|start| *start as usize) else {
            return self.text.len();
        };
        let rest = self.text.get(start..).unwrap_or_default();
        rest.char_indices().nth(at % STEP).map_or(self.text.len(), |(offset, _)| start + offset)
    }

    pub(super) fn span(&self, span: saphyr_parser::Span) -> Span {
        Span::new(self.byte(span.start), self.byte(span.end).max(self.byte(span.start)))
    }
}
