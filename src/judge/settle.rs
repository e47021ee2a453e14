//! What the user's settings do to a report: findings that are suppressed, taken otherwise, or known from before.
//!
//! None of it changes what a demand is or the verdict: those say what AWS will do, which no setting can change.

use super::{Library, tell};
use crate::checks::Cause;
use crate::eval::Instant;
use crate::finding::{
    Finding, Fingerprint, Inline, InlineFault, Report, RuleName, Severity, SeverityChange, Suppressed,
    Suppression, fingerprints,
};
use crate::policy::Policy;
use crate::rulebook::Values;
use crate::source::{Place, SourceId, Sources, Span};
use crate::syntax::{Node, Value, read_json};
use std::collections::{BTreeMap, BTreeSet};

/// Why a finding of the baseline is not shown.
const IN_BASELINE: &str = "known from before: it stands in the baseline";

/// What the user asks of a report.
#[derive(Debug, Clone, Default)]
pub struct Settings<'a> {
    /// The folder of the settings: paths in them begin there. Empty, or ends with `/`.
    pub folder: &'a str,
    /// What not to hear of.
    pub suppressions: &'a [Suppression],
    /// The same, from comments of documents.
    pub inline: &'a [Inline],
    /// What to take otherwise.
    pub severities: &'a [SeverityChange],
    /// Findings that are known from before.
    pub baseline: &'a [Fingerprint],
    /// The moment, an ISO 8601 instant or seconds since 1970.
    pub now: &'a str,
    /// The policies of documents, for suppressions by `Sid`.
    pub policies: BTreeMap<SourceId, Vec<Policy>>,
    /// Whether policies alone were looked at, without a consumer.
    pub lints: bool,
    /// Rules that were asked for; empty for all.
    pub only: &'a [RuleName],
}

/// Applies settings to a report.
pub fn settle(library: &Library, report: &mut Report, sources: &Sources, settings: &Settings<'_>) {
    change_severities(library, report, sources, settings);
    let mut told = suppress(library, report, sources, settings);
    told.retain(|finding| settings.only.is_empty() || settings.only.contains(&finding.rule));
    report.findings.append(&mut told);
    report.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.primary.place));
    hide_known(library, report, sources, settings);
}

/// Rules that no setting hides.
fn is_binding(library: &Library, rule: &RuleName) -> bool {
    library.book().get(&rule.0).is_some_and(|rule| rule.binding)
}

fn change_severities(library: &Library, report: &mut Report, sources: &Sources, settings: &Settings<'_>) {
    for finding in &mut report.findings {
        let document = document(finding, sources, settings);
        let is_of_rule = |change: &&SeverityChange| {
            let named = |name: &String| library.book().named(name).any(|rule| *rule == finding.rule);
            change.rule.as_ref().is_none_or(named)
        };
        let mut meant = settings.severities.iter().rev().filter(|change| change.fits(document));
        let change = meant.find(is_of_rule);
        if let Some(change) = change {
            if change.severity < finding.severity && is_binding(library, &finding.rule) {
                continue;
            }
            finding.severity = change.severity;
        }
    }
}

/// The name of a finding's document from the folder of the settings.
fn document<'s>(finding: &Finding, sources: &'s Sources, settings: &Settings<'_>) -> &'s str {
    let name = sources.get(finding.primary.place.source).name();
    name.strip_prefix(settings.folder).unwrap_or(name)
}

/// Takes out what is suppressed; gives what is wrong with the suppressions.
fn suppress(
    library: &Library,
    report: &mut Report,
    sources: &Sources,
    settings: &Settings<'_>,
) -> Vec<Finding> {
    let mut told = Vec::new();
    let asked = settings.inline.iter().filter_map(|each| match each {
        Inline::Asked(suppression) => Some(suppression),
        Inline::Broken(fault, place) => {
            let case = match fault {
                InlineFault::Form => "comment-malformed",
                InlineFault::Reason => "reason-missing",
            };
            let values = Values::new().with("document", sources.get(place.source).name());
            told.push(
                tell(library, &Cause::new("suppression", case, *place, values), "settings", None).finding,
            );
            None
        }
    });
    let asked: Vec<&Suppression> = asked.collect();
    for suppression in settings.suppressions.iter().chain(asked) {
        let rules: BTreeSet<&RuleName> = library.book().named(&suppression.rule).collect();
        let values =
            || Values::new().with("rule", &*suppression.rule).with("document", &*suppression.document);
        let mut say = |case, place, values| {
            let cause = Cause::new("suppression", case, place, values);
            told.push(tell(library, &cause, "settings", None).finding);
        };
        if rules.is_empty() {
            say("rule-unknown", suppression.place, values());
            continue;
        }
        let (binding, rules): (BTreeSet<_>, BTreeSet<_>) =
            rules.into_iter().partition(|rule| is_binding(library, rule));
        let places = places(suppression, sources, settings);
        let is_meant = |finding: &Finding| {
            document(finding, sources, settings) == suppression.document
                && is_at(finding.primary.place, suppression, places.as_deref())
        };
        // A name of another tool may stand for several rules, some of which bind.
        let refuses = |finding: &Finding| binding.contains(&finding.rule) && is_meant(finding);
        if rules.is_empty() || report.findings.iter().any(refuses) {
            say("refused", suppression.place, values());
        }
        if rules.is_empty() {
            continue;
        }
        if let Some((day, place)) = &suppression.expires
            && is_over(day, settings.now)
        {
            say("expired", *place, values().with("day", &**day));
            continue;
        }
        let hit = |finding: &Finding| rules.contains(&finding.rule) && is_meant(finding);
        let (hidden, kept): (Vec<_>, Vec<_>) =
            std::mem::take(&mut report.findings).into_iter().partition(hit);
        report.findings = kept;
        let compares = report.changes.is_some();
        let looked = || {
            rules.iter().any(|rule| is_looked_at(library, rule, suppression, (sources, settings), compares))
        };
        if hidden.is_empty() && looked() {
            say("unused", suppression.place, values());
        }
        let reason = &suppression.reason;
        report
            .suppressed
            .extend(hidden.into_iter().map(|finding| Suppressed { finding, reason: reason.clone() }));
    }
    told
}

