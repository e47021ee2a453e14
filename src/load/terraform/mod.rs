//! Terraform: the policies of modules, resolved as far as their texts tell.
//!
//! A module is all `.tf` files of one folder. Nothing is run and nothing is asked of AWS: what only a run knows is a hole.

mod assets;
mod attach;
mod behind;
mod buckets;
mod calls;
mod declared;
mod documents;
mod export;
mod function;
mod gather;
mod handed;
mod instances;
mod kinds;
mod module;
mod named;
mod overrides;
mod plan;
mod policy;
mod secret;
mod sets;
mod statement;
mod value;

use super::cloudformation::Taken;
use super::files::{Files, LoadError};
use super::reading::Reading;
use crate::evidence::{Behind, Case, is_of_module};
use crate::policy::{Length, Policy};
use crate::source::{SourceId, Sources};
use crate::syntax::Issue;
use crate::syntax::hcl::{
    HclBlock, HclBody, HclDirective, HclExpr, HclFault, HclKind, HclPart, HclStep, read_hcl, read_hcl_json,
    read_hcl_json_values,
};
pub use calls::{ModuleCall, module_calls};
pub(super) use documents::names_somebody;
use module::{File, Module};
pub(super) use plan::{is_plan, plain as plain_address, take as take_plan};
pub use secret::without_secrets;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Files of values beside one module that are looked at.
const MOST_NAMED: usize = 16;

/// Modules that are read beside those that are asked for.
const MOST_CALLED: usize = 1_000;

/// The document of a data source that no resource of its module uses.
#[derive(Debug, Clone)]
pub(super) struct Unused {
    pub(super) file: String,
    pub(super) address: String,
    pub(super) policy: Policy,
    pub(super) issues: Vec<Issue>,
    pub(super) length: Length,
    /// As in [`Attachment`](crate::evidence::Attachment).
    pub(super) behind: Behind,
    /// The same.
    pub(super) cases: Vec<Case>,
}

/// What modules hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    /// By file.
    pub(super) files: Vec<(String, Taken)>,
    /// Documents that may be for other modules.
    pub(super) unused: Vec<Unused>,
    /// Files that are no HCL, and why.
    pub(super) broken: Vec<(String, String)>,
    /// What was presumed.
    pub(super) assumed: Vec<String>,
    /// Files of which the modules say themselves what becomes of them.
    pub(super) read: BTreeSet<PathBuf>,
}

/// Whether a file is one of a module.
pub(super) fn is_terraform(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    is_of_module(name)
}

/// Whether a module is read from a file: it declares, or gives values to variables.
pub(super) fn is_part(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    is_terraform(path) || is_loaded(name)
}

/// Whether Terraform takes values of variables out of a file by itself.
/// <https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files> (checked 2026-11)
fn is_loaded(name: &str) -> bool {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    stem == "terraform.tfvars" || stem.ends_with(".auto.tfvars")
}

/// Whether a file gives values to variables, read by itself or where somebody names it.
pub(super) fn is_values(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".tfvars") || name.ends_with(".tfvars.json")
}

/// The same in the JSON form.
fn is_values_json(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(".tfvars.json")
}

/// Whether a file is one of a module in the JSON form.
fn is_terraform_json(name: &str) -> bool {
    name.ends_with(".tf.json") || name.ends_with(".tofu.json")
}

/// Reads the modules that the files belong to. Of a module of which some files are asked for, policies are taken from those.
///
/// # Errors
/// If a file or folder cannot be opened.
pub(super) fn modules(
    sources: &mut Sources,
    paths: &[PathBuf],
    files: &dyn Files,
) -> Result<Found, LoadError> {
    let mut folders: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    // Files of values that somebody names count for every module that takes them, and no others beside them.
    let (named, paths): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| is_values(path));
    for path in paths {
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        folders.entry(folder).or_default().insert(path.clone());
    }
    let mut found = Found::default();
    let reading = Rc::new(Reading::default());
    let (mut all, mut taken) = (Vec::new(), Vec::new());
    for (folder, asked) in folders {
        let (mut module, wanted) = module(sources, (&folder, &asked), files, &mut found)?;
        module.reading = Rc::clone(&reading);
        match named.as_slice() {
            [] => add_named(sources, &folder, files, &mut module),
            named => add_given(sources, named, files, (&mut module, &mut found))?,
        }
        all.push((folder, Rc::new(module)));
        taken.push(wanted);
    }
    called(sources, files, &reading, &mut all);
    calls::connect(&all);
    assets::read(sources, &all, files);
    for ((_, module), wanted) in all.iter().zip(&taken) {
        gather::gather(module, wanted, &mut found);
    }
    for (folder, module) in &all {
        found.read.extend(assets::used(module).into_iter().map(|name| folder.join(name)));
    }
    found.assumed.sort();
    found.assumed.dedup();
    Ok(found)
}

