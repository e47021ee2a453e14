//! What stands in `rules/messages` beside the messages: causes, what to ask for, and which facts lead to which cause.

use super::when::When;
use crate::finding::triage::Sure;
use crate::finding::{Class, Owner};
use serde::Deserialize;

/// A cause, as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CausePage {
    pub(super) rule: String,
    #[serde(default = "yes")]
    pub(super) page: bool,
    pub(super) says: String,
    /// What to change, where no rule's page says it.
    #[serde(default)]
    pub(super) help: Option<String>,
    #[serde(default)]
    pub(super) demands: Vec<String>,
    #[serde(default)]
    pub(super) rules: Vec<String>,
    #[serde(default)]
    pub(super) facts: Vec<String>,
    #[serde(default)]
    pub(super) layer: Option<String>,
    /// Condition keys that the layer's refusal hangs on: with some value of them it would let the request pass.
    #[serde(default)]
    pub(super) hangs_on: Vec<String>,
    /// Condition keys that the layer's refusal does not hang on.
    #[serde(default)]
    pub(super) whatever: Vec<String>,
    /// Whether it refuses by a Deny.
    #[serde(default)]
    pub(super) explicit: Option<bool>,
    pub(super) class: Class,
    pub(super) owner: Owner,
    #[serde(default)]
    pub(super) asks: Vec<String>,
}

fn yes() -> bool {
    true
}

/// Something to ask for, as its file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskPage {
    pub(super) what: String,
    #[serde(default)]
    pub(super) command: Option<String>,
    #[serde(default)]
    pub(super) place: Option<String>,
    #[serde(default)]
    pub(super) then: Option<String>,
    #[serde(default)]
    pub(super) gives: Vec<String>,
    /// Facts without which it is not asked for.
    #[serde(default)]
    pub(super) needs: Vec<String>,
}

/// Causes that facts lead to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rank {
    pub(super) when: When,
    #[serde(default)]
    pub(super) last: bool,
    pub(super) causes: Vec<(Sure, String, String)>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limit {
    pub(super) when: When,
    pub(super) says: String,
}

/// A service whose calls are known by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    pub(super) name: String,
    /// What CloudTrail's `eventSource` and the SDKs call it, in small letters and without spaces.
    #[serde(default)]
    pub(super) names: Vec<String>,
}

/// A step that an action shows, where the text names none.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) name: String,
    pub(super) actions: Vec<String>,
    /// Only where it was refused: others do the same for other reasons.
    #[serde(default)]
    pub(super) denied: bool,
}
