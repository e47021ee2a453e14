//! Findings of policies without a consumer: no demands, no verdict.

use super::cases::in_cases;
use super::known::Published;
use super::told::Told;
use super::{Library, distinct, tell};
use crate::checks::lint::{self, Doc, PolicyKind};
use crate::checks::{Cause, Subject, look_declared, made_elsewhere};
use crate::evidence::{CasePolicy, LoosePolicies, PolicyDocument, Role};
use crate::finding::{Finding, NotEvaluated, Report, RuleName, Severity, Verdict, Wrapped};
use crate::policy::Policy;
use crate::source::{Place, Sources};

/// Policies to look at.
#[derive(Debug, Clone)]
pub struct LintJob<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// What was found in them.
    pub found: &'a LoosePolicies,
    /// What kind of policies they are; each is found out where nobody says.
    pub kind: Option<PolicyKind>,
    /// Whether to tell what is a matter of style.
    pub pedantic: bool,
    /// Rules to show findings of; empty for all.
    pub only: &'a [RuleName],
}

/// Looks at every policy of a job. The report has no consumers, and so its verdict says nothing.
#[must_use]
pub fn lint(library: &Library, job: &LintJob<'_>) -> Report {
    let mut told = Vec::new();
    let mut docs = Vec::new();
    for found in &job.found.policies {
        let text = job.sources.get(found.source);
        let kind = job.kind.unwrap_or_else(|| PolicyKind::detect(found, text.name()));
        let doc = Doc {
            text,
            policy: &found.policy,
            issues: &found.issues,
            length: found.length,
            kind,
            bucket: None,
            partition: None,
            owner: found.owner.as_ref(),
            requests: library.requests(),
        };
        let look = |doc: &Doc<'_>| -> Vec<Told> {
            let causes = lint::lint(doc);
            if causes.is_empty() {
                return Vec::new();
            }
            let published = library.known_texts().published(doc.policy);
            let worth = causes.into_iter().filter(|cause| job.pedantic || !is_style(library, cause));
            worth.map(|cause| lowered(library, cause, doc.policy, &published)).collect()
        };
        let attachment = found.attachment.as_ref();
        let is_in_cases = attachment.is_some_and(|attachment| !attachment.cases.is_empty());
        // Of what is known in cases alone there is nothing to look at.
        let own = if is_in_cases && found.policy.statements.is_empty() { Vec::new() } else { look(&doc) };
        if is_in_cases {
            let each = |case: &CasePolicy| {
                let CasePolicy { policy, issues, length } = case;
                look(&Doc { text: job.sources.get(policy.source), policy, issues, length: *length, ..doc })
            };
            told.extend(in_cases(attachment, &own, &each));
        }
        told.extend(own);
        docs.push(doc);
    }
    told.extend(lint::together(&docs).iter().map(|cause| {
        let mut told = tell(library, cause, "iam", None);
        told.refusal = true;
        told
    }));
    let declared = || &job.found.declared;
    let causes = look_declared(declared()).into_iter().chain(made_elsewhere(declared()));
    told.extend(causes.map(|cause| tell(library, &cause, "iac", None)));
    let mut findings = distinct(told);
    if !job.only.is_empty() {
        findings.retain(|finding| job.only.contains(&finding.rule));
    }
    Report {
        verdict: Verdict::CannotTell,
        consumers: Vec::new(),
        conflicts: Vec::new(),
        findings,
        unknown: Vec::new(),
        assumed: Vec::new(),
        not_evaluated: job
            .found
            .not_evaluated
            .iter()
            .map(|(document, reason)| NotEvaluated { document: document.clone(), reason: reason.clone() })
            .collect(),
        suppressed: Vec::new(),
        wrapped: job
            .found
            .wrapped
            .iter()
            .map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level })
            .collect(),
        changes: None,
    }
}

/// What the rules say of a consumer's documents, beside its demands: errors and warnings, no matters of taste, and nothing
/// of a place that explains a demand already.
pub(super) fn beside(library: &Library, subject: &Subject<'_>, explained: &[Finding]) -> Vec<Told> {
    let mut told = Vec::new();
    for document in &subject.evidence.documents {
        // What an organization's guardrails do to others is not asked here.
        let guardrail = matches!(document.role, Role::Scp | Role::Rcp);
        let least = if guardrail { Severity::Error } else { Severity::Warning };
        let look = |document: &PolicyDocument| -> Vec<Told> {
            let causes = crate::checks::look(subject, document);
            if causes.is_empty() {
                return Vec::new();
            }
            let published = library.known_texts().published(&document.policy);
            causes
                .iter()
                .filter(|cause| !is_style(library, cause))
                .cloned()
                .map(|cause| lowered(library, cause, &document.policy, &published))
                .filter(|told| told.finding.severity >= least)
                .filter(|told| !explained.iter().any(|finding| meet(finding, &told.finding)))
                .collect()
        };
        let own = look(document);
        let attachment = document.tie();
        let each = |case: &CasePolicy| {
            let CasePolicy { policy, issues, length } = case.clone();
            look(&PolicyDocument { source: policy.source, policy, issues, length, ..document.clone() })
        };
        told.extend(in_cases(attachment, &own, &each));
        told.extend(own);
    }
    told
}

/// Whether two findings speak of one text.
fn meet(one: &Finding, other: &Finding) -> bool {
    let places = |finding: &Finding| -> Vec<Place> {
        std::iter::once(&finding.primary).chain(&finding.related).map(|label| label.place).collect()
    };
    let others = places(other);
    places(one).iter().any(|left| {
        others.iter().any(|right| {
            left.source == right.source && (left.span.contains(right.span) || right.span.contains(left.span))
        })
    })
}

fn is_style(library: &Library, cause: &Cause) -> bool {
    let rule = library.book().rule_for(cause.group.unwrap_or("iam"), cause.check, cause.case);
    rule.is_some_and(|rule| rule.pedantic)
}

/// The finding of a cause. In a statement that AWS itself publishes it is worth a note: who pasted it did nothing wrong.
fn lowered(library: &Library, cause: Cause, policy: &Policy, published: &Published) -> Told {
    let mut told = tell(library, &cause, "iam", None);
    told.refusal = true;
    let refused = matches!(cause.check, "syntax" | "grammar");
    let statement = policy.statements.iter().find(|statement| statement.span.contains(cause.place.span));
    if let Some(name) = statement.and_then(|statement| published.name(statement.index))
        && !refused
        && told.finding.severity > Severity::Note
    {
        told.finding.severity = Severity::Note;
        told.finding.notes.push(format!("this statement is as published: {name}"));
    }
    told
}
