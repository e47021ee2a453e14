//! The script is run, with a stand-in for the AWS CLI: it makes everything, in the order that AWS wants, and stops where a step fails.

use std::path::Path;
use std::process::{Command, Output};

/// Holds what was put, and answers with it. `KEEPS=no` answers with another policy than was put.
const AWS: &str = r#"#!/bin/sh
echo "$1 $2" >> "$HELD/log"
value() {
  name=$1; shift
  while [ $# -gt 0 ]; do
    if [ "$1" = "$name" ]; then echo "${2#file://}"; return; fi
    shift
  done
}
case "$1 $2" in
  "s3api put-bucket-policy") cp "$(value --policy "$@")" "$HELD/bucket" ;;
  "s3api get-bucket-policy")
    if [ ! -f "$HELD/bucket" ]; then
      echo "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation" >&2; exit 254
    fi
    if [ "${KEEPS:-}" = no ]; then echo '{"Version":"2012-10-17","Statement":[]}'; else cat "$HELD/bucket"; fi ;;
  "iam create-role") cp "$(value --assume-role-policy-document "$@")" "$HELD/trust" ;;
  "iam get-role") cat "$HELD/trust" ;;
  "iam put-user-policy" | "iam put-role-policy") cp "$(value --policy-document "$@")" "$HELD/$(value --policy-name "$@")" ;;
  "iam get-user-policy" | "iam get-role-policy") cat "$HELD/$(value --policy-name "$@")" ;;
  "bcm-data-exports create-export") cp "$(value --export "$@")" "$HELD/export"; echo "arn:aws:bcm-data-exports:us-east-1:111122223333:export/acme-1" ;;
  "bcm-data-exports get-export") printf '{"Export": '; cat "$HELD/export"; echo '}' ;;
  "cur put-report-definition") cp "$(value --report-definition "$@")" "$HELD/export" ;;
  "cur describe-report-definitions") printf '{"ReportDefinitions": ['; cat "$HELD/export"; echo ']}' ;;
  *) echo "what is $1 $2" >&2; exit 2 ;;
esac
"#;

fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("HELD", folder).env("TMPDIR", folder).current_dir(folder);
    let own = Path::new(env!("CARGO_BIN_EXE_preflight")).parent().unwrap();
    command.env("PATH", format!("{}:{}:/usr/bin:/bin", folder.display(), own.display()));
    command
}

/// Makes the script of a product and runs it in a folder; gives the calls of AWS that were made as well.
fn run(folder: &Path, consumer: &str, kind: &str, env: Option<(&str, &str)>) -> (Output, Vec<String>) {
    use std::os::unix::fs::PermissionsExt;
    let aws = folder.join("aws");
    std::fs::write(&aws, AWS).unwrap();
    std::fs::set_permissions(&aws, std::fs::Permissions::from_mode(0o755)).unwrap();
    let made = command(Path::new(env!("CARGO_BIN_EXE_preflight")), folder)
        .args(["generate", "all", "--as", "script", "--consumer", consumer])
        .args(["--account", "111122223333", "--account-kind", "root", "--bucket", "acme-billing"])
        .args(["--export-name", "acme-cur", "--export-path", "finance/reports", "--export-type", kind])
        .args(["--external-id", "9f2c41d7", "--organization", "none", "--mode", "bucket-only"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{consumer}: {}", String::from_utf8_lossy(&made.stderr));
    std::fs::write(folder.join("set.sh"), &made.stdout).unwrap();
    let mut script = command(Path::new("/bin/sh"), folder);
    let done = script.arg("set.sh").envs(env).output().unwrap();
    let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
    (done, log.lines().map(str::to_owned).collect())
}

fn said(done: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
}

#[test]
fn the_script_makes_everything_and_ends_well() {
    for (consumer, kind, last) in [
        ("spendeffix-root", "cur-2.0", "bcm-data-exports get-export"),
        ("spendeffix-root", "cur-legacy", "cur describe-report-definitions"),
        ("cloudzero", "cur-legacy", "cur describe-report-definitions"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (done, log) = run(folder.path(), consumer, kind, None);
        assert!(done.status.success(), "{consumer} {kind}: {log:?}\n{}", said(&done));
        assert_eq!(log.last().map(String::as_str), Some(last), "{consumer} {kind}");
    }
}

#[test]
fn the_script_stops_before_a_policy_that_is_there_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bucket"), "{\"Version\":\"2012-10-17\",\"Statement\":[]}").unwrap();
    let (done, log) = run(folder.path(), "spendeffix-root", "cur-2.0", None);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert_eq!(log, ["s3api get-bucket-policy"]);
    assert!(said(&done).contains("--into"), "{}", said(&done));
}

#[test]
fn the_script_stops_where_aws_holds_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let (done, log) = run(folder.path(), "spendeffix-root", "cur-2.0", Some(("KEEPS", "no")));
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(!log.iter().any(|call| call.contains("create-export")), "{log:?}");
}
