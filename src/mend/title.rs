//! What a change does, in one line.

use super::state::State;
use crate::finding::{Change, Repair};
use crate::source::Place;
use serde_json::Value;

/// The title of a repair.
pub(super) fn title(state: &State, repair: &Repair) -> String {
    let parts: Vec<String> = repair.changes.iter().map(|change| one(state, change)).collect();
    match parts.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, rest @ ..] if rest.len() > 3 => format!("{first}, and {} changes more", rest.len()),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn one(state: &State, change: &Change) -> String {
    let there = |place: &Place| {
        let text = state.sources.get(place.source).slice(place.span);
        let text = text.trim_matches(|next| matches!(next, '"' | '\\'));
        brief(text)
    };
    match change {
        Change::Set { at, value } => format!("write `{}` instead of `{}`", shown(value), there(at)),
        Change::Add { value, .. } => match value.get("Sid").and_then(Value::as_str) {
            Some(sid) => format!("add the statement `{sid}` that allows {}", what(value)),
            None => format!("add `{}`", shown(value)),
        },
        Change::AddMember { key, value, .. } => format!("add `{key}`: `{}`", shown(value)),
        Change::Rename { key, name } => format!("write `{name}` instead of `{}`", there(key)),
        Change::Remove { at } => format!("take `{}` out", there(at)),
        Change::Rewrite { at, text } if text.is_empty() => format!("take `{}` out", there(at)),
        Change::Rewrite { at, text } => format!("write `{}` instead of `{}`", brief(text), there(at)),
        Change::Form { name, value } => format!("type `{value}` as {name}"),
        Change::Run { .. } => "run the command".to_owned(),
    }
}

/// What a statement allows.
fn what(statement: &Value) -> String {
    let list = |key: &str| match statement.get(key) {
        Some(Value::String(text)) => format!("`{text}`"),
        Some(Value::Array(items)) => match items.as_slice() {
            [first, second, rest @ ..] if !rest.is_empty() => {
                format!("`{}`, `{}` and {} more", shown(first), shown(second), rest.len())
            }
            items => format!("`{}`", items.iter().map(shown).collect::<Vec<_>>().join("`, `")),
        },
        _ => String::new(),
    };
    // A trust policy names no resource.
    match list("Resource") {
        resources if resources.is_empty() => list("Action"),
        resources => format!("{} on {resources}", list("Action")),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => brief(&other.to_string()),
    }
}

/// The beginning of a long text.
fn brief(text: &str) -> String {
    const LONGEST: usize = 100;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
