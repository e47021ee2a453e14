//! What stands in `rules/messages` beside the messages: causes, what to ask for, and which facts lead to which cause.

use super::when::{When, holds};
use crate::finding::triage::{Facts, Sure};
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
    /// Facts without which they are not in question.
    #[serde(default)]
    pub(super) asked_if: When,
    #[serde(default)]
    pub(super) rules: Vec<String>,
    #[serde(default)]
    pub(super) facts: Vec<String>,
    #[serde(default)]
    pub(super) layer: Option<String>,
    /// The layer that it is about although many messages that lead to it name none.
    #[serde(default)]
    pub(super) usual_layer: Option<String>,
    /// Condition keys that the layer's refusal hangs on: with some value of them it would let the request pass.
    #[serde(default)]
    pub(super) hangs_on: Vec<String>,
    /// The layer's refusal hangs on the resource: what it allows it allows elsewhere.
    #[serde(default)]
    pub(super) hangs_on_resource: bool,
    /// Condition keys that the layer's refusal does not hang on.
    #[serde(default)]
    pub(super) whatever: Vec<String>,
    /// The layer's refusal hangs on this part of its Allows: without it the request would pass.
    #[serde(default)]
    pub(super) hangs_on_part: Option<AllowPart>,
    /// Parts of Allows that the layer's refusal does not hang on.
    #[serde(default)]
    pub(super) despite: Vec<AllowPart>,
    /// Facts that show it by themselves.
    #[serde(default)]
    pub(super) shown_if: When,
    /// Facts that rule it out.
    #[serde(default)]
    pub(super) not_if: When,
    /// Facts without which no document rules it out.
    #[serde(default)]
    pub(super) settled_if: When,
    /// Whether it refuses by a Deny.
    #[serde(default)]
    pub(super) explicit: Option<bool>,
    pub(super) class: Class,
    pub(super) owner: Owner,
    #[serde(default)]
    pub(super) asks: Vec<String>,
}

/// A part of an Allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AllowPart {
    Action,
    Condition,
}

fn yes() -> bool {
    true
}

impl CausePage {
    /// The layer that it is about.
    pub(super) fn of_layer(&self) -> Option<&str> {
        self.layer.as_deref().or(self.usual_layer.as_deref())
    }
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
    /// How it is asked for where other facts are told; the first that holds is taken.
    #[serde(default)]
    pub(super) or: Vec<AskOr>,
}

/// How something is asked for where some facts are told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskOr {
    pub(super) when: When,
    #[serde(default)]
    pub(super) what: Option<String>,
    #[serde(default)]
    pub(super) command: Option<String>,
    #[serde(default)]
    pub(super) place: Option<String>,
    #[serde(default)]
    pub(super) then: Option<String>,
    /// Evidence that the answer is, if it is other evidence.
    #[serde(default)]
    pub(super) gives: Option<Vec<String>>,
}

/// How something is asked for.
pub(super) struct AskText<'p> {
    pub(super) what: &'p str,
    /// The command, or the place.
    pub(super) command: &'p str,
    pub(super) then: Option<&'p str>,
    pub(super) gives: &'p [String],
}

impl AskPage {
    /// How it is asked for where these facts are told.
    pub(super) fn text(&self, facts: &Facts) -> AskText<'_> {
        match self.or.iter().find(|or| holds(&or.when, facts)) {
            Some(or) => AskText {
                what: or.what.as_ref().unwrap_or(&self.what),
                command: or.command.as_deref().or(or.place.as_deref()).unwrap_or_default(),
                then: or.then.as_deref(),
                gives: or.gives.as_ref().unwrap_or(&self.gives),
            },
            None => AskText {
                what: &self.what,
                command: self.command.as_deref().or(self.place.as_deref()).unwrap_or_default(),
                then: self.then.as_deref(),
                gives: &self.gives,
            },
        }
    }
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
    /// Services whose actions a call of it may be refused for.
    #[serde(default)]
    pub(super) needs: Vec<String>,
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
