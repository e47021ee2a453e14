//! What was asked for and not told is not known, and never fine; what was read before is not taken for what is now.

use super::run::{ACCOUNT, check, preflight, run};
use super::server::{Server, body, error, healthy, replaced, with};
use serde_json::{Value, json};

fn denied(call: &str) -> Value {
    let is_json = !["s3", "iam", "sts"].contains(&call.split(':').next().unwrap());
    let (status, code) = if is_json { (400, "AccessDeniedException") } else { (403, "AccessDenied") };
    error(call, status, code, "no")
}

/// Each of these is looked at by demands where it was told; who may not see it cannot tell.
#[test]
fn a_read_that_was_refused_is_never_ready() {
    for (call, demand, action) in [
        ("s3:GetBucketEncryption", "delivery.key", "s3:GetEncryptionConfiguration"),
        ("s3:GetBucketLocation", "export.region", "s3:GetBucketLocation"),
        ("s3:ListObjectsV2", "form.connect", "s3:ListBucket"),
        ("bcm-data-exports:ListExports", "export.status", "bcm-data-exports:ListExports"),
        ("bcm-data-exports:GetExport", "export.type", "bcm-data-exports:GetExport"),
        ("bcm-data-exports:ListExecutions", "export.execution", "bcm-data-exports:ListExecutions"),
    ] {
        let said = check(&Server::start(with(&[(call, denied(call))])).url, &[]);
        assert_eq!((said.verdict().as_str(), said.code), ("cannot-tell", 3), "{call}: {}", said.out);
        assert_eq!(said.state(demand).as_deref(), Some("unknown"), "{call}: {}", said.out);
        let unknown = said.report()["unknown"].to_string();
        assert!(unknown.contains(&format!("whoever asked may not call `{action}`")), "{call}: {unknown}");
    }
    // Settings of the bucket that bear on readers of other accounts alone hold nobody up.
    let call = "s3:GetBucketOwnershipControls";
    let server = Server::start(with(&[(call, denied(call))]));
    assert_eq!(check(&server.url, &[]).verdict(), "ready");
    let other = ["--bucket-account", "444455556666"];
    assert_eq!(check(&server.url, &other).state("reader.owned").as_deref(), Some("unknown"));
}

/// A file that is not whole is said to be so, read by read, and the code tells it to a script.
#[test]
fn collecting_names_what_was_refused_and_ends_with_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let collect = |name: &str, server: &Server| {
        let mut program = preflight(&server.url);
        program.args(["collect", "-o"]).arg(folder.path().join(name)).args(ACCOUNT);
        run(program)
    };
    let said = collect("whole.json", &Server::start(healthy()));
    assert_eq!(said.code, 0, "{}", said.err);
    let refused = [
        ("s3:GetBucketLocation", "get-bucket-location"),
        ("organizations:DescribeOrganization", "describe-organization"),
    ];
    let changes: Vec<(&str, Value)> = refused.iter().map(|(call, _)| (*call, denied(call))).collect();
    let said = collect("part.json", &Server::start(with(&changes)));
    assert_eq!(said.code, 3, "{}", said.err);
    for (call, command) in refused {
        let line = said.err.lines().find(|line| line.starts_with("not read: ") && line.contains(command));
        assert!(line.is_some_and(|line| line.contains(call)), "{}", said.err);
    }
    assert!(folder.path().join("part.json").exists());
}

/// What a delivered export's legacy sister would have told is no matter of a CUR 2.0 export.
#[test]
fn a_refusal_that_bears_on_nothing_asked_changes_nothing() {
    let call = "cur:DescribeReportDefinitions";
    let said = check(&Server::start(with(&[(call, denied(call))])).url, &[]);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
    assert!(
        said.report()["not_evaluated"].to_string().contains("cur:DescribeReportDefinitions"),
        "{}",
        said.out
    );
}

