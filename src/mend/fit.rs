//! What AWS's limits of size leave room for: a document that a fix makes too long is written shorter, and says the same.
//!
//! Statements that differ in one list are made into one; then white space goes where AWS counts it, and names of statements last.
//! That the shorter text decides every request alike is proved by the comparison of `preflight diff`, not taken for granted.

use super::access::is_equal;
use super::state::{Bench, State};
use super::text::editable;
use crate::checks::lint::{Counted, counted};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::Wrapped;
use crate::source::Place;
use crate::syntax::edit::{Splice, apply};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Documents as AWS takes them for their length.
pub(super) struct Fitted {
    pub(super) state: State,
    /// What was written shorter, for people.
    pub(super) shorter: Vec<String>,
    /// What is too long whatever is done.
    pub(super) too_large: Vec<String>,
}

/// Writes the documents shorter that a change made too long.
pub(super) fn fit(bench: &Bench<'_>, before: &State, after: State) -> Fitted {
    let mut out = Fitted { state: after, shorter: Vec::new(), too_large: Vec::new() };
    let count = out.state.evidence.documents.len();
    if count != before.evidence.documents.len() {
        return out;
    }
    let is_role = before.form.text("reader").is_some_and(|reader| reader.contains(":role/"));
    for (at, old) in before.evidence.documents.iter().enumerate() {
        let Some(new) = out.state.evidence.documents.get(at) else { continue };
        let Some(over) = over(is_role, old, new) else { continue };
        let (found, needed) = (over.found.to_string(), over.most.to_string());
        let say = |name: &str| bench.library.phrases().say(name, &[("found", &found), ("needed", &needed)]);
        match shorter(&out.state, at, is_role, over.most) {
            Some(state) => {
                out.shorter.push(say("fix-tighter"));
                out.state = state;
            }
            None => out.too_large.push(say("fix-too-large")),
        }
    }
    out
}

struct Over {
    found: usize,
    most: usize,
}

/// The limit that a document was within and is beyond now.
fn over(is_role: bool, old: &PolicyDocument, new: &PolicyDocument) -> Option<Over> {
    let (Counted { found: was, limits, .. }, Counted { found, .. }) =
        (counted(old.role, is_role, old.length), counted(new.role, is_role, new.length));
    let most = limits.iter().copied().find(|most| was <= *most)?;
    (found > most).then_some(Over { found, most })
}

/// The documents with one of them written so that it is within a limit, and decides alike.
fn shorter(state: &State, at: usize, is_role: bool, most: usize) -> Option<State> {
    let long = state.evidence.documents.get(at)?;
    let is_compared = matches!(
        long.role,
        Role::BucketPolicy | Role::ReaderPolicy | Role::KeyPolicy | Role::TrustPolicy | Role::LinkedPolicy
    );
    texts(state, long).into_iter().filter(|_| is_compared).find_map(|text| {
        let short = state.with(&BTreeMap::from([(long.source, text)]), &[], None);
        let document = short.evidence.documents.get(at)?;
        let fits = counted(document.role, is_role, document.length).found <= most;
        (fits && is_equal(&state.form, long, document)).then_some(short)
    })
}

/// Shorter texts of the file that holds a document, the one that changes least first.
fn texts(state: &State, document: &PolicyDocument) -> Vec<String> {
    let place = Place { source: document.source, span: document.policy.span };
    let text = state.sources.get(document.source).text();
    let wrapped = state.evidence.wrapped.iter();
    let wrapped: Vec<Wrapped> = wrapped
        .map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level })
        .collect();
    let Ok(page) = editable(state, &wrapped, place) else { return Vec::new() };
    let is_wrapped = wrapped.iter().any(|each| each.source == place.source && each.span.contains(place.span));
    let written = if is_wrapped { page.text() } else { state.sources.get(place.source).slice(place.span) };
    let Ok(Value::Object(policy)) = serde_json::from_str::<Value>(written) else { return Vec::new() };
    let merged = merged(&policy);
    let mut out: Vec<String> = Vec::new();
    for value in [merged.clone(), without_sids(merged)] {
        let value = Value::Object(value);
        let in_its_hand = page.replace(place.span, &value).ok();
        let on_one_line = vec![Splice { span: place.span, text: value.to_string() }];
        let ways = in_its_hand.into_iter().chain((!is_wrapped).then_some(on_one_line));
        out.extend(ways.filter_map(|splices| apply(text, &splices)));
    }
    out
}

