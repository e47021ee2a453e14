//! What more than one setting, or a setting and the form, decide.

use super::super::filled;
use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{broken, change, form_fact, given, meant, place, setting_fact, unknown, values};
use crate::billing::{ExportDefinition, ExportKind, Query, Text};
use crate::contract::{Ask, Demand, ExportQuestion, IfMissing};
use crate::finding::{Repair, State};
use crate::policy::arn;
use crate::rulebook::Values;
use crate::source::Span;
use crate::syntax::inner_span;

pub(super) fn check(
    subject: &Subject<'_>,
    definition: &ExportDefinition,
    question: ExportQuestion,
) -> Outcome {
    match question {
        ExportQuestion::Type => kind(subject, definition),
        ExportQuestion::Account => account(subject, definition),
        ExportQuestion::Rows => rows(subject, definition),
        ExportQuestion::Cut => cut(subject, definition),
        ExportQuestion::Path => path(subject, definition),
        ExportQuestion::Parquet => parquet(definition),
        ExportQuestion::Athena => athena(definition),
        ExportQuestion::Region => region(subject, definition),
        ExportQuestion::BucketAccount => bucket_account(subject, definition),
        _ => Outcome::of(State::Unknown),
    }
}

/// A fault at a span of the definition.
fn cause(definition: &ExportDefinition, case: &'static str, at: Span, found: &str, needed: &str) -> Cause {
    Cause::new("export", case, place(definition, at), values(definition, found, needed))
}

/// The text of a setting's place, or the export's name.
fn at(definition: &ExportDefinition, setting: Option<&Text>) -> Span {
    setting.map_or(definition.name_span(), |text| text.span)
}

fn missing(definition: &ExportDefinition, path: &str) -> Outcome {
    unknown(setting_fact(definition, path))
}

fn kind(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    let wanted = if meant::is_legacy(subject) { ExportKind::Legacy } else { ExportKind::Cur2 };
    if definition.kind == wanted {
        return Outcome { detail: Some(definition.kind.title().to_owned()), ..Outcome::of(State::Holds) };
    }
    let mut cause = match definition.kind {
        ExportKind::Unknown => return unknown(FactRef::new("export-table")),
        ExportKind::Legacy | ExportKind::Cur2 => cause(
            definition,
            "type",
            table_span(subject, definition),
            definition.kind.title(),
            wanted.title(),
        ),
        ExportKind::Focus | ExportKind::Carbon | ExportKind::CostOptimization | ExportKind::OtherTable => {
            let name = definition.table.as_ref().map_or("", |table| &table.text);
            let span = table_span(subject, definition);
            cause(definition, "table", span, name, "COST_AND_USAGE_REPORT")
        }
    };
    if matches!(definition.kind, ExportKind::Legacy | ExportKind::Cur2) {
        let value = if definition.kind == ExportKind::Legacy { "cur-legacy" } else { "cur-2.0" };
        cause = cause.typing("export-type", value);
    }
    if let Some(field) = given(subject.form.get("export-type")) {
        cause.related.push((field, format!("the form says {}", wanted.title())));
    } else {
        cause.notes.push(format!("the form starts with {}", wanted.title()));
    }
    broken(cause)
}

/// Where the table is named: in the query, or as the key of its configuration.
fn table_span(subject: &Subject<'_>, definition: &ExportDefinition) -> Span {
    let Some(table) = &definition.table else { return definition.name_span() };
    match definition.query.as_ref().filter(|query| query.span == table.span) {
        Some(query) => {
            let source = subject.sources.get(definition.source).text();
            inner_span(source, query.span, 0, Query::read(&query.text).table_range)
        }
        None => table.span,
    }
}

/// The account in the ARN of a data export; a legacy report does not tell its own.
fn account(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    let Some(account) = subject.form.text("account") else { return unknown(form_fact("account")) };
    let Some(export_arn) = &definition.arn else { return missing(definition, "ExportArn") };
    let Some(owner) = arn::account_of(&export_arn.text) else { return missing(definition, "ExportArn") };
    // The console shows account numbers with dashes; how the form's is written is told elsewhere.
    if owner == account || !arn::is_account(account) {
        return Outcome::of(State::Holds);
    }
    let source = subject.sources.get(definition.source).text();
    let start = export_arn.text.find(owner).unwrap_or_default();
    let span = inner_span(source, export_arn.span, 0, start..start + owner.len());
    let mut cause = cause(definition, "account", span, owner, account);
    if let Some(said) = given(subject.form.get("account")) {
        cause.related.push((said, format!("the form says `{account}`")));
    }
    broken(cause)
}

