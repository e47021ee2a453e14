//! Changes of a fix as whole lines, in the form in which a reviewer suggests them.

use super::view::safe;
use crate::finding::{Edit, Fix};
use crate::source::{Source, SourceId, Sources};
use std::collections::BTreeMap;
use std::ops::Range;

/// Lines of one document, and what stands in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Suggestion {
    pub(super) source: SourceId,
    /// The first and the last line, counted from 1.
    pub(super) lines: (usize, usize),
    /// The new lines, without the last line break; `None` where they hold what must not be printed as it is.
    pub(super) text: Option<String>,
}

/// The lines that a fix changes, neighbours together.
pub(super) fn suggestions(fix: &Fix, sources: &Sources) -> Vec<Suggestion> {
    let mut by_source: BTreeMap<SourceId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_source.entry(edit.place.source).or_default().push(edit);
    }
    by_source.into_iter().flat_map(|(id, edits)| of_source(id, sources.get(id), edits)).collect()
}

fn of_source(id: SourceId, source: &Source, mut edits: Vec<&Edit>) -> Vec<Suggestion> {
    edits.sort_by_key(|edit| edit.place.span);
    let mut groups: Vec<(Range<usize>, Vec<&Edit>)> = Vec::new();
    for edit in edits {
        let lines = lines_of(source, edit);
        match groups.last_mut() {
            Some((last, group)) if lines.start <= last.end => {
                last.end = last.end.max(lines.end);
                group.push(edit);
            }
            _ => groups.push((lines, vec![edit])),
        }
    }
    groups.into_iter().map(|(lines, edits)| suggestion(id, source, lines, &edits)).collect()
}

/// The lines that an edit touches, from 0, the end excluded.
fn lines_of(source: &Source, edit: &Edit) -> Range<usize> {
    let span = edit.place.span;
    source.lines().line_of(span.start)..source.lines().line_of(span.end) + 1
}

fn suggestion(id: SourceId, source: &Source, lines: Range<usize>, edits: &[&Edit]) -> Suggestion {
    let text = source.text();
    let start = |line: usize| source.lines().start(line).map_or(text.len(), |at| at as usize);
    let (from, to) = (start(lines.start), start(lines.end));
    let mut out = String::new();
    let mut at = from;
    for edit in edits {
        out.push_str(text.get(at..edit.place.span.start as usize).unwrap_or_default());
        out.push_str(&edit.replacement);
        at = edit.place.span.end as usize;
    }
    out.push_str(text.get(at..to).unwrap_or_default());
    let out = out.strip_suffix('\n').map_or(out.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    // A suggestion is taken over letter by letter: a spelled character would be another one.
    let plain = |line: &str| line.split('\t').all(|part| safe(part) == part);
    let can_be_shown = out.split('\n').all(|line| plain(line.strip_suffix('\r').unwrap_or(line)));
    let shown = can_be_shown.then(|| out.replace("\r\n", "\n"));
    Suggestion { source: id, lines: (lines.start + 1, lines.end), text: shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Applicability;
    use crate::source::{Place, Span};

    fn fix(id: SourceId, edits: &[(usize, usize, &str)]) -> Fix {
        let edit = |(start, end, text): &(usize, usize, &str)| Edit {
            place: Place { source: id, span: Span::new(*start, *end) },
            replacement: (*text).to_owned(),
        };
        Fix {
            title: String::new(),
            edits: edits.iter().map(edit).collect(),
            commands: Vec::new(),
            applicability: Applicability::Safe,
            because: Vec::new(),
            gained: Vec::new(),
            lost: Vec::new(),
        }
    }

    fn shown(text: &str, edits: &[(usize, usize, &str)]) -> Vec<(usize, usize, Option<String>)> {
        let mut sources = Sources::new();
        let id = sources.add("a.json", text);
        let all = suggestions(&fix(id, edits), &sources);
        all.into_iter().map(|each| (each.lines.0, each.lines.1, each.text)).collect()
    }

    #[test]
    fn neighbouring_lines_are_one_suggestion_and_others_are_not() {
        let text = "one\ntwo\nthree\nfour\nfive\n";
        assert_eq!(shown(text, &[(4, 7, "2")]), [(2, 2, Some("2".to_owned()))]);
        assert_eq!(shown(text, &[(4, 7, "2"), (8, 8, "x\ny")]), [(2, 3, Some("2\nx\nythree".to_owned()))]);
        assert_eq!(
            shown(text, &[(0, 1, "O"), (19, 23, "5")]),
            [(1, 1, Some("One".to_owned())), (5, 5, Some("5".to_owned()))]
        );
        // A line that goes with the break before it leaves the one before.
        assert_eq!(shown(text, &[(3, 7, "")]), [(1, 2, Some("one".to_owned()))]);
    }

    #[test]
    fn line_ends_of_the_file_are_not_part_of_a_suggestion() {
        assert_eq!(shown("a\r\nb\r\nc", &[(3, 4, "B")]), [(2, 2, Some("B".to_owned()))]);
        assert_eq!(shown("a\r\nb\r\nc", &[(6, 7, "C,\r\nD")]), [(3, 3, Some("C,\nD".to_owned()))]);
    }

    #[test]
    fn what_cannot_be_shown_as_it_is_is_not_suggested() {
        assert_eq!(shown("\tx\u{202e}y\nz\n", &[(1, 2, "w")]), [(1, 1, None)]);
        assert_eq!(shown("\tx\nz\n", &[(1, 2, "w")]), [(1, 1, Some("\tw".to_owned()))]);
    }
}
