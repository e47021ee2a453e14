//! What the documents of a check have come to since a git revision.

use super::Run;
use crate::change::{Accounts, Contracts};
use crate::checks::lint::PolicyKind;
use crate::cli::base::{Before, Item};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::Report;
use crate::judge::{Job, findings_of_changes};
use crate::mend::State;
use std::path::PathBuf;

impl Run {
    /// Adds to the report what the documents have come to since a git revision.
    pub(super) fn compare(
        &self,
        base: &str,
        paths: &[PathBuf],
        state: &mut State,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let item = |document: &PolicyDocument| {
            let kind = PolicyKind::of_role(document.role);
            let tied = document.role != Role::LinkedPolicy && document.linked.is_none();
            Item::new(&document.policy, &document.issues, kind, tied)
        };
        let now: Vec<Item> = state.evidence.documents.iter().map(item).collect();
        let before = Before::read(&mut state.sources, base, paths, &now)?;
        let job = Job {
            sources: &state.sources,
            evidence: &state.evidence,
            form: &state.form,
            consumers: &self.consumers,
            strict: self.strict,
            now: &self.now,
            only: &[],
        };
        let contracts = Contracts::new(&self.library, job);
        let accounts = Accounts { given: None, form: &state.form };
        let mut changes = before.compare(&state.sources, &now, accounts, &contracts.asked());
        changes.weigh(&report.consumers);
        report.findings.extend(findings_of_changes(&self.library, &changes));
        report.changes = Some(changes);
        Ok(())
    }
}
