//! `preflight bundle`: what is written is judged as the documents are, names are gone, and secrets are refused.

use crate::common::{self, Account};
use crate::runs::{Program, Said, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A run of a command, judged for the moment of the accounts.
fn command(name: &str, put: impl FnOnce(&mut Program)) -> Said {
    let mut program = Program::new();
    program.args([name, "--now", common::NOW]);
    put(&mut program);
    run(program)
}

fn bundle(file: &Path, folder: &Path) -> Said {
    command("bundle", |program| {
        program.arg("-o").arg(file).arg(folder);
    })
}

/// The report on a folder, or on a bundle of it, for the consumers that the account names.
fn report(account: &Account, path: &Path) -> Value {
    let said = command("check", |program| {
        let consumers = account.config.consumers.iter().flat_map(|name| ["--consumer", name.as_str()]);
        program.args(["--format", "json"]).args(consumers).arg(path);
    });
    said.report()
}

/// What a report says of each demand, and which rules speak, without names and places.
fn outline(report: &Value) -> (String, Vec<String>, Vec<String>) {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let demands =
        list(&report["consumers"]).iter().flat_map(|consumer| list(&consumer["demands"])).collect::<Vec<_>>();
    let demands = demands.iter().map(|demand| format!("{} {}", demand["id"], demand["state"])).collect();
    let mut rules: Vec<String> =
        list(&report["findings"]).iter().map(|finding| finding["rule"].to_string()).collect();
    rules.sort();
    (report["verdict"].to_string(), demands, rules)
}

/// The bucket of query results is named after the account, which is another in the bundle: it is refused, and said why.
fn is_refused_for_its_name(account: &Account, said: &Said, file: &Path) -> bool {
    let is_so = said.code != 0 && account.config.consumers == ["kubecost"];
    if is_so {
        assert!(
            said.err.contains("would be judged otherwise") && !file.exists(),
            "{}: {}",
            account.name,
            said.err
        );
    }
    is_so
}

#[test]
fn every_account_is_judged_alike_when_its_names_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for account in common::accounts() {
        let file = folder.path().join(format!("{}.json", account.name));
        // The command judges both and refuses to write what is judged otherwise.
        let said = bundle(&file, &account.folder);
        if is_refused_for_its_name(&account, &said, &file) {
            continue;
        }
        assert_eq!(said.code, 0, "{}: {}", account.name, said.err);
        let text = std::fs::read_to_string(&file).unwrap();
        for name in ["bucket", "account"] {
            let Some(value) = account.config.form.text(name) else { continue };
            assert!(!text.contains(value), "{}: `{value}` stands in the bundle", account.name);
        }
        // A number of other than 12 digits is nobody's.
        for linked in account.config.form.linked.iter().filter(|linked| linked.account.text.len() == 12) {
            assert!(!text.contains(&linked.account.text), "{}: {}", account.name, linked.account.text);
        }
        let judged = report(&account, &file);
        assert_eq!(judged["verdict"], account.expect.verdict.as_str(), "{}", account.name);
        if !account.config.form.linked.is_empty() {
            assert_eq!(outline(&judged), outline(&report(&account, &account.folder)), "{}", account.name);
        }
        std::fs::remove_file(&file).unwrap();
        count += 1;
    }
    assert!(count > 100, "only {count} accounts");
}

/// The files of an account that are answers of `list-objects-v2`.
fn listings(account: &Account) -> Vec<PathBuf> {
    let files = std::fs::read_dir(&account.folder).unwrap().map(|file| file.unwrap().path());
    let is_listing = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.starts_with('{') && ["\"Contents\"", "\"KeyCount\""].iter().any(|word| text.contains(word))
    };
    files.filter(is_listing).collect()
}

