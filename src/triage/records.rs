//! Messages out of JSON: the product's REST error, CloudTrail's records in all the shapes they are handed around in, answers of the
//! policy simulator, decoded authorization messages, and the status of exports. Other JSON is searched for texts.

use super::event::Event;
use super::simulated::simulated;
use super::wire::{self, error};
use super::{Book, Item};
use crate::finding::triage::Facts;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Texts of JSON that nobody knows are looked for no deeper.
const DEEPEST: usize = 24;

/// What a record is to triage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Something went wrong.
    Item(Box<Item>),
    /// It tells of no error.
    Pass,
}

/// The records of a JSON value; none if nothing in it is a message.
#[must_use]
pub fn records(book: &Book, value: &Value) -> Vec<Record> {
    let mut out = Vec::new();
    walk(book, value, &mut out, 0);
    out
}

fn walk(book: &Book, value: &Value, out: &mut Vec<Record>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|each| walk(book, each, out, depth + 1)),
        Value::Object(map) => object(book, map, out, depth),
        Value::String(text) => {
            // JSON within a string, as `lookup-events` and Lake print events.
            match serde_json::from_str::<Value>(text) {
                Ok(inner @ (Value::Object(_) | Value::Array(_))) => walk(book, &inner, out, depth + 1),
                _ => {
                    let item = Item::of(text.clone());
                    if text.len() > 8 && super::facts(book, text).iter().any(|(is_known, _)| *is_known) {
                        out.push(Record::Item(Box::new(item)));
                    }
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn object(book: &Book, map: &Map<String, Value>, out: &mut Vec<Record>, depth: usize) {
    let text = |name: &str| map.get(name).and_then(Value::as_str);
    if let Some(error) =
        map.get("error").and_then(Value::as_object).filter(|error| error.contains_key("reason"))
    {
        out.push(item(rest(error)));
    } else if text("error_code").is_some() && text("reason").is_some() {
        out.push(item(rest(map)));
    } else if map.contains_key("eventName")
        && (map.contains_key("eventSource") || map.contains_key("userIdentity"))
    {
        out.extend(Event::deserialize(map).ok().map(|event| event.record(book)));
    } else if let Some(rows) = map.get("QueryResultRows").and_then(Value::as_array) {
        for row in rows {
            walk(book, &lake(row), out, depth + 1);
        }
    } else if let Some(rows) = map.get("ResultSet").and_then(|set| set.get("Rows")).and_then(Value::as_array)
    {
        athena(book, rows, out, depth);
    } else if let Some(inner) = text("CloudTrailEvent").or(text("eventJson")).or(text("eventData")) {
        walk(book, &Value::String(inner.to_owned()), out, depth + 1);
    } else if let Some(results) = map.get("EvaluationResults").and_then(Value::as_array) {
        out.extend(results.iter().filter_map(Value::as_object).flat_map(simulated));
    } else if let Some(inner) = text("DecodedMessage") {
        walk(book, &Value::String(inner.to_owned()), out, depth + 1);
    } else if map.contains_key("allowed") && map.contains_key("context") {
        out.push(decoded(map));
    } else if let Some(status) = map.get("ExportStatus").and_then(Value::as_object) {
        out.push(export(map, status));
    } else if let Some(status) = map.get("ReportStatus").and_then(Value::as_object) {
        out.push(report(map, status));
    } else if let (Some(Value::Object(export_)), Some(Value::Object(status))) =
        (map.get("Export"), map.get("Status"))
    {
        out.push(export(export_, status));
    } else if let Some(status) = map.get("ExecutionStatus").and_then(Value::as_object) {
        out.push(export(map, status));
    } else if let Some(event) = wire::event(map) {
        object(book, &event, out, depth + 1);
    } else if let Some(error) = error(book, map) {
        out.push(item(error));
    } else {
        map.values().for_each(|each| walk(book, each, out, depth + 1));
    }
}

fn item(item: Item) -> Record {
    Record::Item(Box::new(item))
}

/// `{"error": {"status_code", "error_code", "reason", "params"}}`
fn rest(error: &Map<String, Value>) -> Item {
    let mut facts = Facts::default();
    facts.set("error", string(error.get("error_code")).as_deref().unwrap_or_default());
    facts.set("http", string(error.get("status_code")).as_deref().unwrap_or_default());
    Item { text: string(error.get("reason")).unwrap_or_default(), facts, origin: None }
}

pub(super) fn string(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A row of a Lake query is a list of objects with one member each; dots in names go a level down.
fn lake(row: &Value) -> Value {
    let mut out = Map::new();
    let parts: Vec<&Map<String, Value>> = match row {
        Value::Array(list) => list.iter().filter_map(Value::as_object).collect(),
        Value::Object(map) => vec![map],
        _ => Vec::new(),
    };
    for (name, value) in parts.into_iter().flatten() {
        match name.split_once('.') {
            Some((outer, inner)) => {
                let entry = out.entry(outer.to_owned()).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(entry) = entry {
                    entry.insert(inner.to_owned(), value.clone());
                }
            }
            None => {
                out.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(out)
}

/// Rows of `athena get-query-results`: the first names the columns, which a table of CloudTrail has in small letters.
fn athena(book: &Book, rows: &[Value], out: &mut Vec<Record>, depth: usize) {
    let cells = |row: &Value| -> Vec<String> {
        let cells = row.get("Data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        cells.iter().map(|cell| string(cell.get("VarCharValue")).unwrap_or_default()).collect()
    };
    let Some((header, rows)) = rows.split_first() else { return };
    let header = cells(header);
    for row in rows {
        let named = header.iter().zip(cells(row)).filter(|(_, value)| !value.is_empty());
        let row: Map<String, Value> =
            named.map(|(name, value)| (name.clone(), Value::String(value))).collect();
        let row = wire::event(&row).unwrap_or(row);
        if row.get("errorCode").is_some() || row.get("errorMessage").is_some() {
            out.extend(Event::deserialize(&row).ok().map(|event| event.record(book)));
        } else if row.get("eventName").is_some() {
            out.push(Record::Pass);
        } else {
            walk(book, &lake(&Value::Object(row)), out, depth + 1);
        }
    }
}

/// What `sts:DecodeAuthorizationMessage` gives.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html> (checked 2026-11)
fn decoded(map: &Map<String, Value>) -> Record {
    let whole = Value::Object(map.clone());
    if whole.get("allowed") == Some(&Value::Bool(true)) {
        return Record::Pass;
    }
    let at = |path: &str| string(whole.pointer(path)).unwrap_or_default();
    let mut facts = Facts::default();
    facts.set("denied", "true");
    let is_explicit = whole.get("explicitDeny") == Some(&Value::Bool(true));
    facts.set("principal", &at("/context/principal/arn"));
    facts.set("action", &at("/context/action"));
    facts.set("resource", &at("/context/resource"));
    // A Deny may stand in any layer; the decoded text names a policy, and not its kind.
    if is_explicit {
        facts.set("explicit", "true");
        facts.set("policy", &at("/matchedStatements/items/0/sourcePolicyId"));
        let kind = at("/matchedStatements/items/0/sourcePolicyType").to_ascii_lowercase();
        let layer = [
            ("organization", "scp"),
            ("scp", "scp"),
            ("resource", "resource"),
            ("boundary", "boundary"),
            ("user", "identity"),
            ("role", "identity"),
            ("group", "identity"),
        ];
        if let Some((_, layer)) = layer.iter().find(|(word, _)| kind.contains(word)) {
            facts.set("layer", layer);
        }
    } else {
        facts.set("explicit", "false");
    }
    item(Item { text: String::new(), facts, origin: Some("a decoded authorization message".to_owned()) })
}

/// States in which nothing went wrong, or not yet.
const FINE: [&str; 6] = [
    "HEALTHY",
    "DELIVERY_SUCCESS",
    "INITIATION_IN_PROCESS",
    "QUERY_QUEUED",
    "QUERY_IN_PROCESS",
    "DELIVERY_IN_PROCESS",
];

/// The status of a data export, or of one of its runs.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_ExportStatus.html>,
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_ExecutionStatus.html> (checked 2026-11)
fn export(map: &Map<String, Value>, status: &Map<String, Value>) -> Record {
    let code = string(status.get("StatusCode")).unwrap_or_default();
    if code.is_empty() || FINE.contains(&code.as_str()) {
        return Record::Pass;
    }
    let reason = string(status.get("StatusReason")).unwrap_or_default();
    let mut facts = Facts::default();
    facts.set("step", "delivery");
    facts.set("type", "cur-2.0");
    facts.set("code", &code);
    let name = map
        .get("ExportName")
        .or_else(|| map.get("Export").and_then(|inner| inner.get("Name")))
        .or(map.get("Name"));
    facts.set("report", &string(name).unwrap_or_default());
    item(Item {
        text: format!("{code} {reason}"),
        facts,
        origin: Some(if map.contains_key("ExecutionStatus") { EXECUTION } else { EXPORT }.to_owned()),
    })
}

/// Where a status stood.
const EXPORT: &str = "the status of the export";
const EXECUTION: &str = "a run of the export";

/// The status of a legacy report.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ReportStatus.html> (checked 2026-11)
fn report(map: &Map<String, Value>, status: &Map<String, Value>) -> Record {
    let last = string(status.get("lastStatus").or(status.get("LastStatus"))).unwrap_or_default();
    if last == "SUCCESS" || last.is_empty() {
        return Record::Pass;
    }
    let mut facts = Facts::default();
    facts.set("step", "delivery");
    facts.set("type", "cur-legacy");
    facts.set("code", &last);
    facts.set("report", &string(map.get("ReportName")).unwrap_or_default());
    facts.set("bucket", &string(map.get("S3Bucket")).unwrap_or_default());
    item(Item { text: last, facts, origin: Some("the status of the report".to_owned()) })
}
