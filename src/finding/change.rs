//! What a change of a policy does: access gained and access lost.

use super::{Assumed, Label, Severity, Wrapped};
use serde::{Deserialize, Serialize};

/// Whether two documents allow the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Proved: every request is decided alike.
    Same,
    /// Some requests are decided otherwise.
    Differs,
    /// No difference was found, but not all could be looked at.
    CannotTell,
}

/// One request that shows a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// Who asks; empty for anybody, unsigned.
    pub principal: String,
    /// What for.
    pub action: String,
    /// On what.
    pub resource: String,
    /// The condition keys that the policies look at; `None` where the request carries none.
    pub context: Vec<(String, Option<String>)>,
}

/// Requests that are gained or lost alike: by one kind of caller, through one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    /// Who, for people.
    pub principal: String,
    /// Whether anybody at all can use it.
    pub public: bool,
    /// What for, sorted.
    pub actions: Vec<String>,
    /// On what, as the deciding statement writes it.
    pub resources: Vec<String>,
    /// Under which conditions of that statement, one clause each.
    pub conditions: Vec<String>,
    /// A request that is decided differently.
    pub witness: Witness,
    /// The statements that decide: the one that gives or gave the access, or the one that takes or took it away.
    pub statements: Vec<Label>,
    /// How bad it is for the one who reviews.
    pub severity: Severity,
}

/// A part of the comparison that could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// Why.
    pub reason: String,
    /// What would tell.
    pub tell: Option<String>,
}

/// The comparison of two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Names of the documents, the old one first.
    pub documents: (String, String),
    /// What kind of policies they were taken for.
    pub kind: String,
    /// The answer.
    pub effect: Effect,
    /// Allowed now, and not before. Most severe first.
    pub gained: Vec<AccessChange>,
    /// Allowed before, and not now.
    pub lost: Vec<AccessChange>,
    /// Access that a flag forbids, whether it is new or not.
    pub forbidden: Vec<AccessChange>,
    /// Access beyond a reference.
    pub beyond: Vec<AccessChange>,
    /// What could not be settled.
    pub unknown: Vec<Doubt>,
    /// What was presumed.
    pub assumed: Vec<Assumed>,
    /// Where sources hold wrapped JSON.
    pub wrapped: Vec<Wrapped>,
}
