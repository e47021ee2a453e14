//! Rule pages: the words of every rule, with its severity, its documentation and its examples.
//!
//! What a rule looks for is logic and lives in `checks`; a page only speaks for cases that a check declares.

pub mod embedded;
mod explain;
mod fault;
pub mod fuzz;
mod load;
mod markdown;
mod metadata;
mod nearest;
mod page;
mod plain;
mod rule;
mod table;
mod template;

#[cfg(test)]
mod tests;

pub use explain::explain;
pub use fault::{Choice, Fault, PageFault};
pub use nearest::nearest;
pub use page::{Block, Example, ExampleGroup, Page, Section};
pub use rule::{CaseSpec, Rule};
pub use table::{aliases, markdown_table, table};
pub use template::{Template, TemplateFault, TemplateFaultKind, Values};

use load::{Draft, Loaded};
use std::borrow::Cow;

/// The group whose rules speak for a check in every group that has no rule of its own for the case.
const ANY: &str = "any";

/// The rules of one run, sorted by group, then name. Names are unique, and no two rules speak for one case.
#[derive(Debug, Clone)]
pub struct Rulebook {
    specs: Vec<CaseSpec>,
    rules: Vec<Rule>,
}

impl Rulebook {
    /// A book without rules. Pages are held to `cases`, the declarations of all checks.
    #[must_use]
    pub fn new(cases: &[CaseSpec]) -> Self {
        Self { specs: cases.to_vec(), rules: Vec::new() }
    }

    /// The rules that come with the program.
    ///
    /// # Errors
    /// Every fault of every page.
    pub fn embedded(cases: &[CaseSpec]) -> Result<Self, Vec<PageFault>> {
        let mut book = Self::new(cases);
        let mut faults = Vec::new();
        for (group, name, text) in embedded::PAGES {
            let origin = embedded::origin(group, name);
            let draft = Draft { group, name, origin: &origin, text: Cow::Borrowed(text) };
            match load::load(&draft, &book.specs) {
                Ok(loaded) => match book.conflict(&draft, &loaded) {
                    Some(fault) => faults.push(fault),
                    // The table is sorted as the book is.
                    None => book.rules.push(loaded.rule),
                },
                Err(list) => faults.extend(list),
            }
        }
        if faults.is_empty() { Ok(book) } else { Err(faults) }
    }

    /// Adds a page; a rule of the same name, in whichever group, gives way to it.
    ///
    /// `origin` is the path as the user knows it. The whole page is read, not its metadata alone.
    ///
    /// # Errors
    /// Every fault of the page; the book is then as it was.
    pub fn add(&mut self, group: &str, name: &str, text: &str, origin: &str) -> Result<(), Vec<PageFault>> {
        let draft = Draft { group, name, origin, text: Cow::Owned(text.to_owned()) };
        let shape = page::faults(text).into_iter().map(|fault| draft.fault(fault));
        let loaded = match load::load(&draft, &self.specs) {
            Ok(loaded) => loaded,
            Err(mut faults) => {
                // A block that is not closed is met by both.
                faults.extend(shape);
                faults.sort_by_key(|fault| fault.span);
                faults.dedup();
                return Err(faults);
            }
        };
        let replaced = self.rules.iter().position(|rule| rule.name.0 == name);
        let replaced = replaced.map(|at| (at, self.rules.remove(at)));
        let mut faults: Vec<PageFault> = shape.collect();
        faults.extend(self.conflict(&draft, &loaded));
        if !faults.is_empty() {
            if let Some((at, rule)) = replaced {
                self.rules.insert(at, rule);
            }
            return Err(faults);
        }
        let at =
            self.rules.partition_point(|rule| (rule.group.as_str(), rule.name.0.as_str()) < (group, name));
        self.rules.insert(at, loaded.rule);
        Ok(())
    }

    /// What is wrong with the shape of the pages below their metadata. Adding a page does this; for the pages that
    /// come with the program a test does, so that no run has to.
    #[must_use]
    pub fn verify(&self) -> Vec<PageFault> {
        let faults = |rule: &Rule| {
            let origin = embedded::origin(&rule.group, &rule.name.0);
            let text = rule.text.clone();
            let draft = Draft { group: &rule.group, name: &rule.name.0, origin: &origin, text };
            page::faults(&rule.text).into_iter().map(|fault| draft.fault(fault)).collect::<Vec<_>>()
        };
        self.rules.iter().flat_map(faults).collect()
    }

    /// The rule that speaks for a case in a group: one of that group, or else one of the group `any`.
    #[must_use]
    pub fn rule_for(&self, group: &str, check: &str, case: &str) -> Option<&Rule> {
        [group, ANY].into_iter().find_map(|group| {
            self.rules.iter().find(|rule| rule.group == group && rule.speaks_for(check, case))
        })
    }

    /// The rule of a name, or else the first that has it as an alias.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rule> {
        let alias = |rule: &&Rule| rule.aliases.iter().any(|alias| alias == name);
        self.rules.iter().find(|rule| rule.name.0 == name).or_else(|| self.rules.iter().find(alias))
    }

    /// Every rule, by group, then name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.rules.iter()
    }

    /// What makes a page impossible beside the rules that the book has.
    fn conflict(&self, draft: &Draft<'_>, loaded: &Loaded) -> Option<PageFault> {
        let rule = &loaded.rule;
        if let Some(taken) = self.rules.iter().find(|known| known.name == rule.name) {
            let fault = Fault::NameTaken { name: taken.name.0.clone(), group: taken.group.clone() };
            return Some(draft.fault((loaded.title, fault)));
        }
        let rivals = self.rules.iter().filter(|known| known.group == rule.group && known.check == rule.check);
        for rival in rivals {
            let both = rule.cases.iter().zip(&loaded.cases).find(|(case, _)| rival.cases.contains(case));
            if let Some((case, span)) = both {
                let fault = Fault::Claimed {
                    group: rule.group.clone(),
                    check: rule.check.clone(),
                    case: case.clone(),
                    by: rival.name.0.clone(),
                };
                return Some(draft.fault((*span, fault)));
            }
        }
        None
    }
}
