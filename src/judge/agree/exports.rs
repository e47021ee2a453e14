//! What is said of exports: which there are, and how each is set.

use super::claims::{Claims, Thing, members, names};
use crate::billing::{ExportDefinition, ExportKind};
use crate::contract::Form;
use crate::evidence::{AnswerKind, Evidence, answer_in, is_part};
use crate::policy::arn;
use crate::source::{SourceId, Sources};
use crate::syntax::{Node, read_json};
use std::collections::BTreeSet;

/// What of a definition is no setting, or changes by itself.
const NO_SETTINGS: [&str; 2] = ["ReportStatus", "Description"];

/// Takes what the answers say of exports. What one is made from, and what a run was made with, is another thing than what it is.
pub(super) fn claim(sources: &Sources, evidence: &Evidence, form: &Form, claims: &mut Claims) {
    let definitions: Vec<&ExportDefinition> =
        evidence.exports.definitions.iter().filter(|each| is_told(evidence, each)).collect();
    let is_told_twice = |each: &&&ExportDefinition| {
        definitions.iter().filter(|other| other.label() == each.label()).nth(1).is_some()
    };
    for each in definitions.iter().filter(is_told_twice) {
        let legacy = each.kind == ExportKind::Legacy;
        let arn = each.arn.as_ref().map_or("", |arn| &arn.text);
        let about = if each.label().is_empty() { arn } else { each.label() };
        let settings = read_json(sources.get(each.source).slice(each.span));
        let said = members(&settings.root, |name| !NO_SETTINGS.contains(&name));
        claims.add(Thing::Export(legacy), about, said, each.source);
    }
    for (legacy, kind, list, name) in [
        (true, AnswerKind::ReportDefinitions, "ReportDefinitions", "ReportName"),
        (false, AnswerKind::Exports, "Exports", "ExportName"),
    ] {
        // What one answer says of itself does not differ.
        let beside = if legacy { 0 } else { definitions.len() };
        if evidence.answers_of(kind).count() + beside < 2 {
            continue;
        }
        let texts =
            evidence.answers_of(kind).map(|answer| (answer.source, sources.get(answer.source).text()));
        let answers: Vec<_> = texts.map(|(source, text)| (source, answer_in(text))).collect();
        // The last page of several looks like a whole list.
        if answers.iter().any(|(_, document)| is_part(&document.root)) {
            continue;
        }
        for (source, document) in &answers {
            let items = document.root.get(list).and_then(Node::as_array).unwrap_or_default();
            let text = |node: &Node<'_>, key: &str| {
                node.get(key).and_then(Node::as_str).unwrap_or_default().to_owned()
            };
            let listed: BTreeSet<String> = items.iter().map(|item| text(item, name)).collect();
            let arns: BTreeSet<String> = items.iter().map(|item| text(item, "ExportArn")).collect();
            let mut add = |about: &str, said: String| {
                claims.add(Thing::Exports(legacy), about, said, *source);
            };
            // Of another account the list says nothing.
            let account = arns.iter().find_map(|listed| arn::account_of(listed));
            let is_near = |each: &&&ExportDefinition| {
                let own = each.arn.as_ref().and_then(|own| arn::account_of(&own.text));
                own.zip(account).is_none_or(|(own, other)| own == other)
            };
            let of_kind = definitions.iter().filter(|each| (each.kind == ExportKind::Legacy) == legacy);
            for each in of_kind.filter(is_near) {
                add(each.label(), listed.contains(each.label()).to_string());
                let known = each.arn.as_ref().filter(|_| listed.contains(each.label()));
                if let Some(own) = known {
                    add(&own.text, arns.contains(&own.text).to_string());
                }
            }
            match form.text("export-name") {
                Some(wanted) => add(wanted, listed.contains(wanted).to_string()),
                None => add("", names(listed.iter().map(String::as_str))),
            }
        }
    }
    for each in definitions.iter().filter(|each| !each.label().is_empty()) {
        let thing = || Thing::Exports(each.kind == ExportKind::Legacy);
        claims.add(thing(), each.label(), true.to_string(), each.source);
        if let Some(own) = &each.arn {
            claims.add(thing(), &own.text, true.to_string(), each.source);
        }
    }
}

/// Exports of another account than the form's, where one of the same name is of the form's.
pub(super) fn of_other_accounts(evidence: &Evidence, form: &Form) -> BTreeSet<SourceId> {
    let Some(own) = form.text("account") else { return BTreeSet::new() };
    let account = |each: &ExportDefinition| {
        let arn = each.arn.as_ref()?;
        arn::account_of(&arn.text).map(str::to_owned)
    };
    let all = || evidence.exports.definitions.iter().filter_map(|each| Some((each, account(each)?)));
    let is_also_own = |name: &str| all().any(|(each, account)| each.label() == name && account == own);
    let others = all().filter(|(each, account)| account != own && is_also_own(each.label()));
    others.map(|(each, _)| each.source).collect()
}

/// Whether a definition is what AWS says that an export is.
fn is_told(evidence: &Evidence, definition: &ExportDefinition) -> bool {
    let inputs = [AnswerKind::ExportInput, AnswerKind::ReportInput, AnswerKind::ReportRequest];
    let is_input =
        inputs.iter().any(|kind| evidence.answers_of(*kind).any(|answer| answer.source == definition.source));
    !definition.from_execution && definition.resolved.is_none() && !is_input
}

/// Takes away what is said of an export of which different things are said.
pub(super) fn forget(out: &mut Evidence, legacy: bool, about: &str) {
    let exports = &mut out.exports;
    let is_it = |each: &ExportDefinition| {
        let is_same = each.label() == about || each.arn.as_ref().is_some_and(|arn| arn.text == about);
        is_same && (each.kind == ExportKind::Legacy) == legacy
    };
    let gone: Vec<String> =
        exports.definitions.iter().filter(|each| is_it(each)).map(|each| each.label().to_owned()).collect();
    let is_gone = |name: &str| name == about || gone.iter().any(|gone| gone == name);
    exports.definitions.retain(|each| !is_it(each) || each.resolved.is_some());
    exports
        .statuses
        .retain(|each| each.legacy != legacy || !each.name.as_ref().is_some_and(|name| is_gone(&name.text)));
    // Whose order is not known.
    if about.is_empty() {
        exports.listed.clear();
    }
    if legacy {
        exports.all_reports = false;
    } else {
        exports.all_exports = false;
        exports.listed.retain(|name| !is_gone(name));
    }
}
