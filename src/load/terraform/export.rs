//! Reports and exports, in the form in which AWS's own answers have them: the provider writes their names with small letters.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/bcmdataexports_export> and
//! `cur_report_definition` (checked 2026-11)

use super::value::{Scope, known_node, member};
use crate::syntax::hcl::HclBlock;
use crate::syntax::{Member, Node, Value};
use std::borrow::Cow;

/// What of a data export has keys that are AWS's own.
const AS_WRITTEN: &str = "table_configurations";

/// Whether a resource is a report or an export.
pub(super) fn is_export(kind: &str) -> bool {
    matches!(kind, "aws_cur_report_definition" | "aws_bcmdataexports_export")
}

/// The settings of a report or export, those among them that the provider gives a legacy report that does not say otherwise:
/// <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/cur/report_definition.go> (checked 2026-11).
pub(super) fn settings(kind: &str, block: &HclBlock, scope: &Scope<'_>) -> Node<'static> {
    let mut out = of_block(block, scope);
    let defaults = [
        ("ReportVersioning", Value::String("CREATE_NEW_REPORT".into())),
        ("RefreshClosedReports", Value::Bool(true)),
    ];
    if let ("aws_cur_report_definition", Value::Object(members)) = (kind, &mut out.value) {
        // What is `null` is as good as left out.
        members.retain(|member| !matches!(member.value.value, Value::Null));
        for (key, value) in defaults {
            if !members.iter().any(|member| member.key == key) {
                members.push(known_node(key, block.kind_span, Node { span: block.kind_span, value }));
            }
        }
    }
    out
}

/// The settings that a block gives.
pub(super) fn of_block(block: &HclBlock, scope: &Scope<'_>) -> Node<'static> {
    // In the JSON form blocks are there as attributes, too, and the keys of what AWS names as blocks.
    let is_block = |name: &str| name != AS_WRITTEN && block.body.blocks_of(name).next().is_some();
    let attributes = block.body.attributes.iter().filter(|attribute| !is_block(&attribute.name));
    let attributes = attributes.map(|attribute| {
        let key = Node { span: attribute.name_span, value: Value::String(camel(&attribute.name).into()) };
        member(key, scope.value(&attribute.value))
    });
    let inner = block.body.blocks.iter().filter(|inner| inner.kind != AS_WRITTEN);
    let blocks = inner.map(|inner| {
        let key = Node { span: inner.kind_span, value: Value::String(camel(&inner.kind).into()) };
        member(key, of_block(inner, scope))
    });
    Node { span: block.span, value: Value::Object(attributes.chain(blocks).collect()) }
}

/// The same of the values that a plan has: there a block is a list of one.
pub(super) fn of_values<'t>(values: &Node<'t>) -> Node<'t> {
    let value = match &values.value {
        Value::Object(members) => Value::Object(
            members
                .iter()
                // What is not given, the provider plans as null.
                .filter(|each| !matches!(each.value.value, Value::Null))
                .map(|each| Member {
                    key: Cow::Owned(camel(&each.key)),
                    value: if each.key == AS_WRITTEN { each.value.clone() } else { of_values(&each.value) },
                    ..each.clone()
                })
                .collect(),
        ),
        Value::Array(items) => match items.as_slice() {
            [only] if only.as_object().is_some() => return of_values(only),
            _ => values.value.clone(),
        },
        other => other.clone(),
    };
    Node { span: values.span, value }
}

/// `s3_bucket` is `S3Bucket`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut letters = part.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}
