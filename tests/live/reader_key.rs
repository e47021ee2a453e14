//! Whose key it is: calls as the reader are made with the key that was named, each time, and count for the reader alone.

use super::run::{ACCOUNT, Said, check, preflight, run};
use super::server::{Scenario, Server, body, error, healthy, replaced, with};
use serde_json::{Value, json};

const IDENTITY: &str = "sts:GetCallerIdentity";

/// Who the key's owner is, as AWS tells it.
pub(super) fn caller(arn: &str) -> Value {
    replaced(IDENTITY, "arn:aws:iam::111122223333:user/admin", arn)
}

pub(super) fn reader() -> Value {
    caller("arn:aws:iam::111122223333:user/spendeffix")
}

/// First who asks, then who is tried.
fn both(then: Value) -> Scenario {
    with(&[(IDENTITY, json!([body(IDENTITY), then]))])
}

fn as_reader(url: &str, profile: &str, more: &[&str]) -> Said {
    let mut program = preflight(url);
    program.args(["check", "--as-reader", profile, "--format", "json", "--now", "2026-11-23T12:00:00Z"]);
    program.args(ACCOUNT).args(more);
    run(program)
}

/// The same, as people read it: with what is said beside each demand.
fn shown(scenario: Scenario) -> String {
    let mut program = preflight(&Server::start(scenario).url);
    program.args(["check", "--live", "--as-reader", "-", "--now", "2026-11-23T12:00:00Z"]).args(ACCOUNT);
    run(program).out
}

const ALLOWED: &str = "AWS allowed it with the reader's key";

/// Answers with one key are none with another: a file that has the first is no reason to ask nothing.
#[test]
fn answers_to_another_key_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let name = file.to_str().unwrap();
    let live = ["--live", "--snapshot", name];
    let said = as_reader(&Server::start(both(reader())).url, "-", &live);
    assert_eq!(said.verdict(), "ready", "{}", said.out);
    let refusing = with(&[
        (IDENTITY, reader()),
        ("s3:ListObjectsV2", error("s3:ListObjectsV2", 403, "AccessDenied", "no")),
    ]);
    let server = Server::start(refusing);
    let said = as_reader(&server.url, "-", &["--snapshot", name]);
    assert!(server.calls().iter().any(|call| call == "s3:ListObjectsV2"), "{:?}", server.calls());
    assert_eq!((said.verdict().as_str(), said.code), ("not-ready", 1), "{}", said.out);
    assert!(said.err.contains("--live asks for them anew"), "{}", said.err);
}

#[test]
fn a_key_that_cannot_be_loaded_ends_the_run_and_keeps_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let name = file.to_str().unwrap();
    let said = as_reader(&Server::start(healthy()).url, "nope", &["--live", "--snapshot", name]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert!(said.err.contains("the reader's key") && said.err.contains("nope"), "{}", said.err);
    let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(snapshot["calls"].as_array().unwrap().len() > 20);
    // A key on the command line is not repeated.
    let key = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
    let mut program = preflight("http://127.0.0.1:9");
    program.hides(&key).args(["check", "--as-reader", &key]).args(ACCOUNT);
    let said = run(program);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("name of a profile"), "{}", said.err);
}

/// What somebody else is answered says nothing of the reader, be it yes or no.
#[test]
fn calls_that_somebody_else_made_prove_nothing() {
    for arn in [
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/other",
        "arn:aws:iam::444455556666:user/spendeffix",
        "arn:aws:sts::111122223333:assumed-role/spendeffix/session",
    ] {
        let said = as_reader(&Server::start(both(caller(arn))).url, "-", &["--live"]);
        assert_eq!(said.verdict(), "cannot-tell", "{arn}: {}", said.out);
        let shown = shown(both(caller(arn)));
        assert!(!shown.contains(ALLOWED), "{arn}: {shown}");
        let mut refusing = both(caller(arn));
        refusing.insert(
            "s3:ListObjectsV2".to_owned(),
            json!([body("s3:ListObjectsV2"), error("s3:ListObjectsV2", 403, "AccessDenied", "no")]),
        );
        let said = as_reader(&Server::start(refusing).url, "-", &["--live"]);
        assert_eq!(said.verdict(), "cannot-tell", "{arn}: {}", said.out);
        assert!(!said.out.contains("prediction-failed"), "{arn}: {}", said.out);
    }
    let said =
        as_reader(&Server::start(both(caller("arn:aws:iam::111122223333:root"))).url, "-", &["--live"]);
    assert_eq!(said.state("reader.not-root-user").as_deref(), Some("broken"), "{}", said.out);
    // The path of a user does not make another one of it.
    let shown = shown(both(caller("arn:aws:iam::111122223333:user/vendors/spendeffix")));
    assert!(shown.contains(ALLOWED), "{shown}");
}

