//! What stands between the values: comments, anchors and tags, the header of a block.

use crate::source::Span;

/// The comments of a stretch that holds no text of a value.
pub(super) fn comments(text: &str, from: usize, to: usize, out: &mut Vec<Span>) {
    let mut at = from;
    while let Some(found) = next_comment(text, at, to) {
        at = found.end as usize;
        out.push(found);
    }
}

/// The first comment from `from` on: a `#` at the start of a line or behind white space, to the end of its line.
fn next_comment(text: &str, from: usize, to: usize) -> Option<Span> {
    let stretch = text.get(from..to)?;
    let is_comment = |at: &usize| {
        let before = text.get(..from + at).and_then(|head| head.chars().next_back());
        before.is_none_or(|before| before.is_whitespace() || before == '\u{feff}')
    };
    let start = memchr::memchr_iter(b'#', stretch.as_bytes()).find(is_comment)?;
    let rest = stretch.get(start..)?;
    let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
    Some(Span::new(from + start, from + start + length))
}

/// The anchor and the tag before a value.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Properties {
    /// Where the tag stands.
    pub(super) tag: Option<Span>,
    /// Where the value begins.
    pub(super) value: usize,
}

/// Reads the properties at `from`, of a value that ends at `to`.
pub(super) fn properties(text: &str, from: usize, to: usize, comments: &mut Vec<Span>) -> Properties {
    let mut found = Properties { tag: None, value: from };
    let mut at = from;
    loop {
        let rest = text.get(at..to).unwrap_or_default();
        if !rest.starts_with(['!', '&']) {
            found.value = at;
            return found;
        }
        // In `[!Ref a, b]` and `{a: !Tag}` a bracket or comma ends the property.
        let is_end = |next: char| next.is_whitespace() || matches!(next, ',' | '[' | ']' | '{' | '}');
        let length = match rest.starts_with("!<") {
            true => rest.find('>').map_or(rest.len(), |end| end + 1),
            false => rest.find(is_end).unwrap_or(rest.len()),
        };
        if rest.starts_with('!') {
            found.tag = Some(Span::new(at, at + length));
        }
        at = skip(text, at + length, to, comments);
    }
}

/// The first place from `from` on that is neither white space nor comment.
pub(super) fn skip(text: &str, from: usize, to: usize, comments: &mut Vec<Span>) -> usize {
    let mut at = from;
    loop {
        let rest = text.get(at..to).unwrap_or_default();
        at += rest.len() - rest.trim_start().len();
        match next_comment(text, at, to) {
            Some(comment) if comment.start as usize == at => {
                at = comment.end as usize;
                comments.push(comment);
            }
            Some(_) | None => return at,
        }
    }
}

/// Where the header of a block, `|` or `>`, stands before its content.
pub(super) fn header(text: &str, from: usize, to: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..to)?;
        let found = at + rest.find(['|', '>'])?;
        match next_comment(text, at, to) {
            // An indicator inside a comment is none.
            Some(comment) if (comment.start as usize) < found => at = comment.end as usize,
            Some(_) | None => return Some(found),
        }
    }
}
