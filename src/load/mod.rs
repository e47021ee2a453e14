//! The only reader of files. It turns paths into sources and evidence, and decides nothing.

mod cloudformation;
mod comments;
mod files;
mod iac;
mod loose;
mod other;
mod recognise;
mod snapshot;
mod terraform;
mod text;
mod unknown;
mod yaml;

pub use comments::comments_of;
pub use files::{LoadError, decode, read_text, short_listing};
pub use loose::{add_found, add_loose, is_looked_into, loose, policies_of};

use crate::evidence::{DocumentKind, Evidence, Reading, Role};
use crate::source::{SourceId, Sources};
use std::collections::BTreeMap;
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
    let mut evidence = Evidence::default();
    for file in named {
        let Some(source) = open(sources, &file.path, &mut evidence)? else { continue };
        match file.kind {
            DocumentKind::Policy(role) => {
                recognise::named(sources, source, (role, file.level, file.linked), &mut evidence);
            }
            DocumentKind::Answer(command) => recognise::named_answer(sources, source, command, &mut evidence),
        }
    }
    let is_named = |path: &Path| named.iter().any(|file| same(&file.path, path));
    let mut modules = Vec::new();
    for file in files::below(paths)? {
        if is_named(&file.path) {
            continue;
        }
        if terraform::is_terraform(&file.path) {
            modules.push(file.path);
            continue;
        }
        if file.is_found && !files::is_json(&file.path) && !files::looks_known(&file.path)? {
            continue;
        }
        if let Some(source) = open(sources, &file.path, &mut evidence)? {
            unnamed(sources, source, &mut evidence);
        }
    }
    if !modules.is_empty() {
        evidence.add_modules(Arc::new(iac::modules(terraform::modules(sources, &modules)?)));
    }
    evidence.listing.finish();
    Ok(evidence)
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
    let mut out = Evidence { listing: evidence.listing.clone(), ..Evidence::default() };
    for (source, reading) in &evidence.readings {
        match reading {
            Reading::Named(role, level, linked) => {
                recognise::named(&mut sources, *source, (*role, *level, *linked), &mut out);
            }
            Reading::Answer(command) => recognise::named_answer(&mut sources, *source, command, &mut out),
            Reading::ByContent => recognise::by_content(&mut sources, *source, &mut out),
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
    Ok(Some(sources.add(name, text)))
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
