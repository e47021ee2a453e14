//! The settings of the export that a contract asks for.

use super::super::state::Bench;
use crate::contract::{Ask, AskedOf, Contract, Form, Test};
use crate::finding::Need;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use thiserror::Error;

/// Why no settings can be made. The user must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExportFault {
    /// A form value is missing.
    #[error("the form lacks {}", .0.join(", "))]
    Form(Vec<String>),
    /// No consumer is named.
    #[error("no consumer is named")]
    NoConsumer,
}

/// What AWS itself asks for, whatever the contract says.
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_Export.html>,
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ReportDefinition.html> (checked 2026-11).
fn frame(form: &Form, legacy: bool, region: &str) -> Result<Value, Vec<String>> {
    let of = |name: &str| form.text(name).map(str::to_owned).ok_or_else(|| vec![format!("--{name}")]);
    let (name, bucket) = (of("export-name")?, of("bucket")?);
    let path = of("export-path")?;
    let path = path.trim_matches('/');
    if legacy {
        return Ok(json!({
            "ReportName": name, "TimeUnit": "DAILY", "Format": "textORcsv", "Compression": "GZIP",
            "AdditionalSchemaElements": [], "S3Bucket": bucket, "S3Prefix": path, "S3Region": region,
            "AdditionalArtifacts": [], "RefreshClosedReports": true, "ReportVersioning": "OVERWRITE_REPORT",
        }));
    }
    Ok(json!({
        "Name": name,
        "DataQuery": {
            "QueryStatement": "",
            "TableConfigurations": { "COST_AND_USAGE_REPORT": {
                "TIME_GRANULARITY": "DAILY", "INCLUDE_RESOURCES": "FALSE",
                "INCLUDE_SPLIT_COST_ALLOCATION_DATA": "FALSE", "INCLUDE_MANUAL_DISCOUNT_COMPATIBILITY": "FALSE",
            } },
        },
        "DestinationConfigurations": { "S3Destination": {
            "S3Bucket": bucket, "S3Prefix": path, "S3Region": region,
            "S3OutputConfigurations": {
                "OutputType": "CUSTOM", "Format": "TEXT_OR_CSV", "Compression": "GZIP",
                "Overwrite": "OVERWRITE_REPORT",
            },
        } },
        "RefreshCadence": { "Frequency": "SYNCHRONOUS" },
    }))
}

/// The settings for the form's export type, in the Region of the bucket.
///
/// # Errors
/// If form values are missing.
pub fn export(bench: &Bench<'_>, form: &Form, region: &str) -> Result<Value, ExportFault> {
    let contracts: Vec<&Contract> =
        bench.consumers.iter().filter_map(|name| bench.library.contract(name)).collect();
    if contracts.is_empty() {
        return Err(ExportFault::NoConsumer);
    }
    let mut form = form.clone();
    for default in contracts.iter().flat_map(|contract| &contract.defaults) {
        form.presume(&default.name, &default.value, "");
    }
    let legacy = form.text("export-type") == Some("cur-legacy");
    let mut out = frame(&form, legacy, region).map_err(ExportFault::Form)?;
    let mut columns: Vec<String> = Vec::new();
    // What is wanted first, so that what is needed wins.
    for need in [Need::Advice, Need::Needed] {
        let demands = contracts.iter().flat_map(|contract| &contract.demands);
        let demands = demands.filter(|demand| demand.need == need);
        for demand in demands.filter(|demand| demand.is_asked(&form, |_| true)) {
            let Ask::Setting(setting) = &demand.ask else { continue };
            let kinds: &[AskedOf] =
                if legacy { &[AskedOf::Legacy] } else { &[AskedOf::Cur2, AskedOf::DataExport] };
            let Some((_, path)) = setting.select.iter().find(|(of, _)| kinds.contains(of)) else { continue };
            let list = |list: &[String]| list.first().map(|first| json!(first));
            let test = setting.test_at(path);
            let own = match &*test {
                Test::OneOf(own) => shared(&contracts, &form, kinds, &path.text, own),
                _ => Vec::new(),
            };
            if own.is_empty() && need == Need::Advice && matches!(*test, Test::OneOf(_)) {
                // Another product needs it to be otherwise.
                continue;
            }
            let value = match &*test {
                Test::OneOf(all) => match at(&out, &path.text) {
                    Some(Value::String(now)) if own.contains(now) => None,
                    Some(Value::Bool(now)) if own.contains(&now.to_string()) => None,
                    // What products exclude of each other, nothing can serve.
                    Some(_) | None => list(&own).or_else(|| list(all)),
                },
                Test::AllOf(all) => Some(json!(all)),
                // What the form says goes before what is merely wanted.
                Test::Equals(_) if need == Need::Advice && is_said(&out, &path.text) => None,
                Test::Equals(template) => form.fill(template).ok().map(Value::String),
                Test::Columns(wanted) => {
                    let fresh: Vec<String> =
                        wanted.iter().filter(|name| !columns.contains(name)).cloned().collect();
                    columns.extend(fresh);
                    None
                }
                Test::NoneOf(_) | Test::Matches(_) => None,
            };
            if let Some(value) = value {
                put(&mut out, &path.text, value);
            }
        }
    }
    if !legacy {
        let columns = if columns.is_empty() { "*".to_owned() } else { columns.join(", ") };
        put(
            &mut out,
            "$.DataQuery.QueryStatement",
            json!(format!("SELECT {columns} FROM COST_AND_USAGE_REPORT")),
        );
    }
    Ok(out)
}

