//! One-element changes of values: of export definitions, listings and the form.

use serde_json::{Map, Value};

/// Where a change is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// A value of the form.
    Form(String),
    /// A file, and the steps to the changed element; of something dropped, to what it stood in.
    File(usize, Vec<String>),
}

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) what: String,
    pub(super) place: Place,
    /// What stood there, what stands there now, and the name of what was dropped.
    pub(super) words: Vec<String>,
    pub(super) value: Option<Value>,
    pub(super) toml: Option<String>,
}

/// The values that AWS has for a member.
const LEGAL: [(&str, &[&str]); 17] = [
    ("TIME_GRANULARITY", &["HOURLY", "DAILY", "MONTHLY"]),
    ("INCLUDE_RESOURCES", &["TRUE", "FALSE"]),
    ("INCLUDE_SPLIT_COST_ALLOCATION_DATA", &["TRUE", "FALSE"]),
    ("OutputType", &["CUSTOM", "ATHENA", "REDSHIFT"]),
    ("Format", &["TEXT_OR_CSV", "PARQUET", "textORcsv", "Parquet"]),
    ("Compression", &["GZIP", "PARQUET", "ZIP", "Parquet"]),
    ("Overwrite", &["OVERWRITE_REPORT", "CREATE_NEW_REPORT"]),
    ("StatusCode", &["HEALTHY", "UNHEALTHY", "DELIVERY_SUCCESS", "DELIVERY_FAILURE", "QUERY_FAILURE"]),
    ("StatusReason", &["INSUFFICIENT_PERMISSION", "BILL_OWNER_CHANGED", "INTERNAL_FAILURE", "DEPRECATED"]),
    ("TimeUnit", &["HOURLY", "DAILY", "MONTHLY"]),
    ("ReportVersioning", &["OVERWRITE_REPORT", "CREATE_NEW_REPORT"]),
    ("lastStatus", &["SUCCESS", "ERROR_PERMISSIONS", "ERROR_NO_BUCKET"]),
    ("S3Region", &["us-east-1", "eu-west-1", "eu-central-1"]),
    ("LocationConstraint", &["eu-west-1", "eu-central-1", "EU"]),
    ("Frequency", &["SYNCHRONOUS"]),
    ("S3Bucket", &["acme-billing-2", "s3://acme-billing", "arn:aws:s3:::acme-billing"]),
    ("QueryStatement", &QUERIES),
];

const QUERIES: [&str; 6] = [
    "SELECT * FROM COST_AND_USAGE_REPORT",
    "SELECT * FROM FOCUS_1_0_AWS",
    "SELECT line_item_usage_account_id FROM COST_AND_USAGE_REPORT",
    "SELECT bill_billing_period_start_date, line_item_usage_account_id, line_item_usage_start_date, line_item_usage_end_date, line_item_line_item_type, line_item_blended_cost FROM COST_AND_USAGE_REPORT",
    "SELECT bill_billing_period_start_date, line_item_usage_account_id, line_item_usage_start_date, line_item_usage_end_date, line_item_line_item_type, line_item_unblended_cost FROM COST_AND_USAGE_REPORT",
    "SELECT bill_billing_period_start_date AS period, line_item_usage_account_id, line_item_usage_start_date, line_item_usage_end_date, line_item_line_item_type, line_item_blended_cost FROM COST_AND_USAGE_REPORT",
];

const SCHEMA: [&str; 3] = ["RESOURCES", "SPLIT_COST_ALLOCATION_DATA", "MANUAL_DISCOUNT_COMPATIBILITY"];

/// Changes of the text of any member.
fn texts(value: &str, others: &[String]) -> Vec<String> {
    let mut out = vec![
        value.to_lowercase(),
        value.to_uppercase(),
        format!("{value} "),
        format!(" {value}"),
        format!("{value}x"),
        format!("x{value}"),
        format!("{value}/"),
        format!("/{value}"),
        format!("nested/{value}"),
        format!("\"{value}\""),
        format!("\u{201c}{value}\u{201d}"),
        format!("<{value}>"),
        String::new(),
    ];
    let all: Vec<char> = value.chars().collect();
    for at in 0..all.len().min(12) {
        let mut short = all.clone();
        short.remove(at);
        out.push(short.into_iter().collect());
    }
    out.extend(others.iter().cloned());
    out.sort();
    out.dedup();
    out.retain(|text| text != value);
    out
}

/// Every change of the definitions, statuses and executions of a file.
pub(super) fn definitions(file: usize, value: &Value) -> Vec<Change> {
    let mut out = Vec::new();
    // The first definition alone: those of other names are the affair of others.
    let mut around = Vec::new();
    gather(value, &mut around);
    walk(file, value, value, &mut Vec::new(), &around, &mut out);
    out
}

