//! Causes against evidence: the judge is asked for the demands in question, the evaluator for the very request that was refused.

use super::Bench;
use super::book::Ranked;
use super::formed::form_of;
use super::layer::{Word, word_of};
use super::pages::CausePage;
use super::when::fits;
use crate::contract::{Ask, Expect, Form};
use crate::evidence::Evidence;
use crate::finding::triage::{Cause, Facts, Standing, Sure};
use crate::finding::{Class, Finding, Report, Severity, State, Unknown, Wrapped};
use crate::judge::{Job, findings_of, judge};
use std::collections::BTreeMap;

/// Reports of so many forms are kept.
const MOST_REPORTS: usize = 64;

/// Whether anything at all was given.
pub(super) fn has_evidence(evidence: &Evidence) -> bool {
    !(evidence.documents.is_empty() && evidence.answers.is_empty() && evidence.listing.is_missing())
        || evidence.public_access_block.is_some()
        || !evidence.reader.credentials.is_empty()
}

/// The causes of a message, weighed.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    /// With the identifier each has in `rules/messages`, none for one that only the evidence shows.
    pub(super) causes: Vec<(Option<String>, Cause)>,
    /// Facts that demands in question wait for.
    pub(super) unknown: Vec<Unknown>,
    /// The form that was judged.
    pub(super) form: Form,
    pub(super) notes: Vec<String>,
}

/// Weighs messages, and judges each form once.
#[derive(Debug)]
pub(super) struct Weigher<'a> {
    bench: Bench<'a>,
    reports: BTreeMap<Vec<(String, String)>, Report>,
    /// Where sources hold wrapped JSON, as reports that are no longer kept told.
    wrapped: Vec<Wrapped>,
}

impl<'a> Weigher<'a> {
    pub(super) fn new(bench: Bench<'a>) -> Self {
        Self { bench, reports: BTreeMap::new(), wrapped: Vec::new() }
    }

