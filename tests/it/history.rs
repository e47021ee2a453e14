//! Repositories with a history, for tests.

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A repository whose branch `main` holds one commit.
pub(crate) struct Repository {
    folder: TempDir,
}

impl Repository {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        git(repository.path(), &["init", "-q"]);
        repository.write(files);
        git(repository.path(), &["add", "-A"]);
        git(repository.path(), &["commit", "-q", "-m", "base"]);
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            let path = self.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
}

/// Runs git with settings of its own, and gives what it printed.
pub(crate) fn git(folder: &Path, args: &[&str]) -> String {
    let settings =
        ["user.name=gate", "user.email=gate@example.com", "init.defaultBranch=main", "commit.gpgsign=false"];
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(folder);
    command.args(settings.iter().flat_map(|setting| ["-c", setting])).args(args);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
