//! `rules/facts.toml`: what a "cannot tell" waits for.

use super::fault::ContractFault;
use super::form::Form;
use crate::finding::shell_word;
use crate::shipped::Shipped;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One fact that may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// Why it is not known, a template.
    pub reason: String,
    /// What would tell, a template.
    pub tell: Option<String>,
}

/// The value of a fact that is a command.
const CALL: &str = "call";

/// Every fact by identifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    facts: BTreeMap<String, Fact>,
}

impl Facts {
    /// Reads the table.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read<'t>(text: impl Into<Shipped<'t>>) -> Result<Self, ContractFault> {
        let facts = text.into().read().map_err(|error| ContractFault::from_toml("facts.toml", &error))?;
        Ok(Self { facts })
    }

    /// Reason and telling command of a fact, filled in; holes that nobody can fill stay as upper-case words.
    #[must_use]
    pub fn words(&self, id: &str, form: &Form, values: &[(&str, &str)]) -> (String, Option<String>) {
        let Some(fact) = self.facts.get(id) else { return (id.replace('-', " "), None) };
        let fill = |template: &str, is_command: bool| {
            let mut out = template.to_owned();
            for (name, value) in values {
                // A whole command has its words already.
                let is_word = is_command && *name != CALL;
                let value = if is_word { shell_word(value) } else { (*value).to_owned() };
                out = out.replace(&format!("{{{name}}}"), &value);
            }
            let filled = |out: &str| if is_command { form.fill_command(out) } else { form.fill(out) };
            while let Err(missing) = filled(&out) {
                let Some(name) = missing.first() else { break };
                let before = out.clone();
                out = out.replace(&format!("{{{name}}}"), &name.to_uppercase());
                // Values that are put together from others.
                match name.as_str() {
                    "reader" => out = out.replace("{reader-name}", "USER"),
                    "export-path" | "export-name" => out = out.replace("{root}", "PATH/NAME"),
                    _ => {}
                }
                if out == before {
                    break;
                }
            }
            filled(&out).unwrap_or(out)
        };
        (fill(&fact.reason, false), fact.tell.as_deref().map(|tell| fill(tell, true)))
    }

    /// Whether a fact is in the table.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.facts.contains_key(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_reads_otherwise_is_one_word_of_a_command() {
        let facts = Facts::read(
            "[f]\nreason = \"`{bucket}` and {found}\"\ntell = \"aws x --bucket {bucket} --key {found}\"\n[c]\nreason = \"r\"\ntell = \"aws {call}\"\n",
        )
        .unwrap();
        let form = Form::new().with("bucket", "a;b");
        let (reason, tell) = facts.words("f", &form, &[("found", "$(c)")]);
        assert_eq!(reason, "`a;b` and $(c)");
        assert_eq!(tell.as_deref(), Some("aws x --bucket 'a;b' --key '$(c)'"));
        let (_, tell) = facts.words("c", &form, &[("call", "y --z w")]);
        assert_eq!(tell.as_deref(), Some("aws y --z w"));
    }

    #[test]
    fn what_nobody_can_fill_in_is_a_word_in_capitals() {
        let text = "[f]\nreason = \"r\"\ntell = \"aws x {bucket} {root}/ {reader-name} {no-such}\"\n";
        let facts = Facts::read(text).unwrap();
        let (_, tell) = facts.words("f", &Form::new().with("bucket", "acme"), &[]);
        assert_eq!(tell.as_deref(), Some("aws x acme PATH/NAME/ USER NO-SUCH"));
    }
}
