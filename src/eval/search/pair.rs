//! The search over two sets of one numbering: requests that they decide differently.

use super::path::Path;
use super::twins::Twins;
use super::{Branch, Choices, Leaf, Search};
use crate::eval::ask::Question;
use crate::eval::compile::Compiled;
use crate::eval::decide::{Decision, decide};
use crate::eval::difference::PairLeaf;
use crate::eval::trace::NoTrace;

impl<'a, 'p> Search<'a, 'p> {
    /// A search for requests that the sets decide differently.
    pub(in crate::eval) fn pair(
        old: &'a Compiled<'p>,
        new: &'a Compiled<'p>,
        question: &'a Question,
    ) -> Self {
        Self { other: Some(new), ..Self::new(old, question) }
    }

    /// The leaves at which the sets disagree, and whether all requests were looked at; if not, the tests that no values
    /// were found for.
    pub(in crate::eval) fn run_pair(mut self) -> (Vec<PairLeaf>, bool, Vec<String>) {
        self.choose_unknowns(0, &mut Path::default());
        let stuck = self.stuck();
        (self.unequal, !self.gave_up, stuck)
    }

    /// Whether a condition that looks at all values of a key was taken as a whole: one value would say something else of it.
    pub(super) fn is_of_many(&self, choices: &Choices, key: &str) -> bool {
        let atoms = choices.iter().filter_map(|(dimension, _)| dimension.atom());
        atoms.into_iter().any(|atom| self.set.clause_key(atom) == Some(key))
    }

    /// A leaf of two sets: one concrete request is decided again in both.
    pub(super) fn pair_leaf(&mut self, at: Branch<'_>, path: &Path, (old, new): (Decision, Decision)) {
        self.leaves.push(Leaf { choices: Vec::new(), holds: true, witness: None });
        if path.is_doubtful() {
            self.gave_up |= old.is_allowed() != new.is_allowed();
            return;
        }
        let Some(request) = self.concrete(at.request, path) else {
            self.gave_up = true;
            return;
        };
        let request = match self.twins(at, path.choices()) {
            Twins::None => request,
            Twins::Impossible => return,
            Twins::Absent(absent) => *absent,
        };
        let again = |set: &Compiled<'_>| decide(set, &request, at.world, &mut NoTrace);
        let (old_again, new_again) = (again(self.set), self.other.map_or(new, again));
        if old_again.is_allowed() != old.is_allowed() || new_again.is_allowed() != new.is_allowed() {
            // INVARIANT: as for a leaf of one set, equal atoms give equal answers.
            self.gave_up = true;
        } else if old.is_allowed() != new.is_allowed() {
            let (world, choices) = (at.world.clone(), path.choices().clone());
            self.unequal.push(PairLeaf { request, world, old: old_again, new: new_again, choices });
        }
    }
}
