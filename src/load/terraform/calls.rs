//! Which `module` blocks call which modules: what a module's variables are is said there.
//!
//! Only calls of folders by a path are followed; what a registry has stands in no file here.
//! <https://developer.hashicorp.com/terraform/language/block/module> (`source`, checked 2026-11)

use super::module::{File, Module};
use super::overrides::is_override;
use crate::evidence::mark;
use crate::source::Span;
use crate::syntax::hcl::{HclBlock, HclBody, HclExpr};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::rc::{Rc, Weak};

/// A `module` block that calls a module.
pub(super) struct Call {
    module: Weak<Module>,
    file: usize,
    block: usize,
}

impl Call {
    /// Lends the block with its file and the module that it stands in.
    pub(super) fn with<T>(&self, take: impl FnOnce(&Module, &File, &HclBlock) -> T) -> Option<T> {
        let module = self.module.upgrade()?;
        let file = module.files.get(self.file)?;
        let block = file.body.blocks.get(self.block)?;
        Some(take(&module, file, block))
    }
}

/// The calls of one module.
#[derive(Default)]
pub(super) struct Calls(RefCell<Vec<Call>>);

impl Calls {
    /// Whether a module that was read calls it.
    pub(super) fn is_called(&self) -> bool {
        !self.0.borrow().is_empty()
    }

    /// What something says of each call.
    pub(super) fn each<T>(&self, mut take: impl FnMut(&Module, &File, &HclBlock) -> T) -> Vec<T> {
        self.0.borrow().iter().filter_map(|call| call.with(&mut take)).collect()
    }
}

/// The modules that the blocks of one call.
#[derive(Default)]
pub(super) struct Callees(RefCell<BTreeMap<String, Weak<Module>>>);

impl Callees {
    /// The module that the block of a name calls, if it was read.
    pub(super) fn of(&self, name: &str) -> Option<Rc<Module>> {
        self.0.borrow().get(name)?.upgrade()
    }

    /// Lends each of them.
    pub(super) fn each(&self, mut take: impl FnMut(&Module)) {
        self.0.borrow().values().filter_map(Weak::upgrade).for_each(|module| take(&module));
    }
}

/// Tells every module who calls it, and whom it calls.
pub(super) fn connect(all: &[(PathBuf, Rc<Module>)]) {
    let places: Vec<PathBuf> = all.iter().map(|(folder, _)| plain(folder)).collect();
    for (folder, module) in all {
        for (file, each) in module.files.iter().enumerate() {
            for (block, call) in each.body.blocks.iter().enumerate() {
                let Some(place) = folder_called(folder, call) else { continue };
                let callee = places.iter().position(|other| *other == place).and_then(|at| all.get(at));
                if let Some((_, callee)) = callee {
                    callee.calls.0.borrow_mut().push(Call { module: Rc::downgrade(module), file, block });
                    if let [name] = call.labels.as_slice() {
                        module.callees.0.borrow_mut().insert(name.clone(), Rc::downgrade(callee));
                    }
                }
            }
        }
    }
}

/// The folder that a block calls as a module by a path.
pub(super) fn folder_called(folder: &Path, block: &HclBlock) -> Option<PathBuf> {
    if block.kind != "module" {
        return None;
    }
    let source = block.body.value("source").and_then(HclExpr::literal)?;
    let is_path = source.starts_with("./") || source.starts_with("../");
    is_path.then(|| plain(&folder.join(source)))
}

/// A call of a module by a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleCall {
    /// The folder that is called, with forward slashes.
    pub folder: String,
    /// A mark of what the caller says in the call, and of the values that it may be made of.
    pub mark: u64,
}

/// The calls that the files of a folder make, given with their names.
#[must_use]
pub fn module_calls(folder: &str, files: &[(String, String)]) -> Vec<ModuleCall> {
    // Reading is what costs: most folders call nothing.
    if !files.iter().any(|(_, text)| text.contains("module")) {
        return Vec::new();
    }
    let bodies: Vec<(&str, &str, HclBody)> = files
        .iter()
        .filter_map(|(name, text)| Some((name.as_str(), text.as_str(), super::body_of(name, text).ok()?)))
        .collect();
    let slice = |text: &str, span: Span| text.get(span.range()).unwrap_or_default().to_owned();
    let mut values: Vec<String> = Vec::new();
    for (name, text, body) in &bodies {
        let is_override = is_override(name);
        let says = |block: &&HclBlock| is_override || matches!(&*block.kind, "locals" | "variable");
        let blocks = body.blocks.iter().filter(says);
        values.extend(blocks.map(|block| slice(text, block.span)));
        // Of files that give values to variables.
        values.extend(body.attributes.iter().map(|each| slice(text, each.value.span)));
    }
    let mut out = Vec::new();
    for (_, text, body) in &bodies {
        for block in &body.blocks {
            let Some(called) = folder_called(Path::new(folder), block) else { continue };
            let own = slice(text, block.span);
            out.push(ModuleCall {
                folder: called.to_string_lossy().replace('\\', "/"),
                mark: mark(std::iter::once(own.as_str()).chain(values.iter().map(String::as_str))),
            });
        }
    }
    out
}

/// A path without `.`, and without `..` where that leads back.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_calls_lead_to_folders() {
        for (folder, source, place) in [
            ("", "./role", "role"),
            ("infra", "./role/", "infra/role"),
            ("envs/prod", "../../modules/role", "modules/role"),
            ("./envs", "../role", "role"),
            ("..", "../role", "../../role"),
        ] {
            assert_eq!(plain(&Path::new(folder).join(source)), Path::new(place), "{folder} {source}");
        }
    }
}