/// Reads the module in a folder, and tells which of its files are asked for.
fn module(
    sources: &mut Sources,
    (folder, asked): (&Path, &BTreeSet<PathBuf>),
    files: &dyn Files,
    found: &mut Found,
) -> Result<(Module, BTreeSet<SourceId>), LoadError> {
    let mut module = Module::default();
    let mut wanted = BTreeSet::new();
    for path in in_folder(folder, files)? {
        let text = files.text(&path)?;
        let is_values = !is_terraform(&path);
        let Some(file) = read(sources, files.called(&path), text, found) else { continue };
        if asked.contains(&path) {
            wanted.insert(file.source);
        }
        let list = if is_values { &mut module.values } else { &mut module.files };
        list.push(file);
    }
    // Those of `*.auto.tfvars` come last, whatever they are called.
    module.values.sort_by_key(|file| file.name.contains(".auto.tfvars"));
    overrides::merge(&mut module.files);
    Ok((module, wanted))
}

/// Adds the files of values beside or below a module that somebody may name.
fn add_named(sources: &mut Sources, folder: &Path, files: &dyn Files, module: &mut Module) {
    let is_variable = |block: &HclBlock| block.kind == "variable";
    if !module.files.iter().any(|file| file.body.blocks.iter().any(is_variable)) {
        return;
    }
    let is_here = |path: &Path| path.parent().is_some_and(|place| place == folder);
    let is_own = |path: &PathBuf| is_here(path) && is_part(path);
    for path in files.values(folder).into_iter().filter(|path| !is_own(path)).take(MOST_NAMED) {
        let Some(text) = files.short_text(&path) else { continue };
        let name = files.called(&path);
        // What is no file of values, or of another module, is nobody's business here.
        let Ok(body) = body_of(&name, &text) else { continue };
        let is_its = body.attributes.iter().any(|each| module.block("variable", &[&each.name]).is_some());
        if is_its {
            let source = sources.add(name.clone(), text.clone());
            module.named.push(File { name, source, text, body });
        }
    }
}

/// Adds files of values that somebody names, in their order, to a module that takes them.
fn add_given(
    sources: &mut Sources,
    named: &[&PathBuf],
    files: &dyn Files,
    (module, found): (&mut Module, &mut Found),
) -> Result<(), LoadError> {
    for path in named {
        let text = files.text(path)?;
        let Some(file) = read(sources, files.called(path), text, found) else { continue };
        let is_known = module.values.iter().any(|other| other.name == file.name);
        if !is_known && module.takes(&file) {
            module.values.push(file);
        }
    }
    Ok(())
}

/// Reads the modules that others call by a path, for what these make of their outputs.
fn called(
    sources: &mut Sources,
    files: &dyn Files,
    reading: &Rc<Reading>,
    all: &mut Vec<(PathBuf, Rc<Module>)>,
) {
    let mut known: BTreeSet<PathBuf> = all.iter().map(|(folder, _)| calls::plain(folder)).collect();
    let mut at = 0;
    while let Some((folder, caller)) = all.get(at).map(|(folder, module)| (folder.clone(), Rc::clone(module)))
    {
        at += 1;
        let blocks = caller.files.iter().flat_map(|file| &file.body.blocks);
        for folder in blocks.filter_map(|block| calls::folder_called(&folder, block)) {
            if !known.insert(folder.clone()) || all.len() >= MOST_CALLED {
                continue;
            }
            // Whose files nobody asked about is not told of where it is broken.
            let asked = (folder.as_path(), &BTreeSet::new());
            if let Ok((mut module, _)) = module(sources, asked, files, &mut Found::default())
                && !module.files.is_empty()
            {
                module.reading = Rc::clone(reading);
                all.push((folder, Rc::new(module)));
            }
        }
    }
}

