//! The search behind [`super::ask`]: decides, and branches over whatever the decision looked at that is still open.
//!
//! A test of a key that nobody knows is open for the whole run; a test of the resource of a space is open for each
//! resource. Branches that no value can take are cut (`member`); at every leaf one concrete request is decided again, and if
//! it answers otherwise than the leaf, nothing is claimed.

use super::ask::{Answer, Dependence, Patch, Question, Witness};
use super::compile::{Axis, Compiled};
use super::decide::{Decision, decide};
use super::layers::LayerKind;
use super::member::{self, Found, Language};
use super::request::{ContextValue, Request};
use super::trace::{Event, Recorder};
use super::world::{FreeAtom, World};

/// Leaves looked at for one question before giving up.
const BUDGET: usize = 4096;
/// Failing worlds kept for explaining.
const KEPT: usize = 24;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Dimension {
    /// An unknown of the question.
    Unknown(usize),
    /// A test that is one way or the other for the whole run.
    Free(FreeAtom),
    /// A layer nobody has seen.
    Unseen(LayerKind),
    /// A test of the resource: both ways are asked for.
    Every(FreeAtom),
}

impl Dimension {
    fn dependence(self) -> Option<Dependence> {
        match self {
            Dimension::Unknown(at) => Some(Dependence::Unknown(at)),
            Dimension::Free(atom) => Some(Dependence::Free(atom)),
            Dimension::Unseen(layer) => Some(Dependence::Unseen(layer)),
            Dimension::Every(_) => None,
        }
    }

    fn atom(self) -> Option<FreeAtom> {
        match self {
            Dimension::Free(atom) | Dimension::Every(atom) => Some(atom),
            Dimension::Unknown(_) | Dimension::Unseen(_) => None,
        }
    }
}

type Choices = Vec<(Dimension, usize)>;

/// Part of one member's requests in part of the worlds: all answer alike.
struct Leaf {
    /// Choices of what holds for the whole run.
    choices: Choices,
    holds: bool,
    /// Index of the witness, if it fails.
    witness: Option<usize>,
}

pub(super) struct Search<'a, 'p> {
    set: &'a Compiled<'p>,
    question: &'a Question,
    relevant: Vec<usize>,
    leaves: Vec<Leaf>,
    witnesses: Vec<Witness>,
    presumed_layers: Vec<LayerKind>,
    spent: Vec<Dependence>,
    gave_up: bool,
}

/// Collects what a decision consulted that can be one way or another.
#[derive(Default)]
struct Consulted {
    atoms: Vec<FreeAtom>,
    unseen: Vec<LayerKind>,
    presumed: Vec<LayerKind>,
    order: Vec<Open>,
}

#[derive(Clone, Copy)]
enum Open {
    Atom(FreeAtom),
    Layer(LayerKind),
}

impl Recorder for Consulted {
    const WANTED: bool = true;
    fn event(&mut self, event: Event) {
        match event {
            Event::Free(atom) => {
                self.atoms.push(atom);
                self.order.push(Open::Atom(atom));
            }
            Event::Unseen(layer) => {
                self.unseen.push(layer);
                self.order.push(Open::Layer(layer));
            }
            Event::Presumed(layer) => self.presumed.push(layer),
            Event::Layer(_) | Event::Skipped(_) | Event::Applies(_) | Event::Fails(..) => {}
        }
    }
}

