//! Lists of actions that are data: ways to more permissions, and what gives credentials or contents away
//! (`rules/sensitive-actions.toml`).

use crate::rulebook::embedded;
use serde::Deserialize;
use std::sync::OnceLock;

/// The lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    /// Actions whose answers hold credentials.
    pub(super) credentials: Vec<String>,
    /// Actions whose answers hold the data that a service keeps.
    pub(super) reads: Vec<String>,
    /// Ways from some actions to more.
    #[serde(rename = "way")]
    pub(super) ways: Vec<Way>,
}

/// Actions that together give more permissions than they say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    /// A name for people.
    pub(super) name: String,
    /// All of them are needed.
    pub(super) actions: Vec<String>,
}

/// The lists, read on first use.
pub(super) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    // INVARIANT: the embedded file is valid; a test reads it.
    TABLES.get_or_init(|| toml::from_str(text()).unwrap_or_default())
}

fn text() -> &'static str {
    embedded::TABLES.iter().find(|(name, _)| *name == "sensitive-actions").map_or("", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_action_of_the_lists_is_in_the_catalog() {
        let tables: Tables = toml::from_str(text()).unwrap();
        let ways = tables.ways.iter().flat_map(|way| &way.actions);
        let missing: Vec<&String> = tables
            .credentials
            .iter()
            .chain(&tables.reads)
            .chain(ways)
            .filter(|name| catalog::action(name).is_none())
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(tables.ways.len() > 20 && tables.credentials.len() > 20);
    }
}
