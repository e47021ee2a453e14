//! What policies have come to since a git revision: `--base`.

mod calls;
mod cases;
mod compare;
mod given;
mod pairing;
mod side;
mod tree;

pub(super) use compare::{compare, doubt};
pub(super) use pairing::Skipped;
pub(super) use side::{Item, Side};

use super::git::{Blob, Revision};
use super::output;
use crate::change::{Accounts, Asked};
use crate::checks::Cause;
use crate::evidence::{LoosePolicies, is_of_module};
use crate::finding::NotEvaluated;
use crate::finding::change::Changes;
use crate::load;
use crate::render::Tree;
use crate::source::{SourceId, Sources};
use crate::syntax::{Issue, IssueKind, read_json};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
pub(super) use tree::Tracked;
use tree::{RevisionFiles, folder_of};

#[derive(Debug, Clone, Default, Args)]
pub(super) struct BaseArgs {
    /// Tell what access was gained and lost since this git revision, too, or since the branch left it
    #[arg(long, value_name = "REVISION", help_heading = "Judging")]
    pub(super) base: Option<String>,
}

/// What stands before the names of files as they stood at a revision.
pub(super) fn prefix(base: &str) -> String {
    format!("{base}:")
}

/// A revision with the policies that its files hold.
pub(super) struct Before {
    base: String,
    commit: String,
    tree: Tree,
    /// What the files hold that are other files now.
    old: Side,
    /// Files that are what they were: what they hold now is no change.
    same: BTreeSet<String>,
    skipped: Vec<NotEvaluated>,
}

impl Before {
    /// Reads what the files of some paths held at a revision: of folders every file that may hold a policy, and files by name.
    ///
    /// # Errors
    /// If the revision cannot be had.
    pub(super) fn read(
        sources: &mut Sources,
        base: &str,
        paths: &[PathBuf],
        now: &Side,
    ) -> anyhow::Result<Self> {
        let tree = output::tree();
        let revision = Revision::of(Path::new(&tree.root), base)?;
        let files = revision.files()?;
        let current: BTreeMap<String, SourceId> =
            sources.iter().map(|(id, source)| (tree.path(source.name()), id)).collect();
        let wanted: Vec<(&String, &Blob)> = files
            .iter()
            .filter(|(path, _)| is_asked(path, paths, &tree) || current.contains_key(*path))
            .collect();
        let blobs: Vec<&Blob> = wanted.iter().map(|(_, blob)| *blob).collect();
        let texts = revision.texts(&blobs)?;
        let mut out = Self {
            base: base.to_owned(),
            commit: revision.commit.clone(),
            tree,
            old: Side::default(),
            same: BTreeSet::new(),
            skipped: Vec::new(),
        };
        let sets = given::Sets::new(&out.tree, prefix(base), &wanted, &texts, now);
        let kinds = now.kinds(&out.tree);
        let of_modules = wanted.iter().map(|(path, _)| *path).chain(current.keys());
        let folders: BTreeSet<String> =
            of_modules.filter(|path| is_of_module(path)).map(|path| folder_of(path).to_owned()).collect();
        let mut modules = Modules::default();
        for ((path, _), text) in wanted.into_iter().zip(texts) {
            let Some(text) = text.map(load::decode).map(load::without_secrets) else {
                out.skip(path, "git does not have its text here");
                continue;
            };
            let is_same = current.get(path).is_some_and(|id| sources.get(*id).text() == text);
            let place = Path::new(&out.tree.root).join(path);
            if !current.contains_key(path) && place.is_symlink() {
                out.skip(path, "it is a link now, and links are not followed");
                continue;
            }
            if is_of_module(path) {
                // What was only read for what others make of it is not asked about.
                let beside = |other: &String| folder_of(other) == folder_of(path);
                if is_asked(path, paths, &out.tree) || kinds.keys().any(beside) {
                    modules.asked.insert(path.clone());
                }
                continue;
            }
            // What gives values to a module's variables is the module's.
            if load::is_part_of_module(path) && !kinds.contains_key(path) {
                continue;
            }
            // One that somebody gave a role is no part of the module beside it.
            let has_role = kinds
                .get(path)
                .is_some_and(|items| items.iter().any(|item| item.named || item.attachment.is_none()));
            if folders.contains(folder_of(path)) && !has_role && load::is_plan(&text) {
                modules.plans.push(Plan { path: path.clone(), text, is_same });
                continue;
            }
            if is_same && !sets.changes(path) {
                out.same.insert(path.clone());
                continue;
            }
            let mut found = LoosePolicies { parameters: sets.old.clone(), ..LoosePolicies::default() };
            load::add_found(sources, &format!("{}{path}", prefix(base)), &text, &mut found);
            let mut old = Side::of(&found, sources);
            let is_torn = |id: &SourceId| read_json(sources.get(*id).text()).issues.iter().any(is_fault);
            let is_template = found.has_template || load::is_template_name(path);
            if !old.items.is_empty()
                && !is_template
                && !kinds.contains_key(path)
                && current.get(path).is_some_and(is_torn)
            {
                out.skip(path, "it held a policy, and what it holds now cannot be read");
                continue;
            }
            // What it was is what it is, where somebody says what that is.
            if let ([one], Some([item])) = (old.items.as_mut_slice(), kinds.get(path).map(Vec::as_slice)) {
                (one.kind, one.tied) = (item.kind, item.tied);
            }
            out.old.add(old);
        }
        modules.folders = folders;
        out.modules(sources, (&revision, &files), &modules, &current);
        out.old.fold(sources);
        out.old.strip(&prefix(base));
        out.old.take_as(&kinds);
        Ok(out)
    }

