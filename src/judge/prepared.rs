//! What a contract's demands are asked about: the form with what is presumed, and the evidence that bears on it.

use super::library::Library;
use super::{Job, agree, attached, complete, gather, live, several};
use crate::checks::{Looked, Subject};
use crate::contract::{Contract, Form};
use crate::evidence::Evidence;
use std::borrow::Cow;

/// Form and evidence as a contract sees them: presumptions made, what AWS's answers hold taken out.
#[derive(Debug)]
pub struct Prepared<'a> {
    pub(super) given: Form,
    pub(super) form: Form,
    pub(super) evidence: Cow<'a, Evidence>,
    pub(super) looked: Looked,
    neighbours: Vec<String>,
}

/// Prepares a job for a contract.
#[must_use]
pub fn prepare<'a>(library: &Library, job: &Job<'a>, contract: &Contract) -> Prepared<'a> {
    let given = live::with_form(job.form, job.evidence);
    let (neighbours, given) = several::beside(library, job.consumers, given, contract);
    let attached = attached::attached(job.sources, job.evidence, &given, contract.reader);
    let form = complete::complete(&given, contract, &attached);
    let evidence = match attached {
        Cow::Borrowed(evidence) => gather::gather(job.sources, evidence, &form),
        Cow::Owned(evidence) => Cow::Owned(gather::gather(job.sources, &evidence, &form).into_owned()),
    };
    let evidence = agree::settle(job.sources, evidence, &form);
    let looked = Looked::new(evidence.documents.len());
    let subject = Subject {
        sources: job.sources,
        evidence: evidence.as_ref(),
        form: &form,
        requests: library.requests(),
        layout: contract.layout.as_ref(),
        delivered: contract.delivered.as_ref(),
        demands: &contract.demands,
        neighbours: &neighbours,
        strict: job.strict,
        now: job.now,
        explains: true,
        looked: &looked,
        phrases: library.phrases(),
    };
    let form = complete::used(&subject, &form).unwrap_or(form);
    let form = agree::without_clashes(&evidence, form);
    Prepared { given, form, evidence, looked, neighbours }
}

impl<'a> Prepared<'a> {
    /// The documents that bear on what the form says, those among them that stand in answers about many.
    #[must_use]
    pub fn into_evidence(self) -> Cow<'a, Evidence> {
        self.evidence
    }

    /// What checks are given.
    #[must_use]
    pub fn subject<'s>(&'s self, library: &'s Library, job: &Job<'s>, contract: &'s Contract) -> Subject<'s> {
        Subject {
            sources: job.sources,
            evidence: self.evidence.as_ref(),
            form: &self.form,
            requests: library.requests(),
            layout: contract.layout.as_ref(),
            delivered: contract.delivered.as_ref(),
            demands: &contract.demands,
            neighbours: &self.neighbours,
            strict: job.strict,
            now: job.now,
            explains: true,
            looked: &self.looked,
            phrases: library.phrases(),
        }
    }
}