/// A module of one file that is in memory.
pub(super) fn module_of(sources: &mut Sources, name: &str, text: &str) -> Found {
    let (mut found, mut module) = (Found::default(), Module::default());
    module.files.extend(read(sources, name.to_owned(), text.to_owned(), &mut found));
    let wanted = module.files.iter().map(|file| file.source).collect();
    gather::gather(&module, &wanted, &mut found);
    found
}

fn read(sources: &mut Sources, name: String, text: String, found: &mut Found) -> Option<File> {
    match body_of(&name, &text) {
        Ok(body) => {
            let source = sources.add(name.clone(), text.clone());
            Some(File { name, source, text, body })
        }
        Err(fault) => {
            let reason = format!("line {} is no HCL: {}", fault.line, fault.message);
            found.broken.push((name, reason));
            None
        }
    }
}

fn body_of(name: &str, text: &str) -> Result<HclBody, HclFault> {
    // A revision stands before the names of its files.
    let own = name.rsplit(['/', ':']).next().unwrap_or(name);
    match (is_terraform_json(name), is_values_json(Path::new(own))) {
        (true, _) => read_hcl_json(text),
        (false, true) => read_hcl_json_values(text),
        (false, false) => read_hcl(text),
    }
}

/// The files of a module in order: those that declare, and those that give values to variables.
fn in_folder(folder: &Path, files: &dyn Files) -> Result<Vec<PathBuf>, LoadError> {
    let place = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut out: Vec<PathBuf> =
        files.names(place)?.into_iter().map(|name| folder.join(name)).filter(|path| is_part(path)).collect();
    out.sort();
    // OpenTofu reads `a.tofu` in the place of `a.tf`: <https://opentofu.org/docs/language/files/> (checked 2026-11)
    let others: BTreeSet<PathBuf> = out.iter().filter_map(|path| replaced_by(path)).collect();
    out.retain(|path| !others.contains(path));
    Ok(out)
}

/// The file in whose place one of OpenTofu stands.
fn replaced_by(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let other = match name.strip_suffix(".tofu") {
        Some(stem) => format!("{stem}.tf"),
        None => format!("{}.tf.json", name.strip_suffix(".tofu.json")?),
    };
    Some(path.with_file_name(other))
}

pub(super) fn walk_body(body: &HclBody, take: &mut impl FnMut(&HclExpr)) {
    for attribute in &body.attributes {
        walk(&attribute.value, take);
    }
    for block in &body.blocks {
        walk_body(&block.body, take);
    }
}

pub(super) fn walk(expr: &HclExpr, take: &mut impl FnMut(&HclExpr)) {
    take(expr);
    match &expr.kind {
        HclKind::Template(parts) => walk_parts(parts, take),
        HclKind::Array(items) | HclKind::Call(_, items) => items.iter().for_each(|item| walk(item, take)),
        HclKind::Object(items) => items.iter().for_each(|item| walk(&item.value, take)),
        HclKind::Traversal(root, steps) => {
            walk(root, take);
            for step in steps {
                if let HclStep::Index(index) = step {
                    walk(index, take);
                }
            }
        }
        HclKind::Conditional(each) => each.iter().for_each(|each| walk(each, take)),
        HclKind::Binary(_, sides) => sides.iter().for_each(|each| walk(each, take)),
        HclKind::Unary(_, inner) => walk(inner, take),
        HclKind::For(each) => {
            walk(&each.collection, take);
            walk(&each.result, take);
        }
        HclKind::Null | HclKind::Bool(_) | HclKind::Number(_) | HclKind::Variable(_) | HclKind::Other => {}
    }
}

fn walk_parts(parts: &[HclPart], take: &mut impl FnMut(&HclExpr)) {
    for part in parts {
        match part {
            HclPart::Text(..) => {}
            HclPart::Value(expr, _) => walk(expr, take),
            HclPart::Directive(directive, _) => match directive.as_ref() {
                HclDirective::If(condition, yes, no) => {
                    walk(condition, take);
                    walk_parts(yes, take);
                    walk_parts(no, take);
                }
                HclDirective::For(_, _, collection, parts) => {
                    walk(collection, take);
                    walk_parts(parts, take);
                }
            },
        }
    }
}
