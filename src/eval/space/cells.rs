//! One text for each way in which a set of tests can turn out.

use crate::eval::member::{Found, Language, WORK, string_within};
use std::cell::Cell;

/// More ways than this are not listed.
const MOST: usize = 256;
/// More tests than this are not split by.
const DEEPEST: usize = 96;

/// Steps of all walks for one question.
const ALL: u64 = 4 * WORK;

/// The texts, and whether they stand for all.
pub(super) struct Cells {
    pub(super) texts: Vec<String>,
    pub(super) complete: bool,
}

/// What all splits for one question may take together.
pub(super) struct Budget(Cell<u64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(ALL))
    }
}

impl Budget {
    /// Splits the texts that lie in all of `space` by `tests`: one text for each combination that some text has.
    pub(super) fn cells(&self, space: &[Language], tests: &[Language]) -> Cells {
        self.cells_beside(space, &[], tests)
    }

    /// The same of those that lie in none of `beside`.
    pub(super) fn cells_beside(&self, space: &[Language], beside: &[Language], tests: &[Language]) -> Cells {
        let work = self.0.get().min(WORK);
        let (cells, left) = split(space, beside, tests, work);
        self.0.set(self.0.get().saturating_sub(work - left));
        cells
    }
}

fn split(space: &[Language], beside: &[Language], tests: &[Language], work: u64) -> (Cells, u64) {
    let mut unlike: Vec<&Language> = Vec::new();
    for test in tests {
        if !unlike.contains(&test) {
            unlike.push(test);
        }
    }
    let complete = unlike.len() <= DEEPEST;
    unlike.truncate(DEEPEST);
    let mut split = Split { tests: unlike, cells: Cells { texts: Vec::new(), complete }, work };
    let mut inside: Vec<&Language> = space.iter().collect();
    let mut outside: Vec<&Language> = beside.iter().collect();
    match string_within(&inside, &outside, &mut split.work) {
        Found::Value(text) => split.go(0, text, &mut inside, &mut outside),
        Found::Nothing => {}
        Found::GaveUp => split.cells.complete = false,
    }
    (split.cells, split.work)
}

struct Split<'l> {
    tests: Vec<&'l Language>,
    cells: Cells,
    work: u64,
}

impl<'l> Split<'l> {
    /// `text` lies in `inside` and not in `outside`.
    fn go(
        &mut self,
        at: usize,
        text: String,
        inside: &mut Vec<&'l Language>,
        outside: &mut Vec<&'l Language>,
    ) {
        if self.cells.texts.len() >= MOST {
            self.cells.complete = false;
            return;
        }
        let Some(test) = self.tests.get(at).copied() else {
            self.cells.texts.push(text);
            return;
        };
        let passes = test.holds(&text);
        // The way of the text at hand needs no search.
        for yes in [passes, !passes] {
            let side = if yes { &mut *inside } else { &mut *outside };
            side.push(test);
            let found = if yes == passes {
                Found::Value(text.clone())
            } else {
                string_within(inside, outside, &mut self.work)
            };
            match found {
                Found::Value(text) => self.go(at + 1, text, inside, outside),
                Found::Nothing => {}
                Found::GaveUp => self.cells.complete = false,
            }
            let side = if yes { &mut *inside } else { &mut *outside };
            side.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_that_a_text_has_is_listed_once() {
        let globs = |patterns: &[&str]| patterns.iter().map(|each| Language::glob(each)).collect::<Vec<_>>();
        let found = Budget::default().cells(&globs(&["x/*"]), &globs(&["x/a*", "*b", "x/a*", "y*"]));
        assert!(found.complete);
        let mut ways: Vec<(bool, bool)> =
            found.texts.iter().map(|text| (text.starts_with("x/a"), text.ends_with('b'))).collect();
        ways.sort_unstable();
        assert_eq!(ways, [(false, false), (false, true), (true, false), (true, true)]);
    }

    #[test]
    fn too_many_ways_are_not_called_all() {
        let letters: Vec<Language> =
            ('a'..='t').map(|letter| Language::glob(&format!("*{letter}*"))).collect();
        assert!(!Budget::default().cells(&[Language::any()], &letters).complete);
    }
}
