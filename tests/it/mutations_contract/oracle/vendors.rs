//! Products that are no OptScale: what their vendors ask of an export, as their documents have it, and where AWS writes.
//!
//! Vertice: VerticeOne/terraform-aws-vertice-integration 51c17b4. Kubecost: kubecost/docs before 501de369. Koku:
//! project-koku/koku 768be825, providers/aws/provider.py. Harness: harness-community/terraform-aws-harness-ccm e3e11dd7.
//! Elastic: elastic.co/docs/reference/integrations/aws_billing. All read 2026-11.

use super::{ANY, BROKEN, Case, HOLDS, MAYBE, NOT_RIGHT, Range, grammar, legacy_period, period};
use serde_json::Value;

/// What one product asks.
pub(in super::super) struct Vendor {
    pub(super) name: &'static str,
    /// Types of exports that it reads.
    types: &'static [&'static str],
    pub(super) report: &'static [Claim],
    pub(super) export: &'static [Claim],
}

/// A setting, by its JSON pointer, and what it must be.
pub(super) struct Claim(&'static str, Must);

enum Must {
    /// One of the first; AWS has the second as well.
    Be(&'static [&'static str], &'static [&'static str]),
    /// Anything but this.
    NotBe(&'static str),
    /// A list that has this.
    Have(&'static str),
}

const HOURLY: Claim = Claim("/TimeUnit", Must::Be(&["HOURLY"], &["DAILY", "MONTHLY"]));
const DAILY: Claim = Claim("/TimeUnit", Must::Be(&["DAILY"], &["HOURLY", "MONTHLY"]));
const PARQUET: Claim = Claim("/Format", Must::Be(&["Parquet"], &["textORcsv"]));
const PACKED: Claim = Claim("/Compression", Must::Be(&["Parquet"], &["GZIP", "ZIP"]));
const CSV: Claim = Claim("/Format", Must::Be(&["textORcsv"], &["Parquet"]));
const GZIP: Claim = Claim("/Compression", Must::Be(&["GZIP"], &["Parquet", "ZIP"]));
const RESOURCES: Claim = Claim("/AdditionalSchemaElements", Must::Have("RESOURCES"));
const ATHENA: Claim = Claim("/AdditionalArtifacts", Must::Have("ATHENA"));
const OVERWRITE: Claim = Claim("/ReportVersioning", Must::Be(&["OVERWRITE_REPORT"], &["CREATE_NEW_REPORT"]));
const FILES: &str = "/DestinationConfigurations/S3Destination/S3OutputConfigurations";
const TABLE: &str = "/DataQuery/TableConfigurations/COST_AND_USAGE_REPORT";

pub(super) const VENDORS: [Vendor; 5] = [
    Vendor {
        name: "vertice",
        types: &["cur-legacy"],
        report: &[HOURLY, PARQUET, PACKED, RESOURCES, ATHENA, OVERWRITE],
        export: &[],
    },
    Vendor {
        name: "kubecost",
        types: &["cur-legacy"],
        report: &[DAILY, PARQUET, PACKED, RESOURCES, ATHENA],
        export: &[],
    },
    Vendor { name: "koku", types: &["cur-legacy"], report: &[CSV, GZIP, RESOURCES], export: &[] },
    Vendor {
        name: "harness",
        types: &["cur-2.0", "cur-legacy"],
        report: &[],
        export: &[
            Claim("T/INCLUDE_RESOURCES", Must::Be(&["TRUE"], &["FALSE"])),
            Claim("T/INCLUDE_SPLIT_COST_ALLOCATION_DATA", Must::Be(&["TRUE"], &["FALSE"])),
            Claim("F/Format", Must::Be(&["PARQUET"], &["TEXT_OR_CSV"])),
            Claim("F/Compression", Must::Be(&["PARQUET"], &["GZIP", "ZIP"])),
        ],
    },
    Vendor {
        name: "elastic",
        types: &["cur-2.0"],
        report: &[],
        export: &[
            Claim("T/INCLUDE_RESOURCES", Must::NotBe("TRUE")),
            Claim("T/INCLUDE_SPLIT_COST_ALLOCATION_DATA", Must::NotBe("TRUE")),
        ],
    },
];

/// Whether the model knows the product.
pub(in super::super) fn knows(consumer: &str) -> bool {
    // Those that are built on OptScale do as it does.
    ["certerox", "kiroframe"].contains(&consumer) || VENDORS.iter().any(|vendor| vendor.name == consumer)
}

impl Vendor {
    pub(super) fn claims(&self, claims: &'static [Claim], of: &Value) -> Vec<Range> {
        let holds = |Claim(path, must): &Claim| {
            let path = match path.split_at(1) {
                ("T", rest) => format!("{TABLE}{rest}"),
                ("F", rest) => format!("{FILES}{rest}"),
                _ => (*path).to_owned(),
            };
            match (must, of.pointer(&path)) {
                (Must::Be(right, _), Some(Value::String(text))) if right.contains(&text.as_str()) => HOLDS,
                (Must::Be(_, wrong), Some(Value::String(text))) if wrong.contains(&text.as_str()) => BROKEN,
                (Must::NotBe(wrong), Some(Value::String(text))) if text == wrong => BROKEN,
                // `FALSE` is right, and so is to leave it out; what AWS makes of another text is not said.
                (Must::NotBe(_), Some(Value::String(text))) if text == "FALSE" => HOLDS,
                (Must::NotBe(_), _) => ANY,
                // What AWS does not have, or what it takes a setting for that is not there: no yes.
                (Must::Be(..), _) => NOT_RIGHT,
                (Must::Have(element), Some(Value::Array(list)))
                    if list.iter().any(|item| item == element) =>
                {
                    HOLDS
                }
                (Must::Have(_), Some(Value::Array(_))) => BROKEN,
                (Must::Have(_), _) => NOT_RIGHT,
            }
        };
        claims.iter().map(holds).collect()
    }
}

impl Case<'_> {
    /// The type must be one that the product reads, path and name such as AWS lets them be.
    pub(super) fn typed_for(&self, vendor: &Vendor) -> Range {
        if !vendor.types.contains(&self.kind) {
            return BROKEN;
        }
        if self.path.contains("://") || [self.path, self.name].iter().any(|text| text.contains('<')) {
            return BROKEN;
        }
        let path = self.path.trim_end_matches('/');
        let path = match (path.is_empty(), self.legacy) {
            // A path may be empty, and a slash alone is one that people type for that.
            (true, _) => ANY,
            (false, true) => grammar(path, "!_.*'()/-", 256),
            // Which characters AWS lets a prefix have is not said for Data Exports.
            (false, false) if path.chars().any(char::is_control) => BROKEN,
            (false, false) => MAYBE,
        };
        let name =
            if self.legacy { grammar(self.name, "!_.*'()-", 256) } else { grammar(self.name, "_-", 128) };
        if super::rank(name.least) > super::rank(path.least) { name } else { path }
    }

    /// AWS writes below path and name, in the folder of a period. What the files are shows how the export is set.
    pub(super) fn listed_for(&self, vendor: &Vendor, keys: &[&str]) -> Range {
        let folders = self.folders();
        let ends = [".csv.gz", ".csv.zip", ".snappy.parquet"];
        let dated = |key: &str| if self.legacy { legacy_period(key) } else { period(key) };
        let read: Vec<&&str> = keys
            .iter()
            .filter(|key| {
                key.strip_prefix(folders[0].as_str()).is_some_and(|below| below.contains('/'))
                    && ends.iter().any(|end| key.ends_with(end))
                    && dated(key)
            })
            .collect();
        let months = ["BILLING_PERIOD=2026-11/", "20261101-20261201/", "year=2026/month=11/"];
        let now: Vec<&&&str> =
            read.iter().filter(|key| months.iter().any(|month| key.contains(month))).collect();
        let claims = if self.legacy { vendor.report } else { vendor.export };
        let packed = claims.iter().find_map(|Claim(path, must)| match must {
            Must::Be(right, _) if path.ends_with("/Compression") => Some(*right),
            _ => None,
        });
        let is_packed = |key: &str| {
            packed.is_none_or(|right| {
                right.iter().any(|packing| match *packing {
                    "GZIP" => key.ends_with(".csv.gz"),
                    "ZIP" => key.ends_with(".csv.zip"),
                    _ => key.ends_with(".snappy.parquet"),
                })
            })
        };
        match now.as_slice() {
            // Elsewhere, old, or not delivered yet: no yes.
            [] => NOT_RIGHT,
            now if now.iter().all(|key| is_packed(key)) => HOLDS,
            now if now.iter().any(|key| is_packed(key)) => ANY,
            // The settings may have been changed since these were written.
            _ => NOT_RIGHT,
        }
    }
}

impl Case<'_> {
    /// Whether a Data Export of the form's name is set to the form's path.
    pub(super) fn is_set_so(&self) -> bool {
        let path = self.path.strip_suffix('/').unwrap_or(self.path);
        self.files.iter().any(|file| {
            let export = &file["Export"];
            export["Name"] == self.name
                && export["DestinationConfigurations"]["S3Destination"]["S3Prefix"] == path
        })
    }
}

/// What else would be wrong, taken for what may be.
pub(super) fn at_least_doubtful(range: Range) -> Range {
    if super::rank(range.least) > super::rank(NOT_RIGHT.least) { NOT_RIGHT } else { range }
}