    pub(super) fn bench(&self) -> Bench<'a> {
        self.bench
    }

    /// Where sources hold wrapped JSON.
    pub(super) fn wrapped(&self) -> Vec<Wrapped> {
        let own = self.bench.evidence.wrapped.iter();
        let mut out: Vec<Wrapped> = own
            .map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level })
            .collect();
        let told = self.reports.values().flat_map(|report| &report.wrapped).chain(&self.wrapped);
        for each in told {
            if !out.contains(each) {
                out.push(*each);
            }
        }
        out
    }

    /// Forgets reports when there are many: each message may name another bucket.
    fn forget(&mut self) {
        if self.reports.len() < MOST_REPORTS {
            return;
        }
        self.wrapped = self.wrapped();
        self.reports.clear();
    }

    pub(super) fn weigh(&mut self, facts: &Facts) -> Weighed {
        let bench = self.bench;
        let form = form_of(bench.form, facts);
        let ranked = bench.book.causes(facts);
        let opened = |ranked: &Ranked<'_>| (Some(ranked.id.to_owned()), open(&bench, ranked, facts));
        if !has_evidence(bench.evidence) && bench.form.iter().next().is_none() {
            return Weighed { causes: ranked.iter().map(opened).collect(), form, ..Weighed::default() };
        }
        let key: Vec<(String, String)> =
            form.iter().map(|(name, value)| (name.to_owned(), value.text.clone())).collect();
        self.forget();
        let report = &*self.reports.entry(key).or_insert_with(|| judged(&bench, &form));
        let mut out = Weighed { form: form.clone(), ..Weighed::default() };
        let mut used: Vec<&Finding> = Vec::new();
        let mut asked: Vec<String> = Vec::new();
        for ranked in &ranked {
            let demands = demands(&bench, ranked.page, facts);
            let mut cause = open(&bench, ranked, facts);
            let shown = shown_by(report, ranked.page, &demands);
            if let Some(finding) = shown {
                confirm(&mut cause, finding);
                let asked = finding.demand.as_deref().filter(|_| finding.class == Class::NeedsEvidence);
                if asked.is_some_and(|demand| is_unsettled(report, demand)) {
                    cause.standing = Standing::Open;
                    cause.sure = Sure::Likely;
                    cause.why = "the documents point to it, and do not settle it".to_owned();
                }
                used.push(finding);
            } else if let Some(word) = ranked
                .page
                .layer
                .as_deref()
                .or(implied(ranked.id))
                .filter(|word| facts.get("layer") == Some(*word) || demands.is_empty())
            {
                match word_of(&bench, facts, (word, ranked.page), &form) {
                    Word::RefusesOtherwise => {
                        rule_out(&mut cause, "what was given refuses it, and for another reason")
                    }
                    Word::Refuses(why, labels) => {
                        cause.standing = Standing::Confirmed;
                        cause.sure = Sure::Certain;
                        cause.why = why;
                        cause.labels = labels;
                    }
                    // The text names this layer: then another policy of it refused, or it was changed since.
                    Word::Lets if facts.get("layer") == Some(word) => {
                        cause.why = format!(
                            "{}; what was given of that layer does not refuse, so another policy of it did, or it was \
                             changed since",
                            cause.why
                        );
                    }
                    Word::Lets => rule_out(&mut cause, "what was given does not refuse it"),
                    Word::Silent => settle(report, &demands, &mut cause),
                }
            } else if let Some(fact) = waits(report, ranked.page, &demands) {
                cause.standing = Standing::Confirmed;
                cause.why = fact.reason.clone();
            } else {
                settle(report, &demands, &mut cause);
            }
            asked.extend(demands);
            out.causes.push((Some(ranked.id.to_owned()), cause));
        }
        asked.sort();
        asked.dedup();
        others(facts, report, &asked, &used, &mut out);
        // What explains a broken demand explains it once.
        let broken: Vec<String> = out
            .causes
            .iter()
            .filter(|(_, cause)| cause.standing == Standing::Confirmed)
            .filter_map(|(_, cause)| cause.finding.as_ref().and_then(|finding| finding.demand.clone()))
            .collect();
        for (id, cause) in out.causes.iter_mut().filter(|(_, cause)| cause.standing == Standing::Open) {
            let page = ranked.iter().find(|ranked| Some(ranked.id) == id.as_deref());
            let own = page.map(|ranked| demands(&bench, ranked.page, facts)).unwrap_or_default();
            let is_named = facts.get("layer").is_some() && cause.sure == Sure::Certain;
            if !is_named && !own.is_empty() && own.iter().any(|demand| broken.contains(demand)) {
                rule_out(cause, "the documents show another reason for the same");
            }
        }
        let mut told: Vec<(String, String)> = Vec::new();
        out.causes.retain(|(_, cause)| {
            let key = (cause.rule.clone(), cause.says.clone());
            let is_new = cause.standing != Standing::Confirmed || !told.contains(&key);
            told.push(key);
            is_new
        });
        out.unknown =
            report.unknown.iter().filter(|unknown| asked.contains(&unknown.demand)).cloned().collect();
        out.causes.sort_by_key(|(_, cause)| {
            let rank = match cause.standing {
                Standing::Confirmed => 0,
                Standing::Open => 1,
                Standing::RuledOut => 2,
            };
            (rank, cause.sure, cause.finding.is_none())
        });
        out
    }
}

/// The report, with the findings that it tells together with another demand's.
fn judged(bench: &Bench<'_>, form: &Form) -> Report {
    let consumers = [bench.consumer.to_owned()];
    let job = Job {
        sources: bench.sources,
        evidence: bench.evidence,
        form,
        consumers: &consumers,
        strict: bench.strict,
        now: bench.now,
        only: &[],
    };
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

/// A cause before any evidence.
fn open(bench: &Bench<'_>, ranked: &Ranked<'_>, facts: &Facts) -> Cause {
    Cause {
        rule: ranked.page.rule.clone(),
        has_page: ranked.page.page,
        says: bench.book.say(&ranked.page.says, facts),
        sure: ranked.sure,
        why: ranked.why.to_owned(),
        standing: Standing::Open,
        class: ranked.page.class,
        owner: ranked.page.owner,
        labels: Vec::new(),
        help: ranked.page.help.as_deref().map(|help| bench.book.say(help, facts)),
        finding: None,
    }
}

/// The layer that a cause is about although many messages that lead to it name none.
fn implied(id: &str) -> Option<&'static str> {
    (id == "identity-lacks").then_some("identity")
}

