//! Policies to numbered atoms. Equal tests get one number, so a free test has one truth wherever it stands.

mod build;
mod content;
mod gate;
mod held;
mod tested;

pub(super) use gate::Gate;

pub(super) use tested::Axis;
pub use tested::FreeFact;

use self::build::Builder;
use super::caller::Caller;
use super::condition::{Operand, Template, ValueTest};
use super::glob::Glob;
use super::layers::{Layer, LayerKind, Layers};
use super::principal::PrincipalTest;
use super::service;
use super::world::{FreeAtom, World};
use crate::policy::{Effect, Operator, Policy, Statement};

/// A statement of a compiled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatementId(pub u32);

/// An element of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ElementKind {
    /// `Principal` or `NotPrincipal`
    Principal,
    /// `Action` or `NotAction`
    Action,
    /// `Resource` or `NotResource`
    Resource,
    /// The nth clause of `Condition`
    Clause(u16),
}

/// One element of one statement of a compiled set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementRef {
    /// The statement.
    pub statement: StatementId,
    /// Its element.
    pub element: ElementKind,
}

/// An elementary test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    Action(ActionTest),
    Resource(Glob),
    ResourceTemplate(Template),
    Principal(PrincipalTest),
    Value {
        key: u32,
        test: ValueTest,
    },
    Unreadable(Box<str>),
    /// What is filled in when the policy is deployed: the text as it is shown, which tells it from others, and the names.
    Hole {
        text: Box<str>,
        names: Box<str>,
    },
    /// A text with holes: a test that takes whatever it may match, and the hole, which says whether it does. Both numbers
    /// of tests of this set.
    Held {
        pattern: u32,
        hole: u32,
    },
}

impl Test {
    /// The text with variables that it compares with.
    pub(super) fn template(&self) -> Option<&Template> {
        match self {
            Test::ResourceTemplate(template) => Some(template),
            Test::Value { test, .. } => match &test.operand {
                Operand::Template(template) => Some(template),
                _ => None,
            },
            Test::Action(_)
            | Test::Resource(_)
            | Test::Principal(_)
            | Test::Unreadable(_)
            | Test::Hole { .. }
            | Test::Held { .. } => None,
        }
    }
}

/// An action pattern, in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ActionTest {
    pub(super) pattern: Glob,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledElement {
    pub(super) negated: bool,
    pub(super) atoms: Box<[u32]>,
    /// Where some atom is a text with variables: whether a variable without a value makes the statement invalid. An atom
    /// of its own, which is one way or the other for every resource.
    pub(super) null: Option<u32>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledClause {
    pub(super) key: u32,
    /// `None`: AWS does not know the operator, the whole clause is free.
    pub(super) operator: Option<Operator>,
    pub(super) atoms: Box<[u32]>,
    /// The free atom of the clause as a whole: unknown operator, or several values without a set operator.
    pub(super) whole: FreeAtom,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledStatement {
    pub(super) layer: LayerKind,
    pub(super) effect: Effect,
    /// True: an unreadable effect stands for Allow in this world.
    pub(super) effect_atom: FreeAtom,
    pub(super) principals: Option<CompiledElement>,
    pub(super) actions: Option<CompiledElement>,
    pub(super) resources: Option<CompiledElement>,
    pub(super) clauses: Box<[CompiledClause]>,
}

/// Statements of one policy list, found by the service of an action.
#[derive(Debug, Default)]
pub(super) struct Group {
    services: Vec<(Box<str>, Candidates)>,
    any: Candidates,
    /// Every statement, also those that name another service.
    all: Candidates,
}

/// Statements that may bear on a request, each with a quick look at its resources.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) ids: Box<[u32]>,
    pub(super) gates: Box<[Gate]>,
}

impl Group {
    #[inline]
    pub(super) fn candidates(&self, service: &str, world: &World) -> &Candidates {
        // An action that is taken as matching may be written for no service, or for another.
        if !world.forced.is_empty() {
            return &self.all;
        }
        self.services.iter().find(|(name, _)| **name == *service).map_or(&self.any, |(_, list)| list)
    }
}

/// One layer of a compiled set: levels of groups (one level for all but the organization's).
#[derive(Debug)]
pub(super) struct CompiledLayer {
    pub(super) state: Layer<Vec<Group>>,
}

/// A policy set, compiled.
#[derive(Debug)]
pub struct Compiled<'p> {
    pub(super) atoms: Vec<Test>,
    pub(super) keys: Vec<Box<str>>,
    /// So many of the keys, the first ones, are those of clauses; the others stand in variables alone.
    clause_keys: usize,
    pub(super) statements: Vec<CompiledStatement>,
    origins: Vec<(&'p Policy, &'p Statement)>,
    layers: [CompiledLayer; 7],
    policies: Vec<(LayerKind, u16, &'p Policy)>,
    free_names: Vec<FreeName>,
    /// `RestrictPublicBuckets` is on and the bucket policy is public.
    pub(super) restricted: bool,
    /// The layers that are there or may be, in their order.
    pub(super) heard: Box<[LayerKind]>,
    /// A text of some test has variables.
    pub(super) has_variables: bool,
}

/// The layers that are there or may be.
fn heard(layers: &[CompiledLayer; 7]) -> Box<[LayerKind]> {
    let is_heard = |layer: &CompiledLayer| !matches!(layer.state, Layer::Absent | Layer::PresumedAbsent);
    let kinds = LayerKind::ALL.into_iter();
    kinds.filter(|kind| layers.get(kind.index()).is_some_and(is_heard)).collect()
}

/// What a free atom stands for, for naming the fact it waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FreeName {
    Clause { statement: StatementId, clause: u16 },
    KeyPresence(u32),
    Effect(StatementId),
}