/// Names and prefixes, to be put into each other's place.
fn gather(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("Name" | "ReportName" | "S3Prefix" | "ExportName", Value::String(text)) => {
                        out.push(text.clone())
                    }
                    (_, value) => gather(value, out),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, out)),
        _ => {}
    }
}

fn walk(
    file: usize,
    root: &Value,
    value: &Value,
    path: &mut Vec<String>,
    around: &[String],
    out: &mut Vec<Change>,
) {
    let mut push = |path: &[String], what: String, fresh: Option<Value>, words: Vec<String>| {
        let mut changed = root.clone();
        let shown = path.to_vec();
        let at = match &fresh {
            Some(_) => shown.clone(),
            None => shown[..shown.len() - 1].to_vec(),
        };
        put(&mut changed, path, fresh);
        out.push(Change { what, place: Place::File(file, at), words, value: Some(changed), toml: None });
    };
    let last = path.last().cloned().unwrap_or_default();
    let shown = path.join(".");
    if !path.is_empty() && last.parse::<usize>().is_err() {
        let was = value.as_str().unwrap_or_default().to_owned();
        push(path, format!("{shown} dropped"), None, vec![last.clone(), was.clone()]);
        push(path, format!("{shown} null"), Some(Value::Null), vec![last.clone(), was]);
    }
    match value {
        Value::String(text) => {
            let legal = LEGAL.iter().find(|(key, _)| *key == last).map_or(&[][..], |(_, values)| values);
            let mut others: Vec<String> = legal.iter().map(|text| (*text).to_owned()).collect();
            others.extend(around.iter().cloned());
            if last == "ExportArn" {
                others.extend(["111122223333", "us-east-1", ":export/"].iter().map(|part| {
                    text.replace(
                        part,
                        match *part {
                            "111122223333" => "444455556666",
                            "us-east-1" => "eu-west-1",
                            _ => ":table/",
                        },
                    )
                }));
            }
            if last == "QueryStatement" {
                others.push(format!("{text} WHERE line_item_line_item_type = 'Usage'"));
            }
            for fresh in texts(text, &others) {
                let what = format!("{shown} = {fresh:?}");
                push(path, what, Some(Value::String(fresh.clone())), vec![fresh, text.clone(), last.clone()]);
            }
        }
        Value::Bool(flag) => {
            push(path, format!("{shown} = {}", !flag), Some(Value::Bool(!flag)), vec![last.clone()]);
        }
        Value::Array(items) if last == "AdditionalSchemaElements" => {
            for element in SCHEMA {
                let mut more = items.clone();
                if !more.iter().any(|item| item == element) {
                    more.push(element.into());
                    push(
                        path,
                        format!("{shown} with {element}"),
                        Some(more.into()),
                        vec![element.to_owned()],
                    );
                }
            }
            push(path, format!("{shown} = []"), Some(Value::Array(Vec::new())), vec![last.clone()]);
        }
        Value::Object(members) if last == "S3Destination" => {
            for owner in ["111122223333", "444455556666"] {
                let mut more: Map<String, Value> = members.clone();
                more.insert("S3BucketOwner".to_owned(), owner.into());
                push(
                    path,
                    format!("{shown}.S3BucketOwner = {owner}"),
                    Some(more.into()),
                    vec![owner.to_owned()],
                );
            }
        }
        Value::Object(members) if last == "ExportStatus" => {
            for reason in ["INSUFFICIENT_PERMISSION", "BILL_OWNER_CHANGED", "INTERNAL_FAILURE", "DEPRECATED"]
            {
                let mut more: Map<String, Value> = members.clone();
                more.insert("StatusCode".to_owned(), "UNHEALTHY".into());
                more.insert("StatusReason".to_owned(), reason.into());
                push(path, format!("{shown}: {reason}"), Some(more.into()), vec![reason.to_owned()]);
            }
        }
        _ => {}
    }
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                path.push(key.clone());
                walk(file, root, value, path, around, out);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                path.push(at.to_string());
                walk(file, root, value, path, around, out);
                path.pop();
            }
        }
        _ => {}
    }
}

fn put(root: &mut Value, path: &[String], fresh: Option<Value>) {
    let Some((last, before)) = path.split_last() else { return };
    let mut at = root;
    for step in before {
        at = match at {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
            other => &mut other[step.as_str()],
        };
    }
    match (at, fresh) {
        (Value::Array(items), Some(fresh)) => items[last.parse::<usize>().unwrap()] = fresh,
        (Value::Object(members), Some(fresh)) => drop(members.insert(last.clone(), fresh)),
        (Value::Object(members), None) => drop(members.shift_remove(last)),
        (_, _) => unreachable!(),
    }
}

