//! Suppressions that stand in comments: `preflight: ignore[RULE, exp:2027-01-31] why`.

use super::gate::is_day;
use crate::finding::{Inline, InlineFault, Suppression};
use crate::source::{Place, SourceId, Sources, Span};

/// What the comments of a document ask, each given with its place and its words without marks.
#[must_use]
pub fn inline(sources: &Sources, source: SourceId, comments: &[(Span, String)], folder: &str) -> Vec<Inline> {
    let name = sources.get(source).name();
    let document = name.strip_prefix(folder).unwrap_or(name);
    let mut out = Vec::new();
    for (span, words) in comments {
        let place = Place { source, span: *span };
        match parse(words) {
            Ok(Asked { rules, day, reason }) => {
                let line = covered(sources.get(source).text(), *span, comments);
                for rule in rules {
                    out.push(Inline::Asked(Suppression {
                        place: within(sources, place, &rule),
                        rule,
                        document: document.to_owned(),
                        sid: None,
                        pointer: None,
                        line: Some(Place { source, span: line }),
                        reason: reason.clone(),
                        expires: day.as_ref().map(|day| (day.clone(), within(sources, place, day))),
                    }));
                }
            }
            Err(fault) => out.push(Inline::Broken(fault, place)),
        }
    }
    out
}

/// What a comment says.
struct Asked {
    rules: Vec<String>,
    day: Option<String>,
    reason: String,
}

fn parse(words: &str) -> Result<Asked, InlineFault> {
    let rest = words.strip_prefix("preflight:").map(str::trim_start);
    let rest = rest.and_then(|rest| rest.strip_prefix("ignore")).map(str::trim_start);
    let inside = rest.and_then(|rest| rest.strip_prefix('[')).ok_or(InlineFault::Form)?;
    let (list, reason) = inside.split_once(']').ok_or(InlineFault::Form)?;
    let (mut rules, mut day) = (Vec::new(), None);
    for part in list.split(',').map(str::trim) {
        match part.strip_prefix("exp:").map(str::trim) {
            Some(text) if is_day(text) && day.is_none() => day = Some(text.to_owned()),
            Some(_) => return Err(InlineFault::Form),
            None if part.is_empty() => return Err(InlineFault::Form),
            None => rules.push(part.to_owned()),
        }
    }
    if rules.is_empty() {
        return Err(InlineFault::Form);
    }
    let reason = reason.trim().trim_start_matches([':', '-']).trim();
    if reason.is_empty() {
        return Err(InlineFault::Reason);
    }
    Ok(Asked { rules, day, reason: reason.to_owned() })
}

/// A part of a comment, or the comment where the part is written otherwise.
fn within(sources: &Sources, comment: Place, part: &str) -> Place {
    let text = sources.get(comment.source).slice(comment.span);
    let Some(at) = text.find(part) else { return comment };
    let start = comment.span.start as usize + at;
    Place { source: comment.source, span: Span::new(start, start + part.len()) }
}

/// The line that a comment speaks of: its own, or the next one that says something where it stands alone.
fn covered(text: &str, comment: Span, comments: &[(Span, String)]) -> Span {
    let line_of = |at: usize| {
        let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length);
        (start, end)
    };
    let blank = |from: usize, to: usize| text.get(from..to).is_none_or(|part| part.trim().is_empty());
    let (start, _) = line_of(comment.start as usize);
    let (_, mut end) = line_of(comment.end as usize);
    if !blank(start, comment.start as usize) {
        return Span::new(start, line_of(comment.start as usize).1);
    }
    if !blank(comment.end as usize, end) {
        // The rest of the line that a block ends in.
        return Span::new(comment.end as usize, end);
    }
    while end < text.len() {
        let (start, next) = line_of(end + 1);
        let first = text.get(start..next).and_then(|line| line.find(|letter: char| !letter.is_whitespace()));
        let first = first.map(|at| start + at);
        let is_comment = |at: usize| {
            let own = comments.iter().find(|(span, _)| span.start as usize <= at && at < span.end as usize);
            own.is_some_and(|(span, _)| blank(span.end as usize, line_of(span.end as usize).1))
        };
        match first {
            Some(at) if !is_comment(at) => return Span::new(start, next),
            Some(_) | None => end = next,
        }
    }
    Span::new(end, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::comments_of;

    fn lines(text: &str) -> Vec<(String, String, String)> {
        let mut sources = Sources::new();
        let id = sources.add("x/a.json", text);
        let asked = inline(&sources, id, &comments_of(&sources, id), "x/");
        asked
            .into_iter()
            .map(|each| match each {
                Inline::Asked(it) => {
                    assert_eq!(sources.get(id).slice(it.place.span), it.rule);
                    assert_eq!(it.document, "a.json");
                    let line = sources.get(id).slice(it.line.unwrap().span).trim().to_owned();
                    (it.rule, it.reason, line)
                }
                Inline::Broken(fault, place) => {
                    (format!("{fault:?}"), String::new(), sources.get(id).slice(place.span).to_owned())
                }
            })
            .collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next() {
        let text = "{\n  \"a\": 1, // preflight: ignore[one] why\n  // preflight: ignore[two, exp:2027-01-31] - because\n\n  # preflight: ignore[three, four] so\n  \"b\": 2\n}";
        let found = lines(text);
        let of = |rule: &str| found.iter().find(|(name, ..)| name == rule).unwrap().clone();
        assert!(of("one").2.starts_with("\"a\": 1,"));
        assert_eq!((of("two").1.as_str(), of("two").2.as_str()), ("because", "\"b\": 2"));
        assert_eq!((of("four").1.as_str(), of("four").2.as_str()), ("so", "\"b\": 2"));
        assert_eq!(lines("{}\n// preflight: ignore[one] at the end").len(), 1);
    }

    #[test]
    fn what_cannot_be_followed_is_said() {
        for (comment, fault) in [
            ("preflight: ignore[one]", "Reason"),
            ("preflight: ignore[one] :", "Reason"),
            ("preflight: ignore one why", "Form"),
            ("preflight: ignore[one why", "Form"),
            ("preflight: ignore[] why", "Form"),
            ("preflight: ignore[one, exp:soon] why", "Form"),
            ("preflight: ignore[exp:2027-01-31] why", "Form"),
            ("preflight: disable", "Form"),
        ] {
            assert_eq!(lines(&format!("{{}} // {comment}"))[0].0, fault, "{comment}");
        }
        assert!(lines("{} // preflight is a program").is_empty());
    }
}