/// Whether a finding's place is one that a suppression means.
fn is_at(at: Place, suppression: &Suppression, places: Option<&[Place]>) -> bool {
    let begins = |line: Place| {
        line.source == at.source && line.span.start <= at.span.start && at.span.start <= line.span.end
    };
    let inside = |places: &[Place]| {
        places.iter().any(|place| place.source == at.source && place.span.contains(at.span))
    };
    suppression.line.is_none_or(begins) && places.is_none_or(inside)
}

/// Whether a day is over. One that nobody can read is.
fn is_over(day: &str, now: &str) -> bool {
    let (Some(start), Some(now)) = (Instant::parse(&format!("{day}T00:00:00Z")), Instant::parse(now)) else {
        return true;
    };
    start.days_until(now) >= 1
}

/// Whether this run would have told of what a suppression hides: a policy without a consumer is another matter than the
/// documents of a contract.
fn is_looked_at(
    library: &Library,
    rule: &RuleName,
    suppression: &Suppression,
    (sources, settings): (&Sources, &Settings<'_>),
    compares: bool,
) -> bool {
    if !settings.only.is_empty() && !settings.only.contains(rule) {
        return false;
    }
    let Some(rule) = library.book().get(&rule.0) else { return false };
    if rule.group == "change" {
        return compares;
    }
    let is_policy_rule = matches!(rule.group.as_str(), "iam" | "any");
    let is_there = sources
        .iter()
        .any(|(_, source)| source.name().strip_prefix(settings.folder) == Some(&*suppression.document));
    match (settings.lints, is_policy_rule) {
        (true, true) => is_there && !rule.pedantic,
        (false, false) => true,
        (true, false) | (false, true) => false,
    }
}

/// The places that a suppression is limited to; `None` for the whole document.
fn places(suppression: &Suppression, sources: &Sources, settings: &Settings<'_>) -> Option<Vec<Place>> {
    if suppression.sid.is_none() && suppression.pointer.is_none() {
        return None;
    }
    let mut out = Vec::new();
    for (id, source) in sources.iter() {
        if source.name().strip_prefix(settings.folder) != Some(&*suppression.document) {
            continue;
        }
        let statements =
            settings.policies.get(&id).into_iter().flatten().flat_map(|policy| &policy.statements);
        let by_sid = suppression.sid.as_ref().map(|sid| -> Vec<Span> {
            let named = statements
                .filter(|statement| statement.sid.as_ref().is_some_and(|text| *text.value == **sid));
            named.map(|statement| statement.span).collect()
        });
        let by_pointer = suppression.pointer.as_ref().map(|pointer| {
            at_pointer(&read_json(source.text()).root, pointer).into_iter().collect::<Vec<_>>()
        });
        let spans = match (by_sid, by_pointer) {
            (Some(sids), Some(pointers)) => pointers
                .into_iter()
                .filter(|pointer| sids.iter().any(|sid| sid.contains(*pointer) || pointer.contains(*sid)))
                .collect(),
            (Some(spans), None) | (None, Some(spans)) => spans,
            (None, None) => Vec::new(),
        };
        out.extend(spans.into_iter().map(|span| Place { source: id, span }));
    }
    Some(out)
}

/// The place of a JSON pointer (RFC 6901), the key of a member included.
fn at_pointer(root: &Node<'_>, pointer: &str) -> Option<Span> {
    let mut node = root;
    let mut span = root.span;
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        match &node.value {
            Value::Array(items) => {
                node = items.get(part.parse::<usize>().ok()?)?;
                span = node.span;
            }
            _ => {
                let member = node.member(&part)?;
                node = &member.value;
                span = member.key_span.join(node.span);
            }
        }
    }
    (pointer.is_empty() || pointer.starts_with('/')).then_some(span)
}

fn hide_known(library: &Library, report: &mut Report, sources: &Sources, settings: &Settings<'_>) {
    if settings.baseline.is_empty() {
        return;
    }
    let known: BTreeSet<&Fingerprint> = settings.baseline.iter().collect();
    let prints = fingerprints(report, sources);
    for (finding, print) in std::mem::take(&mut report.findings).into_iter().zip(prints) {
        if known.contains(&print) && !is_binding(library, &finding.rule) && finding.severity >= Severity::Note
        {
            report.suppressed.push(Suppressed { finding, reason: IN_BASELINE.to_owned() });
        } else {
            report.findings.push(finding);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_finds_its_place() {
        let text = r#"{"a/b": [1, {"c~d": "x"}]}"#;
        let document = read_json(text);
        let at = |pointer: &str| at_pointer(&document.root, pointer).and_then(|span| text.get(span.range()));
        assert_eq!(at("/a~1b/1/c~0d"), Some(r#""c~d": "x""#));
        assert_eq!(at(""), Some(text));
        assert_eq!(at("a"), None);
        assert_eq!(at("/a~1b/2"), None);
    }

    #[test]
    fn a_day_is_over_when_the_next_one_begins() {
        assert!(!is_over("2026-11-23", "2026-11-23T23:59:59Z"));
        assert!(is_over("2026-11-23", "2026-11-24T00:00:00Z"));
        assert!(!is_over("2026-11-23", "2026-11-01T00:00:00Z"));
    }
}