/// The values that every product takes for a setting, of those that one of them takes.
fn shared(
    contracts: &[&Contract],
    form: &Form,
    kinds: &[AskedOf],
    path: &str,
    own: &[String],
) -> Vec<String> {
    let demands = contracts.iter().flat_map(|contract| &contract.demands);
    let needed = demands.filter(|demand| demand.need == Need::Needed && demand.is_asked(form, |_| true));
    let tests: Vec<Cow<'_, Test>> = needed
        .filter_map(|demand| match &demand.ask {
            Ask::Setting(setting) => Some(setting),
            _ => None,
        })
        .filter_map(|setting| {
            let mut paths = setting.select.iter().filter(|(of, _)| kinds.contains(of)).map(|(_, at)| at);
            paths.find(|at| at.text == path).map(|at| setting.test_at(at))
        })
        .collect();
    let is_shared = |value: &&String| {
        tests.iter().all(|test| match &**test {
            Test::OneOf(list) => list.contains(value),
            Test::NoneOf(list) => !list.contains(value),
            Test::AllOf(_) | Test::Equals(_) | Test::Columns(_) | Test::Matches(_) => true,
        })
    };
    own.iter().filter(is_shared).cloned().collect()
}

/// The steps of a plain path, and whether the value is one of a list.
fn steps(path: &str) -> (Vec<&str>, bool) {
    let (plain, in_list) = match path.split_once('[') {
        Some((plain, _)) => (plain, true),
        None => (path, false),
    };
    (plain.trim_start_matches("$.").split('.').collect(), in_list)
}

fn is_said(root: &Value, path: &str) -> bool {
    at(root, path).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

fn at<'v>(root: &'v Value, path: &str) -> Option<&'v Value> {
    steps(path).0.into_iter().try_fold(root, |node, step| node.get(step))
}

fn put(root: &mut Value, path: &str, value: Value) {
    let (steps, in_list) = steps(path);
    let Some((last, parents)) = steps.split_last() else { return };
    let mut node = root;
    for step in parents {
        let Some(object) = node.as_object_mut() else { return };
        node = object.entry(*step).or_insert_with(|| Value::Object(Map::new()));
    }
    let Some(object) = node.as_object_mut() else { return };
    if !in_list {
        object.insert((*last).to_owned(), value);
        return;
    }
    let list = object.entry(*last).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut()
        && !list.contains(&value)
    {
        list.push(value);
    }
}
