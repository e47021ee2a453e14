//! Runs of the compiled program in which keys are at hand. There is no other way to run it here (a test of `tests/live` holds
//! the files to that), so that everything a run says or writes is looked through for the keys it was given.

#![allow(dead_code, reason = "each binary of tests needs a part of it")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Flags that are followed by something secret.
const SECRET_FLAGS: [&str; 1] = ["--mfa-code"];
/// Lines of a file of credentials that hold something secret.
const SECRET_LINES: [&str; 2] = ["aws_secret_access_key", "aws_session_token"];

/// A run that is being put together.
pub(crate) struct Program {
    command: Command,
    secrets: Vec<String>,
    /// Where it may write: its own folder, and those of files that it is told of.
    folders: Vec<PathBuf>,
    home: tempfile::TempDir,
    is_secret: bool,
}

impl Program {
    /// The compiled program, with nothing of the environment that the tests run in.
    pub(crate) fn new() -> Self {
        Self::of(Command::new(env!("CARGO_BIN_EXE_preflight")))
    }

    /// A line of a shell, in which `preflight` is the compiled program.
    pub(crate) fn line(line: &str) -> Self {
        let folder = Path::new(env!("CARGO_BIN_EXE_preflight")).parent().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        let mut program = Self::of(command);
        program.command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
        program
    }

    fn of(mut command: Command) -> Self {
        let home = tempfile::tempdir().unwrap();
        command.env_clear().env("HOME", home.path()).env("TMPDIR", home.path()).current_dir(home.path());
        let folders = vec![home.path().to_owned()];
        Self { command, secrets: Vec::new(), folders, home, is_secret: false }
    }

    pub(crate) fn arg(&mut self, arg: impl AsRef<OsStr>) -> &mut Self {
        let arg = arg.as_ref();
        if self.is_secret {
            self.hides(&arg.to_string_lossy());
        }
        self.is_secret = SECRET_FLAGS.iter().any(|flag| arg == *flag);
        let text = arg.to_string_lossy().into_owned();
        let behind = SECRET_FLAGS.iter().find_map(|flag| text.strip_prefix(flag)?.strip_prefix('='));
        if let Some(secret) = behind {
            self.hides(secret);
        }
        let path = Path::new(arg);
        let folder = if path.is_dir() { Some(path) } else { path.parent() };
        let is_own =
            |folder: &&Path| folder.is_absolute() && folder.is_dir() && folder.components().count() > 2;
        self.folders.extend(folder.filter(is_own).map(Path::to_owned));
        self.command.arg(arg);
        self
    }

    pub(crate) fn args(&mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> &mut Self {
        for arg in args {
            self.arg(arg);
        }
        self
    }

    pub(crate) fn env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        let value = value.as_ref();
        if name.contains("SECRET_ACCESS_KEY") || name.contains("SESSION_TOKEN") {
            self.hides(&value.to_string_lossy());
        }
        if name == "AWS_SHARED_CREDENTIALS_FILE" {
            for line in std::fs::read_to_string(value).unwrap_or_default().lines() {
                if let Some((key, secret)) = line.split_once('=')
                    && SECRET_LINES.contains(&key.trim())
                {
                    self.hides(secret.trim());
                }
            }
        }
        self.command.env(name, value);
        self
    }

    pub(crate) fn env_remove(&mut self, name: &str) -> &mut Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn current_dir(&mut self, folder: &Path) -> &mut Self {
        self.folders.push(folder.to_owned());
        self.command.current_dir(folder);
        self
    }

    /// Something more that nobody may see: what a server hands out, what stands in a document.
    pub(crate) fn hides(&mut self, secret: &str) -> &mut Self {
        assert!(secret.len() >= 6, "`{secret}` is too short to be looked for");
        self.secrets.push(secret.to_owned());
        self
    }

    /// Starts it. What it says goes into files, so that it never waits for a reader.
    pub(crate) fn start(mut self) -> Started {
        let (out, err) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let before = written(&self.folders);
        self.command.stdin(Stdio::null());
        self.command.stdout(out.try_clone().unwrap()).stderr(err.try_clone().unwrap());
        let child = self.command.spawn().unwrap();
        Started { child, out, err, before, program: self, is_done: false }
    }
}

/// A run under way. It has to be brought to an end by [`Started::end`], which looks through it.
pub(crate) struct Started {
    child: Child,
    out: std::fs::File,
    err: std::fs::File,
    before: BTreeMap<PathBuf, Vec<u8>>,
    program: Program,
    is_done: bool,
}

impl Started {
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once: nothing of it runs any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Waits for its end, and looks through all that it said and wrote.
    pub(crate) fn end(mut self) -> Said {
        let status = self.child.wait().unwrap();
        self.is_done = true;
        let said = |file: &mut std::fs::File| {
            let mut bytes = Vec::new();
            file.rewind().unwrap();
            file.read_to_end(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        let (out, err) = (said(&mut self.out), said(&mut self.err));
        let mut texts = vec![("stdout".to_owned(), out.clone()), ("stderr".to_owned(), err.clone())];
        for (path, bytes) in written(&self.program.folders) {
            if self.before.get(&path) != Some(&bytes) {
                texts.push((path.display().to_string(), String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        for (place, text) in &texts {
            for secret in &self.program.secrets {
                assert!(!text.contains(secret.as_str()), "`{secret}` is in {place}:\n{text}");
            }
            assert!(!text.contains("panicked at"), "{place}: {text}");
        }
        Said {
            code: status.code().unwrap_or(-1),
            out,
            err,
            home: std::mem::replace(&mut self.program.home, tempfile::tempdir().unwrap()),
        }
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = self.child.kill();
            let _ = self.child.wait();
            assert!(std::thread::panicking(), "a run was left that nobody looked through");
        }
    }
}

/// Every file below folders, with what it holds.
fn written(folders: &[PathBuf]) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut left: Vec<PathBuf> = folders.to_vec();
    left.sort();
    left.dedup();
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(path),
                Ok(kind) if kind.is_file() => {
                    // A file may go while it is looked at.
                    files.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes)));
                }
                _ => {}
            }
        }
    }
    files
}

/// What a run said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
    /// The folder that it ran in.
    pub(crate) home: tempfile::TempDir,
}

impl Said {
    /// The report, of a run with `--format json`.
    pub(crate) fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    pub(crate) fn verdict(&self) -> String {
        self.report()["verdict"].as_str().unwrap().to_owned()
    }

    /// The state of a demand.
    pub(crate) fn state(&self, id: &str) -> Option<String> {
        let report = self.report();
        let demands = report["consumers"][0]["demands"].as_array().unwrap();
        let demand = demands.iter().find(|demand| demand["id"] == id)?;
        Some(demand["state"].as_str().unwrap().to_owned())
    }
}

/// Runs it to its end.
pub(crate) fn run(program: Program) -> Said {
    program.start().end()
}
