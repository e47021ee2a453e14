//! The command with products that take a role, and with several at once.

use crate::cli::{assert_run, check, check_copy, copy, preflight};
use serde_json::Value;

#[test]
fn several_products_are_judged_beside_each_other() {
    let both = ["--consumer", "datadog", "--consumer", "kubecost", "--format", "json"];
    let run = assert_run(&mut check("datadog-as-its-documentation-has-it", &both), 1);
    let report: Value = serde_json::from_str(&run.out).unwrap();
    let verdicts: Vec<(&Value, &Value)> = report["consumers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|consumer| (&consumer["name"], &consumer["verdict"]))
        .collect();
    assert_eq!(verdicts, [(&"datadog".into(), &"ready".into()), (&"kubecost".into(), &"not-ready".into())]);
    assert_eq!(report["verdict"], "not-ready");
    assert_eq!(report["conflicts"][0]["about"], "TimeUnit");
}

#[test]
fn a_trust_policy_is_given_by_name_or_known_by_what_it_says() {
    let folder = copy("cloudzero-with-the-external-id-of-another");
    let known = assert_run(&mut check_copy(&folder, &[]), 1).out;
    std::fs::rename(folder.path().join("trust-policy.json"), folder.path().join("who.json")).unwrap();
    let found = assert_run(&mut check_copy(&folder, &[]), 1).out;
    assert_eq!(known.replace("trust-policy.json", "who.json"), found);
    let form = std::fs::read_to_string(folder.path().join("preflight.toml")).unwrap();
    let documents = "\n[documents]\ntrust-policy = \"who.json\"\nreader-policy = \"reader-policy.json\"\nbucket-policy = \"bucket-policy.json\"\nget-export = \"export.json\"\n";
    let documents = documents.replace("get-export", "describe-report-definitions");
    std::fs::write(folder.path().join("preflight.toml"), form + &documents).unwrap();
    let named = assert_run(&mut check_copy(&folder, &[]), 1).out;
    assert!(named.contains("external-id-other"), "{named}");
    let flag = ["--trust-policy", "who.json", "--external-id", "0000aaaa"];
    assert_run(&mut check_copy(&folder, &flag), 0);
}

#[test]
fn the_documents_of_a_role_are_written_with_their_checks() {
    let form = [
        "--account",
        "111122223333",
        "--bucket",
        "acme-billing",
        "--export-name",
        "acme-cur",
        "--export-path",
        "cur",
        "--external-id",
        "9f2c41d7",
        "--reader",
        "arn:aws:iam::111122223333:role/cost-reader",
    ];
    let generate = |what: &str, more: &[&str]| {
        let mut command = preflight(&["generate", what]);
        command.args(form).args(more);
        command
    };
    let trust = assert_run(&mut generate("trust-policy", &["--consumer", "cloudzero"]), 0).out;
    let trust: Value = serde_json::from_str(&trust).unwrap();
    assert_eq!(trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"], "9f2c41d7");
    let script = assert_run(&mut generate("all", &["--consumer", "cloudzero", "--as", "script"]), 0).out;
    assert!(script.contains("aws iam create-role") && script.contains("aws iam put-role-policy"), "{script}");
    // Who takes no role has no trust policy, and says with what it reads.
    let none = assert_run(&mut generate("trust-policy", &["--consumer", "kiroframe"]), 2);
    assert!(none.err.contains("reads with a user's access key"), "{}", none.err);
    let mut without =
        preflight(&["generate", "trust-policy", "--consumer", "cloudzero", "--account", "111122223333"]);
    let missing = assert_run(&mut without, 2);
    assert!(missing.err.contains("--external-id"), "{}", missing.err);
}
