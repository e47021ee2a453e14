//! The search behind [`super::ask`]: decides, and branches over whatever the decision looked at that is still open.
//!
//! A test of a key that nobody knows is open for the whole run; a test of the resource of a space is open for each
//! resource. Branches that no value can take are cut (`member`); at every leaf one concrete request is decided again, and if
//! it answers otherwise than the leaf, nothing is claimed.

mod apart;
mod concrete;
mod consulted;
mod pair;
mod twins;

use super::ask::{Answer, Dependence, Patch, Question, Witness};
use super::compile::{Axis, Compiled};
use super::context::ContextValue;
use super::decide::{Decision, decide};
use super::difference::PairLeaf;
use super::layers::LayerKind;
use super::member::{self, Found, Language};
use super::request::Request;
use super::world::{FreeAtom, World};
use consulted::{Consulted, Open};

/// Leaves looked at for one question before giving up.
pub(super) const BUDGET: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Dimension {
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
    pub(super) fn dependence(self) -> Option<Dependence> {
        match self {
            Dimension::Unknown(at) => Some(Dependence::Unknown(at)),
            Dimension::Free(atom) => Some(Dependence::Free(atom)),
            Dimension::Unseen(layer) => Some(Dependence::Unseen(layer)),
            Dimension::Every(_) => None,
        }
    }

    pub(super) fn atom(self) -> Option<FreeAtom> {
        match self {
            Dimension::Free(atom) | Dimension::Every(atom) => Some(atom),
            Dimension::Unknown(_) | Dimension::Unseen(_) => None,
        }
    }
}

pub(super) type Choices = Vec<(Dimension, usize)>;

/// For each axis the value that agrees with the choices made on it so far, the newest last.
type Values = Vec<(Axis, String)>;

/// Part of one member's requests in part of the worlds: all answer alike.
pub(super) struct Leaf {
    /// Choices of what holds for the whole run.
    pub(super) choices: Choices,
    pub(super) holds: bool,
    /// Index of the witness, if it fails.
    pub(super) witness: Option<usize>,
}

pub(super) struct Search<'a, 'p> {
    set: &'a Compiled<'p>,
    /// A second set of the same numbering that is to decide alike.
    other: Option<&'a Compiled<'p>>,
    /// Where the two do not.
    unequal: Vec<PairLeaf>,
    pub(super) question: &'a Question,
    relevant: Vec<usize>,
    pub(super) leaves: Vec<Leaf>,
    pub(super) witnesses: Vec<Witness>,
    pub(super) presumed_layers: Vec<LayerKind>,
    pub(super) spent: Vec<Dependence>,
    pub(super) gave_up: bool,
    /// The witness of a request that fails in every world: nothing else can change the answer.
    pub(super) settled: Option<usize>,
    /// Work left for finding values.
    work: u64,
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
            other: None,
            unequal: Vec::new(),
            question,
            relevant,
            leaves: Vec::new(),
            witnesses: Vec::new(),
            presumed_layers: Vec::new(),
            spent: Vec::new(),
            gave_up: false,
            settled: None,
            work: member::WORK,
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
                    let at = Branch { member, request: &request, world: &self.question.base };
                    self.explore(at, choices, &mut Vec::new());
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
    fn explore(&mut self, at: Branch<'_>, choices: &mut Choices, values: &mut Values) {
        if self.settled.is_some() {
            return;
        }
        if self.leaves.len() >= BUDGET {
            self.gave_up = true;
            return;
        }
        let mut consulted = Consulted::default();
        let decision = decide(self.set, at.request, at.world, &mut consulted);
        let other = self.other.map(|other| decide(other, at.request, at.world, &mut consulted));
        let open = consulted
            .order
            .iter()
            .map(|open| self.dimension(*open, at.request))
            .find(|dimension| !choices.iter().any(|(chosen, _)| chosen == dimension));
        if let Some(dimension) = open {
            self.branch(at, choices, values, dimension);
            return;
        }
        for layer in consulted.presumed {
            if !self.presumed_layers.contains(&layer) {
                self.presumed_layers.push(layer);
            }
        }
        match other {
            Some(other) => self.pair_leaf(at, (choices, values), (decision, other)),
            None => self.leaf(at, choices, values, decision),
        }
    }

    fn dimension(&self, open: Open, request: &Request) -> Dimension {
        match open {
            Open::Layer(layer) => Dimension::Unseen(layer),
            Open::Atom(atom) if self.is_every(atom, request) => Dimension::Every(atom),
            Open::Atom(atom) => Dimension::Free(atom),
        }
    }

    /// Whether a test looks at something of which all values are asked for.
    fn is_every(&self, atom: FreeAtom, request: &Request) -> bool {
        let every = |key: &str| matches!(request.context.get(key), Some(ContextValue::Every(_)));
        match self.set.axis(atom) {
            Axis::Resource => request.space.is_some() || self.set.variables(atom).any(every),
            Axis::Key(key) => every(self.set.key_name(key)),
            Axis::None => self.set.clause_key(atom).is_some_and(every),
        }
    }

