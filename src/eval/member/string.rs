//! A string that lies in some languages and outside of others.

use super::Found;
use super::language::{Language, Step};
use super::memory::remembered;
use rustc_hash::FxHashSet;

/// Work one question may take: a unit is one character tried against one language.
pub const WORK: u64 = 1_000_000;

/// Positions in every language after some characters: one bit a step, and one for the end.
type State = Box<[u64]>;

/// The shortest string that every language of `must` holds and none of `must_not`, printable where possible.
#[must_use]
pub fn string(must: &[&Language], must_not: &[&Language]) -> Found<String> {
    let mut work = WORK;
    string_within(must, must_not, &mut work)
}

/// The same with what is left of a budget, which is taken from.
pub fn string_within(must: &[&Language], must_not: &[&Language], work: &mut u64) -> Found<String> {
    // A language that starts otherwise than one that must hold the string cannot hold it.
    let may_hold = |other: &&&Language| must.iter().all(|language| agree_at_start(language, other));
    let must_not: Vec<&Language> = must_not.iter().filter(may_hold).copied().collect();
    remembered((must, &must_not), work, |work| Walk::new(must, &must_not).run(work))
}

/// Whether the fixed beginnings of two languages can be those of one string.
fn agree_at_start(left: &Language, right: &Language) -> bool {
    let fixed = left.steps().iter().zip(right.steps()).map_while(|(left, right)| match (left, right) {
        (Step::Char(left), Step::Char(right)) => Some(left == right),
        _ => None,
    });
    fixed.into_iter().all(|same| same)
}

struct Walk<'l> {
    languages: Vec<&'l Language>,
    /// The first so many must match, the rest must not.
    required: usize,
    /// First word of each language in a state.
    offsets: Vec<usize>,
    words: usize,
}

impl<'l> Walk<'l> {
    fn new(must: &[&'l Language], must_not: &[&'l Language]) -> Self {
        let languages: Vec<&Language> = must.iter().chain(must_not).copied().collect();
        let mut offsets = Vec::with_capacity(languages.len());
        let mut words = 0;
        for language in &languages {
            offsets.push(words);
            words += language.steps().len() / 64 + 1;
        }
        Self { languages, required: must.len(), offsets, words }
    }

    fn run(&self, work: &mut u64) -> Found<String> {
        // The longest fixed beginning of a language that must match is where every string begins.
        let fixed = self.beginning();
        *work = work.saturating_sub((self.languages.len() * fixed.len()) as u64);
        let start = self.behind(&fixed);
        let alphabet = self.alphabet(&start);
        let mut seen: FxHashSet<State> = FxHashSet::default();
        // Each entry: its state, the entry it came from, the character that led here.
        let mut queue: Vec<(State, usize, char)> = Vec::new();
        if !self.is_dead(&start) {
            seen.insert(start.clone());
            queue.push((start, usize::MAX, '\0'));
        }
        let cost = self.languages.len() as u64;
        let (mut characters, mut next) = (Vec::new(), vec![0u64; self.words].into_boxed_slice());
        let mut at = 0;
        while let Some((state, ..)) = queue.get(at) {
            if self.accepts(state) {
                let text: String = fixed.iter().copied().chain(spell(&queue, at).chars()).collect();
                return Found::Value(text);
            }
            let state = state.clone();
            self.next_characters(&state, &alphabet, &mut characters);
            for c in characters.iter().copied() {
                if *work < cost {
                    return Found::GaveUp;
                }
                *work -= cost;
                next.fill(0);
                self.step_into(&state, c, &mut next);
                if self.is_dead(&next) || seen.contains(&next) {
                    continue;
                }
                seen.insert(next.clone());
                queue.push((next.clone(), at, c));
            }
            at += 1;
        }
        Found::Nothing
    }

    fn beginning(&self) -> Vec<char> {
        let fixed = |language: &&Language| -> Vec<char> {
            let char_of = |step: &Step| if let Step::Char(c) = step { Some(*c) } else { None };
            language.steps().iter().map_while(char_of).collect()
        };
        self.languages.iter().take(self.required).map(fixed).max_by_key(Vec::len).unwrap_or_default()
    }

    /// The state behind a fixed beginning.
    fn behind(&self, fixed: &[char]) -> State {
        let mut state: State = vec![0u64; self.words].into();
        for (index, language) in self.languages.iter().enumerate() {
            // What the language itself has as fixed characters needs no walk.
            let same = language.steps().iter().zip(fixed).take_while(|(step, c)| **step == Step::Char(**c));
            let same = same.count();
            self.set(&mut state, index, same);
            for c in fixed.get(same..).unwrap_or_default() {
                self.step_alone(&mut state, index, *c);
            }
        }
        state
    }

