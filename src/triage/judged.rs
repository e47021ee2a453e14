//! The judge, asked for the demands that a message puts in question, and what its report says to a cause.

use super::Bench;
use super::pages::CausePage;
use super::weigh::rule_out;
use super::when::{fits, holds};
use super::whose::is_of_reader;
use crate::contract::{Ask, Expect, Form};
use crate::evidence::{Evidence, PolicyDocument, Role};
use crate::finding::triage::{Cause, Facts};
use crate::finding::{Finding, Report, Severity, State, Unknown};
use crate::judge::{Job, findings_of, judge, prepare};
use std::borrow::Cow;

/// Whether a message tells that no policy of the bucket lets the reader in, of which no document does: where AWS says that no policy
/// of the caller allows a read of a bucket, none of the bucket does, since in one account either is enough and between two both are
/// needed. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html> (checked 2026-11)
#[must_use]
pub fn tells_no_bucket_policy(evidence: &Evidence, facts: &Facts) -> bool {
    facts.get("layer") == Some("identity")
        && facts.explicit() == Some(false)
        && facts.get("action").is_some_and(|action| action.starts_with("s3:"))
        && evidence.of(Role::BucketPolicy).next().is_none()
}

/// The evidence with what a message tells of it.
pub(super) fn with_told(evidence: &Evidence, facts: &Facts) -> Option<Evidence> {
    let document = evidence.documents.first().map(|document| document.source);
    let source = document.or_else(|| evidence.answers.first().map(|answer| answer.source))?;
    if !tells_no_bucket_policy(evidence, facts) {
        return None;
    }
    let mut evidence = evidence.clone();
    evidence.documents.push(PolicyDocument::nothing(Role::BucketPolicy, source, 0));
    Some(evidence)
}

fn job<'a>(bench: &Bench<'a>, evidence: &'a Evidence, form: &'a Form, consumers: &'a [String]) -> Job<'a> {
    let Bench { sources, strict, now, .. } = *bench;
    Job { sources, evidence, form, consumers, strict, now, only: &[] }
}

/// The documents that bear on what a form says: those in answers about many users and roles, and of templates those that are
/// attached to what the form names.
pub(super) fn at_hand<'e>(bench: &Bench<'e>, evidence: &'e Evidence, form: &Form) -> Cow<'e, Evidence> {
    let Some(contract) = bench.library.contract(bench.consumer) else { return Cow::Borrowed(evidence) };
    let seen = prepare(bench.library, &job(bench, evidence, form, &[]), contract).into_evidence();
    match seen {
        Cow::Borrowed(_) => Cow::Borrowed(evidence),
        Cow::Owned(own) => Cow::Owned(own),
    }
}

/// The report, with the findings that it tells together with another demand's.
pub(super) fn judged(bench: &Bench<'_>, evidence: &Evidence, form: &Form) -> Report {
    let consumers = [bench.consumer.to_owned()];
    let job = job(bench, evidence, form, &consumers);
    let mut report = judge(bench.library, &job);
    let untold: Vec<String> = report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .filter(|demand| demand.state == State::Broken)
        .filter(|demand| !report.findings.iter().any(|finding| finding.demand.as_ref() == Some(&demand.id)))
        .map(|demand| demand.id.clone())
        .collect();
    report.findings.extend(findings_of(bench.library, &job, bench.consumer, &untold));
    report
}

/// Ruled out where every demand in question was asked and holds.
pub(super) fn settle(bench: &Bench<'_>, report: &Report, demands: &[String], cause: &mut Cause) {
    let states: Vec<State> = report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .filter(|demand| demands.contains(&demand.id))
        .map(|demand| demand.state)
        .collect();
    if !states.is_empty() && states.iter().all(|state| *state == State::Holds) {
        rule_out(bench, cause, "triage-not-so");
    }
}

pub(super) fn is_broken(report: &Report, demand: &str) -> bool {
    report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .any(|each| each.id == demand && each.state == State::Broken)
}

/// Whether what a demand waits for leaves it open, whatever was found on the way.
pub(super) fn is_unsettled(report: &Report, demand: &str) -> bool {
    report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .any(|each| each.id == demand && each.state == State::Unknown)
}

/// The finding that shows a cause.
pub(super) fn shown_by<'r>(report: &'r Report, page: &CausePage, demands: &[String]) -> Option<&'r Finding> {
    let is_told = |finding: &&Finding| match &finding.demand {
        Some(demand) => {
            let mut told = finding.also.iter().map(|(demand, _)| demand).chain([demand]);
            told.any(|demand| {
                demands.contains(demand)
                    && (is_broken(report, demand) || finding.severity >= Severity::Warning)
            }) && (page.rules.is_empty() || page.rules.iter().any(|rule| fits(rule, &finding.rule.0)))
        }
        // What the letters of the form show belongs to no demand.
        None => {
            finding.severity >= Severity::Warning
                && page.rules.iter().chain([&page.rule]).any(|rule| fits(rule, &finding.rule.0))
        }
    };
    report.findings.iter().find(is_told)
}

/// What a finding says of the demands in question.
pub(super) fn said_of<'f>(finding: &'f Finding, demands: &[String]) -> &'f str {
    let own = finding.demand.iter().any(|demand| demands.contains(demand));
    let mut also = finding.also.iter().filter(|(demand, _)| !own && demands.contains(demand));
    also.next().map_or(&finding.headline, |(_, headline)| headline)
}

/// A fact that a demand waits for and that is the cause: nothing was delivered yet.
pub(super) fn waits<'r>(report: &'r Report, page: &CausePage, demands: &[String]) -> Option<&'r Unknown> {
    report
        .unknown
        .iter()
        .find(|unknown| page.facts.contains(&unknown.fact) && demands.contains(&unknown.demand))
}

/// The demands that are about the reader.
pub(super) fn of_reader(bench: &Bench<'_>) -> Vec<String> {
    let demands = bench.library.contract(bench.consumer).map_or(&[][..], |contract| &contract.demands);
    demands.iter().filter(|demand| is_of_reader(bench, demand)).map(|demand| demand.id.clone()).collect()
}

/// The demands that a cause puts in question.
pub(super) fn demands(bench: &Bench<'_>, page: &CausePage, facts: &Facts) -> Vec<String> {
    let Some(contract) = bench.library.contract(bench.consumer) else { return Vec::new() };
    if !holds(&page.asked_if, facts) {
        return Vec::new();
    }
    let asks = |ask: &Ask| {
        let Some(action) = facts.get("action") else { return false };
        match ask {
            Ask::Access { actions, expect, request, .. } => {
                *expect == Expect::Allowed
                    && (request == "reader") != (facts.get("step") == Some("delivery"))
                    && actions.iter().any(|each| each.eq_ignore_ascii_case(action))
            }
            Ask::Discovery { actions, .. } => actions.iter().any(|each| each.eq_ignore_ascii_case(action)),
            _ => false,
        }
    };
    let mut out = Vec::new();
    for wanted in &page.demands {
        let list = contract.demands.iter().filter(|demand| match wanted.as_str() {
            "@action" => asks(&demand.ask),
            pattern => fits(pattern, &demand.id),
        });
        out.extend(list.map(|demand| demand.id.clone()));
    }
    out
}
