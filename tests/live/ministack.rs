//! What was predicted, against what a third party's server really enforces: MiniStack, with a limited user's key.
//!
//! It is installed below `target/` when it is not there, from `tests/requirements-aws.txt`; where that fails, the test
//! fails, too.

use super::run::{Program, preflight, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

/// A running MiniStack, stopped when the test is done with it.
struct Stack {
    child: Child,
    url: String,
    python: PathBuf,
}

impl Drop for Stack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The key of the server's root user: long enough to be looked for in all that a run says.
const ROOT: [&str; 2] = ["AKIAEXAMPLEOFROOT001", "SecretOfTheRootUserNeverToBeShown0000000"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The interpreter of an environment that has MiniStack.
fn python() -> PathBuf {
    static ONCE: OnceLock<PathBuf> = OnceLock::new();
    ONCE.get_or_init(install).clone()
}

fn install() -> PathBuf {
    let wanted = std::fs::read_to_string(root().join("tests/requirements-aws.txt")).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ministack");
    let (python, mark) = (folder.join("bin/python"), folder.join("installed.txt"));
    if std::fs::read_to_string(&mark).is_ok_and(|had| had == wanted) {
        return python;
    }
    let done = |command: &mut Command| {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        assert!(
            output.status.success(),
            "MiniStack is needed and cannot be installed: {command:?}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let _ = std::fs::remove_dir_all(&folder);
    done(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    done(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
            .args(["--require-hashes", "--only-binary", ":all:", "-r"])
            .arg(root().join("tests/requirements-aws.txt")),
    );
    std::fs::write(mark, wanted).unwrap();
    python
}

fn start() -> Stack {
    let python = python();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(&python)
        .arg(root().join("tests/aws/server.py"))
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AUTH", "true")
        .env("AWS_ACCESS_KEY_ID", ROOT[0])
        .env("AWS_SECRET_ACCESS_KEY", ROOT[1])
        .env("MINISTACK_ACCOUNT_ID", "111122223333")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stack = Stack { child, url: format!("http://127.0.0.1:{port}"), python };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(120) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            std::thread::sleep(Duration::from_millis(500));
            return stack;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    panic!("MiniStack does not answer");
}

/// Puts situations into the server and makes their readers' calls.
fn seed(stack: &Stack, situations: &str) -> BTreeMap<String, Value> {
    let mut child = Command::new(&stack.python)
        .arg(root().join("tests/aws/seed.py"))
        .arg(&stack.url)
        .args(ROOT)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(situations.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the situations cannot be put into MiniStack");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn as_root(stack: &Stack) -> Program {
    let mut command = preflight(&stack.url);
    command.env("AWS_ACCESS_KEY_ID", ROOT[0]).env("AWS_SECRET_ACCESS_KEY", ROOT[1]);
    command
}

fn account(command: &mut Program, user: &str, bucket: &str) {
    command.args(["--bucket", bucket, "--export-name", "acme-cur2", "--export-path", "reports"]);
    command.args(["--reader", &format!("arn:aws:iam::111122223333:user/{user}")]);
}

/// The demands that are compared.
const DEMANDS: [&str; 4] =
    ["reader.bucket-location", "reader.list-bucket", "reader.get-object", "reader.list-exports"];

#[test]
fn what_is_predicted_is_what_is_enforced() {
    let stack = start();
    let situations = std::fs::read_to_string(root().join("fixtures/live/situations.json")).unwrap();
    let enforced = seed(&stack, &situations);
    assert!(enforced.len() >= 60, "{} situations", enforced.len());
    let (wrong, unknown) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    let next = Mutex::new(enforced.iter());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some((name, real)) = next.lock().unwrap().next() else { return };
                    one(&stack, name, real, &wrong, &unknown);
                }
            });
        }
    });
    let (wrong, unknown) = (wrong.into_inner().unwrap(), unknown.into_inner().unwrap());
    assert!(wrong.is_empty(), "{} predictions differ:\n{}", wrong.len(), wrong.join("\n"));
    // Saying "cannot tell" to everything would be no wrong answer, either.
    assert!(unknown.len() <= 2, "{} are not told:\n{}", unknown.len(), unknown.join("\n"));
}

