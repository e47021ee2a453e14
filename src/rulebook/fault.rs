//! What can be wrong with a rule page. A fault points at its text, so that it is drawn like a finding.
//!
//! A page is written by whoever adds a rule; every sentence here is for that person.

use super::plain::visible;
use super::template::TemplateFaultKind;
use crate::source::Span;
use std::borrow::Cow;
use thiserror::Error;

/// A fault in a rule page. The author of the page must act; the run cannot go on without it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{fault}")]
pub struct PageFault {
    /// The name of the rule, after its file.
    pub name: String,
    /// Where the page comes from: a path as the user knows it.
    pub origin: String,
    /// The whole text of the page.
    pub text: Cow<'static, str>,
    /// The smallest text that carries the fault.
    pub span: Span,
    /// What is wrong.
    #[source]
    pub fault: Fault,
}

impl PageFault {
    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> String {
        // It may quote the page, and the page may hold anything.
        visible(&self.fault.to_string()).replace('\n', " ")
    }

    /// What to do, where there is more to say than the message says.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        self.fault.help()
    }

    /// The text that the span underlines.
    #[must_use]
    pub fn underlined(&self) -> &str {
        self.text.get(self.span.range()).unwrap_or_default()
    }
}

/// A value of the metadata that must be one of a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The key.
    pub key: &'static str,
    /// The words it may have.
    pub allowed: Vec<&'static str>,
}

/// The kinds of faults.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// The page does not begin with its title.
    #[error("the page does not begin with `# {name}`")]
    NoTitle {
        /// The name of the rule.
        name: String,
    },
    /// The title is not the file's name.
    #[error("the title is `{title}`, but the file is named `{name}.md`")]
    TitleDiffers {
        /// The title.
        title: String,
        /// The name of the file.
        name: String,
    },
    /// The name is not kebab-case.
    #[error("the rule name `{name}` is not kebab-case")]
    NameNotKebab {
        /// The name.
        name: String,
    },
    /// The name says what should be instead of what is wrong.
    #[error("the rule name `{name}` begins with `{prefix}`")]
    NameForbids {
        /// The name.
        name: String,
        /// `no-` or `disallow-`.
        prefix: &'static str,
    },
    /// Two embedded pages of different groups have one name.
    #[error("the rule name `{name}` is taken by a page in `{group}`")]
    NameTaken {
        /// The name.
        name: String,
        /// The group of the other page.
        group: String,
    },
    /// The first fenced block is not the metadata.
    #[error("the page has no metadata")]
    NoMetadata,
    /// A fenced block is not closed.
    #[error("this block is never closed")]
    UnclosedBlock,
    /// The metadata is not TOML.
    #[error("the metadata is not valid TOML: {}", .0.message())]
    Toml(#[source] toml::de::Error),
    /// A key that rule pages do not have.
    #[error("rule pages have no key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// The key that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A key that every rule page has.
    #[error("the metadata has no `{key}`")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value of another type.
    #[error("`{key}` is {wanted}, not {found}")]
    WrongType {
        /// The key.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A value that holds nothing.
    #[error("`{key}` is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// A value that is not one of the words.
    #[error("`{}` is not `{found}`", .choice.key)]
    NotAChoice {
        /// The key and its words.
        choice: Choice,
        /// The value.
        found: String,
        /// The word that was probably meant.
        nearest: Option<&'static str>,
    },
    /// `since` is not a version.
    #[error("`{found}` is not a version")]
    NotAVersion {
        /// The value.
        found: String,
    },
    /// `security` is no score.
    #[error("`{found}` is not a score of severity")]
    NotAScore {
        /// The value.
        found: String,
    },
    /// No check has this name.
    #[error("there is no check `{check}`")]
    UnknownCheck {
        /// The name.
        check: String,
        /// The check that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The check has no such case.
    #[error("the check `{check}` has no case `{case}`")]
    UnknownCase {
        /// The check.
        check: String,
        /// The case.
        case: String,
        /// The case that was probably meant.
        nearest: Option<&'static str>,
    },
    /// Two rules speak for one case.
    #[error("`{by}` already speaks for case `{case}` of the check `{check}` in `{group}`")]
    Claimed {
        /// The group of both.
        group: String,
        /// The check.
        check: String,
        /// The case.
        case: String,
        /// The rule that was first.
        by: String,
    },
    /// A hole that the check does not fill.
    #[error("case `{case}` of the check `{check}` has no value `{hole}`")]
    UnknownHole {
        /// The hole.
        hole: String,
        /// The check.
        check: String,
        /// The case.
        case: String,
        /// The holes that it does fill.
        known: &'static [&'static str],
    },
    /// Braces that form no hole.
    #[error("`{key}`: {kind}")]
    Braces {
        /// The key.
        key: &'static str,
        /// What is wrong with them.
        kind: TemplateFaultKind,
    },
    /// Words that begin like a sentence.
    #[error("`{key}` begins with a capital letter")]
    Capital {
        /// The key.
        key: &'static str,
    },
    /// Words that end like a sentence.
    #[error("`{key}` ends with `{mark}`")]
    EndMark {
        /// The key.
        key: &'static str,
        /// The last character.
        mark: char,
    },
    /// Words with a line break or another character that is not seen.
    #[error("`{key}` has a line break or a control character")]
    Control {
        /// The key.
        key: &'static str,
    },
    /// A heading that every page has.
    #[error("the page has no heading `## {heading}`")]
    MissingHeading {
        /// The heading.
        heading: &'static str,
    },
    /// A heading that pages do not have.
    #[error("no heading of a page is `## {heading}`")]
    UnknownHeading {
        /// The heading.
        heading: String,
        /// The heading that was probably meant.
        nearest: Option<&'static str>,
    },
    /// A heading of examples with none below it.
    #[error("there is no example below `## {heading}`")]
    NoExample {
        /// The heading.
        heading: &'static str,
    },
    /// A block of an example that has no title.
    #[error("this block belongs to no example")]
    UntitledExample,
}

impl Fault {
    fn help(&self) -> Option<String> {
        let meant = |nearest: &Option<&'static str>| nearest.map(|word| format!("write `{word}`"));
        match self {
            Self::NoTitle { name } | Self::TitleDiffers { name, .. } => Some(format!("write `# {name}`")),
            Self::NameNotKebab { .. } => {
                Some("write lower-case words with single hyphens, as in `source-arn-wrong-region`".into())
            }
            Self::NameForbids { .. } => {
                Some("name the bad state, so that the name reads well after the word \"allow\"".into())
            }
            Self::NoMetadata => {
                Some("begin the page with its title and a block ```` ```toml rule ````".into())
            }
            Self::UnclosedBlock => Some("close it with as many backticks as it was opened with".into()),
            Self::UnknownKey { nearest, .. }
            | Self::UnknownCheck { nearest, .. }
            | Self::UnknownCase { nearest, .. } => meant(nearest),
            Self::NotAChoice { choice, nearest, .. } => {
                meant(nearest).or_else(|| Some(format!("write {}", listed(&choice.allowed, "or"))))
            }
            Self::NotAVersion { .. } => Some("write the first version that has the rule, as `0.1.0`".into()),
            Self::NotAScore { .. } => Some("write a number from 0.1 to 10.0, as `8.5`".into()),
            Self::UnknownHole { known: [], .. } => Some("it has no values at all".into()),
            Self::UnknownHole { known, .. } => Some(format!("it has {}", listed(known, "and"))),
            Self::Braces { kind, .. } => match kind {
                TemplateFaultKind::Unclosed => Some("close it with `}`, or write `{{` for a brace".into()),
                TemplateFaultKind::Stray => Some("write `}}` for a brace".into()),
                TemplateFaultKind::Name => Some("write `{{` and `}}` for braces".into()),
            },
            Self::Claimed { .. } | Self::NameTaken { .. } => Some(
                "keep one of the two pages; a page of the same name in `--rules` replaces the first".into(),
            ),
            Self::Capital { .. } => Some("begin with a small letter; an abbreviation may stay".into()),
            Self::EndMark { .. } => Some("end without a full stop or exclamation mark".into()),
            Self::Control { .. } => Some("write it on one line, in plain text".into()),
            Self::UnknownHeading { nearest, .. } => nearest.map(|word| format!("write `## {word}`")),
            Self::NoExample { .. } | Self::UntitledExample => {
                Some("every example begins with a heading `### what it shows`".into())
            }
            Self::Toml(_)
            | Self::MissingKey { .. }
            | Self::WrongType { .. }
            | Self::Empty { .. }
            | Self::MissingHeading { .. } => None,
        }
    }
}

/// "`a`, `b` or `c`".
fn listed(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [only] => format!("`{only}`"),
        [first @ .., end] => {
            let first: Vec<String> = first.iter().map(|word| format!("`{word}`")).collect();
            format!("{} {last} `{end}`", first.join(", "))
        }
    }
}

