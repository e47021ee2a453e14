//! Rust text as words and marks, without comments, strings and characters.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    /// `::`
    Join,
    Mark(char),
}

/// A token and the line it begins in, from 1.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

impl Token {
    pub(super) fn is(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    pub(super) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            Kind::Join | Kind::Mark(_) => None,
        }
    }
}

/// The tokens of a file; torn text is read to its end.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(&here) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let end = match here {
            '/' if next == Some('/') => line_end(&chars, at),
            '/' if next == Some('*') => comment_end(&chars, at),
            '"' => string_end(&chars, at + 1),
            '\'' => quote_end(&chars, at),
            ':' if next == Some(':') => {
                out.push(Token { kind: Kind::Join, line });
                at + 2
            }
            _ if here.is_alphanumeric() || here == '_' => {
                let mut end = word_end(&chars, at);
                let word: String = chars[at..end].iter().collect();
                let after = chars.get(end).copied();
                if ["r", "br", "cr"].contains(&word.as_str()) && matches!(after, Some('"' | '#')) {
                    match raw_end(&chars, end) {
                        Some(past) => end = past,
                        // `r#type`: the word follows.
                        None => end += 1,
                    }
                } else {
                    out.push(Token { kind: Kind::Word(word), line });
                }
                end
            }
            _ if here.is_whitespace() => at + 1,
            _ => {
                out.push(Token { kind: Kind::Mark(here), line });
                at + 1
            }
        };
        let end = end.min(chars.len());
        line += chars[at..end].iter().filter(|char| **char == '\n').count();
        at = end;
    }
    out
}

fn word_end(chars: &[char], at: usize) -> usize {
    let length = chars[at..].iter().take_while(|char| char.is_alphanumeric() || **char == '_').count();
    at + length
}

fn line_end(chars: &[char], at: usize) -> usize {
    at + chars[at..].iter().take_while(|char| **char != '\n').count()
}

fn comment_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The end of a string whose first character stands at `at`.
fn string_end(chars: &[char], mut at: usize) -> usize {
    while let Some(char) = chars.get(at) {
        match char {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// The end of a character; a lifetime ends after its quote.
fn quote_end(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => {
            let rest = chars.get(at + 3..).unwrap_or_default();
            at + 4 + rest.iter().take_while(|char| **char != '\'').count()
        }
        (Some(_), Some('\'')) => at + 3,
        _ => at + 1,
    }
}

/// The end of a raw string whose hashes begin at `at`.
fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|char| **char == '#').count();
    let body = at + hashes + 1;
    chars.get(at + hashes).filter(|char| **char == '"')?;
    let closes = |from: usize| {
        chars[from] == '"'
            && chars.get(from + 1..=from + hashes).is_some_and(|end| end.iter().all(|c| *c == '#'))
    };
    (body..chars.len()).find(|from| closes(*from)).map(|from| from + 1 + hashes)
}
