//! Makes a case smaller while the engines still differ on it.

use serde_json::Value;

/// Every case that is this one without one part: a policy, a statement, a condition, a value of a list, a context key.
pub(crate) fn smaller(case: &Value) -> Vec<Value> {
    let mut paths = Vec::new();
    walk(case, &mut String::new(), &mut paths);
    paths
        .iter()
        .filter_map(|path| {
            let mut less = case.clone();
            let (parent, key) = path.rsplit_once('/')?;
            match less.pointer_mut(parent)? {
                Value::Array(list) => {
                    list.remove(key.parse().ok()?);
                }
                Value::Object(members) => {
                    members.shift_remove(&key.replace("~1", "/").replace("~0", "~"))?;
                }
                _ => return None,
            }
            Some(less)
        })
        .collect()
}

fn walk(value: &Value, path: &mut String, out: &mut Vec<String>) {
    let length = path.len();
    match value {
        Value::Array(list) => {
            for (at, each) in list.iter().enumerate() {
                path.push_str(&format!("/{at}"));
                // Emptying a list of a statement would make another question of it.
                if list.len() > 1 || !path.contains("/Statement/") {
                    out.push(path.clone());
                }
                walk(each, path, out);
                path.truncate(length);
            }
        }
        Value::Object(members) => {
            let context = path.ends_with("/context");
            for (key, each) in members {
                let key_path = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
                path.push_str(&key_path);
                let optional = matches!(&**key, "Condition" | "public_access_block" | "endpoint_policies")
                    || (key.ends_with("_in_management") || key.ends_with("_is_management"));
                if context || optional || path.contains("/Condition/") {
                    out.push(path.clone());
                }
                walk(each, path, out);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
