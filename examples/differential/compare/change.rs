//! Changes of a case that take one fault of the other engine out of play.

mod condition;

use condition::is_null;
pub(crate) use condition::*;
use serde_json::{Value, json};

/// Every document of a case.
fn documents(case: &mut Value, work: &mut dyn FnMut(&mut Value)) {
    fn each(value: &mut Value, work: &mut dyn FnMut(&mut Value)) {
        match value {
            Value::Array(list) => list.iter_mut().for_each(|value| each(value, work)),
            Value::Object(members) if members.contains_key("Statement") => work(value),
            _ => {}
        }
    }
    for place in ["identity_policies", "resource_policy", "boundary", "session_policies", "scps", "rcps"] {
        if let Some(value) = case.get_mut(place) {
            each(value, work);
        }
    }
    if let Some(value) = case.pointer_mut("/ext/endpoint_policies") {
        each(value, work);
    }
}

fn changed(case: &Value, work: &mut dyn FnMut(&mut Value)) -> Option<Value> {
    let mut new = case.clone();
    documents(&mut new, work);
    (new != *case).then_some(new)
}

fn texts(value: &mut Value, work: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => work(text),
        Value::Array(list) => list.iter_mut().for_each(|value| texts(value, work)),
        Value::Object(members) => members.values_mut().for_each(|value| texts(value, work)),
        _ => {}
    }
}

/// Every text of `Resource` and `NotResource`.
fn resources(document: &mut Value, work: &mut dyn FnMut(&mut String)) {
    for statement in document["Statement"].as_array_mut().into_iter().flatten() {
        for place in ["Resource", "NotResource"] {
            if let Some(value) = statement.get_mut(place) {
                texts(value, work);
            }
        }
    }
}

pub(crate) fn question_mark(case: &Value) -> Option<Value> {
    let resource = case["request"]["resource"].as_str().unwrap_or_default().to_owned();
    changed(case, &mut |document| {
        resources(document, &mut |text| {
            // Where it stands for one character of this resource, in the last part and not behind its first slash.
            let mut left = text.char_indices().zip(resource.chars());
            if let Some(((at, '?'), have)) = left.find(|((_, pattern), have)| pattern != have)
                && text[..at].split(':').count() == 6
                && !text[..at].contains('/')
            {
                text.replace_range(at..=at, &have.to_string());
            }
        });
    })
}

pub(crate) fn short_arn(case: &Value) -> Option<Value> {
    let resource = case["request"]["resource"].as_str().unwrap_or_default().to_owned();
    changed(case, &mut |document| {
        resources(document, &mut |text| {
            if text.starts_with("arn:")
                && text.split(':').count() < 6
                && preflight::eval::Glob::new(text).matches(&resource)
            {
                text.clone_from(&resource);
            }
        });
    })
}

pub(crate) fn variables_of_2008(case: &Value) -> Option<Value> {
    changed(case, &mut |document| {
        if document["Version"] == json!("2012-10-17") {
            return;
        }
        for statement in document["Statement"].as_array_mut().into_iter().flatten() {
            for place in ["Resource", "NotResource", "Condition"] {
                if let Some(value) = statement.get_mut(place) {
                    texts(value, &mut |text| *text = text.replace("${", "${$}{"));
                }
            }
        }
        document["Version"] = json!("2012-10-17");
    })
}

pub(crate) fn default_without_space(case: &Value) -> Option<Value> {
    changed(case, &mut |document| texts(document, &mut |text| *text = text.replace(",'", ", '")))
}

pub(crate) fn null_variable_in_not_resource(case: &Value) -> Option<Value> {
    let context = case["request"]["context"].as_object()?.clone();
    changed(case, &mut |document| {
        if document["Version"] != json!("2012-10-17") {
            return;
        }
        if let Some(statements) = document["Statement"].as_array_mut() {
            statements.retain_mut(|statement| {
                let mut null = false;
                if let Some(value) = statement.get_mut("NotResource") {
                    texts(value, &mut |text| null |= is_null(text, &context));
                }
                !null
            });
        }
    })
}