/// The policy with statements made into one that differ in one list alone.
fn merged(policy: &Map<String, Value>) -> Map<String, Value> {
    let mut out = policy.clone();
    let Some(Value::Array(statements)) = policy.get("Statement") else { return out };
    let mut kept: Vec<Value> = Vec::new();
    for statement in statements {
        let together = kept.iter().enumerate().find_map(|(at, kept)| Some((at, union(kept, statement)?)));
        match together {
            Some((at, both)) => {
                if let Some(slot) = kept.get_mut(at) {
                    *slot = both;
                }
            }
            None => kept.push(statement.clone()),
        }
    }
    out.insert("Statement".to_owned(), Value::Array(kept));
    out
}

/// Two statements in one, if all but one of their lists are the same: a request matches a list if it matches one of its values.
fn union(one: &Value, other: &Value) -> Option<Value> {
    let (one, other) = (one.as_object()?, other.as_object()?);
    let names = |map: &Map<String, Value>| {
        let mut names: Vec<String> = map.keys().filter(|key| *key != "Sid").cloned().collect();
        names.sort();
        names
    };
    if names(one) != names(other) {
        return None;
    }
    let mut differ = names(one).into_iter().filter(|name| one.get(name) != other.get(name));
    let mut out = one.clone();
    let Some(name) = differ.next() else { return Some(Value::Object(out)) };
    if differ.next().is_some() {
        return None;
    }
    let (left, right) = (one.get(&name)?, other.get(&name)?);
    let both = match name.as_str() {
        "Action" | "Resource" => lists(left, right),
        "Principal" => of_object(left, right, &|_, left, right| Some(lists(left, right)))?,
        "Condition" => of_object(left, right, &|operator, left, right| {
            is_or(operator).then(|| of_object(left, right, &|_, left, right| Some(lists(left, right))))?
        })?,
        _ => return None,
    };
    out.insert(name, both);
    Some(Value::Object(out))
}

/// Whether values below an operator are alternatives: one that matches is enough.
fn is_or(operator: &str) -> bool {
    !operator.contains("Not") && !operator.contains(':')
}

/// How two values below one key become one.
type Join<'j> = &'j dyn Fn(&str, &Value, &Value) -> Option<Value>;

/// Two objects in one that differ in the value of one key.
fn of_object(left: &Value, right: &Value, join: Join<'_>) -> Option<Value> {
    let (left, right) = (left.as_object()?, right.as_object()?);
    if left.len() != right.len() || !left.keys().all(|key| right.contains_key(key)) {
        return None;
    }
    let mut differ = left.iter().filter(|(key, value)| right.get(*key) != Some(value));
    let (key, value) = differ.next()?;
    if differ.next().is_some() {
        return None;
    }
    let mut out = left.clone();
    out.insert(key.clone(), join(key, value, right.get(key)?)?);
    Some(Value::Object(out))
}

fn lists(left: &Value, right: &Value) -> Value {
    let items = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    let mut all = items(left);
    for item in items(right) {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    Value::Array(all)
}

fn without_sids(mut policy: Map<String, Value>) -> Map<String, Value> {
    if let Some(Value::Array(statements)) = policy.get_mut("Statement") {
        for statement in statements.iter_mut().filter_map(Value::as_object_mut) {
            statement.shift_remove("Sid");
        }
    }
    policy.shift_remove("Id");
    policy
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statement(more: &Value) -> Value {
        let mut all = json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "a" });
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    }

    #[test]
    fn only_what_differs_in_one_list_becomes_one() {
        let together = |one: &Value, other: &Value| union(&statement(one), &statement(other));
        let both = |one: &Value, other: &Value, name: &str| together(one, other).map(|all| all[name].clone());
        assert_eq!(
            both(&json!({ "Resource": "b", "Sid": "B" }), &json!({}), "Resource"),
            Some(json!(["b", "a"]))
        );
        assert_eq!(
            both(&json!({ "Action": ["x", "y"] }), &json!({ "Action": "y" }), "Action"),
            Some(json!(["x", "y"]))
        );
        assert_eq!(together(&json!({ "Action": "x", "Resource": "b" }), &json!({})), None);
        assert_eq!(together(&json!({ "Effect": "Allow" }), &json!({})), None);
        assert_eq!(together(&json!({ "NotAction": "x" }), &json!({ "NotAction": "y" })), None);
        let condition =
            |operator: &str, value: &str| json!({ "Condition": { operator: { "aws:PrincipalArn": value } } });
        assert_eq!(
            both(&condition("ArnEquals", "x"), &condition("ArnEquals", "y"), "Condition"),
            Some(json!({ "ArnEquals": { "aws:PrincipalArn": ["x", "y"] } }))
        );
        for operator in ["ArnNotEquals", "ForAllValues:StringEquals"] {
            assert_eq!(together(&condition(operator, "x"), &condition(operator, "y")), None, "{operator}");
        }
        assert_eq!(together(&condition("ArnEquals", "x"), &condition("ArnLike", "x")), None);
    }
}
