//! Files that expressions of a module read: `file`, `templatefile`, `fileset`, and data sources of local files.
//!
//! <https://developer.hashicorp.com/terraform/language/functions/file> and
//! <https://registry.terraform.io/providers/hashicorp/local/latest/docs/data-sources/file> (checked 2026-11)

use super::calls::plain;
use super::module::{Module, asset_path};
use super::value::Names;
use super::walk_body;
use crate::load::files::Files;
use crate::source::{SourceId, Sources};
use crate::syntax::hcl::{HclBlock, HclExpr, HclKind};
use crate::syntax::{Part, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// A file that a module reads.
#[derive(Debug)]
pub(super) struct Asset {
    /// Its text among the sources, where the module names it by itself.
    pub(super) source: Option<SourceId>,
    pub(super) text: String,
}

/// By the path below the module's folder.
pub(super) type Assets = BTreeMap<String, Rc<Asset>>;

/// What an expression reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Read {
    /// One file.
    File(String),
    /// Some files below a folder.
    Below(String),
}

/// The kinds of data sources that read a file.
pub(super) fn is_local_file(kind: &str) -> bool {
    matches!(kind, "local_file" | "local_sensitive_file")
}

/// Reads the files that modules read. One that cannot be read is not there.
pub(super) fn read(sources: &mut Sources, all: &[(PathBuf, Rc<Module>)], files: &dyn Files) {
    for (folder, module) in all {
        let mut assets = Assets::new();
        for wanted in wanted(module) {
            match wanted {
                Read::File(name) => {
                    let path = folder.join(&name);
                    if let Some(text) = files.short_text(&path) {
                        let source = Some(sources.add(files.called(&path), text.clone()));
                        assets.insert(name, Rc::new(Asset { source, text }));
                    }
                }
                Read::Below(name) => {
                    for path in files.below(&folder.join(&name)) {
                        let Ok(inside) = path.strip_prefix(folder) else { continue };
                        let Some(text) = files.short_text(&path) else { continue };
                        let asset = Rc::new(Asset { source: None, text });
                        assets.entry(slashed(inside)).or_insert(asset);
                    }
                }
            }
        }
        *module.assets.borrow_mut() = assets;
    }
    // What was followed to find the paths is no part of what is resolved.
    for (_, module) in all {
        module.followed.set(0);
        module.presumed.borrow_mut().clear();
    }
}

/// Files first: a file that is named by itself is one source.
fn wanted(module: &Module) -> BTreeSet<Read> {
    let mut out = BTreeSet::new();
    for file in &module.files {
        let names = Names::new();
        let scope = module.scope(file, &names);
        let value = |expr: &HclExpr| scope.value(expr).value;
        walk_body(&file.body, &mut |expr| out.extend(of_call(expr, &value)));
        for block in file.body.blocks_of("data") {
            if let ([kind, _], Some(path)) = (block.labels.as_slice(), block.body.value("filename"))
                && is_local_file(kind)
            {
                out.insert(of_path(path, &value));
            }
        }
    }
    out
}

/// The files that a module names one by one and gives to something of its own: a resource, or a module that is at hand. What becomes
/// of a file that it hands to others nobody here knows.
pub(super) fn used(module: &Module) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for file in &module.files {
        let names = Names::new();
        let scope = module.scope(file, &names);
        let value = |expr: &HclExpr| scope.value(expr).value;
        let is_own = |block: &&HclBlock| match (block.kind.as_str(), block.labels.as_slice()) {
            ("resource" | "data" | "locals", _) => true,
            ("module", [name]) => module.callees.of(name).is_some(),
            _ => false,
        };
        for block in file.body.blocks.iter().filter(is_own) {
            walk_body(&block.body, &mut |expr| {
                if let Some(Read::File(name)) = of_call(expr, &value)
                    && module.asset(&name).is_some()
                {
                    out.insert(name);
                }
            });
        }
    }
    // What was followed to find the paths is no part of what is resolved.
    module.followed.set(0);
    out
}

/// What a call reads, if it is one of those that do.
pub(super) fn of_call(expr: &HclExpr, value: &dyn Fn(&HclExpr) -> Value<'static>) -> Option<Read> {
    let HclKind::Call(name, arguments) = &expr.kind else { return None };
    match (name.as_str(), arguments.as_slice()) {
        ("fileset", [path, pattern]) => {
            let (Read::File(path) | Read::Below(path)) = of_path(path, value);
            let pattern = match value(pattern) {
                Value::String(text) => text.into_owned(),
                _ => String::new(),
            };
            let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
            let inside = fixed.rsplit_once('/').map_or("", |(inside, _)| inside);
            Some(Read::Below(slashed(&plain(&Path::new(&path).join(inside)))))
        }
        ("templatefile", [path, ..]) => Some(of_path(path, value)),
        (name, [path, ..]) if name.starts_with("file") => Some(of_path(path, value)),
        _ => None,
    }
}

/// What a path may be: of one that is known in part, all below its folder.
pub(super) fn of_path(expr: &HclExpr, value: &dyn Fn(&HclExpr) -> Value<'static>) -> Read {
    if let Some(path) = asset_path(expr) {
        return Read::File(key(&path));
    }
    let start = match value(expr) {
        Value::String(path) => return Read::File(key(&path)),
        Value::Template(parts) => match parts.first() {
            Some(Part::Text(text)) => text.to_string(),
            Some(Part::Hole(_)) | None => String::new(),
        },
        _ => String::new(),
    };
    let folder = start.rsplit_once('/').map_or("", |(folder, _)| folder);
    Read::Below(key(folder))
}

/// A path below the module's folder as files are known by.
pub(super) fn key(path: &str) -> String {
    slashed(&plain(Path::new(path)))
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
