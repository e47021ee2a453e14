//! Actions by the ways in which policies tell them apart.

use super::cells::Budget;
use crate::eval::compile::{Compiled, Test};
use crate::eval::member::Language;
use crate::eval::service::{Facts, s3::is_about_policy};
use rustc_hash::FxHashMap;
use std::hash::Hash;

/// Actions that every policy of the sets treats alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionClass {
    /// Full names (`s3:GetObject`), in the order given; the first stands for all.
    pub names: Vec<String>,
}

/// Groups actions that no policy of the sets and no rule of a service tells apart, and that have the same `mark`. The caller
/// marks what else must not be mixed: the resources an action works on, the keys it carries.
#[must_use]
pub fn actions<M: Eq + Hash>(
    sets: &[&Compiled<'_>],
    names: impl IntoIterator<Item = (String, M)>,
) -> Vec<ActionClass> {
    let mut classes: Vec<ActionClass> = Vec::new();
    let mut known: FxHashMap<(Vec<bool>, M), usize> = FxHashMap::default();
    for (name, mark) in names {
        let lower = name.to_ascii_lowercase();
        let facts = Facts::of(&name);
        let mut ways: Vec<bool> = vec![
            facts.takes_rcp,
            facts.resource_must_allow,
            facts.asks_resource,
            facts.is_open,
            is_about_policy(&lower),
        ];
        for set in sets {
            ways.extend(set.atoms.iter().filter_map(|test| match test {
                Test::Action(test) => Some(test.pattern.matches(&lower)),
                _ => None,
            }));
        }
        let at = *known.entry((ways, mark)).or_insert(classes.len());
        match classes.get_mut(at) {
            Some(class) => class.names.push(name),
            None => classes.push(ActionClass { names: vec![name] }),
        }
    }
    classes
}

/// Actions that a pattern takes, whether or not AWS lists them, one for each way in which the sets tell such actions apart; and
/// whether there are no others. The pattern's own text is the first: a wildcard in it stands for itself, as a name that no
/// other pattern spells out.
#[must_use]
pub fn unlisted(sets: &[&Compiled<'_>], pattern: &str) -> (Vec<String>, bool) {
    let lower = pattern.to_ascii_lowercase();
    let mut globs = Vec::new();
    for set in sets {
        for test in &set.atoms {
            if let Test::Action(test) = test
                && !globs.contains(&&test.pattern)
            {
                globs.push(&test.pattern);
            }
        }
    }
    let tests: Vec<Language> = globs.iter().map(|glob| Language::from(*glob)).collect();
    let found = Budget::default().cells(&[Language::glob(&lower)], &tests);
    let mut seen: Vec<Vec<bool>> = Vec::new();
    let mut out = Vec::new();
    for name in std::iter::once(pattern.to_owned()).chain(found.texts) {
        let lower = name.to_ascii_lowercase();
        let ways: Vec<bool> = globs.iter().map(|glob| glob.matches(&lower)).collect();
        if !seen.contains(&ways) {
            seen.push(ways);
            out.push(name);
        }
    }
    (out, found.complete)
}
