//! The only reader of files. It turns paths into sources and evidence, and decides nothing.

mod buckets;
mod cloudformation;
mod coded;
mod comments;
mod files;
mod filled;
mod foreign;
mod iac;
mod loose;
mod other;
mod parameters;
mod permission;
mod pieces;
mod placed;
mod reading;
mod recognise;
mod role;
mod snapshot;
mod terraform;
mod text;
mod unknown;
mod yaml;

pub use comments::comments_of;
pub use files::{
    Counted, DEEPEST_VALUES, Files, LoadError, MOST_BELOW, all_below, decode, files_below, none_counted,
    read_text, short_listing,
};
pub use iac::can_be;
pub use loose::{
    add_found, add_loose, add_modules, gives_values, is_looked_into, is_part_of_module, is_plan,
    is_template_name, is_values_of, join, keep_known_parameters, loose, loose_among, loose_counted,
    parameters_in, policies_of,
};

pub use terraform::{ModuleCall, module_calls, without_secrets};

use crate::evidence::{DocumentKind, Evidence, Reading, Role, Unseen};
use crate::source::{SourceId, Sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that the user gave a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What it is.
    pub kind: DocumentKind,
    /// The level of an organization policy, from 0 at the root; of a linked account's own policy the account.
    pub level: usize,
    /// For what bears on a linked account: which.
    pub linked: Option<usize>,
    /// Where it is.
    pub path: PathBuf,
}

/// Reads named files, and recognises by content what lies below the given paths.
///
/// # Errors
/// If a file or folder cannot be opened. A file that can be opened and not parsed is no error: it becomes evidence with
/// issues.
pub fn load(sources: &mut Sources, named: &[Named], paths: &[PathBuf]) -> Result<Evidence, LoadError> {
    load_counted(sources, named, paths, &none_counted)
}

/// The same with files that count whatever ignore files say of them.
///
/// # Errors
/// As [`load`].
pub fn load_counted(
    sources: &mut Sources,
    named: &[Named],
    paths: &[PathBuf],
    counted: Counted<'_>,
) -> Result<Evidence, LoadError> {
    let mut evidence = Evidence::default();
    let mut of_modules = Evidence::default();
    let (mut read, mut opened) = (BTreeMap::new(), BTreeMap::new());
    let mut taken: BTreeSet<PathBuf> = BTreeSet::new();
    let all = files::all(paths, counted)?;
    let around = beside(named, &all, counted);
    evidence.parameters = parameters::among(&around);
    evidence.is_filled_in = around.iter().any(|file| terraform::is_terraform(&file.path));
    for file in named {
        if file.path.is_dir() || terraform::is_terraform(&file.path) {
            taken.extend(named_module(sources, (file, counted), &mut evidence, &mut of_modules, &mut read)?);
            continue;
        }
        // One file may be named for several roles: it is one text.
        let source = match opened.get(&file.path) {
            Some(source) => *source,
            None => {
                let source = open(sources, &file.path, &mut evidence)?;
                opened.insert(file.path.clone(), source);
                source
            }
        };
        let Some(source) = source else { continue };
        match file.kind {
            DocumentKind::Policy(role) => {
                recognise::named(sources, source, (role, file.level, file.linked), &mut evidence);
            }
            DocumentKind::Answer(command) => recognise::named_answer(sources, source, command, &mut evidence),
        }
    }
    // What was taken from a folder that somebody named is named with it.
    let is_named =
        |path: &Path| named.iter().any(|file| same(&file.path, path)) || taken.contains(&real(path));
    let mut modules = Vec::new();
    for file in all {
        if is_named(&file.path) {
            continue;
        }
        if file.is_odd {
            match files::odd(&file.path)? {
                files::Odd::Stranger => continue,
                files::Odd::Copy => {
                    let reason = "by its name a copy that was put by; give it another name if it counts";
                    evidence.not_evaluated.push((display(&file.path), reason.to_owned()));
                    continue;
                }
                files::Odd::Among => {
                    let reason = "answers of AWS stand between other text in it, which may be examples; name the file, \
                        or save each answer in a .json file of its own, if they count";
                    evidence.not_evaluated.push((display(&file.path), reason.to_owned()));
                    continue;
                }
                files::Odd::Packed(reason) => {
                    evidence.not_evaluated.push((display(&file.path), reason.to_owned()));
                    continue;
                }
                files::Odd::Known => {}
            }
        }
        if terraform::is_terraform(&file.path) || (!file.is_found && terraform::is_values(&file.path)) {
            modules.push(file.path);
            continue;
        }
        // It is read with its module.
        if file.is_found && terraform::is_values(&file.path) {
            continue;
        }
        let is_sure = file.is_odd || files::is_json(&file.path);
        if file.is_found && !is_sure && !files::looks_known(&file.path)? {
            continue;
        }
        if let Some(source) = open(sources, &file.path, &mut evidence)? {
            unnamed(sources, source, &mut evidence);
        }
    }
    if !modules.is_empty() {
        let found = terraform::modules(sources, &modules, &files::Disk)?;
        leave_to_modules(sources, &found.read, &mut evidence);
        iac::modules(found, None, &mut of_modules);
    }
    if of_modules.has_modules {
        evidence.add_modules(Arc::new(of_modules));
    }
    placed::evidence(&mut evidence);
    evidence.listing.finish();
    Ok(evidence)
}

