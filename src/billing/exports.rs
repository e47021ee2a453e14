//! Everything about exports that the answers at hand say.

use super::definition::{ExportDefinition, ExportKind};
use super::status::{Execution, ExportStatus};
use super::text::Text;
use crate::source::{Place, SourceId};
use crate::syntax::{Node, Value};
use std::collections::BTreeSet;

/// Exports, reports, their health and runs, in the order of reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exports {
    /// Exports and reports with their settings.
    pub definitions: Vec<ExportDefinition>,
    /// The health of exports and reports.
    pub statuses: Vec<ExportStatus>,
    /// Runs of data exports.
    pub executions: Vec<Execution>,
    /// Every legacy report of the account is known by name.
    pub all_reports: bool,
    /// Every data export of the account is known by name.
    pub all_exports: bool,
    /// Names of data exports in the order in which AWS lists them.
    pub listed: Vec<String>,
    /// The bucket's Region, and where it is said.
    pub bucket_region: Option<(String, Place)>,
}

impl Exports {
    /// Adds what an answer of the AWS CLI, or the request of a creation, says. Other documents add nothing.
    pub fn read(&mut self, root: &Node<'_>, source: SourceId) {
        if let Some(list) = root.get("ReportDefinitions") {
            list.as_array().unwrap_or_default().iter().for_each(|node| self.report(node, source));
            self.all_reports |= is_whole(root);
        }
        if let Some(list) = root.get("Exports") {
            for node in list.as_array().unwrap_or_default() {
                let name = Text::at(node, &["ExportName"]);
                self.listed.extend(name.iter().map(|name| name.text.clone()));
                let status = node.get("ExportStatus").unwrap_or(node);
                self.statuses.push(ExportStatus::data_export(status, name, source));
            }
            self.all_exports |= is_whole(root);
        }
        if let Some(list) = root.get("Executions") {
            self.executions
                .extend(list.as_array().unwrap_or_default().iter().map(|node| Execution::read(node, source)));
        }
        let input = root.get("ReportDefinition").filter(|node| node.as_object().is_some());
        if let Some(node) = input.or_else(|| root.get("ReportName").map(|_| root)) {
            self.report(node, source);
        }
        let bare = || root.get("DataQuery").map(|_| root);
        if let Some(node) = root.get("Export").or_else(bare).filter(|node| node.as_object().is_some()) {
            let mut definition = ExportDefinition::data_export(node, source);
            definition.from_execution = root.get("ExecutionStatus").is_some();
            if let Some(status) = root.get("ExportStatus") {
                self.statuses.push(ExportStatus::data_export(status, definition.name.clone(), source));
            }
            if definition.from_execution {
                self.executions.push(Execution::read(root, source));
            }
            self.definitions.push(definition);
        }
        if let (Some(region), Some(node)) = (region_in(root), region_node(root)) {
            self.bucket_region = Some((region, Place { source, span: node.span }));
        }
    }

    /// Adds the report or export that a template makes, from the settings that it has there.
    pub fn read_resolved(&mut self, root: &Node<'_>, source: SourceId) {
        let before = self.definitions.len();
        self.read(root, source);
        let node = root.get("Export").filter(|node| node.as_object().is_some()).unwrap_or(root);
        for definition in self.definitions.iter_mut().skip(before) {
            definition.resolved = Some(Box::new(node.clone().into_owned()));
        }
    }

    /// Fills what templates leave open, as far as `known` tells the value of a hole by its name.
    pub fn fill(&mut self, known: &dyn Fn(&str) -> Option<String>) {
        for definition in &mut self.definitions {
            let Some(mut node) = definition.resolved.take() else { continue };
            node.fill(known);
            let again = match definition.kind {
                ExportKind::Legacy => ExportDefinition::legacy(&node, definition.source),
                _ => ExportDefinition::data_export(&node, definition.source),
            };
            *definition = ExportDefinition { resolved: Some(node), ..again };
        }
    }

    /// Adds what another text says.
    pub fn add(&mut self, more: Self) {
        self.definitions.extend(more.definitions);
        self.statuses.extend(more.statuses);
        self.executions.extend(more.executions);
        self.all_reports |= more.all_reports;
        self.all_exports |= more.all_exports;
        self.listed.extend(more.listed);
        self.bucket_region = more.bucket_region.or(self.bucket_region.take());
    }

    fn report(&mut self, node: &Node<'_>, source: SourceId) {
        let definition = ExportDefinition::legacy(node, source);
        if let Some(status) = node.get("ReportStatus").filter(|status| status.as_object().is_some()) {
            self.statuses.push(ExportStatus::legacy(status, definition.name.clone(), source));
        }
        self.definitions.push(definition);
    }

    /// Names of exports and reports that are known to be there, each once, with a place.
    #[must_use]
    pub fn names(&self) -> Vec<(&str, Place)> {
        let defined = self.definitions.iter().map(|each| (each.source, each.name.as_ref()));
        let listed = self.statuses.iter().map(|each| (each.source, each.name.as_ref()));
        let mut names: Vec<(&str, Place)> = Vec::new();
        let mut known = BTreeSet::new();
        for (source, name) in defined.chain(listed) {
            if let Some(name) = name
                && known.insert(name.text.as_str())
            {
                names.push((&name.text, Place { source, span: name.span }));
            }
        }
        names
    }

