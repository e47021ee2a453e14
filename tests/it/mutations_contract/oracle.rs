//! What the product and AWS do with a definition, a listing and a form, written from their documents and not from the
//! checks: softwareone-platform/optscale 6349f1a8, tools/cloud_adapter/clouds/aws.py and diworker importers/aws.py; AWS's
//! Data Exports and Cost and Usage Report guides and API references (read 2026-11).
//!
//! An answer is a range: where the documents do not say, everything from `least` to `most` is right.

mod texts;
mod vendors;

pub(super) use vendors::knows;

use super::rank;
use preflight::contract::Form;
use preflight::finding::State;
use serde_json::Value;
use texts::{columns, grammar, legacy_period, must, one_of, pair, period, taken};
use vendors::{VENDORS, Vendor, at_least_doubtful};

/// The answers that the documents allow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) least: State,
    pub(super) most: State,
}

const HOLDS: Range = Range { least: State::Holds, most: State::Holds };
const UNKNOWN: Range = Range { least: State::Unknown, most: State::Unknown };
const BROKEN: Range = Range { least: State::Broken, most: State::Broken };
/// It cannot be right; whether it is known to be wrong is not said.
const NOT_RIGHT: Range = Range { least: State::Unknown, most: State::Broken };
/// It may be right.
const MAYBE: Range = Range { least: State::Holds, most: State::Unknown };
const ANY: Range = Range { least: State::Holds, most: State::Broken };

/// What is at hand.
pub(super) struct Case<'a> {
    path: &'a str,
    name: &'a str,
    kind: &'a str,
    legacy: bool,
    bucket: &'a str,
    account: &'a str,
    /// The owner of the bucket, where the form says it.
    owner: Option<&'a str>,
    find: bool,
    files: &'a [&'a Value],
    /// The product, where it is none that is built on OptScale.
    vendor: Option<&'static Vendor>,
}

