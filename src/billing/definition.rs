//! One export with its settings, in the two forms that AWS has for it.
//!
//! Legacy: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ReportDefinition.html>.
//! Data Exports: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_Export.html>
//! (both checked 2026-11).

use super::query::Query;
use super::text::Text;
use crate::source::{SourceId, Span};
use crate::syntax::{Node, Part, Value};

/// What an export holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExportKind {
    /// A Cost and Usage Report of the old API.
    Legacy,
    /// CUR 2.0, the table `COST_AND_USAGE_REPORT`.
    Cur2,
    /// A FOCUS table.
    Focus,
    /// `CARBON_EMISSIONS`.
    Carbon,
    /// `COST_OPTIMIZATION_RECOMMENDATIONS`.
    CostOptimization,
    /// Another table of Data Exports.
    OtherTable,
    /// A data export whose table cannot be read.
    Unknown,
}

impl ExportKind {
    /// The kind of a table of Data Exports. The tables of FOCUS carry their version in the name.
    #[must_use]
    pub fn of_table(table: &str) -> Self {
        match table {
            "COST_AND_USAGE_REPORT" => Self::Cur2,
            "CARBON_EMISSIONS" => Self::Carbon,
            "COST_OPTIMIZATION_RECOMMENDATIONS" => Self::CostOptimization,
            _ if table.starts_with("FOCUS_") => Self::Focus,
            _ => Self::OtherTable,
        }
    }

    /// In words.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Legacy => "a legacy Cost and Usage Report",
            Self::Cur2 => "a CUR 2.0 export",
            Self::Focus => "a FOCUS export",
            Self::Carbon => "a carbon emissions export",
            Self::CostOptimization => "an export of cost optimization recommendations",
            Self::OtherTable | Self::Unknown => "a data export of another table",
        }
    }
}

/// One export. A setting that is not there is missing, not defaulted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportDefinition {
    /// The text it stands in.
    pub source: SourceId,
    /// The whole definition.
    pub span: Span,
    /// What it holds.
    pub kind: ExportKind,
    /// It is the copy that an execution was made with, which may be older than the export is now.
    pub from_execution: bool,
    /// It has `TableConfigurations`; for data exports.
    pub has_configurations: bool,
    /// The table that it is made from; for data exports.
    pub table: Option<Text>,
    /// `ReportName`, `Name`.
    pub name: Option<Text>,
    /// `ExportArn`.
    pub arn: Option<Text>,
    /// `S3Bucket`.
    pub bucket: Option<Text>,
    /// `S3Prefix`.
    pub prefix: Option<Text>,
    /// `S3Region`.
    pub region: Option<Text>,
    /// `S3BucketOwner`; data exports only.
    pub bucket_owner: Option<Text>,
    /// `TimeUnit`, `TIME_GRANULARITY`.
    pub granularity: Option<Text>,
    /// `AdditionalSchemaElements`; legacy only.
    pub schema_elements: Vec<Text>,
    /// `INCLUDE_RESOURCES`; CUR 2.0 only.
    pub include_resources: Option<Text>,
    /// `INCLUDE_SPLIT_COST_ALLOCATION_DATA`; CUR 2.0 only.
    pub split_cost_allocation: Option<Text>,
    /// `ReportVersioning`, `Overwrite`.
    pub versioning: Option<Text>,
    /// `Compression`.
    pub compression: Option<Text>,
    /// `Format`.
    pub format: Option<Text>,
    /// `AdditionalArtifacts` of a legacy report, `OutputType` of a data export.
    pub outputs: Vec<Text>,
    /// `RefreshClosedReports`; legacy only.
    pub refresh_closed: Option<Text>,
    /// `QueryStatement`; data exports only.
    pub query: Option<Text>,
    /// `BillingViewArn`, `BILLING_VIEW_ARN`.
    pub billing_view: Option<Text>,
    /// Of a template: the definition with what the template tells. The text has functions in these places.
    pub resolved: Option<Box<Node<'static>>>,
}

