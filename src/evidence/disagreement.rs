//! Answers about one thing that say different things.

use super::role::Role;

/// Several files that answer the same question otherwise. Which of them holds, nobody can tell from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The command of the AWS CLI that was asked, with what it was asked about.
    pub call: String,
    /// The files.
    pub files: Vec<String>,
    /// The role of the policies, where they are policies.
    pub role: Option<Role>,
}
