//! Policy variables: where they may stand, and how they are written.

use super::doc::{Doc, Out};
use crate::catalog;
use crate::policy::variable::variables;
use crate::policy::{BaseOperator, Text, TextKind, Version};

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    for statement in &doc.policy.statements {
        for item in statement.actions.iter().flat_map(|element| &element.items) {
            misplaced(item, "Action", out);
        }
        for entry in statement.principals.iter().flat_map(|principals| &principals.entries) {
            misplaced(&entry.value, "Principal", out);
        }
        for item in statement.resources.iter().flat_map(|element| &element.items) {
            written(doc, item, out);
        }
        for clause in &statement.clauses {
            for value in &clause.values {
                let Some(operator) = clause.parsed else { continue };
                let takes = operator.base.takes_variables() && operator.base != BaseOperator::Bool;
                if takes {
                    written(doc, value, out);
                } else if variables(&value.value).next().is_some() {
                    let case =
                        if operator.base == BaseOperator::Bool { "under-bool" } else { "under-operator" };
                    out.push(
                        "variable",
                        case,
                        value.span,
                        &[("found", &value.value), ("operator", &clause.operator.value)],
                    );
                }
            }
        }
    }
}

fn misplaced(item: &Text, element: &str, out: &mut Out) {
    if item.kind == TextKind::String && variables(&item.value).next().is_some() {
        out.push("variable", "element", item.span, &[("found", &item.value), ("element", element)]);
    }
}

fn written(doc: &Doc<'_>, item: &Text, out: &mut Out) {
    if item.kind != TextKind::String || !item.value.contains("${") {
        return;
    }
    let found = [("found", &*item.value)];
    if !doc.policy.version.has_variables() {
        if variables(&item.value).next().is_some() && !matches!(doc.policy.version, Version::Other(_)) {
            let noted = out.push("variable", "version", item.span, &found);
            if let Some(span) = doc.policy.version_span {
                noted.related(span, "this version has no variables");
            }
        }
        return;
    }
    for rest in item.value.split("${").skip(1) {
        let Some((inside, _)) = rest.split_once('}') else {
            out.push("variable", "brace", item.span, &found);
            return;
        };
        if inside.is_empty() {
            out.push("variable", "empty", item.span, &found);
            continue;
        }
        if matches!(inside, "*" | "?" | "$") || inside.contains("::") || !inside.contains(':') {
            continue;
        }
        let (key, default) = match inside.split_once(',') {
            Some((key, default)) => (key, Some(default)),
            None => (inside, None),
        };
        // A tag's key may hold spaces.
        let name = key.split('/').next().unwrap_or_default();
        if name.contains(char::is_whitespace) || key.starts_with(' ') || key.ends_with(' ') {
            out.push("variable", "space", item.span, &found);
        }
        named(key.trim(), item, out);
        if let Some(default) = default {
            let default = default.trim();
            let quoted = default.len() >= 2 && default.starts_with('\'') && default.ends_with('\'');
            if !quoted {
                out.push("variable", "quote", item.span, &found);
            }
        }
    }
}

/// What a variable names: a key that requests carry, once. Services fill in variables of their own names that are no keys
/// (`${transfer:HomeFolder}`), so that of these nothing is said.
fn named(key: &str, item: &Text, out: &mut Out) {
    let date = catalog::data_version().date;
    let values = [("found", &*item.value), ("key", key), ("date", date)];
    match catalog::condition_key(key) {
        Some(known) if known.multi => {
            out.push("variable", "several-values", item.span, &values);
        }
        None if key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:")) => {
            out.push("variable", "key-unknown", item.span, &values);
        }
        Some(_) | None => {}
    }
}
