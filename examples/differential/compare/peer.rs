//! The other engine: a long-lived `node` process that is asked over its standard input.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Sender, channel};

/// What the other engine said.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// `Allow`, `ExplicitDeny`, `ImplicitDeny`, or `Refused`.
    pub(crate) answer: String,
    /// Why it refused the question.
    pub(crate) why: String,
    /// Context keys that it takes to be none of the action's, and left out.
    pub(crate) ignored: Vec<String>,
}

/// Which entry of the other engine is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// The one that checks its input.
    Careful,
    /// The one that does not, wherever it takes all layers of the question.
    Fast,
}

/// The process.
pub(crate) struct Peer {
    child: Child,
    questions: Option<Sender<String>>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Installs the package beside the build where it is missing, and starts it. A differential test without its other
    /// engine is a failed one.
    pub(crate) fn start(pace: Pace) -> Self {
        let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
        let folder = target().join("oracle");
        let installed = Command::new("bash")
            .arg(oracle.join("install"))
            .arg(&folder)
            .stdout(Stdio::null())
            .status()
            .expect("bash runs");
        assert!(
            installed.success(),
            "the other engine cannot be installed: node and npm are needed, see tests/oracle"
        );
        let mut child = Command::new("node")
            .arg(oracle.join("answer.cjs"))
            .arg(&folder)
            .args((pace == Pace::Fast).then_some("--fast"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (questions, lines) = channel::<String>();
        std::thread::spawn(move || {
            for line in lines {
                if stdin.write_all(line.as_bytes()).and_then(|()| stdin.write_all(b"\n")).is_err() {
                    break;
                }
            }
        });
        Self { child, questions: Some(questions), answers }
    }

    /// Sends a list of cases; [`Peer::receive`] gives the answers, in the order of sending.
    pub(crate) fn send(&self, cases: &[Value]) {
        let line = serde_json::to_string(cases).expect("JSON");
        self.questions.as_ref().and_then(|questions| questions.send(line).ok()).expect("the process runs");
    }

    pub(crate) fn receive(&mut self) -> Vec<Reply> {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the process answers");
        let replies: Vec<Value> = serde_json::from_str(&line).expect("a list of answers");
        let text = |reply: &Value, key: &str| reply[key].as_str().unwrap_or_default().to_owned();
        replies
            .iter()
            .map(|reply| Reply {
                answer: text(reply, "answer"),
                why: text(reply, "why"),
                ignored: reply["ignored"]
                    .as_array()
                    .map(|keys| keys.iter().filter_map(|key| key.as_str().map(str::to_owned)).collect())
                    .unwrap_or_default(),
            })
            .collect()
    }

    pub(crate) fn ask(&mut self, case: &Value) -> Reply {
        self.send(std::slice::from_ref(case));
        self.receive().remove(0)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The build's folder: tests lie in `target/debug/deps`, examples in `target/release/examples`.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a path");
    program.ancestors().nth(3).expect("a program lies in the build's folder").to_path_buf()
}
