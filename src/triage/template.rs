//! Templates of messages: literal text with holes, parts that may be left out, and a text that may end too early.
//!
//! `An error occurred ({code:word}) when calling the {operation:word} operation[[ (reached max retries: {n:word})]]: {rest}`
//!
//! `{name}` takes any text up to what follows, `{name:word}` text without spaces, `{name:snake}` a name with an underscore, `{name=one|other}` one of the texts, and
//! `{rest}` says that another message may begin here. Letters match in either case. Texts are matched as
//! [`super::clean`] leaves them.

mod run;

use memchr::memmem::Finder;
use run::Run;
use thiserror::Error;

/// No message is longer.
const LONGEST_MESSAGE: usize = 8 * 1024;

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

/// A part of a template as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    /// Any text.
    Lazy(Box<str>),
    /// Text without spaces.
    Word(Box<str>),
    /// A name as programs write it, `bucket_name`.
    Snake(Box<str>),
    OneOf(Box<str>, Vec<Choice>),
    Optional(Vec<Part>),
    Rest,
}

/// One of several texts, and the same in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Choice {
    text: Box<str>,
    lower: Box<str>,
}

/// A part of a template, and what comes behind it: nothing needs to be put together while a text is matched.
#[derive(Debug, Clone)]
struct Node {
    step: Step,
    next: usize,
}

#[derive(Debug, Clone)]
enum Step {
    /// In small letters.
    Text(Box<str>),
    Lazy(Box<str>, Option<Box<Finder<'static>>>),
    Word(Box<str>),
    Snake(Box<str>),
    OneOf(Box<str>, Vec<Choice>),
    /// Where the part begins that may be left out; what is behind it follows on its last node.
    Optional(usize),
    Rest,
}

/// A compiled template.
#[derive(Debug, Clone)]
pub(super) struct Template {
    nodes: Vec<Node>,
    first: usize,
    anchor: Finder<'static>,
    /// The template begins with a word, and the anchor stands behind it.
    is_behind_word: bool,
    /// It does not begin behind this text, in small letters: there another one does.
    not_behind: Option<Box<str>>,
}

/// What a template found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found<'t> {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Where another message may begin.
    pub(super) rest: Option<usize>,
    /// Values of the holes in their order.
    pub(super) values: Vec<(&'t str, &'t str)>,
    /// The text ended before the template did.
    pub(super) is_cut: bool,
    /// Letters of the template that stood in the text: who has more says more exactly what it is.
    pub(super) letters: usize,
}

impl Template {
    /// Compiles a template; `usual` is how the same message begins where it begins otherwise.
    ///
    /// # Errors
    /// If it cannot be read, or if nothing in it can be looked for.
    pub(super) fn new(text: &str, usual: Option<&String>) -> Result<Self, TemplateFault> {
        let mut rest = text;
        let parts = read(&mut rest, false).ok_or_else(|| TemplateFault::Open(text.to_owned()))?;
        let (anchor, is_behind_word) = match parts.as_slice() {
            [Part::Text(anchor), ..] => (anchor, false),
            [Part::Word(_) | Part::Snake(_), Part::Text(anchor), ..] => (anchor, true),
            _ => return Err(TemplateFault::NoAnchor(text.to_owned())),
        };
        let anchor = Finder::new(anchor.to_ascii_lowercase().as_bytes()).into_owned();
        let mut nodes = Vec::new();
        let first = compile(&parts, END, &mut nodes);
        let fixed = usual.and_then(|usual| usual.split('{').next()).filter(|fixed| !fixed.is_empty());
        let not_behind = fixed.map(|fixed| fixed.to_ascii_lowercase().into());
        Ok(Self { nodes, first, anchor, is_behind_word, not_behind })
    }

    /// The text that stands wherever the template matches.
    pub(super) fn anchor(&self) -> &[u8] {
        self.anchor.needle()
    }

    /// The match whose anchor stands at a place, in a line that ends at another. `lower` is the same text in small letters.
    pub(super) fn match_at<'t>(
        &'t self,
        text: &'t str,
        lower: &str,
        (anchor, line_end): (usize, usize),
    ) -> Option<Found<'t>> {
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
        if self
            .not_behind
            .as_deref()
            .is_some_and(|other| lower.get(..start).is_some_and(|before| before.ends_with(other)))
        {
            return None;
        }
        let end = start + floor(text.get(start..line_end)?, LONGEST_MESSAGE);
        let own = lower.get(..end)?;
        let after = anchor + 1;
        let again =
            own.as_bytes().get(after..).and_then(|rest| self.anchor.find(rest)).map_or(end, |at| after + at);
        let state = Run::new(&self.nodes, text.get(..end)?, own, again).all(self.first, start)?;
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

/// Behind the last part.
const END: usize = usize::MAX;

/// Puts parts into nodes, the last first; gives where they begin.
fn compile(parts: &[Part], behind: usize, nodes: &mut Vec<Node>) -> usize {
    let mut next = behind;
    for part in parts.iter().rev() {
        let step = match part {
            Part::Text(text) => Step::Text(text.to_ascii_lowercase().into()),
            Part::Lazy(name) => {
                let needle = nodes.get(next).and_then(|node| match &node.step {
                    Step::Text(text) => Some(Box::new(Finder::new(text.as_bytes()).into_owned())),
                    _ => None,
                });
                Step::Lazy(name.clone(), needle)
            }
            Part::Word(name) => Step::Word(name.clone()),
            Part::Snake(name) => Step::Snake(name.clone()),
            Part::OneOf(name, choices) => Step::OneOf(name.clone(), choices.clone()),
            Part::Optional(inner) => Step::Optional(compile(inner, next, nodes)),
            Part::Rest => Step::Rest,
        };
        nodes.push(Node { step, next });
        next = nodes.len() - 1;
    }
    next
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
                    let choice =
                        |text: &str| Choice { text: text.into(), lower: text.to_ascii_lowercase().into() };
                    let mut choices: Vec<Choice> = texts.split('|').map(choice).collect();
                    // The longest first: one may begin like another.
                    choices.sort_by_key(|choice| std::cmp::Reverse(choice.text.len()));
                    Part::OneOf(name.into(), choices)
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
