//! Whether a value of the form, and not the documents, may be the one that is wrong.

use super::outcome::state_of;
use super::state::{Bench, State};
use super::typed::written;
use crate::finding::{Finding, Repair, Report, Severity, State as DemandState};
use crate::policy::{ArnSplit, Effect, Policy, arn};
use crate::source::SourceId;
use std::collections::{BTreeMap, BTreeSet};

/// Values that documents name as well, with what people call them.
const DOUBTED: [(&str, &str); 4] =
    [("account", "account"), ("bucket", "bucket"), ("export-name", "name"), ("export-path", "path")];

/// Values of documents that are tried in place of one of the form.
const MOST_VALUES: usize = 4;

/// What a value of the form is called.
pub(super) fn shown(name: &str) -> &str {
    DOUBTED.iter().find(|(known, _)| *known == name).map_or(name, |(_, shown)| shown)
}

/// The value of the form that the documents contradict, with what they have instead: with that in the form the demand would hold
/// without any change. One document may be wrong as well as the form; an export as AWS shows it, or two documents that agree,
/// are asked about before anything is made of the form's value.
pub(super) fn contradicted(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    (finding, repair): (&Finding, &Repair),
) -> Option<(&'static str, String)> {
    let demand = finding.demand.as_deref()?;
    let written: Vec<String> = repair.changes.iter().flat_map(written).collect();
    if written.is_empty() {
        return None;
    }
    let before = with_errors(report);
    DOUBTED.into_iter().find_map(|(name, _)| {
        let typed = state.form.text(name).filter(|typed| !typed.is_empty() && state.form.is_given(name))?;
        // Whose the account is decides who else has to let the reader in, which no text that is written says.
        if name != "account" && !written.iter().any(|text| text.contains(typed)) {
            return None;
        }
        let found = Named::of(state, name);
        if found.is_settled(typed) {
            return None;
        }
        let others = found.values.iter().filter(|(value, sources)| {
            value.as_str() != typed && (found.exports.contains(*value) || sources.len() > 1)
        });
        let is_alone = !found.values.contains_key(typed);
        others.take(MOST_VALUES).find_map(|(value, _)| {
            let form = [(name.to_owned(), value.clone())];
            let judged = bench.judge(&state.with(&BTreeMap::new(), &form, bench.config));
            let holds = state_of(&judged, demand) == Some(DemandState::Holds);
            let is_better = || is_alone || before.difference(&with_errors(&judged)).count() > 1;
            (holds && is_better()).then(|| (name, value.clone()))
        })
    })
}

fn with_errors(report: &Report) -> BTreeSet<SourceId> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.primary.place.source).collect()
}

/// What documents have for a value of the form.
#[derive(Default)]
struct Named {
    /// Each value with the documents that name it.
    values: BTreeMap<String, BTreeSet<SourceId>>,
    /// What exports at hand have.
    exports: BTreeSet<String>,
    /// A listing shows what is there.
    is_listed: bool,
}

impl Named {
    fn of(state: &State, name: &str) -> Self {
        let mut out = Self::default();
        for document in &state.evidence.documents {
            let mut push = |value: &str| {
                if !value.is_empty() && !value.contains(['*', '?', '$', '{']) {
                    out.values.entry(value.to_owned()).or_default().insert(document.source);
                }
            };
            match name {
                "account" => accounts(&document.policy, &mut push),
                _ => resources(state, &document.policy, name, &mut push),
            }
        }
        for export in &state.evidence.exports.definitions {
            let value = match name {
                "account" => export.arn.as_ref().and_then(|text| arn::account_of(&text.text)),
                "bucket" => export.bucket.as_ref().map(|text| text.text.as_str()),
                "export-path" => export.prefix.as_ref().map(|text| text.text.trim_matches('/')),
                _ => Some(export.label()),
            };
            let Some(value) = value.filter(|value| !value.is_empty()) else { continue };
            out.exports.insert(value.to_owned());
            out.values.entry(value.to_owned()).or_default().insert(export.source);
        }
        // The reader's ARN was typed beside the account, and copied from another page.
        if name == "account"
            && let Some(reader) = state.form.get("reader")
            && let crate::contract::Origin::Given(place) = &reader.origin
            && let Some(account) = arn::account_of(&reader.text)
        {
            out.values.entry(account.to_owned()).or_default().insert(place.source);
        }
        let listing = &state.evidence.listing;
        out.is_listed = match name {
            "account" => false,
            "bucket" => listing.buckets().next().is_some(),
            _ => !listing.is_missing(),
        };
        out
    }

    /// Whether what AWS shows decides already: an export or a listing has what the form has, or findings of their own say
    /// what they have instead.
    fn is_settled(&self, typed: &str) -> bool {
        self.exports.contains(typed) || self.is_listed
    }
}

/// The accounts that a policy is about.
fn accounts(policy: &Policy, push: &mut dyn FnMut(&str)) {
    let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    for statement in allows {
        for clause in &statement.clauses {
            let key = clause.key.value.to_ascii_lowercase();
            for value in &clause.values {
                match key.as_str() {
                    "aws:sourceaccount" => push(&value.value),
                    "aws:sourcearn" => push(arn::account_of(&value.value).unwrap_or_default()),
                    _ => {}
                }
            }
        }
        for resource in statement.resources.iter().flat_map(|element| &element.items) {
            push(arn::account_of(&resource.value).unwrap_or_default());
        }
    }
}

/// The buckets that Allows of a policy name, or the folders of the form's bucket as path and name of an export.
fn resources(state: &State, policy: &Policy, wanted: &str, push: &mut dyn FnMut(&str)) {
    let bucket = state.form.text("bucket").unwrap_or_default();
    let name = state.form.text("export-name").unwrap_or_default();
    let path = state.form.text("export-path").unwrap_or_default().trim_end_matches('/');
    let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    let resources = allows.filter_map(|statement| statement.resources.as_ref());
    for resource in resources.flat_map(|element| &element.items) {
        let Some(arn) = ArnSplit::new(&resource.value).filter(|arn| arn.service == "s3") else { continue };
        let (of, key) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        let folder = key.split(['*', '?']).next().unwrap_or_default().trim_end_matches('/');
        match wanted {
            "bucket" => push(of),
            _ if of != bucket => {}
            "export-name" => {
                let below = folder.strip_prefix(path).unwrap_or_default().trim_start_matches('/');
                push(below.split('/').next().unwrap_or_default());
            }
            _ => push(folder.strip_suffix(name).map_or(folder, |path| path.trim_end_matches('/'))),
        }
    }
}