fn confirm(cause: &mut Cause, finding: &Finding) {
    cause.standing = Standing::Confirmed;
    cause.sure = Sure::Certain;
    cause.rule = finding.rule.0.clone();
    cause.has_page = true;
    cause.says = finding.headline.clone();
    cause.why = "the documents show it".to_owned();
    cause.class = finding.class;
    cause.owner = finding.owner;
    cause.labels = std::iter::once(&finding.primary).chain(&finding.related).cloned().collect();
    cause.finding = Some(Box::new(finding.clone()));
}

fn rule_out(cause: &mut Cause, why: &str) {
    cause.standing = Standing::RuledOut;
    cause.why = why.to_owned();
}

/// Ruled out where every demand in question was asked and holds.
fn settle(report: &Report, demands: &[String], cause: &mut Cause) {
    let states: Vec<State> = report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .filter(|demand| demands.contains(&demand.id))
        .map(|demand| demand.state)
        .collect();
    if !states.is_empty() && states.iter().all(|state| *state == State::Holds) {
        rule_out(cause, "judged with the documents, and not so");
    }
}

fn is_broken(report: &Report, demand: &str) -> bool {
    report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .any(|each| each.id == demand && each.state == State::Broken)
}

/// Whether what a demand waits for leaves it open, whatever was found on the way.
fn is_unsettled(report: &Report, demand: &str) -> bool {
    report
        .consumers
        .iter()
        .flat_map(|consumer| &consumer.demands)
        .any(|each| each.id == demand && each.state == State::Unknown)
}

/// The finding that shows a cause.
fn shown_by<'r>(report: &'r Report, page: &CausePage, demands: &[String]) -> Option<&'r Finding> {
    let is_told = |finding: &&Finding| match &finding.demand {
        Some(demand) => {
            demands.contains(demand)
                && (is_broken(report, demand) || finding.severity >= Severity::Warning)
                && (page.rules.is_empty() || page.rules.iter().any(|rule| fits(rule, &finding.rule.0)))
        }
        // What the letters of the form show belongs to no demand.
        None => {
            finding.severity >= Severity::Warning
                && page.rules.iter().chain([&page.rule]).any(|rule| fits(rule, &finding.rule.0))
        }
    };
    report.findings.iter().find(is_told)
}

/// A fact that a demand waits for and that is the cause: nothing was delivered yet.
fn waits<'r>(report: &'r Report, page: &CausePage, demands: &[String]) -> Option<&'r Unknown> {
    report
        .unknown
        .iter()
        .find(|unknown| page.facts.contains(&unknown.fact) && demands.contains(&unknown.demand))
}

/// The demands that a cause puts in question.
fn demands(bench: &Bench<'_>, page: &CausePage, facts: &Facts) -> Vec<String> {
    let Some(contract) = bench.library.contract(bench.consumer) else { return Vec::new() };
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

/// Broken demands in question that no cause explains, and what else the documents show to stand in the way.
fn others(facts: &Facts, report: &Report, asked: &[String], used: &[&Finding], out: &mut Weighed) {
    let is_named = facts.get("layer").is_some();
    let mut more: Vec<&str> = Vec::new();
    for finding in &report.findings {
        let Some(demand) = &finding.demand else { continue };
        if used.contains(&finding) || !is_broken(report, demand) {
            continue;
        }
        if asked.contains(demand) && !is_named && finding.severity >= Severity::Warning {
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
            confirm(&mut cause, finding);
            out.causes.push((None, cause));
        } else if finding.severity == Severity::Error {
            more.push(&finding.headline);
        }
    }
    more.sort_unstable();
    more.dedup();
    for headline in more.iter().take(3) {
        out.notes.push(format!("the documents show more that is wrong: {headline}"));
    }
    if more.len() > 3 {
        out.notes.push(format!("and {} more; `preflight check` tells all", more.len() - 3));
    }
}
