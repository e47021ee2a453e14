//! Reports and exports of templates before and after: which changes make another one of them.

use super::super::subject::Cause;
use crate::evidence::{DeclaredExport, Maker, is_of_module};
use crate::rulebook::Values;
use crate::source::{Place, Span};
use crate::syntax::{Node, Part, Value};

/// What changed settings of exports come to.
#[derive(Debug, Default)]
pub struct Replaced {
    /// Exports that are made anew.
    pub causes: Vec<Cause>,
    /// Of which it is not known whether they are: file, address, and why.
    pub unknown: Vec<(String, String, String)>,
}

/// A setting that cannot be changed in place: the path to it, what it is called there, and what it is where it is not written.
type Fixed = (&'static [&'static str], &'static str, Unset);

/// What a setting is where it is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unset {
    /// Nothing.
    Nothing,
    /// This value.
    Preset(&'static str),
    /// What it was before, and on a new export what AWS makes of it.
    Kept,
}

const TERRAFORM_REPORT: [Fixed; 4] = [
    (&["ReportName"], "report_name", Unset::Nothing),
    (&["TimeUnit"], "time_unit", Unset::Nothing),
    (&["AdditionalSchemaElements"], "additional_schema_elements", Unset::Nothing),
    (&["ReportVersioning"], "report_versioning", Unset::Preset("\"CREATE_NEW_REPORT\"")),
];

const TERRAFORM_EXPORT: [Fixed; 10] = [
    (&["Export", "Name"], "name", Unset::Nothing),
    (&["Export", "Description"], "description", Unset::Nothing),
    (&["Export", "DataQuery", "TableConfigurations"], "table_configurations", Unset::Kept),
    (&["Export", "DestinationConfigurations", "S3Destination", "S3Bucket"], "s3_bucket", Unset::Nothing),
    (&["Export", "DestinationConfigurations", "S3Destination", "S3Prefix"], "s3_prefix", Unset::Nothing),
    (&["Export", "DestinationConfigurations", "S3Destination", "S3Region"], "s3_region", Unset::Nothing),
    (
        &["Export", "DestinationConfigurations", "S3Destination", "S3OutputConfigurations", "Compression"],
        "compression",
        Unset::Nothing,
    ),
    (
        &["Export", "DestinationConfigurations", "S3Destination", "S3OutputConfigurations", "Format"],
        "format",
        Unset::Nothing,
    ),
    (
        &["Export", "DestinationConfigurations", "S3Destination", "S3OutputConfigurations", "OutputType"],
        "output_type",
        Unset::Nothing,
    ),
    (&["Export", "RefreshCadence", "Frequency"], "frequency", Unset::Nothing),
];

const STACK_REPORT: [Fixed; 5] = [
    (&["ReportName"], "ReportName", Unset::Nothing),
    (&["TimeUnit"], "TimeUnit", Unset::Nothing),
    (&["AdditionalSchemaElements"], "AdditionalSchemaElements", Unset::Nothing),
    (&["ReportVersioning"], "ReportVersioning", Unset::Nothing),
    (&["BillingViewArn"], "BillingViewArn", Unset::Nothing),
];

const STACK_EXPORT: [Fixed; 3] = [
    (&["Export", "Name"], "Name", Unset::Nothing),
    (&["Export", "DataQuery", "TableConfigurations"], "TableConfigurations", Unset::Nothing),
    (&["Export", "RefreshCadence", "Frequency"], "RefreshCadence", Unset::Nothing),
];