/// A listing is not held when it is longer than 4 MiB, be it for blanks. What is bundled of it says the same.
#[test]
fn every_listing_is_judged_alike_when_it_is_too_long_to_hold() {
    let mut count = 0;
    for account in common::accounts() {
        let lists = listings(&account);
        if lists.is_empty() {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let (there, file) = (folder.path().join("account"), folder.path().join("bundle.json"));
        std::fs::create_dir(&there).unwrap();
        for from in std::fs::read_dir(&account.folder).unwrap().map(|file| file.unwrap().path()) {
            let mut bytes = std::fs::read(&from).unwrap();
            if lists.contains(&from) {
                bytes.resize(bytes.len() + (4 << 20) + 1, b' ');
            }
            std::fs::write(there.join(from.file_name().unwrap()), bytes).unwrap();
        }
        let said = bundle(&file, &there);
        if is_refused_for_its_name(&account, &said, &file) {
            continue;
        }
        assert_eq!(said.code, 0, "{}: {}", account.name, said.err);
        assert!(std::fs::metadata(&file).unwrap().len() < 1 << 20, "{}", account.name);
        assert_eq!(outline(&report(&account, &file)), outline(&report(&account, &there)), "{}", account.name);
        count += 1;
    }
    assert!(count > 30, "only {count} accounts have a listing");
}

/// A bucket with more objects than a bundle could hold: their number stays, their names go.
#[test]
fn a_million_objects_are_bundled_by_folder() {
    let account = common::accounts().into_iter().find(|account| account.name == LONG).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (there, file) = (folder.path().join("account"), folder.path().join("bundle.json"));
    std::fs::create_dir(&there).unwrap();
    for from in std::fs::read_dir(&account.folder).unwrap().map(|file| file.unwrap().path()) {
        if !listings(&account).contains(&from) {
            std::fs::copy(&from, there.join(from.file_name().unwrap())).unwrap();
        }
    }
    let mut list = String::from(
        "{\"Name\": \"acme-billing\", \"Prefix\": \"\", \"IsTruncated\": false, \"Contents\": [\n",
    );
    for at in 0..60_000 {
        let month = at % 12 + 1;
        list += &format!(
            "{{\"Key\": \"reports/acme-cur2/data/BILLING_PERIOD=2026-{month:02}/acme-cur2-{at:05}.csv.gz\", \"Size\": 1}},\n"
        );
    }
    list += "{\"Key\": \"somebody-elses/diary.txt\"}]}\n";
    std::fs::write(there.join("listing.json"), list).unwrap();
    let said = bundle(&file, &there);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.len() < 100_000 && text.contains("5000"), "{} bytes", text.len());
    let (before, after) = (report(&account, &there), report(&account, &file));
    assert_eq!(outline(&before), outline(&after));
    // The number of objects in one folder decides.
    assert!(outline(&before).1.contains(&"\"form.page\" \"broken\"".to_owned()), "{before}");
}

/// An account whose contract looks at the number of files in a folder.
const LONG: &str = "r15-a-thousand-and-one-files";

#[test]
fn the_files_belong_to_the_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    let said = bundle(&file, &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme-billing"));
    assert_eq!(said.code, 0, "{}", said.err);
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["bundle.json", "bundle.json.mapping.json"]);
    #[cfg(unix)]
    for name in &names {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_secret_in_any_document_stops_it() {
    let secret = ["wJalrXUtnFEMI/K7MDENG/", "bPxRfiCYEXAMPLEKEY"].concat();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme-billing/bucket-policy.json");
    let policy = std::fs::read_to_string(example).unwrap();
    for flag in [None, Some("--no-redact")] {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("bucket-policy.json");
        std::fs::write(&document, policy.replacen("Sid\": \"", &format!("Sid\": \"{secret} "), 1)).unwrap();
        let file = folder.path().join("out.json");
        let said = command("bundle", |program| {
            program.hides(&secret).args(flag).arg("-o").arg(&file).arg(&document);
        });
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("a secret access key"), "{}", said.err);
        assert!(!file.exists());
    }
}