    /// Whether the account has data exports beside the one of a name, or may have, as far as is known.
    #[must_use]
    pub fn may_have_others(&self, name: Option<&str>) -> bool {
        let is_report = |other: &str| {
            let mut named = self.definitions.iter().filter(|each| each.label() == other).peekable();
            named.peek().is_some() && named.all(|each| each.kind == ExportKind::Legacy)
        };
        !self.all_exports || self.names().iter().any(|(other, _)| Some(*other) != name && !is_report(other))
    }

    /// The texts that something about exports stands in.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> + '_ {
        let defined = self.definitions.iter().map(|each| each.source);
        let told = self.statuses.iter().map(|each| each.source);
        defined.chain(told).chain(self.executions.iter().map(|each| each.source))
    }

    /// Whether nothing about exports was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty() && self.statuses.is_empty() && !self.all_reports && !self.all_exports
    }
}

/// A list is whole if the AWS CLI does not offer to go on with it.
fn is_whole(root: &Node<'_>) -> bool {
    root.get("NextToken").and_then(Node::as_str).is_none_or(str::is_empty)
}

/// Where an answer of `get-bucket-location` or `head-bucket` says that the bucket is.
#[must_use]
pub fn region_in(root: &Node<'_>) -> Option<String> {
    region(region_node(root)?)
}

fn region_node<'n, 't>(root: &'n Node<'t>) -> Option<&'n Node<'t>> {
    root.get("LocationConstraint").or_else(|| root.get("BucketRegion"))
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html> (checked 2026-11): buckets in us-east-1
/// have no location, and old ones in Ireland the location `EU`.
fn region(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::Null => Some("us-east-1".to_owned()),
        Value::String(text) => Some(match text.as_ref() {
            "" => "us-east-1".to_owned(),
            "EU" => "eu-west-1".to_owned(),
            region => region.to_owned(),
        }),
        Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)
        | Value::Template(_)
        | Value::Bare(_)
        | Value::Missing => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;
    use crate::syntax::read_json;

    fn read(text: &str) -> Exports {
        let source = Sources::new().add("x.json", text);
        let mut exports = Exports::default();
        exports.read(&read_json(text).root, source);
        exports
    }

    #[test]
    fn several_reports_in_one_answer() {
        let exports = read(
            r#"{"ReportDefinitions": [{"ReportName": "a", "TimeUnit": "EVERY_MINUTE", "AdditionalSchemaElements": ["RESOURCES"]},
                {"ReportName": "b", "ReportStatus": {"lastStatus": "ERROR_PERMISSIONS"}}, 7]}"#,
        );
        let names: Vec<&str> = exports.names().iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["a", "b"]);
        let first = exports.definitions.first().unwrap();
        assert_eq!(first.granularity.as_ref().unwrap().text, "EVERY_MINUTE");
        assert_eq!(first.schema_elements.len(), 1);
        assert_eq!(exports.statuses.first().unwrap().code.as_ref().unwrap().text, "ERROR_PERMISSIONS");
        assert!(exports.all_reports && !exports.all_exports);
        assert!(!read(r#"{"ReportDefinitions": [], "NextToken": "more"}"#).all_reports);
    }

    #[test]
    fn the_table_is_the_querys_and_else_the_only_one_configured() {
        for (query, tables, kind) in [
            ("SELECT a FROM COST_AND_USAGE_REPORT", "{}", ExportKind::Cur2),
            ("SELECT * FROM FOCUS_1_2_AWS", r#"{"FOCUS_1_2_AWS": {}}"#, ExportKind::Focus),
            ("select * from CARBON_EMISSIONS limit 3", "{}", ExportKind::Carbon),
            ("SELECT * FROM NEW_TABLE", r#"{"COST_AND_USAGE_REPORT": {}}"#, ExportKind::OtherTable),
            ("", r#"{"COST_OPTIMIZATION_RECOMMENDATIONS": {}}"#, ExportKind::CostOptimization),
            ("", r#"{"A": {}, "B": {}}"#, ExportKind::Unknown),
        ] {
            let text = format!(
                r#"{{"Export": {{"Name": "e", "DataQuery": {{"QueryStatement": "{query}", "TableConfigurations": {tables}}}}}}}"#
            );
            assert_eq!(read(&text).definitions.first().unwrap().kind, kind, "{query}");
        }
    }

    #[test]
    fn where_the_bucket_is() {
        for (text, region) in [
            (r#"{"LocationConstraint": null}"#, Some("us-east-1")),
            (r#"{"LocationConstraint": "EU"}"#, Some("eu-west-1")),
            (r#"{"LocationConstraint": "eu-north-1"}"#, Some("eu-north-1")),
            (r#"{"LocationConstraint": 3}"#, None),
        ] {
            assert_eq!(read(text).bucket_region.as_ref().map(|(region, _)| region.as_str()), region);
        }
    }

    #[test]
    fn an_execution_brings_the_copy_it_was_made_with() {
        let exports = read(
            r#"{"ExecutionId": "1", "Export": {"Name": "e"}, "ExecutionStatus": {"StatusCode": "DELIVERY_FAILURE"}}"#,
        );
        assert!(exports.definitions.first().unwrap().from_execution);
        let execution = exports.executions.first().unwrap();
        assert_eq!(execution.export.as_ref().unwrap().text, "e");
        assert_eq!(execution.code.as_ref().unwrap().text, "DELIVERY_FAILURE");
    }
}
