//! What a statement says, whatever the way in which it is written.

use super::{Element, Statement, Text};

/// A statement without what does not matter: order, Sid, one value or a list of one.
#[must_use]
pub fn meaning(statement: &Statement) -> String {
    let sorted = |items: &mut dyn Iterator<Item = &Text>| {
        let mut list: Vec<&str> = items.map(|item| &*item.value).collect();
        list.sort_unstable();
        list.join(" ")
    };
    let principals = statement.principals.as_ref().map(|principals| {
        let mut list: Vec<String> = principals
            .entries
            .iter()
            .map(|entry| format!("{:?}:{}", entry.kind, entry.value.value))
            .collect();
        list.sort_unstable();
        (principals.negated, list)
    });
    let element = |element: &Option<Element>| {
        element.as_ref().map(|element| (element.negated, sorted(&mut element.items.iter())))
    };
    let mut clauses: Vec<String> = statement
        .clauses
        .iter()
        .map(|clause| {
            let values = sorted(&mut clause.values.iter());
            format!("{} {} {values}", clause.operator.value, clause.key.value.to_ascii_lowercase())
        })
        .collect();
    clauses.sort_unstable();
    format!(
        "{:?} {principals:?} {:?} {:?} {clauses:?}",
        statement.effect,
        element(&statement.actions),
        element(&statement.resources)
    )
}
