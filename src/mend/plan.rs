//! Fixes one after the other, each judged on the documents as the ones before leave them.

use super::outcome::asks_for_acceptance;
use super::prove::{Proved, best};
use super::state::{Bench, State};
use super::tries::Tries;
use super::typed::hangs_on;
use crate::finding::{Applicability, Change, Finding, Fix, Report, RuleName, Severity};
use crate::source::{SourceId, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// Fixes in one run.
const MOST_STEPS: usize = 64;
/// How often documents are judged again in one run, unless it is said otherwise.
const MOST_TRIES: usize = 600;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Findings of these rules only; empty for all errors and warnings.
    pub only: Vec<RuleName>,
    /// Fixes that need a review are applied as well.
    pub with_review: bool,
    /// The least severity that is mended where no rules are named.
    pub least: Severity,
    /// Demands of which every finding is mended where no rules are named.
    pub demands: Vec<String>,
    /// How often documents are judged again; what was not tried then is left.
    pub tries: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            with_review: false,
            least: Severity::Warning,
            demands: Vec::new(),
            tries: MOST_TRIES,
        }
    }
}

/// A finding that is mended.
#[derive(Debug, Clone)]
pub struct Step {
    /// What was wrong, as it was told at this point.
    pub finding: Finding,
    /// How it was mended.
    pub fix: Fix,
}

/// A finding that is left.
#[derive(Debug, Clone)]
pub struct Left {
    /// What is wrong.
    pub finding: Finding,
    /// What could be done about it, if anything is known.
    pub fix: Option<Fix>,
    /// A fix was offered at first, and is not any more once others are applied: they exclude each other.
    pub conflicts: bool,
    /// Not everything that might mend it was tried: the tries of the run had ended.
    pub untried: bool,
    /// The value of the form that is wrong, and that every way to mend it would write into a document.
    pub waits: Option<String>,
}

/// What a run does.
#[derive(Debug)]
pub struct Plan {
    /// In the order of applying.
    pub steps: Vec<Step>,
    /// What is not mended.
    pub left: Vec<Left>,
    /// The documents afterwards.
    pub after: State,
    /// The report on them.
    pub report: Report,
    /// The tries of the run ended before everything was tried.
    pub ended: bool,
}

impl Plan {
    /// The sources whose text changes, with the text before and after.
    pub fn changes<'p>(&'p self, before: &'p Sources) -> impl Iterator<Item = (SourceId, &'p str, &'p str)> {
        before.iter().filter_map(|(id, source)| {
            let after = self.after.sources.get(id).text();
            (after != source.text()).then_some((id, source.text(), after))
        })
    }
}

/// Mends what can be mended.
#[must_use]
pub fn plan(bench: &Bench<'_>, state: State, report: Report, options: &Options) -> Plan {
    let mut out = Plan { steps: Vec::new(), left: Vec::new(), after: state, report, ended: false };
    let mut tries = Tries::new(options.tries);
    // What was found for findings that were not mended, and after how many steps. Places move with every step, and what could
    // not be mended before may be now; but most cannot, so they are asked again only when nothing new is left to ask.
    let mut known: BTreeMap<Key, (usize, Option<Fix>)> = BTreeMap::new();
    let mut offered: BTreeSet<Key> = BTreeSet::new();
    let mut untried: BTreeSet<Key> = BTreeSet::new();
    while out.steps.len() < MOST_STEPS {
        let mut next: Option<(Finding, Proved)> = None;
        let now = out.steps.len();
        let (mut new, mut old): (Vec<_>, Vec<_>) = out
            .report
            .findings
            .iter()
            .filter(|finding| is_asked(finding, options) && !finding.repairs.is_empty())
            .partition(|finding| !known.contains_key(&key(finding)));
        // What is wrong in the form first, then what AWS refuses: the rest is judged by the one, and not in force by the other.
        let first = |finding: &&Finding| (!types(finding), !is_refusal(bench, finding));
        new.sort_by_key(first);
        old.sort_by_key(first);
        for finding in new.into_iter().chain(old) {
            if known.get(&key(finding)).is_some_and(|(at, _)| *at == now) {
                continue;
            }
            let found = best(bench, &out.after, &out.report, finding, &mut tries);
            let takes = found.as_ref().is_some_and(|found| match found.fix.applicability {
                Applicability::Safe => true,
                Applicability::NeedsReview => options.with_review,
                Applicability::DisplayOnly => false,
            });
            match found {
                Some(found) if takes => {
                    next = Some((finding.clone(), found));
                    break;
                }
                found => {
                    if tries.ended {
                        untried.insert(key(finding));
                        // What was found at an earlier step is not known to be wrong.
                        if found.is_none() && known.contains_key(&key(finding)) {
                            continue;
                        }
                    }
                    if found.is_some() {
                        offered.insert(key(finding));
                    }
                    known.insert(key(finding), (now, found.map(|found| found.fix)));
                }
            }
        }
        let Some((finding, proved)) = next else { break };
        out.steps.push(Step { finding, fix: proved.fix });
        out.after = proved.state;
        out.report = proved.report;
    }
    for finding in out.report.findings.iter().filter(|finding| is_asked(finding, options)) {
        let fix = known.get(&key(finding)).and_then(|(_, fix)| fix.clone());
        let untried = untried.contains(&key(finding));
        let conflicts = fix.is_none() && !untried && offered.contains(&key(finding));
        let hangs = |repair| hangs_on(bench, (&out.after, &out.report), finding, repair);
        let waits = match &fix {
            None => finding.repairs.iter().find_map(hangs).map(str::to_owned),
            Some(_) => None,
        };
        out.left.push(Left { finding: finding.clone(), fix, conflicts, untried, waits });
    }
    out.ended = tries.ended;
    out
}

/// Whether another value of the form would mend a finding.
fn types(finding: &Finding) -> bool {
    let changes = || finding.repairs.iter().flat_map(|repair| &repair.changes);
    changes().any(|change| matches!(change, Change::Form { .. }))
}

/// Whether a finding is that AWS refuses a document as it is written.
fn is_refusal(bench: &Bench<'_>, finding: &Finding) -> bool {
    finding.demand.as_deref().is_some_and(|id| asks_for_acceptance(bench, id))
}

/// What a finding is known by while places move.
type Key = (RuleName, String, Option<String>);

fn key(finding: &Finding) -> Key {
    (finding.rule.clone(), finding.headline.clone(), finding.demand.clone())
}

fn is_asked(finding: &Finding, options: &Options) -> bool {
    if options.only.is_empty() {
        let is_named = |id: &String| options.demands.contains(id);
        finding.severity >= options.least || finding.demand.as_ref().is_some_and(is_named)
    } else {
        options.only.contains(&finding.rule)
    }
}
