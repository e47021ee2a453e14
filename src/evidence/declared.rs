//! Reports and exports that templates of infrastructure as code make, with what a template says around them.

use crate::source::{Place, SourceId, Span};
use crate::syntax::Node;

/// A report or export of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredExport {
    /// The text it stands in.
    pub source: SourceId,
    /// The file of the template.
    pub file: String,
    /// Its name in the template.
    pub address: String,
    /// Where the template names it.
    pub span: Span,
    /// What makes it.
    pub maker: Maker,
    /// Its settings as AWS's own answers have them, as far as the template tells.
    pub settings: Node<'static>,
    /// How it stands to the policy of its bucket.
    pub order: Order,
    /// The Region that it is made in.
    pub region: MadeIn,
    /// Settings to which AWS adds one of its own, which the next run would take for a change.
    pub added_to: Option<Span>,
    /// A plan says that it goes and another one comes: why, and where the plan says so.
    pub replaced: Option<(String, Span)>,
}

/// What makes a report or export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Maker {
    /// `aws_cur_report_definition` of Terraform.
    TerraformReport,
    /// `aws_bcmdataexports_export` of Terraform.
    TerraformExport,
    /// `AWS::CUR::ReportDefinition`.
    StackReport,
    /// `AWS::BCMDataExports::Export`.
    StackExport,
}

/// How an export stands to the policy of its bucket in the same template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// The template has no policy for that bucket, or does not tell.
    Open,
    /// It is made when the policy is there.
    After,
    /// Nothing says which of them is made first.
    Beside {
        /// Where the template names the policy.
        policy: Place,
        /// The name of the policy there.
        address: String,
    },
}

/// The Region that an export is made in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeIn {
    /// The template says so, there.
    Named(String, Place),
    /// Only the deployment tells.
    Open,
}

/// Whether a file of this name is one of a module of Terraform or OpenTofu: its meaning depends on the others of its folder.
///
/// <https://opentofu.org/docs/language/files/> (checked 2026-11)
#[must_use]
pub fn is_of_module(file: &str) -> bool {
    [".tf", ".tf.json", ".tofu", ".tofu.json"].iter().any(|ending| file.ends_with(ending))
}
