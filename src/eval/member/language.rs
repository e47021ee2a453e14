//! Sets of strings that patterns describe.

use crate::eval::glob::{Glob, Token};

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// This character.
    Char(char),
    /// This character in either case; kept in lower case.
    Fold(char),
    /// Any one character.
    One,
    /// Any characters, or none.
    Many,
    /// Any one character but this.
    Except(char),
    /// Any characters but this, or none.
    ExceptMany(char),
}

/// A pattern, anchored at both ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Language {
    steps: Box<[Step]>,
}

impl Language {
    /// From steps.
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut out: Vec<Step> = Vec::new();
        for step in steps {
            let repeats = matches!(step, Step::Many | Step::ExceptMany(_)) && out.last() == Some(&step);
            if !repeats {
                out.push(step);
            }
        }
        Self { steps: out.into() }
    }

    /// The strings a pattern with `*` and `?` matches.
    #[must_use]
    pub fn glob(pattern: &str) -> Self {
        Self::from(&Glob::new(pattern))
    }

    /// Exactly this string.
    #[must_use]
    pub fn exact(text: &str) -> Self {
        Self::new(text.chars().map(Step::Char))
    }

    /// This string in any case.
    #[must_use]
    pub fn folded(text: &str) -> Self {
        Self::new(text.chars().flat_map(char::to_lowercase).map(Step::Fold))
    }

    /// ARNs whose six parts match these patterns, each on its own.
    #[must_use]
    pub fn arn(parts: &[Glob; 6]) -> Self {
        let mut steps = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                steps.push(Step::Char(':'));
            }
            let inner = at < 5;
            steps.extend(Self::from(part).steps.iter().map(|step| match step {
                Step::One if inner => Step::Except(':'),
                Step::Many if inner => Step::ExceptMany(':'),
                step => *step,
            }));
        }
        Self::new(steps)
    }

    /// Anything.
    #[must_use]
    pub fn any() -> Self {
        Self::new([Step::Many])
    }

    /// Whether a text is one of them.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        let is_loop = |at: usize| matches!(self.steps.get(at), Some(Step::Many | Step::ExceptMany(_)));
        // Every place in the pattern that the text so far can have come to; a star can be left at once.
        let reach = |places: &mut Vec<usize>, mut at: usize| {
            while !places.contains(&at) {
                places.push(at);
                if !is_loop(at) {
                    break;
                }
                at += 1;
            }
        };
        let (mut places, mut next) = (Vec::new(), Vec::new());
        reach(&mut places, 0);
        for c in text.chars() {
            next.clear();
            for at in places.drain(..) {
                let Some(step) = self.steps.get(at) else { continue };
                let (takes, stays) = match step {
                    Step::Char(want) => (c == *want, false),
                    Step::Fold(want) => (c.to_lowercase().eq([*want]), false),
                    Step::One => (true, false),
                    Step::Except(but) => (c != *but, false),
                    Step::Many => (true, true),
                    Step::ExceptMany(but) => (c != *but, true),
                };
                if takes {
                    reach(&mut next, if stays { at } else { at + 1 });
                }
            }
            std::mem::swap(&mut places, &mut next);
        }
        places.contains(&self.steps.len())
    }

    /// The pattern as people write it.
    #[must_use]
    pub fn pattern(&self) -> String {
        let char_of = |step: &Step| match step {
            Step::Char(c) | Step::Fold(c) => *c,
            Step::One | Step::Except(_) => '?',
            Step::Many | Step::ExceptMany(_) => '*',
        };
        self.steps().iter().map(char_of).collect()
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

impl From<&Glob> for Language {
    fn from(glob: &Glob) -> Self {
        match glob {
            Glob::Any => Self::any(),
            Glob::Exact(text) => Self::exact(text),
            Glob::Prefix(text) => Self::new(text.chars().map(Step::Char).chain([Step::Many])),
            Glob::Pieces(pieces) => Self::new(pieces.tokens().iter().map(|token| match token {
                Token::Char(c) => Step::Char(*c),
                Token::One => Step::One,
                Token::Many => Step::Many,
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::member::{Found, string};

    #[test]
    fn a_text_is_held_where_the_walk_finds_it() {
        let part = |text: &str| Glob::new(text);
        let languages = [
            Language::glob("a*b?"),
            Language::glob("*ab*ab"),
            Language::folded("Ab"),
            Language::any(),
            Language::exact(""),
            Language::arn(&[part("arn"), part("a*"), part("?"), part("*"), part("1"), part("*x*")]),
            Language::new([Step::Except(':'), Step::ExceptMany(':'), Step::Char('b')]),
        ];
        let texts = [
            "",
            "a",
            "ab",
            "AB",
            "aab",
            "abab",
            "abb:",
            "axbx",
            ":b",
            "a:b",
            "éb",
            "arn:aws:a::1:x",
            "arn:aws:a::1:a:x",
            "arn:a:w:s:3::1:x",
        ];
        let mut held = 0;
        for language in &languages {
            for text in texts {
                let found = string(&[language, &Language::exact(text)], &[]) != Found::Nothing;
                assert_eq!(language.holds(text), found, "{language:?} {text}");
                held += usize::from(found);
            }
        }
        assert!(held > 20, "{held}");
    }
}
