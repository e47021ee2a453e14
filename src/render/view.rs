//! The safe excerpt: what of a document may be shown on a terminal, and how.
//!
//! Documents come from strangers. An excerpt shows the few lines around the labels, unwrapped where JSON stands inside
//! a JSON string, broken where a line is too long, and with every character spelled that could hide, reorder or
//! command. It draws nothing: `human` hands it to the graphical renderer.

mod excerpt;
mod flow;
mod group;
mod line;
mod page;
mod safe;
mod unwrap;

pub use excerpt::{Excerpt, Mark, Window};
pub use page::Pages;
pub use safe::safe;

use crate::source::{Place, Position, Source, Sources};

/// The room an excerpt has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Canvas {
    /// Columns of a whole output line, gutter included.
    pub width: usize,
    /// Whether characters outside of ASCII may be drawn.
    pub unicode: bool,
}

impl Canvas {
    /// Stands where something of a line is left out.
    #[must_use]
    pub fn dots(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// `name:line:column` of where a place starts in the document as the user has it, safe to print.
#[must_use]
pub fn spot(place: &Place, sources: &Sources) -> String {
    let source = sources.get(place.source);
    let at = position(source, place.span.start as usize);
    format!("{}:{}:{}", safe(source.name()), at.line, at.column)
}

/// The position of an offset, moved to the nearest character before it if it is none.
#[must_use]
pub fn position(source: &Source, offset: usize) -> Position {
    let at = source.text().floor_char_boundary(offset.min(source.text().len()));
    source.position(u32::try_from(at).unwrap_or(u32::MAX))
}
