//! What `simulate` has to say of one question.

use super::{Assumed, Label, Wrapped};
use serde::{Deserialize, Serialize};

/// The answer to a question that may stand for many requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Every request is allowed.
    Allowed,
    /// Every request is denied.
    Denied,
    /// Some are allowed and some are denied.
    Mixed,
    /// It depends on a fact that is not known.
    Depends,
}

impl Answer {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Answer::Allowed => "allowed",
            Answer::Denied => "denied",
            Answer::Mixed => "mixed",
            Answer::Depends => "depends",
        }
    }
}

/// Whether something is true of all requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// In every world.
    Yes,
    /// In no world.
    No,
    /// In some.
    Unknown,
}

/// Requests that answer alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Who asks, for people.
    pub principal: String,
    /// What for.
    pub actions: Vec<String>,
    /// On what; a pattern stands for every resource that it matches.
    pub resource: String,
    /// The answer.
    pub answer: Answer,
}

/// What one layer says to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The layer, in AWS's words.
    pub layer: &'static str,
    /// What it says, in a few words.
    pub says: String,
}

/// Who denies a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The layer's identifier; `public-access` for Block Public Access.
    pub layer: &'static str,
    /// Whether a statement denies, or nothing allows; none where nobody saw the layer.
    pub explicit: Option<bool>,
}

/// One concrete request, with its decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Whether it is allowed.
    pub allowed: bool,
    /// Who asks: an ARN, a service principal, or nothing for an unsigned request.
    pub principal: String,
    /// What for.
    pub action: String,
    /// On what.
    pub resource: String,
    /// Keys of the request that a policy looks at, in the order of names: key and value, none where it is absent.
    pub context: Vec<(String, Option<String>)>,
    /// Who denies it.
    pub refusal: Option<Refusal>,
    /// Who decides, in one line.
    pub why: String,
    /// The deciding statement, the smallest text first; for a request that nothing allows the statement that comes nearest.
    pub labels: Vec<Label>,
    /// What each layer says.
    pub trace: Vec<Step>,
}

/// A fact on which the answer depends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// What it is: a condition key, a layer, `too-many-cases`.
    pub fact: String,
    /// Why it is not known.
    pub reason: String,
    /// How to tell it.
    pub tell: String,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The name of the case, in a table of cases.
    pub name: Option<String>,
    /// The principals, actions and resources as they were asked for.
    pub asked: (String, Vec<String>, Vec<String>),
    /// The answer.
    pub answer: Answer,
    /// Whether every request is allowed.
    pub all_allowed: Certainty,
    /// Whether every request is denied.
    pub all_denied: Certainty,
    /// For how many it holds, in one line, where the question stands for many.
    pub scope: Option<String>,
    /// The parts of the question, where it has several.
    pub rows: Vec<Row>,
    /// A request that shows the answer; where it is mixed or depends, one of each kind.
    pub examples: Vec<Example>,
    /// What the answer depends on.
    pub missing: Vec<Missing>,
    /// What was presumed.
    pub assumed: Vec<Assumed>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
    /// Where sources hold wrapped JSON, so that excerpts can be drawn unwrapped.
    pub wrapped: Vec<Wrapped>,
}

impl Simulation {
    /// Whether the answer is what was expected.
    #[must_use]
    pub fn meets(&self, expected: Answer) -> Certainty {
        let sure = |holds: bool| if holds { Certainty::Yes } else { Certainty::No };
        match expected {
            Answer::Allowed => self.all_allowed,
            Answer::Denied => self.all_denied,
            Answer::Mixed if self.answer == Answer::Depends => match (self.all_allowed, self.all_denied) {
                (Certainty::No, Certainty::No) => Certainty::Yes,
                (Certainty::Yes, _) | (_, Certainty::Yes) => Certainty::No,
                _ => Certainty::Unknown,
            },
            Answer::Mixed | Answer::Depends => sure(self.answer == expected),
        }
    }
}