/// Where public access is not blocked, AWS's own word and the ACL must be seen.
#[test]
fn a_bucket_of_which_the_acl_was_not_seen_is_not_called_private() {
    let open = |scenario: &mut super::server::Scenario| {
        scenario.insert(
            "s3:GetPublicAccessBlock".to_owned(),
            error("s3:GetPublicAccessBlock", 404, "NoSuchPublicAccessBlockConfiguration", "none"),
        );
        scenario.insert(
            "s3:GetBucketOwnershipControls".to_owned(),
            error("s3:GetBucketOwnershipControls", 404, "OwnershipControlsNotFoundError", "none"),
        );
    };
    for (call, state) in
        [("", "holds"), ("s3:GetBucketAcl", "unknown"), ("s3:GetBucketPolicyStatus", "unknown")]
    {
        let mut scenario = healthy();
        open(&mut scenario);
        if !call.is_empty() {
            scenario.insert(call.to_owned(), denied(call));
        }
        let said = check(&Server::start(scenario).url, &[]);
        assert_eq!(said.state("delivery.acl-private").as_deref(), Some(state), "{call}: {}", said.out);
    }
    // A block that nobody was shown may stop what looks public.
    let scenario = with(&[
        ("s3:GetPublicAccessBlock", denied("s3:GetPublicAccessBlock")),
        ("s3:GetBucketPolicyStatus", replaced("s3:GetBucketPolicyStatus", "false", "true")),
    ]);
    let said = check(&Server::start(scenario).url, &[]);
    assert_eq!(said.state("delivery.acl-private").as_deref(), Some("unknown"), "{}", said.out);
}

/// Two answers that know of the same delivery differ.
#[test]
fn statuses_that_contradict_each_other_are_no_health() {
    let ill = "\"StatusCode\": \"UNHEALTHY\", \"StatusReason\": \"INSUFFICIENT_PERMISSION\"";
    for call in ["bcm-data-exports:ListExports", "bcm-data-exports:GetExport"] {
        let healthy = "\"StatusCode\": \"HEALTHY\"";
        let said = check(&Server::start(with(&[(call, replaced(call, healthy, ill))])).url, &[]);
        assert_eq!(said.state("export.status").as_deref(), Some("unknown"), "{call}: {}", said.out);
        assert_eq!(said.verdict(), "cannot-tell", "{call}");
    }
}

/// A file that is whole is asked for anew; one of another account is left as it is.
#[test]
fn a_whole_file_is_no_reason_not_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let name = file.to_str().unwrap();
    assert_eq!(check(&Server::start(healthy()).url, &["--snapshot", name]).verdict(), "ready");
    let gone = error("s3:GetBucketPolicy", 404, "NoSuchBucketPolicy", "The bucket policy does not exist");
    let server = Server::start(with(&[("s3:GetBucketPolicy", gone)]));
    let said = check(&server.url, &["--snapshot", name]);
    assert_eq!(said.verdict(), "not-ready", "{}", said.out);
    assert_eq!(server.calls().len(), super::scenarios::CALLS, "{:?}", server.calls());
    let before = std::fs::read_to_string(&file).unwrap();
    let call = "sts:GetCallerIdentity";
    for (answer, word) in [
        (replaced(call, "111122223333", "444455556666"), "about the account 111122223333"),
        (error(call, 403, "InvalidClientTokenId", "no"), "InvalidClientTokenId"),
    ] {
        let mut program = preflight(&Server::start(with(&[(call, answer)])).url);
        program.args(["collect", "-o", name]).args(ACCOUNT);
        let said = run(program);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(word), "{}", said.err);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    }
    // A bundle holds more than AWS's answers.
    std::fs::write(
        &file,
        r#"{"preflight-snapshot": 1, "documents": [{"name": "a.json", "text": "{}"}], "calls": []}"#,
    )
    .unwrap();
    let mut program = preflight(&Server::start(healthy()).url);
    program.args(["collect", "-o", name]).args(ACCOUNT);
    let said = run(program);
    assert!(said.code == 2 && said.err.contains("is a bundle"), "{}", said.err);
}

