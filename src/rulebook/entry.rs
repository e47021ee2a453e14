//! A place in the book: a rule that was read, or a page of the program that nobody has needed yet.

use super::embedded::{PageIndex, ShippedPage, origin};
use super::fault::PageFault;
use super::load::{self, Draft};
use super::rule::{CaseSpec, Rule};
use std::borrow::Cow;
use std::sync::OnceLock;

/// One rule of the book.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    /// A page of the program: read when its words are first needed.
    Shipped {
        page: &'static ShippedPage,
        index: &'static PageIndex,
        read: OnceLock<Result<Box<Rule>, Vec<PageFault>>>,
    },
    /// A rule that was read when it came into the book.
    Read(Box<Rule>),
}

impl Entry {
    pub(super) fn group(&self) -> &str {
        match self {
            Self::Shipped { page, .. } => page.group,
            Self::Read(rule) => &rule.group,
        }
    }

    pub(super) fn name(&self) -> &str {
        match self {
            Self::Shipped { page, .. } => page.name,
            Self::Read(rule) => &rule.name.0,
        }
    }

    pub(super) fn check(&self) -> &str {
        match self {
            Self::Shipped { index, .. } => index.check,
            Self::Read(rule) => &rule.check,
        }
    }

    /// Whether it speaks for a case of its check.
    pub(super) fn has_case(&self, case: &str) -> bool {
        match self {
            Self::Shipped { index, .. } => index.cases.contains(&case),
            Self::Read(rule) => rule.cases.iter().any(|known| known == case),
        }
    }

    pub(super) fn has_alias(&self, alias: &str) -> bool {
        match self {
            Self::Shipped { index, .. } => index.aliases.contains(&alias),
            Self::Read(rule) => rule.aliases.iter().any(|known| known == alias),
        }
    }

    /// The rule; `None` if its page is broken, see [`Entry::faults`].
    pub(super) fn rule(&self, specs: &[CaseSpec]) -> Option<&Rule> {
        match self {
            Self::Read(rule) => Some(rule),
            Self::Shipped { page, read, .. } => {
                let read = read.get_or_init(|| {
                    let origin = origin(page.group, page.name);
                    load::load(&draft(page, &origin), specs).map(|loaded| Box::new(loaded.rule))
                });
                read.as_deref().ok()
            }
        }
    }

    /// What is wrong with the page, as far as it was read.
    pub(super) fn faults(&self) -> &[PageFault] {
        match self {
            Self::Shipped { read, .. } => match read.get() {
                Some(Err(faults)) => faults,
                Some(Ok(_)) | None => &[],
            },
            Self::Read(_) => &[],
        }
    }
}

/// A page of the program before it is read.
pub(super) fn draft<'o>(page: &'static ShippedPage, origin: &'o str) -> Draft<'o> {
    Draft { group: page.group, name: page.name, origin, text: Cow::Borrowed(page.text) }
}
