//! What policies have come to since a git revision: `--base`.

use super::git::{Blob, Revision};
use super::output;
use crate::change::{Accounts, Asked, Pair};
use crate::checks::lint::PolicyKind;
use crate::evidence::{LoosePolicies, LoosePolicy};
use crate::finding::NotEvaluated;
use crate::finding::change::{Changes, Fate};
use crate::load;
use crate::policy::Policy;
use crate::render::Tree;
use crate::source::{SourceId, Sources};
use crate::syntax::{Issue, IssueKind, read_json};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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

/// A policy of one side.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) policy: Policy,
    pub(super) kind: PolicyKind,
    /// Why it is not compared.
    broken: bool,
    /// Whether contracts are asked about it: it is one of the documents that they are about.
    pub(super) tied: bool,
}

impl Item {
    /// A policy with the faults of its text.
    pub(super) fn new(policy: &Policy, issues: &[Issue], kind: PolicyKind, tied: bool) -> Self {
        let is_fault = |issue: &Issue| !matches!(issue.kind, IssueKind::ByteOrderMark);
        let broken =
            issues.iter().any(is_fault) || (policy.statements.is_empty() && !policy.faults.is_empty());
        Self { policy: policy.clone(), kind, broken, tied }
    }

    fn loose(found: &LoosePolicy, sources: &Sources) -> Self {
        let kind = PolicyKind::detect(found, sources.get(found.source).name());
        // A resource's policy names the resource, so that a contract knows its own.
        Self::new(&found.policy, &found.issues, kind, matches!(kind, PolicyKind::Resource(_)))
    }
}

/// Whether AWS does not take a text with it.
fn is_fault(issue: &Issue) -> bool {
    !matches!(issue.kind, IssueKind::ByteOrderMark)
}

/// The policies that were found without a role.
pub(super) fn items(found: &LoosePolicies, sources: &Sources) -> Vec<Item> {
    found.policies.iter().map(|found| Item::loose(found, sources)).collect()
}

/// A revision with the policies that its files hold.
pub(super) struct Before {
    base: String,
    commit: String,
    tree: Tree,
    /// The policies of files that are other files now, by the path from the root of the repository.
    old: BTreeMap<String, Vec<Item>>,
    /// Files that are what they were.
    same: BTreeSet<String>,
    not_compared: Vec<NotEvaluated>,
}

/// A policy with the path of its file.
type At<'i> = (String, &'i Item);

impl Before {
    /// Reads what the files of some paths held at a revision: of folders every file that may hold a policy, and files by name.
    ///
    /// # Errors
    /// If the revision cannot be had.
    pub(super) fn read(
        sources: &mut Sources,
        base: &str,
        paths: &[PathBuf],
        now: &[Item],
    ) -> anyhow::Result<Self> {
        let tree = output::tree();
        let revision = Revision::of(Path::new(&tree.root), base)?;
        let files = revision.files()?;
        let current: BTreeMap<String, SourceId> =
            sources.iter().map(|(id, source)| (tree.path(source.name()), id)).collect();
        let wanted: Vec<(&String, &Blob)> =
            files.iter().filter(|(path, _)| counts(path, paths, &tree, &current)).collect();
        let blobs: Vec<&Blob> = wanted.iter().map(|(_, blob)| *blob).collect();
        let texts = revision.texts(&blobs)?;
        let mut out = Self {
            base: base.to_owned(),
            commit: revision.commit,
            tree,
            old: BTreeMap::new(),
            same: BTreeSet::new(),
            not_compared: Vec::new(),
        };
        let kinds = by_path(now, sources, &out.tree);
        for ((path, _), text) in wanted.into_iter().zip(texts) {
            let Some(text) = text.map(load::decode) else {
                out.skip(path, "git does not have its text here");
                continue;
            };
            if current.get(path).is_some_and(|id| sources.get(*id).text() == text) {
                out.same.insert(path.clone());
                continue;
            }
            let mut found = LoosePolicies::default();
            load::add_found(sources, &format!("{}{path}", prefix(base)), &text, &mut found);
            let mut old = items(&found, sources);
            let is_torn = |id: &SourceId| read_json(sources.get(*id).text()).issues.iter().any(is_fault);
            if !old.is_empty() && !kinds.contains_key(path) && current.get(path).is_some_and(is_torn) {
                out.skip(path, "it held a policy, and what it holds now cannot be read");
                continue;
            }
            // What it was is what it is, where somebody says what that is.
            if let ([one], Some([item])) = (old.as_mut_slice(), kinds.get(path).map(Vec::as_slice)) {
                (one.kind, one.tied) = (item.kind, item.tied);
            }
            out.old.insert(path.clone(), old);
        }
        Ok(out)
    }

