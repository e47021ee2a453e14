//! The documents as commands, each with the check that must come before the next.

use super::forms::Set;
use crate::finding::shell_word;
use serde_json::Value;

/// What a script is made of.
struct Script {
    text: String,
    steps: usize,
}

impl Script {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn step(&mut self, what: &str) {
        self.steps += 1;
        self.line(&format!("\n# {}. {what}", self.steps));
    }
}

/// Numbered commands. A command stands by itself in its line: `set -e` does not stop at one that fails on the left of `&&`.
pub(super) fn script(set: &Set) -> String {
    let mut out = Script { text: String::new(), steps: 0 };
    let flags: Vec<String> =
        set.judged_by.iter().map(|(name, value)| format!("    --{name} {}", shell_word(value))).collect();
    out.line("#!/bin/sh");
    out.line("# Stops at the first step that fails.");
    out.line("set -eu");
    out.line("folder=$(mktemp -d)");
    out.line("echo \"what was written, and what AWS holds then, is kept in $folder\" >&2");
    out.line("cd \"$folder\"");
    out.line("mkdir written held");
    if !set.policies.is_empty() {
        out.line("\n# Stops unless the policy that AWS holds allows just what was written.");
        out.line(
            "same() {\n  preflight diff \"written/$1.json\" \"held/$1.json\" --type \"$2\" --fail-on note\n}",
        );
    }
    out.line("\n# Stops if the import will not work by what AWS holds; what cannot be told yet is told, and stops nothing.");
    out.line(&format!("judge() {{\n  preflight check held --allow-unknown \\\n{}\n}}", flags.join(" \\\n")));
    for (name, text) in &set.policies {
        policy(&mut out, set, name, text);
    }
    if let Some(export) = &set.export {
        self::export(&mut out, set, export);
    }
    out.step(
        "whether the import will work; what waits for the first delivery, up to a day, cannot be told yet",
    );
    out.line("judge");
    out.text
}

fn policy(out: &mut Script, set: &Set, name: &str, text: &str) {
    let (kind, who) = (set.reader.kind(), shell_word(&set.reader.name));
    let bucket = shell_word(&set.bucket);
    let what = name.replace('-', " ");
    let (title, put, get, is) = match name {
        "bucket-policy" => (
            "the policy of the bucket".to_owned(),
            format!("aws s3api put-bucket-policy --bucket {bucket} --policy file://written/{name}.json"),
            format!("aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text"),
            "bucket",
        ),
        "trust-policy" => (
            "the role, and who may take it".to_owned(),
            format!(
                "aws iam create-role --role-name {who} --path {} --assume-role-policy-document file://written/{name}.json",
                shell_word(&set.reader.path)
            ),
            format!("aws iam get-role --role-name {who} --query Role.AssumeRolePolicyDocument --output json"),
            "trust",
        ),
        _ => (
            format!("the {what} of the {kind}"),
            format!(
                "aws iam put-{kind}-policy --{kind}-name {who} --policy-name {name} --policy-document file://written/{name}.json"
            ),
            format!(
                "aws iam get-{kind}-policy --{kind}-name {who} --policy-name {name} --query PolicyDocument --output json"
            ),
            "identity",
        ),
    };
    out.step(&title);
    out.line(&format!("cat > written/{name}.json <<'POLICY'\n{}\nPOLICY", text.trim_end()));
    if name == "bucket-policy" {
        replaces(out, set, &bucket);
    }
    out.line(&put);
    out.line("# before the next step: AWS holds what was written");
    out.line(&format!("{get} > held/{name}.json"));
    out.line(&format!("same {name} {is}"));
}

/// A bucket has one policy: the call that sets it takes the one that is there away.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html> (checked 2026-11).
fn replaces(out: &mut Script, set: &Set, bucket: &str) {
    if set.is_added_to {
        out.line("# It replaces the policy that is there; what was in the file given with --into is in it.");
        return;
    }
    out.line("# It would replace a policy that is there: then it stops.");
    out.line(&format!(
        "if there=$(aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text 2>&1); then\n  \
           printf '%s\\n' \"$there\" > held/policy-that-is-there.json\n  \
           echo \"the bucket has a policy already: $folder/held/policy-that-is-there.json; add to it: preflight generate bucket-policy --into FILE\" >&2\n  \
           exit 1\n\
         fi\n\
         case $there in\n  \
           *NoSuchBucketPolicy*) ;;\n  \
           *) echo \"$there\" >&2; exit 1 ;;\n\
         esac"
    ));
}

fn export(out: &mut Script, set: &Set, export: &Value) {
    out.step("the export, only now that AWS may write into the bucket");
    let text = serde_json::to_string_pretty(export).unwrap_or_default();
    out.line(&format!("cat > written/export.json <<'EXPORT'\n{text}\nEXPORT"));
    if !set.policies.is_empty() {
        out.line("judge");
    }
    let region = set.billing_region;
    if set.legacy {
        out.line(&format!(
            "aws cur put-report-definition --region {region} --report-definition file://written/export.json"
        ));
        out.line(&format!(
            "aws cur describe-report-definitions --region {region} --output json > held/export.json"
        ));
    } else {
        out.line(&format!(
            "arn=$(aws bcm-data-exports create-export --region {region} --export file://written/export.json --query ExportArn --output text)"
        ));
        out.line(&format!(
            "aws bcm-data-exports get-export --region {region} --export-arn \"$arn\" --output json > held/export.json"
        ));
    }
}
