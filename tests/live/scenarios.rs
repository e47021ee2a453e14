//! Scenarios: what the program says to answers that no emulator gives.

use super::run::{ACCOUNT, check, preflight, run};
use super::server::{Server, body, error, healthy, replaced, with};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Calls that the healthy account takes. The number stands in the README.
pub(super) const CALLS: usize = 30;

#[test]
fn a_healthy_account_is_ready_with_no_more_calls_than_needed() {
    let server = Server::start(healthy());
    let said = check(&server.url, &[]);
    assert_eq!((said.verdict().as_str(), said.code), ("ready", 0), "{}\n{}", said.out, said.err);
    assert_eq!(server.calls().len(), CALLS, "{:#?}", server.calls());
    assert!(server.most() > 1 && server.most() <= 8, "{} calls at once", server.most());
    assert_eq!(said.report()["not_evaluated"], json!([]));
    assert_eq!(said.report()["findings"], json!([]));
    // For people it is said with each demand that AWS's simulator was asked about.
    let mut command = preflight(&server.url);
    command.args(["check", "--live", "--now", "2026-11-23T12:00:00Z"]).args(ACCOUNT);
    let shown = run(command).out;
    assert_eq!(shown.matches("AWS's simulator agrees").count(), 5, "{shown}");
}

#[test]
fn a_snapshot_says_what_the_live_check_said() {
    let server = Server::start(with(&[(
        "s3:GetBucketPolicy",
        replaced("s3:GetBucketPolicy", "us-east-1", "eu-west-1"),
    )]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.json");
    let name = file.to_str().unwrap();
    let live = check(&server.url, &["--snapshot", name]);
    assert_eq!((live.verdict().as_str(), live.code), ("not-ready", 1));
    let mut command = preflight("http://127.0.0.1:9");
    command.args(["check", name, "--format", "json", "--now", "2026-11-23T12:00:00Z"]);
    let mailed = run(command);
    // The form came from the command line there, and from the snapshot here.
    assert_eq!(live.report()["findings"], mailed.report()["findings"]);
    assert_eq!(live.report()["consumers"], mailed.report()["consumers"]);
    let text = std::fs::read_to_string(&file).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../docs/schema/snapshot.v1.json")).unwrap();
    let snapshot: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&snapshot).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn statuses_of_exports_are_read_as_aws_sends_them() {
    // Both answers about an export tell its health.
    for (calls, from, to, rule) in [
        (
            &["bcm-data-exports:ListExports", "bcm-data-exports:GetExport"][..],
            "\"StatusCode\": \"HEALTHY\"",
            "\"StatusCode\": \"UNHEALTHY\", \"StatusReason\": \"INSUFFICIENT_PERMISSION\"",
            "export-status-permission",
        ),
        (
            &["bcm-data-exports:ListExecutions"],
            "DELIVERY_SUCCESS",
            "DELIVERY_FAILURE",
            "export-delivery-failed",
        ),
    ] {
        let answers: Vec<_> = calls.iter().map(|call| (*call, replaced(call, from, to))).collect();
        let said = check(&Server::start(with(&answers)).url, &[]);
        let rules: Vec<String> = said.report()["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| finding["rule"].as_str().unwrap().to_owned())
            .collect();
        assert!(rules.contains(&rule.to_owned()), "{rule}: {rules:?} {}", said.out);
    }
}

#[test]
fn every_page_is_read() {
    let page = |names: &[&str], next: Option<&str>| {
        let list: Vec<Value> = names
            .iter()
            .map(|name| json!({ "ReportName": name, "S3Bucket": "acme-billing", "S3Prefix": "r", "S3Region": "us-east-1" }))
            .collect();
        let body = json!({ "ReportDefinitions": list, "NextToken": next }).to_string();
        json!({ "status": 200, "type": "application/x-amz-json-1.1", "body": body })
    };
    let server = Server::start(with(&[(
        "cur:DescribeReportDefinitions",
        json!([page(&["a", "b", "c", "d", "e"], Some("t1")), page(&["f"], None)]),
    )]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    check(&server.url, &["--snapshot", file.to_str().unwrap()]);
    let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let calls = snapshot["calls"].as_array().unwrap();
    let reports = calls.iter().find(|call| call["call"] == "cur describe-report-definitions").unwrap();
    assert_eq!(reports["output"]["ReportDefinitions"].as_array().unwrap().len(), 6);
}

#[test]
fn throttling_that_ends_is_waited_for() {
    let server = Server::start(with(&[(
        "iam:GetUser",
        json!([error("iam:GetUser", 400, "Throttling", "Rate exceeded"), body("iam:GetUser")]),
    )]));
    let said = check(&server.url, &[]);
    assert_eq!((said.verdict().as_str(), said.code), ("ready", 0), "{}", said.out);
}

#[test]
fn the_simulators_other_answer_is_told_and_changes_no_verdict() {
    let mut answer = replaced("iam:SimulatePrincipalPolicy", ">allowed<", ">explicitDeny<");
    let text = answer["body"]
        .as_str()
        .unwrap()
        .replace("<AllowedByOrganizations>true", "<AllowedByOrganizations>false");
    answer["body"] = json!(text);
    let said = check(&Server::start(with(&[("iam:SimulatePrincipalPolicy", answer)])).url, &[]);
    assert_eq!(said.verdict(), "ready");
    assert!(
        said.out.contains("simulator-disagrees")
            && said.out.contains("organization's policies do not allow it")
    );
    let denied = error("iam:SimulatePrincipalPolicy", 403, "AccessDenied", "no");
    let said = check(&Server::start(with(&[("iam:SimulatePrincipalPolicy", denied)])).url, &[]);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
    let server = Server::start(healthy());
    assert_eq!(check(&server.url, &["--no-simulate"]).verdict(), "ready");
    assert!(!server.calls().iter().any(|call| call.contains("Simulate")));
}

#[test]
fn what_aws_refuses_the_reader_breaks_the_demand() {
    let cases = [
        ("s3:ListObjectsV2", error("s3:ListObjectsV2", 403, "AccessDenied", "no"), "reader.list-bucket"),
        // The answer to HEAD has no body, so that AWS's word for it is missing.
        (
            "s3:HeadObject",
            json!({ "status": 403, "type": "application/xml", "body": "" }),
            "reader.get-object",
        ),
        ("s3:GetObject", error("s3:GetObject", 403, "AccessDenied", "kms"), "reader.get-object"),
        (
            "s3:GetBucketLocation",
            error("s3:GetBucketLocation", 403, "AccessDenied", "no"),
            "reader.bucket-location",
        ),
    ];
    for (call, refusal, demand) in cases {
        // Collected first and whole, then tried as the reader against a server that refuses.
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("s.json");
        let name = file.to_str().unwrap();
        assert_eq!(check(&Server::start(healthy()).url, &["--snapshot", name]).code, 0);
        let identity = ("sts:GetCallerIdentity", super::reader_key::reader());
        let server = Server::start(with(&[identity, (call, refusal)]));
        let mut command = preflight(&server.url);
        command.args(["check", "--as-reader", "-", "--snapshot", name, "--format", "json"]);
        command.args(["--now", "2026-11-23T12:00:00Z"]).args(ACCOUNT);
        let said = run(command);
        assert_eq!(said.state(demand).as_deref(), Some("broken"), "{call}: {}", said.out);
        assert!(said.out.contains("prediction-failed"), "{call}: {}", said.out);
        assert_eq!(said.code, 1);
        // The consumer's calls and nothing beside them.
        let made = server.calls();
        assert!(
            made.iter().all(|call| call.starts_with("s3:") || call == "sts:GetCallerIdentity"),
            "{made:?}"
        );
    }
}

#[test]
fn wrong_or_missing_credentials_end_the_run_with_a_reason() {
    for (code, message) in [
        ("InvalidClientTokenId", "The security token included in the request is invalid."),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match"),
        ("ExpiredToken", "The security token included in the request is expired"),
    ] {
        let call = "sts:GetCallerIdentity";
        let said = check(&Server::start(with(&[(call, error(call, 403, code, message))])).url, &[]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(code), "{}", said.err);
    }
    let mut command = preflight("http://127.0.0.1:9");
    command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    command.args(["check", "--live", "--timeout", "2"]).args(ACCOUNT);
    let said = run(command);
    assert_eq!(said.code, 2, "{}", said.err);
}

#[test]
fn the_deadline_keeps_what_was_read_and_the_next_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let name = file.to_str().unwrap();
    let mut slow = body("s3:GetBucketPolicy");
    slow["wait"] = json!(60_000);
    let said = check(
        &Server::start(with(&[("s3:GetBucketPolicy", slow)])).url,
        &["--snapshot", name, "--deadline", "3", "--timeout", "20"],
    );
    assert_eq!(said.verdict(), "cannot-tell", "{}", said.out);
    assert!(said.err.contains("deadline"), "{}", said.err);
    let server = Server::start(healthy());
    let said = check(&server.url, &["--snapshot", name]);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
    assert!(server.calls().len() < 8, "{:?}", server.calls());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let mut slow = body("s3:GetBucketPolicy");
    slow["wait"] = json!(60_000);
    let server = Server::start(with(&[("s3:GetBucketPolicy", slow)]));
    let mut command = preflight(&server.url);
    command.args(["collect", "--timeout", "30", "-o"]).arg(&file).args(ACCOUNT);
    let child = command.start();
    let begun = Instant::now();
    while server.calls().len() < 15 && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(700));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let said = child.end();
    assert_eq!(said.code, 3, "{}", said.err);
    let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(snapshot["cut-short"].as_str().unwrap().contains("by the user"));
    assert!(snapshot["calls"].as_array().unwrap().len() > 10);
}

#[test]
fn a_bucket_that_is_not_there_and_a_bucket_without_a_policy_are_known() {
    let gone = error("s3:GetBucketPolicy", 404, "NoSuchBucket", "The specified bucket does not exist");
    let said = check(&Server::start(with(&[("s3:GetBucketPolicy", gone)])).url, &[]);
    assert_eq!(said.verdict(), "not-ready");
    assert!(said.out.contains("bucket-not-there"));
    let none = error("s3:GetBucketPolicy", 404, "NoSuchBucketPolicy", "The bucket policy does not exist");
    let said = check(&Server::start(with(&[("s3:GetBucketPolicy", none)])).url, &[]);
    assert_eq!(said.state("delivery.put-object").as_deref(), Some("broken"), "{}", said.out);
}
