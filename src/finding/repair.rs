//! What would mend a finding: first as a change of meaning, then as a change of text with how far it can be trusted.

use crate::source::Place;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// Changes that together would mend a finding. The explanation proposes them; `mend` makes text of them and has the outcome
/// judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repair {
    /// In any order: no two reach for the same value.
    pub changes: Vec<Change>,
}

/// One change of a document's meaning. A place is that of a value, or of the key it stands under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Another value.
    Set {
        /// The value.
        at: Place,
        /// What to write.
        value: Value,
    },
    /// One more value in a list; a single value becomes a list.
    Add {
        /// The list or the single value.
        at: Place,
        /// What to write.
        value: Value,
    },
    /// One more member of an object.
    AddMember {
        /// The object.
        object: Place,
        /// Its key.
        key: String,
        /// Its value.
        value: Value,
    },
    /// Another key.
    Rename {
        /// The key.
        key: Place,
        /// What to write.
        name: String,
    },
    /// One entry less.
    Remove {
        /// The entry's value or key.
        at: Place,
    },
    /// Plain text instead of what stands there, where the text is no JSON.
    Rewrite {
        /// What goes.
        at: Place,
        /// What comes.
        text: String,
    },
    /// Another value of the connection form.
    Form {
        /// Name of the value.
        name: String,
        /// What to type.
        value: String,
    },
    /// A command that somebody has to run, since no document of the user's holds the setting.
    Run {
        /// The command, as it is typed.
        command: String,
        /// What else it does, where it does more than mend.
        effect: Option<String>,
    },
}

impl Repair {
    /// A repair of one change.
    #[must_use]
    pub fn of(change: Change) -> Self {
        Self { changes: vec![change] }
    }
}

/// How far a fix can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// Judged again: the demand holds for all of its requests, and no access is gained outside the contract.
    Safe,
    /// Works, but grants or takes away something more, or reaches further than what is at hand.
    NeedsReview,
    /// To be read, not applied.
    DisplayOnly,
}

/// Bytes to replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty where something is only added.
    pub place: Place,
    /// What comes, as it stands in the file.
    pub replacement: String,
}

/// A class of access that a fix gives or takes, and one request that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessClass {
    /// Who, for people: all callers of the class.
    pub who: String,
    /// Whether anybody at all can use it.
    pub public: bool,
    /// All actions of the class.
    pub actions: Vec<String>,
    /// Resources, as the deciding statement writes them.
    pub resources: Vec<String>,
    /// Conditions of that statement, one clause each.
    pub conditions: Vec<String>,
    /// Who asks in the request that shows it; empty for anybody.
    pub caller: String,
    /// What.
    pub action: String,
    /// On what.
    pub resource: String,
    /// Condition keys of the request that shows it.
    pub context: Vec<(String, String)>,
}

/// Names of one list that are told before the rest is counted.
const MOST_NAMES: usize = 4;

impl fmt::Display for AccessClass {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: &[String]| {
            let mut text: Vec<String> =
                items.iter().take(MOST_NAMES).map(|item| format!("`{item}`")).collect();
            if items.len() > MOST_NAMES {
                text.push(format!("{} more", items.len() - MOST_NAMES));
            }
            text.join(", ")
        };
        write!(out, "{}: {} on {}", self.who, list(&self.actions), list(&self.resources))?;
        if !self.conditions.is_empty() {
            write!(out, " if {}", list(&self.conditions))?;
        }
        let caller = if self.caller.is_empty() { "anybody" } else { &self.caller };
        write!(out, "; for example {caller} asks for `{}` on `{}`", self.action, self.resource)?;
        for (key, value) in &self.context {
            write!(out, ", `{key}` = `{value}`")?;
        }
        Ok(())
    }
}

/// One way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, for a person.
    pub title: String,
    /// Changes of text, in the order of their places. None if there is something to run instead.
    pub edits: Vec<Edit>,
    /// What to run.
    pub commands: Vec<String>,
    /// How far to trust it.
    pub applicability: Applicability,
    /// Why it is not safe, or what else it does; one entry a reason.
    pub because: Vec<String>,
    /// Access gained outside the contract.
    pub gained: Vec<AccessClass>,
    /// Access lost.
    pub lost: Vec<AccessClass>,
}

/// A value as one word of a shell's command line.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |next: char| next.is_ascii_alphanumeric() || "-_./:@=+,".contains(next);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
