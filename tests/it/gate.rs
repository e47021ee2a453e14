//! Living with findings, as a team does: settings, baselines and the forms of a gate, through the command.

use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Action": ["s3:GetObjct"],
      "Resource": "arn:aws:s3:::acme-billing/*"
    },
    {
      "Sid": "Write",
      "Effect": "Allow",
      "Action": "s3:PutObejct",
      "Resource": "arn:aws:s3:::acme-billing/*"
    }
  ]
}
"#;

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("COLUMNS", "100").args(args).current_dir(folder);
    let output = command.output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn lint(folder: &Path, args: &[&str]) -> (i32, Value) {
    let run = run(
        folder,
        &[&["lint", ".", "--format", "json", "--fail-on", "warning", "--now", "2026-11-23T12:00:00Z"], args]
            .concat(),
    );
    let report = serde_json::from_str(&run.out).unwrap_or_else(|_| panic!("{} {}", run.out, run.err));
    (run.code, report)
}

fn rules(report: &Value, list: &str) -> Vec<String> {
    let entries = report[list].as_array().unwrap();
    let name = |entry: &Value| {
        let finding = entry.get("finding").unwrap_or(entry);
        format!("{} {}", finding["rule"].as_str().unwrap(), finding["primary"]["line"])
    };
    entries.iter().map(name).collect()
}

const MISSPELT: &str = "action-not-listed";

fn suppress(more: &str) -> String {
    format!("[[suppress]]\nrule = \"{MISSPELT}\"\ndocument = \"p/a.json\"\nreason = \"on purpose\"\n{more}\n")
}

#[test]
fn a_suppression_hides_what_it_names_and_says_why() {
    let bare = folder(&[("p/a.json", POLICY)]);
    let (code, report) = lint(bare.path(), &[]);
    assert_eq!(
        (code, rules(&report, "findings")),
        (1, vec![format!("{MISSPELT} 7"), format!("{MISSPELT} 13")])
    );
    for (more, hidden) in [
        ("", vec![7, 13]),
        ("sid = \"Write\"", vec![13]),
        ("pointer = \"/Statement/0\"", vec![7]),
        ("pointer = \"/Statement/0/Action\"\nsid = \"Read\"\nexpires = 2026-11-23", vec![7]),
        ("expires = \"2027-01-01\"", vec![7, 13]),
    ] {
        let folder = folder(&[("p/a.json", POLICY), ("preflight.toml", &suppress(more))]);
        let (code, report) = lint(folder.path(), &[]);
        let expected: Vec<String> = hidden.iter().map(|line| format!("{MISSPELT} {line}")).collect();
        assert_eq!(rules(&report, "suppressed"), expected, "{more}");
        assert_eq!(rules(&report, "findings").len(), 2 - hidden.len(), "{more}: {report:#}");
        assert_eq!(code, i32::from(hidden.len() < 2));
        assert_eq!(report["suppressed"][0]["reason"], "on purpose");
    }
}

#[test]
fn a_suppression_that_is_idle_over_or_forbidden_is_told_at_its_place() {
    for (settings, rule, line) in [
        (suppress("sid = \"Nobody\""), "suppression-unused", 2),
        (suppress("expires = 2026-11-22"), "suppression-expired", 5),
        (
            "[[suppress]]\nrule = \"trust-any-principal\"\ndocument = \"p/a.json\"\nreason = \"x\"\n"
                .to_owned(),
            "suppression-refused",
            2,
        ),
    ] {
        let folder = folder(&[("p/a.json", POLICY), ("preflight.toml", &settings)]);
        let (_, report) = lint(folder.path(), &[]);
        let found = rules(&report, "findings");
        assert!(found.contains(&format!("{rule} {line}")), "{found:?}");
        assert_eq!(found.len(), 3, "{found:?}");
    }
    // Another document is not looked at here, so nothing can be said of it.
    let settings = suppress("").replace("p/a.json", "p/b.json");
    let folder = folder(&[("p/a.json", POLICY), ("preflight.toml", &settings)]);
    assert_eq!(rules(&lint(folder.path(), &[]).1, "findings").len(), 2);
}

