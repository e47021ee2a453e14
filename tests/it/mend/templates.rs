//! Policies in templates are told how to be mended and are not changed.

use crate::common::NOW;
use preflight::contract::Form;
use preflight::evidence::{DocumentKind, Role};
use preflight::finding::Applicability;
use preflight::judge::Library;
use preflight::load;
use preflight::mend::{Bench, Options, State, plan};
use preflight::source::Sources;

/// A bucket policy whose condition names the wrong Region, in the languages in which people keep it.
const TEMPLATES: [(&str, &str); 6] = [
    (
        "beside.tf",
        r#"resource "aws_s3_bucket_policy" "billing" {
  bucket = "acme-billing"
  policy = file("${path.module}/policy.txt")
}
"#,
    ),
    (
        "main.tf",
        r#"resource "aws_s3_bucket" "billing" {
  bucket = "acme-billing"
}

resource "aws_s3_bucket_policy" "billing" {
  bucket = aws_s3_bucket.billing.id
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": { "Service": "bcm-data-exports.amazonaws.com" },
        "Action": "s3:PutObject",
        "Resource": "${aws_s3_bucket.billing.arn}/*",
        "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*" } }
      }]
    }
  EOT
}
"#,
    ),
    (
        "encoded.tf",
        r#"resource "aws_s3_bucket_policy" "billing" {
  bucket = "acme-billing"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "bcm-data-exports.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "arn:aws:s3:::acme-billing/*"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*" } }
    }]
  })
}
"#,
    ),
    (
        "template.yaml",
        r#"Resources:
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: acme-billing
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: bcm-data-exports.amazonaws.com }
            Action: s3:PutObject
            Resource: arn:aws:s3:::acme-billing/*
            Condition:
              ArnLike: { "aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*" }
"#,
    ),
    (
        "template.json",
        r#"{ "Resources": { "Policy": {
  "Type": "AWS::S3::BucketPolicy",
  "Properties": { "Bucket": "acme-billing", "PolicyDocument": {
    "Version": "2012-10-17",
    "Statement": [{
      "Effect": "Allow",
      "Principal": { "Service": "bcm-data-exports.amazonaws.com" },
      "Action": "s3:PutObject",
      "Resource": { "Fn::Sub": "arn:${AWS::Partition}:s3:::acme-billing/*" },
      "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*" } }
    }]
  } }
} } }
"#,
    ),
    (
        "plan.json",
        r#"{ "format_version": "1.2", "terraform_version": "1.9.0", "planned_values": { "root_module": { "resources": [
  { "address": "aws_s3_bucket_policy.billing", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "billing",
    "values": { "bucket": "acme-billing", "policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"bcm-data-exports.amazonaws.com\"},\"Action\":\"s3:PutObject\",\"Resource\":\"arn:aws:s3:::acme-billing/*\",\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*\"}}}]}" } }
] } } }
"#,
    ),
];

/// What one of them reads from a file beside it.
const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Allow",
    "Principal": { "Service": "bcm-data-exports.amazonaws.com" },
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::acme-billing/*",
    "Condition": { "ArnLike": { "aws:SourceArn": "arn:aws:bcm-data-exports:eu-west-1:111122223333:export/*" } }
  }]
}
"#;

fn named(path: std::path::PathBuf) -> load::Named {
    load::Named { kind: DocumentKind::Policy(Role::BucketPolicy), level: 0, linked: None, path }
}

fn form(sources: &mut Sources) -> Form {
    let mut form = Form::new();
    let given = sources.add("form", "");
    let place = preflight::source::Place { source: given, span: preflight::source::Span::default() };
    for (key, value) in [
        ("account", "111122223333"),
        ("bucket", "acme-billing"),
        ("export-name", "acme"),
        ("export-path", "reports"),
        ("export-type", "cur-2.0"),
    ] {
        form.give(key, value, place);
    }
    form
}

#[test]
fn a_policy_in_a_template_is_told_how_to_be_mended_and_not_changed() {
    let library = Library::embedded().unwrap();
    let consumers = ["spendeffix-root".to_owned()];
    let bench = Bench { library: &library, consumers: &consumers, strict: false, now: NOW, config: None };
    for (name, text, is_named) in
        TEMPLATES.iter().flat_map(|(name, text)| [(name, text, false), (name, text, true)])
    {
        if !is_named && *name == "beside.tf" {
            // In a folder, the file beside it is read by itself as well.
            continue;
        }
        let mut sources = Sources::new();
        let folder = std::env::temp_dir()
            .join(format!("preflight-templates-{}-{name}-{is_named}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        if is_named {
            std::fs::write(folder.join("policy.txt"), POLICY).unwrap();
        }
        let evidence = if is_named {
            load::load(&mut sources, &[named(folder.join(name))], &[])
        } else {
            load::load(&mut sources, &[], std::slice::from_ref(&folder))
        };
        let evidence = evidence.unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let form = form(&mut sources);
        let before: Vec<String> = sources.iter().map(|(_, source)| source.text().to_owned()).collect();
        let state = State::new(sources, evidence, form);
        let report = bench.judge(&state);
        let told: Vec<&str> = report.findings.iter().map(|finding| finding.rule.0.as_str()).collect();
        assert!(told.contains(&"source-arn-wrong-region"), "{name} {is_named}: {told:?}");
        let options = Options { with_review: true, ..Options::default() };
        let done = plan(&bench, state, report, &options);
        let after: Vec<String> =
            done.after.sources.iter().map(|(_, source)| source.text().to_owned()).collect();
        assert_eq!(before, after, "{name} {is_named}");
        assert!(done.steps.is_empty(), "{name} {is_named}");
        let left = done.left.iter().find(|left| left.finding.rule.0 == "source-arn-wrong-region").unwrap();
        let fix = left.fix.as_ref().unwrap_or_else(|| panic!("{name} {is_named}: nothing is offered"));
        assert_eq!(fix.applicability, Applicability::DisplayOnly, "{name} {is_named}: {fix:?}");
        assert!(fix.title.contains("us-east-1") && fix.edits.is_empty(), "{name} {is_named}: {fix:?}");
        assert!(fix.because.iter().any(|because| because.contains("template")), "{name} {is_named}: {fix:?}");
    }
}
