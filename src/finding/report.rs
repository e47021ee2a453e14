//! What one run has to say: verdicts, demands, findings, and what could not be told.

use super::Finding;
use super::change::Changes;
use crate::source::{SourceId, Span};
use serde::{Deserialize, Serialize};

/// The answer for a consumer, from its needed demands alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every needed demand holds.
    Ready,
    /// No needed demand is broken, but at least one cannot be told.
    CannotTell,
    /// A needed demand is broken.
    NotReady,
}

/// The state of one demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// True in every world.
    Holds,
    /// Not the same in every world, or the evidence is missing.
    Unknown,
    /// False in every world.
    Broken,
}

/// Whether the import depends on a demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// The import fails without it.
    Needed,
    /// Wanted by a guide or by good practice; never changes a verdict.
    Advice,
}

/// One demand and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemandReport {
    /// Identifier in the consumer file, such as `delivery.put-object`.
    pub id: String,
    /// The part of the contract it belongs to, such as `Delivery`.
    pub section: String,
    /// The demand as a sentence for people.
    pub title: String,
    /// Needed or advice.
    pub need: Need,
    /// The answer.
    pub state: State,
    /// For how much the answer holds, or on what it depends, in one line.
    pub detail: Option<String>,
    /// What to do next, in one line, where the demand does not hold.
    pub next: Option<String>,
}

/// The answer for one consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerReport {
    /// Its name, the file name of its contract.
    pub name: String,
    /// Its title for people.
    pub title: String,
    /// The verdict.
    pub verdict: Verdict,
    /// In the order of the contract.
    pub demands: Vec<DemandReport>,
}

/// A fact that is missing and decides something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unknown {
    /// The demand that waits for it.
    pub demand: String,
    /// Identifier of the fact (`rules/facts.toml`).
    pub fact: String,
    /// Why it is not known.
    pub reason: String,
    /// The read-only AWS CLI command or the console path that would tell.
    pub tell: Option<String>,
}

/// Something presumed, on which an answer rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumed {
    /// What was presumed.
    pub text: String,
    /// Where it comes from.
    pub source: Option<String>,
}

/// A document that was seen and not judged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotEvaluated {
    /// Its name.
    pub document: String,
    /// Why.
    pub reason: String,
}

/// A finding that the user asked not to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// The reason the user gave.
    pub reason: String,
}

/// A region of a source that is JSON inside a JSON string, as the AWS CLI prints policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapped {
    /// The source.
    pub source: SourceId,
    /// The string's content, without its quotes.
    pub span: Span,
    /// How many layers of escapes must be taken off to read it; 1 for a plain wrapped policy.
    pub level: u8,
}

/// Two demands of two consumers that cannot be met at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The setting, the value of the form or the condition key.
    pub about: String,
    /// For which kind of export, where it is one of its settings.
    pub export_type: Option<String>,
    /// What it takes to serve both.
    pub kind: ConflictKind,
    /// The demands.
    pub sides: [ConflictSide; 2],
}

/// What it takes to serve two consumers that ask for different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConflictKind {
    /// No one export serves both.
    Export,
    /// Each needs a statement of its own.
    Statement,
}

/// One of two demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictSide {
    /// Name of the consumer.
    pub consumer: String,
    /// The demand.
    pub demand: String,
    /// Needed or advice.
    pub need: Need,
    /// What it asks for, in a few words.
    pub needs: String,
    /// Where that comes from.
    pub source: String,
}

impl Conflict {
    /// Whether one export is asked to be two things, and both are needed: then it cannot be ready for both.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.kind == ConflictKind::Export && self.sides.iter().all(|side| side.need == Need::Needed)
    }
}

/// All that one run has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The worst verdict of the consumers.
    pub verdict: Verdict,
    /// One entry a consumer.
    pub consumers: Vec<ConsumerReport>,
    /// Demands of several consumers that exclude each other.
    pub conflicts: Vec<Conflict>,
    /// Sorted: most severe first, then by document and place.
    pub findings: Vec<Finding>,
    /// What is missing.
    pub unknown: Vec<Unknown>,
    /// What was presumed.
    pub assumed: Vec<Assumed>,
    /// What was not judged.
    pub not_evaluated: Vec<NotEvaluated>,
    /// What the user asked not to hear of.
    pub suppressed: Vec<Suppressed>,
    /// Where sources hold wrapped JSON, so that excerpts can be drawn unwrapped.
    pub wrapped: Vec<Wrapped>,
    /// What changed since a revision, where one was named.
    pub changes: Option<Changes>,
}
