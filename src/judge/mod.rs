//! Runs a contract's demands, gives their faults words, and reaches the verdict.
//!
//! The verdict comes from needed demands alone: one broken is *not ready*, else one unknown is *cannot tell*, else
//! *ready*. What is shown (severity, `--only`) never changes it.

mod again;
mod agree;
mod attached;
mod cases;
mod changed;
mod complete;
mod declared;
mod doubts;
mod gather;
mod groups;
mod known;
mod library;
mod lint;
mod live;
mod prepared;
mod settle;
mod several;
mod shown;
mod single;
mod told;
mod unasked;
mod words;

pub use again::{Before, Memory};
pub use attached::of_reader;
pub use changed::{findings_of_changes, findings_of_declared};
pub use complete::{billing_region_in, billing_region_of, complete as completed};
pub use library::{Library, LibraryFault};
pub use lint::{LintJob, lint};
pub use live::not_read;
pub use prepared::{Prepared, prepare};
pub use settle::{Settings, settle};
pub use several::with_own_principal;
pub use shown::{MonthsShown, form_shown, months_shown};
pub use single::findings_of;
pub use words::title as title_of;

use crate::checks::{self, Cause, Outcome, Subject};
use crate::contract::{Ask, Contract, Demand, ExportQuestion, Form, conflicts};
use crate::evidence::Evidence;
use crate::finding::{
    Assumed, Conflict, ConsumerReport, DemandReport, Finding, Need, NotEvaluated, Report, RuleName, State,
    Unknown, Verdict, Wrapped,
};
use crate::source::Sources;
use again::Standing;
use doubts::doubts;
use std::collections::BTreeMap;
use std::sync::Arc;
use told::{Told, distinct};

/// What is to be judged.
#[derive(Debug, Clone)]
pub struct Job<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The documents.
    pub evidence: &'a Evidence,
    /// The form as the user gave it.
    pub form: &'a Form,
    /// Names of consumers.
    pub consumers: &'a [String],
    /// What is presumed absent counts as not visible.
    pub strict: bool,
    /// The moment to judge for, an ISO 8601 instant.
    pub now: &'a str,
    /// Rules to show findings of; empty for all.
    pub only: &'a [RuleName],
}

/// Judges a job for every consumer it names. Names that the library does not have are left out.
#[must_use]
pub fn judge(library: &Library, job: &Job<'_>) -> Report {
    judge_again(library, job, None).0
}

/// The same, with what was found out, and with what is known from a job that differs in the text of some sources alone.
#[must_use]
pub fn judge_again(library: &Library, job: &Job<'_>, before: Option<Before<'_>>) -> (Report, Memory) {
    let mut memory = Memory::default();
    let mut report = Report {
        verdict: Verdict::Ready,
        consumers: Vec::new(),
        conflicts: Vec::new(),
        findings: Vec::new(),
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: job
            .evidence
            .not_evaluated
            .iter()
            .map(|(document, reason)| NotEvaluated { document: document.clone(), reason: reason.clone() })
            .chain(live::not_read(library, job.evidence))
            .collect(),
        suppressed: Vec::new(),
        wrapped: job
            .evidence
            .wrapped
            .iter()
            .map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level })
            .collect(),
        changes: None,
    };
    let mut told = Vec::new();
    let mut forms = Vec::new();
    for contract in job.consumers.iter().filter_map(|name| library.contract(name)) {
        let form = one(
            library,
            job,
            contract,
            before,
            &mut Found { report: &mut report, told: &mut told, memory: &mut memory },
        );
        forms.push((contract, form));
    }
    let contracts: Vec<&Contract> = forms.iter().map(|(contract, _)| *contract).collect();
    report.not_evaluated.extend(unasked::unasked(library, job.sources, job.evidence, &contracts));
    if forms.len() > 1 {
        report.conflicts = conflicts(&forms, library.requests());
    }
    report.verdict =
        report.consumers.iter().map(|consumer| consumer.verdict).max().unwrap_or(Verdict::CannotTell);
    // Each by itself may be ready for an export that cannot be made for both.
    if report.conflicts.iter().any(Conflict::is_needed) {
        report.verdict = Verdict::NotReady;
    }
    report.findings = distinct(told);
    if !job.only.is_empty() {
        report.findings.retain(|finding| job.only.contains(&finding.rule));
    }
    distinct_names(&mut report.not_evaluated);
    report.unknown.sort();
    report.unknown.dedup();
    report.assumed.sort();
    report.assumed.dedup();
    (report, memory)
}

