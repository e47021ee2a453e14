//! `rules/facts.toml`: what a "cannot tell" waits for.

use super::fault::ContractFault;
use super::form::Form;
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
        let fill = |template: &str| {
            let mut out = template.to_owned();
            for (name, value) in values {
                out = out.replace(&format!("{{{name}}}"), value);
            }
            while let Err(missing) = form.fill(&out) {
                let Some(name) = missing.first() else { break };
                let before = out.clone();
                out = out.replace(&format!("{{{name}}}"), &name.to_uppercase());
                if name == "reader" {
                    out = out.replace("{reader-name}", "USER");
                }
                if out == before {
                    break;
                }
            }
            form.fill(&out).unwrap_or(out)
        };
        (fill(&fact.reason), fact.tell.as_deref().map(fill))
    }

    /// Whether a fact is in the table.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.facts.contains_key(id)
    }
}
