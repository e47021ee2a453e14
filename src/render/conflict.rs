//! Demands of several consumers that exclude each other, in words.

use crate::finding::{Conflict, ConflictKind, ConflictSide, Need};

/// One conflict as a sentence, and where each side of it comes from.
#[must_use]
pub fn words(conflict: &Conflict) -> (String, Vec<String>) {
    let Conflict { about, export_type, kind, sides } = conflict;
    let side = |side: &ConflictSide| {
        let verb = match (kind, side.need) {
            (ConflictKind::Statement, _) => "",
            (ConflictKind::Export, Need::Needed) => "needs ",
            (ConflictKind::Export, Need::Advice) => "advises ",
        };
        format!("`{}` {verb}{} (`{}`)", side.consumer, side.needs, side.demand)
    };
    let of = export_type.as_ref().map_or_else(String::new, |kind| format!(" of a {kind} export"));
    let [one, other] = sides;
    let end = match kind {
        ConflictKind::Export => "no one export is both",
        ConflictKind::Statement => "each needs a statement of its own",
    };
    let sentence = format!("`{about}`{of}: {}, {}; {end}", side(one), side(other));
    (sentence, sides.iter().map(|side| format!("{}: {}", side.consumer, side.source)).collect())
}
