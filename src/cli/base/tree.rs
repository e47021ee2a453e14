//! The files of a revision as a module of Terraform is read from them.

use super::super::git::{Blob, Revision};
use crate::cli::output;
use crate::evidence::is_of_module;
use crate::load::{self, Files, LoadError};
use crate::render::Tree;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The folder of a path; of a file at the root nothing.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// What git tracks, now or at a revision: these files count whatever ignore files say, which come with the same change.
pub(in crate::cli) struct Tracked {
    tree: Tree,
    files: BTreeSet<String>,
}

impl Tracked {
    /// Without a revision: nothing.
    ///
    /// # Errors
    /// If the revision cannot be had.
    pub(in crate::cli) fn since(base: Option<&str>) -> anyhow::Result<Self> {
        let tree = output::tree();
        let mut files = BTreeSet::new();
        if let Some(base) = base {
            let revision = Revision::of(Path::new(&tree.root), base)?;
            files.extend(revision.files()?.into_keys());
            files.extend(revision.tracked()?);
        }
        Ok(Self { tree, files })
    }

    /// The files below a folder that are still there. Links are not followed.
    pub(in crate::cli) fn below(&self, folder: &Path) -> Vec<PathBuf> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let name = self.tree.path(&load::display(folder));
        let name = name.trim_end_matches(['/', '.']);
        let rest = |path: &String| match name {
            "" => Some(path.clone()),
            name => path.strip_prefix(name)?.strip_prefix('/').map(str::to_owned),
        };
        let below = self.files.iter().filter_map(rest).map(|rest| folder.join(rest));
        below.filter(|path| std::fs::symlink_metadata(path).is_ok_and(|found| found.is_file())).collect()
    }
}

/// The files of a revision.
pub(super) struct RevisionFiles<'r> {
    revision: &'r Revision,
    files: &'r BTreeMap<String, Blob>,
    prefix: String,
    known: RefCell<BTreeMap<String, Option<String>>>,
    read: RefCell<BTreeSet<String>>,
    listed: RefCell<BTreeSet<String>>,
}

impl<'r> RevisionFiles<'r> {
    pub(super) fn new(revision: &'r Revision, files: &'r BTreeMap<String, Blob>, prefix: &str) -> Self {
        Self {
            revision,
            files,
            prefix: prefix.to_owned(),
            known: RefCell::default(),
            read: RefCell::default(),
            listed: RefCell::default(),
        }
    }

    /// The files that a module was read from, those that are not there included.
    pub(super) fn read(&self) -> BTreeSet<String> {
        self.read.borrow().clone()
    }

    /// The folders of which it was asked what is below them, with the answer.
    pub(super) fn listed(&self) -> Vec<(String, Vec<PathBuf>)> {
        let folders: Vec<String> = self.listed.borrow().iter().cloned().collect();
        folders.into_iter().map(|folder| (folder.clone(), self.below(Path::new(&folder)))).collect()
    }

    /// The files of the module in a folder, with their texts.
    pub(super) fn module(&self, folder: &str) -> Vec<(String, String)> {
        let part = |path: &&String| folder_of(path) == folder && load::is_part_of_module(path);
        let all = self.files.keys().filter(part);
        all.filter_map(|path| Some((path.clone(), self.peek(path)?))).collect()
    }

    /// The text of a file, if git has it. The others of its folder that modules are made of come with it.
    pub(super) fn peek(&self, path: &str) -> Option<String> {
        if let Some(known) = self.known.borrow().get(path) {
            return known.clone();
        }
        let own = self.files.get_key_value(path)?;
        let beside = |other: &str| load::is_part_of_module(other) && folder_of(other) == folder_of(path);
        let more = self.files.iter().filter(|(other, _)| beside(other) && *other != own.0);
        let wanted: Vec<(&String, &Blob)> = std::iter::once(own).chain(more).collect();
        let blobs: Vec<&Blob> = wanted.iter().map(|(_, blob)| *blob).collect();
        let texts = self.revision.texts(&blobs).unwrap_or_default();
        let mut known = self.known.borrow_mut();
        for ((path, _), text) in wanted.iter().zip(texts) {
            known.insert((*path).clone(), text.map(load::decode));
        }
        known.get(path).cloned().flatten()
    }
}

impl Files for RevisionFiles<'_> {
    fn names(&self, folder: &Path) -> Result<Vec<OsString>, LoadError> {
        let folder = plain(folder);
        let here = self.files.keys().filter(|path| folder_of(path) == folder);
        Ok(here.map(|path| OsString::from(path.rsplit('/').next().unwrap_or(path))).collect())
    }

    fn text(&self, path: &Path) -> Result<String, LoadError> {
        let name = plain(path);
        self.read.borrow_mut().insert(name.clone());
        self.peek(&name).ok_or_else(|| LoadError::Open {
            path: name,
            source: std::io::Error::new(std::io::ErrorKind::NotFound, "git does not have its text here"),
        })
    }

    fn short_text(&self, path: &Path) -> Option<String> {
        self.text(path).ok()
    }

    fn below(&self, folder: &Path) -> Vec<PathBuf> {
        let name = plain(folder);
        self.listed.borrow_mut().insert(name.clone());
        let inside = |path: &&String| {
            name.is_empty() || path.strip_prefix(&name).is_some_and(|rest| rest.starts_with('/'))
        };
        // In the order of a walk, which goes by the parts of paths.
        let mut out: Vec<PathBuf> = self.files.keys().filter(inside).map(PathBuf::from).collect();
        out.sort();
        out.truncate(load::MOST_BELOW);
        let rest = |path: &PathBuf| path.strip_prefix(&name).map(|rest| folder.join(rest)).ok();
        out.iter().filter_map(rest).collect()
    }

    fn values(&self, folder: &Path) -> Vec<PathBuf> {
        let name = plain(folder);
        let rest = |path: &String| match name.as_str() {
            "" => Some(path.clone()),
            name => path.strip_prefix(name)?.strip_prefix('/').map(str::to_owned),
        };
        let has_module = |inner: &str| {
            let inner = plain(&folder.join(inner));
            self.files.keys().any(|path| folder_of(path) == inner && is_of_module(path))
        };
        let below = self.files.keys().filter(|path| load::gives_values(path)).filter_map(rest);
        let near = below.filter(|path| path.matches('/').count() <= load::DEEPEST_VALUES);
        let own = near.filter(|path| {
            let folders = path.match_indices('/').map(|(at, _)| path.get(..at).unwrap_or_default());
            !folders.into_iter().any(|inner| inner.contains('.') || has_module(inner))
        });
        own.map(|path| folder.join(path)).collect()
    }

    fn called(&self, path: &Path) -> String {
        format!("{}{}", self.prefix, plain(path))
    }
}

/// A path without `.` and `..`, with forward slashes.
fn plain(path: &Path) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_git() {
        assert_eq!(plain(Path::new("./infra/../policies/a.json")), "policies/a.json");
        assert_eq!(plain(Path::new(".")), "");
        assert_eq!((folder_of("a.tf"), folder_of("infra/x/a.tf")), ("", "infra/x"));
    }
}
