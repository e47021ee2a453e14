//! Rule pages: the words of every rule, with its severity, its documentation and its examples.
//!
//! What a rule looks for is logic and lives in `checks`; a page only speaks for cases that a check declares.

pub mod embedded;
mod entry;
mod explain;
mod fault;
pub mod fuzz;
mod load;
mod markdown;
mod metadata;
mod nearest;
mod page;
mod phrases;
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
pub use phrases::{Phrases, PhrasesFault};
pub use rule::{CaseSpec, Rule};
pub use table::{aliases, markdown_table, table};
pub use template::{Template, TemplateFault, TemplateFaultKind, Values};

use crate::finding::RuleName;
use entry::Entry;
use load::{Draft, Loaded};
use std::borrow::Cow;
use std::sync::OnceLock;

/// The group whose rules speak for a check in every group that has no rule of its own for the case.
const ANY: &str = "any";

/// The rules of one run, sorted by group, then name. Names are unique, and no two rules speak for one case.
///
/// The pages that come with the program are read when their words are first needed: a run needs few of them.
#[derive(Debug, Clone)]
pub struct Rulebook {
    specs: Vec<CaseSpec>,
    entries: Vec<Entry>,
}

impl Rulebook {
    /// A book without rules. Pages are held to `cases`, the declarations of all checks.
    #[must_use]
    pub fn new(cases: &[CaseSpec]) -> Self {
        Self { specs: cases.to_vec(), entries: Vec::new() }
    }

    /// The rules that come with the program. A fault of one is met when it is needed ([`Rulebook::faults`]); a test has
    /// all of them read ([`Rulebook::verify`]).
    ///
    /// # Errors
    /// Every fault of a page that has no index.
    pub fn embedded(cases: &[CaseSpec]) -> Result<Self, Vec<PageFault>> {
        let mut book = Self::new(cases);
        let mut faults = Vec::new();
        // The table is sorted as the book is.
        for page in embedded::PAGES {
            if let Some(index) = &page.index {
                book.entries.push(Entry::Shipped { page, index, read: OnceLock::new() });
                continue;
            }
            let origin = embedded::origin(page.group, page.name);
            match load::load(&entry::draft(page, &origin), &book.specs) {
                Ok(loaded) => book.entries.push(Entry::Read(Box::new(loaded.rule))),
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
        let replaced = self.entries.iter().position(|entry| entry.name() == name);
        let replaced = replaced.map(|at| (at, self.entries.remove(at)));
        let mut faults: Vec<PageFault> = shape.collect();
        faults.extend(conflict(&self.entries, &draft, &loaded));
        if !faults.is_empty() {
            if let Some((at, entry)) = replaced {
                self.entries.insert(at, entry);
            }
            return Err(faults);
        }
        let at = self.entries.partition_point(|entry| (entry.group(), entry.name()) < (group, name));
        self.entries.insert(at, Entry::Read(Box::new(loaded.rule)));
        Ok(())
    }

    /// Everything that is wrong with the pages of the book: metadata, conflicts between pages, and the shape below the
    /// metadata. Adding a page does this; for the pages that come with the program a test does, so that no run has to.
    #[must_use]
    pub fn verify(&self) -> Vec<PageFault> {
        let mut faults = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let Some(rule) = entry.rule(&self.specs) else {
                faults.extend_from_slice(entry.faults());
                continue;
            };
            let origin = embedded::origin(&rule.group, &rule.name.0);
            let draft =
                Draft { group: &rule.group, name: &rule.name.0, origin: &origin, text: rule.text.clone() };
            faults.extend(page::faults(&rule.text).into_iter().map(|fault| draft.fault(fault)));
            let before = self.entries.get(..at).unwrap_or_default();
            if let Ok(loaded) = load::load(&draft, &self.specs) {
                faults.extend(conflict(before, &draft, &loaded));
            }
        }
        faults
    }

    /// What is wrong with the pages that were needed so far. Their rules were missing where they were needed.
    pub fn faults(&self) -> impl Iterator<Item = &PageFault> {
        self.entries.iter().flat_map(Entry::faults)
    }

    /// The rule that speaks for a case in a group: one of that group, or else one of the group `any`.
    #[must_use]
    pub fn rule_for(&self, group: &str, check: &str, case: &str) -> Option<&Rule> {
        let entry = [group, ANY].into_iter().find_map(|group| {
            let speaks =
                |entry: &&Entry| entry.group() == group && entry.check() == check && entry.has_case(case);
            self.entries.iter().find(speaks)
        });
        entry?.rule(&self.specs)
    }

    /// The rule of a name, or else the first that has it as an alias.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rule> {
        let named = self.entries.iter().find(|entry| entry.name() == name);
        named.or_else(|| self.entries.iter().find(|entry| entry.has_alias(name)))?.rule(&self.specs)
    }

    /// The rules that a name stands for: the one of this name, and those that another tool calls so.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &RuleName> {
        let is_meant = move |entry: &&Entry| entry.name() == name || entry.has_alias(name);
        self.entries.iter().filter(is_meant).filter_map(|entry| Some(&entry.rule(&self.specs)?.name))
    }

    /// Every rule, by group, then name. Reads every page.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.entries.iter().filter_map(|entry| entry.rule(&self.specs))
    }
}

/// What makes a page impossible beside the rules that the book has.
fn conflict(entries: &[Entry], draft: &Draft<'_>, loaded: &Loaded) -> Option<PageFault> {
    let rule = &loaded.rule;
    if let Some(taken) = entries.iter().find(|known| known.name() == rule.name.0) {
        let fault = Fault::NameTaken { name: taken.name().to_owned(), group: taken.group().to_owned() };
        return Some(draft.fault((loaded.title, fault)));
    }
    let rivals = entries.iter().filter(|known| known.group() == rule.group && known.check() == rule.check);
    for rival in rivals {
        let both = rule.cases.iter().zip(&loaded.cases).find(|(case, _)| rival.has_case(case));
        if let Some((case, span)) = both {
            let fault = Fault::Claimed {
                group: rule.group.clone(),
                check: rule.check.clone(),
                case: case.clone(),
                by: rival.name().to_owned(),
            };
            return Some(draft.fault((*span, fault)));
        }
    }
    None
}
