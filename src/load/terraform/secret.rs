//! What a plan marks as sensitive is put out of sight before anything is read from it: neither an excerpt nor a value of a finding
//! can show it.
//!
//! <https://developer.hashicorp.com/terraform/internals/json-format> (`sensitive_values`, `before_sensitive`, `after_sensitive`,
//! checked 2026-11)

use super::plan::is_plan;
use crate::source::Span;
use crate::syntax::{Node, Value, read_json};

/// Modules below modules that are looked into.
const DEEPEST: usize = 32;

/// A plan with stars for every text that it marks as sensitive, at the same places; any other text as it is.
#[must_use]
pub fn without_secrets(text: String) -> String {
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has("\"planned_values\"") || !has("sensitive") {
        return text;
    }
    let mut spans = Vec::new();
    {
        let document = read_json(&text);
        if !is_plan(&document.root) {
            return text;
        }
        of_plan(&document.root, &mut spans);
    }
    let mut bytes = text.into_bytes();
    for span in spans {
        // The quotes stay.
        let inside = span.range().start.saturating_add(1)..span.range().end.saturating_sub(1);
        if let Some(inside) = bytes.get_mut(inside) {
            inside.fill(b'*');
        }
    }
    // INVARIANT: whole strings of a text are replaced by ASCII.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a text is one that was put out of sight.
pub(super) fn is_hidden(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte == b'*') && text.len() > 1
}

fn of_plan(root: &Node<'_>, out: &mut Vec<Span>) {
    let states = [root.get("planned_values"), root.get("prior_state").and_then(|state| state.get("values"))];
    for state in states.into_iter().flatten() {
        if let Some(module) = state.get("root_module") {
            of_module(module, 0, out);
        }
        for output in state.get("outputs").and_then(Node::as_object).into_iter().flatten() {
            if let (Some(value), Some(mark)) = (output.value.get("value"), output.value.get("sensitive")) {
                marked(value, mark, out);
            }
        }
    }
    for list in ["resource_changes", "resource_drift"] {
        for change in root.get(list).and_then(Node::as_array).into_iter().flatten() {
            of_change(change.get("change"), out);
        }
    }
    for change in root.get("output_changes").and_then(Node::as_object).into_iter().flatten() {
        of_change(Some(&change.value), out);
    }
    let declared = root.get("configuration").and_then(|each| each.get("root_module")?.get("variables"));
    for variable in declared.and_then(Node::as_object).into_iter().flatten() {
        let Some(mark) = variable.value.get("sensitive") else { continue };
        let given = root.get("variables").and_then(|all| all.get(&variable.key)?.get("value"));
        for value in given.into_iter().chain(variable.value.get("default")) {
            marked(value, mark, out);
        }
    }
}

fn of_module(module: &Node<'_>, depth: usize, out: &mut Vec<Span>) {
    if depth > DEEPEST {
        return;
    }
    for resource in module.get("resources").and_then(Node::as_array).into_iter().flatten() {
        if let (Some(values), Some(mark)) = (resource.get("values"), resource.get("sensitive_values")) {
            marked(values, mark, out);
        }
    }
    for inner in module.get("child_modules").and_then(Node::as_array).into_iter().flatten() {
        of_module(inner, depth + 1, out);
    }
}

fn of_change(change: Option<&Node<'_>>, out: &mut Vec<Span>) {
    for (side, mark) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
        let Some(change) = change else { continue };
        if let (Some(value), Some(mark)) = (change.get(side), change.get(mark)) {
            marked(value, mark, out);
        }
    }
}

/// The texts of a value that its mark is about: `true` is about all of it.
fn marked(value: &Node<'_>, mark: &Node<'_>, out: &mut Vec<Span>) {
    match (&mark.value, &value.value) {
        (Value::Bool(true), Value::String(_)) => out.push(value.span),
        (Value::Bool(true), Value::Array(items)) => items.iter().for_each(|item| marked(item, mark, out)),
        (Value::Bool(true), Value::Object(members)) => {
            members.iter().for_each(|member| marked(&member.value, mark, out));
        }
        (Value::Array(marks), Value::Array(items)) => {
            items.iter().zip(marks).for_each(|(item, mark)| marked(item, mark, out));
        }
        (Value::Object(marks), Value::Object(_)) => {
            for each in marks {
                if let Some(inner) = value.get(&each.key) {
                    marked(inner, &each.value, out);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_out_of_sight_and_keeps_its_place() {
        let plan = r#"{"format_version":"1.2","variables":{"t":{"value":"tök"}},"planned_values":{"outputs":{"o":{"sensitive":true,"value":["a1","b2"]}},
            "root_module":{"resources":[{"values":{"policy":"{\"x\":1}","name":"n","list":["c3","d4"]},
            "sensitive_values":{"policy":true,"list":[false,true]}}]}},
            "resource_changes":[{"change":{"before":{"p":"e5"},"before_sensitive":false,"after":{"p":"f6"},"after_sensitive":{"p":true}}}],
            "configuration":{"root_module":{"variables":{"t":{"sensitive":true,"default":"g7"}}}}}"#;
        let hidden = without_secrets(plan.to_owned());
        assert_eq!(hidden.len(), plan.len());
        for word in ["tök", "a1", "b2", "x", "d4", "f6", "g7"] {
            assert!(
                !hidden.contains(&format!("\"{word}")) && !hidden.contains(&format!("{word}\"")),
                "{word}: {hidden}"
            );
        }
        for word in ["\"n\"", "\"c3\"", "\"e5\""] {
            assert!(hidden.contains(word), "{word}: {hidden}");
        }
        let other = r#"{"planned_values":1,"sensitive":"x"}"#;
        assert_eq!(without_secrets(other.to_owned()), other);
    }
}
