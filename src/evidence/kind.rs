//! What a user can say that a file is.

use super::answer::AnswerKind;
use super::role::Role;

/// A kind of document, by the name that `[documents]` and `--document` have for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// A policy in a role.
    Policy(Role),
    /// The answer of this command of the AWS CLI, such as `get-export`.
    Answer(&'static str),
}

/// Commands whose answers are not told apart from others by [`AnswerKind`], and what they are read as.
const OTHERS: [(&str, &str); 13] = [
    ("list-objects-v2", "list-objects-v2"),
    ("list-objects", "list-objects-v2"),
    ("s3-ls", "list-objects-v2"),
    ("get-public-access-block", "get-public-access-block"),
    ("get-bucket-policy", "get-bucket-policy"),
    ("get-key-policy", "get-key-policy"),
    ("get-user-policy", "get-user-policy"),
    ("get-group-policy", "get-user-policy"),
    ("get-policy-version", "get-user-policy"),
    ("describe-policy", "describe-policy"),
    ("list-attached-group-policies", "list-attached-user-policies"),
    ("list-group-policies", "list-user-policies"),
    ("get-bucket-lifecycle", "get-bucket-lifecycle-configuration"),
];

impl DocumentKind {
    /// The kind of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        if let Some(role) = Role::of(name).filter(|role| *role != Role::LinkedPolicy) {
            return Some(Self::Policy(role));
        }
        Self::answers().find(|answer| *answer == name).map(Self::Answer)
    }

    /// The role of the policies that a command answers with, where it is one.
    #[must_use]
    pub fn answered(command: &str) -> Option<Role> {
        match command {
            "get-bucket-policy" => Some(Role::BucketPolicy),
            "get-key-policy" => Some(Role::KeyPolicy),
            "get-user-policy" | "get-group-policy" | "get-policy-version" => Some(Role::ReaderPolicy),
            _ => None,
        }
    }

    /// The names of commands whose answers can be named, each once.
    pub fn answers() -> impl Iterator<Item = &'static str> {
        // The input of a command is known in two shapes.
        let kinds = AnswerKind::ALL.iter().filter(|kind| **kind != AnswerKind::ReportRequest);
        let kinds = kinds.map(|kind| kind.command());
        kinds.chain(OTHERS.iter().map(|(name, _)| *name))
    }
}

/// Whether an answer recognised as `found` can be what the user calls `named`.
#[must_use]
pub fn is_answer_of(named: &str, found: &str) -> bool {
    named == found || OTHERS.iter().any(|(name, read_as)| *name == named && *read_as == found)
}
