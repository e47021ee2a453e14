//! Reports and exports of templates before and after: which changes make another one of them.

use super::super::subject::Cause;
use crate::evidence::{DeclaredExport, Maker};
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

/// A setting that cannot be changed in place: the path to it, what it is called there, and the value of one that is not
/// written.
type Fixed = (&'static [&'static str], &'static str, Option<&'static str>);

/// Settings whose change makes another report or export.
///
/// CloudFormation: *Update requires: Replacement* in
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cur-reportdefinition.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-bcmdataexports-export-export.html>
/// and the pages of its parts. Terraform: what the provider's schema marks as forcing a new resource, shown by plans as
/// *forces replacement*: <https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/cur> and
/// `bcmdataexports` (all checked 2026-11).
fn fixed(maker: Maker) -> &'static [Fixed] {
    match maker {
        Maker::TerraformReport => &[
            (&["ReportName"], "report_name", None),
            (&["TimeUnit"], "time_unit", None),
            (&["AdditionalSchemaElements"], "additional_schema_elements", None),
            (&["ReportVersioning"], "report_versioning", Some("\"CREATE_NEW_REPORT\"")),
        ],
        Maker::TerraformExport => {
            &[(&["Export", "DataQuery", "TableConfigurations"], "table_configurations", None)]
        }
        Maker::StackReport => &[
            (&["ReportName"], "ReportName", None),
            (&["TimeUnit"], "TimeUnit", None),
            (&["AdditionalSchemaElements"], "AdditionalSchemaElements", None),
            (&["ReportVersioning"], "ReportVersioning", None),
            (&["BillingViewArn"], "BillingViewArn", None),
        ],
        Maker::StackExport => &[
            (&["Export", "Name"], "Name", None),
            (&["Export", "DataQuery", "TableConfigurations"], "TableConfigurations", None),
            (&["Export", "RefreshCadence", "Frequency"], "RefreshCadence", None),
        ],
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
        for (path, name, preset) in fixed(after.maker) {
            let (was, is) = (at(before, path), at(after, path));
            let text =
                |node: Option<&Node<'_>>| node.map_or_else(|| preset.unwrap_or("null").to_owned(), spelled);
            if text(was) == text(is) {
                continue;
            }
            if was.into_iter().chain(is).any(has_hole) {
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

fn is_of_module(file: &str) -> bool {
    file.ends_with(".tf") || file.ends_with(".tf.json")
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