    /// One character for one language.
    fn step_alone(&self, state: &mut State, index: usize, c: char) {
        let positions: Vec<usize> = self.positions(state, index).collect();
        let Some(language) = self.languages.get(index) else { return };
        let offset = self.offsets.get(index).copied().unwrap_or_default();
        for word in 0..=language.steps().len() / 64 {
            if let Some(word) = state.get_mut(offset + word) {
                *word = 0;
            }
        }
        for position in positions {
            if let Some(to) = after(language, position, c) {
                self.set(state, index, to);
            }
        }
    }

    /// Marks a position, and those that follow without a character.
    fn set(&self, state: &mut State, index: usize, position: usize) {
        let (Some(language), Some(offset)) = (self.languages.get(index), self.offsets.get(index)) else {
            return;
        };
        let mut position = position;
        loop {
            if let Some(word) = state.get_mut(offset + position / 64) {
                *word |= 1 << (position % 64);
            }
            match language.steps().get(position) {
                Some(Step::Many | Step::ExceptMany(_)) => position += 1,
                Some(Step::Char(_) | Step::Fold(_) | Step::One | Step::Except(_)) | None => break,
            }
        }
    }

    fn positions<'s>(&'s self, state: &'s State, index: usize) -> impl Iterator<Item = usize> + 's {
        let offset = self.offsets.get(index).copied().unwrap_or_default();
        let length = self.languages.get(index).map_or(0, |language| language.steps().len());
        (0..=length / 64).flat_map(move |word| {
            let mut bits = state.get(offset + word).copied().unwrap_or_default();
            std::iter::from_fn(move || {
                if bits == 0 {
                    return None;
                }
                let bit = bits.trailing_zeros() as usize;
                bits &= bits - 1;
                Some(word * 64 + bit)
            })
        })
    }

    fn step_into(&self, state: &State, c: char, next: &mut State) {
        for (index, language) in self.languages.iter().enumerate() {
            for position in self.positions(state, index) {
                let Some(to) = after(language, position, c) else { continue };
                self.set(next, index, to);
            }
        }
    }

    fn ends(&self, state: &State, index: usize) -> bool {
        let length = self.languages.get(index).map_or(0, |language| language.steps().len());
        self.has(state, index, length)
    }

    fn has(&self, state: &State, index: usize, position: usize) -> bool {
        let offset = self.offsets.get(index).copied().unwrap_or_default();
        state.get(offset + position / 64).is_some_and(|word| word & (1 << (position % 64)) != 0)
    }

    fn accepts(&self, state: &State) -> bool {
        (0..self.languages.len()).all(|index| self.ends(state, index) == (index < self.required))
    }

    /// Whether no string can follow: a language that must match has no position left, or one that must not holds
    /// whatever follows.
    fn is_dead(&self, state: &State) -> bool {
        (0..self.languages.len()).any(|index| {
            if index < self.required {
                self.positions(state, index).next().is_none()
            } else {
                let Some(language) = self.languages.get(index) else { return false };
                let Some(last) = language.steps().len().checked_sub(1) else { return false };
                language.steps().get(last) == Some(&Step::Many) && self.has(state, index, last)
            }
        })
    }

    /// Characters worth trying: where a language that must match stands at fixed characters only, just those. Else those that
    /// some language names where it stands, and one for all others, which lead to one and the same state.
    fn next_characters(&self, state: &State, alphabet: &[char], out: &mut Vec<char>) {
        out.clear();
        let mut named: Vec<char> = Vec::new();
        let mut is_found = false;
        for (index, language) in self.languages.iter().enumerate() {
            let from = named.len();
            let mut open = index >= self.required;
            for position in self.positions(state, index) {
                match language.steps().get(position) {
                    Some(Step::Char(c)) => named.push(*c),
                    Some(Step::Fold(c)) => {
                        named.push(*c);
                        named.extend(c.to_uppercase());
                    }
                    Some(Step::Except(c) | Step::ExceptMany(c)) => {
                        named.push(*c);
                        open = true;
                    }
                    Some(Step::One | Step::Many) => open = true,
                    None => {}
                }
            }
            let fixed = named.get(from..).unwrap_or_default();
            if !open && (!is_found || fixed.len() < out.len()) {
                is_found = true;
                out.clear();
                out.extend_from_slice(fixed);
                out.sort_unstable();
                out.dedup();
            }
        }
        if is_found {
            return;
        }
        let mut others = false;
        out.extend(alphabet.iter().copied().filter(|c| {
            // Letters beyond ASCII may be the other case of one that is named: the Kelvin sign is a `k`.
            let is_named = named.contains(c) || !c.is_ascii();
            let first = !is_named && !others;
            others |= first;
            is_named || first
        }));
    }

