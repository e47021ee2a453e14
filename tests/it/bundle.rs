//! `preflight bundle`: what is written is judged as the documents are, names are gone, and secrets are refused.

use crate::common;
use assert_cmd::Command;
use std::path::Path;

fn preflight() -> Command {
    Command::new(env!("CARGO_BIN_EXE_preflight"))
}

#[test]
fn every_account_is_judged_alike_when_its_names_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut count = 0;
    for account in common::accounts() {
        let file = folder.path().join(format!("{}.json", account.name));
        // The command judges both and refuses to write what is judged otherwise.
        let done = preflight()
            .args(["bundle", "--now", common::NOW, "-o"])
            .arg(&file)
            .arg(&account.folder)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        // The bucket of query results is named after the account, which is another in the bundle: it is refused, and said why.
        if !done.status.success() && account.config.consumers == ["kubecost"] {
            assert!(said.contains("would be judged otherwise") && !file.exists(), "{}: {said}", account.name);
            continue;
        }
        assert!(done.status.success(), "{}: {said}", account.name);
        let text = std::fs::read_to_string(&file).unwrap();
        for name in ["bucket", "account"] {
            let Some(value) = account.config.form.text(name) else { continue };
            assert!(!text.contains(value), "{}: `{value}` stands in the bundle", account.name);
        }
        let judged = preflight()
            .args(["check", "--now", common::NOW, "--format", "json"])
            .args(account.config.consumers.iter().flat_map(|name| ["--consumer", name.as_str()]))
            .arg(&file)
            .output()
            .unwrap();
        let report: serde_json::Value = serde_json::from_slice(&judged.stdout).unwrap();
        assert_eq!(report["verdict"], account.expect.verdict.as_str(), "{}", account.name);
        count += 1;
    }
    assert!(count > 100, "only {count} accounts");
}

#[test]
fn the_files_belong_to_the_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.json");
    let done = preflight().args(["bundle", "examples/acme-billing", "-o"]).arg(&file).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
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
    let policy = std::fs::read_to_string(Path::new("examples/acme-billing/bucket-policy.json")).unwrap();
    for flag in [None, Some("--no-redact")] {
        let folder = tempfile::tempdir().unwrap();
        let document = folder.path().join("bucket-policy.json");
        std::fs::write(&document, policy.replacen("Sid\": \"", &format!("Sid\": \"{secret} "), 1)).unwrap();
        let file = folder.path().join("out.json");
        let done = preflight().arg("bundle").args(flag).arg("-o").arg(&file).arg(&document).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("a secret access key") && !said.contains(&secret), "{said}");
        assert!(!file.exists());
    }
}
