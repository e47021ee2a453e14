//! A rule: its words and its parameters, checked. What it looks for is the business of `checks`.

use super::page::Page;
use super::template::Template;
use crate::finding::{Class, Owner, RuleName, Severity};
use std::borrow::Cow;

/// One case that a check can report, with the holes that it fills for the words. Checks declare these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseSpec {
    /// The name of the check.
    pub check: &'static str,
    /// The name of the case.
    pub case: &'static str,
    /// The names of the values that it always gives.
    pub holes: &'static [&'static str],
}

/// One rule, as its page has it. The words use only holes that the check fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name everywhere: the name of the page.
    pub name: RuleName,
    /// The folder of the page.
    pub group: String,
    /// The check whose cases it speaks for.
    pub check: String,
    /// Those cases; at least one.
    pub cases: Vec<String>,
    /// What happens to the user who ignores it.
    pub severity: Severity,
    /// Whether waiting helps.
    pub class: Class,
    /// Who must act.
    pub owner: Owner,
    /// The first version that has it.
    pub since: String,
    /// Told only to who asks for matters of style (`--pedantic`).
    pub pedantic: bool,
    /// No setting hides its findings.
    pub binding: bool,
    /// For rules about who can get at what: how bad it is, from 0.1 to 10.0 as code scanning counts it.
    pub security: Option<String>,
    /// Names of the same check in other tools.
    pub aliases: Vec<String>,
    /// One line that makes sense alone in a log.
    pub headline: Template,
    /// What is wrong at the place.
    pub label: Template,
    /// What the second place has to do with it.
    pub related: Option<Template>,
    /// What to do.
    pub help: Option<Template>,
    /// What to do, in a few words, for the line of a demand in the summary.
    pub next: Option<Template>,
    /// The whole page.
    pub text: Cow<'static, str>,
}

impl Rule {
    /// The documentation and the examples, read from the text each time.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        Page::parse(&self.text)
    }

    /// Whether it speaks for a case.
    #[must_use]
    pub fn speaks_for(&self, check: &str, case: &str) -> bool {
        self.check == check && self.cases.iter().any(|known| known == case)
    }

    /// The severity as the page spells it.
    #[must_use]
    pub fn severity_word(&self) -> &'static str {
        spelled(SEVERITIES, self.severity)
    }

    /// The class as the page spells it.
    #[must_use]
    pub fn class_word(&self) -> &'static str {
        spelled(CLASSES, self.class)
    }

    /// The owner as the page spells it.
    #[must_use]
    pub fn owner_word(&self) -> &'static str {
        spelled(OWNERS, self.owner)
    }
}

pub(super) const SEVERITIES: &[(&str, Severity)] =
    &[("error", Severity::Error), ("warning", Severity::Warning), ("note", Severity::Note)];

pub(super) const SHOWS: &[(&str, bool)] = &[("always", false), ("pedantic", true)];

pub(super) const SUPPRESS: &[(&str, bool)] = &[("allowed", false), ("never", true)];

pub(super) const CLASSES: &[(&str, Class)] = &[
    ("permanent", Class::Permanent),
    ("may-clear", Class::MayClear),
    ("needs-evidence", Class::NeedsEvidence),
];

pub(super) const OWNERS: &[(&str, Owner)] = &[
    ("customer", Owner::Customer),
    ("organization", Owner::Organization),
    ("consumer", Owner::Consumer),
    ("aws", Owner::Aws),
];

fn spelled<T: PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    words.iter().find(|(_, known)| *known == value).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_machine_output() {
        for (word, value) in SEVERITIES {
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
        }
        for (word, value) in CLASSES {
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
        }
        for (word, value) in OWNERS {
            assert_eq!(serde_json::to_value(value).unwrap(), *word);
        }
    }
}