    /// Reads the modules of Terraform in which something is another than it was. A module is all files of a folder, files that
    /// these read, and plans beside them; what it is called with is said by other modules.
    fn modules(
        &mut self,
        sources: &mut Sources,
        (revision, files): (&Revision, &BTreeMap<String, Blob>),
        all: &Modules,
        current: &BTreeMap<String, SourceId>,
    ) {
        let disk = RevisionFiles::new(revision, files, &prefix(&self.base));
        let mut changed: BTreeSet<String> = BTreeSet::new();
        for folder in &all.folders {
            let part = |path: &str| {
                (load::is_part_of_module(path) && folder_of(path) == folder)
                    || load::is_values_of(path, folder)
            };
            let parts = files.keys().filter(|path| part(path)).count();
            let now: Vec<&String> = current.keys().filter(|path| part(path)).collect();
            let plans = all.plans.iter().filter(|plan| folder_of(&plan.path) == folder);
            let text_now = |path: &str| current.get(path).map(|id| sources.get(*id).text());
            let is_same =
                |path: &str| text_now(path).is_some() && text_now(path) == disk.peek(path).as_deref();
            let mut are_same = parts == now.len()
                && now.iter().all(|path| is_same(path))
                && plans.clone().all(|plan| plan.is_same);
            let reads = |path: &&String| text_now(path).is_some_and(|text| text.contains("file"));
            if are_same && now.iter().any(reads) {
                // What it reads may be another text.
                let own = RevisionFiles::new(revision, files, &prefix(&self.base));
                let paths = all.paths(&|path| folder_of(path) == folder);
                let read =
                    load::add_modules(&mut Sources::new(), &paths, &own, &mut LoosePolicies::default());
                are_same = read.is_ok() && self.reads_the_same(&own, &text_now);
            }
            if !are_same {
                changed.insert(folder.clone());
            }
        }
        if !changed.is_empty() {
            let calls = calls::Calls::of(all, &disk, current, sources);
            calls.spread(&mut changed);
            let read = calls.with_callers(&changed);
            let paths = all.paths(&|path| read.contains(folder_of(path)));
            let mut found = LoosePolicies::default();
            match load::add_modules(sources, &paths, &disk, &mut found) {
                Ok(()) => {
                    let plans = all.plans.iter().filter(|plan| changed.contains(folder_of(&plan.path)));
                    for Plan { path, text, .. } in plans {
                        load::add_found(sources, &format!("{}{path}", prefix(&self.base)), text, &mut found);
                    }
                    load::join(&mut found);
                    let mut old = Side::of(&found, sources);
                    let start = prefix(&self.base);
                    old.keep(&|file| changed.contains(folder_of(file.strip_prefix(&start).unwrap_or(file))));
                    self.old.add(old);
                }
                Err(error) => {
                    for folder in &changed {
                        self.skip(folder, &format!("the module as it was cannot be read: {error}"));
                    }
                }
            }
        }
        let of_modules = current.keys().filter(|path| load::is_part_of_module(path));
        let plans = all.plans.iter().map(|plan| &plan.path);
        let is_same =
            |path: &&String| all.folders.contains(folder_of(path)) && !changed.contains(folder_of(path));
        self.same.extend(of_modules.chain(plans).filter(is_same).cloned());
    }

