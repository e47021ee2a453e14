//! Templates of messages: literal text with holes, parts that may be left out, and a text that may end too early.
//!
//! `An error occurred ({code:word}) when calling the {operation:word} operation[[ (reached max retries: {n:word})]]: {rest}`
//!
//! `{name}` takes any text up to what follows, `{name:word}` text without spaces, `{name:snake}` a name with an underscore, `{name=one|other}` one of the texts, and
//! `{rest}` says that another message may begin here. Letters match in either case. Texts are matched as
//! [`super::clean`] leaves them.

use memchr::memmem::Finder;
use thiserror::Error;

/// Steps after which a match is given up: no text makes a template run on.
const MOST_STEPS: usize = 20_000;
/// A hole never takes more bytes than this.
const LONGEST_VALUE: usize = 4_000;
/// No message is longer.
const LONGEST_MESSAGE: usize = 8 * 1024;
/// A text that ends within a template is taken for a cut one if so many letters of the template stood in it.
const ENOUGH: usize = 18;

/// What is wrong with a template. Its author must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TemplateFault {
    /// `{` without `}`, or `[[` without `]]`.
    #[error("`{0}`: a hole or an optional part is not closed")]
    Open(String),
    /// Nothing to look for.
    #[error("`{0}`: a template begins with text, or with `{{name:word}}` and text")]
    NoAnchor(String),
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    /// Any text.
    Lazy(Box<str>),
    /// Text without spaces.
    Word(Box<str>),
    /// A name as programs write it, `bucket_name`.
    Snake(Box<str>),
    OneOf(Box<str>, Vec<Box<str>>),
    Optional(Vec<Part>),
    Rest,
}

/// A compiled template.
#[derive(Debug, Clone)]
pub(super) struct Template {
    parts: Vec<Part>,
    anchor: Finder<'static>,
    /// The template begins with a word, and the anchor stands behind it.
    is_behind_word: bool,
}

/// What a template found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Where another message may begin.
    pub(super) rest: Option<usize>,
    /// Values of the holes in their order.
    pub(super) values: Vec<(Box<str>, String)>,
    /// The text ended before the template did.
    pub(super) is_cut: bool,
    /// Letters of the template that stood in the text: who has more says more exactly what it is.
    pub(super) letters: usize,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    /// If it cannot be read, or if nothing in it can be looked for.
    pub(super) fn new(text: &str) -> Result<Self, TemplateFault> {
        let mut rest = text;
        let parts = read(&mut rest, false).ok_or_else(|| TemplateFault::Open(text.to_owned()))?;
        let (anchor, is_behind_word) = match parts.as_slice() {
            [Part::Text(anchor), ..] => (anchor, false),
            [Part::Word(_) | Part::Snake(_), Part::Text(anchor), ..] => (anchor, true),
            _ => return Err(TemplateFault::NoAnchor(text.to_owned())),
        };
        let anchor = Finder::new(anchor.to_ascii_lowercase().as_bytes()).into_owned();
        Ok(Self { parts, anchor, is_behind_word })
    }

    /// The text that stands wherever the template matches.
    pub(super) fn anchor(&self) -> &[u8] {
        self.anchor.needle()
    }

    /// The match whose anchor stands at a place. `lower` is the same text in small letters.
    pub(super) fn match_at(&self, text: &str, lower: &str, anchor: usize) -> Option<Found> {
        let before = text.get(..anchor)?;
        let start = if self.is_behind_word {
            let from = before.len().saturating_sub(256);
            let near = before.as_bytes().get(from..)?;
            near.iter().rposition(|byte| matches!(byte, b' ' | b'\n')).map_or(from, |at| from + at + 1)
        } else {
            // Not within a word.
            let inside = before.chars().next_back().is_some_and(char::is_alphanumeric)
                && text.get(anchor..)?.starts_with(char::is_alphanumeric);
            if inside {
                return None;
            }
            anchor
        };
        let end = start + floor(text.get(start..)?, LONGEST_MESSAGE);
        let end = text.get(start..end)?.find('\n').map_or(end, |at| start + at);
        let own = lower.get(..end)?;
        let after = anchor + 1;
        let again =
            own.as_bytes().get(after..).and_then(|rest| self.anchor.find(rest)).map_or(end, |at| after + at);
        let mut run = Run { text: text.get(..end)?, lower: own, steps: 0, can_end: false, again };
        let list: Vec<&Part> = self.parts.iter().collect();
        let mut state = State::default();
        if !run.go(&list, start, &mut state) {
            run.can_end = true;
            run.steps = 0;
            state = State::default();
            if !run.go(&list, start, &mut state) {
                return None;
            }
        }
        Some(Found {
            start,
            end: state.end,
            rest: state.rest,
            values: state.values,
            is_cut: state.is_cut,
            letters: state.letters,
        })
    }
}

