//! `--base`: what policies have come to since a git revision, against real repositories.

use crate::history::{Repository, git};
use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

const TEAM: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Team",
      "Effect": "Allow",
      "Principal": { "AWS": "arn:aws:iam::111122223333:role/team" },
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::acme-billing/*"
    }
  ]
}
"#;

const EXPORT: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "bcm-data-exports.amazonaws.com" },
      "Action": "s3:PutObject",
      "Resource": "arn:aws:s3:::acme-billing/*",
      "Condition": {
        "StringLike": { "aws:SourceArn": "arn:aws:bcm-data-exports:us-east-1:111122223333:export/*" },
        "StringEquals": { "aws:SourceAccount": "111122223333" }
      }
    }
  ]
}
"#;

const SETTINGS: &str = r#"consumer = "spendeffix-root"

[form]
account = "111122223333"
bucket = "acme-billing"
export-name = "billing"
export-path = "reports"

[documents]
bucket-policy = "bucket.json"
"#;

fn open() -> String {
    TEAM.replace(r#"{ "AWS": "arn:aws:iam::111122223333:role/team" }"#, "\"*\"")
}

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("COLUMNS", "100");
    command.env("HOME", folder).args(args).current_dir(folder);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let (_, out, err) = run(folder, &[args, &["--format", "json"]].concat());
    let value: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/report.v1.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

/// Fate, effect and both names of every policy that is told of.
fn told(value: &Value) -> Vec<(String, String, String, String)> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap().to_owned();
    let policies = value["changes"]["policies"].as_array().unwrap();
    let one =
        |entry: &Value| (text(entry, "fate"), text(entry, "effect"), text(entry, "old"), text(entry, "new"));
    policies.iter().map(one).collect()
}

#[test]
fn changed_new_removed_and_renamed_files_are_told_apart() {
    let put = TEAM.replace("s3:GetObject", "s3:PutObject");
    let delete = TEAM.replace("s3:GetObject", "s3:DeleteObject");
    let repository = Repository::new(&[
        ("p/changed.json", TEAM),
        ("p/same.json", TEAM),
        ("p/again.json", TEAM),
        ("p/gone.json", &put),
        ("p/moved.json", &delete),
        ("other/elsewhere.json", TEAM),
        ("p/package.json", "{\"name\": \"x\"}"),
    ]);
    let at = repository.path();
    repository.write(&[
        ("p/changed.json", &open()),
        ("p/again.json", &TEAM.replace("\"Team\"", "\"TheTeam\"")),
        ("p/new.json", &TEAM.replace("s3:GetObject", "s3:ListBucket").replace("/*", "")),
        ("p/deep/moved.json", &delete),
        ("other/elsewhere.json", &open()),
    ]);
    for name in ["p/gone.json", "p/moved.json"] {
        std::fs::remove_file(at.join(name)).unwrap();
    }
    let value = json(at, &["diff", "--base", "main", "p"]);
    let line = |fate: &str, effect: &str, old: &str, new: &str| {
        (fate.to_owned(), effect.to_owned(), old.to_owned(), new.to_owned())
    };
    assert_eq!(
        told(&value),
        [
            line("changed", "same", "main:p/again.json", "p/again.json"),
            line("changed", "differs", "main:p/changed.json", "p/changed.json"),
            line("renamed", "same", "main:p/moved.json", "p/deep/moved.json"),
            line("removed", "differs", "main:p/gone.json", ""),
            line("added", "differs", "", "p/new.json"),
        ]
    );
    assert_eq!(value["changes"]["commit"], git(at, &["rev-parse", "main"]));
    let rules: Vec<&str> =
        value["findings"].as_array().unwrap().iter().map(|it| it["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["access-public", "access-gained", "access-lost"], "{value:#}");
    // From a folder below, and without a path, the same files have other names.
    let value = json(&at.join("p"), &["diff", "--base", "main"]);
    assert_eq!(told(&value)[1].3, "changed.json");
}

#[test]
fn exit_codes_follow_what_changed() {
    let repository = Repository::new(&[("a.json", TEAM)]);
    let at = repository.path();
    assert_eq!(run(at, &["diff", "--base", "HEAD"]).0, 0);
    let more = TEAM.replace("\"s3:GetObject\"", "[\"s3:GetObject\", \"s3:PutObject\"]");
    repository.write(&[("a.json", &more)]);
    assert_eq!(run(at, &["diff", "--base", "HEAD"]).0, 0);
    assert_eq!(run(at, &["diff", "--base", "HEAD", "--fail-on", "warning"]).0, 1);
    repository.write(&[("a.json", &open())]);
    assert_eq!(run(at, &["diff", "--base", "HEAD"]).0, 1);
    repository.write(&[(
        "a.json",
        &TEAM.replace(
            "\"AWS\": \"arn:aws:iam::111122223333:role/team\"",
            "\"Federated\": \"accounts.google.com\"",
        ),
    )]);
    let (code, out, _) = run(at, &["diff", "--base", "HEAD"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("federated"), "{out}");
    assert_eq!(run(at, &["diff", "--base", "HEAD", "--allow-unknown"]).0, 0);
    repository.write(&[("a.json", "{")]);
    let (code, out, _) = run(at, &["diff", "--base", "HEAD", "."]);
    assert!(code == 3 && out.contains("what it holds now cannot be read"), "{code} {out}");
}

#[test]
fn lint_and_check_tell_of_the_change_beside_their_report() {
    let repository = Repository::new(&[("preflight.toml", SETTINGS), ("bucket.json", EXPORT)]);
    let at = repository.path();
    let ready = run(at, &["check", "--base", "main", "--allow-unknown"]);
    assert!(ready.1.contains("no policy is another than it was"), "{}", ready.1);
    repository.write(&[("bucket.json", &EXPORT.replace("acme-billing/*", "acme-billing/other/*"))]);
    let value = json(at, &["check", "--base", "main"]);
    let lost = &value["changes"]["policies"][0]["lost"][0];
    assert_eq!(
        (&lost["demand"], &lost["severity"]),
        (&"delivery.put-object".into(), &"error".into()),
        "{value:#}"
    );
    assert!(value["findings"].as_array().unwrap().iter().any(|it| it["rule"] == "access-needed-lost"));
    let (code, out, _) = run(at, &["diff", "--base", "main"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("`delivery.put-object` needs"), "{out}");
    // What a product asks for may come.
    git(at, &["commit", "-q", "-a", "-m", "narrow"]);
    repository.write(&[("bucket.json", EXPORT)]);
    let value = json(at, &["diff", "--base", "HEAD"]);
    let gained = value["changes"]["policies"][0]["gained"].as_array().unwrap();
    assert!(!gained.is_empty() && gained.iter().all(|class| class["severity"] == "note"), "{value:#}");
    assert_eq!(value["findings"], Value::Array(Vec::new()));
    let (code, out, _) = run(at, &["lint", "--base", "HEAD"]);
    assert!(out.contains("Access since HEAD"), "{code} {out}");
}

#[test]
fn every_form_tells_of_the_change() {
    let repository = Repository::new(&[("p/a.json", TEAM)]);
    let at = repository.path();
    repository.write(&[("p/a.json", &open())]);
    for (format, expected) in [
        ("human", "error[access-public]\n  × anybody may use"),
        ("concise", "p/a.json:6:17: error[access-public] anybody may use"),
        ("github", "::error file=p/a.json,line=6,"),
        ("markdown", "### Access since <code>main</code>"),
        ("sarif", "\"ruleId\": \"access-public\""),
        ("junit", "classname=\"access-public\""),
    ] {
        let (code, out, err) = run(at, &["diff", "--base", "main", "--format", format]);
        assert_eq!(code, 1, "{err}");
        assert!(out.contains(expected), "{format}: {out}");
        assert!(!out.contains("main:p/a.json\"") || format == "json", "{format}: {out}");
    }
}

#[test]
fn where_the_branch_left_the_revision_is_compared_with() {
    let repository = Repository::new(&[("a.json", TEAM), ("b.json", TEAM)]);
    let at = repository.path();
    git(at, &["checkout", "-q", "-b", "topic"]);
    repository.write(&[("a.json", &open())]);
    git(at, &["commit", "-q", "-a", "-m", "topic"]);
    git(at, &["checkout", "-q", "main"]);
    repository.write(&[("b.json", &open())]);
    git(at, &["commit", "-q", "-a", "-m", "on main"]);
    git(at, &["checkout", "-q", "topic"]);
    let value = json(at, &["diff", "--base", "main"]);
    let names: Vec<String> = told(&value).into_iter().map(|(.., new)| new).collect();
    assert_eq!(names, ["a.json"], "what main did since is not this branch's");
}

#[test]
fn what_stands_in_the_way_is_said() {
    let repository = Repository::new(&[("a.json", TEAM)]);
    let at = repository.path();
    let fails = |folder: &Path, args: &[&str], words: &str| {
        let (code, _, err) = run(folder, args);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(words), "{err}");
    };
    fails(at, &["diff", "--base", "no-such-branch"], "git knows no such revision here");
    fails(at, &["diff", "--base", "--output=x"], "");
    fails(at, &["diff", "--base=--output=x"], "no name of a revision");
    fails(at, &["diff", "--base", "main", "--type", "scp"], "two documents");
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("a.json"), TEAM).unwrap();
    fails(outside.path(), &["diff", "--base", "main"], "no git repository");
    // A checkout of the last commit alone.
    repository.write(&[("a.json", &open())]);
    git(at, &["commit", "-q", "-a", "-m", "second"]);
    let shallow = tempfile::tempdir().unwrap();
    let source = format!("file://{}", at.display());
    git(shallow.path(), &["clone", "-q", "--depth", "1", &source, "clone"]);
    let first = git(at, &["rev-parse", "HEAD~1"]);
    fails(&shallow.path().join("clone"), &["diff", "--base", &first], "the checkout is shallow");
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    let output =
        command.env_clear().env("PATH", "").args(["diff", "--base", "main"]).current_dir(at).output();
    let err = String::from_utf8(output.unwrap().stderr).unwrap();
    assert!(err.contains("there is no `git` on the PATH"), "{err}");
}

#[test]
fn nothing_of_the_repository_is_run() {
    let repository =
        Repository::new(&[("a.json", TEAM), (".gitattributes", "*.json diff=evil filter=evil\n")]);
    let at = repository.path();
    let trap = at.join("ran");
    let script = at.join("trap.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", trap.display())).unwrap();
    std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let script = script.display().to_string();
    for key in [
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "alias.rev-parse",
        "alias.cat-file",
        "uploadpack.packObjectsHook",
    ] {
        git(at, &["config", key, &script]);
    }
    std::fs::create_dir_all(at.join(".git/hooks")).unwrap();
    for hook in ["post-checkout", "reference-transaction", "post-index-change", "fsmonitor-watchman"] {
        std::fs::copy(at.join("trap.sh"), at.join(".git/hooks").join(hook)).unwrap();
    }
    let _ = std::fs::remove_file(&trap);
    repository.write(&[("a.json", &open())]);
    let (code, out, err) = run(at, &["diff", "--base", "main"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(!trap.exists(), "something of the repository was run");
}

#[test]
fn objects_that_are_replaced_stay_what_they_were() {
    let repository = Repository::new(&[("a.json", TEAM)]);
    let at = repository.path();
    let old = git(at, &["rev-parse", "HEAD:a.json"]);
    repository.write(&[("a.json", &open())]);
    let new = git(at, &["hash-object", "-w", "a.json"]);
    git(at, &["replace", &old, &new]);
    assert_eq!(run(at, &["diff", "--base", "main"]).0, 1);
}

#[test]
fn hostile_names_are_names() {
    let names = [
        "p/a\n::error::x.json",
        "p/-rf.json",
        "p/\u{202e}nosj.json",
        "p/`x` | <b>.json",
        "p/\u{1b}[31mred.json",
        "p/'\".json",
    ];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, TEAM)).collect();
    let repository = Repository::new(&files);
    let at = repository.path();
    let open = open();
    let changed: Vec<(&str, &str)> = names.iter().map(|name| (*name, open.as_str())).collect();
    repository.write(&changed);
    let value = json(at, &["diff", "--base", "main"]);
    assert_eq!(told(&value).len(), names.len(), "{value:#}");
    for format in ["human", "concise", "github", "markdown", "sarif", "junit"] {
        let (code, out, _) = run(at, &["diff", "--base", "main", "--format", format]);
        assert_eq!(code, 1);
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\r']), "{format}: {out:?}");
        assert!(!out.lines().any(|line| line.starts_with("::error::")), "{format}: {out}");
    }
}

#[test]
fn hostile_policies_are_texts() {
    let repository = Repository::new(&[("p/a.json", TEAM)]);
    let at = repository.path();
    let evil = "x\\n::error::injected\\n##[add-mask]x </details>`**y** | <b> \\u001b[31m \\u202e\\u0007\\r";
    let text = open()
        .replace("\"Team\"", &format!("\"{evil}\""))
        .replace("acme-billing/*", &format!("acme-billing/{evil}*"))
        .replace("s3:GetObject", "s3:Get*");
    repository.write(&[("p/a.json", &text)]);
    for format in ["human", "concise", "github", "markdown", "sarif", "junit"] {
        for command in ["diff", "lint"] {
            let (code, out, err) = run(at, &[command, "--base", "main", "--format", format, "p"]);
            assert_eq!(code, 1, "{err}");
            assert!(!out.contains(['\u{1b}', '\u{202e}', '\r', '\u{7}']), "{format}: {out:?}");
            assert!(!out.lines().any(|line| line.starts_with("::error::")), "{format}: {out}");
            if format == "github" {
                assert!(!out.contains("##[") && out.lines().all(|line| line.starts_with("::")), "{out}");
            }
            if format == "markdown" {
                let mut fenced = false;
                for line in out.lines() {
                    fenced ^= line.starts_with("```");
                    assert!(fenced || !line.contains("</details>`") && !line.contains("**y**"), "{line}");
                    assert!(fenced || !line.contains("<b>"), "{line}");
                }
                assert!(!fenced && out.contains("access-public"), "{out}");
            }
        }
    }
}

/// A change that opens a bucket must not bring its own blindfold.
#[test]
fn ignore_files_say_nothing_of_what_git_tracks() {
    let hidden = [("a.json", TEAM), (".infra/b.json", TEAM), ("deep/c.json", TEAM)];
    let repository = Repository::new(&hidden);
    let at = repository.path();
    let text = open();
    repository.write(&[
        ("a.json", text.as_str()),
        (".infra/b.json", text.as_str()),
        ("deep/c.json", text.as_str()),
        (".gitignore", "*.json\n"),
        ("deep/.ignore", "c.json\n"),
    ]);
    let line =
        |name: &str| ("changed".to_owned(), "differs".to_owned(), format!("main:{name}"), name.to_owned());
    for command in ["diff", "lint"] {
        let value = json(at, &[command, "--base", "main"]);
        assert_eq!(told(&value), [line(".infra/b.json"), line("a.json"), line("deep/c.json")], "{command}");
        let value = json(&at.join("deep"), &[command, "--base", "main", "."]);
        assert_eq!(told(&value).len(), 1, "{command}");
    }
    // Nor of what the change itself adds, and of what git knows no more.
    repository.write(&[("new.json", text.as_str())]);
    git(at, &["add", "-f", "new.json"]);
    git(at, &["rm", "-q", "--cached", "a.json"]);
    let fates: Vec<String> =
        told(&json(at, &["diff", "--base", "main"])).into_iter().map(|(fate, ..)| fate).collect();
    assert_eq!(fates, ["changed", "changed", "changed", "added"]);
    // What is no file any longer is named.
    std::fs::remove_file(at.join("deep/c.json")).unwrap();
    std::os::unix::fs::symlink("../a.json", at.join("deep/c.json")).unwrap();
    let (code, out, _) = run(at, &["diff", "--base", "main", "deep"]);
    assert!(code == 3 && out.contains("links are not followed"), "{code} {out}");
}
