//! How a template is matched: one way after the other, each back to where it began if it leads to nothing.

use super::{Choice, END, Node, Step, floor};
use memchr::memmem::Finder;

/// Steps after which a match is given up: no text makes a template run on.
const MOST_STEPS: usize = 20_000;
/// A hole never takes more bytes than this.
const LONGEST_VALUE: usize = 4_000;
/// A text that ends within a template is taken for a cut one if so many letters of the template stood in it.
const ENOUGH: usize = 18;

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct State<'t> {
    pub(super) values: Vec<(&'t str, &'t str)>,
    pub(super) letters: usize,
    pub(super) rest: Option<usize>,
    pub(super) end: usize,
    pub(super) is_cut: bool,
}

/// A state to go back to.
#[derive(Debug, Clone, Copy)]
struct Mark {
    values: usize,
    letters: usize,
    rest: Option<usize>,
    end: usize,
    is_cut: bool,
}

impl State<'_> {
    fn mark(&self) -> Mark {
        let Self { values, letters, rest, end, is_cut } = self;
        Mark { values: values.len(), letters: *letters, rest: *rest, end: *end, is_cut: *is_cut }
    }

    fn back(&mut self, mark: Mark) {
        self.values.truncate(mark.values);
        self.letters = mark.letters;
        self.rest = mark.rest;
        self.end = mark.end;
        self.is_cut = mark.is_cut;
    }
}

/// A template at a place of a text.
pub(super) struct Run<'t, 'l> {
    nodes: &'t [Node],
    text: &'t str,
    lower: &'l str,
    steps: usize,
    /// Whether the text may end within the template.
    can_end: bool,
    /// Whether it would have made a difference.
    asked: bool,
    /// Where the same message begins once more: nothing goes over it.
    again: usize,
}

impl<'t, 'l> Run<'t, 'l> {
    /// A text up to its end, the same in small letters, and where the same message begins once more.
    pub(super) fn new(nodes: &'t [Node], text: &'t str, lower: &'l str, again: usize) -> Self {
        Self { nodes, text, lower, steps: 0, can_end: false, asked: false, again }
    }

