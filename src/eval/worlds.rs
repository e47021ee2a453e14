//! From the leaves of a search to worlds, and from worlds to the answer.

use super::ask::{Answer, Dependence, Witness};
use super::search::{BUDGET, Choices, Dimension, Leaf, Search};

/// Failing worlds kept for explaining.
const KEPT: usize = 8;

impl Search<'_, '_> {
    /// From leaves to worlds: a world holds if no leaf that it contains fails.
    fn worlds(&mut self) -> Vec<Leaf> {
        let mut out = Vec::new();
        let leaves = std::mem::take(&mut self.leaves);
        let all: Vec<&Leaf> = leaves.iter().collect();
        self.split(&mut Vec::new(), &all, &mut out);
        out
    }

    fn split(&mut self, chosen: &mut Choices, leaves: &[&Leaf], out: &mut Vec<Leaf>) {
        if out.len() >= BUDGET {
            self.gave_up = true;
            return;
        }
        let decided = |leaf: &&&Leaf| leaf.choices.iter().all(|choice| chosen.contains(choice));
        let Some(failing) = leaves.iter().find(|leaf| !leaf.holds) else {
            out.push(Leaf { choices: chosen.clone(), holds: true, witness: None });
            return;
        };
        if let Some(failed) = leaves.iter().filter(|leaf| !leaf.holds).find(decided) {
            out.push(Leaf { choices: chosen.clone(), holds: false, witness: failed.witness });
            return;
        }
        let open = failing.choices.iter().map(|(dimension, _)| *dimension);
        let Some(dimension) =
            open.into_iter().find(|dimension| !chosen.iter().any(|(at, _)| at == dimension))
        else {
            return;
        };
        let mut options: Vec<usize> = leaves
            .iter()
            .flat_map(|leaf| {
                leaf.choices.iter().filter(|(at, _)| *at == dimension).map(|(_, option)| *option)
            })
            .collect();
        options.dedup();
        let mut seen = Vec::new();
        options.retain(|option| {
            let new = !seen.contains(option);
            seen.push(*option);
            new
        });
        for option in options {
            let inside: Vec<&Leaf> = leaves
                .iter()
                .filter(|leaf| leaf.choices.iter().all(|(at, chosen)| *at != dimension || *chosen == option))
                .copied()
                .collect();
            chosen.push((dimension, option));
            self.split(chosen, &inside, out);
            chosen.pop();
        }
    }

    pub(super) fn answer(mut self) -> Answer {
        if let Some(witness) = self.settled.and_then(|at| self.witnesses.get(at)) {
            return Answer::Fails { witness: Box::new(witness.clone()), others: Vec::new() };
        }
        let worlds = self.worlds();
        let all: Vec<&Leaf> = worlds.iter().collect();
        if self.gave_up {
            let mut on: Vec<Dependence> =
                dimensions(&all).into_iter().filter_map(Dimension::dependence).collect();
            on.extend(std::mem::take(&mut self.spent));
            return Answer::GaveUp { on };
        }
        let presumed_layers = std::mem::take(&mut self.presumed_layers);
        let mut failing: Vec<Witness> = Vec::new();
        for world in all.iter().filter(|world| !world.holds).take(KEPT) {
            failing.extend(world.witness.and_then(|at| self.witnesses.get(at)).cloned());
        }
        if failing.is_empty() {
            return Answer::Holds { presumed: Vec::new(), presumed_layers };
        }
        let witness = failing.remove(0);
        if all.iter().all(|world| !world.holds) {
            return Answer::Fails { witness: Box::new(witness), others: failing };
        }
        let as_presumed = |world: &&&Leaf| {
            world.choices.iter().all(|(dimension, option)| match dimension {
                Dimension::Unknown(at) => {
                    let presumed = self.question.unknowns.get(*at).and_then(|unknown| unknown.presumed);
                    presumed.is_none_or(|presumed| presumed == *option)
                }
                Dimension::Free(_) | Dimension::Unseen(_) | Dimension::Every(_) => true,
            })
        };
        let separating = |worlds: &[&Leaf]| -> Vec<Dimension> {
            dimensions(worlds).into_iter().filter(|dimension| separates(worlds, *dimension)).collect()
        };
        let presumed: Vec<&Leaf> = all.iter().filter(as_presumed).copied().collect();
        if presumed.iter().all(|world| world.holds) {
            let presumed = separating(&all)
                .iter()
                .filter_map(|dimension| match dimension {
                    Dimension::Unknown(at) => Some(*at),
                    Dimension::Free(_) | Dimension::Unseen(_) | Dimension::Every(_) => None,
                })
                .collect();
            return Answer::Holds { presumed, presumed_layers };
        }
        // Where the presumed worlds differ among themselves, what is presumed is not in question.
        let mixed = presumed.iter().any(|world| world.holds);
        let on = separating(if mixed { &presumed } else { &all });
        Answer::Depends {
            on: on.into_iter().filter_map(Dimension::dependence).collect(),
            witness: Box::new(witness),
        }
    }
}

fn dimensions(worlds: &[&Leaf]) -> Vec<Dimension> {
    let mut all: Vec<Dimension> =
        worlds.iter().flat_map(|world| world.choices.iter().map(|(dimension, _)| *dimension)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether two worlds that differ in this dimension alone (as far as both look) answer differently.
fn separates(worlds: &[&Leaf], dimension: Dimension) -> bool {
    let option_of =
        |leaf: &Leaf| leaf.choices.iter().find(|(at, _)| *at == dimension).map(|(_, option)| *option);
    worlds.iter().filter(|world| world.holds).any(|yes| {
        worlds.iter().filter(|world| !world.holds).any(|no| {
            let (Some(left), Some(right)) = (option_of(yes), option_of(no)) else { return false };
            left != right
                && yes.choices.iter().all(|(at, option)| {
                    *at == dimension
                        || no
                            .choices
                            .iter()
                            .find(|(other, _)| other == at)
                            .is_none_or(|(_, other)| other == option)
                })
        })
    })
}
