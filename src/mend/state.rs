//! A set of documents that can be changed in memory and judged again.

use crate::contract::{Form, Origin};
use crate::evidence::{Evidence, PolicyDocument};
use crate::finding::Report;
use crate::judge::{Before, Job, Library, Memory, judge_again};
use crate::load;
use crate::source::{Place, SourceId, Sources, Span};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

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
    /// What was found out when they were judged.
    memory: RefCell<Memory>,
    /// Statements that are to stay as they are written, and in their order, by the place of their document among the others.
    kept: Vec<(usize, Vec<String>)>,
}

impl Bench<'_> {
    /// The report on documents, which remember what was found out.
    #[must_use]
    pub fn judge(&self, state: &State) -> Report {
        let (report, memory) = judge_again(self.library, &self.job(state), None);
        state.memory.replace(memory);
        report
    }

    /// The report on documents that differ from others in some texts.
    pub(super) fn judge_changed(
        &self,
        before: &State,
        after: &State,
        changed: &BTreeSet<SourceId>,
    ) -> Report {
        let before = before.memory.borrow();
        let before = Before { memory: &before, changed };
        let (report, memory) = judge_again(self.library, &self.job(after), Some(before));
        after.memory.replace(memory);
        report
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
    /// Documents that nobody has judged yet.
    #[must_use]
    pub fn new(sources: Sources, evidence: Evidence, form: Form) -> Self {
        Self { sources, evidence, form, memory: RefCell::default(), kept: Vec::new() }
    }

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
                Some(Origin::Presumed(_) | Origin::StandIn(_)) | None => {
                    config.map(|source| Place { source, span: Span::default() })
                }
            };
            if let Some(place) = place {
                changed.give(name, value, place);
            }
        }
        Self { kept: self.kept.clone(), ..Self::new(sources, evidence, changed) }
    }

    /// The same, of which changes are to leave every statement of some documents as it is written.
    pub(super) fn keeping(mut self, is_kept: &dyn Fn(SourceId) -> bool) -> Self {
        let documents = self.evidence.documents.iter().enumerate();
        let kept = documents.filter(|(_, document)| is_kept(document.source));
        self.kept = kept.map(|(at, document)| (at, self.statements(document))).collect();
        self
    }

    /// Whether every statement stands there that was to stay.
    pub(super) fn keeps(&self) -> bool {
        self.kept.iter().all(|(at, kept)| {
            let Some(document) = self.evidence.documents.get(*at) else { return false };
            let mut now = self.statements(document).into_iter();
            kept.iter().all(|statement| now.any(|each| each == *statement))
        })
    }

    fn statements(&self, document: &PolicyDocument) -> Vec<String> {
        let source = self.sources.get(document.source);
        document.policy.statements.iter().map(|statement| source.slice(statement.span).to_owned()).collect()
    }
}