/// A policy of the reader and one of the bucket, in which names are made of other names.
fn account(folder: &Path, reader: &str, bucket: &str, resource: &str) -> PathBuf {
    let there = folder.join("account");
    std::fs::create_dir_all(&there).unwrap();
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [
        { "Sid": "AllowDataExportsOf111122223333", "Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
            "Resource": format!("arn:aws:s3:::{resource}") },
        { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{resource}/*") },
        { "Effect": "Allow", "Action": "cur:DescribeReportDefinitions", "Resource": "*" } ] });
    std::fs::write(there.join("reader-policy.json"), policy.to_string()).unwrap();
    let form = format!(
        "[form]\naccount = \"111122223333\"\nbucket = \"{bucket}\"\nexport-name = \"c\"\nexport-path = \"cur\"\n\
         reader = \"arn:aws:iam::111122223333:user/{reader}\"\n"
    );
    std::fs::write(there.join("preflight.toml"), form).unwrap();
    there
}

/// Names that are made of others, and names that are words of AWS's own, are no reason to refuse a bundle.
#[test]
fn ordinary_names_are_replaced_and_judged_alike() {
    for (reader, bucket, resource) in [
        ("jane", "acme-cur-111122223333", "acme-cur-${aws:PrincipalAccount}"),
        ("jane", "acme-cur-111122223333", "*-111122223333"),
        ("jane", "acme-cur-111122223333", "acme-cur-1111*"),
        ("jane", "acme-jane", "acme-${aws:username}"),
        ("cur", "acme-billing", "acme-billing"),
        ("s3", "acme-cur", "acme-cur"),
        ("x", "acme-x-billing", "acme-x-*"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let there = account(folder.path(), reader, bucket, resource);
        let file = folder.path().join("bundle.json");
        let said = bundle(&file, &there);
        assert_eq!(said.code, 0, "{reader} {bucket} {resource}: {}", said.err);
        let text = std::fs::read_to_string(&file).unwrap();
        for name in ["111122223333", "acme", "user/jane"] {
            assert!(!text.contains(name), "{name} stands in {text}");
        }
    }
}

/// Names in answers that only list, and those that conditions and devices are called by.
#[test]
fn names_that_nothing_else_has_are_replaced_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    let there = account(folder.path(), "reader", "acme-cur", "acme-cur");
    let write = |name: &str, value: serde_json::Value| std::fs::write(there.join(name), value.to_string());
    let bucket =
        |name: &str| serde_json::json!({ "Name": name, "CreationDate": "2024-01-01T00:00:00+00:00" });
    let buckets = [bucket("jane-doe-private"), bucket("acme-cur"), bucket("acme-logs")];
    write("list-buckets.json", serde_json::json!({ "Buckets": buckets, "Owner": { "ID": "x" } })).unwrap();
    let logging = serde_json::json!({ "TargetBucket": "acme-logs", "TargetPrefix": "s3/" });
    write("get-bucket-logging.json", serde_json::json!({ "LoggingEnabled": logging })).unwrap();
    let device = serde_json::json!({ "UserName": "reader", "SerialNumber": "arn:aws:iam::111122223333:mfa/janes-phone" });
    write("list-mfa-devices.json", serde_json::json!({ "MFADevices": [device] })).unwrap();
    let trust = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "jane.doe\u0040acme.example", "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "Q7-mustard-pot", "saml:sub": ["jane", "joe-bloggs"],
        "saml:sub_type": "persistent", "sts:RoleSessionName": "jane-at-acme"}}}]}"#;
    std::fs::write(there.join("trust-policy.json"), trust).unwrap();
    let file = folder.path().join("bundle.json");
    let said = bundle(&file, &there);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = std::fs::read_to_string(&file).unwrap();
    for name in ["jane", "private", "acme", "joe", "bloggs", "phone", "mustard", "111122223333"] {
        assert!(!text.contains(name), "{name} stands in {text}");
    }
    assert!(text.contains("persistent") && text.contains("saml:sub_type"), "{text}");
    // The bucket of the logs is the same in both answers.
    let mapping = std::fs::read_to_string(folder.path().join("bundle.json.mapping.json")).unwrap();
    assert!(mapping.contains("jane-doe-private") && mapping.contains("acme-logs"), "{mapping}");
}

/// A name may be a word of AWS's language as well: then it goes where a document shows it as a name, and the rest stays.
#[test]
fn names_that_are_words_of_the_language_are_replaced_where_they_are_names() {
    for (reader, left) in [("arn", "arn"), ("aws", ""), ("reader", ""), ("call", "")] {
        let folder = tempfile::tempdir().unwrap();
        let there = account(folder.path(), reader, "acme-billing", "acme-billing");
        let file = folder.path().join("bundle.json");
        let said = bundle(&file, &there);
        assert_eq!(said.code, 0, "{reader}: {}", said.err);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(!text.contains("acme") && text.contains("arn:aws:s3:::"), "{text}");
        if !left.is_empty() {
            assert!(!text.contains(&format!("user/{reader}")), "{text}");
            assert!(said.err.contains(&format!("as names: {left}")), "{}", said.err);
        }
    }
}

#[test]
fn the_bundle_is_never_its_own_mapping() {
    let folder = tempfile::tempdir().unwrap();
    let there = account(folder.path(), "jane", "acme-billing", "acme-billing");
    let file = folder.path().join("bundle.json");
    let with_mapping = |mapping: &Path| {
        command("bundle", |program| {
            program.arg("-o").arg(&file).arg("--mapping").arg(mapping).arg(&there);
        })
    };
    // By another name, too.
    for mapping in [file.clone(), folder.path().join("account/../bundle.json")] {
        let said = with_mapping(&mapping);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains("would be the bundle and its mapping") && !file.exists(), "{}", said.err);
    }
    // Where the mapping cannot be written, nothing is.
    let said = with_mapping(&folder.path().join("nowhere/mapping.json"));
    assert_eq!(said.code, 2, "{}", said.err);
    assert!(!file.exists(), "{}", said.err);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 1, "something is left behind");
}

/// A bundle in the folder is not bundled again, and what tells the names never is.
#[test]
fn a_folder_with_a_bundle_in_it_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let there = account(folder.path(), "jane", "acme-billing", "acme-billing");
    let first = bundle(&there.join("first.json"), &there);
    assert_eq!(first.code, 0, "{}", first.err);
    let second = bundle(&folder.path().join("second.json"), &there);
    assert_eq!(second.code, 2, "{}", second.err);
    assert!(second.err.contains("`first.json` is a bundle"), "{}", second.err);
    std::fs::remove_file(there.join("first.json")).unwrap();
    let third = bundle(&folder.path().join("third.json"), &there);
    assert_eq!(third.code, 0, "{}", third.err);
    let text = std::fs::read_to_string(folder.path().join("third.json")).unwrap();
    assert!(!text.contains("became"), "{text}");
    // One folder by two names is one folder.
    let twice = command("bundle", |program| {
        program.arg("-o").arg(folder.path().join("fourth.json")).arg(&there).arg(there.join("../account"));
    });
    assert_eq!(twice.code, 0, "{}", twice.err);
    assert!(twice.err.contains(": 1 document(s)"), "{}", twice.err);
}

/// A pipe is no file that can be replaced, and behind a link the file is.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let there = account(folder.path(), "jane", "acme-billing", "acme-billing");
    let pipe = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&pipe, &link).unwrap();
    for path in [pipe.as_path(), link.as_path(), Path::new("-"), folder.path()] {
        let said = bundle(path, &there);
        assert_eq!(said.code, 2, "{}: {}", path.display(), said.err);
    }
    use std::os::unix::fs::FileTypeExt;
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    let real = folder.path().join("real.json");
    std::fs::write(&real, "old").unwrap();
    let link = folder.path().join("link.json");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let said = bundle(&link, &there);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&real).unwrap().contains("preflight-snapshot"));
}
