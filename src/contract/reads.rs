//! `rules/reads.toml`: what is read from AWS, with which actions, and what for.

use super::fault::ContractFault;
use crate::shipped::Shipped;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One call and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Read {
    /// The command of the AWS CLI.
    pub call: String,
    /// IAM actions that the caller needs.
    pub action: Vec<String>,
    /// Resources, templates of the form.
    pub on: Vec<String>,
    /// The purposes it serves.
    #[serde(rename = "for")]
    pub purposes: Vec<Purpose>,
    /// The kind of reader it is made for, where it is not made for all.
    pub reader: Option<ReaderKind>,
    /// What is not known without it.
    #[serde(default)]
    pub fact: String,
    /// Kinds of evidence that the answer is, each with what is not known without it.
    #[serde(default)]
    pub shows: BTreeMap<String, String>,
    /// The type of export that it tells of, where it is one.
    #[serde(default)]
    pub export_type: Option<String>,
    /// Why it is made.
    pub why: String,
}

/// What somebody runs preflight for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Reading the settings.
    Collect,
    /// The consumer's calls, with the reader's key.
    AsReader,
    /// AWS's policy simulator.
    Simulate,
    /// Linked accounts, by a role in them.
    Linked,
}

/// How the reader was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReaderKind {
    /// A role.
    Role,
    /// By the identifier of an access key.
    Key,
}

/// Every call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reads {
    /// In the order of the file.
    #[serde(rename = "read")]
    pub list: Vec<Read>,
}

impl Reads {
    /// Reads the table.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read<'t>(text: impl Into<Shipped<'t>>) -> Result<Self, ContractFault> {
        text.into().read().map_err(|error| ContractFault::from_toml("reads.toml", &error))
    }

    /// A call by the AWS CLI's name.
    #[must_use]
    pub fn get(&self, call: &str) -> Option<&Read> {
        self.list.iter().find(|read| read.call == call)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let reads = Reads::read(include_str!("../../rules/reads.toml")).unwrap();
        assert!(reads.list.len() > 30);
        for read in &reads.list {
            assert!(reads.get(&read.call) == Some(read), "{} stands twice", read.call);
            assert!(!read.why.is_empty() && (read.action.is_empty() || !read.on.is_empty()), "{}", read.call);
        }
    }
}
