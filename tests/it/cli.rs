//! The command as a user runs it: exit codes, streams, flags and files.

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const READY: &str = "the-guide-to-the-letter";
/// The Region of the bucket where the delivery needs `us-east-1`.
const BROKEN: &str = "the-region-of-the-bucket-in-the-source-arn";
const UNKNOWN: &str = "a-linked-account-without-its-guardrails";
/// Ready, with an error that breaks no needed demand.
const EXPOSED: &str = "a-bucket-that-anybody-can-read";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/accounts").join(name)
}

/// The command without anything of the caller's environment.
pub(crate) fn preflight(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("COLUMNS", "100").args(args);
    command
}

pub(crate) fn check(name: &str, args: &[&str]) -> Command {
    let mut command = preflight(&["check", ".", "--now", "2026-11-23T12:00:00Z"]);
    command.args(args).current_dir(fixture(name));
    command
}

pub(crate) struct Run {
    code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

fn run(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
pub(crate) fn assert_run(command: &mut Command, code: i32) -> Run {
    let run = run(command);
    assert_eq!(run.code, code, "stdout:\n{}\nstderr:\n{}", run.out, run.err);
    run
}

/// A folder with a copy of an account, for changing it.
pub(crate) fn copy(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(fixture(name)).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

pub(crate) fn check_copy(folder: &TempDir, args: &[&str]) -> Command {
    let mut command = preflight(&["check", ".", "--now", "2026-11-23T12:00:00Z"]);
    command.args(args).current_dir(folder.path());
    command
}

#[test]
fn each_verdict_has_its_exit_code_and_its_first_line() {
    for (name, code, verdict) in [(READY, 0, "ready"), (BROKEN, 1, "not ready"), (UNKNOWN, 3, "cannot tell")]
    {
        let run = assert_run(&mut check(name, &[]), code);
        assert!(run.out.starts_with(&format!("{verdict} · SpendEffix")), "{}", run.out);
        assert_eq!(run.err, "", "results go to standard output");
    }
}

#[test]
fn allow_unknown_forgives_what_cannot_be_told_and_nothing_else() {
    assert_run(&mut check(UNKNOWN, &["--allow-unknown"]), 0);
    assert_run(&mut check(BROKEN, &["--allow-unknown"]), 1);
}

#[test]
fn fail_on_lowers_the_threshold_for_findings_only() {
    let report = json(&assert_run(&mut check(EXPOSED, &["--format", "json"]), 1).out);
    assert_eq!(
        report["verdict"], "ready",
        "an error that breaks no needed demand fails the run, not the verdict"
    );
    let whole = "a-reader-whose-policies-are-all-attached";
    let note = assert_run(&mut check(whole, &["--fail-on", "note"]), 0);
    assert!(note.out.starts_with("ready"), "{}", note.out);
    let guarded = "a-template-without-conditions";
    assert_run(&mut check(guarded, &["--fail-on", "error"]), 0);
    assert_run(&mut check(guarded, &["--fail-on", "warning"]), 1);
}

#[test]
fn only_hides_findings_and_not_the_verdict() {
    let all = assert_run(&mut check(BROKEN, &[]), 1);
    assert!(all.out.contains("error[source-arn-wrong-region]"), "{}", all.out);
    let other = assert_run(&mut check(BROKEN, &["--only", "bucket-public"]), 1);
    assert!(!other.out.contains("source-arn-wrong-region"), "{}", other.out);
    assert!(other.out.starts_with("not ready"), "{}", other.out);
    let same = assert_run(&mut check(BROKEN, &["--only", "source-arn-wrong-region"]), 1);
    assert!(same.out.contains("error[source-arn-wrong-region]"), "{}", same.out);
    let none = assert_run(&mut check(BROKEN, &["--only", "no-such-rule"]), 2);
    assert!(none.err.contains("no-such-rule"), "{}", none.err);
}

#[test]
fn strict_presumes_no_layer_away() {
    let usual = json(&assert_run(&mut check(READY, &["--format", "json"]), 0).out);
    assert!(!usual["assumed"].as_array().unwrap().is_empty(), "{usual}");
    let strict = json(&assert_run(&mut check(READY, &["--strict", "--format", "json"]), 3).out);
    let facts: Vec<&str> =
        strict["unknown"].as_array().unwrap().iter().map(|each| each["fact"].as_str().unwrap()).collect();
    assert!(facts.contains(&"boundary"), "{facts:?}");
}

#[test]
fn quiet_is_the_verdict_and_a_line_a_finding() {
    let quiet = assert_run(&mut check(BROKEN, &["-q"]), 1).out;
    let full = assert_run(&mut check(BROKEN, &[]), 1).out;
    assert!(quiet.starts_with("not ready") && quiet.contains("source-arn-wrong-region"), "{quiet}");
    assert!(quiet.lines().count() < full.lines().count() / 3, "{quiet}");
}

#[test]
fn concise_is_a_line_a_finding_with_file_line_and_column() {
    let out = assert_run(&mut check(BROKEN, &["--format", "concise"]), 1).out;
    let line = out.lines().find(|line| line.contains("source-arn-wrong-region")).unwrap();
    let mut parts = line.split(':');
    assert_eq!(parts.next(), Some("bucket-policy.json"), "{line}");
    let place: Vec<u32> = parts.take(2).map(|part| part.parse().unwrap()).collect();
    let text = std::fs::read_to_string(fixture(BROKEN).join("bucket-policy.json")).unwrap();
    let row = text.lines().nth(place[0] as usize - 1).unwrap();
    let rest: String = row.chars().skip(place[1] as usize - 1).collect();
    assert!(rest.starts_with("eu-"), "{line}\n{row}");
}

#[test]
fn json_is_what_the_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/report.v1.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (name, code) in [(READY, 0), (BROKEN, 1), (UNKNOWN, 3), (EXPOSED, 1), ("a-policy-pasted-by-hand", 1)]
    {
        let report = json(&assert_run(&mut check(name, &["--format", "json"]), code).out);
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn colour_is_for_terminals_unless_somebody_asks() {
    let coloured = |command: &mut Command| run(command).out.contains('\u{1b}');
    assert!(!coloured(&mut check(BROKEN, &[])), "no terminal, no colour");
    assert!(coloured(&mut check(BROKEN, &["--color", "always"])));
    assert!(coloured(check(BROKEN, &["--color", "always"]).env("NO_COLOR", "1")), "the flag wins");
    assert!(coloured(check(BROKEN, &[]).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(check(BROKEN, &[]).env("CLICOLOR_FORCE", "0")));
    assert!(!coloured(check(BROKEN, &[]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")), "NO_COLOR wins");
    assert!(
        coloured(check(BROKEN, &[]).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "")),
        "an empty NO_COLOR is none"
    );
    assert!(!coloured(check(BROKEN, &["--color", "never"]).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(&mut check(BROKEN, &["--color", "always", "--format", "json"])), "JSON has no colour");
}

#[test]
fn a_narrow_terminal_breaks_lines() {
    let out = run(check(BROKEN, &[]).env("COLUMNS", "60")).out;
    let longest = out.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(longest <= 60, "{longest} columns:\n{out}");
}

#[test]
fn a_locale_that_is_not_utf_8_gets_ascii() {
    let out = run(check(BROKEN, &[]).env("LC_ALL", "de_DE.ISO-8859-1")).out;
    assert!(out.is_ascii(), "{out}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_preflight"))
        .args(["check", ".", "--now", "2026-11-23T12:00:00Z", "--color", "always"])
        .current_dir(fixture(READY))
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_file_that_cannot_be_opened_fails_the_run() {
    let folder = copy(READY);
    let missing = assert_run(&mut check_copy(&folder, &["--bucket-policy", "no-such.json"]), 2);
    assert!(missing.err.contains("no-such.json") && missing.out.is_empty(), "{}{}", missing.out, missing.err);
    let missing = assert_run(&mut preflight(&["check", "no-such-folder"]), 2);
    assert!(missing.err.contains("no-such-folder"), "{}", missing.err);
    // What is worst counts: an unreadable file beside a broken policy.
    let broken = copy(BROKEN);
    assert_run(&mut check_copy(&broken, &["--scp", "no-such.json"]), 2);
}

#[test]
fn a_file_that_is_no_json_is_a_finding() {
    let folder = copy(READY);
    std::fs::write(folder.path().join("bucket-policy.json"), "{ \"Statement\": [ oops").unwrap();
    let run = assert_run(&mut check_copy(&folder, &[]), 1);
    assert!(run.out.contains("bucket-policy.json:1:"), "{}", run.out);
}

#[test]
fn nothing_to_judge_fails_the_run_and_says_what_was_seen() {
    let folder = tempfile::tempdir().unwrap();
    let run = assert_run(&mut check_copy(&folder, &[]), 2);
    assert!(run.err.contains("nothing to judge"), "{}", run.err);
    std::fs::write(folder.path().join("package.json"), r#"{"name": "x", "version": "1"}"#).unwrap();
    let run = assert_run(&mut check_copy(&folder, &[]), 2);
    assert!(run.err.contains("nothing to judge") && run.err.contains("package.json"), "{}", run.err);
}

#[test]
fn usage_is_code_2_and_help_is_code_0() {
    assert_run(&mut preflight(&[]), 2);
    assert_run(&mut preflight(&["chekc"]), 2);
    assert_run(&mut preflight(&["check", "--format", "pdf"]), 2);
    let run = assert_run(&mut check(READY, &["--consumer", "nobody"]), 2);
    assert!(run.err.contains("nobody"), "{}", run.err);
    for args in [["--help"].as_slice(), &["--version"], &["check", "--help"]] {
        let run = assert_run(&mut preflight(args), 0);
        assert!(!run.out.is_empty() && run.err.is_empty(), "{args:?}");
    }
}

#[test]
fn a_broken_configuration_is_told_with_its_place() {
    for (text, place) in [
        ("[form]\naccount = 111122223333\n", "preflight.toml:2:11"),
        ("[form]\nbuket = \"x\"\n", "preflight.toml:2:1"),
        ("[form\n", "preflight.toml:1:"),
        ("consumer = \"spendeffix-root\"\n[documents]\nscps = \"a.json\"\n", "preflight.toml:3:8"),
    ] {
        let folder = copy(READY);
        std::fs::write(folder.path().join("preflight.toml"), text).unwrap();
        let run = assert_run(&mut check_copy(&folder, &[]), 2);
        assert!(run.err.contains(place), "{place} is not in {}", run.err);
        assert_eq!(run.out, "");
    }
}

#[test]
fn standard_input_is_a_document_like_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let form = [
        "--account",
        "111122223333",
        "--bucket",
        "acme-billing",
        "--export-name",
        "acme-cur2",
        "--export-path",
        "reports",
        "--now",
        "2026-11-23T12:00:00Z",
    ];
    let policy = |name: &str| std::fs::read_to_string(fixture(name).join("bucket-policy.json")).unwrap();
    let mut good = preflight(&["check", "-"]);
    let good = run(good.args(form).current_dir(folder.path()).write_stdin(policy(READY)));
    // The reader's policy is not there.
    assert_eq!(good.code, 3, "{}{}", good.out, good.err);
    let mut bad = preflight(&["check", "-"]);
    let bad = run(bad.args(form).current_dir(folder.path()).write_stdin(policy(BROKEN)));
    assert_eq!(bad.code, 1, "{}{}", bad.out, bad.err);
    assert!(bad.out.contains("source-arn-wrong-region"), "{}", bad.out);
}

#[test]
fn flags_win_over_the_file() {
    let run = assert_run(&mut check(READY, &["--account", "444455556666"]), 1);
    assert!(run.out.contains("444455556666"), "{}", run.out);
    let folder = copy(READY);
    let other = fixture(BROKEN).join("bucket-policy.json");
    let text = std::fs::read_to_string(folder.path().join("preflight.toml")).unwrap();
    let named = format!(
        "{text}\n[documents]\nbucket-policy = \"bucket-policy.json\"\nreader-policy = \"reader-policy.json\"\n"
    );
    std::fs::write(folder.path().join("preflight.toml"), named).unwrap();
    assert_run(&mut check_copy(&folder, &[]), 0);
    assert_run(&mut check_copy(&folder, &["--bucket-policy", other.to_str().unwrap()]), 1);
}

#[test]
fn files_that_powershell_wrote_are_read() {
    let folder = copy(BROKEN);
    let path = folder.path().join("bucket-policy.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let plain = assert_run(&mut check_copy(&folder, &["--format", "concise"]), 1).out;
    for big in [false, true] {
        let mut bytes = if big { vec![0xfe, 0xff] } else { vec![0xff, 0xfe] };
        bytes.extend(
            text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }),
        );
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(assert_run(&mut check_copy(&folder, &["--format", "concise"]), 1).out, plain);
    }
}

#[test]
fn two_runs_print_the_same() {
    for name in [BROKEN, UNKNOWN, "a-policy-pasted-by-hand"] {
        for format in ["human", "json", "concise"] {
            let first = run(&mut check(name, &["--format", format])).out;
            assert_eq!(first, run(&mut check(name, &["--format", format])).out, "{name} {format}");
            assert!(!first.contains(env!("CARGO_MANIFEST_DIR")), "{name}: an absolute path in {format}");
        }
    }
}

#[test]
fn the_environment_steers_nothing_but_looks() {
    let clean = run(&mut check(BROKEN, &[])).out;
    let full = run(check(BROKEN, &[])
        .env("AWS_PROFILE", "prod")
        .env("AWS_REGION", "eu-west-1")
        .env("CI", "true")
        .env("HOME", "/nowhere")
        .env("TZ", "Asia/Tokyo"));
    assert_eq!(clean, full.out);
}

#[test]
fn explain_shows_a_page_and_offers_one_candidate() {
    let page = assert_run(&mut preflight(&["explain", "source-arn-wrong-region"]), 0).out;
    assert!(page.contains("source-arn-wrong-region") && page.contains("us-east-1"), "{page}");
    let typo = assert_run(&mut preflight(&["explain", "source-arn-wrongregion"]), 2);
    assert!(typo.err.contains("did you mean `source-arn-wrong-region`"), "{}", typo.err);
    assert_run(&mut preflight(&["explain"]), 2);
}

#[test]
fn rules_and_consumers_are_listed() {
    let table = assert_run(&mut preflight(&["rules"]), 0).out;
    let markdown = assert_run(&mut preflight(&["rules", "--markdown"]), 0).out;
    for name in ["source-arn-wrong-region", "reader-permission-missing", "json-duplicate-key"] {
        assert!(table.contains(name) && markdown.contains(name), "{name}");
    }
    let consumers = assert_run(&mut preflight(&["consumers"]), 0).out;
    for words in [
        "\nspendeffix-root\n",
        "reads with: a role that it takes",
        "confidence: low",
        "needs of a cur-legacy export: ",
    ] {
        assert!(consumers.contains(words), "{words}: {consumers}");
    }
    let one = assert_run(&mut preflight(&["consumers", "datadog"]), 0).out;
    assert!(one.starts_with("datadog\n") && !one.contains("koku"), "{one}");
    let apart = assert_run(&mut preflight(&["consumers", "--conflicts", "datadog", "kubecost"]), 0).out;
    assert!(apart.contains("`TimeUnit` of a cur-legacy export: `datadog` needs HOURLY"), "{apart}");
}