#[derive(Debug, Clone, Default)]
struct State {
    values: Vec<(Box<str>, String)>,
    letters: usize,
    rest: Option<usize>,
    end: usize,
    is_cut: bool,
}

struct Run<'t> {
    text: &'t str,
    lower: &'t str,
    steps: usize,
    /// Whether the text may end within the template.
    can_end: bool,
    /// Where the same message begins once more: nothing goes over it.
    again: usize,
}

impl Run<'_> {
    fn go(&mut self, parts: &[&Part], at: usize, state: &mut State) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        let Some((first, after)) = parts.split_first() else {
            state.end = at;
            return true;
        };
        match first {
            Part::Rest => {
                state.rest = Some(at);
                self.go(after, at, state)
            }
            Part::Text(literal) => self.literal(literal, after, at, state),
            Part::OneOf(name, texts) => {
                for text in texts {
                    let mut next = state.clone();
                    next.values.push((name.clone(), text.to_string()));
                    if self.literal(text, after, at, &mut next) {
                        // Of several texts that may have stood here none is the value.
                        if next.is_cut && self.choices(texts, at) > 1 {
                            next.values.retain(|(other, _)| other != name);
                        }
                        *state = next;
                        return true;
                    }
                }
                false
            }
            Part::Optional(inner) => {
                let mut next = state.clone();
                let mut list: Vec<&Part> = inner.iter().collect();
                list.extend(after);
                if self.go(&list, at, &mut next) {
                    *state = next;
                    return true;
                }
                self.go(after, at, state)
            }
            Part::Word(name) => {
                let word = self.text.get(at..).unwrap_or_default().split(' ').next().unwrap_or_default();
                let word = word.get(..floor(word, LONGEST_VALUE)).unwrap_or_default();
                self.longest_word(name, word, after, at, state)
            }
            Part::Snake(name) => {
                let word = self.text.get(at..).unwrap_or_default().split(' ').next().unwrap_or_default();
                let is_name = |ch: char| ch == '_' || ch.is_ascii_alphanumeric();
                if !word.contains('_') || !word.chars().all(is_name) {
                    return false;
                }
                self.longest_word(name, word, after, at, state)
            }
            Part::Lazy(name) => self.lazy(name, after, at, state),
        }
    }

    /// Whether so much was matched that an end of the text here is one of a cut message.
    fn ends(&self, state: &State) -> bool {
        self.can_end && state.letters >= ENOUGH
    }

    fn cut(&self, state: &mut State) -> bool {
        state.is_cut = true;
        state.end = self.text.len();
        true
    }

    /// How many of some texts the end of the text may be the beginning of.
    fn choices(&self, texts: &[Box<str>], at: usize) -> usize {
        let rest = self.lower.get(at..).unwrap_or_default();
        texts
            .iter()
            .filter(|text| {
                let text = text.to_ascii_lowercase();
                text.starts_with(rest) || rest.starts_with(&text)
            })
            .count()
    }

    fn literal(&mut self, literal: &str, after: &[&Part], at: usize, state: &mut State) -> bool {
        let wanted = literal.to_ascii_lowercase();
        let rest = self.lower.get(at..).unwrap_or_default();
        if rest.starts_with(&wanted) {
            state.letters += wanted.len();
            return self.go(after, at + wanted.len(), state);
        }
        if !wanted.starts_with(rest) || !self.ends(state) {
            return false;
        }
        state.letters += rest.len();
        self.cut(state)
    }

    /// A word ends before closing punctuation, unless the template goes on behind that.
    fn longest_word(
        &mut self,
        name: &str,
        word: &str,
        after: &[&Part],
        at: usize,
        state: &mut State,
    ) -> bool {
        let is_last = at + word.len() == self.text.len();
        let plain = word.trim_end_matches(['.', ',', ';', ':', '"', '\'', ')', ']', '>', '}']);
        let mut ends: Vec<usize> = vec![word.len(), plain.len()];
        if let Some(Part::Text(next)) = after.first() {
            let next = next.chars().next().unwrap_or(' ');
            ends.extend(word.char_indices().filter(|(_, ch)| *ch == next).map(|(at, _)| at));
        }
        if !matches!(after.first(), Some(Part::Text(_))) {
            ends.swap(0, 1);
        }
        for end in ends.into_iter().filter(|end| *end > 0) {
            let mut next = state.clone();
            let value = word.get(..end).unwrap_or_default();
            next.values.push((name.into(), value.trim_matches('"').to_owned()));
            if self.go(after, at + end, &mut next) && !(next.is_cut && is_last && end == word.len()) {
                *state = next;
                return true;
            }
        }
        // What the end of the text cut off is no value.
        is_last && self.ends(state) && self.cut(state)
    }

    fn lazy(&mut self, name: &str, after: &[&Part], at: usize, state: &mut State) -> bool {
        let rest = self.text.get(at..self.again.max(at)).unwrap_or_default();
        let rest = rest.get(..floor(rest, LONGEST_VALUE)).unwrap_or_default();
        let take = |value: &str, state: &State| {
            let mut next = state.clone();
            next.values.push((name.into(), value.trim().to_owned()));
            next
        };
        if after.is_empty() {
            *state = take(rest, state);
            state.end = at + rest.len();
            return true;
        }
        let needle = match after.first() {
            Some(Part::Text(text)) => Some(text.to_ascii_lowercase()),
            _ => None,
        };
        let mut from = 0;
        while let Some(tail) = rest.get(from..) {
            let hop = match &needle {
                Some(needle) => {
                    let lower = self.lower.get(at + from..at + rest.len()).unwrap_or_default();
                    memchr::memmem::find(lower.as_bytes(), needle.as_bytes())
                }
                None => Some(0),
            };
            let Some(hop) = hop else { break };
            let end = from + hop;
            let mut next = take(rest.get(..end).unwrap_or_default(), state);
            // A word or two of what follows may be anything; more of it is a message that was cut.
            let is_told = |next: &State| !next.is_cut || next.letters >= state.letters + ENOUGH;
            if self.go(after, at + end, &mut next) && is_told(&next) {
                *state = next;
                return true;
            }
            if self.steps > MOST_STEPS {
                return false;
            }
            let step = rest.get(end..).and_then(|text| text.chars().next()).map_or(0, char::len_utf8);
            if step == 0 || tail.is_empty() {
                break;
            }
            from = end + step;
        }
        let is_cut = self.again == self.text.len() && self.ends(state) && self.cut(state);
        // Whatever stands here may be something else.
        state.end = if is_cut { at } else { state.end };
        is_cut
    }
}

