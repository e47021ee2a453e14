//! What the documents of a check have come to since a git revision.

use super::Run;
use crate::change::{Accounts, Contracts};
use crate::cli::base::{Before, Side};
use crate::evidence::PolicyDocument;
use crate::finding::Report;
use crate::judge::{Job, findings_of_changes, findings_of_declared};
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
        let is_any = |_: &PolicyDocument| false;
        let side = Side::of_account(&state.evidence, &state.sources, &is_any);
        let before = Before::read(&mut state.sources, base, paths, &side)?;
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
        let asked = contracts.asked();
        // Of the policies in templates, a contract is about those that are on what it asks about.
        let is_judged = |document: &PolicyDocument| {
            asked.iter().flat_map(|asked| &asked.subject.evidence.documents).any(|judged| {
                judged.source == document.source
                    && judged.policy.span == document.policy.span
                    && judged.role == document.role
            })
        };
        let now = Side::of_account(&state.evidence, &state.sources, &is_judged);
        let (mut changes, causes) = before.compare(&state.sources, &now, accounts, &asked);
        changes.weigh(&report.consumers);
        report.findings.extend(findings_of_changes(&self.library, &changes));
        report.findings.extend(findings_of_declared(&self.library, &causes));
        report.changes = Some(changes);
        Ok(())
    }
}
