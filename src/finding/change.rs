//! What a change of a policy does: access gained and access lost.

use super::{Assumed, ConsumerReport, Label, Need, NotEvaluated, Severity, State, Wrapped};
use crate::source::Place;
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

impl Witness {
    /// The request in words.
    #[must_use]
    pub fn words(&self) -> String {
        let who = if self.principal.is_empty() { "anybody, unsigned," } else { &self.principal };
        let mut request = format!("{who} asks for `{}` on `{}`", self.action, self.resource);
        for (key, value) in &self.context {
            match value {
                Some(value) => request.push_str(&format!(", `{key}` = `{value}`")),
                None => request.push_str(&format!(", without `{key}`")),
            }
        }
        request
    }
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
    /// The demand of a contract that asks for it, if one does.
    pub demand: Option<Demanded>,
}

/// What of a contract a class bears on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Demanded {
    /// The consumer.
    pub consumer: String,
    /// The demand, such as `delivery.put-object`.
    pub id: String,
    /// The demand as a sentence.
    pub title: String,
    /// Whether the import depends on it.
    pub need: Need,
}

/// A part of the comparison that could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// Why.
    pub reason: String,
    /// What would tell.
    pub tell: Option<String>,
}

/// What happened to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is another than it was.
    Changed,
    /// It was not there.
    Added,
    /// It is no longer there.
    Removed,
    /// It has another name, and may be another than it was.
    Renamed,
}

/// What changed since a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The revision as the user named it.
    pub base: String,
    /// The commit that was compared with: where this branch left the revision.
    pub commit: String,
    /// One entry for each policy that is another than it was, in the order of their names.
    pub list: Vec<Comparison>,
    /// Documents that differ and were not compared.
    pub not_compared: Vec<NotEvaluated>,
}

impl Changes {
    /// Takes lost access for less where the demand that needs it holds all the same, by another policy, or may hold.
    pub fn weigh(&mut self, consumers: &[ConsumerReport]) {
        let state = |demanded: &Demanded| {
            let consumer = consumers.iter().find(|consumer| consumer.name == demanded.consumer)?;
            Some(consumer.demands.iter().find(|demand| demand.id == demanded.id)?.state)
        };
        for change in self.list.iter_mut().flat_map(|each| &mut each.lost) {
            let most = match change.demand.as_ref().and_then(state) {
                Some(State::Holds) => Severity::Note,
                Some(State::Unknown) => Severity::Warning,
                Some(State::Broken) | None => Severity::Error,
            };
            change.severity = change.severity.min(most);
        }
    }

    /// Whether something of it could not be told.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        !self.not_compared.is_empty() || self.list.iter().any(|each| !each.unknown.is_empty())
    }
}

/// The comparison of two documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// What happened to the document.
    pub fate: Fate,
    /// What must be so for it, in words that stand behind "if", where the documents hang on something.
    pub when: Option<String>,
    /// Names of the documents, the old one first; empty where there is none.
    pub documents: (String, String),
    /// Where the new document begins, or the old one where there is none.
    pub place: Place,
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
