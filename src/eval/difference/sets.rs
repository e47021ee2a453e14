//! Keys with many values under `ForAllValues` and `ForAnyValue`: the sets of values that the conditions tell apart.
//!
//! A set passes a condition by which kinds of values are in it. A kind is what the tests of the key say of a value; of each kind
//! that there is one value stands for all, and every choice of kinds is one set.

use crate::catalog;
use crate::eval::ask::{Patch, Unknown};
use crate::eval::compile::Compiled;
use crate::eval::condition::ValueTest;
use crate::eval::context::ContextValue;
use crate::eval::member::{self, Found};
use crate::eval::request::Request;
use crate::eval::world::FreeAtom;
use crate::policy::BaseOperator;

/// Tests of one key of which all combinations are looked at.
const MOST_TESTS: usize = 6;
/// Kinds of values of which all combinations are looked at.
const MOST_KINDS: usize = 5;
/// Sets of values for all keys together.
const MOST_SETS: usize = 256;

/// The sets of values that the conditions of two policies tell apart, for each key of the request that is open and that only
/// such conditions look at. Keys of which not all kinds can be found stay open.
pub(super) fn sets_of(set: &Compiled<'_>, request: &Request) -> Vec<Unknown> {
    let mut all = 1;
    let keys: Vec<String> = request.context.iter().map(|(key, _)| key.to_owned()).collect();
    keys.iter()
        .filter_map(|key| {
            let options = options(set, request, key)?;
            all *= options.len();
            (all <= MOST_SETS).then(|| Unknown { fact: key.clone(), options, presumed: None })
        })
        .collect()
}

fn options(set: &Compiled<'_>, request: &Request, key: &str) -> Option<Vec<Patch>> {
    let may_be_absent = match request.context.get(key)? {
        ContextValue::Unseen => true,
        ContextValue::Unknown => false,
        ContextValue::One(_) | ContextValue::Many(_) | ContextValue::Within(_) | ContextValue::Every(_) => {
            return None;
        }
    };
    let clauses = set.set_clauses(key)?;
    let tests = clauses.iter().flatten().copied();
    let mut distinct: Vec<&ValueTest> = Vec::new();
    for test in tests {
        if !distinct.contains(&test) {
            distinct.push(test);
        }
    }
    if clauses.is_empty() || distinct.len() > MOST_TESTS {
        return None;
    }
    // One value for each kind that the conditions tell apart, by the conditions that take it.
    let mut kinds: Vec<(Vec<bool>, String)> = Vec::new();
    let mut work = member::WORK;
    for kind in 0u32..1 << distinct.len() {
        let takes = |at: usize| kind >> at & 1 == 1;
        let of = |wanted: bool| -> Vec<&ValueTest> {
            distinct
                .iter()
                .enumerate()
                .filter(|(at, _)| takes(*at) == wanted)
                .map(|(_, test)| *test)
                .collect()
        };
        let found = member::value(key, (&of(true), &of(false)), (None, &request.context), &mut work);
        let value = match found {
            Found::Value(value) if value.is_empty() => return None,
            Found::Value(value) => value,
            Found::Nothing => continue,
            Found::GaveUp => return None,
        };
        let by = clauses.iter().map(|tests| {
            tests.iter().any(|test| distinct.iter().position(|other| other == test).is_some_and(takes))
        });
        let by: Vec<bool> = by.collect();
        if !kinds.iter().any(|(other, _)| *other == by) {
            kinds.push((by, value));
        }
    }
    if kinds.len() > MOST_KINDS {
        return None;
    }
    let patch =
        |value: Option<ContextValue>| Patch { label: String::new(), keys: vec![(key.to_owned(), value)] };
    // Of a key that has one value no set has two.
    let is_single = catalog::condition_key(key).is_some_and(|key| !key.multi);
    let fits = |choice: &u32| !is_single || choice.count_ones() == 1;
    // Few values first: a witness is to be short.
    let mut choices: Vec<u32> = (1u32..1 << kinds.len()).filter(fits).collect();
    choices.sort_by_key(|choice| choice.count_ones());
    let sets = choices.into_iter().map(|choice| {
        let chosen = kinds.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1);
        let values: Box<[Box<str>]> = chosen.map(|(_, (_, value))| value.as_str().into()).collect();
        patch(Some(ContextValue::Many(values)))
    });
    let absent = may_be_absent.then(|| patch(None));
    Some(sets.chain(absent).collect())
}

impl Compiled<'_> {
    /// The tests of each condition on a key, where all of them are about all of its values; nothing where one is not, or where one
    /// cannot be computed. `Null` looks at whether there is one.
    fn set_clauses(&self, key: &str) -> Option<Vec<Vec<&ValueTest>>> {
        let mut out = Vec::new();
        for clause in self.statements.iter().flat_map(|statement| &statement.clauses) {
            if self.key_name(clause.key) != key {
                continue;
            }
            let operator = clause.operator?;
            if operator.base == BaseOperator::Null && operator.set.is_none() {
                continue;
            }
            operator.set?;
            if clause.atoms.is_empty() || operator.if_exists || operator.base == BaseOperator::Null {
                return None;
            }
            let tests = clause.atoms.iter().map(|atom| {
                let test = self.value_test(FreeAtom(*atom))?;
                let is_settled = self.template_keys_of(FreeAtom(*atom)).next().is_none();
                is_settled.then_some(test)
            });
            out.push(tests.collect::<Option<Vec<_>>>()?);
        }
        // A text that has the key as a variable asks for one value.
        (!self.template_keys().any(|name| name == key)).then_some(out)
    }
}
