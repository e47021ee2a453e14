//! What AWS says of an export's health and of its runs.

use super::text::Text;
use crate::source::{SourceId, Span};
use crate::syntax::Node;

/// The health of one export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportStatus {
    /// The text it stands in.
    pub source: SourceId,
    /// The whole of it.
    pub span: Span,
    /// The export's name.
    pub name: Option<Text>,
    /// `StatusCode`, `lastStatus`.
    pub code: Option<Text>,
    /// `StatusReason`; data exports only.
    pub reason: Option<Text>,
    /// `CreatedAt`; data exports only.
    pub created: Option<Text>,
    /// `LastRefreshedAt`, `lastDelivery`.
    pub delivered: Option<Text>,
    /// It is a legacy report's.
    pub legacy: bool,
}

impl ExportStatus {
    /// Reads an `ExportStatus`.
    pub(super) fn data_export(node: &Node<'_>, name: Option<Text>, source: SourceId) -> Self {
        let text = |key| Text::at(node, &[key]);
        Self {
            source,
            span: node.span,
            name,
            code: text("StatusCode"),
            reason: text("StatusReason"),
            created: text("CreatedAt"),
            delivered: text("LastRefreshedAt"),
            legacy: false,
        }
    }

    /// Reads a `ReportStatus`.
    pub(super) fn legacy(node: &Node<'_>, name: Option<Text>, source: SourceId) -> Self {
        Self {
            source,
            span: node.span,
            name,
            code: Text::at(node, &["lastStatus"]),
            reason: None,
            created: None,
            delivered: Text::at(node, &["lastDelivery"]),
            legacy: true,
        }
    }
}

/// One run of a data export. The AWS CLI does not say of which export a list of them is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The text it stands in.
    pub source: SourceId,
    /// The whole of it.
    pub span: Span,
    /// The export's name, where the answer has it.
    pub export: Option<Text>,
    /// `StatusCode`.
    pub code: Option<Text>,
    /// `StatusReason`.
    pub reason: Option<Text>,
    /// `CreatedAt`.
    pub created: Option<Text>,
    /// `CompletedAt`.
    pub completed: Option<Text>,
}

impl Execution {
    pub(super) fn read(node: &Node<'_>, source: SourceId) -> Self {
        let text = |key| Text::at(node, &["ExecutionStatus", key]);
        Self {
            source,
            span: node.span,
            export: Text::at(node, &["Export", "Name"]),
            code: text("StatusCode"),
            reason: text("StatusReason"),
            created: text("CreatedAt"),
            completed: text("CompletedAt"),
        }
    }
}