impl<'p> Compiled<'p> {
    /// Compiles every known layer.
    #[must_use]
    pub fn new(layers: &Layers<'p>) -> Self {
        let mut builder = Builder::default();
        let compiled = builder.layers(layers);
        Self::of(builder, compiled, is_restricted(layers))
    }

    /// Compiles every known layer for requests of [`Request::as_given`](super::Request::as_given), whose context may give
    /// two moments, or one key of the moment without the other: `aws:EpochTime` and `aws:CurrentTime` are two keys here.
    #[must_use]
    pub fn as_given(layers: &Layers<'p>) -> Self {
        let mut builder = Builder::with_two_clocks();
        let compiled = builder.layers(layers);
        Self::of(builder, compiled, is_restricted(layers))
    }

    /// Compiles two sets with one numbering, for comparing them: equal tests, and equal clauses that nothing settles, have
    /// one number in both.
    #[must_use]
    pub fn pair(old: &Layers<'p>, new: &Layers<'p>) -> (Self, Self) {
        let mut builder = Builder::sharing();
        let (first, second) = (builder.layers(old), builder.layers(new));
        let old_set = Self::of(builder, first, is_restricted(old));
        let new_set = Self {
            atoms: old_set.atoms.clone(),
            keys: old_set.keys.clone(),
            clause_keys: old_set.clause_keys,
            statements: old_set.statements.clone(),
            origins: old_set.origins.clone(),
            heard: heard(&second),
            layers: second,
            policies: old_set.policies.clone(),
            free_names: old_set.free_names.clone(),
            restricted: is_restricted(new),
            has_variables: old_set.has_variables,
        };
        (old_set, new_set)
    }

    fn of(mut builder: Builder<'p>, layers: [CompiledLayer; 7], restricted: bool) -> Self {
        let atom_count = u32::try_from(builder.atoms.len()).unwrap_or(u32::MAX);
        // Clause and effect atoms were numbered from 0 while atoms were still being added: move them behind.
        let shift = |atom: &mut FreeAtom| atom.0 = atom.0.saturating_add(atom_count);
        for statement in &mut builder.statements {
            shift(&mut statement.effect_atom);
            statement.clauses.iter_mut().for_each(|clause| shift(&mut clause.whole));
        }
        let has_variables = builder.atoms.iter().any(|atom| atom.template().is_some());
        let clause_keys = builder.keys.len();
        for key in builder.atoms.iter().filter_map(Test::template).flat_map(Template::keys) {
            if !builder.keys.iter().any(|known| **known == *key) {
                builder.keys.push(key.into());
            }
        }
        let mut free_names = builder.free_names;
        free_names.extend(
            (0..builder.keys.len()).filter_map(|key| u32::try_from(key).ok()).map(FreeName::KeyPresence),
        );
        Self {
            atoms: builder.atoms,
            keys: builder.keys,
            clause_keys,
            statements: builder.statements,
            origins: builder.origins,
            policies: builder.policies,
            free_names,
            restricted,
            heard: heard(&layers),
            layers,
            has_variables,
        }
    }