#[test]
fn a_reader_that_is_not_there_is_said_to_be_missing() {
    let none =
        |call: &str| error(call, 404, "NoSuchEntity", "The user with name spendeffix cannot be found.");
    let mut scenario = healthy();
    for call in healthy().keys().filter(|call| call.starts_with("iam:") && *call != "iam:GetAccountSummary") {
        scenario.insert(call.clone(), none(call));
    }
    let said = check(&Server::start(scenario).url, &[]);
    assert_eq!(said.verdict(), "not-ready", "{}", said.out);
    let report = said.report();
    assert_eq!(report["findings"].to_string().matches("\"reader-not-there\"").count(), 1, "{}", said.out);
    assert!(!report["unknown"].to_string().contains("--user-name spendeffix"), "{}", report["unknown"]);
    // Of a key that nobody knows, no user is made up.
    let call = "iam:GetAccessKeyLastUsed";
    let url = Server::start(with(&[(call, denied(call))])).url;
    let mut program = preflight(&url);
    program.args(["check", "--live", "--format", "json", "--reader-access-key-id", "AKIAEXAMPLEEXAMPLE09"]);
    program.args(&ACCOUNT[..6]);
    let said = run(program);
    assert!(!said.out.contains("--user-name reader"), "{}", said.out);
}

/// IAM knows the user's path, and a policy that names the user has it.
#[test]
fn the_reader_is_whom_iam_tells() {
    let user = "arn:aws:iam::111122223333:user/vendors/spendeffix";
    let mut scenario =
        with(&[("iam:GetUser", replaced("iam:GetUser", "arn:aws:iam::111122223333:user/spendeffix", user))]);
    let policy = body("s3:GetBucketPolicy");
    let mut document: Value = serde_json::from_str(policy["body"].as_str().unwrap()).unwrap();
    let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-billing/*",
        "Condition": { "ArnNotEquals": { "aws:PrincipalArn": "arn:aws:iam::111122223333:user/spendeffix" } } });
    document["Statement"].as_array_mut().unwrap().push(deny);
    let mut answer = policy.clone();
    answer["body"] = json!(document.to_string());
    scenario.insert("s3:GetBucketPolicy".to_owned(), answer);
    let said = check(&Server::start(scenario).url, &[]);
    assert_eq!(said.state("reader.get-object").as_deref(), Some("broken"), "{}", said.out);
    assert!(said.report()["assumed"].to_string().contains("vendors/spendeffix"), "{}", said.out);
    // The name alone is enough.
    let mut program = preflight(&Server::start(healthy()).url);
    program.args([
        "check",
        "--live",
        "--format",
        "json",
        "--now",
        "2026-11-23T12:00:00Z",
        "--reader",
        "spendeffix",
    ]);
    program.args(&ACCOUNT[..6]);
    let said = run(program);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
}

#[test]
fn faults_before_the_first_call_are_said_plainly() {
    let mut program = preflight("http://127.0.0.1:9");
    program.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    program.args(["check", "--live"]).args(ACCOUNT);
    let said = run(program);
    assert!(said.code == 2 && said.err.contains("there are no AWS credentials"), "{}", said.err);
    assert!(!said.err.contains("dispatch failure") && said.err.lines().count() == 1, "{}", said.err);
    let mut program = preflight("notaurl");
    program.args(["check", "--live"]).args(ACCOUNT);
    let said = run(program);
    assert!(said.code == 2 && said.err.contains("`notaurl` is no address"), "{}", said.err);
    for number in ["1111-2222-3333", "111122223333"] {
        let mut program = preflight("http://127.0.0.1:9");
        program.args(["permissions", "--account", number]);
        let said = run(program);
        assert!(said.code == 0 && said.out.contains("arn:aws:iam::111122223333:user/*"), "{}", said.out);
    }
    let mut program = preflight("http://127.0.0.1:9");
    program.args(["permissions", "--account", "1234"]);
    assert_eq!(run(program).code, 2);
}
