//! The one finding type, and the report that a run ends in.
//!
//! How a report is drawn is `render`'s business; what to say stands in rule pages (`rulebook`).

pub mod change;
mod fingerprint;
mod repair;
mod report;
pub mod simulation;
mod suppression;
pub mod triage;

pub use fingerprint::{Fingerprint, fingerprints, of as fingerprints_of};
pub use repair::{AccessClass, Applicability, Change, Edit, Fix, Repair, shell_word};
pub use report::{
    Assumed, Conflict, ConflictKind, ConflictSide, ConsumerReport, DemandReport, Need, NotEvaluated, Report,
    State, Suppressed, Unknown, Verdict, Wrapped,
};

pub use suppression::{Inline, InlineFault, SeverityChange, Suppression};

use crate::source::Place;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The name of a rule: kebab-case, equal to the file name of its page.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleName(pub String);

impl fmt::Display for RuleName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What happens to the user who ignores the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Works today; likely to hurt.
    Warning,
    /// Does not work, or gives away what must not be given.
    Error,
}

/// Whether waiting helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Stays until somebody changes something.
    Permanent,
    /// May clear by itself.
    MayClear,
    /// Cannot be settled without evidence from elsewhere.
    NeedsEvidence,
}

/// Who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// The owner of the account or bucket.
    Customer,
    /// The administrator of the AWS organization.
    Organization,
    /// The product that reads the data.
    Consumer,
    /// AWS.
    Aws,
}

/// A place with what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The smallest text that carries the fault.
    pub place: Place,
    /// What is wrong at this place, in a few words.
    pub text: String,
}

/// A fault in the user's documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule whose words these are.
    pub rule: RuleName,
    /// The demand that is broken by it, if one is.
    pub demand: Option<String>,
    /// Other demands of which it tells as well, each with the headline that it would have there.
    pub also: Vec<(String, String)>,
    /// What happens if ignored.
    pub severity: Severity,
    /// Whether waiting helps.
    pub class: Class,
    /// Who must act.
    pub owner: Owner,
    /// One line that makes sense alone in a log.
    pub headline: String,
    /// Where the fault stands.
    pub primary: Label,
    /// The other places that make it a fault, possibly in other documents.
    pub related: Vec<Label>,
    /// Why we think so: the trace in few lines.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// What would mend it, as the explanation proposes it; not proved.
    pub repairs: Vec<Repair>,
    /// Changes of text that mend it, proved as far as they say.
    pub fixes: Vec<Fix>,
    /// The same check under the names other tools give it.
    pub aliases: Vec<String>,
}
