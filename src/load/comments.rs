//! Comments of documents: the one door through which a language tells where its comments stand.

use crate::source::{SourceId, Sources, Span};
use crate::syntax::hcl::{HclKind, read_hcl};
use crate::syntax::{IssueKind, Node, Value, read_json, read_yaml};

/// What a comment must hold to be looked at.
const MARK: &str = "preflight:";

/// Endings of texts that are not JSON, and have no comments that are looked at.
const OTHERS: [&str; 4] = ["toml", "md", "csv", "txt"];

/// The comments of a text that speak to this program, each with its place, marks included, and its words without them. A
/// language that has comments adds its own here; the place is that in the text of the source.
#[must_use]
pub fn comments_of(sources: &Sources, source: SourceId) -> Vec<(Span, String)> {
    let text = sources.get(source);
    if memchr::memmem::find(text.text().as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let spans = match ending(text.name()).as_deref() {
        Some("tf" | "tofu" | "tfvars") => of_hcl(text.text()),
        Some("yaml" | "yml" | "template") if !text.text().trim_start().starts_with('{') => {
            of_yaml(text.text())
        }
        Some(other) if OTHERS.contains(&other) => Vec::new(),
        Some(_) | None => of_json(text.text()),
    };
    let told = spans.into_iter().map(|span| (span, words(text.slice(span))));
    told.filter(|(_, words)| words.starts_with(MARK)).collect()
}

/// The ending of a file's name, in small letters.
fn ending(name: &str) -> Option<String> {
    let file = name.rsplit('/').next()?;
    file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase())
}

/// Comments that begin with the mark, outside of the given texts.
fn outside(text: &str, strings: &[Span], marks: &[&str]) -> Vec<Span> {
    let is_in_string = |at: usize| strings.iter().any(|span| span.range().contains(&at));
    let mut out = Vec::new();
    for (at, _) in text.match_indices(MARK) {
        let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t']);
        let Some(mark) = marks.iter().find(|mark| before.ends_with(**mark)) else { continue };
        let start = before.trim_end_matches(['#', '/']).len().min(before.len() - mark.len());
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        // A mark behind another one is a word of that comment.
        let is_first = |first: &&str| {
            let mut others = text.get(line..start).unwrap_or_default().match_indices(*first);
            others.any(|(other, _)| !is_in_string(line + other))
        };
        if is_in_string(start) || marks.iter().any(is_first) {
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let length = if *mark == "/*" {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            rest.find('\n').unwrap_or(rest.len())
        };
        let end = at + length;
        out.push(Span::new(
            start,
            end - text.get(at..end).map_or(0, |line| line.len() - line.trim_end().len()),
        ));
    }
    out
}

/// Comments of a module's file; of one that is no HCL, none.
fn of_hcl(text: &str) -> Vec<Span> {
    let Ok(body) = read_hcl(text) else { return Vec::new() };
    let mut strings = Vec::new();
    super::terraform::walk_body(&body, &mut |expr| {
        if matches!(expr.kind, HclKind::Template(_)) {
            strings.push(expr.span);
        }
    });
    outside(text, &strings, &["#", "//", "/*"])
}

/// Comments of YAML.
fn of_yaml(text: &str) -> Vec<Span> {
    let mut strings = Vec::new();
    for document in &read_yaml(text).documents {
        texts(&document.root, &mut strings);
    }
    outside(text, &strings, &["#"])
}

fn texts(node: &Node<'_>, out: &mut Vec<Span>) {
    match &node.value {
        Value::String(_) => out.push(node.span),
        Value::Array(items) => items.iter().for_each(|item| texts(item, out)),
        Value::Object(members) => members.iter().for_each(|member| texts(&member.value, out)),
        _ => {}
    }
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
        let hcl = "a = \"# preflight: no\" # preflight: ignore[a] why\n// preflight: ignore[b] c\nx = <<E\n# preflight: no\nE\n/* preflight: ignore[d] e */\n# see # preflight: no\n";
        let yaml = "a: \"# preflight: no\" # preflight: ignore[a] why\n# preflight: ignore[b] c\nx: |\n  # preflight: no\ny: b#c # see # preflight: no\n";
        for (name, text, count) in [("a.tf", hcl, 3), ("a.yaml", yaml, 2)] {
            let id = sources.add(name, text);
            let found = comments_of(&sources, id);
            assert_eq!(found.len(), count, "{found:?}");
            assert!(found.iter().all(|(_, words)| words.starts_with("preflight: ignore[")), "{found:?}");
        }
        let other = sources.add("a.toml", text);
        assert!(comments_of(&sources, other).is_empty());
    }
}
