//! Settings of an export are AWS's to change: the command that does it, with all settings, since AWS takes them whole.

use super::state::State;
use super::text::{TextFault, shell_word};
use crate::billing::{ExportDefinition, ExportKind};
use crate::source::{Place, Span};
use crate::syntax::edit::{Editable, apply};
use serde_json::Value;

/// Settings with which an export moves to another place, or becomes another export.
const MOVES: [&str; 8] =
    ["S3Bucket", "S3Prefix", "S3Region", "Format", "Compression", "ReportVersioning", "Overwrite", "Name"];

/// Whether a place lies in the settings of an export, which are an answer of AWS.
pub(super) fn holds(state: &State, at: Place) -> bool {
    definition(state, at).is_some()
}

fn definition(state: &State, at: Place) -> Option<&ExportDefinition> {
    let all = &state.evidence.exports.definitions;
    all.iter().find(|each| each.source == at.source && each.span.contains(at.span))
}

/// The command, and what it does besides.
///
/// `UpdateExport` overwrites all parameters of an export:
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DataExports_UpdateExport.html>; legacy reports have
/// <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_cur_ModifyReportDefinition.html> (checked 2026-11).
pub(super) fn command(state: &State, at: Place, value: &Value) -> Result<(String, String), TextFault> {
    let export = definition(state, at).ok_or(TextFault::NotThere)?;
    let text = state.sources.get(at.source).slice(export.span);
    let shifted = Span::new(
        at.span.start.saturating_sub(export.span.start) as usize,
        at.span.end.saturating_sub(export.span.start) as usize,
    );
    let changed = apply(text, &Editable::new(text)?.replace(shifted, value)?).ok_or(TextFault::Clash)?;
    let mut settings: Value = serde_json::from_str(&changed).map_err(|_| TextFault::Broken)?;
    let name = export.label();
    let legacy = export.kind == ExportKind::Legacy;
    if let Some(settings) = settings.as_object_mut() {
        // What AWS says of the export's health is no setting.
        for key in ["ReportStatus", "ExportStatus"] {
            settings.remove(key);
        }
    }
    let settings = shell_word(&settings.to_string());
    let command = if legacy {
        format!(
            "aws cur modify-report-definition --region us-east-1 --report-name {} --report-definition {settings}",
            shell_word(name)
        )
    } else {
        let arn = export.arn.as_ref().map_or("ARN", |arn| &arn.text);
        format!(
            "aws bcm-data-exports update-export --region us-east-1 --export-arn {} --export {settings}",
            shell_word(arn)
        )
    };
    let moves = MOVES
        .iter()
        .any(|key| text.get(..shifted.start as usize).is_some_and(|before| ends_with_key(before, key)));
    let effect = if moves {
        "it overwrites the settings of this export and does not replace the export; what was delivered stays as and where \
         it is, and deliveries from then on start anew beside it. Where AWS refuses the change, the export has to be made \
         again, and the new one begins with the present month"
    } else {
        "it overwrites the settings of this export and does not replace the export; months that were delivered stay as \
         they are"
    };
    Ok((command, effect.to_owned()))
}

fn ends_with_key(before: &str, key: &str) -> bool {
    before
        .trim_end()
        .strip_suffix(':')
        .is_some_and(|before| before.trim_end().ends_with(&format!("\"{key}\"")))
}
