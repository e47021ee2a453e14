//! Fixes one after the other, each judged on the documents as the ones before leave them.

use super::prove::{Proved, best};
use super::state::{Bench, State};
use crate::finding::{Applicability, Finding, Fix, Report, RuleName, Severity};
use crate::source::{SourceId, Sources};

/// Fixes in one run.
const MOST_STEPS: usize = 64;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Findings of these rules only; empty for all errors and warnings.
    pub only: Vec<RuleName>,
    /// Fixes that need a review are applied as well.
    pub with_review: bool,
    /// The least severity that is mended where no rules are named.
    pub least: Severity,
}

impl Default for Options {
    fn default() -> Self {
        Self { only: Vec::new(), with_review: false, least: Severity::Warning }
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
    let mut out = Plan { steps: Vec::new(), left: Vec::new(), after: state, report };
    let mut offered: Vec<(RuleName, String)> = Vec::new();
    let mut given_up: Vec<(RuleName, String)> = Vec::new();
    let key = |finding: &Finding| (finding.rule.clone(), finding.headline.clone());
    while out.steps.len() < MOST_STEPS {
        let open: Vec<Finding> =
            out.report.findings.iter().filter(|finding| is_asked(finding, options)).cloned().collect();
        let mut next: Option<(Finding, Proved)> = None;
        for finding in open.iter().filter(|finding| !finding.repairs.is_empty()) {
            if given_up.contains(&key(finding)) {
                continue;
            }
            let Some(proved) = best(bench, &out.after, &out.report, finding) else {
                given_up.push(key(finding));
                continue;
            };
            let takes = match proved.fix.applicability {
                Applicability::Safe => true,
                Applicability::NeedsReview => options.with_review,
                Applicability::DisplayOnly => false,
            };
            offered.push(key(finding));
            if takes {
                next = Some((finding.clone(), proved));
                break;
            }
        }
        let Some((finding, proved)) = next else { break };
        out.steps.push(Step { finding, fix: proved.fix });
        out.after = proved.state;
        out.report = proved.report;
        // What could not be mended before may be now.
        given_up.clear();
    }
    let open: Vec<Finding> =
        out.report.findings.iter().filter(|finding| is_asked(finding, options)).cloned().collect();
    for finding in open {
        let fix = if finding.repairs.is_empty() {
            None
        } else {
            best(bench, &out.after, &out.report, &finding).map(|proved| proved.fix)
        };
        let conflicts = fix.is_none() && offered.contains(&key(&finding));
        out.left.push(Left { finding, fix, conflicts });
    }
    out
}

fn is_asked(finding: &Finding, options: &Options) -> bool {
    if options.only.is_empty() {
        finding.severity >= options.least
    } else {
        options.only.contains(&finding.rule)
    }
}