    /// One character for each way the languages can still tell characters apart: those they name from here on, those they leave out, and
    /// one they do not name.
    fn alphabet(&self, from: &State) -> Vec<char> {
        let ahead = |(index, language): (usize, &&Language)| {
            let first = self.positions(from, index).next();
            first.and_then(|first| language.steps().get(first..)).unwrap_or_default().to_vec()
        };
        let mut named: Vec<char> = self
            .languages
            .iter()
            .enumerate()
            .flat_map(ahead)
            .flat_map(|step| match step {
                Step::Char(c) => vec![c],
                Step::Fold(c) => std::iter::once(c).chain(c.to_uppercase()).collect(),
                Step::Except(c) | Step::ExceptMany(c) => vec![c],
                Step::One | Step::Many => Vec::new(),
            })
            .collect();
        named.sort_unstable();
        named.dedup();
        let fresh =
            ('a'..='z').chain('0'..='9').chain('A'..='Z').chain('!'..='~').find(|c| !named.contains(c));
        // A character nobody names comes first: the witness then looks like nothing in particular.
        fresh.into_iter().chain(named).collect()
    }
}

/// Where a character leads from a position of a language.
fn after(language: &Language, position: usize, c: char) -> Option<usize> {
    match language.steps().get(position)? {
        Step::Char(want) if *want == c => Some(position + 1),
        Step::Fold(want) if c.to_lowercase().eq([*want]) => Some(position + 1),
        Step::One => Some(position + 1),
        Step::Except(not) if c != *not => Some(position + 1),
        Step::Many => Some(position),
        Step::ExceptMany(not) if c != *not => Some(position),
        Step::Char(_) | Step::Fold(_) | Step::Except(_) | Step::ExceptMany(_) => None,
    }
}

fn spell(queue: &[(State, usize, char)], mut at: usize) -> String {
    let mut text = Vec::new();
    while let Some((_, from, c)) = queue.get(at) {
        if *from == usize::MAX {
            break;
        }
        text.push(*c);
        at = *from;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(must: &[&str], must_not: &[&str]) -> Found<String> {
        let must: Vec<Language> = must.iter().map(|pattern| Language::glob(pattern)).collect();
        let must_not: Vec<Language> = must_not.iter().map(|pattern| Language::glob(pattern)).collect();
        string(&must.iter().collect::<Vec<_>>(), &must_not.iter().collect::<Vec<_>>())
    }

    #[test]
    fn inclusion_overlap_and_witnesses() {
        assert_eq!(find(&["arn:aws:s3:::acme-cur/*"], &["arn:aws:s3:::acme-*/*"]), Found::Nothing);
        assert_eq!(
            find(&["arn:aws:s3:::acme-*/*"], &["arn:aws:s3:::acme-cur/*"]),
            Found::Value("arn:aws:s3:::acme-/".to_owned())
        );
        assert_eq!(find(&["s3:Get*", "s3:*Object"], &[]), Found::Value("s3:GetObject".to_owned()));
        assert_eq!(find(&["a*", "b*"], &[]), Found::Nothing);
        assert_eq!(find(&["*a*b*c*"], &["*c*b*a*"]), Found::Value("abc".to_owned()));
        assert_eq!(find(&["*"], &["*"]), Found::Nothing);
        assert_eq!(find(&["a?"], &["ab"]), Found::Value("aa".to_owned()));
    }

    #[test]
    fn what_was_asked_before_takes_the_same_work() {
        let (must, must_not) = (Language::glob("a*b?c*"), Language::glob("a*c"));
        let ask = |mut work: u64| (string_within(&[&must], &[&must_not], &mut work), work);
        let (first, again) = (ask(WORK), ask(WORK));
        assert_eq!(first, again);
        let cost = WORK - first.1;
        assert_eq!(ask(cost), (first.0, 0));
        assert_eq!(ask(cost - 1).0, Found::GaveUp);
    }

    #[test]
    fn a_letter_that_folds_to_a_named_one_is_no_other_letter() {
        let must = Language::new([Step::Many, Step::Fold('k')]);
        let must_not = ["*k", "*K", "a\u{212A}"].map(Language::glob);
        let found = string(&[&must], &must_not.iter().collect::<Vec<_>>());
        assert_eq!(found, Found::Value("\u{212A}".to_owned()));
    }

    #[test]
    fn hard_pairs_end_within_the_budget() {
        assert!(matches!(find(&["*a??????????", "*b??????????"], &[]), Found::Nothing | Found::GaveUp));
        let twenty: Vec<String> = ('a'..='t').map(|c| format!("*{c}*")).collect();
        let all: Vec<&str> = twenty.iter().map(String::as_str).collect();
        assert_eq!(find(&["*"], &all), Found::Value(String::new()));
    }
}
