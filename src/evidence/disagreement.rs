//! Answers about one thing that say different things.

use super::role::Role;

/// Several files that answer the same question otherwise. Which of them holds, nobody can tell from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The command of the AWS CLI that was asked, with what it was asked about.
    pub call: String,
    /// The files.
    pub files: Vec<String>,
    /// The role of the policies, where they are policies, or of those that the answers decide about.
    pub role: Option<Role>,
    /// Where it is the connection form that says otherwise.
    pub form: Option<FormClash>,
}

/// A value of the connection form that is not what an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormClash {
    /// Name of the value.
    pub name: String,
    /// What was given.
    pub found: String,
    /// What the answer tells, for people.
    pub told: String,
}
