//! The same question put to `aws-smt-strings`, an automata library: the oracle of our own walk through patterns.

use aws_smt_strings::regular_expressions::{BoundedSearch, ReManager, RegLan};
use aws_smt_strings::smt_strings::MAX_CHAR;
use preflight::eval::member::{Language, Step};

/// What it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    Value(Vec<u32>),
    Nothing,
    GaveUp,
}

/// A string that lies in every language of `must` and in none of `must_not`, within so many derivatives. Some pairs of
/// patterns take it exponential work, so it is never asked without a bound.
pub(crate) fn string(must: &[&Language], must_not: &[&Language], bound: usize) -> Verdict {
    let mut manager = ReManager::new();
    let inside: Vec<RegLan> = must.iter().map(|language| regular(&mut manager, language)).collect();
    let outside: Vec<RegLan> = must_not.iter().map(|language| regular(&mut manager, language)).collect();
    let both = manager.inter_list(inside);
    let asked = manager.diff_list(both, outside);
    match manager.get_string_bounded(asked, bound) {
        BoundedSearch::Some(text) => Verdict::Value(text.iter().copied().collect()),
        BoundedSearch::Empty => Verdict::Nothing,
        BoundedSearch::Failed => Verdict::GaveUp,
    }
}

fn regular(manager: &mut ReManager, language: &Language) -> RegLan {
    let parts: Vec<RegLan> = language.steps().iter().map(|step| part(manager, *step)).collect();
    manager.concat_list(parts)
}

fn part(manager: &mut ReManager, step: Step) -> RegLan {
    match step {
        Step::Char(c) => manager.char(c as u32),
        Step::Fold(c) => {
            let cases: Vec<char> = std::iter::once(c).chain(c.to_uppercase()).collect();
            let cases: Vec<RegLan> = cases.into_iter().map(|c| manager.char(c as u32)).collect();
            manager.union_list(cases)
        }
        Step::One => manager.all_chars(),
        Step::Many => manager.full(),
        Step::Except(c) => other_than(manager, c),
        Step::ExceptMany(c) => {
            let one = other_than(manager, c);
            manager.star(one)
        }
    }
}

/// Any character but this, which is neither the first nor the last of all.
fn other_than(manager: &mut ReManager, c: char) -> RegLan {
    let below = manager.range(0, c as u32 - 1);
    let above = manager.range(c as u32 + 1, MAX_CHAR);
    manager.union(below, above)
}