/// Leaves out what was named before; the order stays.
fn distinct_names(list: &mut Vec<NotEvaluated>) {
    let mut seen = Vec::new();
    list.retain(|entry| {
        let is_new = !seen.contains(entry);
        if is_new {
            seen.push(entry.clone());
        }
        is_new
    });
}

/// What judging comes to, as far as it has come.
struct Found<'f> {
    report: &'f mut Report,
    told: &'f mut Vec<Told>,
    memory: &'f mut Memory,
}

fn one(
    library: &Library,
    job: &Job<'_>,
    contract: &Contract,
    before: Option<Before<'_>>,
    found: &mut Found<'_>,
) -> Form {
    let Found { report, told, memory } = found;
    let prepared = prepare(library, job, contract);
    let evidence = prepared.evidence.as_ref();
    let form = &prepared.form;
    let unwrapped = evidence.wrapped.iter().skip(job.evidence.wrapped.len());
    report.wrapped.extend(unwrapped.map(|(source, span, level)| Wrapped {
        source: *source,
        span: *span,
        level: *level,
    }));
    // What of templates bears on something else.
    let elsewhere = evidence.not_evaluated.iter().skip(job.evidence.not_evaluated.len());
    report.not_evaluated.extend(
        elsewhere
            .map(|(document, reason)| NotEvaluated { document: document.clone(), reason: reason.clone() }),
    );
    let assumed = evidence.assumed.iter().map(|text| Assumed { text: text.clone(), source: None });
    report.assumed.extend(assumed);
    let standing = before.and_then(|before| {
        let standing = Standing::new(before, &contract.name, form, evidence)?;
        standing.fill(before.changed, evidence, &prepared.looked);
        Some(standing)
    });
    let subject = prepared.subject(library, job, contract);
    let given = Subject { form: &prepared.given, ..subject };
    for cause in checks::check_meaning(&given) {
        told.push(tell(library, &cause, "form", None));
    }
    for cause in checks::check_path(&subject) {
        told.push(tell(library, &cause, "form", None));
    }
    let mut demands = Vec::new();
    let mut outcomes = BTreeMap::new();
    for demand in &several::demands(library, job.consumers, contract) {
        let demand = demand.as_ref();
        if !checks::is_asked(&subject, demand) {
            // What AWS refused to show is not known, where what nobody asked for is not looked at.
            if let Some(facts) = checks::refused(&subject, demand, library.reads()) {
                let outcome = Outcome { facts, ..Outcome::of(State::Unknown) };
                demands.push(entry(library, &subject, demand, &outcome));
                collect(library, &subject, demand, &outcome, report);
            }
            continue;
        }
        let known = standing.as_ref().and_then(|standing| standing.outcome(library.requests(), demand));
        let outcome = known.unwrap_or_else(|| {
            let mut outcome = checks::put(&subject, demand);
            if evidence.live.is_answered() {
                checks::compare(&subject, demand, library.reads(), &mut outcome);
            }
            Arc::new(outcome)
        });
        let mut entry = entry(library, &subject, demand, &outcome);
        if matches!(&demand.ask, Ask::Accepted { document } if document == "bucket-policy") {
            entry.detail = library.known_texts().name(job.evidence, form);
        }
        demands.push(entry);
        let answered = Some((demand, state_of(&outcome)));
        told.extend(outcome.causes.iter().map(|cause| tell(library, cause, &group_of(demand), answered)));
        collect(library, &subject, demand, &outcome, report);
        outcomes.insert(demand.id.clone(), outcome);
    }
    let explained: Vec<Finding> =
        told.iter().filter(|told| told.finding.demand.is_some()).map(|told| told.finding.clone()).collect();
    told.extend(lint::beside(library, &subject, &explained));
    let meant = || evidence.declared.iter().filter(|export| checks::can_be_meant(export, form));
    told.extend(checks::look_declared(meant()).iter().map(|cause| tell(library, cause, "iac", None)));
    // A contract that asks where the export is made has told it.
    if !contract.demands.iter().any(|demand| demand.ask == Ask::Export(ExportQuestion::Made)) {
        told.extend(checks::made_elsewhere(meant()).iter().map(|cause| tell(library, cause, "iac", None)));
    }
    memory.keep(&contract.name, form, evidence, &prepared.looked, outcomes);
    report.assumed.extend(complete::presumptions(form));
    let reader = |form: &Form| form.text("reader").map(str::to_owned);
    if let (Some(given), Some(found)) = (reader(&prepared.given), reader(form))
        && given != found
    {
        let text = library.phrases().say("reader-in-full", &[("found", &found), ("given", &given)]);
        report.assumed.push(Assumed { text, source: None });
    }
    let note = contract.note.as_ref();
    report
        .not_evaluated
        .extend(note.map(|note| NotEvaluated { document: contract.product.clone(), reason: note.clone() }));
    report.assumed.extend(doubts(library, contract, &demands));
    let needed = || demands.iter().filter(|demand| demand.need == Need::Needed);
    let verdict = if needed().any(|demand| demand.state == State::Broken) {
        Verdict::NotReady
    } else if needed().any(|demand| demand.state == State::Unknown) || needed().next().is_none() {
        Verdict::CannotTell
    } else {
        Verdict::Ready
    };
    report.consumers.push(ConsumerReport {
        name: contract.name.clone(),
        title: contract.title.clone(),
        verdict,
        demands,
    });
    form.clone()
}