fn rows(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    if let Some(names) = definition.hole(&["DataQuery", "QueryStatement"]) {
        return unknown(filled::fact(subject, &names));
    }
    let Some(query) = &definition.query else { return Outcome::of(State::Holds) };
    let read = Query::read(&query.text);
    // What has no statement in it is nothing that AWS took.
    if !read.is_whole {
        return unknown(FactRef::new("query-rows"));
    }
    // A limit is told by itself.
    let Some(limits) = read.limits else { return Outcome::of(State::Holds) };
    let end = read.limit.map_or(limits.end, |limit| limit.start);
    let length = query.text.get(limits.start..end).unwrap_or_default().trim_end().len();
    let range = limits.start..limits.start + length;
    if range.is_empty() {
        return Outcome::of(State::Holds);
    }
    let source = subject.sources.get(definition.source).text();
    let found = query.text.get(range.clone()).unwrap_or_default();
    let span = inner_span(source, query.span, 0, range.clone());
    broken(cause(definition, "rows", span, found, "every row"))
}

/// A limit leaves out an arbitrary part of the bill.
fn cut(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    if let Some(names) = definition.hole(&["DataQuery", "QueryStatement"]) {
        return unknown(filled::fact(subject, &names));
    }
    let limit = definition.query.as_ref().and_then(|query| Some((query, Query::read(&query.text).limit?)));
    let Some((query, range)) = limit else { return Outcome::of(State::Holds) };
    let source = subject.sources.get(definition.source).text();
    let found = query.text.get(range.clone()).unwrap_or_default();
    let span = inner_span(source, query.span, 0, range.clone());
    broken(cause(definition, "cut", span, found, "every row"))
}

/// Whether the product comes to the export's prefix from the path that was typed, by the contract's layout: a closing slash may
/// be dropped, and the last folder, since people copy the path from the console with the export's name at its end.
fn path(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    let field = subject.form.get("export-path");
    let Some(given_path) = field.map(|value| value.text.as_str()) else {
        return unknown(form_fact("export-path"));
    };
    let Some(prefix) = &definition.prefix else { return missing(definition, "S3Prefix") };
    let path = subject.layout.map_or(given_path, |layout| layout.path(given_path));
    // A slash at either end of the prefix is a fault of its own.
    let bare = prefix.text.trim_matches('/');
    if let Some(cause) = slashed(subject, definition, given_path, prefix) {
        return broken(cause);
    }
    if prefix.text.starts_with('/') && prefix.is(given_path.strip_suffix('/').unwrap_or(given_path)) {
        return Outcome::of(State::Holds);
    }
    let tries_shorter =
        subject.layout.is_some_and(|layout| layout.several_folders == IfMissing::RetryWithoutLastFolder);
    let shorter = || path.rsplit_once('/').filter(|_| tries_shorter).map(|(above, _)| above);
    if path == bare || shorter() == Some(bare) {
        return Outcome::of(State::Holds);
    }
    let is_last_folder = bare.rsplit_once('/').is_some_and(|(_, last)| last == path);
    let case = match (bare.is_empty(), is_last_folder) {
        (true, _) => "path-none",
        (false, true) => "path-last-folder",
        (false, false) => "path",
    };
    let mut cause = cause(definition, case, prefix.span, given_path, &prefix.text);
    if !bare.is_empty() {
        cause = cause.typing("export-path", bare);
    }
    // Where everything else goes by the form's path, it is the export that has to move.
    if !path.is_empty() {
        cause = cause.setting(place(definition, prefix.span), path.trim_matches('/'));
    }
    if let Some(said) = given(field) {
        let prefix = std::mem::replace(&mut cause.place, said);
        cause.related.push((prefix, "the export is delivered below this prefix".to_owned()));
    }
    broken(cause)
}

/// A slash at an end of the prefix that the form's path does not have, where the contract does not ask for it by itself: AWS takes
/// the prefix as it is, so that the files are in a folder without a name.
fn slashed(subject: &Subject<'_>, definition: &ExportDefinition, path: &str, prefix: &Text) -> Option<Cause> {
    let is_asked = |demand: &Demand| matches!(&demand.ask, Ask::Setting(setting) if setting.case == "prefix");
    let bare = prefix.text.trim_matches('/');
    let case = if prefix.text.starts_with('/') { "prefix-first" } else { "prefix-last" };
    let is_odd = prefix.text != bare && path.strip_suffix('/').unwrap_or(path) == bare;
    (is_odd && !bare.is_empty() && !subject.demands.iter().any(is_asked)).then(|| {
        let values = Values::new()
            .with("export", definition.called())
            .with("found", prefix.text.as_str())
            .with("needed", bare);
        Cause::new("setting", case, place(definition, prefix.span), values)
            .setting(place(definition, prefix.span), bare)
    })
}

