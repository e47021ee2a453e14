//! What a snapshot tells beside documents: calls that failed, calls made as the reader, answers of AWS's simulator.

use super::said::Said;
use crate::source::Place;

/// What live calls told.
#[derive(Debug, Clone, Default)]
pub struct LiveRecord {
    /// Values of the form that the snapshot carries: name, value, place.
    pub form: Vec<(String, String, Place)>,
    /// Calls that were refused or failed.
    pub unread: Vec<Unread>,
    /// Calls that were made as the reader.
    pub tried: Vec<Tried>,
    /// Who AWS says that those calls were made by: an ARN.
    pub tried_as: Option<Said>,
    /// Answers of AWS's simulator.
    pub simulated: Vec<Simulated>,
    /// Bucket calls that were answered with "there is no such bucket".
    pub no_bucket: Option<Place>,
    /// Where AWS says that there is no user or role of the reader's name.
    pub no_reader: Option<Place>,
    /// The account is in no organization.
    pub no_organization: Option<Place>,
    /// Every level of the path was read, and no SCP stands on it.
    pub no_scp: bool,
    /// Every level of the path was read, and no RCP stands on it.
    pub no_rcp: bool,
    /// Collecting was cut short: the deadline passed, or the user stopped it.
    pub cut_short: Option<String>,
}

impl LiveRecord {
    /// Whether AWS was asked this for the account of the form, and did not tell.
    #[must_use]
    pub fn was_refused(&self, operation: &str) -> bool {
        let is_it = |call: &str| call.rsplit(' ').next() == Some(operation);
        self.unread.iter().any(|unread| unread.account.is_none() && is_it(&unread.call))
    }

    /// Linked accounts, in the order in which their documents are counted.
    #[must_use]
    pub fn linked(&self) -> Vec<String> {
        let mut accounts: Vec<String> = Vec::new();
        for (_, account, _) in self.form.iter().filter(|(name, _, _)| name == "linked") {
            if !accounts.contains(account) {
                accounts.push(account.clone());
            }
        }
        accounts
    }

    /// Whether AWS itself answered something that a demand asks.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        !self.tried.is_empty()
            || !self.simulated.is_empty()
            || self.no_bucket.is_some()
            || self.no_reader.is_some()
    }
}

/// A call that gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The command of the AWS CLI.
    pub call: String,
    /// What it was about: the first value of its input.
    pub about: String,
    /// The linked account in which it was made.
    pub account: Option<String>,
    /// AWS's name of the error, or ours for a failure on the way.
    pub code: String,
    /// What was said.
    pub message: String,
    /// Where the snapshot says it.
    pub place: Place,
}

/// A call made as the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The command of the AWS CLI.
    pub call: String,
    /// What it was about.
    pub about: String,
    /// Of a listing: what its keys were to begin with.
    pub prefix: Option<String>,
    /// What came of it.
    pub outcome: TriedOutcome,
    /// When, as the snapshot says.
    pub time: String,
    /// Where the snapshot says it.
    pub place: Place,
}

/// What came of a call made as the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriedOutcome {
    /// It was answered.
    Answered,
    /// AWS refused it: the error's name and words.
    Refused(String, String),
    /// AWS does not know the key, or its secret is another: the error's name and words.
    KeyRefused(String, String),
    /// It never got an answer of AWS: nothing follows.
    Lost(String, String),
}

/// One answer of AWS's simulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The action asked for.
    pub action: String,
    /// The resource asked for.
    pub resource: String,
    /// Whether it was allowed, and AWS's word for it.
    pub decision: String,
    /// Whether an organization's policies allow it, where the answer tells.
    pub by_organization: Option<bool>,
    /// Whether the boundary allows it, where the answer tells.
    pub by_boundary: Option<bool>,
    /// Policies of which a statement matched.
    pub matched: Vec<String>,
    /// Context keys that policies look at and the call did not give.
    pub missing: Vec<String>,
    /// Where the snapshot says it.
    pub place: Place,
}

impl Simulated {
    /// Whether AWS's simulator allows it.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == "allowed"
    }
}
