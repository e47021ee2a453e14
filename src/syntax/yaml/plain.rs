//! What plain scalars and keys mean, and how large a node is.

use crate::syntax::tree::{Node, Value};
use std::borrow::Cow;

/// The key that brings the members of another mapping.
pub(super) const MERGE: &str = "<<";

/// What of `budget` is left behind the nodes of a tree.
pub(super) fn count(node: &Node<'_>, budget: usize) -> Option<usize> {
    let budget = budget.checked_sub(1)?;
    match &node.value {
        Value::Array(items) => items.iter().try_fold(budget, |budget, item| count(item, budget)),
        Value::Object(members) => {
            members.iter().try_fold(budget, |budget, member| count(&member.value, budget))
        }
        _ => Some(budget),
    }
}

/// The text of a key; of one that is no scalar the text it was written with.
pub(super) fn key_of<'t>(text: &'t str, node: &Node<'t>) -> Cow<'t, str> {
    match &node.value {
        Value::String(key) | Value::Number(key) => key.clone(),
        _ => Cow::Borrowed(text.get(node.span.range()).unwrap_or_default()),
    }
}

/// What a plain scalar is. Dates, `yes` and octal numbers stay texts: in policies they are meant as such.
pub(super) fn plain(text: Cow<'_, str>) -> Value<'_> {
    match &*text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number if is_number(number) => Value::Number(text),
        _ => Value::String(text),
    }
}

/// Whether a text is a number as JSON writes them, which is one in every reading of YAML. An account number that begins
/// with zero is none.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let leading_zero = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && !leading_zero
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'))
        && text.parse::<f64>().is_ok()
}
