//! Which requests two sets of policies decide differently: [`differences`].
//!
//! Both sets are compiled with one numbering ([`Compiled::pair`]), so that a test has one outcome for both, and one search
//! decides each request in both. Leaves that agree prove that all of their requests do; one that does not is a request that
//! shows the difference.

mod sets;

use super::ask::{Member, Question};
use super::compile::{Axis, Compiled, FreeFact};
use super::decide::Decision;
use super::request::Request;
use super::search::{Dimension, Search};
use super::world::{FreeAtom, World};

/// A request that two sets decide differently.
#[derive(Debug, Clone)]
pub struct Difference {
    /// The request, as concrete as the policies look at it.
    pub request: Request,
    /// What is true of tests that no value settles, and of layers nobody has seen.
    pub world: World,
    /// What the first set answers.
    pub old: Decision,
    /// What the second set answers.
    pub new: Decision,
    /// Set where the difference hangs on something that nobody can read or that AWS does not define: a short name of it.
    pub unsure: Option<String>,
}

/// All that was found.
#[derive(Debug, Clone)]
pub struct Differences {
    /// One for each way of deciding that was met.
    pub list: Vec<Difference>,
    /// Whether all requests were looked at. If so and the list is empty, the sets are proved to decide alike.
    pub complete: bool,
    /// If not, what no values were found for; nothing if there were too many cases.
    pub stuck: Vec<String>,
}

/// Decides all requests that a request stands for in two sets that were made by [`Compiled::pair`].
#[must_use]
pub fn differences(old: &Compiled<'_>, new: &Compiled<'_>, request: Request) -> Differences {
    let unknowns = sets::sets_of(old, &request);
    let question = Question {
        members: vec![Member { request, example: None }],
        unknowns,
        allowed: true,
        base: World::new(),
    };
    differences_of(old, new, &question)
}

/// The same for every request of a question, in every way in which its unknowns can be.
#[must_use]
pub fn differences_of(old: &Compiled<'_>, new: &Compiled<'_>, question: &Question) -> Differences {
    let (leaves, complete, stuck) = Search::pair(old, new, question).run_pair();
    let list = leaves
        .into_iter()
        .map(|leaf| {
            let unsure = unsure(old, new, &leaf);
            let PairLeaf { request, world, old, new, .. } = leaf;
            Difference { request, world, old, new, unsure }
        })
        .collect();
    Differences { list, complete, stuck }
}

/// A leaf of the search at which the sets disagree.
pub(super) struct PairLeaf {
    pub(super) request: Request,
    pub(super) world: World,
    pub(super) old: Decision,
    pub(super) new: Decision,
    pub(super) choices: Vec<(Dimension, usize)>,
}

/// What a difference hangs on that cannot be settled. A condition with a set operator on a key of many values is both ways in
/// some request; two of them may exclude each other.
fn unsure(old: &Compiled<'_>, new: &Compiled<'_>, leaf: &PairLeaf) -> Option<String> {
    let mut of_sets = 0;
    for (dimension, option) in &leaf.choices {
        let Some(atom) = dimension.atom().filter(|atom| old.is_untold(*atom)) else { continue };
        if !turns(old, new, leaf, atom, *option) {
            continue;
        }
        match old.describe(atom) {
            FreeFact::Clause(clause) if clause.parsed.is_some_and(|operator| operator.set.is_some()) => {
                // Of a key of which another condition looks at one value, not all values can be anything.
                if is_looked_at(old, leaf, atom) {
                    return Some(old.free_name(atom));
                }
                of_sets += 1;
            }
            FreeFact::Clause(_)
            | FreeFact::Text(_)
            | FreeFact::Chain
            | FreeFact::Key(_)
            | FreeFact::Hole(_) => {
                return Some(old.free_name(atom));
            }
        }
        if of_sets > 1 {
            return Some(old.free_name(atom));
        }
    }
    None
}

/// Whether the value of the key of a clause is tested, too.
fn is_looked_at(set: &Compiled<'_>, leaf: &PairLeaf, clause: FreeAtom) -> bool {
    let Some(key) = set.clause_key(clause) else { return false };
    leaf.choices.iter().any(|(dimension, _)| {
        let axis = dimension.atom().map(|atom| set.axis(atom));
        matches!(axis, Some(Axis::Key(other)) if set.key_name(other) == key)
    })
}

/// Whether the sets agree once the test turns out the other way.
fn turns(old: &Compiled<'_>, new: &Compiled<'_>, leaf: &PairLeaf, atom: FreeAtom, option: usize) -> bool {
    let mut world = leaf.world.clone();
    world.set(atom, option == 0);
    let decide =
        |set| super::decide::decide(set, &leaf.request, &world, &mut super::trace::NoTrace).is_allowed();
    decide(old) == decide(new)
}

/// Whether the statements that bear on an action say the same in both sets: then they decide it alike, whatever is asked.
/// False is no answer.
#[must_use]
pub fn alike(old: &Compiled<'_>, new: &Compiled<'_>, action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    old.restricted == new.restricted && old.bearing(&lower) == new.bearing(&lower)
}
