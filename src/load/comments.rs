//! Comments of documents: the one door through which a language tells where its comments stand.

use crate::source::{SourceId, Sources, Span};
use crate::syntax::{IssueKind, read_json};

/// What a comment must hold to be looked at.
const MARK: &str = "preflight:";

/// Endings of texts that are not JSON.
const OTHERS: [&str; 8] = ["toml", "tf", "hcl", "yaml", "yml", "md", "csv", "txt"];

/// The comments of a text that speak to this program, each with its place, marks included, and its words without them. A
/// language that has comments adds its own here; the place is that in the text of the source.
#[must_use]
pub fn comments_of(sources: &Sources, source: SourceId) -> Vec<(Span, String)> {
    let text = sources.get(source);
    if memchr::memmem::find(text.text().as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let spans = if is_json(text.name()) { of_json(text.text()) } else { Vec::new() };
    let told = spans.into_iter().map(|span| (span, words(text.slice(span))));
    told.filter(|(_, words)| words.starts_with(MARK)).collect()
}

fn is_json(name: &str) -> bool {
    let ending = name.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|(_, ending)| ending);
    ending.is_none_or(|ending| !OTHERS.iter().any(|other| ending.eq_ignore_ascii_case(other)))
}

fn of_json(text: &str) -> Vec<Span> {
    let issues = read_json(text).issues;
    issues.into_iter().filter(|issue| issue.kind == IssueKind::Comment).map(|issue| issue.span).collect()
}

/// A comment without its marks, in one line.
fn words(comment: &str) -> String {
    let inner = comment.strip_prefix("/*").map_or_else(
        || comment.trim_start_matches(['/', '#']),
        |rest| rest.strip_suffix("*/").unwrap_or(rest),
    );
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_json_are_found_with_their_words() {
        let mut sources = Sources::new();
        let text = "{ // preflight: ignore[a] why\n \"x\": \"// preflight: no\", # other\n /* preflight:\n  ignore[b] c */ \"y\": 1 }";
        let id = sources.add("a.json", text);
        let found = comments_of(&sources, id);
        let words: Vec<&str> = found.iter().map(|(_, words)| words.as_str()).collect();
        assert_eq!(words, ["preflight: ignore[a] why", "preflight: ignore[b] c"]);
        assert!(found.iter().all(|(span, _)| text.get(span.range()).unwrap().starts_with('/')));
        let other = sources.add("a.toml", text);
        assert!(comments_of(&sources, other).is_empty());
    }
}