/// Takes away what was read of files that modules read as well: whose policy such a file is they say.
fn leave_to_modules(sources: &Sources, read: &BTreeSet<PathBuf>, evidence: &mut Evidence) {
    let read: BTreeSet<PathBuf> = read.iter().map(|path| real(path)).collect();
    let is_read = |source: SourceId| read.contains(&real(Path::new(sources.get(source).name())));
    let theirs: BTreeSet<SourceId> = (evidence.documents.iter())
        .filter(|document| document.is_met && is_read(document.source))
        .map(|document| document.source)
        .collect();
    evidence.documents.retain(|document| !(document.is_met && theirs.contains(&document.source)));
    evidence.readings.retain(|(source, reading)| {
        *reading != Reading::ByContent
            || !theirs.iter().any(|each| sources.get(*each).name() == sources.get(*source).name())
    });
}

/// The files that are looked at, and what stands beside templates and modules that somebody named: what gives them values stands
/// there.
fn beside(named: &[Named], all: &[files::Found], counted: Counted<'_>) -> Vec<files::Found> {
    let folder = |file: &Named| {
        if file.path.is_dir() {
            return Some(file.path.clone());
        }
        let is_part = files::has_ending(&file.path, &files::TEMPLATES) || terraform::is_terraform(&file.path);
        let parent = file.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        is_part.then(|| parent.map_or_else(|| PathBuf::from("."), Path::to_path_buf))
    };
    let folders: BTreeSet<PathBuf> = named.iter().filter_map(folder).collect();
    let folders: Vec<PathBuf> = folders.into_iter().collect();
    let mut out = all.to_vec();
    // What cannot be looked at there gives nothing.
    out.extend(files::all(&folders, counted).unwrap_or_default());
    out.sort_by_cached_key(|file| (display(&file.path), file.is_found));
    out.dedup_by_key(|file| display(&file.path));
    out
}

/// Reads a folder, or a file of a module, that the user gave a role: what templates and modules in it hold that can be in that
/// role. Tells which files were taken.
fn named_module(
    sources: &mut Sources,
    (file, counted): (&Named, Counted<'_>),
    evidence: &mut Evidence,
    of_modules: &mut Evidence,
    read: &mut BTreeMap<PathBuf, terraform::Found>,
) -> Result<BTreeSet<PathBuf>, LoadError> {
    let mut modules = Vec::new();
    let mut taken = BTreeSet::new();
    let unseen = evidence.unseen.len();
    let count = |evidence: &Evidence, of_modules: &Evidence| {
        evidence.documents.len() + evidence.open.len() + of_modules.documents.len() + of_modules.open.len()
    };
    let before = count(evidence, of_modules);
    for found in files::below(std::slice::from_ref(&file.path), counted)? {
        if terraform::is_terraform(&found.path) {
            taken.insert(real(&found.path));
            modules.push(found.path);
            continue;
        }
        let text = match read_text(&found.path) {
            // No template is that long.
            Err(LoadError::TooLong { .. }) => continue,
            read => read?,
        };
        if yaml::read(&text, sources.next(), yaml::Given::default()).is_some() {
            let source = sources.add(display(&found.path), terraform::without_secrets(text));
            taken.insert(real(&found.path));
            match file.kind {
                DocumentKind::Policy(role) => {
                    recognise::named(sources, source, (role, file.level, file.linked), evidence);
                }
                DocumentKind::Answer(command) => recognise::named_answer(sources, source, command, evidence),
            }
        }
    }
    // One module may be named for several roles.
    let found = match read.get(&file.path) {
        Some(found) => found.clone(),
        None => {
            let found = terraform::modules(sources, &modules, &files::Disk)?;
            read.insert(file.path.clone(), found.clone());
            found
        }
    };
    match file.kind {
        DocumentKind::Policy(role) => {
            iac::modules(found, Some((role, file.level, file.linked)), of_modules);
            // One file of a folder has the document, and the others have not.
            evidence.unseen.truncate(unseen);
            if count(evidence, of_modules) == before {
                let reason = format!("nothing in it is a policy that a {} can be", role.name());
                of_modules.not_evaluated.push((display(&file.path), reason));
                let unseen = Unseen::new(&display(&file.path), (role, file.level, file.linked));
                of_modules.unseen.push(unseen);
            }
        }
        // What it makes is meant. A folder may have other files that answer.
        DocumentKind::Answer(command) => {
            if !modules.is_empty()
                && !iac::answer_of_modules(found, command, of_modules)
                && taken.len() == modules.len()
            {
                of_modules.not_evaluated.push((display(&file.path), recognise::says_nothing(command)));
            }
        }
    }
    Ok(taken)
}

/// The path without links, where there is one.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf())
}