    /// Whether what was read of the revision reads the same now.
    fn reads_the_same<'s>(
        &self,
        read: &RevisionFiles<'_>,
        text_now: &dyn Fn(&str) -> Option<&'s str>,
    ) -> bool {
        let root = Path::new(&self.tree.root);
        let is_same = |path: &String| {
            let before = read.peek(path);
            match text_now(path) {
                Some(text) => before.as_deref() == Some(text),
                None => before == load::read_text(&root.join(path)).ok(),
            }
        };
        let has_same = |(folder, before): &(String, Vec<PathBuf>)| {
            let now = load::files_below(&root.join(folder));
            let names = now.iter().filter_map(|path| path.strip_prefix(root).ok());
            names.eq(before.iter().map(PathBuf::as_path))
        };
        read.read().iter().all(is_same) && read.listed().iter().all(has_same)
    }

    fn skip(&mut self, path: &str, reason: &str) {
        self.skipped.push(NotEvaluated { document: path.to_owned(), reason: reason.to_owned() });
    }

    /// The policies as they were.
    pub(super) fn items_mut(&mut self) -> &mut [Item] {
        &mut self.old.items
    }

    /// What changed between the revision and now.
    pub(super) fn compare(
        self,
        sources: &Sources,
        now: &Side,
        accounts: Accounts<'_>,
        asked: &[Asked<'_>],
    ) -> (Changes, Vec<Cause>) {
        let mut now = now.clone();
        now.rename(&|name| self.tree.path(name));
        now.items.retain(|item| !self.same.contains(&item.path));
        now.open.retain(|open| !self.same.contains(&open.file));
        now.links.retain(|(file, _)| !self.same.contains(file));
        now.called.retain(|each| !self.same.contains(&each.file));
        let (list, skipped, causes) = compare(sources, (&self.old, &now), accounts, asked);
        let mut not_compared = self.skipped;
        not_compared.extend(skipped.into_iter().map(Skipped::into_entry));
        not_compared.sort_by(|left, right| left.document.cmp(&right.document));
        not_compared.dedup();
        (Changes { base: self.base, commit: self.commit, list, not_compared }, causes)
    }
}

/// What the revision has of modules of Terraform.
#[derive(Default)]
struct Modules {
    /// Folders that hold one, at the revision or now.
    folders: BTreeSet<String>,
    /// Their files that are asked about.
    asked: BTreeSet<String>,
    /// Plans that stand beside one.
    plans: Vec<Plan>,
}

impl Modules {
    /// The files that are asked about and of which something holds.
    fn paths(&self, holds: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
        self.asked.iter().filter(|path| holds(path)).map(PathBuf::from).collect()
    }
}

/// A plan as it was.
struct Plan {
    path: String,
    text: String,
    is_same: bool,
}

/// Whether AWS does not take a text with it.
fn is_fault(issue: &Issue) -> bool {
    !matches!(issue.kind, IssueKind::ByteOrderMark)
}

/// Whether a file of the revision is asked about: it is named, or stands below a folder that is and may hold a policy. What
/// ignore files say of it does not matter, since git tracks it.
fn is_asked(path: &str, paths: &[PathBuf], tree: &Tree) -> bool {
    paths.iter().any(|asked| {
        let name = tree.path(&load::display(asked));
        let is_below = name.is_empty() || path.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'));
        name == path || (is_below && load::is_looked_into(path))
    })
}