pub(crate) fn account_of_not_principal(case: &Value) -> Option<Value> {
    let caller = case["request"]["principal"].as_str().unwrap_or_default().to_owned();
    let account = caller.split(':').nth(4)?.to_owned();
    changed(case, &mut |document| {
        for statement in document["Statement"].as_array_mut().into_iter().flatten() {
            let Some(list) = statement.pointer_mut("/NotPrincipal/AWS").and_then(Value::as_array_mut) else {
                continue;
            };
            let is_account = |value: &Value| {
                value
                    .as_str()
                    .is_some_and(|text| text == account || text.ends_with(&format!("::{account}:root")))
            };
            let itself = list.iter().any(|value| value.as_str() == Some(&*caller));
            if itself || list.iter().all(is_account) {
                continue;
            }
            // Where another session of the role is listed, it is the same with the role.
            let role = caller.split(":assumed-role/").nth(1).and_then(|path| path.split('/').next());
            let sessions = role.map(|role| format!(":assumed-role/{role}/"));
            let is_session = |value: &Value| {
                sessions.as_deref().is_some_and(|part| value.as_str().unwrap_or_default().contains(part))
            };
            let own = role.filter(|_| list.iter().any(is_session)).map(|role| format!(":role/{role}"));
            let is_role = |value: &Value| {
                own.as_deref().is_some_and(|end| value.as_str().unwrap_or_default().ends_with(end))
            };
            list.retain(|value| !is_account(value) && !is_role(value));
        }
    })
}

pub(crate) fn session_named_by_the_resource(case: &Value) -> Option<Value> {
    let caller = case["request"]["principal"].as_str().unwrap_or_default().to_owned();
    let mut named = false;
    for statement in case.pointer("/resource_policy/Statement")?.as_array()? {
        if statement["Effect"] == json!("Allow")
            && let Some(principal) = statement.get("Principal")
        {
            texts(&mut principal.clone(), &mut |text| named |= *text == caller || text == "*");
        }
    }
    let mut new = case.clone();
    let statements = new.pointer_mut("/session_policies/0/Statement")?.as_array_mut()?;
    let all = json!({ "Effect": "Allow", "Action": "*", "Resource": "*" });
    if !named || statements.contains(&all) {
        return None;
    }
    statements.push(all);
    Some(new)
}

pub(crate) fn restricted_bucket(case: &Value) -> Option<Value> {
    case.pointer("/ext/public_access_block")?;
    let mut new = case.clone();
    let statements = new.pointer_mut("/resource_policy/Statement")?.as_array_mut()?;
    let none = json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" });
    if statements.contains(&none) {
        return None;
    }
    statements.push(none);
    Some(new)
}

pub(crate) fn empty_variable(case: &Value) -> Option<Value> {
    let context = case["request"]["context"].as_object()?.clone();
    changed(case, &mut |document| {
        if document["Version"] != json!("2012-10-17") {
            return;
        }
        texts(document, &mut |text| {
            for (key, _) in context.iter().filter(|(_, value)| **value == json!("")) {
                let lower = text.to_ascii_lowercase();
                let name = format!("${{{}", key.to_ascii_lowercase());
                let Some(at) = lower.find(&name) else { continue };
                let Some(end) = lower[at..].find('}') else { continue };
                text.replace_range(at..=at + end, "");
            }
        });
    })
}

pub(crate) fn root_and_the_bucket_policy(case: &Value) -> Option<Value> {
    let caller = case["request"]["principal"].as_str().unwrap_or_default();
    let own = case["ext"]["resource_account"].as_str().is_some_and(|owner| caller.contains(owner));
    let action = case["request"]["action"].as_str().unwrap_or_default().to_ascii_lowercase();
    let spared = ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"].contains(&&*action);
    if !caller.ends_with(":root") || !own || !spared {
        return None;
    }
    let mut new = case.clone();
    let statements = new.pointer_mut("/resource_policy/Statement")?.as_array_mut()?;
    statements.retain(|statement| statement["Effect"] != json!("Deny"));
    (new != *case).then_some(new)
}

pub(crate) fn meaning_of_public(case: &Value) -> Option<Value> {
    case.pointer("/ext/public_access_block")?;
    let statements = case.pointer("/resource_policy/Statement")?.as_array()?;
    let pinned = statements.iter().any(|statement| {
        let text = statement["Condition"].to_string().to_ascii_lowercase();
        ["aws:principalarn", "aws:principalaccount", "aws:sourcearn", "aws:userid"]
            .iter()
            .any(|key| text.contains(key))
    });
    let mut new = case.clone();
    new["ext"].as_object_mut()?.remove("public_access_block");
    pinned.then_some(new)
}