/// As pre-commit does it: every file by its name, from the root of the repository.
#[test]
fn files_that_a_tool_names_are_looked_at_as_in_their_folder() {
    let misspelt = |line: usize| format!("{MISSPELT} {line}");
    let tf = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:GetObjct\", Resource = \"arn:aws:s3:::acme/*\" }] })\n}\n";
    let folder = folder(&[
        ("p/a.json", POLICY),
        ("package.json", "{\"name\": \"x\", \"version\": \"1\"}"),
        ("list.json", "[1, 2]"),
        ("compose.yaml", "services:\n  a: {image: x}\n"),
        ("main.tf", tf),
        ("preflight.toml", &suppress("")),
    ]);
    let named = ["p/a.json", "package.json", "list.json", "compose.yaml", "main.tf"];
    let args = ["lint", "--policies-only", "--format", "json", "--fail-on", "warning"];
    let ran = run(folder.path(), &[&args[..], &named].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{} {}", ran.out, ran.err));
    assert_eq!(rules(&report, "findings"), [misspelt(2)], "{report:#}");
    assert_eq!(rules(&report, "suppressed").len(), 2, "{report:#}");
    assert_eq!(ran.code, 1);
    // No policy among them is no fault, and files that the user means are none that are passed over.
    for (args, code) in
        [(vec!["lint", "--policies-only", "package.json"], 0), (vec!["lint", "package.json"], 1)]
    {
        assert_eq!(run(folder.path(), &args).code, code, "{args:?}");
    }
}

#[test]
fn a_rule_that_is_not_there_ends_the_run() {
    let settings = suppress("").replace(MISSPELT, "action-not-liste");
    let folder = folder(&[("p/a.json", POLICY), ("preflight.toml", &settings)]);
    let run = run(folder.path(), &["lint", "."]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("preflight.toml:2:") && run.err.contains("did you mean `action-not-listed`?"),
        "{}",
        run.err
    );
}

#[test]
fn a_severity_is_changed_where_a_path_fits() {
    let settings = "[[severity]]\ndocument = \"p/*\"\nseverity = \"note\"\n";
    let folder = folder(&[("p/a.json", POLICY), ("q/a.json", POLICY), ("preflight.toml", settings)]);
    let (code, report) = lint(folder.path(), &[]);
    let severities: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["severity"].as_str().unwrap())
        .collect();
    assert_eq!(severities.iter().filter(|each| **each == "note").count(), 2);
    assert!(severities.is_sorted_by(|one, other| one >= other) && code == 1, "{severities:?}");
}

#[test]
fn a_baseline_knows_findings_by_their_content() {
    let folder = folder(&[("p/a.json", POLICY)]);
    let (code, _) = lint(folder.path(), &["--write-baseline", "known.json"]);
    assert_eq!(code, 1);
    let (code, report) = lint(folder.path(), &["--baseline", "known.json"]);
    assert_eq!((code, rules(&report, "suppressed").len()), (0, 2), "{report:#}");
    // Lines move, and one more fault comes.
    let moved = POLICY
        .replace("{\n  \"Version\"", "\n\n{\n  \"Version\"")
        .replace("\"s3:GetObjct\"", "\"s3:GetObjct\", \"s3:DeleteObejct\"");
    std::fs::write(folder.path().join("p/a.json"), moved).unwrap();
    let (code, report) = lint(folder.path(), &["--baseline", "known.json"]);
    assert_eq!((code, rules(&report, "findings")), (1, vec![format!("{MISSPELT} 9")]), "{report:#}");
    std::fs::write(folder.path().join("known.json"), "{\"version\": 2}").unwrap();
    assert_eq!(run(folder.path(), &["lint", ".", "--baseline", "known.json"]).code, 2);
}

/// The policy with comments where `READ`, `ACTION` and `WRITE` stand.
fn commented(read: &str, action: &str, write: &str) -> String {
    POLICY
        .replace("      \"Sid\": \"Read\"", &format!("      {read}\n      \"Sid\": \"Read\""))
        .replace("[\"s3:GetObjct\"],", &format!("[\"s3:GetObjct\"], {action}"))
        .replace(
            "      \"Action\": \"s3:PutObejct\"",
            &format!("      {write}\n      \"Action\": \"s3:PutObejct\""),
        )
}

