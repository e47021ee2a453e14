//! `preflight fix` as a user runs it: what it says of what it does, and of what it leaves.

use crate::cli::{assert_run, copy, preflight};
use std::path::Path;

const NOW: [&str; 2] = ["--now", "2026-11-23T12:00:00Z"];

fn change(folder: &Path, file: &str, change: impl Fn(&str) -> Vec<u8>) {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, change(&text)).unwrap();
}

#[test]
fn what_was_not_written_is_not_said_to_be_mended() {
    let folder = copy("the-region-of-the-bucket-in-the-source-arn");
    change(folder.path(), "bucket-policy.json", |text| {
        let units = std::iter::once(0xFEFF_u16).chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    });
    let mut command = preflight(&["fix", ".", "--write"]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 2);
    assert!(!run.err.contains("mended") && run.err.contains("is not UTF-8"), "{}", run.err);
    // Without --write it is told that the change cannot be written.
    let mut command = preflight(&["fix", "."]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 0);
    assert!(run.err.contains("--write will not write this") && run.out.contains("+"), "{}", run.err);
}

#[test]
fn line_ends_of_the_settings_file_stay() {
    let folder = copy("the-guide-to-the-letter");
    change(folder.path(), "preflight.toml", |text| {
        text.replace("\"reports\"", "\"s3://acme-billing/reports\"   # the path")
            .replace('\n', "\r\n")
            .into_bytes()
    });
    let file = folder.path().join("preflight.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    let mut command = preflight(&["fix", ".", "--write"]);
    assert_run(command.args(NOW).current_dir(folder.path()), 0);
    let after = std::fs::read_to_string(&file).unwrap();
    assert_eq!(after, before.replace("s3://acme-billing/reports", "reports"));
}

#[test]
fn notes_that_have_a_fix_are_named() {
    let folder = copy("the-guide-to-the-letter");
    change(folder.path(), "reader-policy.json", |text| {
        text.replace(
            "\"cur:DescribeReportDefinitions\"",
            "\"cur:DescribeReportDefinitions\", \"ec2:DescribeInstances\"",
        )
        .into_bytes()
    });
    let mut command = preflight(&["fix", "."]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 0);
    assert!(run.err.contains("--only discovery-action-missing"), "{}", run.err);
    let mut command = preflight(&["check", ".", "--format", "sarif"]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 0);
    assert!(run.out.contains("\"fixes\""), "{}", run.out);
}

#[test]
fn one_change_that_mends_two_faults_is_told_once() {
    let folder = copy("certerox-as-its-documentation-has-it");
    change(folder.path(), "bucket-policy.json", |text| {
        text.replacen("{\n", "{\n  // one\n", 1).replacen("[\n", "[\n  // two\n", 1).into_bytes()
    });
    let mut command = preflight(&["fix", "."]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 1);
    assert_eq!(run.err.matches("`// one`").count(), 1, "{}", run.err);
    assert_eq!(run.err.matches("`// two`").count(), 1, "{}", run.err);
}

#[test]
fn what_an_export_is_made_of_is_changed_by_a_new_export() {
    let folder = copy("an-export-without-resource-ids");
    let mut command = preflight(&["fix", ".", "--only", "export-resource-ids-left-out"]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 0);
    let all = run.out.clone() + &run.err;
    let line = all.lines().find(|line| line.contains("create-export")).unwrap_or_else(|| panic!("{all}"));
    assert!(line.contains("\"INCLUDE_RESOURCES\":\"TRUE\"") && !line.contains("ExportArn"), "{line}");
    assert!(!all.contains("update-export") && all.contains("delete-export"), "{all}");
    // Where the files go can be changed.
    let folder = copy("a-cur-2-export-that-keeps-its-versions-is-not-found");
    let mut command = preflight(&["fix", "."]);
    let run = assert_run(command.args(NOW).current_dir(folder.path()), 1);
    let all = run.out.clone() + &run.err;
    assert!(all.contains("update-export") && !all.contains("create-export"), "{all}");
}
