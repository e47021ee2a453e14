//! What evidence shows beside the causes that a message names: one reason explains a refusal once, and what else is wrong is told.

use super::Bench;
use super::judged::is_broken;
use super::weigh::{Weighed, confirm, layer_of, rule_out};
use crate::contract::{Form, Origin};
use crate::finding::triage::{Cause, Facts, Standing, Sure};
use crate::finding::{Finding, Report, Severity};

/// What explains a refusal explains it once.
pub(super) fn once(bench: &Bench<'_>, facts: &Facts, asked: &[(usize, String)], out: &mut Weighed) {
    let confirmed = out.causes.iter().filter(|(_, cause)| cause.standing == Standing::Confirmed);
    let broken: Vec<String> = confirmed
        .clone()
        .filter_map(|(_, cause)| cause.finding.as_ref().and_then(|finding| finding.demand.clone()))
        .collect();
    let shown: Vec<String> = confirmed.filter_map(|(id, _)| layer_of(bench, id)).collect();
    let named = facts.get("layer");
    // `RestrictPublicBuckets` is worded as a resource's policy.
    let is_shown = |layer: &str| {
        shown.iter().any(|other| other == layer || (layer == "resource" && other == "public-access"))
    };
    for (at, (id, cause)) in out.causes.iter_mut().enumerate() {
        if cause.standing != Standing::Open {
            continue;
        }
        let mut own = asked.iter().filter(|(of, _)| *of == at).map(|(_, demand)| demand);
        let is_named = named.is_some() && cause.sure == Sure::Certain;
        let is_same =
            layer_of(bench, id).is_some_and(|layer| named == Some(layer.as_str()) && is_shown(&layer));
        if is_same || (!is_named && own.any(|demand| broken.contains(demand))) {
            rule_out(bench, cause, "triage-another-reason");
        }
    }
}

/// Whether a finding compares with an account of which only the caller's ARN tells: who calls need not be of the account that is
/// connected.
fn hangs_on_caller(form: &Form, finding: &Finding) -> bool {
    let presumed = form.get("account").filter(|value| matches!(value.origin, Origin::Presumed(_)));
    presumed.is_some_and(|account| finding.headline.contains(&account.text))
}

/// Broken demands in question that no cause explains, and what else the documents show to stand in the way.
pub(super) fn others(
    bench: &Bench<'_>,
    facts: &Facts,
    report: &Report,
    (asked, foreign): (&[(usize, String)], &[String]),
    out: &mut Weighed,
) {
    let is_named = facts.get("layer").is_some();
    let used: Vec<Finding> =
        out.causes.iter().filter_map(|(_, cause)| cause.finding.as_deref().cloned()).collect();
    let mut more: Vec<&str> = Vec::new();
    for finding in &report.findings {
        let Some(demand) = &finding.demand else { continue };
        if used.contains(finding) || !is_broken(report, demand) || foreign.contains(demand) {
            continue;
        }
        let is_asked = asked.iter().any(|(_, other)| other == demand);
        if is_asked && !is_named && finding.severity >= Severity::Warning {
            let mut cause = Cause {
                rule: String::new(),
                has_page: true,
                says: String::new(),
                sure: Sure::Certain,
                why: String::new(),
                standing: Standing::Open,
                class: finding.class,
                owner: finding.owner,
                labels: Vec::new(),
                help: None,
                finding: None,
            };
            confirm(bench, &mut cause, finding);
            out.causes.push((None, cause));
        } else if finding.severity == Severity::Error && !hangs_on_caller(&out.form, finding) {
            more.push(&finding.headline);
        }
    }
    more.sort_unstable();
    more.dedup();
    let phrases = bench.library.phrases();
    for headline in more.iter().take(3) {
        out.notes.push(phrases.say("triage-more", &[("headline", headline)]));
    }
    if more.len() > 3 {
        let count = (more.len() - 3).to_string();
        out.notes.push(phrases.say("triage-many-more", &[("count", &count)]));
    }
}