/// Parquet files are compressed as Parquet does it, and nothing else is.
fn parquet(definition: &ExportDefinition) -> Outcome {
    let (Some(format), Some(compression)) = (&definition.format, &definition.compression) else {
        return missing(definition, if definition.format.is_none() { "Format" } else { "Compression" });
    };
    let is_parquet = |text: &Text| text.text.eq_ignore_ascii_case("parquet");
    if is_parquet(format) == is_parquet(compression) {
        return Outcome::of(State::Holds);
    }
    let legacy = definition.kind == ExportKind::Legacy;
    let fitting = match (is_parquet(format), legacy) {
        (true, true) => "Parquet",
        (true, false) => "PARQUET",
        (false, _) => "GZIP",
    };
    let mut cause = cause(definition, "parquet", compression.span, &compression.text, &format.text)
        .setting(place(definition, compression.span), fitting);
    cause.related.push((place(definition, format.span), "the format".to_owned()));
    broken(cause)
}

/// AWS makes files for Athena as Parquet, and overwrites them; of legacy reports nothing else is made beside them.
fn athena(definition: &ExportDefinition) -> Outcome {
    let Some(athena) = definition.outputs.iter().find(|output| output.is("ATHENA")) else {
        return Outcome::of(State::Holds);
    };
    let mut causes = Vec::new();
    let mut push = |case, span, found: &str, needed| {
        let mut cause = cause(definition, case, span, found, needed);
        cause.related.push((place(definition, athena.span), "made for Athena".to_owned()));
        causes.push(cause);
    };
    for other in definition.outputs.iter().filter(|output| !output.is("ATHENA")) {
        push("athena-beside-others", other.span, &other.text, "ATHENA");
    }
    if let Some(versioning) = definition.versioning.as_ref().filter(|text| !text.is("OVERWRITE_REPORT")) {
        push("athena-versioning", versioning.span, &versioning.text, "OVERWRITE_REPORT");
    }
    if let Some(format) = definition.format.as_ref().filter(|text| !text.text.eq_ignore_ascii_case("parquet"))
    {
        push("athena-format", format.span, &format.text, "Parquet");
    }
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}

fn region(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    let Some((real, said)) = &subject.evidence.exports.bucket_region else {
        return unknown(FactRef::new("bucket-location"));
    };
    let Some(region) = &definition.region else { return missing(definition, "S3Region") };
    if region.is(real) {
        return Outcome { detail: Some(real.clone()), ..Outcome::of(State::Holds) };
    }
    // The answer does not name its bucket: it is the form's.
    if let (Some(bucket), Some(form)) = (&definition.bucket, subject.form.text("bucket"))
        && !bucket.is(form)
    {
        return unknown(FactRef::new("bucket-location"));
    }
    let mut cause = cause(definition, "region", region.span, &region.text, real)
        .setting(place(definition, region.span), real.as_str());
    cause.related.push((*said, format!("the bucket is in `{real}`")));
    broken(cause)
}

fn bucket_account(subject: &Subject<'_>, definition: &ExportDefinition) -> Outcome {
    let Some(account) = subject.form.text("account") else { return unknown(form_fact("account")) };
    let owner = ["DestinationConfigurations", "S3Destination", "S3BucketOwner"];
    if let Some(names) = definition.hole(&owner) {
        return unknown(filled::fact(subject, &names));
    }
    let field = subject.form.get("bucket-account");
    let said = given(field);
    let owner = definition.bucket_owner.as_ref();
    // Nobody said whose bucket it is. The export may.
    let Some(bucket_account) = field.filter(|_| said.is_some()).map(|value| value.text.as_str()) else {
        return match owner {
            Some(owner) if !owner.is(account) => unknown(form_fact("bucket-account")),
            Some(_) | None => Outcome::of(State::Holds),
        };
    };
    let (case, span, found) = match (definition.kind, owner) {
        (_, Some(owner)) if owner.is(bucket_account) => return Outcome::of(State::Holds),
        (_, Some(owner)) => ("bucket-owner-other", owner.span, owner.text.as_str()),
        (_, None) if account == bucket_account => return Outcome::of(State::Holds),
        (ExportKind::Legacy, None) => {
            ("bucket-owner-legacy", at(definition, definition.bucket.as_ref()), account)
        }
        (_, None) => ("bucket-owner-missing", at(definition, definition.bucket.as_ref()), account),
    };
    let mut cause = cause(definition, case, span, found, bucket_account);
    if case == "bucket-owner-other" {
        cause = cause.setting(place(definition, span), bucket_account);
    }
    if case == "bucket-owner-missing" {
        let path = ["DestinationConfigurations", "S3Destination"];
        let added = change::member(subject, definition, &path, ("S3BucketOwner", bucket_account));
        cause.repairs.extend(added.map(Repair::of));
    }
    if let Some(said) = said {
        cause.related.push((said, format!("the bucket belongs to `{bucket_account}`")));
    }
    broken(cause)
}
