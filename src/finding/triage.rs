//! What `triage` has to say of a message: what it tells, what it can come from, and what to ask for next.

use super::{Assumed, Class, Finding, Label, Owner, Wrapped};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How sure it is that a cause is the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sure {
    /// The message or the evidence says so.
    Certain,
    /// One of the usual ones.
    Likely,
    /// Nothing speaks against it.
    Possible,
}

impl Sure {
    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Sure::Certain => "certain",
            Sure::Likely => "likely",
            Sure::Possible => "possible",
        }
    }
}

/// What the evidence says to a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The documents show it.
    Confirmed,
    /// Nothing was given that would tell.
    Open,
    /// The documents show that it is not so.
    RuledOut,
}

/// What a message tells, by name: `principal`, `action`, `resource`, `layer`, `explicit`, `step`, `mode`, `bucket` and others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Facts {
    /// By name, sorted. A message has some twenty, most of them short: a list of them is looked through faster than a tree.
    values: Vec<(SmolStr, SmolStr)>,
}

impl Facts {
    fn at(&self, name: &str) -> Result<usize, usize> {
        self.values.binary_search_by(|(own, _)| own.as_str().cmp(name))
    }

    /// A fact; none if the message does not tell it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Sets a fact, replacing what was there. An empty text is no fact.
    pub fn set(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        match self.at(name) {
            Ok(at) => {
                if let Some((_, old)) = self.values.get_mut(at) {
                    *old = value.into();
                }
            }
            Err(at) => self.values.insert(at, (name.into(), value.into())),
        }
    }

    /// Sets a fact where there is none.
    pub fn add(&mut self, name: &str, value: &str) {
        if let Err(at) = self.at(name)
            && !value.is_empty()
        {
            self.values.insert(at, (name.into(), value.into()));
        }
    }

    /// Takes a fact back.
    pub fn remove(&mut self, name: &str) {
        self.values.retain(|(own, _)| own != name);
    }

    /// Whether the message says that the refusal is an explicit Deny.
    #[must_use]
    pub fn explicit(&self) -> Option<bool> {
        self.get("explicit").map(|text| text == "true")
    }

    /// Every fact by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// One thing that a message can come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Which: the name of a rule page where there is one.
    pub rule: String,
    /// Whether there is such a page.
    pub has_page: bool,
    /// In one line.
    pub says: String,
    /// How sure.
    pub sure: Sure,
    /// Why it is so sure.
    pub why: String,
    /// What the evidence says.
    pub standing: Standing,
    /// Whether waiting helps.
    pub class: Class,
    /// Who must act.
    pub owner: Owner,
    /// Where it stands in the documents, the smallest text first.
    pub labels: Vec<Label>,
    /// What to change, where no finding says it.
    pub help: Option<String>,
    /// The finding that confirms it.
    pub finding: Option<Box<Finding>>,
}

/// Something to ask the customer for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub what: String,
    /// That says what is not known, in a sentence, and is no name of something.
    pub is_sentence: bool,
    /// The read-only command, or the place in a console.
    pub command: String,
    /// What comes after it.
    pub then: Option<String>,
    /// How many of the open causes the answer tells apart.
    pub settles: usize,
}

/// One message with all there is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triaged {
    /// The message, cleaned of quoting and wrapping.
    pub text: String,
    /// How often it came.
    pub count: u64,
    /// Where it stood, if it was one of several records.
    pub origin: Option<String>,
    /// Whether any message was recognised in it.
    pub is_known: bool,
    /// What it tells.
    pub facts: Facts,
    /// What it cannot tell.
    pub limits: Vec<String>,
    /// What it can come from: confirmed first, then open ones by likelihood, then those ruled out.
    pub causes: Vec<Cause>,
    /// What to ask for, the best first.
    pub asks: Vec<Asked>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

impl Triaged {
    /// The cause that is confirmed, or certain and not ruled out.
    #[must_use]
    pub fn settled(&self) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.standing == Standing::Confirmed)
    }
}

/// All messages of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Triage {
    /// In the order of the text.
    pub messages: Vec<Triaged>,
    /// Records that told of no error.
    pub without_error: u64,
    /// Messages that were left out because there are too many different ones.
    pub left_out: u64,
    /// Whether documents were given.
    pub has_evidence: bool,
    /// What the answers rest on.
    pub assumed: Vec<Assumed>,
    /// Documents that were not judged, with the reason.
    pub not_evaluated: Vec<(String, String)>,
    /// Where sources hold wrapped JSON, so that excerpts can be drawn unwrapped.
    pub wrapped: Vec<Wrapped>,
}
