//! One text for each way in which a set of tests can turn out.

use crate::eval::member::{Found, Language, WORK, string_within};

/// More ways than this are not listed.
const MOST: usize = 256;
/// More tests than this are not split by.
const DEEPEST: usize = 96;

/// The texts, and whether they stand for all.
pub(super) struct Cells {
    pub(super) texts: Vec<String>,
    pub(super) complete: bool,
}

/// Splits the texts that lie in all of `space` by `tests`: one text for each combination that some text has.
pub(super) fn cells(space: &[Language], tests: &[Language]) -> Cells {
    cells_beside(space, &[], tests)
}

/// The same of those that lie in none of `beside`.
pub(super) fn cells_beside(space: &[Language], beside: &[Language], tests: &[Language]) -> Cells {
    let mut unlike: Vec<&Language> = Vec::new();
    for test in tests {
        if !unlike.contains(&test) {
            unlike.push(test);
        }
    }
    let complete = unlike.len() <= DEEPEST;
    unlike.truncate(DEEPEST);
    let mut split = Split { tests: unlike, cells: Cells { texts: Vec::new(), complete }, work: WORK };
    let mut inside: Vec<&Language> = space.iter().collect();
    let mut outside: Vec<&Language> = beside.iter().collect();
    match string_within(&inside, &outside, &mut split.work) {
        Found::Value(text) => split.go(0, text, &mut inside, &mut outside),
        Found::Nothing => {}
        Found::GaveUp => split.cells.complete = false,
    }
    split.cells
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
        let found = cells(&globs(&["x/*"]), &globs(&["x/a*", "*b", "x/a*", "y*"]));
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
        assert!(!cells(&[Language::any()], &letters).complete);
    }
}
