//! What the search chose on the way to where it stands.

use super::{Choices, Dimension};
use crate::eval::compile::Axis;
use crate::eval::world::FreeAtom;
use rustc_hash::{FxHashMap, FxHashSet};

/// Choices, the newest last, and for each axis a value that agrees with all of them.
#[derive(Default)]
pub(in crate::eval) struct Path {
    choices: Choices,
    chosen: FxHashSet<Dimension>,
    tests: FxHashMap<Axis, [Vec<FreeAtom>; 2]>,
    values: Vec<(Axis, String)>,
    /// How many values there were before each choice.
    before: Vec<usize>,
    /// How many choices there were when no value was found for the newest, nor that there is none.
    doubts: Vec<usize>,
}

impl Path {
    pub(super) fn push(&mut self, (dimension, option): (Dimension, usize), axis: Option<Axis>) {
        self.before.push(self.values.len());
        self.choices.push((dimension, option));
        self.chosen.insert(dimension);
        if let (Some(axis), Some(atom)) = (axis, dimension.atom())
            && let Some(tests) = self.tests.entry(axis).or_default().get_mut(option)
        {
            tests.push(atom);
        }
    }

    /// Takes the newest choice back.
    pub(super) fn pop(&mut self, axis: impl FnOnce(FreeAtom) -> Axis) {
        if self.doubts.last() == Some(&self.choices.len()) {
            self.doubts.pop();
        }
        let Some((dimension, option)) = self.choices.pop() else { return };
        self.chosen.remove(&dimension);
        self.values.truncate(self.before.pop().unwrap_or_default());
        let of_axis = dimension.atom().and_then(|atom| self.tests.get_mut(&axis(atom)));
        if let Some(tests) = of_axis.and_then(|tests| tests.get_mut(option)) {
            tests.pop();
        }
    }

    /// A value that agrees with the newest choice and with all before it.
    pub(super) fn agree(&mut self, axis: Axis, value: String) {
        self.values.push((axis, value));
    }

    /// Marks the newest choice as one of which nobody knows whether a value agrees.
    pub(super) fn doubt(&mut self) {
        self.doubts.push(self.choices.len());
    }

    /// Whether there may be no request here.
    pub(super) fn is_doubtful(&self) -> bool {
        !self.doubts.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.choices.len()
    }

    pub(super) fn last(&self) -> Option<(Dimension, usize)> {
        self.choices.last().copied()
    }

    pub(in crate::eval) fn has(&self, dimension: Dimension) -> bool {
        self.chosen.contains(&dimension)
    }

    pub(in crate::eval) fn choices(&self) -> &Choices {
        &self.choices
    }

    /// The value of an axis that agrees with every choice so far.
    pub(super) fn value(&self, axis: Axis) -> Option<&str> {
        self.values.iter().rev().find(|(other, _)| *other == axis).map(|(_, value)| value.as_str())
    }

    /// The tests of an axis that are to fail here, or to pass.
    pub(super) fn tests(&self, axis: Axis, passes: bool) -> &[FreeAtom] {
        self.tests.get(&axis).and_then(|tests| tests.get(usize::from(passes))).map_or(&[], Vec::as_slice)
    }
}
