//! The keys that AWS writes for an export, worked out from its settings.
//!
//! <https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html> and
//! <https://docs.aws.amazon.com/cur/latest/userguide/access-cur-s3.html> (read 2026-11)

use serde_json::{Value, json};

/// The answer of `list-objects-v2` for the export that a file defines: two months, with metadata.
pub(super) fn listing(definition: &Value) -> Option<Value> {
    let months = [("2026-10", "20261001-20261101", 10), ("2026-11", "20261101-20261201", 11)];
    let keys: Vec<String> = if let Some(report) = definition["ReportDefinitions"].get(0) {
        let (path, name) = (report["S3Prefix"].as_str()?, report["ReportName"].as_str()?);
        let is_for_athena = report["AdditionalArtifacts"].as_array()?.iter().any(|item| item == "ATHENA");
        let ending = ending(&report["Compression"]);
        let key = |(_, range, month): &(&str, &str, u8)| {
            if is_for_athena {
                format!("{path}/{name}/{name}/year=2026/month={month}/{name}-00001.{ending}")
            } else {
                format!("{path}/{name}/{range}/{name}-00001.{ending}")
            }
        };
        let metadata = format!("{path}/{name}/20261101-20261201/{name}-Manifest.json");
        months.iter().map(key).chain([metadata]).collect()
    } else {
        let export = definition.get("Export")?;
        let place = &export["DestinationConfigurations"]["S3Destination"];
        let (path, name) = (place["S3Prefix"].as_str()?, export["Name"].as_str()?);
        let ending = ending(&place["S3OutputConfigurations"]["Compression"]);
        let key = |(month, _, _): &(&str, &str, u8)| {
            format!("{path}/{name}/data/BILLING_PERIOD={month}/{name}-00001.{ending}")
        };
        let metadata = format!("{path}/{name}/metadata/BILLING_PERIOD=2026-11/{name}-Manifest.json");
        months.iter().map(key).chain([metadata]).collect()
    };
    let object = |key: String| json!({"Key": key, "LastModified": "2026-11-22T20:00:00+00:00", "Size": 1000, "StorageClass": "STANDARD"});
    Some(json!({"Contents": keys.into_iter().map(object).collect::<Vec<Value>>()}))
}

fn ending(compression: &Value) -> &'static str {
    match compression.as_str() {
        Some("GZIP") => "csv.gz",
        Some("ZIP") => "csv.zip",
        _ => "snappy.parquet",
    }
}
