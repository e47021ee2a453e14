//! One question to all worlds.
//!
//! A question names requests that all will be made (*every*) and facts that are one way or another (*unknown*). The
//! answer is yes or no only if every world gives it; otherwise it names what separates the worlds.

use super::compile::{Compiled, FreeFact};
use super::decide::{Decision, decide};
use super::layers::LayerKind;
use super::request::{ContextValue, Request};
use super::trace::{Event, Recorder};
use super::world::{FreeAtom, World};

/// Worlds looked at for one question before giving up.
const BUDGET: usize = 4096;
/// Failing worlds kept for explaining.
const KEPT: usize = 24;

/// One of the requests that all will be made.
#[derive(Debug, Clone)]
pub struct Member {
    /// The request, without the choices of unknowns.
    pub request: Request,
}

/// Something that is one way or another, for the whole run.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Identifier of the fact.
    pub fact: String,
    /// The ways it can be.
    pub options: Vec<Patch>,
    /// The option presumed, with a source, where there is one.
    pub presumed: Option<usize>,
}

/// One way an unknown can be: context keys that are set, or taken out.
#[derive(Debug, Clone)]
pub struct Patch {
    /// For people: `` `aws:SecureTransport` is not sent ``.
    pub label: String,
    /// Keys with their values; `None` takes the key out.
    pub keys: Vec<(String, Option<ContextValue>)>,
}

/// What is asked of a compiled set.
#[derive(Debug, Clone)]
pub struct Question {
    /// All of these will be made.
    pub members: Vec<Member>,
    /// What is not known.
    pub unknowns: Vec<Unknown>,
    /// True: the demand is that all are allowed. False: that all are denied.
    pub allowed: bool,
    /// What is taken as settled in every world, such as elements forced to match.
    pub base: World,
}

/// A concrete request with its decision.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Index of the member.
    pub member: usize,
    /// The request, choices applied.
    pub request: Request,
    /// The choices of free atoms and unseen layers.
    pub world: World,
    /// What AWS would answer there.
    pub decision: Decision,
}

/// Something the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dependence {
    /// An unknown of the question, by index.
    Unknown(usize),
    /// A test that cannot be computed.
    Free(FreeAtom),
    /// A layer nobody has seen.
    Unseen(LayerKind),
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// In every world.
    Holds {
        /// Unknowns (by index) whose presumed value the answer rests on.
        presumed: Vec<usize>,
        /// Layers presumed absent that the answer rests on.
        presumed_layers: Vec<LayerKind>,
    },
    /// In no world.
    Fails {
        /// A request that fails, in the customary world.
        witness: Box<Witness>,
        /// One for each of the other worlds, as far as they were kept.
        others: Vec<Witness>,
    },
    /// In some.
    Depends {
        /// What separates the worlds.
        on: Vec<Dependence>,
        /// A request that fails in one of them.
        witness: Box<Witness>,
    },
    /// Too many worlds.
    GaveUp {
        /// What there is too much of.
        on: Vec<Dependence>,
    },
}

