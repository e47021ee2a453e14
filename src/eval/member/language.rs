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
            Glob::Pieces(tokens) => Self::new(tokens.iter().map(|token| match token {
                Token::Char(c) => Step::Char(*c),
                Token::One => Step::One,
                Token::Many => Step::Many,
            })),
        }
    }
}
