//! Answers that a thread remembers: the same languages are held against each other for every kind of caller and action.

use super::Found;
use super::language::Language;
use rustc_hash::{FxHashMap, FxHasher};
use std::cell::RefCell;
use std::hash::{Hash, Hasher};

/// Answers remembered, at most.
const MOST: usize = 4096;

thread_local! {
    static ANSWERS: RefCell<FxHashMap<u64, Answer>> = RefCell::default();
}

struct Answer {
    must: Box<[Language]>,
    must_not: Box<[Language]>,
    found: Found<String>,
    /// Work it took.
    cost: u64,
}

impl Answer {
    fn is_to(&self, must: &[&Language], must_not: &[&Language]) -> bool {
        let same = |mine: &[Language], asked: &[&Language]| mine.iter().eq(asked.iter().copied());
        same(&self.must, must) && same(&self.must_not, must_not)
    }
}

/// The answer to a question: the one that was given before, or a new one. Either takes the same work from what is left, so that
/// what was asked before never changes an answer.
pub(super) fn remembered(
    (must, must_not): (&[&Language], &[&Language]),
    work: &mut u64,
    answer: impl FnOnce(&mut u64) -> Found<String>,
) -> Found<String> {
    let mut hasher = FxHasher::default();
    (must, must_not).hash(&mut hasher);
    let key = hasher.finish();
    let known = ANSWERS.with_borrow(|answers| {
        let known = answers.get(&key).filter(|known| known.cost <= *work && known.is_to(must, must_not))?;
        Some((known.found.clone(), known.cost))
    });
    if let Some((found, cost)) = known {
        *work -= cost;
        return found;
    }
    let before = *work;
    let found = answer(work);
    // What was given up for want of work may be found with more of it.
    if found != Found::GaveUp {
        let own = |languages: &[&Language]| languages.iter().copied().cloned().collect();
        let (must, must_not) = (own(must), own(must_not));
        let answer = Answer { must, must_not, found: found.clone(), cost: before - *work };
        ANSWERS.with_borrow_mut(|answers| {
            if answers.len() >= MOST {
                answers.clear();
            }
            answers.insert(key, answer);
        });
    }
    found
}