/// The last boundary of a character at or before a length.
fn floor(text: &str, most: usize) -> usize {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// Reads parts up to the end, or up to `]]`.
fn read(rest: &mut &str, inside: bool) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let flush = |text: &mut String, parts: &mut Vec<Part>| {
        if !text.is_empty() {
            parts.push(Part::Text(std::mem::take(text).into()));
        }
    };
    while let Some(first) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("]]").filter(|_| inside) {
            *rest = behind;
            flush(&mut text, &mut parts);
            return Some(parts);
        }
        if let Some(behind) = rest.strip_prefix("[[") {
            flush(&mut text, &mut parts);
            *rest = behind;
            parts.push(Part::Optional(read(rest, true)?));
        } else if let Some(behind) = rest.strip_prefix('{') {
            flush(&mut text, &mut parts);
            let (hole, behind) = behind.split_once('}')?;
            *rest = behind;
            parts.push(match (hole.split_once(':'), hole.split_once('=')) {
                _ if hole == "rest" => Part::Rest,
                (Some((name, "word")), _) => Part::Word(name.into()),
                (Some((name, "snake")), _) => Part::Snake(name.into()),
                (_, Some((name, texts))) => {
                    let mut texts: Vec<Box<str>> = texts.split('|').map(Into::into).collect();
                    // The longest first: one may begin like another.
                    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
                    Part::OneOf(name.into(), texts)
                }
                _ => Part::Lazy(hole.into()),
            });
        } else {
            text.push(first);
            *rest = rest.get(first.len_utf8()..)?;
        }
    }
    if inside {
        return None;
    }
    flush(&mut text, &mut parts);
    Some(parts)
}

#[cfg(test)]
mod tests;
