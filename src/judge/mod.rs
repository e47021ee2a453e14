//! Runs a contract's demands, gives their faults words, and reaches the verdict.
//!
//! The verdict comes from needed demands alone: one broken is *not ready*, else one unknown is *cannot tell*, else
//! *ready*. What is shown (severity, `--only`) never changes it.

mod complete;
mod gather;
mod known;
mod library;
mod lint;
mod live;
mod settle;
mod told;
mod words;

pub use complete::complete as completed;
pub use library::{Library, LibraryFault};
pub use lint::{LintJob, lint};
pub use live::not_read;
pub use settle::{Settings, settle};
pub use told::findings_of;

use crate::checks::{self, Cause, Looked, Outcome, Subject};
use crate::contract::{Ask, Contract, Demand, Form};
use crate::evidence::Evidence;
use crate::finding::{
    Assumed, ConsumerReport, DemandReport, Finding, Label, Need, NotEvaluated, Repair, Report, RuleName,
    State, Unknown, Verdict, Wrapped,
};
use crate::source::{Place, Sources};
use std::borrow::Cow;

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
    let mut report = Report {
        verdict: Verdict::Ready,
        consumers: Vec::new(),
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
    };
    let mut told = Vec::new();
    for contract in job.consumers.iter().filter_map(|name| library.contract(name)) {
        one(library, job, contract, &mut report, &mut told);
    }
    report.verdict =
        report.consumers.iter().map(|consumer| consumer.verdict).max().unwrap_or(Verdict::CannotTell);
    report.findings = distinct(told);
    if !job.only.is_empty() {
        report.findings.retain(|finding| job.only.contains(&finding.rule));
    }
    report.unknown.sort();
    report.unknown.dedup();
    report.assumed.sort();
    report.assumed.dedup();
    report
}

/// Form and evidence as a contract sees them: presumptions made, what AWS's answers hold taken out.
#[derive(Debug)]
pub struct Prepared<'a> {
    given: Form,
    form: Form,
    evidence: Cow<'a, Evidence>,
    looked: Looked,
}

/// Prepares a job for a contract.
#[must_use]
pub fn prepare<'a>(library: &Library, job: &Job<'a>, contract: &Contract) -> Prepared<'a> {
    let given = live::with_form(job.form, job.evidence);
    let form = complete::complete(&given, contract, job.evidence);
    let evidence = gather::gather(job.sources, job.evidence, &form);
    let looked = Looked::new(evidence.documents.len());
    let subject = Subject {
        sources: job.sources,
        evidence: evidence.as_ref(),
        form: &form,
        requests: library.requests(),
        layout: contract.layout.as_ref(),
        demands: &contract.demands,
        strict: job.strict,
        now: job.now,
        looked: &looked,
        phrases: library.phrases(),
    };
    let form = complete::used(&subject, &form).unwrap_or(form);
    Prepared { given, form, evidence, looked }
}

impl Prepared<'_> {
    /// What checks are given.
    #[must_use]
    pub fn subject<'s>(&'s self, library: &'s Library, job: &Job<'s>, contract: &'s Contract) -> Subject<'s> {
        Subject {
            sources: job.sources,
            evidence: self.evidence.as_ref(),
            form: &self.form,
            requests: library.requests(),
            layout: contract.layout.as_ref(),
            demands: &contract.demands,
            strict: job.strict,
            now: job.now,
            looked: &self.looked,
            phrases: library.phrases(),
        }
    }
}

