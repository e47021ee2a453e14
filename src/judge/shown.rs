//! The form as far as the evidence shows it, where nobody gave one: imports go wrong without a message, and who asks about them
//! has an export's settings or a listing at hand, and not what was typed.

use crate::billing::{ExportDefinition, ExportKind};
use crate::checks;
use crate::contract::{Contract, Form};
use crate::evidence::Evidence;
use crate::policy::arn;

const BY_SETTINGS: &str = "the settings of the export say so; what was typed in the product was not given";
const BY_LISTING: &str =
    "the listing shows this export and no other; what was typed in the product was not given";

/// Adds what the only export at hand, or the only one that a listing shows, tells of bucket, path, name, type and account.
#[must_use]
pub fn form_shown(form: &Form, contract: &Contract, evidence: &Evidence) -> Form {
    let mut out = form.clone();
    if let Some(bucket) = same_bucket(evidence) {
        out.presume("bucket", bucket, BY_SETTINGS);
    }
    if let Some(export) = the_only(form, evidence) {
        let owner = export.bucket_owner.as_ref();
        let values = [
            ("bucket", export.bucket.as_ref()),
            ("export-name", export.name.as_ref()),
            ("bucket-account", owner.filter(|owner| arn::is_account(&owner.text))),
        ];
        for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            out.presume(name, &value.text, BY_SETTINGS);
        }
        // Without a prefix AWS writes below the bucket itself.
        let prefix = export.prefix.as_ref().map_or("", |prefix| prefix.text.trim_matches('/'));
        out.presume("export-path", prefix, BY_SETTINGS);
        if let Some(kind) = type_of(export.kind) {
            out.presume("export-type", kind, BY_SETTINGS);
        }
        if let Some(account) = export.arn.as_ref().and_then(|arn| arn::account_of(&arn.text)) {
            out.presume("account", account, BY_SETTINGS);
        }
    } else if evidence.exports.definitions.is_empty()
        && let Some(layout) = contract.layout.as_ref().or(contract.delivered.as_ref())
        && let Some(export) = checks::shown_export(&evidence.listing, layout, form.text("export-name"))
    {
        for (name, value) in
            [("export-path", export.path), ("export-name", export.name), ("export-type", export.export_type)]
        {
            out.presume(name, &value, BY_LISTING);
        }
        let mut buckets = evidence.listing.buckets();
        if let Some(bucket) = buckets.next()
            && buckets.all(|other| other == bucket)
        {
            out.presume("bucket", bucket, BY_LISTING);
        }
    }
    out
}

/// The bucket of every export at hand, if it is one.
fn same_bucket(evidence: &Evidence) -> Option<&str> {
    let mut buckets = evidence.exports.definitions.iter().map(|each| each.bucket.as_ref());
    let first = &buckets.next()??.text;
    buckets.all(|other| other.is_some_and(|other| other.text == *first)).then_some(first)
}

/// The export that fits what is known of the form, if it is one: of the kinds that are read, where others lie beside it.
fn the_only<'e>(form: &Form, evidence: &'e Evidence) -> Option<&'e ExportDefinition> {
    let all = &evidence.exports.definitions;
    let is_now = |each: &&ExportDefinition| !each.from_execution;
    let has_now = all.iter().any(|each| is_now(&each));
    let fits = |name: &str, value: Option<&str>| form.text(name).is_none_or(|given| value == Some(given));
    let fitting: Vec<&ExportDefinition> = all
        .iter()
        .filter(|each| !has_now || is_now(each))
        .filter(|each| fits("export-name", each.name.as_ref().map(|name| &*name.text)))
        .filter(|each| fits("bucket", each.bucket.as_ref().map(|bucket| &*bucket.text)))
        .collect();
    let one = |list: &[&'e ExportDefinition]| {
        let (first, rest) = list.split_first()?;
        let key = |each: &'e ExportDefinition| {
            let texts = [&each.name, &each.bucket, &each.prefix];
            (each.kind, texts.map(|text| text.as_ref().map_or("", |text| &*text.text)))
        };
        rest.iter().all(|other| key(other) == key(first)).then_some(*first)
    };
    let read: Vec<_> = fitting.iter().copied().filter(|each| type_of(each.kind).is_some()).collect();
    one(if read.is_empty() { &fitting } else { &read })
}

/// What the form calls a kind, if it knows it.
fn type_of(kind: ExportKind) -> Option<&'static str> {
    match kind {
        ExportKind::Legacy => Some("cur-legacy"),
        ExportKind::Cur2 => Some("cur-2.0"),
        ExportKind::Focus
        | ExportKind::Carbon
        | ExportKind::CostOptimization
        | ExportKind::OtherTable
        | ExportKind::Unknown => None,
    }
}

/// How the months that lie in the bucket go with when the export was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthsShown {
    /// The month in which the export was made, where AWS's answer tells.
    pub made: Option<String>,
    /// The oldest month with files.
    pub first: String,
    /// Months without files between others.
    pub missing: Vec<String>,
}

/// The same for the export that a form means.
#[must_use]
pub fn months_shown(form: &Form, contract: &Contract, evidence: &Evidence) -> Option<MonthsShown> {
    let layout = contract.layout.as_ref().or(contract.delivered.as_ref())?;
    let months = checks::shown_months(&evidence.listing, layout, &form.root()?)?;
    let name = form.text("export-name");
    let mut of_name = evidence
        .exports
        .statuses
        .iter()
        .filter(|status| status.name.as_ref().map(|name| &*name.text) == name);
    let made = of_name.find_map(|status| status.created.as_ref()?.text.get(..7).map(str::to_owned));
    let missing = months.missing.iter().map(ToString::to_string).collect();
    Some(MonthsShown { made, first: months.first.to_string(), missing })
}
