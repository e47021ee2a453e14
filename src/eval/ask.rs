//! One question to all worlds.
//!
//! A question names requests that all will be made (*every*) and facts that are one way or another (*unknown*). The
//! answer is yes or no only if every world gives it; otherwise it names what separates the worlds.

use super::compile::{Compiled, FreeFact};
use super::context::ContextValue;
use super::decide::Decision;
use super::layers::LayerKind;
use super::request::Request;
use super::search::Search;
use super::world::{FreeAtom, World};

/// One of the requests that all will be made; with [`Request::over`] it stands for one request for each resource of a
/// pattern.
#[derive(Debug, Clone)]
pub struct Member {
    /// The request, without the choices of unknowns.
    pub request: Request,
    /// A resource of the space that people know, for showing.
    pub example: Option<Box<str>>,
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

impl Compiled<'_> {
    /// A short name of what a free atom stands for.
    #[must_use]
    pub fn free_name(&self, atom: FreeAtom) -> String {
        match self.describe(atom) {
            FreeFact::Key(key) => key.to_owned(),
            FreeFact::Clause(clause) => clause.key.value.to_string(),
            FreeFact::Chain => "a session that NotPrincipal does not list".to_owned(),
            FreeFact::Text(text) | FreeFact::Hole(text) => text.to_owned(),
        }
    }
}