impl<'a, 'p> Search<'a, 'p> {
    pub(super) fn new(set: &'a Compiled<'p>, question: &'a Question) -> Self {
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
            spent: Vec::new(),
            gave_up: false,
        }
    }

    pub(super) fn run(mut self) -> Answer {
        let mut choices = Vec::new();
        self.choose_unknowns(0, &mut choices);
        self.answer()
    }

    fn choose_unknowns(&mut self, at: usize, choices: &mut Choices) {
        let Some(index) = self.relevant.get(at).copied() else {
            for member in 0..self.question.members.len() {
                if let Some(request) = self.request(member, choices) {
                    self.explore(member, &request, &self.question.base.clone(), choices);
                }
            }
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

    /// A member with the chosen options of the unknowns applied.
    fn request(&self, member: usize, choices: &Choices) -> Option<Request> {
        let mut request = self.question.members.get(member)?.request.clone();
        // Unknowns that no policy looks at take their first option: it cannot matter which.
        let fixed =
            (0..self.question.unknowns.len()).filter(|at| !self.relevant.contains(at)).map(|at| (at, 0));
        let chosen = choices.iter().filter_map(|(dimension, option)| match dimension {
            Dimension::Unknown(at) => Some((*at, *option)),
            Dimension::Free(_) | Dimension::Unseen(_) | Dimension::Every(_) => None,
        });
        for (at, option) in fixed.chain(chosen) {
            let patch = self.question.unknowns.get(at).and_then(|unknown| unknown.options.get(option));
            for (key, value) in patch.into_iter().flat_map(|patch| &patch.keys) {
                match value {
                    Some(value) => request.context.set(key, value.clone()),
                    None => request.context.remove(key),
                }
            }
        }
        Some(request)
    }

    /// Decides one member; where the decision looked at something open, branches over it.
    fn explore(&mut self, member: usize, request: &Request, world: &World, choices: &mut Choices) {
        if self.leaves.len() >= BUDGET {
            self.gave_up = true;
            return;
        }
        let mut consulted = Consulted::default();
        let decision = decide(self.set, request, world, &mut consulted);
        let open = consulted
            .order
            .iter()
            .map(|open| self.dimension(*open, request))
            .find(|dimension| !choices.iter().any(|(chosen, _)| chosen == dimension));
        if let Some(dimension) = open {
            self.branch(member, request, world, choices, dimension);
            return;
        }
        for layer in consulted.presumed {
            if !self.presumed_layers.contains(&layer) {
                self.presumed_layers.push(layer);
            }
        }
        self.leaf(member, request, world, choices, decision);
    }

    fn dimension(&self, open: Open, request: &Request) -> Dimension {
        match open {
            Open::Layer(layer) => Dimension::Unseen(layer),
            Open::Atom(atom) if self.set.axis(atom) == Axis::Resource && request.space.is_some() => {
                Dimension::Every(atom)
            }
            Open::Atom(atom) => Dimension::Free(atom),
        }
    }

    fn branch(
        &mut self,
        member: usize,
        request: &Request,
        world: &World,
        choices: &mut Choices,
        dimension: Dimension,
    ) {
        // The customary reading first: a free test fails, an unseen layer allows.
        let order = if dimension.atom().is_some() { [0, 1] } else { [1, 0] };
        for option in order {
            let mut next = world.clone();
            match dimension {
                Dimension::Free(atom) | Dimension::Every(atom) => next.set(atom, option == 1),
                Dimension::Unseen(layer) => next.set_unseen_denies(layer, option == 0),
                Dimension::Unknown(_) => {}
            }
            choices.push((dimension, option));
            match dimension
                .atom()
                .map_or(Found::Value(String::new()), |atom| self.solve(request, choices, atom))
            {
                Found::Nothing => {}
                Found::GaveUp => {
                    self.gave_up = true;
                    self.spent.extend(dimension.dependence());
                    self.explore(member, request, &next, choices);
                }
                Found::Value(_) => self.explore(member, request, &next, choices),
            }
            choices.pop();
        }
    }

    /// A value for the axis of a test that agrees with every choice made on it so far.
    fn solve(&self, request: &Request, choices: &Choices, atom: FreeAtom) -> Found<String> {
        let axis = self.set.axis(atom);
        let chosen = |truth: usize| {
            choices
                .iter()
                .filter(move |(_, option)| *option == truth)
                .filter_map(|(dimension, _)| dimension.atom())
                .filter(move |atom| self.set.axis(*atom) == axis)
        };
        match axis {
            Axis::None => Found::Value(String::new()),
            Axis::Resource => {
                let Some(space) = &request.space else { return Found::Value(request.resource.to_string()) };
                let languages = |truth| -> Vec<Language> {
                    chosen(truth)
                        .filter_map(|atom| self.set.resource_language(atom, &request.context))
                        .collect()
                };
                let (mut yes, no) = (languages(1), languages(0));
                yes.push((**space).clone());
                member::string(&yes.iter().collect::<Vec<_>>(), &no.iter().collect::<Vec<_>>())
            }
            Axis::Key(key) if !is_open(request, self.set.key_name(key)) => Found::Value(String::new()),
            Axis::Key(_) => {
                let tests =
                    |truth| chosen(truth).filter_map(|atom| self.set.value_test(atom)).collect::<Vec<_>>();
                member::value(&tests(1), &tests(0), &request.context)
            }
        }
    }

    fn leaf(
        &mut self,
        member: usize,
        request: &Request,
        world: &World,
        choices: &Choices,
        decision: Decision,
    ) {
        let holds = decision.is_allowed() == self.question.allowed;
        match self.concrete(request, choices) {
            Some(concrete) => {
                let again = decide(self.set, &concrete, world, &mut super::trace::NoTrace);
                if again.is_allowed() != decision.is_allowed() {
                    // INVARIANT: equal atoms give equal answers; a witness that disagrees proves nothing.
                    self.gave_up = true;
                } else if !holds && self.witnesses.len() < BUDGET {
                    self.witnesses.push(Witness {
                        member,
                        request: concrete,
                        world: world.clone(),
                        decision: again,
                    });
                }
            }
            None => self.gave_up = true,
        }
        let witness = (!holds).then(|| self.witnesses.len().saturating_sub(1));
        let choices = choices
            .iter()
            .filter(|(dimension, _)| !matches!(dimension, Dimension::Every(_)))
            .copied()
            .collect();
        self.leaves.push(Leaf { choices, holds, witness });
    }

    /// One request of the leaf, every key and the resource that a choice speaks of filled in.
    fn concrete(&self, request: &Request, choices: &Choices) -> Option<Request> {
        let mut concrete = request.clone();
        if request.space.is_some() {
            let atom = choices.iter().find_map(|(dimension, _)| match dimension {
                Dimension::Every(atom) => Some(*atom),
                Dimension::Unknown(_) | Dimension::Free(_) | Dimension::Unseen(_) => None,
            });
            let found = match atom {
                Some(atom) => self.solve(request, choices, atom),
                None => request.space.as_ref().map_or(Found::Nothing, |space| member::string(&[space], &[])),
            };
            let Found::Value(resource) = found else { return None };
            concrete.resource = resource.into();
            concrete.space = None;
        }
        let mut done: Vec<u32> = Vec::new();
        for (dimension, option) in choices {
            let Some(atom) = dimension.atom() else { continue };
            if let Some(key) = self.set.presence_of(atom)
                && *option == 0
            {
                concrete.context.remove(self.set.key_name(key));
                continue;
            }
            let Axis::Key(key) = self.set.axis(atom) else { continue };
            if done.contains(&key) || !is_open(request, self.set.key_name(key)) {
                continue;
            }
            done.push(key);
            let Found::Value(value) = self.solve(request, choices, atom) else { return None };
            concrete.context.set(self.set.key_name(key), ContextValue::One(value.into()));
        }
        Some(concrete)
    }

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

    fn answer(mut self) -> Answer {
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

/// Whether nobody knows the value of a key.
fn is_open(request: &Request, key: &str) -> bool {
    matches!(request.context.get(key), Some(ContextValue::Unknown | ContextValue::Unseen))
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