    #[inline]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: seven layers, and `index` is below seven")]
    pub(super) fn layer(&self, kind: LayerKind) -> &Layer<Vec<Group>> {
        &self.layers[kind.index()].state
    }

    /// Whether the layer is known, absent, presumed or unseen, without its content.
    #[must_use]
    pub fn layer_state(&self, kind: LayerKind) -> Layer<()> {
        self.layer(kind).map(|_| ())
    }

    /// The policy and statement behind a number.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: a StatementId is a number of this set")]
    pub fn origin(&self, id: StatementId) -> (&'p Policy, &'p Statement) {
        self.origins[id.0 as usize]
    }

    /// The layer of a statement.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "INVARIANT: a StatementId is a number of this set")]
    pub fn layer_of(&self, id: StatementId) -> LayerKind {
        self.statements[id.0 as usize].layer
    }

    /// The policies of a layer with their level: 0 but for organization policies, whose root is 0.
    pub fn policies(&self, kind: LayerKind) -> impl Iterator<Item = (u16, &'p Policy)> {
        self.policies
            .iter()
            .filter(move |(layer, ..)| *layer == kind)
            .map(|(_, level, policy)| (*level, *policy))
    }

    /// Whether the `Principal` of a statement stands for a caller, or may do so where it cannot be read. A quick look: of a
    /// statement that passes it nothing is known yet.
    #[must_use]
    pub fn may_name(&self, id: StatementId, caller: &Caller) -> bool {
        let Some(element) = self.statements.get(id.0 as usize).and_then(|each| each.principals.as_ref())
        else {
            return false;
        };
        element.negated
            || element.atoms.iter().any(|atom| match self.atoms.get(*atom as usize) {
                Some(Test::Principal(test)) => test.may_name(caller),
                Some(_) | None => true,
            })
    }

    /// How many statements there are.
    pub(in crate::eval) fn size(&self) -> usize {
        self.statements.len()
    }

    /// All statements, in the order of layers and documents.
    pub fn statement_ids(&self) -> impl Iterator<Item = StatementId> + use<> {
        (0..u32::try_from(self.statements.len()).unwrap_or(u32::MAX)).map(StatementId)
    }
    /// The free atom that says whether a key with unknown presence is there.
    #[inline]
    pub(super) fn presence_atom(&self, key: u32) -> FreeAtom {
        let behind = self.free_names.len() - self.keys.len();
        FreeAtom(u32::try_from(self.atoms.len() + behind).unwrap_or(u32::MAX).saturating_add(key))
    }

    /// The free atom that says whether a key is there which a text has as a variable, by its name in lower case.
    pub(super) fn presence_of_variable(&self, key: &str) -> Option<FreeAtom> {
        let at = self.keys.iter().position(|name| **name == *key)?;
        u32::try_from(at).ok().map(|at| self.presence_atom(at))
    }

    /// Whether a clause looks at a key, which is given in lower case.
    pub(super) fn has_clause_on(&self, key: &str) -> bool {
        self.keys.iter().take(self.clause_keys).any(|name| **name == *key)
    }

    pub(super) fn key_name(&self, key: u32) -> &str {
        self.keys.get(key as usize).map_or("", |key| &**key)
    }
}

/// Whether `RestrictPublicBuckets` is on and the bucket policy is public.
fn is_restricted(layers: &Layers<'_>) -> bool {
    layers.public_access_block.restrict_public_buckets
        && layers
            .resource
            .known()
            .is_some_and(|policies| policies.iter().any(|policy| service::s3::is_public(policy)))
}
