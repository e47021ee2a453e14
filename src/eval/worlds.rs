//! From the leaves of a search to worlds, and from worlds to the answer.

use super::ask::{Answer, Dependence, Witness};
use super::search::{BUDGET, Dimension, Leaf, Path, Search};
use rustc_hash::FxHashMap;

/// Failing worlds kept for explaining.
const KEPT: usize = 8;

/// Choices compared before giving up on what an answer depends.
const COMPARED: u64 = 50_000_000;

/// A leaf, and how many of its choices are not made yet.
type Left<'l> = (&'l Leaf, &'l Options, usize);

type Options = FxHashMap<Dimension, usize>;

impl Search<'_, '_> {
    /// From leaves to worlds: a world holds if no leaf that it contains fails.
    fn worlds(&mut self) -> Vec<Leaf> {
        let mut out = Vec::new();
        let leaves = std::mem::take(&mut self.leaves);
        let options: Vec<Options> = leaves.iter().map(options).collect();
        let all: Vec<Left<'_>> =
            leaves.iter().zip(&options).map(|(leaf, options)| (leaf, options, options.len())).collect();
        self.split(&mut Path::default(), &all, &mut out);
        out
    }

    fn split(&mut self, chosen: &mut Path, leaves: &[Left<'_>], out: &mut Vec<Leaf>) {
        if out.len() >= BUDGET {
            self.gave_up = true;
            return;
        }
        let mut failing = leaves.iter().filter(|(leaf, ..)| !leaf.holds).peekable();
        let Some((first, ..)) = failing.peek().copied() else {
            out.push(Leaf { choices: chosen.choices().clone(), holds: true, witness: None });
            return;
        };
        if let Some((failed, ..)) = failing.find(|(.., left)| *left == 0) {
            out.push(Leaf { choices: chosen.choices().clone(), holds: false, witness: failed.witness });
            return;
        }
        let open = first.choices.iter().map(|(dimension, _)| *dimension);
        let Some(dimension) = open.into_iter().find(|dimension| !chosen.has(*dimension)) else {
            return;
        };
        let mut seen: Vec<usize> = Vec::new();
        for option in leaves.iter().filter_map(|(_, options, _)| options.get(&dimension)) {
            if !seen.contains(option) {
                seen.push(*option);
            }
        }
        for option in seen {
            let inside = leaves.iter().filter_map(|(leaf, options, left)| match options.get(&dimension) {
                Some(own) => (*own == option).then(|| (*leaf, *options, left - 1)),
                None => Some((*leaf, *options, *left)),
            });
            let inside: Vec<Left<'_>> = inside.collect();
            if self.is_possible(chosen, (dimension, option)) {
                self.split(chosen, &inside, out);
            }
            self.back(chosen);
        }
    }

    pub(super) fn answer(mut self) -> Answer {
        if let Some(witness) = self.settled.and_then(|at| self.witnesses.get(at)) {
            return Answer::Fails { witness: Box::new(witness.clone()), others: Vec::new() };
        }
        // What may not be changes nothing where it is answered like all that is. Where nothing is known to be, nothing is proved.
        self.gave_up |= self.leaves.is_empty() && !self.doubtful.is_empty();
        let all_hold = self.leaves.iter().all(|leaf| leaf.holds);
        let all_fail = !self.leaves.is_empty() && self.leaves.iter().all(|leaf| !leaf.holds);
        self.gave_up |= self.doubtful.iter().any(|holds| !(if *holds { all_hold } else { all_fail }));
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
        let presumed: Vec<&Leaf> = all.iter().filter(as_presumed).copied().collect();
        if presumed.iter().all(|world| world.holds) {
            let Some(on) = separating(&all) else { return too_many(&all) };
            let presumed = on
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
        let Some(on) = separating(if mixed { &presumed } else { &all }) else { return too_many(&all) };
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

fn options(leaf: &Leaf) -> Options {
    leaf.choices.iter().copied().collect()
}

fn too_many(worlds: &[&Leaf]) -> Answer {
    Answer::GaveUp { on: dimensions(worlds).into_iter().filter_map(Dimension::dependence).collect() }
}

/// The dimensions in which alone two worlds differ (as far as both look) that answer differently, sorted; none if there are
/// too many to compare.
fn separating(worlds: &[&Leaf]) -> Option<Vec<Dimension>> {
    let of = |holds: bool| worlds.iter().filter(move |world| world.holds == holds);
    let failing: Vec<Options> = of(false).map(|world| options(world)).collect();
    let (mut found, mut left) = (Vec::new(), COMPARED);
    for holding in of(true) {
        for other in &failing {
            let mut differing = None;
            for (dimension, option) in &holding.choices {
                left = left.checked_sub(1)?;
                if other.get(dimension).is_none_or(|other| other == option) {
                    continue;
                }
                if differing.replace(*dimension).is_some() {
                    differing = None;
                    break;
                }
            }
            found.extend(differing);
        }
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}