fn state_of(outcome: &Outcome) -> State {
    outcome.state.unwrap_or(State::Unknown)
}

fn group_of(demand: &Demand) -> String {
    demand.section.to_lowercase()
}

fn entry(library: &Library, subject: &Subject<'_>, demand: &Demand, outcome: &Outcome) -> DemandReport {
    let state = state_of(outcome);
    let next = match state {
        State::Holds => None,
        State::Broken => {
            outcome.causes.first().and_then(|cause| words::next(library, cause, &group_of(demand)))
        }
        State::Unknown => None,
    };
    // What a needed demand waits for stands in the list of what cannot be told, with the command. Advice has its own here.
    let fact = outcome.facts.first().filter(|_| state == State::Unknown);
    let waits = fact.map(|fact| words::fact(library, subject.form, fact));
    let (detail, next) = match (waits, demand.need) {
        (None, _) => (outcome.detail.clone(), next),
        (Some((reason, Some(tell))), Need::Advice) => (outcome.detail.clone().or(Some(reason)), Some(tell)),
        (Some((reason, _)), _) => (outcome.detail.clone(), Some(reason)),
    };
    DemandReport {
        id: demand.id.clone(),
        section: demand.section.clone(),
        title: words::title(subject.form, &demand.title),
        need: demand.need,
        state,
        detail,
        next,
    }
}

fn collect(
    library: &Library,
    subject: &Subject<'_>,
    demand: &Demand,
    outcome: &Outcome,
    report: &mut Report,
) {
    // What a piece of advice waits for is not worth asking the user for.
    if demand.need == Need::Needed {
        report.unknown.extend(outcome.facts.iter().map(|fact| {
            let (mut reason, tell) = words::fact(library, subject.form, fact);
            reason.push_str(&live::why(library, subject.evidence, &fact.id));
            Unknown { demand: demand.id.clone(), fact: fact.id.clone(), reason, tell }
        }));
        report.assumed.extend(
            outcome
                .assumed
                .iter()
                .map(|assumed| Assumed { text: assumed.text.clone(), source: assumed.source.clone() }),
        );
    }
}

fn tell(library: &Library, cause: &Cause, group: &str, answered: Option<(&Demand, State)>) -> Told {
    let refusal = answered.is_some_and(|(demand, _)| matches!(demand.ask, Ask::Accepted { .. }));
    Told {
        finding: words::finding(library, cause, group, answered),
        check: cause.check,
        case: cause.case,
        refusal,
    }
}
