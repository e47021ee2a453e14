//! Lists of actions that are data: ways to more permissions, and what gives credentials or contents away
//! (`rules/sensitive-actions.toml`).

use crate::rulebook::embedded;
use crate::shipped::Shipped;
use rustc_hash::FxHashSet;
use serde::Deserialize;
use std::sync::OnceLock;

/// The lists.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    /// Actions whose answers hold credentials, in lower case.
    pub(super) credentials: FxHashSet<String>,
    /// Actions whose answers hold the data that a service keeps, in lower case.
    pub(super) reads: FxHashSet<String>,
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
    /// The same in lower case.
    #[serde(skip)]
    pub(super) lower: Vec<String>,
}

/// The lists, read on first use.
pub(super) fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    // INVARIANT: the embedded file is valid; a test reads it.
    TABLES.get_or_init(|| {
        let mut tables: Tables = text().read().unwrap_or_default();
        for list in [&mut tables.credentials, &mut tables.reads] {
            *list = list.iter().map(|name| name.to_ascii_lowercase()).collect();
        }
        for way in &mut tables.ways {
            way.lower = way.actions.iter().map(|action| action.to_ascii_lowercase()).collect();
        }
        tables
    })
}

fn text() -> Shipped<'static> {
    let table = embedded::TABLES.iter().find(|(name, _)| *name == "sensitive-actions");
    table.map_or(Shipped::default(), |(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn every_action_of_the_lists_is_in_the_catalog() {
        let tables: Tables = text().read().unwrap();
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
