//! What a check is given, and what it gives back.

use crate::contract::{Demand, Form, Layout, RequestTemplate};
use crate::evidence::Evidence;
use crate::finding::{Change, Repair, State};
use crate::rulebook::{Phrases, Values};
use crate::source::{Place, Sources};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything a check may look at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The documents.
    pub evidence: &'a Evidence,
    /// The form, presumptions included.
    pub form: &'a Form,
    /// Descriptions of requests by name.
    pub requests: &'a BTreeMap<String, RequestTemplate>,
    /// Where the product looks for files, if its contract says.
    pub layout: Option<&'a Layout>,
    /// Where AWS writes them, if the contract does not say where the product looks.
    pub delivered: Option<&'a Layout>,
    /// Everything the contract asks.
    pub demands: &'a [Demand],
    /// Whom the other products of the same run take the role as.
    pub neighbours: &'a [String],
    /// What is presumed absent counts as not visible.
    pub strict: bool,
    /// The moment the check is made for, as an ISO 8601 instant.
    pub now: &'a str,
    /// Whether a broken answer is to be explained.
    pub explains: bool,
    /// What the rules say of the documents, as far as somebody has asked.
    pub looked: &'a Looked,
    /// Parts of sentences.
    pub phrases: &'a Phrases,
}

/// What the rules say of each document of the evidence, in its order.
#[derive(Debug)]
pub struct Looked {
    causes: Vec<OnceCell<Arc<[Cause]>>>,
    /// Whether the policies speak of discovery.
    pub(super) discovery: OnceCell<bool>,
}

impl Looked {
    /// For so many documents, none of which was looked at.
    #[must_use]
    pub fn new(documents: usize) -> Self {
        Self { causes: (0..documents).map(|_| OnceCell::new()).collect(), discovery: OnceCell::new() }
    }

    /// What was said of a document, if somebody has asked.
    #[must_use]
    pub fn at(&self, document: usize) -> Option<Arc<[Cause]>> {
        self.causes.get(document)?.get().cloned()
    }

    /// Puts in what is known already; what was found out since stays.
    pub fn set(&self, document: usize, causes: Arc<[Cause]>) {
        if let Some(cell) = self.causes.get(document) {
            let _ = cell.set(causes);
        }
    }

    /// What is said of a document, found out once.
    pub(super) fn of(&self, document: usize, find: impl FnOnce() -> Vec<Cause>) -> Arc<[Cause]> {
        match self.causes.get(document) {
            Some(cell) => cell.get_or_init(|| find().into()).clone(),
            None => find().into(),
        }
    }
}

/// The answer to a demand.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Holds, broken or unknown.
    pub state: Option<State>,
    /// What is wrong, where.
    pub causes: Vec<Cause>,
    /// What an unknown answer waits for.
    pub facts: Vec<FactRef>,
    /// What the answer rests on.
    pub assumed: Vec<Assumption>,
    /// For how much it holds, in one line.
    pub detail: Option<String>,
}

impl Outcome {
    /// An answer without explanation.
    #[must_use]
    pub fn of(state: State) -> Self {
        Self { state: Some(state), ..Self::default() }
    }
}

/// One fault.
#[derive(Debug, Clone)]
pub struct Cause {
    /// The check that found it.
    pub check: &'static str,
    /// The case of that check.
    pub case: &'static str,
    /// A group of rule pages to take instead of the demand's section.
    pub group: Option<&'static str>,
    /// What fills the holes of the rule's words.
    pub values: Values,
    /// The smallest text that carries the fault.
    pub place: Place,
    /// Other places that make it a fault, each with a few words.
    pub related: Vec<(Place, String)>,
    /// Why, in few lines.
    pub notes: Vec<String>,
    /// Ways to mend it, the one that changes least first.
    pub repairs: Vec<Repair>,
}

impl Cause {
    /// A fault of a check.
    #[must_use]
    pub fn new(check: &'static str, case: &'static str, place: Place, values: Values) -> Self {
        Self {
            check,
            case,
            group: None,
            values,
            place,
            related: Vec::new(),
            notes: Vec::new(),
            repairs: Vec::new(),
        }
    }

    /// The same with another value of the form as a way to mend it.
    #[must_use]
    pub(super) fn typing(mut self, name: &str, value: &str) -> Self {
        self.repairs.push(Repair::of(Change::Form { name: name.to_owned(), value: value.to_owned() }));
        self
    }

    /// The same with another value at a place as a way to mend it.
    #[must_use]
    pub(super) fn setting(mut self, at: Place, value: impl Into<serde_json::Value>) -> Self {
        self.repairs.push(Repair::of(Change::Set { at, value: value.into() }));
        self
    }

    /// The same, told by pages of another group than the demand's section.
    #[must_use]
    pub fn in_group(mut self, group: &'static str) -> Self {
        self.group = Some(group);
        self
    }
}

/// A missing fact: an identifier of `rules/facts.toml`, with values for its holes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactRef {
    /// The identifier.
    pub id: String,
    /// Values for holes beside the form's.
    pub values: Vec<(String, String)>,
}

impl FactRef {
    /// A fact without values.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), values: Vec::new() }
    }

    /// A fact with one value.
    #[must_use]
    pub fn with(id: &str, hole: &str, value: &str) -> Self {
        Self { id: id.to_owned(), values: vec![(hole.to_owned(), value.to_owned())] }
    }
}

/// Something an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// What.
    pub text: String,
    /// Where it comes from.
    pub source: Option<String>,
}