/// Every change of one key of a listing, and of one folder or ending in all keys.
pub(super) fn listings(file: usize, value: &Value) -> Vec<Change> {
    let mut out = Vec::new();
    let Some(objects) = value["Contents"].as_array() else { return out };
    let keys: Vec<String> =
        objects.iter().filter_map(|object| Some(object["Key"].as_str()?.to_owned())).collect();
    let mut push = |what: String,
                    at: Option<usize>,
                    words: Vec<String>,
                    fresh: &dyn Fn(usize, &str) -> Option<String>| {
        let mut changed = value.clone();
        let list = changed["Contents"].as_array_mut().unwrap();
        let mut kept = Vec::new();
        for (number, mut object) in std::mem::take(list).into_iter().enumerate() {
            let key = object["Key"].as_str().unwrap_or_default().to_owned();
            if let Some(fresh) = fresh(number, &key) {
                object["Key"] = fresh.into();
                kept.push(object);
            }
        }
        *list = kept;
        let mut path = vec!["Contents".to_owned()];
        path.extend(at.map(|at| at.to_string()));
        out.push(Change { what, place: Place::File(file, path), words, value: Some(changed), toml: None });
    };
    for (at, key) in keys.iter().enumerate().take(6) {
        push(format!("{key} dropped"), None, vec![key.clone()], &|number, key| {
            (number != at).then(|| key.to_owned())
        });
        for fresh in texts(key, &[]) {
            // Where it is gone from counts as named too.
            let from = key.match_indices('/').skip(1).map(|(end, _)| key[..=end].to_owned());
            let words = [fresh.clone(), key.clone()].into_iter().chain(from).collect();
            push(format!("{key} is {fresh}"), Some(at), words, &|number, key| {
                Some(if number == at { fresh.clone() } else { key.to_owned() })
            });
        }
    }
    let mut parts: Vec<String> =
        keys.iter().take(40).flat_map(|key| key.split('/').map(str::to_owned)).collect();
    for ending in [".csv.gz", ".csv.zip", ".snappy.parquet", ".csv", ".json"] {
        parts.push(ending.to_owned());
    }
    parts.sort();
    parts.dedup();
    for part in parts.iter().filter(|part| !part.is_empty()).take(30) {
        let mut others = texts(part, &parts);
        others.truncate(60);
        for fresh in others {
            push(
                format!("{part} is {fresh} in every key"),
                None,
                vec![fresh.clone(), part.clone()],
                &|_, key| Some(key.replace(part.as_str(), &fresh)),
            );
        }
        push(format!("{part} left out of every key"), None, vec![part.clone()], &|_, key| {
            let kept: Vec<&str> = key.split('/').filter(|each| each != part).collect();
            Some(kept.join("/"))
        });
    }
    push("an empty bucket".to_owned(), None, Vec::new(), &|_, _| None);
    out
}

/// Every change of path, name, type, bucket and account of the form.
pub(super) fn form_values(toml: &str) -> Vec<Change> {
    let mut out = Vec::new();
    let value_of = |key: &str| {
        let line = toml.lines().find_map(|line| line.strip_prefix(&format!("{key} = ")))?;
        serde_json::from_str::<String>(line).ok()
    };
    let all: Vec<String> =
        ["export-path", "export-name", "bucket"].into_iter().filter_map(&value_of).collect();
    for key in ["export-path", "export-name", "export-type", "bucket"] {
        let Some(was) = value_of(key) else { continue };
        let mut others = all.clone();
        match key {
            "export-path" => {
                others.extend(all.iter().flat_map(|one| all.iter().map(move |two| format!("{one}/{two}"))));
                others.extend(was.split('/').map(str::to_owned));
                others.push(format!("s3://acme-billing/{was}"));
                others.push(format!("{was}//"));
                others.push(format!("{was}/elsewhere"));
                others.push(format!("{was}/a/b"));
                others.push(format!("{was}/data"));
            }
            "export-type" => others = vec!["cur-2.0".to_owned(), "cur-legacy".to_owned()],
            _ => {}
        }
        let fresh = if key == "export-type" { others } else { texts(&was, &others) };
        for fresh in fresh.into_iter().filter(|fresh| *fresh != was) {
            let quoted = serde_json::to_string(&fresh).unwrap();
            let before = format!("\n{key} = {}\n", serde_json::to_string(&was).unwrap());
            let toml = toml.replace(&before, &format!("\n{key} = {quoted}\n"));
            out.push(Change {
                what: format!("{key} = {quoted}"),
                place: Place::Form(key.to_owned()),
                words: vec![fresh, was.clone()],
                value: None,
                toml: Some(toml),
            });
        }
    }
    out
}
