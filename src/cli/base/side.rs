//! The policies of one side of a comparison, with what templates say of them.

use crate::checks::lint::PolicyKind;
use crate::evidence::{
    Attachment, Called, DeclaredExport, Evidence, Link, LoosePolicies, LoosePolicy, OpenPolicy, ParameterSet,
    PolicyDocument, Role,
};
use crate::load;
use crate::policy::Policy;
use crate::render::Tree;
use crate::source::Sources;
use crate::syntax::Issue;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A policy of one side.
#[derive(Debug, Clone)]
pub(in crate::cli) struct Item {
    pub(in crate::cli) policy: Policy,
    pub(in crate::cli) kind: PolicyKind,
    /// Why it is not compared.
    pub(super) broken: bool,
    /// Whether contracts are asked about it: it is one of the documents that they are about.
    pub(in crate::cli) tied: bool,
    /// The file that it stands in, of a template the one that has the resource.
    pub(super) path: String,
    /// Of a template: its name there, and what it is attached to.
    pub(in crate::cli) attachment: Option<Attachment>,
    /// Somebody says what its file is.
    pub(super) named: bool,
    /// It is known by its content alone: neither a template nor an answer of AWS says whose it is.
    pub(in crate::cli) is_free: bool,
}

/// What one side holds.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Side {
    pub(in crate::cli) items: Vec<Item>,
    /// Policies of templates that could not be resolved.
    pub(super) open: Vec<OpenPolicy>,
    /// Reports and exports of templates.
    pub(super) declared: Vec<DeclaredExport>,
    /// Policies that are attached by name, and stand in no file.
    pub(super) links: Vec<(String, Link)>,
    /// What gives access and stands in no document.
    pub(super) called: Vec<Called>,
    /// What stacks of templates are made with.
    pub(super) parameters: Vec<ParameterSet>,
}

impl Item {
    /// A policy with the faults of its text.
    fn new(policy: &Policy, issues: &[Issue], (kind, tied): (PolicyKind, bool), path: &str) -> Self {
        let broken =
            issues.iter().any(super::is_fault) || (policy.statements.is_empty() && !policy.faults.is_empty());
        let (attachment, named, is_free) = (None, false, false);
        Self { policy: policy.clone(), kind, broken, tied, path: path.to_owned(), attachment, named, is_free }
    }

    pub(in crate::cli) fn loose(found: &LoosePolicy, sources: &Sources) -> Self {
        let name = sources.get(found.source).name();
        let kind = PolicyKind::detect(found, name);
        // A resource's policy names the resource, so that a contract knows its own.
        let tied = matches!(kind, PolicyKind::Resource(_));
        let item = Self::new(&found.policy, &found.issues, (kind, tied), name);
        let is_free = found.attachment.is_none() && found.owner.is_none();
        Self { is_free, ..item }.attached(found.attachment.as_ref())
    }

    fn document(document: &PolicyDocument, sources: &Sources, tied: bool) -> Self {
        let kind = PolicyKind::of_role(document.role);
        let name = sources.get(document.source).name();
        let attachment = document.attachment.as_ref();
        let item = Self::new(&document.policy, &document.issues, (kind, tied), name)
            .attached(attachment.or(document.named_in.as_ref()));
        Self { named: attachment.is_none(), ..item }
    }

    fn attached(self, attachment: Option<&Attachment>) -> Self {
        match attachment {
            Some(attachment) => {
                Self { path: attachment.file.clone(), attachment: Some(attachment.clone()), ..self }
            }
            None => self,
        }
    }

    /// What it is called, the side's own words before the file's name.
    pub(super) fn name(&self, sources: &Sources) -> String {
        let source = sources.get(self.policy.source).name();
        match &self.attachment {
            Some(attachment) => format!("{}: {}", attachment.file, attachment.address),
            None => source.to_owned(),
        }
    }

    pub(super) fn address(&self) -> Option<&str> {
        self.attachment.as_ref().map(|attachment| attachment.address.as_str())
    }
}

impl Side {
    /// What was found without a role.
    pub(in crate::cli) fn of(found: &LoosePolicies, sources: &Sources) -> Self {
        let mut out = Self {
            items: found.policies.iter().map(|found| Item::loose(found, sources)).collect(),
            open: found.open.clone(),
            declared: found.declared.clone(),
            links: found.links.clone(),
            called: found.called.clone(),
            parameters: found.parameters.clone(),
        };
        out.fold(sources);
        out
    }

