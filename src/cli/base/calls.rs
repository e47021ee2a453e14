//! Which modules of a repository call which others, before and now: a module whose text is what it was means another thing
//! where it is called with other values.

use super::Modules;
use super::tree::{RevisionFiles, folder_of};
use crate::load::{self, ModuleCall};
use crate::source::{SourceId, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// By caller and callee: what the caller says about the call, before and now.
#[derive(Default)]
pub(super) struct Calls {
    edges: BTreeMap<(String, String), [Vec<u64>; 2]>,
}

impl Calls {
    pub(super) fn of(
        all: &Modules,
        disk: &RevisionFiles<'_>,
        current: &BTreeMap<String, SourceId>,
        sources: &Sources,
    ) -> Self {
        let mut out = Self::default();
        for folder in &all.folders {
            let part = |path: &&String| folder_of(path) == folder && load::is_part_of_module(path);
            let before = disk.module(folder);
            let now: Vec<(String, String)> = current
                .iter()
                .filter(|(path, _)| part(path))
                .map(|(path, id)| (path.clone(), sources.get(*id).text().to_owned()))
                .collect();
            for (side, files) in [before, now].iter().enumerate() {
                for ModuleCall { folder: callee, mark } in load::module_calls(folder, files) {
                    let edge = out.edges.entry((folder.clone(), callee)).or_default();
                    if let Some(marks) = edge.get_mut(side) {
                        marks.push(mark);
                    }
                }
            }
        }
        out
    }

    /// Adds the modules that call a changed one, whose outputs they may use, those that a changed one calls with other values,
    /// and all that these call.
    pub(super) fn spread(&self, changed: &mut BTreeSet<String>) {
        changed.extend(self.with_callers(changed));
        let mut open: Vec<(String, bool)> = changed.iter().map(|folder| (folder.clone(), false)).collect();
        let mut seen: BTreeSet<(String, bool)> = open.iter().cloned().collect();
        while let Some((folder, by_values)) = open.pop() {
            for ((_, callee), [before, now]) in self.edges.iter().filter(|((caller, _), _)| *caller == folder)
            {
                if by_values || before != now {
                    changed.insert(callee.clone());
                    if seen.insert((callee.clone(), true)) {
                        open.push((callee.clone(), true));
                    }
                }
            }
        }
    }

    /// Some modules with all that call them, and those that call these.
    pub(super) fn with_callers(&self, folders: &BTreeSet<String>) -> BTreeSet<String> {
        let mut out = folders.clone();
        loop {
            let callers = self.edges.keys().filter(|(_, callee)| out.contains(callee));
            let more: Vec<String> =
                callers.map(|(caller, _)| caller).filter(|caller| !out.contains(*caller)).cloned().collect();
            if more.is_empty() {
                return out;
            }
            out.extend(more);
        }
    }
}