/// Puts a question to a compiled set.
#[must_use]
pub fn ask(set: &Compiled<'_>, question: &Question) -> Answer {
    Search::new(set, question).run()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Dimension {
    Unknown(usize),
    Free(FreeAtom),
    Unseen(LayerKind),
}

impl From<Dimension> for Dependence {
    fn from(dimension: Dimension) -> Self {
        match dimension {
            Dimension::Unknown(at) => Dependence::Unknown(at),
            Dimension::Free(atom) => Dependence::Free(atom),
            Dimension::Unseen(layer) => Dependence::Unseen(layer),
        }
    }
}

struct Leaf {
    choices: Vec<(Dimension, usize)>,
    holds: bool,
}

struct Search<'a, 'p> {
    set: &'a Compiled<'p>,
    question: &'a Question,
    relevant: Vec<usize>,
    leaves: Vec<Leaf>,
    witnesses: Vec<Witness>,
    presumed_layers: Vec<LayerKind>,
    spent: bool,
}

/// Collects what a decision consulted that can be one way or another.
#[derive(Default)]
struct Consulted {
    dimensions: Vec<Dimension>,
    presumed: Vec<LayerKind>,
}

impl Recorder for Consulted {
    const WANTED: bool = true;
    fn event(&mut self, event: Event) {
        match event {
            Event::Free(atom) => self.dimensions.push(Dimension::Free(atom)),
            Event::Unseen(layer) => self.dimensions.push(Dimension::Unseen(layer)),
            Event::Presumed(layer) => self.presumed.push(layer),
            Event::Layer(_) | Event::Skipped(_) | Event::Applies(_) | Event::Fails(..) => {}
        }
    }
}

impl<'a, 'p> Search<'a, 'p> {
    fn new(set: &'a Compiled<'p>, question: &'a Question) -> Self {
        let keys: Vec<&str> = set.keys().collect();
        let looked_at =
            |patch: &Patch| patch.keys.iter().any(|(key, _)| keys.contains(&&*key.to_ascii_lowercase()));
        let relevant = question
            .unknowns
            .iter()
            .enumerate()
            .filter(|(_, unknown)| unknown.options.iter().any(looked_at))
            .map(|(at, _)| at)
            .collect();
        Self {
            set,
            question,
            relevant,
            leaves: Vec::new(),
            witnesses: Vec::new(),
            presumed_layers: Vec::new(),
            spent: false,
        }
    }

    fn run(mut self) -> Answer {
        let mut choices = Vec::new();
        self.choose_unknowns(0, &mut choices);
        self.answer()
    }

    fn choose_unknowns(&mut self, at: usize, choices: &mut Vec<(Dimension, usize)>) {
        let Some(index) = self.relevant.get(at).copied() else {
            let requests = self.requests(choices);
            self.explore(&requests, &self.question.base.clone(), choices);
            return;
        };
        let Some(unknown) = self.question.unknowns.get(index) else { return };
        // The presumed option first, so that a witness shows the world that most likely is.
        let mut order: Vec<usize> = (0..unknown.options.len()).collect();
        order.sort_by_key(|option| Some(*option) != unknown.presumed);
        for option in order {
            choices.push((Dimension::Unknown(index), option));
            self.choose_unknowns(at + 1, choices);
            choices.pop();
        }
    }

    fn requests(&self, choices: &[(Dimension, usize)]) -> Vec<Request> {
        self.question
            .members
            .iter()
            .map(|member| {
                let mut request = member.request.clone();
                // Unknowns that no policy looks at take their first option: it cannot matter which.
                let fixed = (0..self.question.unknowns.len())
                    .filter(|at| !self.relevant.contains(at))
                    .map(|at| (at, 0));
                let chosen = choices.iter().filter_map(|(dimension, option)| match dimension {
                    Dimension::Unknown(at) => Some((*at, *option)),
                    Dimension::Free(_) | Dimension::Unseen(_) => None,
                });
                for (at, option) in fixed.chain(chosen) {
                    let patch =
                        self.question.unknowns.get(at).and_then(|unknown| unknown.options.get(option));
                    for (key, value) in patch.into_iter().flat_map(|patch| &patch.keys) {
                        match value {
                            Some(value) => request.context.set(key, value.clone()),
                            None => request.context.remove(key),
                        }
                    }
                }
                request
            })
            .collect()
    }

    /// Decides all members; where they consulted something not chosen yet, branches over it.
    fn explore(&mut self, requests: &[Request], world: &World, choices: &mut Vec<(Dimension, usize)>) {
        if self.leaves.len() >= BUDGET {
            self.spent = true;
            return;
        }
        let mut holds = true;
        let mut failed: Option<(usize, Decision)> = None;
        for (at, request) in requests.iter().enumerate() {
            let mut consulted = Consulted::default();
            let decision = decide(self.set, request, world, &mut consulted);
            let open = consulted
                .dimensions
                .iter()
                .find(|dimension| !choices.iter().any(|(chosen, _)| chosen == *dimension))
                .copied();
            if let Some(dimension) = open {
                // The customary reading first: a free test fails, an unseen layer allows.
                let order = if matches!(dimension, Dimension::Free(_)) { [0, 1] } else { [1, 0] };
                for option in order {
                    let mut next = world.clone();
                    match dimension {
                        Dimension::Free(atom) => next.set(atom, option == 1),
                        Dimension::Unseen(layer) => next.set_unseen_denies(layer, option == 0),
                        Dimension::Unknown(_) => {}
                    }
                    choices.push((dimension, option));
                    self.explore(requests, &next, choices);
                    choices.pop();
                }
                return;
            }
            for layer in consulted.presumed {
                if !self.presumed_layers.contains(&layer) {
                    self.presumed_layers.push(layer);
                }
            }
            if decision.is_allowed() != self.question.allowed {
                holds = false;
                failed.get_or_insert((at, decision));
                break;
            }
        }
        if let Some((member, decision)) = failed
            && self.witnesses.len() < KEPT
            && let Some(request) = requests.get(member)
        {
            self.witnesses.push(Witness { member, request: request.clone(), world: world.clone(), decision });
        }
        self.leaves.push(Leaf { choices: choices.clone(), holds });
    }

    fn answer(mut self) -> Answer {
        let dimensions = |leaves: &[&Leaf]| {
            let mut all: Vec<Dimension> =
                leaves.iter().flat_map(|leaf| leaf.choices.iter().map(|(dimension, _)| *dimension)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        if self.spent {
            return Answer::GaveUp {
                on: dimensions(&self.leaves.iter().collect::<Vec<_>>()).into_iter().map(Into::into).collect(),
            };
        }
        let presumed_layers = self.presumed_layers.clone();
        if self.witnesses.is_empty() {
            return Answer::Holds { presumed: Vec::new(), presumed_layers };
        }
        let witness = self.witnesses.remove(0);
        if self.leaves.iter().all(|leaf| !leaf.holds) {
            return Answer::Fails { witness: Box::new(witness), others: self.witnesses };
        }
        let as_presumed = |leaf: &Leaf| {
            leaf.choices.iter().all(|(dimension, option)| match dimension {
                Dimension::Unknown(at) => {
                    let presumed = self.question.unknowns.get(*at).and_then(|unknown| unknown.presumed);
                    presumed.is_none_or(|presumed| presumed == *option)
                }
                Dimension::Free(_) | Dimension::Unseen(_) => true,
            })
        };
        let separating = |leaves: &[&Leaf]| -> Vec<Dimension> {
            dimensions(leaves).into_iter().filter(|dimension| separates(leaves, *dimension)).collect()
        };
        let every: Vec<&Leaf> = self.leaves.iter().collect();
        let presumed: Vec<&Leaf> = self.leaves.iter().filter(|leaf| as_presumed(leaf)).collect();
        if presumed.iter().all(|leaf| leaf.holds) {
            let presumed = separating(&every)
                .iter()
                .filter_map(|dimension| match dimension {
                    Dimension::Unknown(at) => Some(*at),
                    Dimension::Free(_) | Dimension::Unseen(_) => None,
                })
                .collect();
            return Answer::Holds { presumed, presumed_layers };
        }
        // Where the presumed worlds differ among themselves, what is presumed is not in question.
        let mixed = presumed.iter().any(|leaf| leaf.holds);
        let on = separating(if mixed { &presumed } else { &every });
        Answer::Depends { on: on.into_iter().map(Into::into).collect(), witness: Box::new(witness) }
    }
}

/// Whether two worlds that differ in this dimension alone (as far as both look) answer differently.
fn separates(leaves: &[&Leaf], dimension: Dimension) -> bool {
    let option_of =
        |leaf: &Leaf| leaf.choices.iter().find(|(at, _)| *at == dimension).map(|(_, option)| *option);
    leaves.iter().filter(|leaf| leaf.holds).any(|yes| {
        leaves.iter().filter(|leaf| !leaf.holds).any(|no| {
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

impl Compiled<'_> {
    /// A short name of what a free atom stands for.
    #[must_use]
    pub fn free_name(&self, atom: FreeAtom) -> String {
        match self.describe(atom) {
            FreeFact::Key(key) => key.to_owned(),
            FreeFact::Clause(clause) => clause.key.value.to_string(),
            FreeFact::Text(text) => text.to_owned(),
        }
    }
}
