//! Which of the exports at hand the form means.

use super::super::subject::{FactRef, Subject};
use super::setting;
use crate::billing::{ExportDefinition, ExportKind};
use crate::contract::{Ask, Test};
use crate::finding::{Need, State};

/// Whether the form speaks of a legacy report.
pub(super) fn is_legacy(subject: &Subject<'_>) -> bool {
    subject.form.text("export-type") == Some("cur-legacy")
}

/// The settings of the export that the form means: those of its name, and without a name the only ones there are, of the
/// form's type if there are others. A copy that an execution was made with counts only if there is nothing newer.
pub(in super::super) fn definition<'a>(subject: &Subject<'a>) -> Option<&'a ExportDefinition> {
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
    if let Some(found) = first_found(subject) {
        return Some(found);
    }
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

/// The export that auto-detection comes to: the first in the order of AWS's answer that has the settings which the contract
/// needs in this mode. Nothing in other modes.
pub(super) fn first_found<'a>(subject: &Subject<'a>) -> Option<&'a ExportDefinition> {
    if subject.form.text("mode") != Some("find-report") {
        return None;
    }
    let listed = &subject.evidence.exports.listed;
    let turn = |each: &&ExportDefinition| listed.iter().position(|name| name == each.label());
    let suiting = candidates(subject).filter(|each| is_suitable(subject, each));
    // The first of those that the list does not have, if it has none of them.
    suiting.min_by_key(|each| turn(each).unwrap_or(usize::MAX))
}

/// The exports of the form's type whose settings are known.
fn candidates<'a>(subject: &Subject<'a>) -> impl Iterator<Item = &'a ExportDefinition> {
    let wanted = if is_legacy(subject) { ExportKind::Legacy } else { ExportKind::Cur2 };
    let all = subject.evidence.exports.definitions.iter();
    all.filter(move |each| each.kind == wanted && !each.from_execution)
}

/// What auto-detection looks at before it comes to an export.
pub(super) struct Before<'a> {
    /// Exports that suit it.
    pub(super) suiting: Vec<&'a ExportDefinition>,
    /// Names of exports whose settings are not known.
    pub(super) unseen: Vec<&'a str>,
    /// Their order is AWS's. Reports come in one answer, data exports by themselves.
    pub(super) is_ordered: bool,
}

/// What auto-detection looks at before it comes to an export. One that does not suit it is passed over, so that all others are
/// before it.
pub(super) fn before<'a>(subject: &Subject<'a>, meant: &ExportDefinition) -> Before<'a> {
    let exports = &subject.evidence.exports;
    let is_last = !is_suitable(subject, meant);
    let is_other = |each: &&ExportDefinition| each.label() != meant.label();
    let suiting = |each: &&ExportDefinition| is_other(each) && is_suitable(subject, each);
    if is_legacy(subject) {
        let until = candidates(subject).take_while(|each| is_last || each.span != meant.span);
        return Before { suiting: until.filter(suiting).collect(), unseen: Vec::new(), is_ordered: true };
    }
    if exports.listed.is_empty() {
        return Before {
            suiting: candidates(subject).filter(suiting).collect(),
            unseen: Vec::new(),
            is_ordered: false,
        };
    }
    let until = exports.listed.iter().take_while(|name| is_last || *name != meant.label());
    let names: Vec<&str> = until.map(String::as_str).filter(|name| *name != meant.label()).collect();
    let known = |name: &str| exports.definitions.iter().any(|each| each.label() == name);
    Before {
        suiting: candidates(subject).filter(|each| names.contains(&each.label())).filter(suiting).collect(),
        unseen: names.iter().copied().filter(|name| !known(name)).collect(),
        is_ordered: true,
    }
}

/// Whether auto-detection takes an export: settings that are one of a choice are compared, names and places are not.
fn is_suitable(subject: &Subject<'_>, definition: &ExportDefinition) -> bool {
    let compared = |ask: &Ask| match ask {
        Ask::Setting(setting) => match setting.test {
            Test::OneOf(_) | Test::NoneOf(_) | Test::AllOf(_) => {
                setting::path(setting, definition.kind).is_some()
                    && setting::of(subject, definition, setting).state == Some(State::Broken)
            }
            Test::Equals(_) | Test::Matches(_) | Test::Columns(_) => false,
        },
        _ => false,
    };
    let needed = subject.demands.iter().filter(|demand| demand.need == Need::Needed);
    !needed.filter(|demand| demand.is_asked(subject.form, |_| true)).any(|demand| compared(&demand.ask))
}
