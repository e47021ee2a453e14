//! The search behind [`super::ask`]: decides, and branches over whatever the decision looked at that is still open.
//!
//! A test of a key that nobody knows is open for the whole run; a test of the resource of a space is open for each
//! resource. Branches that no value can take are cut (`member`); at every leaf one concrete request is decided again, and if
//! it answers otherwise than the leaf, nothing is claimed.

mod apart;
mod concrete;
mod consulted;
mod pair;
mod path;
mod solve;
mod taken;
mod twins;
mod variables;

use super::ask::{Answer, Dependence, Patch, Question, Witness};
use super::compile::{Axis, Compiled};
use super::context::ContextValue;
use super::decide::{Decision, decide};
use super::difference::PairLeaf;
use super::layers::LayerKind;
use super::member::{self, Found};
use super::request::Request;
use super::world::{FreeAtom, World};
use consulted::{Consulted, Open};
pub(super) use path::Path;
use taken::Taken;
use variables::{is_open, is_unknown, is_wild};

/// Leaves looked at for one question before giving up.
pub(super) const BUDGET: usize = 4096;

/// Statements and tests looked at for one question before giving up: about a second.
const STEPS: u64 = 20_000_000;

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

    /// The way that is taken first: a free test fails, an unseen layer allows.
    fn customary(self) -> usize {
        usize::from(self.atom().is_none())
    }

    /// The way that it is in a world.
    fn of(self, world: &World) -> Option<usize> {
        match self {
            Dimension::Free(atom) | Dimension::Every(atom) => Some(usize::from(world.get(atom))),
            Dimension::Unseen(layer) => Some(usize::from(!world.unseen_denies(layer))),
            Dimension::Unknown(_) => None,
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

/// What came of going one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A value goes this way, or may.
    Taken,
    /// No value goes this way.
    Impossible,
}

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
    /// Answers where nobody knows whether there is such a request.
    pub(super) doubtful: Vec<bool>,
    /// The witness of a request that fails in every world: nothing else can change the answer.
    pub(super) settled: Option<usize>,
    /// Work left for finding values.
    work: u64,
    /// Statements and tests that may still be looked at.
    steps: u64,
    /// The resources that tests take, of the request that is looked at.
    taken: Taken,
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
            doubtful: Vec::new(),
            settled: None,
            work: member::WORK,
            steps: STEPS,
            taken: Taken::default(),
        }
    }

    pub(super) fn run(mut self) -> Answer {
        self.choose_unknowns(0, &mut Path::default());
        self.answer()
    }

    fn choose_unknowns(&mut self, at: usize, path: &mut Path) {
        let Some(index) = self.relevant.get(at).copied() else {
            for member in 0..self.question.members.len() {
                if let Some(request) = self.request(member, path.choices()) {
                    let at = Branch { member, request: &request, world: &self.question.base };
                    self.taken.forget_values(self.set);
                    self.explore(at, path);
                }
            }
            return;
        };
        let Some(unknown) = self.question.unknowns.get(index) else { return };
        // The presumed option first, so that a witness shows the world that most likely is.
        let mut order: Vec<usize> = (0..unknown.options.len()).collect();
        order.sort_by_key(|option| Some(*option) != unknown.presumed);
        for option in order {
            path.push((Dimension::Unknown(index), option), None);
            self.choose_unknowns(at + 1, path);
            self.back(path);
        }
    }

    /// A member with the chosen options of the unknowns applied.
    pub(super) fn request(&self, member: usize, choices: &Choices) -> Option<Request> {
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

    /// Decides one member; where the decision looked at something open, branches over it. A test that fails and a layer that
    /// allows are what the decision supposed, so that one decision serves all of those; the other way of each is decided anew.
    fn explore(&mut self, at: Branch<'_>, path: &mut Path) {
        if self.settled.is_some() {
            return;
        }
        let mut consulted = Consulted::default();
        let decision = decide(self.set, at.request, at.world, &mut consulted);
        let other = self.other.map(|other| decide(other, at.request, at.world, &mut consulted));
        if !self.may_go_on(self.set.size() + consulted.order.len()) {
            return;
        }
        let depth = path.len();
        let mut is_decided = true;
        for open in consulted.order {
            let dimension = self.dimension(open, at.request);
            if path.has(dimension) {
                continue;
            }
            let customary = (dimension, dimension.customary());
            // Where a variable has no value, tests are others than where it has one.
            let is_alike = self.variable_of(dimension, at.request).is_none();
            let supposed = (is_alike && dimension.of(at.world) == Some(customary.1))
                .then(|| self.step(at, path, customary));
            if supposed != Some(Step::Taken) {
                is_decided = false;
                self.branch(at, path, dimension, supposed);
                break;
            }
        }
        if is_decided {
            for layer in consulted.presumed {
                if !self.presumed_layers.contains(&layer) {
                    self.presumed_layers.push(layer);
                }
            }
            match other {
                Some(other) => self.pair_leaf(at, path, (decision, other)),
                None => self.leaf(at, path, decision),
            }
        }
        while path.len() > depth {
            let newest = path.last();
            self.back(path);
            if let Some((dimension, option)) = newest
                && self.settled.is_none()
                && self.may_go_on(1)
            {
                self.other_way(at, path, (dimension, 1 - option));
            }
        }
    }

    /// Whether there is work left, of which this much is taken.
    fn may_go_on(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps as u64);
        // Without work left nothing is found any more, and what was found contradicts itself.
        let is_idle = self.work < member::WORK / 100 && self.doubtful.len() > 1;
        let is_over = self.leaves.len() >= BUDGET || self.steps == 0 || is_idle;
        self.gave_up |= is_over;
        !is_over
    }

    /// Chooses one way of something open, with a value that agrees.
    fn step(&mut self, at: Branch<'_>, path: &mut Path, choice: (Dimension, usize)) -> Step {
        match self.choose(at.request, path, choice) {
            Found::Value(()) => Step::Taken,
            Found::Nothing => {
                self.back(path);
                Step::Impossible
            }
            Found::GaveUp => {
                path.doubt();
                self.spent.extend(choice.0.dependence());
                Step::Taken
            }
        }
    }

    pub(super) fn back(&self, path: &mut Path) {
        path.pop(|atom| self.set.axis(atom));
    }

    /// Goes one way of something open, if any value can, and decides again there.
    fn other_way(&mut self, at: Branch<'_>, path: &mut Path, choice: (Dimension, usize)) -> Step {
        let step = self.step(at, path, choice);
        if step == Step::Taken {
            let mut world = at.world.clone();
            match choice.0 {
                Dimension::Free(atom) | Dimension::Every(atom) => world.set(atom, choice.1 == 1),
                Dimension::Unseen(layer) => world.set_unseen_denies(layer, choice.1 == 0),
                Dimension::Unknown(_) => {}
            }
            match self.with_variable(at.request, choice) {
                None => self.explore(Branch { world: &world, ..at }, path),
                Some(request) => {
                    self.taken.forget_values(self.set);
                    self.explore(Branch { world: &world, request: &request, ..at }, path);
                    self.taken.forget_values(self.set);
                }
            }
            self.back(path);
        }
        step
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
            // What a variable stands for that nobody knows is the same for all resources, and so is what a star in a value means.
            Axis::Resource
                if self.set.variables(atom).any(|key| is_unknown(request, key) || is_wild(request, key)) =>
            {
                false
            }
            Axis::Resource => request.space.is_some() || self.set.variables(atom).any(every),
            Axis::Key(key) => every(self.set.key_name(key)),
            // What AWS does with a variable that has no value is the same for all values of the key.
            Axis::None => self.set.is_clause_of_many(atom) && self.set.clause_key(atom).is_some_and(every),
        }
    }

    /// Both ways of something open, the customary one first, unless it is known to lead nowhere.
    fn branch(&mut self, at: Branch<'_>, path: &mut Path, dimension: Dimension, customary: Option<Step>) {
        let first = dimension.customary();
        let first_way = customary.unwrap_or_else(|| self.other_way(at, path, (dimension, first)));
        let second_way = self.other_way(at, path, (dimension, 1 - first));
        // INVARIANT: a value either passes a test or it does not; if neither is possible, the search is wrong.
        if [first_way, second_way] == [Step::Impossible; 2] {
            self.gave_up = true;
            self.spent.extend(dimension.dependence());
        }
    }

    fn leaf(&mut self, at: Branch<'_>, path: &Path, decision: Decision) {
        let holds = decision.is_allowed() == self.question.allowed;
        if path.is_doubtful() {
            if !self.doubtful.contains(&holds) {
                self.doubtful.push(holds);
            }
            return;
        }
        let mut witness = None;
        match self.concrete(at.request, path) {
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
        let choices: Choices = path.choices().iter().filter(lasting).copied().collect();
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
