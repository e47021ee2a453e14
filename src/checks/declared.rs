//! Reports and exports of templates: what will go wrong when they are made, whatever their settings say.

mod replaced;

pub use replaced::{Replaced, replaced};

use super::subject::Cause;
use crate::evidence::{DeclaredExport, MadeIn, Order};
use crate::rulebook::Values;
use crate::source::Place;

/// The only Region of the partition `aws` in which reports and exports are made.
///
/// <https://docs.aws.amazon.com/general/latest/gr/billing.html> (checked 2026-11)
const HOME: &str = "us-east-1";

/// What is wrong with exports of templates.
#[must_use]
pub fn look_declared(exports: &[DeclaredExport]) -> Vec<Cause> {
    exports.iter().flat_map(of).collect()
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
    if let MadeIn::Named(region, place) = &export.region
        && is_other(region)
    {
        let mut cause = Cause::new("declared", "region", *place, named().with("found", region.as_str()));
        if *place != own {
            cause.related.push((own, String::new()));
        }
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

/// Whether a Region is one of the partition `aws` in which no export is made. Other partitions have places of their own.
fn is_other(region: &str) -> bool {
    let is_elsewhere =
        ["cn-", "us-gov-", "us-iso", "eu-isoe-", "eusc-"].iter().any(|start| region.starts_with(start));
    region != HOME && !is_elsewhere
}
