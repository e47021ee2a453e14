//! Reports and exports of templates: what will go wrong when they are made, whatever their settings say.

mod replaced;

pub use replaced::{Replaced, replaced};

use super::subject::{Cause, Outcome, Subject};
use crate::catalog;
use crate::contract::Form;
use crate::evidence::{DeclaredExport, MadeIn, Maker, Order};
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::Place;
use crate::syntax::Node;

/// What is wrong with exports of templates.
#[must_use]
pub fn look_declared<'e>(exports: impl IntoIterator<Item = &'e DeclaredExport>) -> Vec<Cause> {
    exports.into_iter().flat_map(of).collect()
}

/// Exports of templates that are made where AWS makes none.
#[must_use]
pub fn made_elsewhere<'e>(exports: impl IntoIterator<Item = &'e DeclaredExport>) -> Vec<Cause> {
    exports.into_iter().filter_map(elsewhere).collect()
}

/// Whether the export that the form means is made where AWS makes exports, as far as templates say. Of several that may be it, one
/// that is made there is enough.
pub(super) fn check_made(subject: &Subject<'_>) -> Outcome {
    let meant = meant(subject);
    let causes = made_elsewhere(meant.iter().copied());
    if causes.len() < meant.len() {
        return Outcome::of(State::Holds);
    }
    Outcome { causes, ..Outcome::of(State::Broken) }
}

/// Whether a template says where the export that the form means is made.
pub(super) fn has_region(subject: &Subject<'_>) -> bool {
    meant(subject).iter().any(|export| matches!(export.region, MadeIn::Named(..)))
}

/// The exports of the form's name, else all that may be the one that the form means.
fn meant<'a>(subject: &Subject<'a>) -> Vec<&'a DeclaredExport> {
    let can_be = subject.evidence.declared.iter().filter(|export| can_be_meant(export, subject.form));
    let all: Vec<_> = can_be.collect();
    let wanted = subject.form.text("export-name");
    let own: Vec<_> =
        all.iter().copied().filter(|export| wanted.is_some() && name(export) == wanted).collect();
    if own.is_empty() { all } else { own }
}

/// What an export is called, where the template says it.
fn name(export: &DeclaredExport) -> Option<&str> {
    said(export, paths(export.maker).1)
}

/// Where the bucket and the name of an export stand in its settings.
fn paths(maker: Maker) -> (&'static [&'static str], &'static [&'static str]) {
    match maker {
        Maker::TerraformReport | Maker::StackReport => (&["S3Bucket"], &["ReportName"]),
        Maker::TerraformExport | Maker::StackExport => {
            (&["Export", "DestinationConfigurations", "S3Destination", "S3Bucket"], &["Export", "Name"])
        }
    }
}

fn said<'e>(export: &'e DeclaredExport, path: &[&str]) -> Option<&'e str> {
    path.iter().try_fold(&export.settings, |node, key| node.get(key)).and_then(Node::as_str)
}

/// Whether an export of a template can be the one that the form is about: by its bucket or by its name, as far as the form says
/// them. What only the deployment tells can be.
#[must_use]
pub fn can_be_meant(export: &DeclaredExport, form: &Form) -> bool {
    let (bucket, name) = paths(export.maker);
    let can_be = |path: &[&str], wanted: &str| said(export, path).is_none_or(|found| found == wanted);
    let told: Vec<bool> = [(bucket, "bucket"), (name, "export-name")]
        .into_iter()
        .filter_map(|(path, value)| Some(can_be(path, form.text(value)?)))
        .collect();
    told.is_empty() || told.contains(&true)
}

fn of(export: &DeclaredExport) -> Vec<Cause> {
    let own = Place { source: export.source, span: export.span };
    let named = || Values::new().with("export", export.address.as_str());
    let mut out = Vec::new();
    if let Order::Beside { policy, address } = &export.order {
        let mut cause = Cause::new("declared", "order", own, named().with("policy", address.as_str()));
        cause.related.push((*policy, String::new()));
        out.push(cause);
    }
    if let Some(span) = export.added_to {
        let place = Place { source: export.source, span };
        out.push(Cause::new("declared", "added-to", place, named()));
    }
    if let Some((why, span)) = &export.replaced {
        let place = Place { source: export.source, span: *span };
        out.push(Cause::new("declared", "replaced", place, named().with("setting", why.as_str())));
    }
    out
}

/// The provider of Terraform sends what it does with reports to the one Region by itself, whatever its own is, since March 2024
/// (<https://github.com/hashicorp/terraform-provider-aws/pull/36540>); for exports it does not.
fn elsewhere(export: &DeclaredExport) -> Option<Cause> {
    let MadeIn::Named(region, place) = &export.region else { return None };
    if export.maker == Maker::TerraformReport || !is_other(region) {
        return None;
    }
    let own = Place { source: export.source, span: export.span };
    let values = Values::new().with("export", export.address.as_str()).with("found", region.as_str());
    let mut cause = Cause::new("declared", "region", *place, values).in_group("iac");
    if *place != own {
        cause.related.push((own, String::new()));
    }
    Some(cause)
}

/// Whether a Region is one of the partition `aws` in which no export is made. Other partitions have places of their own.
///
/// <https://docs.aws.amazon.com/general/latest/gr/billing.html> (checked 2026-11)
fn is_other(region: &str) -> bool {
    let is_elsewhere =
        ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"].iter().any(|start| region.starts_with(start));
    let home = catalog::partition("aws").map(catalog::Partition::billing_region);
    Some(region) != home && !is_elsewhere
}