/// Adds a text that is already in memory, as a document of a role. For rule examples and for callers that embed the
/// library.
pub fn add_text(
    sources: &mut Sources,
    name: &str,
    text: &str,
    role: Role,
    level: usize,
    evidence: &mut Evidence,
) {
    let source = sources.add(name, text);
    recognise::named(sources, source, (role, level, None), evidence);
}

/// Adds a text that is already in memory and finds out what it is, as [`load`] does with a file that nobody named.
pub fn add_unnamed(sources: &mut Sources, name: &str, text: &str, evidence: &mut Evidence) {
    let source = sources.add(name, text);
    unnamed(sources, source, evidence);
    evidence.listing.finish();
}

/// Adds a text that is already in memory as the answer of a command (`get-export`), as `[documents]` names it.
pub fn add_answer(
    sources: &mut Sources,
    name: &str,
    text: &str,
    command: &'static str,
    evidence: &mut Evidence,
) {
    let source = sources.add(name, text);
    recognise::named_answer(sources, source, command, evidence);
    evidence.listing.finish();
}

fn unnamed(sources: &mut Sources, source: SourceId, evidence: &mut Evidence) {
    let before = evidence.readings.len();
    if snapshot::take(sources, source, evidence) {
        // What it holds is read again with it.
        evidence.readings.truncate(before);
        evidence.readings.push((source, Reading::Snapshot));
    } else {
        recognise::by_content(sources, source, evidence);
    }
}

/// The same texts taken in the same way, some of them changed. Sources keep their identities; listings are kept as they are,
/// and of a snapshot the parts are made anew.
#[must_use]
pub fn again(
    sources: &Sources,
    evidence: &Evidence,
    changed: &BTreeMap<SourceId, String>,
) -> (Sources, Evidence) {
    let mut sources = sources.with(changed);
    let mut out = Evidence {
        listing: evidence.listing.clone(),
        parameters: evidence.parameters.clone(),
        is_filled_in: evidence.is_filled_in,
        ..Evidence::default()
    };
    for (source, reading) in &evidence.readings {
        match reading {
            Reading::Named(..) | Reading::Answer(_) | Reading::ByContent => {
                recognise::as_said(&mut sources, *source, *reading, &mut out);
            }
            Reading::Snapshot => unnamed(&mut sources, *source, &mut out),
            Reading::Listing => {
                out.readings.push((*source, Reading::Listing));
                recognise::damaged_listing(&sources, *source, &mut out);
            }
        }
    }
    if let Some(modules) = &evidence.modules {
        out.add_modules(Arc::clone(modules));
    }
    placed::evidence(&mut out);
    (sources, out)
}

/// Opens a file. A listing too long to hold goes into the evidence at once.
fn open(sources: &mut Sources, path: &Path, evidence: &mut Evidence) -> Result<Option<SourceId>, LoadError> {
    let name = display(path);
    if let Some(file) = files::open_long(path)?
        && let Some(source) = evidence.listing.take_long(sources, &name, file)
    {
        evidence.readings.push((source, Reading::Listing));
        recognise::damaged_listing(sources, source, evidence);
        return Ok(None);
    }
    let text = read_text(path)?;
    if let Some(reason) = foreign::what(&text) {
        evidence.not_evaluated.push((name, reason.to_owned()));
        return Ok(None);
    }
    Ok(Some(sources.add(name, terraform::without_secrets(text))))
}

/// The path as the user knows it: without a leading `./`, with forward slashes. A file's source has this name.
#[must_use]
pub fn display(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("./").map_or(text.clone(), str::to_owned)
}

fn same(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        (Ok(_) | Err(_), Ok(_) | Err(_)) => left == right,
    }
}
