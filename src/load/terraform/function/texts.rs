//! Functions of texts that are known.
//!
//! <https://developer.hashicorp.com/terraform/language/functions> (checked 2026-11)

use super::lists::of_texts;
use crate::syntax::{Node, Value};
use std::borrow::Cow;

/// What a call gives; nothing where that is not known.
pub(super) fn call(name: &str, values: &[Node<'static>]) -> Option<Value<'static>> {
    let texts: Vec<&str> = values.iter().map(Node::as_str).collect::<Option<_>>()?;
    let text = |text: &str| Some(Value::String(Cow::Owned(text.to_owned())));
    match (name, texts.as_slice()) {
        ("split", ["", text]) => Some(of_texts(text.chars().map(String::from), values.get(1)?)),
        ("split", [between, text]) => Some(of_texts(text.split(between).map(str::to_owned), values.get(1)?)),
        ("trimprefix", [whole, start]) => text(whole.strip_prefix(start).unwrap_or(whole)),
        ("trimsuffix", [whole, end]) => text(whole.strip_suffix(end).unwrap_or(whole)),
        ("trim", [whole, set]) => text(whole.trim_matches(|c| set.contains(c))),
        ("chomp", [whole]) => text(whole.trim_end_matches(['\r', '\n'])),
        ("title", [whole]) => text(&titled(whole)),
        ("startswith", [whole, start]) => Some(Value::Bool(whole.starts_with(start))),
        ("endswith", [whole, end]) => Some(Value::Bool(whole.ends_with(end))),
        ("strcontains", [whole, part]) => Some(Value::Bool(whole.contains(part))),
        _ => None,
    }
}

/// Every word with a capital at its beginning.
fn titled(text: &str) -> String {
    let mut begins = true;
    text.chars()
        .flat_map(|c| {
            let is_first = std::mem::replace(&mut begins, !(c.is_alphanumeric() || c == '_' || c == '\''));
            if is_first { c.to_uppercase().collect::<Vec<char>>() } else { vec![c] }
        })
        .collect()
}