fn one(library: &Library, job: &Job<'_>, contract: &Contract, report: &mut Report, told: &mut Vec<Told>) {
    let prepared = prepare(library, job, contract);
    let evidence = prepared.evidence.as_ref();
    let form = &prepared.form;
    let unwrapped = evidence.wrapped.iter().skip(job.evidence.wrapped.len());
    report.wrapped.extend(unwrapped.map(|(source, span, level)| Wrapped {
        source: *source,
        span: *span,
        level: *level,
    }));
    let subject = prepared.subject(library, job, contract);
    let given = Subject { form: &prepared.given, ..subject };
    for cause in checks::check_form(&given) {
        told.push(tell(library, &cause, "form", None));
    }
    for cause in checks::check_path(&subject) {
        told.push(tell(library, &cause, "form", None));
    }
    let mut demands = Vec::new();
    for demand in contract.demands.iter().filter(|demand| checks::is_asked(&subject, demand)) {
        let mut outcome = checks::put(&subject, demand);
        if evidence.live.is_answered() {
            checks::compare(&subject, demand, library.reads(), &mut outcome);
        }
        let mut entry = entry(library, &subject, demand, &outcome);
        if matches!(&demand.ask, Ask::Accepted { document } if document == "bucket-policy") {
            entry.detail = library.known_texts().name(job.evidence, form);
        }
        demands.push(entry);
        told.extend(outcome.causes.iter().map(|cause| tell(library, cause, &group_of(demand), Some(demand))));
        collect(library, &subject, demand, outcome, report);
    }
    let explained: Vec<Finding> =
        told.iter().filter(|told| told.finding.demand.is_some()).map(|told| told.finding.clone()).collect();
    told.extend(lint::beside(library, &subject, &explained));
    report.assumed.extend(complete::presumptions(form));
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
        State::Unknown => outcome.facts.first().map(|fact| words::fact(library, subject.form, fact).0),
    };
    DemandReport {
        id: demand.id.clone(),
        section: demand.section.clone(),
        title: words::title(subject.form, &demand.title),
        need: demand.need,
        state,
        detail: outcome.detail.clone(),
        next,
    }
}

fn collect(library: &Library, subject: &Subject<'_>, demand: &Demand, outcome: Outcome, report: &mut Report) {
    // What a piece of advice waits for is not worth asking the user for.
    if demand.need == Need::Needed {
        report.unknown.extend(outcome.facts.iter().map(|fact| {
            let (mut reason, tell) = words::fact(library, subject.form, fact);
            reason.push_str(&live::why(library, subject.evidence, &fact.id));
            Unknown { demand: demand.id.clone(), fact: fact.id.clone(), reason, tell }
        }));
        report.assumed.extend(
            outcome.assumed.into_iter().map(|assumed| Assumed { text: assumed.text, source: assumed.source }),
        );
    }
}

fn tell(library: &Library, cause: &Cause, group: &str, demand: Option<&Demand>) -> Told {
    let refusal = demand.is_some_and(|demand| matches!(demand.ask, Ask::Accepted { .. }));
    Told {
        finding: words::finding(library, cause, group, demand),
        check: cause.check,
        case: cause.case,
        refusal,
    }
}

/// A finding with the case it tells of.
struct Told {
    finding: Finding,
    check: &'static str,
    case: &'static str,
    /// It only says that AWS refuses the text.
    refusal: bool,
}

/// A fault is told once, by the most specific rule: what explains a broken demand wins over what says that AWS refuses the
/// text, and both win over what is merely unsure.
fn distinct(mut told: Vec<Told>) -> Vec<Finding> {
    told.sort_by(|left, right| {
        let key = |told: &Told| {
            (
                std::cmp::Reverse(told.finding.severity),
                told.finding.primary.place,
                told.refusal,
                told.finding.rule.clone(),
            )
        };
        key(left).cmp(&key(right))
    });
    let keep: Vec<bool> = told
        .iter()
        .enumerate()
        .map(|(at, each)| {
            !told
                .iter()
                .enumerate()
                .any(|(other_at, other)| at != other_at && covers(other, other_at, each, at))
        })
        .collect();
    let mut findings: Vec<Finding> =
        told.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(told, _)| told.finding.clone()).collect();
    // What else shows that a value of the form is wrong is worth a look.
    for (one, _) in told.iter().zip(&keep).filter(|(_, keep)| **keep) {
        let Some(finding) = findings.iter_mut().find(|finding| **finding == one.finding) else { continue };
        for other in told.iter().zip(&keep).filter(|(_, keep)| !**keep).map(|(told, _)| told) {
            let place = other.finding.primary.place;
            let is_new = place.source != finding.primary.place.source
                && !finding.related.iter().any(|label| label.place == place);
            if is_new && tells_the_same_of_the_form(one, other) {
                finding.related.push(Label { place, text: other.finding.headline.clone() });
            }
        }
    }
    // Several of a kind at one place (an `Action` list without two of the actions) are one finding that names the others.
    for finding in &mut findings {
        let others = told.iter().map(|told| &told.finding).filter(|other| {
            other.rule == finding.rule
                && other.primary.place == finding.primary.place
                && other.headline != finding.headline
        });
        for other in others {
            // What is merely wanted is mended by itself.
            if other.severity == finding.severity {
                finding.repairs = both(&finding.repairs, &other.repairs);
            }
            let note = format!("the same: {}", other.headline);
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
        }
    }
    findings
}