fn one(stack: &Stack, name: &str, real: &Value, wrong: &Mutex<Vec<String>>, unknown: &Mutex<Vec<String>>) {
    let text = |key: &str| real[key].as_str().unwrap();
    let mut command = as_root(stack);
    command.args(["check", "--live", "--no-simulate", "--format", "json", "--mode", "find-report"]);
    account(&mut command, text("user"), text("bucket"));
    let said = run(command);
    // `bucket-only` asks where the bucket is, `find-report` lists exports.
    let mut command = as_root(stack);
    command.args(["check", "--live", "--no-simulate", "--format", "json", "--mode", "bucket-only"]);
    account(&mut command, text("user"), text("bucket"));
    let other = run(command);
    for demand in DEMANDS {
        let state = match demand {
            "reader.bucket-location" => other.state(demand),
            _ => said.state(demand),
        };
        let state = state.unwrap_or_else(|| panic!("{name}: {demand} is not asked\n{}", said.err));
        let allowed = real[demand].as_bool().unwrap();
        match (state.as_str(), allowed) {
            ("holds", true) | ("broken", false) => {}
            ("unknown", _) => unknown.lock().unwrap().push(format!("{name}: {demand}")),
            (state, _) => {
                let line =
                    format!("{name}: {demand} is predicted {state}, and enforced as allowed: {allowed}");
                wrong.lock().unwrap().push(line);
            }
        }
    }
}

#[test]
fn the_readers_own_calls_agree_and_its_secret_is_never_shown() {
    let stack = start();
    let all: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(root().join("fixtures/live/situations.json")).unwrap())
            .unwrap();
    let some: Vec<&Value> = all.iter().step_by(6).collect();
    for (name, real) in seed(&stack, &serde_json::to_string(&some).unwrap()) {
        let folder = tempfile::tempdir().unwrap();
        let credentials = folder.path().join("credentials");
        let secret = real["secret"].as_str().unwrap();
        std::fs::write(
            &credentials,
            format!(
                "[reader]\naws_access_key_id={}\naws_secret_access_key={secret}\n",
                real["key"].as_str().unwrap()
            ),
        )
        .unwrap();
        let snapshot = folder.path().join("snapshot.json");
        let mut command = as_root(&stack);
        command.env("AWS_SHARED_CREDENTIALS_FILE", &credentials);
        command.args(["check", "--live", "--no-simulate", "--as-reader", "reader", "--format", "json"]);
        command.arg("--snapshot").arg(&snapshot);
        account(&mut command, real["user"].as_str().unwrap(), real["bucket"].as_str().unwrap());
        let said = run(command);
        for rule in ["prediction-failed", "prediction-too-strict"] {
            assert!(!said.out.contains(rule), "{name}: {rule}\n{}", said.out);
        }
        // It is in none of these: `run` looked.
        assert!(snapshot.is_file(), "{name}: {}", said.err);
    }
}

#[test]
fn the_printed_policy_is_enough_and_nothing_in_it_is_unused() {
    let stack = start();
    let printed = run({
        let mut command = preflight(&stack.url);
        command.args(["permissions", "--for", "collect", "--no-simulate", "--account", "111122223333"]);
        command
    });
    let policy: Value = serde_json::from_str(&printed.out).unwrap();
    let full: Vec<Value> = policy["Statement"].as_array().unwrap().clone();
    let actions: Vec<(usize, String)> = full
        .iter()
        .enumerate()
        .flat_map(|(at, statement)| {
            let list = statement["Action"].as_array().unwrap().clone();
            list.into_iter().map(move |action| (at, action.as_str().unwrap().to_owned()))
        })
        .collect();
    assert!(actions.len() > 30);
    // The first situation is looked at; each of the others is somebody with the policy, whole or without one action.
    let read = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }] });
    let mut situations = vec![json!({
        "name": "looked at", "inline": [read], "managed": [read], "group": [read], "boundary": read,
    })];
    situations.push(json!({ "name": "whole", "inline": [policy] }));
    for (at, action) in &actions {
        let mut less = policy.clone();
        less["Statement"][*at]["Action"].as_array_mut().unwrap().retain(|other| other != action.as_str());
        if less["Statement"][*at]["Action"].as_array().unwrap().is_empty() {
            less["Statement"].as_array_mut().unwrap().remove(*at);
        }
        situations.push(json!({ "name": action, "inline": [less] }));
    }
    let people = seed(&stack, &serde_json::to_string(&situations).unwrap());
    let target = &people["looked at"];
    let refused = |name: &str| -> Vec<String> {
        let mut command = preflight(&stack.url);
        command.env("AWS_ACCESS_KEY_ID", people[name]["key"].as_str().unwrap());
        command.env("AWS_SECRET_ACCESS_KEY", people[name]["secret"].as_str().unwrap());
        command.args(["check", "--live", "--no-simulate", "--format", "json"]);
        account(&mut command, target["user"].as_str().unwrap(), target["bucket"].as_str().unwrap());
        let said = run(command);
        let list = said.report()["not_evaluated"].as_array().unwrap().clone();
        let reasons = list.iter().map(|entry| entry["reason"].as_str().unwrap().to_owned());
        reasons.filter(|reason| reason.contains("may not call")).collect()
    };
    assert_eq!(refused("whole"), Vec::<String>::new());
    let mut unused = Vec::new();
    for (_, action) in &actions {
        let list = refused(action);
        if !list.iter().any(|reason| reason.contains(&format!("`{action}`"))) {
            unused.push(action.clone());
        }
    }
    // Asked for a role, for a key of which the user is not known, for a bucket with a KMS key, and for a member account:
    // not for this reader. The scenarios ask them.
    unused.retain(|action| {
        let of_others =
            ["Role", "AccessKeyLastUsed", "kms:", "ListParents", "ListPoliciesForTarget", "DescribePolicy"];
        !of_others.iter().any(|part| action.contains(part))
    });
    assert!(unused.is_empty(), "nobody misses {unused:?}");
}

