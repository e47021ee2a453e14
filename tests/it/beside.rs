//! What lies beside a module of Terraform: its plan, and other files of a folder that somebody named.

use crate::history::Repository;
use assert_cmd::Command;
use preflight::evidence::{DocumentKind, MadeIn, Role};
use preflight::load::{self, Named};
use preflight::source::Sources;
use std::path::{Path, PathBuf};

const OPEN: &str = r#"
variable "bucket" {
  type = string
}

resource "aws_iam_policy" "read" {
  name   = "read"
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::${var.bucket}/*" },
  ] })
}

resource "aws_bcmdataexports_export" "billing" {
  count  = 2
  region = var.region
  export {
    name = "acme-${count.index}"
  }
}
"#;

/// A plan with a policy that has a comment in it, and two exports of which the first is replaced.
const PLAN: &str = r#"{
  "format_version": "1.2",
  "planned_values": { "root_module": { "resources": [
    { "address": "aws_iam_policy.read", "mode": "managed", "type": "aws_iam_policy", "name": "read",
      "values": { "name": "read", "policy": "{\"Version\":\"2012-10-17\",/* x */\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::acme-billing/*\"}]}" } },
    { "address": "aws_bcmdataexports_export.billing[0]", "mode": "managed", "type": "aws_bcmdataexports_export", "name": "billing", "index": 0,
      "values": { "region": "us-east-1" } },
    { "address": "aws_bcmdataexports_export.billing[1]", "mode": "managed", "type": "aws_bcmdataexports_export", "name": "billing", "index": 1,
      "values": { "region": "us-east-1" } }
  ] } },
  "resource_changes": [
    { "address": "aws_bcmdataexports_export.billing[0]", "type": "aws_bcmdataexports_export",
      "change": { "actions": ["delete", "create"], "replace_paths": [["export", 0, "name"]] } },
    { "address": "aws_bcmdataexports_export.billing[1]", "type": "aws_bcmdataexports_export",
      "change": { "actions": ["no-op"] } }
  ]
}
"#;

const READER: &str = r#"{ "Version": "2012-10-17", "Statement": [
  { "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-billing/*" }
] }
"#;

fn diff(folder: &Path, format: &str) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", folder);
    let output = command.args(["diff", "--base", "main", "--format", format]).current_dir(folder).output();
    let output = output.unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    (output.status.code().unwrap(), text.concat())
}

#[test]
fn a_plan_is_wholly_at_the_places_of_its_module() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("main.tf", OPEN), ("plan.json", PLAN)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut sources = Sources::new();
    let found = load::loose(&mut sources, &[folder.path().to_path_buf()]).unwrap();
    let [each] = found.policies.as_slice() else { panic!("{:#?}", found.policies) };
    let attachment = each.attachment.as_ref().unwrap();
    assert!(sources.get(each.source).name().ends_with("main.tf") && attachment.file.ends_with("main.tf"));
    assert_eq!(each.source, each.policy.source);
    assert!(!each.issues.is_empty() && each.issues.iter().all(|issue| issue.span == each.policy.span));
    assert!(each.policy.hole_names().is_empty());
    let [export] = found.declared.as_slice() else { panic!("{:#?}", found.declared) };
    assert!(matches!(&export.region, MadeIn::Named(region, _) if region == "us-east-1"), "{export:#?}");
    assert_eq!(export.replaced.as_ref().map(|(why, _)| why.as_str()), Some("name"));

    let mut sources = Sources::new();
    let evidence = load::load(&mut sources, &[], &[folder.path().to_path_buf()]).unwrap();
    let [each] = evidence.documents.as_slice() else { panic!("{:#?}", evidence.documents) };
    assert_eq!(each.source, each.policy.source);
}

#[test]
fn plans_and_modules_are_compared_as_one() {
    let repository = Repository::new(&[("infra/main.tf", OPEN)]);
    let at = repository.path();
    // The plan of what stands there for long.
    let plan = PLAN.replace("/* x */", "");
    repository.write(&[("infra/plan.json", &plan)]);
    let (code, out) = diff(at, "concise");
    assert_eq!(code, 0, "{out}");
    // With a plan on both sides a change of values is one of the policy, at the module's place.
    crate::history::git(at, &["add", "-A"]);
    crate::history::git(at, &["commit", "-q", "-m", "plan"]);
    repository.write(&[("infra/plan.json", &plan.replace("acme-billing/*", "hr-secrets/*"))]);
    let (code, out) = diff(at, "json");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    let policies = value["changes"]["policies"].as_array().unwrap();
    assert_eq!((code, policies.len()), (0, 1), "{out}");
    assert_eq!(policies[0]["fate"], "changed", "{out}");
    assert_eq!(policies[0]["new"], "infra/main.tf: aws_iam_policy.read", "{out}");
    assert_eq!(policies[0]["effect"], "differs", "{out}");
}

