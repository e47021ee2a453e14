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
        for linked in &account.config.form.linked {
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