    fn branch(&mut self, at: Branch<'_>, choices: &mut Choices, values: &mut Values, dimension: Dimension) {
        // The customary reading first: a free test fails, an unseen layer allows.
        let order = if dimension.atom().is_some() { [0, 1] } else { [1, 0] };
        let mut possible = false;
        for option in order {
            let mut world = at.world.clone();
            match dimension {
                Dimension::Free(atom) | Dimension::Every(atom) => world.set(atom, option == 1),
                Dimension::Unseen(layer) => world.set_unseen_denies(layer, option == 0),
                Dimension::Unknown(_) => {}
            }
            choices.push((dimension, option));
            let found = match dimension.atom() {
                Some(atom) => self.value(at.request, choices, values, (atom, option == 1)),
                None => Found::Value(String::new()),
            };
            let next = Branch { world: &world, ..at };
            match found {
                Found::Nothing => {}
                Found::GaveUp => {
                    possible = true;
                    self.gave_up = true;
                    self.spent.extend(dimension.dependence());
                }
                Found::Value(value) => {
                    possible = true;
                    let depth = values.len();
                    if let Some(atom) = dimension.atom() {
                        values.push((self.set.axis(atom), value));
                    }
                    self.explore(next, choices, values);
                    values.truncate(depth);
                }
            }
            choices.pop();
        }
        // INVARIANT: a value either passes a test or it does not; if neither is possible, the search is wrong.
        if !possible {
            self.gave_up = true;
            self.spent.extend(dimension.dependence());
        }
    }

    /// A value that goes on agreeing when a test is decided: the one at hand, if it does, else a new one.
    fn value(
        &mut self,
        request: &Request,
        choices: &Choices,
        values: &Values,
        (atom, truth): (FreeAtom, bool),
    ) -> Found<String> {
        let axis = self.set.axis(atom);
        let at_hand = values.iter().rev().find(|(other, _)| *other == axis && axis != Axis::None);
        match at_hand {
            Some((_, value)) if self.set.takes(atom, value, &request.context) == Some(truth) => {
                Found::Value(value.clone())
            }
            Some(_) | None => self.solve(request, choices, atom),
        }
    }

    /// A value for the axis of a test that agrees with every choice made on it so far.
    fn solve(&mut self, request: &Request, choices: &Choices, atom: FreeAtom) -> Found<String> {
        let set = self.set;
        let axis = set.axis(atom);
        let chosen = |truth: usize| {
            choices
                .iter()
                .filter(move |(_, option)| *option == truth)
                .filter_map(|(dimension, _)| dimension.atom())
                .filter(move |atom| set.axis(*atom) == axis)
        };
        match axis {
            Axis::None => Found::Value(String::new()),
            Axis::Resource => {
                let Some(space) = &request.space else { return Found::Value(request.resource.to_string()) };
                let space = space.iter();
                let languages = |truth| -> Vec<Language> {
                    chosen(truth).filter_map(|atom| set.resource_language(atom, &request.context)).collect()
                };
                let (mut yes, no) = (languages(1), languages(0));
                let widest = |atom| set.widest_resource_language(atom, &request.context);
                yes.extend(chosen(1).filter_map(widest));
                yes.extend(space.cloned());
                let (yes, no) = (yes.iter().collect::<Vec<_>>(), no.iter().collect::<Vec<_>>());
                member::string_within(&yes, &no, &mut self.work)
            }
            Axis::Key(key) if !is_open(request, set.key_name(key)) => Found::Value(String::new()),
            Axis::Key(key) => {
                // What else can be anything does not bear on the value.
                let bears = |atom: &FreeAtom| self.apart(request, *atom).is_none();
                let tests = |truth| {
                    chosen(truth).filter(bears).filter_map(|atom| set.value_test(atom)).collect::<Vec<_>>()
                };
                let within = match request.context.get(set.key_name(key)) {
                    Some(ContextValue::Every(within)) => Some(within),
                    Some(_) | None => None,
                };
                let given = (within, &request.context);
                member::value(set.key_name(key), (&tests(1), &tests(0)), given, &mut self.work)
            }
        }
    }

    fn leaf(&mut self, at: Branch<'_>, choices: &Choices, values: &Values, decision: Decision) {
        let holds = decision.is_allowed() == self.question.allowed;
        let mut witness = None;
        match self.concrete(at.request, choices, values) {
            Some(concrete) => {
                let again = decide(self.set, &concrete, at.world, &mut super::trace::NoTrace);
                if again.is_allowed() != decision.is_allowed() {
                    // INVARIANT: equal atoms give equal answers; a witness that disagrees proves nothing.
                    self.gave_up = true;
                } else if !holds {
                    witness = Some(self.witnesses.len());
                    let (member, world) = (at.member, at.world.clone());
                    self.witnesses.push(Witness { member, request: concrete, world, decision: again });
                }
            }
            None => self.gave_up = true,
        }
        let lasting = |(dimension, _): &&(Dimension, usize)| !matches!(dimension, Dimension::Every(_));
        let choices: Choices = choices.iter().filter(lasting).copied().collect();
        if choices.is_empty() {
            self.settled = self.settled.or(witness);
        }
        self.leaves.push(Leaf { choices, holds, witness });
    }
}

/// Where the search stands.
#[derive(Clone, Copy)]
struct Branch<'b> {
    member: usize,
    request: &'b Request,
    world: &'b World,
}

/// Whether nobody knows the value of a key.
fn is_open(request: &Request, key: &str) -> bool {
    matches!(
        request.context.get(key),
        Some(ContextValue::Unknown | ContextValue::Unseen | ContextValue::Every(_))
    )
}
