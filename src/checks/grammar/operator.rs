//! Operators of conditions that AWS does not know.

use super::{MOST_TYPOS, near};
use crate::catalog::{self, KeyType};
use crate::checks::explain::near::distance;
use crate::finding::{Change, Repair};
use crate::policy::{Clause, Fault, Operator, Policy, Statement};
use crate::source::{Place, Span};
use serde_json::json;

const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

const SETS: [&str; 2] = ["ForAllValues", "ForAnyValue"];

/// What an operator that AWS does not know was meant to be: the names that are near, the nearest first, then the one that fits what
/// is tested with it.
pub(super) fn repairs(policy: &Policy, fault: &Fault) -> Vec<Repair> {
    let mut own = of_operator(policy, fault);
    if own.clone().any(|(_, clause)| is_swapped(clause)) {
        // Name and operator are in each other's places: nothing else is near.
        return own
            .all(|(_, clause)| is_swapped(clause))
            .then(|| swapped(policy, fault))
            .flatten()
            .into_iter()
            .collect();
    }
    let at = Place { source: policy.source, span: fault.span };
    let (set, name) = match fault.found.split_once(':') {
        Some((set, name)) => (Some(set.trim()), name.trim()),
        None => (None, fault.found.trim()),
    };
    let set = match set.map(|set| SETS.iter().filter_map(|known| near(set, known)).min()) {
        Some(Some((_, set))) => format!("{set}:"),
        Some(None) | None => String::new(),
    };
    let optional = OPERATORS.iter().filter(|name| **name != "Null").map(|name| format!("{name}IfExists"));
    let all = OPERATORS.iter().map(|name| (*name).to_owned()).chain(optional);
    let mut near: Vec<(usize, String)> =
        all.filter_map(|known| distance(name, &known, MOST_TYPOS).map(|slips| (slips, known))).collect();
    near.sort();
    let mut names: Vec<String> = near.into_iter().map(|(_, name)| name).collect();
    names.extend(by_values(policy, fault).map(str::to_owned));
    let mut once: Vec<String> = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once.into_iter()
        .map(|name| Repair::of(Change::Rename { key: at, name: format!("{set}{name}") }))
        .collect()
}

/// An operator that fits what is tested with it.
fn by_values(policy: &Policy, fault: &Fault) -> Option<&'static str> {
    let clauses = || of_operator(policy, fault).map(|(_, clause)| clause);
    let all: Vec<&str> = clauses().flat_map(|clause| &clause.values).map(|value| &*value.value).collect();
    if all.is_empty() {
        return None;
    }
    let has_wildcard = all.iter().any(|value| value.contains(['*', '?']));
    let keys = clauses().map(|clause| &*clause.key.value);
    let mut kinds: Vec<Option<KeyType>> = keys.map(catalog::key_type).collect();
    kinds.dedup();
    // What AWS compares by, if it lists all keys with one type; else what the values look like.
    let listed = if let [kind] = kinds.as_slice() { *kind } else { None };
    let is_arn = all.iter().all(|value| value.starts_with("arn:"));
    let text = if has_wildcard { "StringLike" } else { "StringEquals" };
    Some(match listed {
        Some(KeyType::Bool) => "Bool",
        Some(KeyType::Numeric) => "NumericEquals",
        Some(KeyType::Date) => "DateEquals",
        Some(KeyType::IpAddress) => "IpAddress",
        Some(KeyType::Binary) => "BinaryEquals",
        Some(KeyType::Arn) => "ArnLike",
        Some(KeyType::String) | None if is_arn => "ArnLike",
        Some(KeyType::String) | None => text,
    })
}

/// What stands under the operator of a fault.
fn of_operator<'p>(
    policy: &'p Policy,
    fault: &'p Fault,
) -> impl Iterator<Item = (&'p Statement, &'p Clause)> + Clone {
    let all = policy.statements.iter().flat_map(|statement| {
        let clauses = statement.clauses.iter();
        clauses.map(move |clause| (statement, clause))
    });
    all.filter(|(_, clause)| clause.operator.span == fault.span)
}

/// Whether an operator stands where the condition key belongs, and the key where the operator does.
fn is_swapped(clause: &Clause) -> bool {
    clause.parsed.is_none()
        && clause.operator.value.contains(':')
        && Operator::parse(&clause.key.value).is_some()
}

/// Every key of the statement's condition back under its operator: where that operator is there already, it takes the key in.
fn swapped(policy: &Policy, fault: &Fault) -> Option<Repair> {
    let (statement, _) = of_operator(policy, fault).next()?;
    let at = |span| Place { source: policy.source, span };
    let (wrong, right): (Vec<&Clause>, Vec<&Clause>) =
        statement.clauses.iter().partition(|clause| is_swapped(clause));
    let mut changes = Vec::new();
    let mut there: Vec<(&str, Span)> =
        right.iter().map(|clause| (&*clause.operator.value, clause.operator.span)).collect();
    for clause in &wrong {
        let (operator, key) = (&*clause.key.value, &*clause.operator.value);
        if wrong.iter().filter(|other| other.operator.span == clause.operator.span).count() > 1 {
            // One key under several operators.
            return None;
        }
        match there.iter().find(|(known, _)| *known == operator) {
            Some((_, object)) => {
                let values: Vec<&str> = clause.values.iter().map(|value| &*value.value).collect();
                let value = if let [one] = values.as_slice() { json!(one) } else { json!(values) };
                changes.push(Change::AddMember { object: at(*object), key: key.to_owned(), value });
                changes.push(Change::Remove { at: at(clause.operator.span) });
            }
            None => {
                changes.push(Change::Rename { key: at(clause.operator.span), name: operator.to_owned() });
                changes.push(Change::Rename { key: at(clause.key.span), name: key.to_owned() });
                there.push((operator, clause.operator.span));
            }
        }
    }
    (!changes.is_empty()).then_some(Repair { changes })
}