    /// A file that a module reads is the module's, and not one more policy.
    pub(super) fn fold(&mut self, sources: &Sources) {
        let place = |item: &Item| {
            let name = sources.get(item.policy.source).name().to_owned();
            (name, item.policy.span)
        };
        let read: BTreeSet<_> =
            self.items.iter().filter(|item| item.attachment.is_some()).map(place).collect();
        self.items.retain(|item| item.attachment.is_some() || !read.contains(&place(item)));
    }

    /// The documents of an account. Those of templates are the contract's where `is_judged` says so.
    pub(in crate::cli) fn of_account(
        evidence: &Evidence,
        sources: &Sources,
        is_judged: &dyn Fn(&PolicyDocument) -> bool,
    ) -> Self {
        let item = |document: &PolicyDocument| {
            let own = document.role != Role::LinkedPolicy && document.linked.is_none();
            let tied = own && (document.attachment.is_none() || is_judged(document));
            Item::document(document, sources, tied)
        };
        Self {
            items: evidence.documents.iter().map(item).collect(),
            open: evidence.unresolved.clone(),
            declared: evidence.declared.clone(),
            links: Vec::new(),
            called: evidence.called.clone(),
            parameters: evidence.parameters.clone(),
        }
    }

    pub(super) fn add(&mut self, more: Self) {
        self.items.extend(more.items);
        self.open.extend(more.open);
        self.declared.extend(more.declared);
        self.links.extend(more.links);
        self.called.extend(more.called);
    }

    /// Keeps what stands in some files.
    pub(super) fn keep(&mut self, is_kept: &dyn Fn(&str) -> bool) {
        self.items.retain(|item| is_kept(&item.path));
        self.open.retain(|open| is_kept(&open.file));
        self.declared.retain(|export| is_kept(&export.file));
        self.links.retain(|(file, _)| is_kept(file));
        self.called.retain(|each| is_kept(&each.file));
    }

    /// Gives files other names.
    pub(super) fn rename(&mut self, called: &dyn Fn(&str) -> String) {
        self.items.iter_mut().for_each(|item| item.path = called(&item.path));
        self.open.iter_mut().for_each(|open| open.file = called(&open.file));
        self.declared.iter_mut().for_each(|export| export.file = called(&export.file));
        self.links.iter_mut().for_each(|(file, _)| *file = called(file));
        self.called.iter_mut().for_each(|each| each.file = called(&each.file));
    }

    /// Names files as if the side stood at another path: that of the file, or below that of the folder.
    pub(in crate::cli) fn place(&mut self, own: &Path, other: &Path) {
        let called = |path: &Path| load::display(path).trim_end_matches(['/', '.']).to_owned();
        let (folder, own, other) = (own.is_dir(), called(own), load::display(other));
        self.rename(&|name| match name.strip_prefix(&own) {
            Some(rest) if folder => load::display(&Path::new(&other).join(rest.trim_start_matches('/'))),
            // A file that a module reads, too, is the side's.
            Some(_) | None => other.clone(),
        });
    }

    /// Takes the policies of templates for what these are now, and of a template of which somebody says what it is those that can
    /// be it, and no others.
    pub(super) fn take_as(&mut self, now: &BTreeMap<String, Vec<&Item>>) {
        self.items.retain_mut(|item| {
            let Some(all) = now.get(&item.path).filter(|_| item.attachment.is_some()) else { return true };
            let is_it = |other: &&&Item| other.address() == item.address() && is_like(other, item);
            let named = all.iter().any(|other| other.named);
            let other =
                all.iter().find(is_it).or_else(|| all.iter().find(|other| named && other.kind == item.kind));
            if let Some(other) = other {
                (item.kind, item.tied) = (other.kind, other.tied);
                if other.attachment.is_none() {
                    item.attachment = None;
                }
            }
            other.is_some() || !named
        });
    }

    /// Takes away what stands before the names of files.
    pub(super) fn strip(&mut self, prefix: &str) {
        self.rename(&|name| name.strip_prefix(prefix).unwrap_or(name).to_owned());
    }

    /// The policies by their files.
    pub(super) fn kinds(&self, tree: &Tree) -> BTreeMap<String, Vec<&Item>> {
        let mut out: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
        for item in &self.items {
            out.entry(tree.path(&item.path)).or_default().push(item);
        }
        out
    }
}

/// Whether a template has both for the same kind of policy.
fn is_like(one: &Item, other: &Item) -> bool {
    let hint = |item: &Item| item.attachment.as_ref().map(|attachment| attachment.hint);
    hint(one) == hint(other)
}
