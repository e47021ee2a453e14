//! Which of the exports at hand the form means.

use super::super::subject::{FactRef, Subject};
use crate::billing::{ExportDefinition, ExportKind};

/// Whether the form speaks of a legacy report.
pub(super) fn is_legacy(subject: &Subject<'_>) -> bool {
    subject.form.text("export-type") == Some("cur-legacy")
}

/// The settings of the export that the form means: those of its name, and without a name the only ones there are, of the
/// form's type if there are others. A copy that an execution was made with counts only if there is nothing newer.
pub(super) fn definition<'a>(subject: &Subject<'a>) -> Option<&'a ExportDefinition> {
    let all = &subject.evidence.exports.definitions;
    let wanted = if is_legacy(subject) { ExportKind::Legacy } else { ExportKind::Cur2 };
    let fits = |each: &ExportDefinition| each.kind == wanted;
    let best = |list: &[&'a ExportDefinition]| {
        list.iter().copied().min_by_key(|each| (!fits(each), each.from_execution))
    };
    if let Some(name) = subject.form.text("export-name") {
        let named: Vec<_> = all.iter().filter(|each| each.label() == name).collect();
        return best(&named);
    }
    let one = |list: &[&'a ExportDefinition]| {
        let first = list.first()?;
        if list.iter().all(|each| each.label() == first.label()) { best(list) } else { None }
    };
    let fitting: Vec<_> = all.iter().filter(|each| fits(each)).collect();
    if fitting.is_empty() { one(&all.iter().collect::<Vec<_>>()) } else { one(&fitting) }
}

/// The name of the export that the form means.
pub(super) fn name<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    if let Some(name) = subject.form.text("export-name") {
        return Some(name);
    }
    if let Some(definition) = definition(subject) {
        return Some(definition.label());
    }
    match subject.evidence.exports.names().as_slice() {
        [(only, _)] => Some(only),
        _ => None,
    }
}

/// What would show the settings.
pub(super) fn fact(subject: &Subject<'_>) -> FactRef {
    FactRef::new(if is_legacy(subject) { "report-settings" } else { "export-settings" })
}
