//! What templates have come to: folders of `fixtures/changes`, as two folders and as the history of a repository.

use crate::history::Repository;
use assert_cmd::Command;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// `expect.toml`; what its keys say stands in `fixtures/changes/README.md`.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    why: String,
    policies: Vec<String>,
    classes: Vec<String>,
    not_compared: Vec<String>,
    unknown: Vec<String>,
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/changes");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// The files below a folder with their texts.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                out.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    out.sort();
    out
}

fn report(folder: &Path, args: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder);
    command.args(args).args(["--now", "2026-11-23T12:00:00Z", "--format", "json"]).current_dir(folder);
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let value: Value =
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{args:?}: {error}: {out}{err}"));
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/report.v1.json")).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    value
}

/// What a report says of the change. `sides` stand before the names of the files of both sides.
fn told(value: &Value, sides: [&str; 2], why: &str) -> Expect {
    let text = |entry: &Value, key: &str| {
        let name = entry[key].as_str().unwrap_or_default();
        sides.iter().find_map(|side| name.strip_prefix(side)).unwrap_or(name).to_owned()
    };
    let list = |entry: &Value| -> Vec<String> {
        entry.as_array().unwrap().iter().map(|each| each.as_str().unwrap().to_owned()).collect()
    };
    let mut out = Expect { why: why.to_owned(), ..Expect::default() };
    for policy in value["changes"]["policies"].as_array().unwrap() {
        let name = match (text(policy, "old"), text(policy, "new")) {
            (old, new) if old == new || old.is_empty() => new,
            (old, new) if new.is_empty() => old,
            (old, new) => format!("{old} > {new}"),
        };
        out.policies.push(format!("{} {} {name}", text(policy, "fate"), text(policy, "effect")));
        for word in ["gained", "lost"] {
            for class in policy[word].as_array().unwrap() {
                let demand = class["demand"].as_str().map(|demand| format!(" {demand}")).unwrap_or_default();
                out.classes.push(format!(
                    "{word} {} {} {}{demand}",
                    class["severity"].as_str().unwrap(),
                    list(&class["actions"]).join(","),
                    list(&class["resources"]).join(",")
                ));
            }
        }
        let unknown = policy["unknown"].as_array().unwrap();
        out.unknown.extend(unknown.iter().map(|doubt| text(doubt, "reason")));
    }
    let skipped = value["changes"]["not_compared"].as_array().unwrap();
    out.not_compared
        .extend(skipped.iter().map(|each| format!("{}: {}", text(each, "document"), text(each, "reason"))));
    out
}

fn check(case: &Path) -> Vec<String> {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let path = case.join("expect.toml");
    let written = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut expect: Expect = toml::from_str(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!expect.why.is_empty(), "{name}: why?");
    let why = expect.why.clone();
    let files_of = |side: &str| files(&case.join(side));
    let (old, new) = (files_of("old"), files_of("new"));
    let texts: Vec<(&str, &str)> = old.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let repository = Repository::new(&texts);
    let at = repository.path();
    for (name, _) in &old {
        std::fs::remove_file(at.join(name)).unwrap();
    }
    let texts: Vec<(&str, &str)> = new.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    repository.write(&texts);
    // The settings of the new side count for the folders, too.
    let mut form = vec!["diff", "old", "new"];
    if new.iter().any(|(name, _)| name == "preflight.toml") {
        form = vec!["diff", "old", "new", "--account", "111122223333", "--bucket", "acme-billing"];
        form.extend([
            "--export-name",
            "billing",
            "--export-path",
            "reports",
            "--consumer",
            "spendeffix-root",
        ]);
        if new.iter().any(|(_, text)| text.contains("\nreader = ")) {
            let reader = "arn:aws:iam::111122223333:user/spend";
            form.extend(["--account-kind", "root", "--mode", "bucket-only", "--reader", reader]);
        }
    }
    let ways = [
        ("two folders", told(&report(case, &form), ["old/", "new/"], &why)),
        ("diff --base", told(&report(at, &["diff", "--base", "main"]), ["main:", ""], &why)),
        ("lint --base", told(&report(at, &["lint", "--base", "main"]), ["main:", ""], &why)),
    ];
    // Of one file on each side both may be named.
    if let ([(before, _)], [(after, _)], 3) = (old.as_slice(), new.as_slice(), form.len()) {
        let code = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
            command.env_clear().env("HOME", case).args(args).current_dir(case).output().unwrap().status.code()
        };
        let folders = code(&["diff", "old", "new"]);
        let files = code(&["diff", &format!("old/{before}"), &format!("new/{after}")]);
        assert_eq!(files, folders, "{name}: two files and two folders");
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, toml::to_string_pretty(&ways[1].1).unwrap()).unwrap();
        expect = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    }
    let wrong = ways.into_iter().filter(|(_, told)| *told != expect);
    wrong.map(|(way, told)| format!("{name}, {way}: {told:#?}\nexpected {expect:#?}")).collect()
}

#[test]
fn every_change_is_told_as_reviewed() {
    let wrong: Vec<String> = cases().iter().flat_map(|case| check(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_lost_is_needed_only_where_the_export_lies() {
    let folder = std::env::temp_dir().join(format!("preflight-place-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let policy = |resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::{resource}"}}]}}"#
        )
    };
    for (name, resource) in
        [("all", "acme-billing/*"), ("some", "acme-billing/reports/*"), ("none", "other/*")]
    {
        std::fs::write(folder.join(format!("{name}.json")), policy(resource)).unwrap();
    }
    let settings = "consumer = \"spendeffix-root\"\n[form]\naccount = \"111122223333\"\nbucket = \"acme-billing\"\nexport-type = \"cur-2.0\"\nreader = \"arn:aws:iam::111122223333:user/reader\"\n";
    let at = |path: &str| format!("{settings}export-name = \"acme\"\nexport-path = \"{path}\"\n");
    for (settings, new, is_needed, is_open) in [
        (settings.to_owned(), "some", false, true),
        (settings.to_owned(), "none", true, false),
        (at("reports"), "some", false, false),
        (at("logs"), "some", true, false),
    ] {
        std::fs::write(folder.join("preflight.toml"), &settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
        command.env_clear().env("HOME", &folder).current_dir(&folder);
        let new = format!("{new}.json");
        let output = command.args(["diff", "all.json", &new, "--format", "json"]).output().unwrap();
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let lost = told["lost"].as_array().unwrap();
        let needs = |change: &Value| change["demand"] == "reader.get-object";
        let open = told["unknown"].to_string();
        let case = format!("{settings}{new}: {told:#}");
        assert_eq!(lost.iter().any(needs), is_needed, "{case}");
        assert_eq!(open.contains("hangs on where the export lies"), is_open, "{case}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