impl<'a> Case<'a> {
    pub(super) fn new(form: &'a Form, files: &'a [&'a Value], consumer: &str) -> Self {
        let of = |name: &str| form.text(name).unwrap_or_default();
        Self {
            path: of("export-path"),
            name: of("export-name"),
            kind: of("export-type"),
            legacy: of("export-type") == "cur-legacy",
            bucket: of("bucket"),
            account: of("account"),
            owner: form.text("bucket-account"),
            find: of("mode") == "find-report",
            files,
            vendor: VENDORS.iter().find(|vendor| vendor.name == consumer),
        }
    }

    pub(super) fn judge(&self) -> Range {
        let mut all = Vec::new();
        // Nothing of AWS is called so, whoever takes the value.
        let is_bucket = self.bucket.len() >= 3
            && self.bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        let is_account = self.account.len() == 12 && self.account.bytes().all(|byte| byte.is_ascii_digit());
        if !(is_bucket || self.bucket.is_empty()) || !(is_account || self.account.is_empty()) {
            all.push(BROKEN);
        }
        match self.vendor {
            Some(vendor) => all.push(self.typed_for(vendor)),
            None if self.find => {}
            None => all.push(self.typed()),
        }
        let listing = self.files.iter().find_map(|file| file.get("Contents")?.as_array());
        if let Some(objects) = listing
            && !self.find
        {
            let keys: Vec<&str> = objects.iter().filter_map(|object| object["Key"].as_str()).collect();
            all.push(match self.vendor {
                Some(vendor) => self.listed_for(vendor, &keys),
                // Where the export's own settings lead to the form's path, files elsewhere may be older ones.
                None if self.is_set_so() => at_least_doubtful(self.listed(&keys)),
                None => self.listed(&keys),
            });
        }
        all.extend(self.defined());
        let least = all.iter().map(|range| range.least).max_by_key(|state| rank(*state));
        let most = all.iter().map(|range| range.most).max_by_key(|state| rank(*state));
        Range { least: least.unwrap_or(State::Holds), most: most.unwrap_or(State::Holds) }
    }

    // ------------------------------------------------------------ the form

    /// Rejected are a space, `" # $ % & ] ^ { } ~`, the back-tick and everything that is not ASCII. A pasted address, a
    /// placeholder, an empty path and a leading slash are no prefix of an export.
    fn typed(&self) -> Range {
        let odd = |text: &str| {
            text.chars().any(|c| " \"#$%&]^{}~`".contains(c) || !c.is_ascii() || c.is_ascii_control())
        };
        let placeholder = |text: &str| text.contains('<') || text.contains('>');
        if odd(self.path) || odd(self.name) || self.path.contains("://") || self.path.starts_with('/') {
            return BROKEN;
        }
        if self.path.trim_matches('/').is_empty() || placeholder(self.path) {
            return BROKEN;
        }
        if self.name.is_empty() || placeholder(self.name) {
            return NOT_RIGHT;
        }
        HOLDS
    }

    /// The folders in which the product looks, one after the other.
    fn folders(&self) -> Vec<String> {
        let path = self.path.strip_suffix('/').unwrap_or(self.path);
        let mut out = vec![format!("{path}/{}/", self.name)];
        if self.vendor.is_none()
            && let Some((parent, _)) = path.rsplit_once('/')
        {
            out.push(format!("{parent}/{}/", self.name));
        }
        out
    }

    // ------------------------------------------------------------ the listing

    fn listed(&self, keys: &[&str]) -> Range {
        let read =
            |folder: &String| -> Vec<&&str> { keys.iter().filter(|key| self.is_read(folder, key)).collect() };
        if let Some(read) = self.folders().iter().map(read).find(|read| !read.is_empty()) {
            // AWS delivers daily: without a file of the month under way the list is old, or the deliveries have ended.
            let months = ["BILLING_PERIOD=2026-11/", "20261101-20261201/", "year=2026/month=11/"];
            let is_of_now = |key: &&&str| months.iter().any(|month| key.contains(month));
            let is_plain = |key: &&&str| key.matches("BILLING_PERIOD=").count() < 2;
            return match read.iter().filter(|key| is_of_now(key)).collect::<Vec<_>>().as_slice() {
                [] => NOT_RIGHT,
                now if now.iter().any(|key| is_plain(key)) => HOLDS,
                _ => MAYBE,
            };
        }
        let is_data = |key: &&&str| [".csv", ".gz", ".zip", ".parquet"].iter().any(|end| key.ends_with(end));
        let delivered = keys.iter().filter(is_data).count() > 0;
        let several = self.path.strip_suffix('/').unwrap_or(self.path).contains('/');
        // Of several folders connecting is refused until there is a file. Else it succeeds, and whether one will come
        // nobody can tell from an empty folder; a file of this export elsewhere, or others in this folder, will not do.
        let folder = format!("/{}/", self.name);
        // AWS writes no empty folder, and a prefix that looks like a period is not told from one.
        let odd = |key: &&&str| {
            let like_period = |part: &str| {
                let folder = format!("{part}/");
                period(&folder) || legacy_period(&folder) || part.starts_with("year=")
            };
            key.contains("//") || key.split('/').take(2).any(like_period)
        };
        let plain: Vec<&&str> = keys.iter().filter(is_data).filter(|key| !odd(key)).collect();
        let elsewhere = plain.iter().any(|key| format!("/{key}").contains(&folder));
        let below = format!("{}/", self.path.strip_suffix('/').unwrap_or(self.path));
        let dated = |key: &str| period(key) || legacy_period(key);
        let others = plain.iter().any(|key| key.starts_with(&below) && dated(key));
        if several || elsewhere || (delivered && others) { BROKEN } else { NOT_RIGHT }
    }

    /// Directly in the folder nothing is read; the ending, and the folder of the period, decide of the rest.
    fn is_read(&self, folder: &str, key: &str) -> bool {
        let Some(below) = key.strip_prefix(folder) else { return false };
        let ends = [".csv.gz", ".csv.zip", ".snappy.parquet"].iter().any(|end| key.ends_with(end));
        below.contains('/') && ends && if self.legacy { legacy_period(key) } else { period(key) }
    }

    // ------------------------------------------------------------ the definition

    fn defined(&self) -> Vec<Range> {
        let reports = self.files.iter().find_map(|file| file.get("ReportDefinitions")?.as_array());
        let exports: Vec<&Value> =
            self.files.iter().filter(|file| file.get("Export").is_some()).copied().collect();
        let list = self.files.iter().find_map(|file| file.get("Exports")?.as_array());
        if reports.is_none() && self.files.iter().any(|file| file.get("ReportDefinitions").is_some()) {
            return vec![ANY];
        }
        if let Some(reports) = reports {
            let same: Vec<&Value> =
                reports.iter().filter(|report| report["ReportName"] == self.name).collect();
            return match same.as_slice() {
                // The answer has all reports of the account.
                [] if self.legacy && reports.iter().all(|report| report["ReportName"].is_string()) => {
                    vec![BROKEN]
                }
                [] => vec![ANY],
                [one] => self.report(one),
                _ => vec![ANY],
            };
        }
        if list.is_some() && exports.len() != 1 {
            return vec![ANY];
        }
        match exports.as_slice() {
            [] => Vec::new(),
            [one] => {
                let name = &one["Export"]["Name"];
                if name != self.name {
                    // Settings of some other export tell nothing of this one.
                    return vec![if name.is_string() && list.is_none() { NOT_RIGHT } else { ANY }];
                }
                self.export(one)
            }
            _ => vec![ANY],
        }
    }

    fn report(&self, report: &Value) -> Vec<Range> {
        if !self.legacy {
            return vec![BROKEN];
        }
        let mut out = self.place(&report["S3Bucket"], &report["S3Prefix"], &report["S3Region"]);
        out.push(grammar(self.name, "!_.*'()-", 256));
        let format = one_of(&report["Format"], &["textORcsv", "Parquet"]);
        let compression = one_of(&report["Compression"], &["ZIP", "GZIP", "Parquet"]);
        out.extend([
            format,
            compression,
            pair(&report["Format"], "Parquet", &report["Compression"], "Parquet"),
        ]);
        if self.owner.is_some_and(|owner| owner != self.account) {
            out.push(BROKEN);
        }
        out.extend(self.vendor.into_iter().flat_map(|vendor| vendor.claims(vendor.report, report)));
        if self.find {
            out.push(must(&report["TimeUnit"], &["DAILY", "HOURLY"]));
            out.push(must(&report["ReportVersioning"], &["OVERWRITE_REPORT"]));
            out.push(match &report["AdditionalSchemaElements"] {
                Value::Array(items) if items.len() == 1 && items[0] == "RESOURCES" => HOLDS,
                _ => BROKEN,
            });
            out.push(if report["RefreshClosedReports"] == true { HOLDS } else { BROKEN });
        }
        let status = &report["ReportStatus"];
        if status.is_object() {
            out.push(match status["lastStatus"].as_str() {
                Some("SUCCESS") => HOLDS,
                Some("ERROR_PERMISSIONS" | "ERROR_NO_BUCKET") => BROKEN,
                Some(_) => NOT_RIGHT,
                None => ANY,
            });
            out.push(if status["lastDelivery"] == "20261123T041209Z" { HOLDS } else { ANY });
        }
        out
    }

    fn export(&self, file: &Value) -> Vec<Range> {
        let export = &file["Export"];
        let query = export["DataQuery"]["QueryStatement"].as_str().unwrap_or_default();
        let settings = &export["DataQuery"]["TableConfigurations"];
        let table =
            query.rsplit_once("FROM ").map(|(_, rest)| rest.split_whitespace().next().unwrap_or_default());
        let mut out = vec![match table {
            Some("COST_AND_USAGE_REPORT") if self.legacy => BROKEN,
            Some("COST_AND_USAGE_REPORT") => HOLDS,
            Some(other) if other.starts_with("FOCUS_") => BROKEN,
            // How AWS reads other letters is not documented.
            Some(other) if other.eq_ignore_ascii_case("COST_AND_USAGE_REPORT") => ANY,
            Some(_) | None => ANY,
        }];
        if table == Some("COST_AND_USAGE_REPORT") && !self.legacy && self.vendor.is_none() {
            out.push(columns(query));
        }
        out.extend(self.vendor.into_iter().flat_map(|vendor| vendor.claims(vendor.export, export)));
        let place = &export["DestinationConfigurations"]["S3Destination"];
        out.extend(self.place(&place["S3Bucket"], &place["S3Prefix"], &place["S3Region"]));
        out.push(grammar(self.name, "_-", 128));
        let files = &place["S3OutputConfigurations"];
        if self.vendor.is_none() {
            out.push(one_of(&files["Format"], &["TEXT_OR_CSV", "PARQUET"]));
            out.push(one_of(&files["Compression"], &["ZIP", "GZIP", "PARQUET"]));
        }
        out.push(pair(&files["Format"], "PARQUET", &files["Compression"], "PARQUET"));
        out.push(match (&place["S3BucketOwner"], self.owner) {
            (Value::String(owner), Some(said)) if owner == said => HOLDS,
            (Value::String(owner), None) if owner == self.account => HOLDS,
            // Another account may well own it: nobody said.
            (Value::String(_), None) => NOT_RIGHT,
            (Value::String(_), Some(_)) => BROKEN,
            (_, Some(said)) if said != self.account => BROKEN,
            (_, _) => HOLDS,
        });
        out.push(match export["ExportArn"].as_str().map(|arn| arn.split(':').collect::<Vec<_>>()) {
            Some(parts) if parts.first() == Some(&"arn") && parts.len() == 6 => match parts[4] {
                account if account == self.account => HOLDS,
                account if account.len() == 12 => BROKEN,
                _ => ANY,
            },
            _ => ANY,
        });
        if self.find {
            let cur2 = &settings["COST_AND_USAGE_REPORT"];
            // Without its query the answer is not whole.
            let whole = export["DataQuery"].is_object();
            out.push(if whole { must(&cur2["TIME_GRANULARITY"], &["DAILY", "HOURLY"]) } else { NOT_RIGHT });
            out.push(must(&files["Overwrite"], &["OVERWRITE_REPORT"]));
        }
        out.extend(self.health(&file["ExportStatus"]));
        out.extend(taken(export));
        out
    }

    /// Bucket, prefix and Region, as both kinds of exports have them.
    fn place(&self, bucket: &Value, prefix: &Value, region: &Value) -> Vec<Range> {
        let mut out = vec![match bucket {
            Value::String(bucket) if bucket == self.bucket => HOLDS,
            Value::String(_) => BROKEN,
            _ => NOT_RIGHT,
        }];
        if !self.find {
            out.push(match prefix {
                Value::String(prefix) => {
                    let shape = grammar(prefix, "!_.*'()/-", 256);
                    let ends = prefix.starts_with('/') || prefix.ends_with(['/', '|', '.']);
                    // AWS writes below `{prefix}/{name}/`.
                    let there = self.folders().contains(&format!("{prefix}/{}/", self.name));
                    if rank(shape.least) > 0 || ends || !there { BROKEN } else { HOLDS }
                }
                _ => NOT_RIGHT,
            });
        }
        let location = self.files.iter().find_map(|file| file.get("LocationConstraint"));
        if let Some(location) = location {
            let location = match location.as_str() {
                None => Some("us-east-1"),
                Some("EU") => Some("eu-west-1"),
                Some(known @ ("eu-west-1" | "eu-central-1" | "us-east-1")) => Some(known),
                Some(_) => None,
            };
            out.push(match (region.as_str(), location) {
                (Some(region), Some(location)) if region == location => HOLDS,
                // Texts that are no Region.
                (Some(_), None) => ANY,
                (Some(region), Some(_)) if region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') => {
                    BROKEN
                }
                (Some(_), Some(_)) => NOT_RIGHT,
                (None, _) => ANY,
            });
        }
        out
    }

    fn health(&self, status: &Value) -> Vec<Range> {
        let executions = self.files.iter().find_map(|file| file.get("Executions")?.as_array());
        let mut out = Vec::new();
        if status.is_null() {
            out.push(MAYBE);
        }
        if status.is_object() {
            out.push(match (status["StatusCode"].as_str(), status["StatusReason"].as_str()) {
                (Some("HEALTHY"), _) => HOLDS,
                (
                    Some("UNHEALTHY"),
                    Some("INSUFFICIENT_PERMISSION" | "BILL_OWNER_CHANGED" | "DEPRECATED"),
                ) => BROKEN,
                (Some("UNHEALTHY"), Some("INTERNAL_FAILURE")) => UNKNOWN,
                (Some(_), _) => NOT_RIGHT,
                (None, _) => MAYBE,
            });
            let done = status["LastRefreshedAt"].as_str() == Some("2026-11-23T04:12:09+00:00");
            out.push(if done { HOLDS } else { ANY });
        }
        // Which of several runs counts, and what an old one says, is not the model's affair.
        out.extend(executions.map(|_| ANY));
        out
    }
}
