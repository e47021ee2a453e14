//! Rule pages of the user's own (`--rules`).

use crate::cli::fault;
use crate::judge::Library;
use crate::load;
use anyhow::Context;
use std::path::{Path, PathBuf};

/// Adds the pages of a folder, which replace ours of the same name.
pub(in crate::cli) fn add_pages(library: &mut Library, folder: &Path) -> anyhow::Result<()> {
    let groups = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for group in groups {
        let group = group?.path();
        if !group.is_dir() {
            continue;
        }
        let name = group.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for page in std::fs::read_dir(&group)? {
            files.push((name.clone(), page?.path()));
        }
    }
    files.sort();
    for (group, path) in
        files.iter().filter(|(_, path)| path.extension().is_some_and(|extension| extension == "md"))
    {
        let text = load::read_text(path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let origin = path.to_string_lossy();
        if let Err(faults) = library.book_mut().add(group, &name, &text, &origin) {
            fault::pages(&faults)?;
        }
    }
    Ok(())
}
