//! What a policy of a template is in each case of what only the deployment decides.

use crate::policy::{Length, Policy};
use crate::syntax::Issue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// By what is asked (an expression, a condition) the answer: words that stand behind "if".
pub type When = BTreeMap<String, String>;

/// One case.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is so in it.
    pub when: When,
    /// What the policy is then.
    pub is: CaseIs,
    /// More than this decides what the policy is, and is left open in it.
    pub is_part: bool,
}

/// What a policy is in a case.
#[derive(Debug, Clone)]
pub enum CaseIs {
    /// This one.
    Made(Arc<CasePolicy>),
    /// It is not made.
    Absent,
    /// It is not known even then, for this reason.
    Open(String),
}

/// A policy with what `lint` asks of its text.
#[derive(Debug, Clone)]
pub struct CasePolicy {
    /// The typed policy.
    pub policy: Policy,
    /// What of the text is no JSON.
    pub issues: Vec<Issue>,
    /// Length of the policy's own text.
    pub length: Length,
}

impl PartialEq for Case {
    fn eq(&self, other: &Self) -> bool {
        self.when == other.when
    }
}

impl Eq for Case {}

impl Case {
    /// The policy, if there is one.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        match &self.is {
            CaseIs::Made(made) => Some(&made.policy),
            CaseIs::Absent | CaseIs::Open(_) => None,
        }
    }
}

/// Answers in words: `` `var.public` and not `var.logs` ``.
#[must_use]
pub fn in_words(when: &When) -> String {
    when.values().map(String::as_str).collect::<Vec<_>>().join(" and ")
}