    fn skip(&mut self, path: &str, reason: &str) {
        self.not_compared.push(NotEvaluated { document: path.to_owned(), reason: reason.to_owned() });
    }

    /// What changed between the revision and now.
    pub(super) fn compare(
        mut self,
        sources: &Sources,
        now: &[Item],
        accounts: Accounts<'_>,
        asked: &[Asked<'_>],
    ) -> Changes {
        let old = std::mem::take(&mut self.old);
        let pairs = paired(&old, by_path(now, sources, &self.tree), &self.same, sources);
        let mut list = Vec::new();
        for (path, fate, before, after) in pairs {
            if before.is_some_and(|item| item.broken) || after.is_some_and(|item| item.broken) {
                self.skip(&path, "a policy in it is not JSON that AWS takes (`preflight lint` tells more)");
                continue;
            }
            let Some(shown) = after.or(before) else { continue };
            let asked = if shown.tied { asked } else { &[] };
            let pair = Pair {
                fate,
                old: before.map(|item| &item.policy),
                new: after.map(|item| &item.policy),
                shown: &shown.policy,
                kind: shown.kind,
            };
            list.push(pair.compared(sources, accounts, asked));
        }
        Changes { base: self.base, commit: self.commit, list, not_compared: self.not_compared }
    }
}

/// Whether a file of the revision is asked about: it is named, or stands below a folder that is and may hold a policy. One
/// that is still there and was not looked at (an ignore file leaves it out) is no part of the change.
fn counts(path: &str, paths: &[PathBuf], tree: &Tree, current: &BTreeMap<String, SourceId>) -> bool {
    let is_asked = paths.iter().any(|asked| {
        let name = tree.path(&load::display(asked));
        let is_below = name.is_empty() || path.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'));
        name == path || (is_below && load::is_looked_into(path))
    });
    let is_gone = || std::fs::symlink_metadata(Path::new(&tree.root).join(path)).is_err();
    (is_asked || current.contains_key(path)) && (current.contains_key(path) || is_gone())
}

fn by_path<'i>(items: &'i [Item], sources: &Sources, tree: &Tree) -> BTreeMap<String, Vec<&'i Item>> {
    let mut out: BTreeMap<String, Vec<&Item>> = BTreeMap::new();
    for item in items {
        out.entry(tree.path(sources.get(item.policy.source).name())).or_default().push(item);
    }
    out
}

/// Which policy is which: by file, then by what moved to another one.
fn paired<'i>(
    old: &'i BTreeMap<String, Vec<Item>>,
    now: BTreeMap<String, Vec<&'i Item>>,
    same: &BTreeSet<String>,
    sources: &Sources,
) -> Vec<(String, Fate, Option<&'i Item>, Option<&'i Item>)> {
    let mut pairs = Vec::new();
    let (mut removed, mut added): (Vec<At<'_>>, Vec<At<'_>>) = (Vec::new(), Vec::new());
    for (path, before) in old {
        let after = now.get(path).map_or(&[][..], Vec::as_slice);
        let mut gone: Vec<&Item> = before.iter().collect();
        let mut fresh: Vec<&Item> = after.to_vec();
        // What stands there word for word is not another policy, wherever in the file it stands.
        gone.retain(|item| {
            let twin = fresh.iter().position(|other| text(other, sources) == text(item, sources));
            twin.is_none_or(|at| {
                fresh.remove(at);
                false
            })
        });
        for item in gone {
            match fresh.iter().position(|other| other.kind == item.kind) {
                Some(at) => pairs.push((path.clone(), Fate::Changed, Some(item), Some(fresh.remove(at)))),
                None => removed.push((path.clone(), item)),
            }
        }
        added.extend(fresh.into_iter().map(|item| (path.clone(), item)));
    }
    let other = now.into_iter().filter(|(path, _)| !old.contains_key(path) && !same.contains(path));
    added.extend(other.flat_map(|(path, items)| items.into_iter().map(move |item| (path.clone(), item))));
    for (path, item) in removed {
        let file = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
        let moved = added.iter().position(|(_, other)| text(other, sources) == text(item, sources));
        let moved = moved.or_else(|| {
            added.iter().position(|(other_path, other)| {
                file(other_path) == file(&path) && other.kind == item.kind && *other_path != path
            })
        });
        match moved {
            Some(at) => {
                let (path, other) = added.remove(at);
                pairs.push((path, Fate::Renamed, Some(item), Some(other)));
            }
            None => pairs.push((path, Fate::Removed, Some(item), None)),
        }
    }
    pairs.extend(added.into_iter().map(|(path, item)| (path, Fate::Added, None, Some(item))));
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    pairs
}

/// The text of a policy.
fn text<'s>(item: &Item, sources: &'s Sources) -> &'s str {
    sources.get(item.policy.source).slice(item.policy.span)
}
