//! Writing files that belong to the user alone, whole or not at all.

use anyhow::Context;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes a file that only the user may read. What stood there before is replaced at the end, in one step.
#[cfg(feature = "live")]
pub(super) fn save(path: &Path, text: &str) -> anyhow::Result<()> {
    Staged::write(path, text)?.commit()
}

/// Whether a file of this name can be written: a pipe or a device cannot be replaced, and `-` is the name of none.
pub(super) fn can_save(path: &Path) -> anyhow::Result<PathBuf> {
    let shown = path.display();
    anyhow::ensure!(
        path.as_os_str() != "-",
        "`-` names no file; the file is for the user alone, and is not printed"
    );
    path.file_name().with_context(|| format!("`{shown}` names no file"))?;
    // Behind a link the file is replaced, and not the link.
    let Ok(real) = fs::canonicalize(path) else { return Ok(path.to_owned()) };
    let is_file = fs::metadata(&real).is_ok_and(|found| found.is_file());
    anyhow::ensure!(is_file, "`{shown}` is there and is no regular file; name another one");
    Ok(real)
}

/// A text that lies beside the file that it will replace.
pub(super) struct Staged {
    temporary: PathBuf,
    path: PathBuf,
    is_done: bool,
}

impl Staged {
    /// Writes the text beside its file.
    pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<Self> {
        let path = can_save(path)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(path.file_name().unwrap_or_default());
        hidden.push(format!(".{}.tmp", std::process::id()));
        let staged = Self { temporary: path.with_file_name(hidden), path, is_done: false };
        write(&staged.temporary, text).with_context(|| staged.failed())?;
        Ok(staged)
    }

    /// Puts it in its place.
    pub(super) fn commit(mut self) -> anyhow::Result<()> {
        fs::rename(&self.temporary, &self.path).with_context(|| self.failed())?;
        self.is_done = true;
        Ok(())
    }

    fn failed(&self) -> String {
        format!("cannot write `{}`", self.path.display())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