/// A key that AWS does not take is wrong, whatever policies say; and one call is enough to know it.
#[test]
fn a_key_that_aws_does_not_take_is_no_prediction_that_failed() {
    for (call, code) in [
        (IDENTITY, "InvalidClientTokenId"),
        (IDENTITY, "SignatureDoesNotMatch"),
        ("s3:GetBucketLocation", "InvalidAccessKeyId"),
    ] {
        let server =
            Server::start(with(&[(IDENTITY, reader()), (call, error(call, 403, code, "no such key"))]));
        let said = as_reader(&server.url, "-", &[]);
        assert_eq!(said.verdict(), "not-ready", "{code}: {}", said.out);
        let findings = said.report()["findings"].to_string();
        assert_eq!(findings.matches("\"reader-key-refused\"").count(), 1, "{code}: {findings}");
        assert!(
            !findings.contains("prediction-failed") && !findings.contains("reader-call-refused"),
            "{findings}"
        );
        if call == IDENTITY {
            assert_eq!(server.calls(), [IDENTITY], "{code}");
        }
    }
}

/// A call that never got an answer is told of.
#[test]
fn calls_as_the_reader_that_were_lost_are_named() {
    let mut silent = body("s3:HeadObject");
    silent["wait"] = json!(60_000);
    let server = Server::start(with(&[(IDENTITY, reader()), ("s3:HeadObject", silent)]));
    let said = as_reader(&server.url, "-", &["--timeout", "1"]);
    let told = said.report()["not_evaluated"].to_string();
    assert!(told.contains("as the reader: aws s3api head-object") && told.contains("timeout"), "{told}");
}

/// The key that the product is said to get is the one that is looked at.
#[test]
fn the_key_that_was_asked_for_is_inactive() {
    let mut scenario = healthy();
    let keys = body("iam:ListAccessKeys");
    let text = keys["body"].as_str().unwrap();
    let start = text.find("<member>").unwrap();
    let end = text.find("</member>").unwrap() + "</member>".len();
    let other = text[start..end]
        .replace("Active", "Inactive")
        .replace("AKIAEXAMPLEEXAMPLE01", "AKIAEXAMPLEEXAMPLE02");
    assert!(other.contains("EXAMPLE02") && other.contains("Inactive"), "{text}");
    let mut answer = keys.clone();
    answer["body"] = json!(format!("{}{other}{}", &text[..end], &text[end..]));
    scenario.insert("iam:ListAccessKeys".to_owned(), answer);
    scenario.insert(
        "iam:GetAccessKeyLastUsed".to_owned(),
        json!({ "status": 200, "type": "text/xml", "body":
            "<GetAccessKeyLastUsedResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccessKeyLastUsedResult>\
             <UserName>spendeffix</UserName><AccessKeyLastUsed><Region>us-east-1</Region><ServiceName>s3</ServiceName></AccessKeyLastUsed>\
             </GetAccessKeyLastUsedResult></GetAccessKeyLastUsedResponse>" }),
    );
    let url = Server::start(scenario).url;
    for (key, state) in [
        ("AKIAEXAMPLEEXAMPLE01", "holds"),
        ("AKIAEXAMPLEEXAMPLE02", "broken"),
        ("AKIAEXAMPLEEXAMPLE03", "unknown"),
    ] {
        let said = check(&url, &["--reader-access-key-id", key]);
        assert_eq!(said.state("reader.active-key").as_deref(), Some(state), "{key}: {}", said.out);
        assert!(!said.out.contains("the one that is active"), "{key}: {}", said.out);
    }
}