#[test]
fn an_untouched_module_is_in_nobodys_way() {
    let module = r#"
resource "aws_iam_policy" "open" {
  name   = "open"
  policy = module.reader.policy
}

resource "aws_iam_policy" "read" {
  name   = "read"
  policy = file("${path.module}/../policies/read.json")
}
"#;
    let files = [("infra/main.tf", module), ("policies/read.json", READER), ("other/read.json", READER)];
    let repository = Repository::new(&files);
    let at = repository.path();
    repository.write(&[("other/read.json", &READER.replace("s3:GetObject", "s3:PutObject"))]);
    let (code, out) = diff(at, "json");
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["changes"]["not_compared"], serde_json::json!([]), "{code} {out}");
    assert_eq!(value["changes"]["policies"].as_array().unwrap().len(), 1, "{out}");
    // What a module reads is part of it.
    repository.write(&[("policies/read.json", &READER.replace("s3:GetObject", "s3:PutObject"))]);
    let (code, out) = diff(at, "json");
    assert!(out.contains("infra/main.tf: aws_iam_policy.read"), "{code} {out}");
}

#[test]
fn what_a_named_folder_holds_beside_templates_is_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let trust = READER.replace("\"Action\": \"s3:GetObject\"", "\"Action\": \"s3:Get*\"");
    for (name, text) in [("main.tf", OPEN), ("reader.json", READER), ("boundary.json", &trust)] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let infra: PathBuf = folder.path().to_path_buf();
    let kind = DocumentKind::Policy(Role::BucketPolicy);
    let named = [Named { kind, level: 0, linked: None, path: infra.clone() }];
    let mut sources = Sources::new();
    let evidence = load::load(&mut sources, &named, &[infra]).unwrap();
    let names: Vec<&str> = evidence
        .documents
        .iter()
        .map(|document| sources.get(document.source).name().rsplit('/').next().unwrap())
        .collect();
    assert_eq!(names, ["boundary.json", "reader.json"]);
}

#[test]
fn a_template_that_is_named_keeps_what_its_policies_are_attached_to() {
    let module = |bucket: &str, user: &str| {
        format!(
            r#"
resource "aws_s3_bucket_policy" "b" {{
  bucket = "{bucket}"
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = {{ Service = "bcm-data-exports.amazonaws.com" }}, Action = "s3:PutObject", Resource = "arn:aws:s3:::acme-billing/reports/billing/*", Condition = {{ StringEquals = {{ "aws:SourceAccount" = "111122223333" }} }} }}] }})
}}

resource "aws_iam_user_policy" "r" {{
  user   = "{user}"
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = ["s3:GetBucketLocation", "s3:ListBucket"], Resource = "arn:aws:s3:::acme-billing" }},
    {{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-billing/reports/billing/*" }},
  ] }})
}}
"#
        )
    };
    let settings = r#"consumer = "spendeffix-root"
[form]
account = "111122223333"
account-kind = "root"
bucket = "acme-billing"
export-name = "billing"
export-path = "reports"
reader = "arn:aws:iam::111122223333:user/spend"
mode = "bucket-only"
[documents]
bucket-policy = "main.tf"
reader-policy = ["main.tf"]
"#;
    for (bucket, user, code, words) in [
        ("acme-billing", "spend", 0, "ready"),
        ("acme-billing", "spend-too", 3, "aws_iam_user_policy.r"),
        ("other", "spend", 3, "aws_s3_bucket_policy.b"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), module(bucket, user)).unwrap();
        std::fs::write(folder.path().join("preflight.toml"), settings).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_preflight"));
        let output = command.env_clear().args(["check", "."]).current_dir(folder.path()).output().unwrap();
        let out = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{bucket} {user}: {out}");
        assert!(out.contains(words), "{bucket} {user}: {out}");
    }
}
