//! A request that shows a difference, with every value that it has.

use crate::catalog::{self, KeyType};
use crate::eval::{CURRENT_TIME, Compiled, Difference, EPOCH_TIME, Instant, Match, inspect};
use crate::finding::change::Witness;
use crate::policy::Clause;
use crate::policy::variable::{key_of, variables};
use std::collections::BTreeSet;

/// The request of a difference, with the keys that the statements look at which bear on it.
pub(super) fn witness(sets: (&Compiled<'_>, &Compiled<'_>), difference: &Difference) -> Witness {
    let request = &difference.request;
    // Keys of clauses that were looked at: of every statement whose action, principal and resource fit.
    let mut keys: BTreeSet<String> = BTreeSet::new();
    // Conditions on all values of a key hang on values that nobody chose.
    let mut of_many: BTreeSet<String> = BTreeSet::new();
    for id in sets.0.statement_ids() {
        let seen = inspect(sets.0, request, &difference.world, id);
        let fits = seen.elements.iter().take(3).all(|Match { holds, .. }| *holds);
        if fits {
            let (policy, statement) = sets.0.origin(id);
            keys.extend(statement.clauses.iter().map(|clause| clause.key.value.to_string()));
            let sets =
                statement.clauses.iter().filter(|clause| clause.parsed.is_none_or(|each| each.set.is_some()));
            of_many.extend(sets.map(|clause| clause.key.value.to_ascii_lowercase()));
            // And those whose values stand in what it is about, or in what it compares with.
            let resources = statement.resources.iter().flat_map(|element| &element.items);
            let values = statement.clauses.iter().filter(|clause| takes_variables(clause));
            let texts = resources.chain(values.flat_map(|clause| &clause.values));
            let texts = texts.filter(|_| policy.version.has_variables());
            keys.extend(
                texts.flat_map(|text| variables(&text.value)).map(|inside| key_of(inside).to_owned()),
            );
        }
    }
    // Two names of one moment, by the one that the request has.
    let is_clock = |key: &String| key.eq_ignore_ascii_case(EPOCH_TIME);
    if request.context.get(&CURRENT_TIME.to_ascii_lowercase()).is_some() && keys.iter().any(is_clock) {
        keys.retain(|key| !is_clock(key));
        keys.insert(CURRENT_TIME.to_owned());
    }
    let context = keys
        .into_iter()
        .map(|key| {
            // What no test had to look at may be anything, and one value is shown for it.
            let open = if of_many.contains(&key.to_ascii_lowercase()) { "?" } else { any(&key) };
            let value = request.context.get(&key.to_ascii_lowercase());
            let value = value.map(|value| value.told().unwrap_or_else(|| open.to_owned()));
            let value = value.map(|value| readable(&key, value));
            (key, value)
        })
        .collect();
    Witness {
        principal: request.caller.arn().to_owned(),
        action: request.action.to_string(),
        resource: request.resource.to_string(),
        context,
    }
}

/// Whether AWS puts values in place of variables in what a clause compares with.
fn takes_variables(clause: &Clause) -> bool {
    clause.parsed.is_some_and(|operator| operator.base.takes_variables())
}

/// A value of the key's type.
fn any(key: &str) -> &'static str {
    match catalog::key_type(key) {
        Some(KeyType::Arn) => "arn:aws:iam::210987654321:role/b",
        Some(KeyType::Bool) => "true",
        Some(KeyType::Numeric) => "0",
        Some(KeyType::Date) => "2026-01-01T00:00:00Z",
        Some(KeyType::IpAddress) => "203.0.113.1",
        Some(KeyType::Binary) => "YQ==",
        Some(KeyType::String) | None => "a",
    }
}

/// A moment as people write it, where it has no part of a second.
fn readable(key: &str, value: String) -> String {
    let is_date = catalog::key_type(key) == Some(KeyType::Date) && !value.contains('-');
    let moment = Instant::parse(&value).filter(|_| is_date).map(Instant::date);
    let is_same = |text: &String| Instant::parse(text) == Instant::parse(&value);
    moment.filter(is_same).unwrap_or(value)
}
