//! Files as they stood at a git revision.
//!
//! The repository is not trusted: its history and its settings may be a stranger's. So only plumbing is called, which reads
//! objects and runs nothing (no hooks, filters, textconv, external diffs, pagers or aliases); objects that are replaced or not
//! there are not fetched; and every name comes back between NUL bytes.

use anyhow::Context;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A longer file is not a policy, in bytes.
const LONGEST: u64 = 1 << 26;

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revision {
    root: PathBuf,
    /// The commit's full name.
    pub(super) commit: String,
}

/// A file of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Blob {
    object: String,
    size: u64,
}

impl Revision {
    /// The commit that a name stands for: where the working tree's branch left it, if git knows; else the commit itself.
    ///
    /// # Errors
    /// If git is not there, the folder is in no repository, or the name is not known here.
    pub(super) fn of(root: &Path, name: &str) -> anyhow::Result<Self> {
        let said = |text: &str| {
            format!(
                "--base {name}: {text}{}",
                if is_shallow(root) {
                    "; the checkout is shallow, so that most commits are not in it: fetch the revision (`git fetch origin \
                     REVISION`), or check out with `fetch-depth: 0`"
                } else {
                    ""
                }
            )
        };
        anyhow::ensure!(
            root.join(".git").exists(),
            "--base {name}: `{}` is in no git repository",
            root.display()
        );
        anyhow::ensure!(
            !name.is_empty() && !name.starts_with('-'),
            "--base {name}: that is no name of a revision"
        );
        let asked = format!("{name}^{{commit}}");
        let found = run(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &asked])?;
        let Some(commit) = text(&found) else {
            // Quiet about names that it does not know, git still says why it does not look at all.
            anyhow::ensure!(found.stderr.is_empty(), "--base {name}: {}", why(&found));
            anyhow::bail!(said("git knows no such revision here"))
        };
        // Without a common ancestor (a shallow checkout has none) the revision itself is what there is to compare with.
        let fork = run(root, &["merge-base", &commit, "HEAD"]);
        let commit = fork.ok().and_then(|fork| text(&fork)).unwrap_or(commit);
        Ok(Self { root: root.to_path_buf(), commit })
    }

    /// Its files by their paths from the root of the repository. Links and submodules are left out.
    ///
    /// # Errors
    /// If git cannot read the commit.
    pub(super) fn files(&self) -> anyhow::Result<BTreeMap<String, Blob>> {
        let listed = run(&self.root, &["ls-tree", "-r", "-l", "-z", "--full-tree", &self.commit])?;
        anyhow::ensure!(
            listed.status.success(),
            "git cannot list the files of {}: {}",
            self.commit,
            why(&listed)
        );
        let entries = listed.stdout.split(|byte| *byte == 0);
        Ok(entries.filter_map(entry).collect())
    }

    /// The files that git tracks now, by their paths from the root of the repository.
    ///
    /// # Errors
    /// If git cannot be run.
    pub(super) fn tracked(&self) -> anyhow::Result<Vec<String>> {
        let listed = run(&self.root, &["ls-files", "-z", "--full-name"])?;
        anyhow::ensure!(listed.status.success(), "git cannot list its files: {}", why(&listed));
        let names = listed.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        Ok(names.map(|name| String::from_utf8_lossy(name).into_owned()).collect())
    }

    /// The texts of files, in their order; `None` where git does not have one.
    ///
    /// # Errors
    /// If git cannot be run.
    pub(super) fn texts(&self, blobs: &[&Blob]) -> anyhow::Result<Vec<Option<Vec<u8>>>> {
        let mut child = command(&self.root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(not_there)?;
        let mut input = child.stdin.take().context("git takes no input")?;
        let wanted: String = blobs
            .iter()
            .filter(|blob| blob.size <= LONGEST)
            .flat_map(|blob| [blob.object.as_str(), "\n"])
            .collect();
        // Git answers while it is still being asked.
        let writer = std::thread::spawn(move || input.write_all(wanted.as_bytes()));
        let output = child.wait_with_output().context("git cannot be read")?;
        let _ = writer.join();
        let mut rest = output.stdout.as_slice();
        let read = |blob: &&Blob| if blob.size <= LONGEST { answer(&mut rest) } else { None };
        Ok(blobs.iter().map(read).collect())
    }
}

/// One answer of `cat-file --batch`: a line with the object, its type and its size, and that many bytes.
fn answer(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|byte| *byte == b'\n')?;
    let (head, behind) = rest.split_at_checked(end)?;
    let behind = behind.get(1..)?;
    let words: Vec<&[u8]> = head.split(|byte| *byte == b' ').collect();
    let [_, kind, size] = words.as_slice() else {
        *rest = behind;
        return None;
    };
    let size: usize = std::str::from_utf8(size).ok()?.parse().ok()?;
    let (content, behind) = behind.split_at_checked(size)?;
    *rest = behind.get(1..).unwrap_or_default();
    (*kind == b"blob").then(|| content.to_vec())
}

/// `MODE TYPE OBJECT SIZE\tPATH`
fn entry(line: &[u8]) -> Option<(String, Blob)> {
    let tab = line.iter().position(|byte| *byte == b'\t')?;
    let (head, path) = line.split_at_checked(tab)?;
    let head = std::str::from_utf8(head).ok()?;
    let words: Vec<&str> = head.split_ascii_whitespace().collect();
    let [mode, "blob", object, size] = words.as_slice() else { return None };
    let path = String::from_utf8_lossy(path.get(1..)?).into_owned();
    // A link's content is a path.
    (*mode != "120000").then_some((path, Blob { object: (*object).to_owned(), size: size.parse().ok()? }))
}

fn is_shallow(root: &Path) -> bool {
    run(root, &["rev-parse", "--is-shallow-repository"])
        .is_ok_and(|output| text(&output).as_deref() == Some("true"))
}

fn text(output: &Output) -> Option<String> {
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

fn why(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("git does not say why").to_owned()
}

fn run(root: &Path, args: &[&str]) -> anyhow::Result<Output> {
    command(root).args(args).stdin(Stdio::null()).output().map_err(not_there)
}

/// Git with nothing of the repository's settings that could run or fetch something.
fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
        .args(["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"])
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("LC_ALL", "C");
    command
}

fn not_there(error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => {
            anyhow::anyhow!(
                "--base needs git, and there is no `git` on the PATH; `preflight diff OLD NEW` does without"
            )
        }
        _ => anyhow::Error::new(error).context("git cannot be run"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_one_behind_the_other() {
        let mut rest: &[u8] = b"a1 blob 3\nx\ny\nb2 missing\nc3 tree 2\n\0\n\nd4 blob 0\n\n";
        assert_eq!(answer(&mut rest).as_deref(), Some(b"x\ny".as_slice()));
        assert_eq!(answer(&mut rest), None);
        assert_eq!(answer(&mut rest), None);
        assert_eq!(answer(&mut rest).as_deref(), Some(b"".as_slice()));
        assert_eq!((answer(&mut rest), rest.len()), (None, 0));
        let mut short: &[u8] = b"a1 blob 30\nx\n";
        assert_eq!(answer(&mut short), None);
    }

    #[test]
    fn names_hold_anything_and_links_are_left_out() {
        let (path, blob) = entry(b"100644 blob abc      12\ta\n\t'\".json").unwrap();
        assert_eq!((path.as_str(), blob.size), ("a\n\t'\".json", 12));
        assert_eq!(entry(b"120000 blob abc      12\ta.json"), None);
        assert_eq!(entry(b"160000 commit abc       -\tmodule"), None);
        assert_eq!(entry(b""), None);
    }
}