/// The word that was probably meant: at most two letters away, and the only one that near.
pub(super) fn nearest<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Longer words are no typing slips, and distance is quadratic.
    if typed.len() > 64 {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for word in words {
        let distance = distance(typed, word);
        let limit = 2.min(word.len().saturating_sub(1));
        match best {
            _ if distance > limit => {}
            Some((least, known)) if distance == least => tied |= known != word,
            Some((least, _)) if distance > least => {}
            _ => (best, tied) = (Some((distance, word)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, word)| word)
}

/// The number of letters to add, drop or change.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut diagonal = index;
        let mut before = index + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = before;
        }
        for (cell, b) in cells.zip(right.chars()) {
            let cost = if a == b { diagonal } else { 1 + diagonal.min(before).min(*cell) };
            diagonal = *cell;
            before = cost;
            *cell = cost;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_near_word_is_suggested_and_none_when_two_are_as_near() {
        assert_eq!(nearest("severty", ["severity", "since"]), Some("severity"));
        assert_eq!(nearest("Error", ["error", "warning"]), Some("error"));
        assert_eq!(nearest("fatal", ["error", "warning"]), None);
        assert_eq!(nearest("cat", ["car", "can"]), None);
        assert_eq!(nearest(&"a".repeat(100), ["a"]), None);
    }

    #[test]
    fn words_are_listed_as_one_reads_them() {
        assert_eq!(listed(&["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert_eq!(listed(&["a"], "or"), "`a`");
    }
}
