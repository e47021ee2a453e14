//! Whether the export that the form means is set as the product needs it, and whether AWS delivers it.

mod change;
mod found;
mod health;
mod meant;
mod named;
mod setting;
mod whole;

use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::billing::{ExportDefinition, ExportKind};
use crate::contract::{Ask, ExportQuestion, FormValue, KeyTemplate, Origin};
use crate::finding::State;
use crate::rulebook::Values;
use crate::source::{Place, Span};
pub(super) use setting::check as check_setting;

/// Settings of the export that the form means.
pub(super) use meant::definition;

/// Answers a question about an export as a whole.
pub(super) fn check(subject: &Subject<'_>, question: ExportQuestion) -> Outcome {
    match question {
        ExportQuestion::Looked => named::looked(subject),
        ExportQuestion::Named => named::named(subject),
        ExportQuestion::Quota => named::quota(subject),
        ExportQuestion::Found => found::check(subject),
        ExportQuestion::Status => health::status(subject),
        ExportQuestion::Execution => health::execution(subject),
        ExportQuestion::Delivered => health::delivered(subject),
        ExportQuestion::Made => super::declared::check_made(subject),
        ExportQuestion::Type
        | ExportQuestion::Account
        | ExportQuestion::Rows
        | ExportQuestion::Cut
        | ExportQuestion::Path
        | ExportQuestion::Parquet
        | ExportQuestion::Athena
        | ExportQuestion::Region
        | ExportQuestion::BucketAccount => match meant::definition(subject) {
            Some(definition) => whole::check(subject, definition, question),
            None => unknown(meant::fact(subject)),
        },
    }
}

/// Whether evidence of this kind about the export that the form means is at hand; nothing for kinds that are not about
/// exports.
pub(super) fn has(subject: &Subject<'_>, kind: &str) -> Option<bool> {
    let exports = &subject.evidence.exports;
    match kind {
        "export" => Some(meant::definition(subject).is_some()),
        "export-list" => Some(!exports.is_empty()),
        "other-exports" => Some(exports.may_have_others(meant::name(subject))),
        "export-status" => Some(!health::statuses(subject).is_empty()),
        "export-executions" => Some(!health::executions(subject).is_empty()),
        "export-region" => Some(super::declared::has_region(subject)),
        "bucket-location" => Some(exports.bucket_region.is_some()),
        _ => None,
    }
}

/// Whether a demand has something to say of the kind of export that the form means.
pub(super) fn is_asked(subject: &Subject<'_>, ask: &Ask) -> bool {
    match ask {
        Ask::Setting(setting) => meant::definition(subject)
            .is_some_and(|definition| setting::path(setting, definition.kind).is_some()),
        // A legacy report does not say whose it is.
        Ask::Export(ExportQuestion::Account) => {
            meant::definition(subject).is_some_and(|definition| definition.arn.is_some())
        }
        _ => true,
    }
}

/// Which files AWS writes of the export that the form means, as far as its settings are at hand.
#[derive(Debug, Default)]
pub(super) struct Files<'a> {
    /// What they are for beside the data (`ATHENA`, `REDSHIFT`).
    outputs: Vec<&'a str>,
    compression: Option<&'a str>,
}

impl Files<'_> {
    /// Whether there are files for an output.
    pub(super) fn are_for(&self, output: &str) -> bool {
        self.outputs.iter().any(|each| each.eq_ignore_ascii_case(output))
    }

    /// Whether a kind of data files is among them, of all the kinds there are. A compression that is none of those says nothing.
    pub(super) fn have(&self, key: &KeyTemplate, all: &[KeyTemplate]) -> bool {
        let is_own = |key: &KeyTemplate| {
            let pair = key.compression.as_deref().zip(self.compression);
            pair.is_some_and(|(of_key, own)| of_key.eq_ignore_ascii_case(own))
        };
        key.compression.is_none() || is_own(key) || !all.iter().any(is_own)
    }
}

pub(super) fn files<'a>(subject: &Subject<'a>) -> Files<'a> {
    let Some(definition) = meant::definition(subject) else { return Files::default() };
    Files {
        outputs: definition.outputs.iter().map(|output| output.text.as_str()).collect(),
        compression: definition.compression.as_ref().map(|compression| compression.text.as_str()),
    }
}

/// The export that auto-detection comes to.
#[must_use]
pub fn found_export<'a>(subject: &Subject<'a>) -> Option<&'a ExportDefinition> {
    meant::first_found(subject)
}

fn unknown(fact: FactRef) -> Outcome {
    Outcome { facts: vec![fact], ..Outcome::of(State::Unknown) }
}

fn broken(cause: Cause) -> Outcome {
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// A setting that is not there, and without which nothing can be said.
fn setting_fact(definition: &ExportDefinition, path: &str) -> FactRef {
    let id = if definition.kind == ExportKind::Legacy { "report-setting" } else { "export-setting" };
    FactRef::with(id, "path", path)
}

/// A value of the form that is missing.
fn form_fact(name: &str) -> FactRef {
    FactRef::with("form", "name", name)
}

/// Where the user gave a value.
fn given(value: Option<&FormValue>) -> Option<Place> {
    match value?.origin {
        Origin::Given(place) => Some(place),
        Origin::Presumed(_) | Origin::StandIn(_) => None,
    }
}

/// What every case about an export fills in.
fn values(definition: &ExportDefinition, found: &str, needed: &str) -> Values {
    Values::new().with("export", definition.called()).with("found", found).with("needed", needed)
}

fn place(definition: &ExportDefinition, span: Span) -> Place {
    Place { source: definition.source, span }
}

/// The Region of the bucket: what AWS says of it, or else what the export's settings say.
/// Whether AWS says that it delivered the export at least once.
pub(super) fn was_delivered(subject: &Subject<'_>) -> bool {
    health::was_delivered(subject)
}

pub(super) fn region_of_bucket(subject: &Subject<'_>) -> Option<String> {
    let said = subject.evidence.exports.bucket_region.as_ref().map(|(region, _)| region.clone());
    said.or_else(|| meant::definition(subject)?.region.as_ref().map(|region| region.text.clone()))
}