/// Ways that mend two findings of a kind together.
fn both(one: &[Repair], other: &[Repair]) -> Vec<Repair> {
    let with = |(one, other): (&Repair, &Repair)| {
        let more = other.changes.iter().filter(|change| !one.changes.contains(change)).cloned();
        Repair { changes: one.changes.iter().cloned().chain(more).collect() }
    };
    match (one, other) {
        (one, []) => one.to_vec(),
        ([], other) => other.to_vec(),
        (one, other) => one.iter().zip(other).map(with).collect(),
    }
}

/// Findings about the values of the form that lead to the export's files, those that tell most first.
fn about_form(told: &Told) -> Option<u8> {
    match (told.check, told.case) {
        ("path", _) => Some(0),
        ("layout", "mixed-formats" | "passed-over" | "page") => None,
        ("layout", _) => Some(1),
        (
            "export",
            "path" | "path-last-folder" | "name-not-there" | "name-not-shown" | "none-there" | "type"
            | "table",
        ) => Some(2),
        ("setting", "bucket") => Some(2),
        _ => None,
    }
}

/// A value of the form that is wrong is wrong once: what its letters show goes before what the bucket shows, and that before
/// what the export's settings show.
fn tells_the_same_of_the_form(one: &Told, other: &Told) -> bool {
    let at_value = |told: &Told, place: Place| {
        let of = |at: Place| {
            at.source == place.source && (at.span.contains(place.span) || place.span.contains(at.span))
        };
        of(told.finding.primary.place) || told.finding.related.iter().any(|label| of(label.place))
    };
    about_form(one).is_some()
        && about_form(other).is_some()
        && (at_value(one, other.finding.primary.place) || at_value(other, one.finding.primary.place))
}

/// Whether one finding makes another superfluous.
fn covers(one: &Told, one_at: usize, other: &Told, other_at: usize) -> bool {
    let (left, right) = (one.finding.primary.place, other.finding.primary.place);
    if tells_the_same_of_the_form(one, other) {
        let rank = |told: &Told| (std::cmp::Reverse(told.finding.severity), about_form(told));
        let (first, second) = (rank(one), rank(other));
        return first < second || (first == second && left == right && one_at < other_at);
    }
    // What is merely good to know never hides what breaks a demand.
    if left.source != right.source || one.finding.severity < other.finding.severity {
        return false;
    }
    if left == right && one.finding.rule == other.finding.rule {
        return one_at < other_at;
    }
    match (other.case, one.case) {
        // AWS refuses the same string for the same reason.
        ("resource-outside-bucket", "resource-placeholder") => right.span.contains(left.span),
        ("action-resource-mismatch", "resource-bucket-arn" | "resource-object-arn") => true,
        (
            "resource-outside-bucket" | "resource-names-nothing",
            "resource-bucket" | "resource-arn-form" | "resource-partition" | "resource-other",
        )
        | ("unknown-action", "action-misspelt") => left == right,
        // Who is open to the world is public to AWS as well; a name that nobody has is no other.
        ("public-to-aws", "public" | "any-account")
        | (
            "read" | "change" | "own",
            "principal-misspelt" | "principal-kind" | "principal-other" | "principal-missing",
        ) => left == right,
        ("unsure", _) if one.refusal => left == right,
        _ => false,
    }
}
