//! Several answers in one text: as commands write them one behind the other, and as people keep them, with headings, prompts
//! of a shell or fences of Markdown between.
//!
//! What is an answer is read, each for itself. What a command wrote that is none is named with its line. Of all other text
//! nothing is said: it is what somebody wrote about the answers.

use std::ops::Range;

/// What stands in such a text, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Something to read: a JSON value, or the error of a command.
    Value(Range<usize>),
    /// What a command wrote that is not read, and why.
    Silent(Range<usize>, &'static str),
}

/// The pieces of a text that has several, or one among other text. Nothing where the text is one document, whole or damaged.
pub(super) fn of(text: &str) -> Vec<Piece> {
    let values = values(text);
    let begins = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let gaps = gaps(text, &values);
    let is_json = |gap: &Range<usize>| text.get(gap.clone()).is_some_and(is_of_json);
    if values.is_empty() || gaps.iter().any(is_json) {
        return Vec::new();
    }
    let mut pieces: Vec<Piece> = gaps.into_iter().flat_map(|gap| commands(text, gap)).collect();
    if values.len() < 2 && begins && pieces.is_empty() {
        return Vec::new();
    }
    pieces.extend(values.into_iter().map(Piece::Value));
    pieces.sort_by_key(|piece| match piece {
        Piece::Value(range) | Piece::Silent(range, _) => range.start,
    });
    pieces
}

/// Whether what stands between is of JSON itself: the text is then one document that is damaged.
fn is_of_json(gap: &str) -> bool {
    let is_of_it = |line: &str| {
        let line = line.trim();
        line.starts_with('"') || (!line.is_empty() && line.chars().all(|next| ",;{}[]".contains(next)))
    };
    gap.lines().any(is_of_it)
}

/// The JSON values of a text: each begins where a line does, or behind another one.
fn values(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    let mut is_start = true;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\n' => is_start = true,
            b'{' | b'[' if is_start && is_json(text, at) => {
                // What has no end goes on to the end of the text; whoever reads it says so.
                let end = end_of(bytes, at).unwrap_or(bytes.len());
                found.push(at..end);
                at = end;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {}
            // A byte-order mark begins a line, too.
            0xef | 0xbb | 0xbf if at < 3 => {}
            _ => is_start = false,
        }
        at += 1;
    }
    found
}

/// Whether a bracket begins JSON, and not a word in brackets.
fn is_json(text: &str, at: usize) -> bool {
    let rest = text.get(at + 1..).unwrap_or_default().trim_start();
    let is_object = text.as_bytes().get(at) == Some(&b'{');
    rest.starts_with(if is_object { ['"', '}'] } else { ['{', '"'] })
}

/// Where the value that begins here ends.
fn end_of(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// What stands before, between and behind the values.
fn gaps(text: &str, values: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(values.iter().map(|value| value.end));
    let ends = values.iter().map(|value| value.start).chain([text.len()]);
    starts.zip(ends).map(|(start, end)| start..end).collect()
}

/// What commands wrote into a gap: errors are read, and another form of output than JSON is named.
fn commands(text: &str, gap: Range<usize>) -> Vec<Piece> {
    const ERROR: &str = "An error occurred (";
    let Some(between) = text.get(gap.clone()) else { return Vec::new() };
    let (mut pieces, mut at) = (Vec::new(), gap.start);
    // A command of the AWS CLI whose output is still to come.
    let mut waiting = false;
    let mut goes_on = false;
    for line in between.split_inclusive('\n') {
        let range = at..at + line.trim_end().len();
        at = range.start + line.len();
        let words = line.trim();
        if words.is_empty() || words.starts_with("```") {
            continue;
        }
        if words.starts_with(ERROR) || words.contains(&format!(" {ERROR}")) {
            pieces.push(Piece::Value(range));
            waiting = false;
        } else if is_command(words) {
            waiting = true;
            goes_on = words.ends_with(['\\', '`', '^']);
        } else if goes_on {
            goes_on = words.ends_with(['\\', '`', '^']);
        } else if waiting && !is_prompt(words) {
            pieces.push(Piece::Silent(
                range,
                "what the command above it wrote is no JSON; run it again with --output json",
            ));
            waiting = false;
        } else {
            waiting = false;
        }
    }
    pieces
}

/// Whether a text is what a terminal showed: a command stands first.
pub(super) fn is_log(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|line| is_command(line) || line.starts_with("```"))
}

/// Whether a line is a command of the AWS CLI, behind a prompt or not.
fn is_command(line: &str) -> bool {
    let line = line.trim_start_matches(['$', '#', '>', '%', '+', ' ']);
    let line = line.rsplit_once(['$', '#', '>', '%']).map_or(line, |(_, behind)| behind).trim_start();
    let mut words = line.split_whitespace();
    let is_name =
        |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'0'..=b'9'));
    words.next() == Some("aws") && words.next().is_some_and(is_name)
}

/// Whether a line is a prompt, a heading or a line that divides.
fn is_prompt(line: &str) -> bool {
    line.starts_with(['$', '#', '>', '%'])
        || line.starts_with("---")
        || line.starts_with("===")
        || line.ends_with(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Value(range) => text.get(range.clone()).unwrap().to_owned(),
            Piece::Silent(range, _) => format!("silent {}", text.get(range.clone()).unwrap()),
        };
        of(text).iter().map(piece).collect()
    }

    #[test]
    fn answers_among_other_text() {
        for (text, pieces) in [
            ("{\"a\": 1}\n{\"b\": 2}", vec!["{\"a\": 1}", "{\"b\": 2}"]),
            ("{\"a\": 1}\n---\n{\"b\": 2}\n", vec!["{\"a\": 1}", "{\"b\": 2}"]),
            ("location:\n{\"a\": 1}\n", vec!["{\"a\": 1}"]),
            ("# x\n```json\n{\"a\": \"}\"}\n```\nsee {this}\n", vec!["{\"a\": \"}\"}"]),
            (
                "$ aws s3api get-x --bucket b\n{\"a\": 1}\n$ aws s3api get-y\n{\"b\"",
                vec!["{\"a\": 1}", "{\"b\""],
            ),
            (
                "{\"a\": 1}\n$ aws s3api get-x \\\n  --bucket b\nus-west-2\n",
                vec!["{\"a\": 1}", "silent us-west-2"],
            ),
            (
                "me@host:~$ aws s3api get-x\n\nAn error occurred (NoSuchX) when calling the GetX operation: no\n{\"a\": 1}",
                vec!["An error occurred (NoSuchX) when calling the GetX operation: no", "{\"a\": 1}"],
            ),
            // One document, whole or damaged.
            ("{\"a\": 1}", vec![]),
            ("{\"a\": 1} // why", vec![]),
            ("{\"a\": 1},\n{\"b\": 2}", vec![]),
            ("{\"a\": [1}", vec![]),
            ("no answer at all", vec![]),
        ] {
            assert_eq!(shown(text), pieces, "{text}");
        }
    }
}
