//! `rules/phrases.toml`: parts of sentences that stand in findings and belong to no one page.

use super::template::{Template, TemplateFault, Values};
use crate::shipped::Shipped;
use std::collections::BTreeMap;
use thiserror::Error;

/// Every phrase by its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phrases {
    phrases: BTreeMap<String, Template>,
}

/// A file of phrases that cannot be used. Its author must act.
#[derive(Debug, Error)]
pub enum PhrasesFault {
    /// It is no table of texts.
    #[error("phrases.toml: {0}")]
    Toml(#[from] toml::de::Error),
    /// A phrase has a brace that forms no hole.
    #[error("phrases.toml: `{name}`: {fault}")]
    Braces {
        /// The phrase.
        name: String,
        /// What is wrong with it.
        fault: TemplateFault,
    },
}

impl Phrases {
    /// Reads the file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read<'t>(text: impl Into<Shipped<'t>>) -> Result<Self, PhrasesFault> {
        let texts: BTreeMap<String, String> = text.into().read()?;
        let phrases = texts
            .into_iter()
            .map(|(name, text)| match Template::parse(text) {
                Ok(template) => Ok((name, template)),
                Err(fault) => Err(PhrasesFault::Braces { name, fault }),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { phrases })
    }

    /// A phrase with its holes filled in. One that the file does not have is shown by its name, never left out.
    #[must_use]
    pub fn say(&self, name: &str, holes: &[(&'static str, &str)]) -> String {
        let Some(template) = self.phrases.get(name) else { return name.replace('-', " ") };
        let values = holes.iter().fold(Values::new(), |values, (hole, value)| values.with(hole, *value));
        template.render(&values)
    }

    /// Every phrase by its name, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Template)> {
        self.phrases.iter().map(|(name, template)| (name.as_str(), template))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_filled_in_and_a_missing_one_is_shown() {
        let phrases = Phrases::read("a-b = \"`{key}` is not sent\"").unwrap();
        assert_eq!(phrases.say("a-b", &[("key", "aws:x")]), "`aws:x` is not sent");
        assert_eq!(phrases.say("a-c", &[]), "a c");
        for (text, told) in [("a = 1", "invalid type"), ("a = \"{x\"", "`a`: the hole is not closed")] {
            assert!(Phrases::read(text).unwrap_err().to_string().contains(told), "{text}");
        }
    }
}