#[test]
fn a_comment_hides_what_begins_on_its_line_or_on_the_next() {
    let text = commented(
        "",
        &format!("// preflight: ignore[{MISSPELT}] the service is not public yet"),
        &format!("/* preflight: ignore[{MISSPELT}, exp:2026-11-23] until Monday */"),
    );
    let folder = folder(&[("p/a.json", &text)]);
    let (_, report) = lint(folder.path(), &["--only", MISSPELT]);
    assert_eq!(
        rules(&report, "suppressed"),
        [format!("{MISSPELT} 8"), format!("{MISSPELT} 15")],
        "{report:#}"
    );
    assert_eq!(rules(&report, "findings"), Vec::<String>::new());
    assert_eq!(report["suppressed"][0]["reason"], "the service is not public yet");
}

#[test]
fn a_comment_that_hides_nothing_is_told() {
    let ignore = |inside: &str| format!("// preflight: ignore{inside}");
    for (comment, rule) in [
        (ignore(&format!("[{MISSPELT}] it begins elsewhere")), "suppression-unused 5"),
        (ignore(&format!("[{MISSPELT}]")), "suppression-reason-missing 5"),
        (ignore(" all of it"), "suppression-comment-malformed 5"),
        (ignore("[no-such-rule] why"), "suppression-rule-unknown 5"),
        (ignore(&format!("[{MISSPELT}, exp:2026-11-22] why")), "suppression-expired 5"),
        (ignore("[trust-any-principal] why"), "suppression-refused 5"),
        (ignore(&format!("[{MISSPELT}, exp:31.1.2027] why")), "suppression-comment-malformed 5"),
    ] {
        let folder = folder(&[("p/a.json", &commented(&comment, "", ""))]);
        let (_, report) = lint(folder.path(), &[]);
        let found = rules(&report, "findings");
        assert!(found.contains(&rule.to_owned()), "{comment}: {found:?}");
        assert_eq!(found.iter().filter(|it| it.starts_with(MISSPELT)).count(), 2, "{comment}: {found:?}");
    }
}

#[test]
fn names_of_other_tools_are_taken_by_suppressions_severities_and_comments() {
    let alias = "INVALID_ACTION";
    let settings = suppress("sid = \"Read\"").replace(MISSPELT, alias);
    let with_comment = commented("", "", &format!("// preflight: ignore[{alias}] as agreed"));
    let folder = folder(&[("p/a.json", &with_comment), ("preflight.toml", &settings)]);
    let (_, report) = lint(folder.path(), &["--only", MISSPELT]);
    assert_eq!(rules(&report, "suppressed").len(), 2, "{report:#}");
    let settings = format!("[[severity]]\ndocument = \"*\"\nrule = \"{alias}\"\nseverity = \"note\"\n");
    std::fs::write(folder.path().join("preflight.toml"), settings).unwrap();
    std::fs::write(folder.path().join("p/a.json"), POLICY).unwrap();
    let (code, report) = lint(folder.path(), &[]);
    assert_eq!((code, report["findings"][0]["severity"].as_str()), (0, Some("note")), "{report:#}");
    // `check` takes them in the same way.
    let settings = "[form]\naccount = \"111122223333\"\n\n[documents]\nreader-policy = \"p/a.json\"\n\n";
    let text = format!("{settings}{}", suppress("").replace(MISSPELT, "no-such-name"));
    std::fs::write(folder.path().join("preflight.toml"), text).unwrap();
    assert_eq!(run(folder.path(), &["check", "."]).code, 2);
    let text = format!("{settings}{}", suppress("").replace(MISSPELT, alias));
    std::fs::write(folder.path().join("preflight.toml"), text).unwrap();
    assert_ne!(run(folder.path(), &["check", "."]).code, 2);
}

#[test]
fn one_run_writes_as_many_forms_as_are_asked_for() {
    let folder = folder(&[("a.json", POLICY)]);
    let forms = ["sarif", "markdown", "concise", "json", "junit", "github", "human"];
    let files: Vec<String> = forms.iter().map(|form| format!("--report={form}=out.{form}")).collect();
    let mut args = vec!["lint", "a.json"];
    args.extend(files.iter().map(String::as_str));
    let all = run(folder.path(), &args);
    for form in forms {
        let alone = run(folder.path(), &["lint", "a.json", "--format", form]);
        let written = std::fs::read_to_string(folder.path().join(format!("out.{form}"))).unwrap();
        assert_eq!(written, alone.out, "{form}");
        assert_eq!(all.code, alone.code, "{form}");
    }
    let refused = run(folder.path(), &["lint", "a.json", "--report=sarif=nowhere/out.sarif"]);
    assert!(refused.code == 2 && refused.err.contains("nowhere/out.sarif"), "{}", refused.err);
}