/// Settings whose change makes another report or export.
///
/// CloudFormation: *Update requires: Replacement* in
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cur-reportdefinition.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bcmdataexports-export-export.html>
/// and the pages of its parts. Terraform: what the provider's schema marks as forcing a new resource (`ForceNew`,
/// `RequiresReplace`), shown by plans as *forces replacement*:
/// <https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/cur> and
/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/bcmdataexports/export.go>; there
/// `table_configurations` is optional and computed, so that one which is not written any more stays as it is in the state, while
/// `query_statement` and `overwrite` are changed in place (all checked 2026-11).
fn fixed(maker: Maker) -> &'static [Fixed] {
    match maker {
        Maker::TerraformReport => &TERRAFORM_REPORT,
        Maker::TerraformExport => &TERRAFORM_EXPORT,
        Maker::StackReport => &STACK_REPORT,
        Maker::StackExport => &STACK_EXPORT,
    }
}

/// Compares the exports of two sides. Those of one file and address are the same one.
#[must_use]
pub fn replaced(old: &[DeclaredExport], new: &[DeclaredExport]) -> Replaced {
    let mut out = Replaced::default();
    for after in new {
        let file = &after.file;
        let is_it = |before: &&DeclaredExport| {
            let folder = |file: &str| file.rsplit_once('/').map(|(folder, _)| folder.to_owned());
            // A block may move to another file of its module.
            let is_near =
                before.file == *file || (is_of_module(file) && folder(&before.file) == folder(file));
            before.address == after.address && before.maker == after.maker && is_near
        };
        let Some(before) = old.iter().find(is_it) else { continue };
        for (path, name, unset) in fixed(after.maker) {
            let (was, is) = (at(before, path), at(after, path));
            let preset = if let Unset::Preset(value) = unset { value } else { "null" };
            let text = |node: Option<&Node<'_>>| node.map_or_else(|| preset.to_owned(), spelled);
            let is_kept = *unset == Unset::Kept;
            if text(was) == text(is) || (is_kept && is.is_none()) {
                continue;
            }
            // Where it was not written before, it may be written as AWS made it.
            let was_made = is_kept && was.is_none();
            if was_made || was.into_iter().chain(is).any(has_hole) {
                let reason = format!(
                    "whether `{name}` of it changes, and so another one is made, the deployment tells"
                );
                out.unknown.push((file.clone(), after.address.clone(), reason));
                continue;
            }
            let place = |export: &DeclaredExport, node: Option<&Node<'_>>| Place {
                source: export.source,
                span: node.map_or(export.span, |node| node.span),
            };
            let values = Values::new().with("export", after.address.as_str()).with("setting", *name);
            let mut cause = Cause::new("declared", "replaced", place(after, is), values);
            cause.related.push((place(before, was), String::new()));
            out.causes.push(cause);
        }
    }
    out
}

fn at<'n>(export: &'n DeclaredExport, path: &[&str]) -> Option<&'n Node<'static>> {
    let node = path.iter().try_fold(&export.settings, |node, key| node.get(key))?;
    (!matches!(node.value, Value::Null) && node.span != Span::default()).then_some(node)
}

fn has_hole(node: &Node<'_>) -> bool {
    match &node.value {
        Value::Template(_) | Value::Bare(_) | Value::Missing => true,
        Value::Array(items) => items.iter().any(has_hole),
        Value::Object(members) => {
            members.iter().any(|member| !member.key_parts.is_empty() || has_hole(&member.value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// A value in a form in which order does not count: these lists are sets.
fn spelled(node: &Node<'_>) -> String {
    match &node.value {
        Value::Null | Value::Missing => "null".to_owned(),
        Value::Bool(flag) => format!("\"{flag}\""),
        Value::Number(text) | Value::String(text) => format!("{text:?}"),
        Value::Bare(text) => format!("{text:?}"),
        Value::Template(parts) => parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.to_string(),
                Part::Hole(name) => format!("${{{name}}}"),
            })
            .collect(),
        Value::Array(items) => {
            let mut all: Vec<String> = items.iter().map(spelled).collect();
            all.sort();
            format!("[{}]", all.join(","))
        }
        Value::Object(members) => {
            let mut all: Vec<String> =
                members.iter().map(|member| format!("{:?}:{}", member.key, spelled(&member.value))).collect();
            all.sort();
            format!("{{{}}}", all.join(","))
        }
    }
}