    /// The whole template from a place, or as much of it as stands there before the text ends.
    pub(super) fn all(mut self, first: usize, start: usize) -> Option<State<'t>> {
        let mut state = State::default();
        if self.go(first, start, &mut state) {
            return Some(state);
        }
        // Nowhere was enough of it there to take the end of the text for that of the message.
        if !self.asked {
            return None;
        }
        self.can_end = true;
        self.steps = 0;
        state = State::default();
        self.go(first, start, &mut state).then_some(state)
    }

    /// Goes on from a node; a state that led to nothing is as it was before.
    fn go(&mut self, node: usize, at: usize, state: &mut State<'t>) -> bool {
        self.steps += 1;
        if self.steps > MOST_STEPS {
            return false;
        }
        let nodes = self.nodes;
        let Some(Node { step, next }) = nodes.get(node) else {
            state.end = at;
            return true;
        };
        match step {
            Step::Rest => {
                let mark = state.mark();
                state.rest = Some(at);
                let is_there = self.go(*next, at, state);
                if !is_there {
                    state.back(mark);
                }
                is_there
            }
            Step::Text(literal) => self.literal(literal, *next, at, state),
            Step::OneOf(name, choices) => {
                for choice in choices {
                    let mark = state.mark();
                    state.values.push((name, &choice.text));
                    if self.literal(&choice.lower, *next, at, state) {
                        // Of several texts that may have stood here none is the value.
                        if state.is_cut && self.choices(choices, at) > 1 {
                            state.values.remove(mark.values);
                        }
                        return true;
                    }
                    state.back(mark);
                }
                false
            }
            Step::Optional(inner) => self.go(*inner, at, state) || self.go(*next, at, state),
            Step::Word(name) => self.longest_word(name, self.word(at), *next, at, state),
            Step::Snake(name) => {
                let word = self.text.get(at..).unwrap_or_default().split(' ').next().unwrap_or_default();
                let is_name = |ch: char| ch == '_' || ch.is_ascii_alphanumeric();
                if !word.contains('_') || !word.chars().all(is_name) {
                    return false;
                }
                self.longest_word(name, word, *next, at, state)
            }
            Step::Lazy(name, needle) => self.lazy(name, needle.as_deref(), *next, at, state),
        }
    }

    fn word(&self, at: usize) -> &'t str {
        let rest = self.text.get(at..).unwrap_or_default();
        let bytes = rest.as_bytes();
        let ends = memchr::memchr3_iter(b' ', b'"', b'<', bytes).find(|end| match bytes.get(*end) {
            Some(b' ') => true,
            // A word in quotes begins with one; any other stands where the text around the message goes on.
            Some(b'"') => *end > 0,
            // Something to be filled in may stand in a word, the tag that closes the message may not.
            _ => matches!(bytes.get(end + 1..), Some([b'/' | b'\\', ..] | [b'b', b'r', ..])),
        });
        let word = rest.get(..ends.unwrap_or(rest.len())).unwrap_or_default();
        word.get(..floor(word, LONGEST_VALUE)).unwrap_or_default()
    }

    /// Whether so much was matched that an end of the text here is one of a cut message.
    fn ends(&mut self, state: &State<'_>) -> bool {
        let is_enough = state.letters >= ENOUGH;
        self.asked |= is_enough;
        self.can_end && is_enough
    }

    fn cut(&self, state: &mut State<'_>) -> bool {
        state.is_cut = true;
        state.end = self.text.len();
        true
    }

    /// How many of some texts the end of the text may be the beginning of.
    fn choices(&self, choices: &[Choice], at: usize) -> usize {
        let rest = self.lower.get(at..).unwrap_or_default();
        choices
            .iter()
            .filter(|choice| choice.lower.starts_with(rest) || rest.starts_with(&*choice.lower))
            .count()
    }

    fn literal(&mut self, wanted: &str, next: usize, at: usize, state: &mut State<'t>) -> bool {
        let rest = self.lower.get(at..).unwrap_or_default();
        if rest.starts_with(wanted) {
            let before = state.letters;
            state.letters += wanted.len();
            let is_there = self.go(next, at + wanted.len(), state);
            if !is_there {
                state.letters = before;
            }
            return is_there;
        }
        if !wanted.starts_with(rest) || !self.ends(state) {
            return false;
        }
        state.letters += rest.len();
        self.cut(state)
    }

    /// The text that comes next in the template, if a text does.
    fn text_of(&self, node: usize) -> Option<&'t str> {
        match &self.nodes.get(node)?.step {
            Step::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A word ends before closing punctuation, unless the template goes on behind that.
    fn longest_word(
        &mut self,
        name: &'t str,
        word: &'t str,
        next: usize,
        at: usize,
        state: &mut State<'t>,
    ) -> bool {
        let is_last = at + word.len() == self.text.len();
        let plain = word.trim_end_matches(['.', ',', ';', ':', '"', '\'', ')', ']', '>', '}']).len();
        let text = self.text_of(next);
        let first = text.and_then(|text| text.chars().next());
        let inner =
            word.char_indices().filter(|(_, ch)| first.is_some_and(|first| ch.eq_ignore_ascii_case(&first)));
        let ends = if text.is_some() { [word.len(), plain] } else { [plain, word.len()] };
        let both = if word.len() == plain { 1 } else { 2 };
        for end in ends.into_iter().take(both).chain(inner.map(|(at, _)| at)).filter(|end| *end > 0) {
            let mark = state.mark();
            let value = word.get(..end).unwrap_or_default();
            state.values.push((name, value.trim_matches('"')));
            if self.go(next, at + end, state) && !(state.is_cut && is_last && end == word.len()) {
                return true;
            }
            state.back(mark);
        }
        // What the end of the text cut off is no value.
        is_last && self.ends(state) && self.cut(state)
    }

    fn lazy(
        &mut self,
        name: &'t str,
        needle: Option<&Finder<'static>>,
        next: usize,
        at: usize,
        state: &mut State<'t>,
    ) -> bool {
        let rest = self.text.get(at..self.again.max(at)).unwrap_or_default();
        let rest = rest.get(..floor(rest, LONGEST_VALUE)).unwrap_or_default();
        if next == END {
            state.values.push((name, rest.trim()));
            state.end = at + rest.len();
            return true;
        }
        let lower = self.lower.get(at..at + rest.len()).unwrap_or_default();
        // What begins with a quote goes on to the next: the words between are none of the message's.
        let quoted = rest.strip_prefix('"').and_then(|inner| inner.find('"'));
        let mut from = quoted.map_or(0, |end| end + 2);
        while let Some(tail) = lower.get(from..) {
            let hop = match needle {
                Some(needle) => needle.find(tail.as_bytes()),
                None => Some(0),
            };
            let Some(hop) = hop else { break };
            let end = from + hop;
            let mark = state.mark();
            state.values.push((name, rest.get(..end).unwrap_or_default().trim()));
            // A word or two of what follows may be anything; more of it is a message that was cut.
            let is_told = |state: &State<'_>| !state.is_cut || state.letters >= mark.letters + ENOUGH;
            if self.go(next, at + end, state) && is_told(state) {
                return true;
            }
            state.back(mark);
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
