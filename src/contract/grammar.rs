//! How a text must be written: characters, length, and what it must not begin or end with.

use super::read_setting::Wrong;
use serde::Deserialize;
use toml::Spanned;

/// How a text must be written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawGrammar")]
pub struct Grammar {
    characters: Vec<(char, char)>,
    shortest: usize,
    longest: usize,
    not_first: Vec<char>,
    not_last: Vec<char>,
}

/// In which way a text is not written as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// Too short.
    Short,
    /// Begins with a character that must not be the first.
    First,
    /// Ends with one that must not be the last.
    Last,
    /// Has a character that is not allowed.
    Character,
    /// Too long.
    Long,
}

impl Failure {
    /// What is added to the name of a case that tells the ways apart.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::First => "first",
            Self::Last => "last",
            Self::Character => "character",
            Self::Long => "long",
        }
    }
}

impl Grammar {
    /// The first thing that is wrong with a text, with the bytes that carry it.
    #[must_use]
    pub fn failure(&self, text: &str) -> Option<(Failure, std::ops::Range<usize>)> {
        if text.chars().count() < self.shortest {
            return Some((Failure::Short, 0..text.len()));
        }
        if let Some(first) = text.chars().next().filter(|first| self.not_first.contains(first)) {
            return Some((Failure::First, 0..first.len_utf8()));
        }
        if let Some((at, last)) =
            text.char_indices().next_back().filter(|(_, last)| self.not_last.contains(last))
        {
            return Some((Failure::Last, at..at + last.len_utf8()));
        }
        let fits = |letter: &char| self.characters.iter().any(|(from, to)| (from..=to).contains(&letter));
        if let Some((at, odd)) = text.char_indices().find(|(_, letter)| !fits(letter)) {
            return Some((Failure::Character, at..at + odd.len_utf8()));
        }
        (text.chars().count() > self.longest).then_some((Failure::Long, 0..text.len()))
    }

    /// For people.
    #[must_use]
    pub fn describe(&self) -> String {
        let characters: String = self
            .characters
            .iter()
            .map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") })
            .collect();
        format!("{} to {} of {characters}", self.shortest, self.longest)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RawGrammar {
    characters: String,
    #[serde(default)]
    shortest: usize,
    longest: usize,
    #[serde(default)]
    not_first: String,
    #[serde(default)]
    not_last: String,
}

pub(super) fn grammar(raw: Spanned<RawGrammar>) -> Result<Grammar, Wrong> {
    read(raw.get_ref()).map_err(|message| Wrong::at(&raw, message))
}

impl TryFrom<RawGrammar> for Grammar {
    type Error = String;

    fn try_from(raw: RawGrammar) -> Result<Self, String> {
        read(&raw)
    }
}

fn read(grammar: &RawGrammar) -> Result<Grammar, String> {
    let mut characters = Vec::new();
    let mut rest = grammar.characters.chars().peekable();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) if from <= to => {
                characters.push((from, to));
                rest = ahead;
            }
            (Some('-'), Some(to)) => return Err(format!("`{from}-{to}` runs backwards")),
            (_, _) => characters.push((from, from)),
        }
    }
    Ok(Grammar {
        characters,
        shortest: grammar.shortest,
        longest: grammar.longest,
        not_first: grammar.not_first.chars().collect(),
        not_last: grammar.not_last.chars().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Ask, Contract, Failure, Test};

    #[test]
    fn the_first_thing_that_is_wrong() {
        let text = "title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-23\"\n[[demand]]\nid = \"a\"\nsection = \"Export\"\ntitle = \"t\"\nneed = \"needed\"\nask = \"setting\"\ndocument = \"export\"\nsource = \"s\"\ncase = \"name\"\nselect = {}\nmatches = { characters = \"0-9a-z/-\", shortest = 1, longest = 6, not-first = \"/\", not-last = \"/\" }\n";
        let contract = Contract::read("x", text).unwrap();
        let Ask::Setting(setting) = contract.demands.into_iter().next().unwrap().ask else { panic!() };
        let Test::Matches(grammar) = setting.test else { panic!() };
        let failure = |text| grammar.failure(text);
        assert_eq!(failure("a/b-9"), None);
        assert_eq!(failure(""), Some((Failure::Short, 0..0)));
        assert_eq!(failure("/a"), Some((Failure::First, 0..1)));
        assert_eq!(failure("a/"), Some((Failure::Last, 1..2)));
        assert_eq!(failure("aéb"), Some((Failure::Character, 1..3)));
        assert_eq!(failure("aaaaaaa"), Some((Failure::Long, 0..7)));
    }
}