impl ExportDefinition {
    /// The export's name, or an empty text.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_ref().map_or("", |name| &name.text)
    }

    /// The export for people: its name, or what the deployment makes one of.
    #[must_use]
    pub fn called(&self) -> String {
        let open = || self.hole(&["Name"]).or_else(|| self.hole(&["ReportName"]));
        match self.label() {
            "" => open().unwrap_or_else(|| "?".to_owned()),
            name => name.to_owned(),
        }
    }

    /// Where to point at the export as a whole: at its name, or else at its opening bracket.
    #[must_use]
    pub fn name_span(&self) -> Span {
        let opening = Span { start: self.span.start, end: self.span.end.min(self.span.start + 1) };
        self.name.as_ref().map_or(opening, |name| name.span)
    }

    /// What a setting of a template depends on, if only the deployment tells its value.
    #[must_use]
    pub fn hole(&self, path: &[&str]) -> Option<String> {
        let node = path.iter().try_fold(&**self.resolved.as_ref()?, |node, key| node.get(key))?;
        hole_of(node)
    }

    /// Reads an entry of `ReportDefinitions`.
    pub(super) fn legacy(node: &Node<'_>, source: SourceId) -> Self {
        let text = |key| Text::at(node, &[key]);
        Self {
            source,
            span: node.span,
            kind: ExportKind::Legacy,
            from_execution: false,
            has_configurations: false,
            table: None,
            name: text("ReportName"),
            arn: None,
            bucket: text("S3Bucket"),
            prefix: text("S3Prefix"),
            region: text("S3Region"),
            bucket_owner: None,
            granularity: text("TimeUnit"),
            schema_elements: Text::list(node, "AdditionalSchemaElements"),
            include_resources: None,
            split_cost_allocation: None,
            versioning: text("ReportVersioning"),
            compression: text("Compression"),
            format: text("Format"),
            outputs: Text::list(node, "AdditionalArtifacts"),
            refresh_closed: text("RefreshClosedReports"),
            query: None,
            billing_view: text("BillingViewArn"),
            resolved: None,
        }
    }

    /// Reads an `Export`.
    pub(super) fn data_export(node: &Node<'_>, source: SourceId) -> Self {
        let query = Text::at(node, &["DataQuery", "QueryStatement"]);
        let configurations = node.get("DataQuery").and_then(|query| query.get("TableConfigurations"));
        let table = table(query.as_ref(), configurations);
        let configuration = table
            .as_ref()
            .and_then(|table| configurations.and_then(|all| all.get(&table.text)))
            .or_else(|| configurations?.as_object()?.first().map(|member| &member.value));
        let property = |key| configuration.and_then(|node| Text::at(node, &[key]));
        let to = |key| Text::at(node, &["DestinationConfigurations", "S3Destination", key]);
        let out = |key| {
            Text::at(node, &["DestinationConfigurations", "S3Destination", "S3OutputConfigurations", key])
        };
        Self {
            source,
            span: node.span,
            kind: table.as_ref().map_or(ExportKind::Unknown, |table| ExportKind::of_table(&table.text)),
            from_execution: false,
            has_configurations: configurations.is_some_and(|all| all.as_object().is_some()),
            table,
            name: Text::at(node, &["Name"]),
            arn: Text::at(node, &["ExportArn"]),
            bucket: to("S3Bucket"),
            prefix: to("S3Prefix"),
            region: to("S3Region"),
            bucket_owner: to("S3BucketOwner"),
            granularity: property("TIME_GRANULARITY"),
            schema_elements: Vec::new(),
            include_resources: property("INCLUDE_RESOURCES"),
            split_cost_allocation: property("INCLUDE_SPLIT_COST_ALLOCATION_DATA"),
            versioning: out("Overwrite"),
            compression: out("Compression"),
            format: out("Format"),
            outputs: out("OutputType").into_iter().collect(),
            refresh_closed: None,
            query,
            billing_view: property("BILLING_VIEW_ARN"),
            resolved: None,
        }
    }
}

/// The names of the holes of a value.
#[must_use]
pub fn hole_of(node: &Node<'_>) -> Option<String> {
    let Value::Template(parts) = &node.value else { return None };
    let names = parts.iter().filter_map(|part| match part {
        Part::Hole(name) => Some(&**name),
        Part::Text(_) => None,
    });
    Some(names.collect::<Vec<_>>().join(", "))
}

/// The table of the query. A query that cannot be read leaves the only table that is configured.
fn table(query: Option<&Text>, configurations: Option<&Node<'_>>) -> Option<Text> {
    let named = query.and_then(|query| Query::read(&query.text).table.map(|table| (table, query.span)));
    match (named, configurations.and_then(Node::as_object)) {
        (Some((text, span)), _) => Some(Text { text, span }),
        (None, Some([only])) => Some(Text { text: only.key.to_string(), span: only.key_span }),
        (None, _) => None,
    }
}
