//! `preflight permissions`: the policy that preflight itself needs, from the table of its calls.

use super::args::{PermissionsArgs, PolicyForm, PurposeArg};
use super::{Exit, terminal};
use crate::contract::{Form, Purpose, Read, ReaderKind};
use crate::judge::{Library, billing_region_in};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;

pub(super) fn run(args: &PermissionsArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let reads: Vec<&Read> = library.reads().list.iter().filter(|read| is_wanted(read, args)).collect();
    let grants = grants(&reads, &form(args)?);
    terminal::print(&match args.form {
        PolicyForm::Json => json_text(&grants),
        PolicyForm::Terraform => terraform(&grants),
        PolicyForm::Cloudformation => cloudformation(&grants),
    })?;
    Ok(Exit::Ready)
}

fn is_wanted(read: &Read, args: &PermissionsArgs) -> bool {
    let purposes: &[Purpose] = match args.purpose {
        // Both ask the simulator beside what they collect, unless they are told not to.
        PurposeArg::Check | PurposeArg::Collect if args.no_simulate => &[Purpose::Collect],
        PurposeArg::Check | PurposeArg::Collect => &[Purpose::Collect, Purpose::Simulate],
        PurposeArg::AsReader => &[Purpose::AsReader],
        PurposeArg::Simulate => &[Purpose::Simulate],
    };
    let is_role = args.reader.as_deref().is_some_and(|arn| arn.contains(":role/"));
    let of_reader = match read.reader {
        Some(ReaderKind::Role) => is_role || args.reader.is_none(),
        Some(ReaderKind::Key) | None => true,
    };
    let is_linked = args.linked_role.is_some() && purposes.contains(&Purpose::Collect);
    let is_asked = |purpose: &Purpose| match purpose {
        Purpose::Linked => is_linked,
        other => purposes.contains(other),
    };
    of_reader && read.purposes.iter().any(is_asked)
}

/// Values for the holes of resources; what is not known stays a wildcard. The billing services are in one Region of a partition.
/// <https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-Beijing.html> (checked 2026-11)
fn form(args: &PermissionsArgs) -> anyhow::Result<Form> {
    let mut form = Form::new();
    let account = args.account.as_deref().unwrap_or("*");
    let of_reader = args.reader.as_deref().and_then(|arn| arn.split(':').nth(1));
    if let (Some(given), Some(of_reader)) = (args.partition.as_deref(), of_reader) {
        anyhow::ensure!(
            given == of_reader,
            "--partition is `{given}`, and the ARN of --reader is of `{of_reader}`: a policy holds in one partition"
        );
    }
    let partition = args.partition.as_deref().or(of_reader).unwrap_or("aws");
    form.presume("partition", partition, "");
    form.presume("billing-region", billing_region_in(partition), "");
    form.presume("account", account, "");
    form.presume("bucket-account", args.bucket_account.as_deref().unwrap_or(account), "");
    form.presume("linked-role", args.linked_role.as_deref().unwrap_or("*"), "");
    form.presume("bucket", args.bucket.as_deref().unwrap_or("*"), "");
    Ok(form)
}

/// Actions that share their resources.
struct Grant {
    actions: Vec<String>,
    resources: Vec<String>,
    why: Vec<(String, String)>,
}

fn grants(reads: &[&Read], form: &Form) -> Vec<Grant> {
    let mut by_resource: BTreeMap<Vec<String>, BTreeMap<String, String>> = BTreeMap::new();
    for read in reads {
        let resources: Vec<String> =
            read.on.iter().map(|on| form.fill(on).unwrap_or_else(|_| on.clone())).collect();
        for action in &read.action {
            let why = by_resource.entry(resources.clone()).or_default().entry(action.clone()).or_default();
            if !why.is_empty() {
                why.push_str("; ");
            }
            why.push_str(&read.why);
        }
    }
    by_resource
        .into_iter()
        .map(|(resources, actions)| Grant {
            actions: actions.keys().cloned().collect(),
            resources,
            why: actions.into_iter().collect(),
        })
        .collect()
}

fn sid(at: usize) -> String {
    format!("Preflight{}", at + 1)
}

fn policy(grants: &[Grant]) -> Value {
    let statements: Vec<Value> = grants
        .iter()
        .enumerate()
        .map(|(at, grant)| {
            json!({
                "Sid": sid(at),
                "Effect": "Allow",
                "Action": grant.actions,
                "Resource": grant.resources,
            })
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn reasons(grants: &[Grant], comment: &str) -> String {
    let mut out = String::new();
    for (at, grant) in grants.iter().enumerate() {
        for (action, why) in &grant.why {
            let _ = writeln!(out, "{comment}{}: {action}: {why}", sid(at));
        }
    }
    out
}

/// JSON has no comments: the reasons are said beside it.
fn json_text(grants: &[Grant]) -> String {
    for line in reasons(grants, "").lines() {
        terminal::talk(line);
    }
    let mut text = serde_json::to_string_pretty(&policy(grants)).unwrap_or_default();
    text.push('\n');
    text
}

fn terraform(grants: &[Grant]) -> String {
    let mut out = String::from("data \"aws_iam_policy_document\" \"preflight\" {\n");
    for (at, grant) in grants.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let _ = writeln!(
            out,
            "  statement {{\n    sid    = \"{}\"\n    effect = \"Allow\"\n    actions = [",
            sid(at)
        );
        for (action, why) in &grant.why {
            let _ = writeln!(out, "      \"{action}\", # {why}");
        }
        out.push_str("    ]\n    resources = [\n");
        for resource in &grant.resources {
            let _ = writeln!(out, "      \"{resource}\",");
        }
        out.push_str("    ]\n  }\n");
    }
    out.push_str("}\n\nresource \"aws_iam_policy\" \"preflight\" {\n  name   = \"preflight\"\n");
    out.push_str("  policy = data.aws_iam_policy_document.preflight.json\n}\n");
    out
}

fn cloudformation(grants: &[Grant]) -> String {
    let mut out =
        String::from("Resources:\n  PreflightPolicy:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n");
    out.push_str("      ManagedPolicyName: preflight\n      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n");
    for (at, grant) in grants.iter().enumerate() {
        let _ = writeln!(out, "          - Sid: {}\n            Effect: Allow\n            Action:", sid(at));
        for (action, why) in &grant.why {
            let _ = writeln!(out, "              - {action} # {why}");
        }
        out.push_str("            Resource:\n");
        for resource in &grant.resources {
            let _ = writeln!(out, "              - \"{resource}\"");
        }
    }
    out
}
