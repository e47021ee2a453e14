//! A set of documents that can be changed in memory and judged again.

use crate::contract::{Form, Origin};
use crate::evidence::Evidence;
use crate::finding::Report;
use crate::judge::{Job, Library, judge};
use crate::load;
use crate::source::{Place, SourceId, Sources, Span};
use std::collections::BTreeMap;

/// What stays the same while documents change.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Contracts and rules.
    pub library: &'a Library,
    /// Names of consumers.
    pub consumers: &'a [String],
    /// What is presumed absent counts as not visible.
    pub strict: bool,
    /// The moment to judge for, an ISO 8601 instant.
    pub now: &'a str,
    /// The configuration file, if there is one: form values are written there.
    pub config: Option<SourceId>,
}

/// Documents at one moment.
#[derive(Debug)]
pub struct State {
    /// The texts. A source keeps its identity when its text changes.
    pub sources: Sources,
    /// What they say.
    pub evidence: Evidence,
    /// The form.
    pub form: Form,
}

impl Bench<'_> {
    /// The report on documents.
    #[must_use]
    pub fn judge(&self, state: &State) -> Report {
        judge(self.library, &self.job(state))
    }

    pub(super) fn job<'s>(&'s self, state: &'s State) -> Job<'s> {
        Job {
            sources: &state.sources,
            evidence: &state.evidence,
            form: &state.form,
            consumers: self.consumers,
            strict: self.strict,
            now: self.now,
            only: &[],
        }
    }
}

impl State {
    /// The documents with other texts and form values.
    pub(super) fn with(
        &self,
        texts: &BTreeMap<SourceId, String>,
        form: &[(String, String)],
        config: Option<SourceId>,
    ) -> Self {
        let (sources, evidence) = load::again(&self.sources, &self.evidence, texts);
        let mut changed = self.form.clone();
        for (name, value) in form {
            let place = match changed.get(name).map(|value| &value.origin) {
                Some(Origin::Given(place)) => Some(*place),
                Some(Origin::Presumed(_)) | None => {
                    config.map(|source| Place { source, span: Span::default() })
                }
            };
            if let Some(place) = place {
                changed.give(name, value, place);
            }
        }
        Self { sources, evidence, form: changed }
    }
}
