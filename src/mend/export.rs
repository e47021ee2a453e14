//! Settings of an export are AWS's to change: the command that does it, with all settings, since AWS takes them whole.

use super::state::State;
use super::text::TextFault;
use crate::billing::{ExportDefinition, ExportKind};
use crate::finding::{Change, shell_word};
use crate::judge::billing_region_of;
use crate::rulebook::Phrases;
use crate::source::{Place, Span};
use crate::syntax::edit::{Editable, apply};
use serde_json::Value;
use std::collections::BTreeMap;

/// Settings with which an export moves to another place, or becomes another export.
const MOVES: [&str; 8] =
    ["S3Bucket", "S3Prefix", "S3Region", "Format", "Compression", "ReportVersioning", "Overwrite", "Name"];

/// Where a change reaches into the settings of an export, which are an answer of AWS: the export's own place.
pub(super) fn within(state: &State, change: &Change) -> Option<Place> {
    let at = match change {
        Change::Set { at, .. } | Change::Add { at, .. } | Change::Remove { at } => at,
        Change::AddMember { object, .. } => object,
        Change::Rename { .. } | Change::Rewrite { .. } | Change::Form { .. } | Change::Run { .. } => {
            return None;
        }
    };
    definition(state, *at).map(|export| Place { source: export.source, span: export.span })
}

fn definition(state: &State, at: Place) -> Option<&ExportDefinition> {
    let all = &state.evidence.exports.definitions;
    all.iter().find(|each| each.source == at.source && each.span.contains(at.span))
}

/// The command that makes all changes of one export, and what it does besides.
///
/// `UpdateExport` overwrites all parameters of an export:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_UpdateExport.html>; legacy reports have
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ModifyReportDefinition.html> (checked 2026-11).
pub(super) fn command(
    phrases: &Phrases,
    state: &State,
    at: Place,
    changes: &[Change],
) -> Result<(String, String), TextFault> {
    let export = definition(state, at).ok_or(TextFault::NotThere)?;
    if export.resolved.is_some() {
        return Err(TextFault::Foreign);
    }
    let text = state.sources.get(at.source).slice(export.span);
    let shifted = |span: Span| {
        Span::new(
            span.start.saturating_sub(export.span.start) as usize,
            span.end.saturating_sub(export.span.start) as usize,
        )
    };
    let editable = Editable::new(text)?;
    let mut splices = Vec::new();
    let mut members: BTreeMap<Span, Vec<(String, Value)>> = BTreeMap::new();
    let mut moves = false;
    for change in changes {
        match change {
            Change::Set { at, value } => {
                let span = shifted(at.span);
                let before = text.get(..span.start as usize);
                moves |= before.is_some_and(|before| MOVES.iter().any(|key| ends_with_key(before, key)));
                splices.extend(editable.replace(span, value)?);
            }
            Change::Add { at, value } => {
                splices.extend(editable.add(shifted(at.span), std::slice::from_ref(value))?);
            }
            Change::Remove { at } => splices.extend(editable.remove(shifted(at.span))?),
            Change::AddMember { object, key, value } => {
                moves |= MOVES.contains(&key.as_str());
                let members = members.entry(shifted(object.span)).or_default();
                match members.iter().find(|(known, _)| known == key) {
                    Some((_, known)) if known != value => return Err(TextFault::Clash),
                    Some(_) => {}
                    None => members.push((key.clone(), value.clone())),
                }
            }
            Change::Rename { .. } | Change::Rewrite { .. } | Change::Form { .. } | Change::Run { .. } => {
                return Err(TextFault::NotThere);
            }
        }
    }
    for (object, members) in members {
        splices.extend(editable.add_members(object, &members)?);
    }
    splices.sort();
    splices.dedup();
    let changed = apply(text, &splices).ok_or(TextFault::Clash)?;
    let mut settings: Value = serde_json::from_str(&changed).map_err(|_| TextFault::Broken)?;
    let name = export.label();
    let legacy = export.kind == ExportKind::Legacy;
    // "Table configurations can't be changed after the export is created":
    // https://docs.aws.amazon.com/cur/latest/userguide/dataexports-create-standard.html (checked 2026-11)
    let tables = |text: &str| {
        let settings: Option<Value> = serde_json::from_str(text).ok();
        settings.and_then(|settings| settings.pointer("/DataQuery/TableConfigurations").cloned())
    };
    let arn = export.arn.as_ref().map_or("ARN", |arn| &arn.text);
    let is_anew = !legacy && tables(text) != tables(&changed);
    if let Some(settings) = settings.as_object_mut() {
        // What AWS says of the export's health is no setting.
        for key in ["ReportStatus", "ExportStatus"] {
            settings.remove(key);
        }
        if is_anew {
            settings.remove("ExportArn");
        }
    }
    let settings = shell_word(&settings.to_string());
    let region = billing_region_of(&state.form);
    let command = if legacy {
        format!(
            "aws cur modify-report-definition --region {region} --report-name {} --report-definition {settings}",
            shell_word(name)
        )
    } else if is_anew {
        format!("aws bcm-data-exports create-export --region {region} --export {settings}")
    } else {
        format!(
            "aws bcm-data-exports update-export --region {region} --export-arn {} --export {settings}",
            shell_word(arn)
        )
    };
    let effect = match (is_anew, moves) {
        (true, _) => "fix-export-anew",
        (false, true) => "fix-export-moves",
        (false, false) => "fix-export-stays",
    };
    Ok((command, phrases.say(effect, &[("arn", arn)])))
}

fn ends_with_key(before: &str, key: &str) -> bool {
    before
        .trim_end()
        .strip_suffix(':')
        .is_some_and(|before| before.trim_end().ends_with(&format!("\"{key}\"")))
}
