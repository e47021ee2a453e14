//! What policies are compared with, beside each other: the settings, and the contracts of products that they ask about.

use super::args::FormArgs;
use super::base::{Before, Item, Side};
use super::check;
use crate::change::{Accounts, Contracts, evidence_of};
use crate::checks::lint::PolicyKind;
use crate::config::Config;
use crate::contract::ReadsAs;
use crate::evidence::{Evidence, Fit, Role};
use crate::finding::Finding;
use crate::finding::change::Changes;
use crate::judge::{self, Library};
use crate::load;
use crate::source::Sources;
use std::path::PathBuf;

/// Settings, and the products to ask about.
pub(super) struct Setup {
    pub(super) config: Config,
    pub(super) folder: PathBuf,
    consumers: Vec<String>,
    /// Whether a contract is asked about.
    pub(super) is_asked: bool,
    pub(super) now: String,
}

impl Setup {
    /// A product is asked about where one is named, or its form is given.
    pub(super) fn new(
        library: &Library,
        form: &FormArgs,
        (folder, config): (PathBuf, Config),
        now: Option<&str>,
    ) -> anyhow::Result<Self> {
        // An account alone says whose the policies are.
        let of_form = form.given().any(|(name, _)| name != "account");
        let is_asked = !form.consumer.is_empty() || !config.consumers.is_empty() || of_form;
        let consumers = if is_asked { check::consumers(library, form, &config)? } else { Vec::new() };
        Ok(Self { config, folder, consumers, is_asked, now: now.map_or_else(check::now, str::to_owned) })
    }

    /// The accounts that comparisons are made for.
    pub(super) fn accounts(&self) -> Accounts<'_> {
        Accounts { given: None, form: &self.config.form }
    }

    /// What policies have come to since a git revision.
    pub(super) fn changes(
        &self,
        library: &Library,
        sources: &mut Sources,
        base: (&str, &[PathBuf]),
        now: Side,
    ) -> anyhow::Result<(Changes, Vec<Finding>)> {
        let (base, paths) = base;
        let now = self.tie(now, sources);
        let mut before = Before::read(sources, base, paths, &now)?;
        self.tie_reader(before.items_mut());
        let policies: Vec<_> = now.items.iter().map(|item| (&item.policy, item.kind)).collect();
        let evidence = evidence_of(if self.is_asked { &policies } else { &[] });
        let contracts = Contracts::new(library, self.job(sources, &evidence));
        let (changes, causes) = before.compare(sources, &now, self.accounts(), &contracts.asked());
        let mut findings = judge::findings_of_changes(library, &changes);
        findings.extend(judge::findings_of_declared(library, &causes));
        Ok((changes, findings))
    }

    /// What contracts are asked with.
    pub(super) fn job<'j>(&'j self, sources: &'j Sources, evidence: &'j Evidence) -> judge::Job<'j> {
        judge::Job {
            sources,
            evidence,
            form: &self.config.form,
            consumers: &self.consumers,
            strict: false,
            now: &self.now,
            only: &[],
        }
    }

    /// Policies that the settings name are those of the contract, and of the type that they say. Of a template they are those
    /// policies that can be of that type.
    pub(super) fn tie(&self, mut side: Side, sources: &Sources) -> Side {
        for item in &mut side.items {
            let name = match &item.attachment {
                Some(attachment) => attachment.file.as_str(),
                None => sources.get(item.policy.source).name(),
            };
            let named = self.config.documents.iter().filter(|document| {
                document.linked.is_none() && load::display(&self.folder.join(&document.path)) == name
            });
            let roles: Vec<Role> = named.filter_map(|document| Role::of(&document.kind)).collect();
            let can_be = |role: &&Role| match &item.attachment {
                Some(attachment) => load::can_be(attachment.hint, **role),
                None => true,
            };
            if let Some(role) = roles.iter().find(can_be) {
                item.kind = PolicyKind::of_role(*role);
                item.tied = *role != Role::LinkedPolicy;
            }
        }
        self.tie_reader(&mut side.items);
        side
    }

    /// What templates attach to the form's reader is what the contract is about, and what they attach to others is not. Where the
    /// settings name no documents, files are what they are by their content, as they are for `check`.
    pub(super) fn tie_reader(&self, items: &mut [Item]) {
        let by_content = self.is_asked && !self.config.names_documents();
        for item in items.iter_mut().filter(|item| !matches!(item.kind, PolicyKind::Resource(_))) {
            item.tied |= by_content && item.is_free;
            if let Some(attachment) = &item.attachment {
                match judge::of_reader(&self.config.form, ReadsAs::Anything, attachment) {
                    Fit::Yes => item.tied = true,
                    Fit::No => item.tied = false,
                    Fit::Open => {}
                }
            }
        }
    }
}
