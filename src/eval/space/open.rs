//! What of a caller is not the same for all for whom it stands: names with which a policy computes, and identifiers.

use super::callers::CallerClass;
use super::others::SESSION;
use super::seen::is_name;
use crate::eval::caller::CallerKind;
use crate::eval::compile::{Compiled, Test};
use crate::eval::condition::{Operand, Template};
use crate::eval::context::ContextValue;
use crate::eval::request::Request;

/// The request with the names left open that are not the same for all for whom the caller stands, where a policy compares them
/// with what is not one text. None where the caller is answered like all of them: what one text holds was tried, and in
/// it no other name is.
#[must_use]
pub fn unnamed(
    set: &Compiled<'_>,
    class: &CallerClass,
    stranger: Option<&str>,
    request: &Request,
) -> Option<Request> {
    let is_one = |key: &str| {
        matches!(request.context.get(key), None | Some(ContextValue::One(_) | ContextValue::Many(_)))
    };
    let computed = |test: &Test| -> Vec<String> {
        let (template, is_told): (&Template, bool) = match test {
            Test::ResourceTemplate(template) => (template, request.space.is_none()),
            Test::Value { key, test } => match &test.operand {
                Operand::Template(template) => (template, is_one(set.key_name(*key))),
                _ => return Vec::new(),
            },
            _ => return Vec::new(),
        };
        // Whole ARNs are not looked for in texts.
        let keys = template.keys().filter(|key| !is_told || *key == "aws:principalarn");
        keys.map(str::to_owned).collect()
    };
    let caller = &class.caller;
    let is_open = |key: &String| match key.as_str() {
        "aws:principalaccount" => caller.account().is_some() && caller.account() == stranger,
        "aws:principalarn" => {
            !class.named && caller.kind() != CallerKind::Root && caller.session() != Some(SESSION)
        }
        key => is_name(key) && class.open,
    };
    let has_value = |key: &String| matches!(request.context.get(key), Some(ContextValue::One(_)));
    let keys = set.atoms.iter().flat_map(computed).filter(is_open).filter(has_value);
    let mut open = None;
    for key in keys {
        open.get_or_insert_with(|| request.clone()).context.set(&key, ContextValue::Unknown);
    }
    open
}