/// Reads that MiniStack does not know; it answers with a listing of the bucket.
const LACKING: [&str; 2] = ["s3api get-bucket-policy-status", "s3api get-bucket-request-payment"];

/// The commands of the README's live section, as they stand there.
fn readme() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = text.split("<!-- live:begin -->").nth(1).unwrap().split("<!-- live:end -->").next().unwrap();
    let lines = block.lines().filter(|line| line.starts_with("preflight "));
    lines.map(str::to_owned).collect()
}

#[test]
fn the_readmes_live_section_works_word_by_word() {
    let stack = start();
    let healthy = super::server::healthy();
    let text = |call: &str| healthy[call]["body"].as_str().unwrap().to_owned();
    // What the healthy scenario answers, put into a server that enforces it.
    let bucket: Value = serde_json::from_str(&text("s3:GetBucketPolicy")).unwrap();
    let export: Value = serde_json::from_str(&text("bcm-data-exports:GetExport")).unwrap();
    let encoded = text("iam:GetPolicyVersion");
    let encoded = encoded.split("<Document>").nth(1).unwrap().split("</Document>").next().unwrap().to_owned();
    let reader: Value = {
        let mut bytes = Vec::new();
        let mut parts = encoded.split('%');
        bytes.extend(parts.next().unwrap().bytes());
        for part in parts {
            bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
            bytes.extend(part[2..].bytes());
        }
        serde_json::from_slice(&bytes).unwrap()
    };
    let situation = json!([{
        "name": "acme", "user-name": "spendeffix", "bucket-name": "acme-billing",
        "managed": [reader], "bucket": bucket, "query": export["Export"]["DataQuery"],
    }]);
    let people = seed(&stack, &situation.to_string());
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("credentials");
    let profile = |name: &str, key: &str, secret: &str| {
        format!("[{name}]\naws_access_key_id={key}\naws_secret_access_key={secret}\n")
    };
    let secret = people["acme"]["secret"].as_str().unwrap();
    let profiles = profile("default", ROOT[0], ROOT[1])
        + &profile("spendeffix", people["acme"]["key"].as_str().unwrap(), secret);
    std::fs::write(&credentials, profiles).unwrap();
    let commands = readme();
    assert!(commands.len() >= 7, "{commands:?}");
    for line in commands {
        let mut program = Program::line(&line);
        program
            .current_dir(folder.path())
            .env("AWS_ENDPOINT_URL", &stack.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", &credentials);
        let said = run(program);
        let (out, err) = (&said.out, &said.err);
        // MiniStack answers two reads with something else; collecting says so, and that nothing else is missing.
        let is_collect = line.starts_with("preflight collect");
        let mut not_read = err.lines().filter(|line| line.starts_with("not read: "));
        let is_lacking = |line: &str| LACKING.iter().any(|call| line.contains(call));
        assert!(!is_collect || not_read.all(is_lacking), "{line}: {err}");
        assert_eq!(said.code, if is_collect { 3 } else { 0 }, "{line}: {out}\n{err}");
        if line.starts_with("preflight check") {
            assert!(out.starts_with("ready"), "{line}: {out}");
        }
        if line.contains("--as-reader") {
            assert!(out.contains("AWS allowed it with the reader's key"), "{out}");
        }
    }
}
