//! The GitHub Action's script, with the environment that GitHub sets and a real history.

use assert_cmd::Command;
use std::path::Path;
use tempfile::TempDir;

const GOOD: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Team","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/team"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*"}]}"#;

struct Ran {
    code: i32,
    log: String,
    summary: String,
    output: String,
}

fn git(folder: &Path, args: &[&str]) -> String {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", folder)
        .current_dir(folder);
    command.args([
        "-c",
        "user.name=gate",
        "-c",
        "user.email=gate@example.com",
        "-c",
        "init.defaultBranch=main",
    ]);
    let output = command.args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository whose first commit holds some files.
fn repository(files: &[(&str, &str)]) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    write(folder.path(), files);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "base"]);
    let base = git(folder.path(), &["rev-parse", "HEAD"]);
    (folder, base)
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn gate(folder: &Path, settings: &[(&str, &str)]) -> Ran {
    let temp = tempfile::tempdir().unwrap();
    let file = |name: &str| temp.path().join(name);
    for name in ["summary", "output"] {
        std::fs::write(file(name), "").unwrap();
    }
    let mut command = Command::new("bash");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/gate/run"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("HOME", temp.path())
        .env("GITHUB_ACTIONS", "true")
        .env("RUNNER_TEMP", temp.path())
        .env("GITHUB_STEP_SUMMARY", file("summary"))
        .env("GITHUB_OUTPUT", file("output"))
        .env("GATE_PROGRAM", env!("CARGO_BIN_EXE_preflight"))
        .envs(settings.iter().copied())
        .current_dir(folder);
    let output = command.output().unwrap();
    let log = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let read = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    Ran { code: output.status.code().unwrap(), log, summary: read("summary"), output: read("output") }
}

#[test]
fn a_change_that_changes_nothing_passes() {
    let (folder, base) = repository(&[("policies/a.json", GOOD)]);
    write(folder.path(), &[("policies/a.json", &GOOD.replace("\"Sid\":\"Team\",", "\"Sid\":\"TheTeam\","))]);
    let ran = gate(folder.path(), &[("GATE_PATHS", "policies"), ("GATE_BASE", &base)]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.log, ran.summary);
    assert!(
        ran.summary.contains("### Access since") && ran.summary.contains("| same access |"),
        "{}",
        ran.summary
    );
    assert!(ran.output.contains("verdict=none") && ran.output.contains("findings="), "{}", ran.output);
    assert!(ran.output.contains("sarif="), "{}", ran.output);
}

#[test]
fn access_for_anybody_fails_and_is_told() {
    let (folder, base) = repository(&[("policies/a.json", GOOD)]);
    let open = GOOD.replace(r#"{"AWS":"arn:aws:iam::111122223333:role/team"}"#, "\"*\"");
    write(folder.path(), &[("policies/a.json", &open)]);
    let ran = gate(folder.path(), &[("GATE_PATHS", "policies"), ("GATE_BASE", &base)]);
    assert_eq!(ran.code, 1, "{}\n{}", ran.log, ran.summary);
    assert!(ran.log.contains("::error file=policies/a.json,"), "{}", ran.log);
    assert!(ran.log.contains("title=access-public::anybody may use"), "{}", ran.log);
    assert!(ran.summary.contains("1 gained") && ran.summary.contains("anybody"), "{}", ran.summary);
    assert!(ran.output.contains("errors=1") && ran.output.contains("warnings=1"), "{}", ran.output);
}

#[test]
fn a_broken_file_is_a_finding_and_no_policy_at_all_is_no_fault() {
    let (folder, _) =
        repository(&[("policies/a.json", r#"{"Version":"2012-10-17","Statement":[{"Effect":"Alow"}]}"#)]);
    let ran = gate(folder.path(), &[("GATE_PATHS", "policies")]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    let (folder, _) = repository(&[("readme.md", "nothing")]);
    let ran = gate(folder.path(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.log);
    assert!(ran.summary.contains("No policy was found"), "{}", ran.summary);
    // A file of which nothing can be read is no file without a policy.
    let (folder, base) = repository(&[("main.tf", "resource \"aws_iam_policy\" {\n")]);
    for base in ["", &base] {
        let ran = gate(folder.path(), &[("GATE_BASE", base)]);
        assert_eq!(ran.code, 2, "{}\n{}", ran.log, ran.summary);
        assert!(ran.log.contains("main.tf: line"), "{}", ran.log);
    }
    let ran = gate(folder.path(), &[("GATE_PATHS", "not-there")]);
    assert_eq!(ran.code, 2, "{}", ran.log);
}

/// Every payload of `fixtures/events`, with the history that it speaks of.
#[test]
fn the_event_says_what_to_compare_with() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/events");
    let expect: std::collections::BTreeMap<String, bool> =
        toml::from_str(&std::fs::read_to_string(root.join("expect.toml")).unwrap()).unwrap();
    let payloads = std::fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path());
    let payloads: Vec<_> =
        payloads.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    assert_eq!(payloads.len(), expect.len());
    for path in payloads {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (folder, base) = repository(&[("policies/a.json", GOOD)]);
        let open = GOOD.replace(r#"{"AWS":"arn:aws:iam::111122223333:role/team"}"#, "\"*\"");
        write(folder.path(), &[("policies/a.json", &open)]);
        git(folder.path(), &["commit", "-q", "-a", "-m", "head"]);
        let head = git(folder.path(), &["rev-parse", "HEAD"]);
        let text = std::fs::read_to_string(&path).unwrap().replace("BASE", &base).replace("HEAD", &head);
        let event = tempfile::tempdir().unwrap();
        let file = event.path().join("event.json");
        std::fs::write(&file, text).unwrap();
        let ran =
            gate(folder.path(), &[("GATE_PATHS", "policies"), ("GITHUB_EVENT_PATH", file.to_str().unwrap())]);
        let compares = ran.summary.contains("### Access since");
        assert_eq!(compares, expect[name], "{name}: {}\n{}", ran.log, ran.summary);
        assert_eq!(ran.log.contains("title=access-public::"), compares, "{name}: {}", ran.log);
        assert!(!folder.path().join("INJECTED").exists(), "{name}");
        assert!(!ran.log.lines().any(|line| line.starts_with("::error::injected")), "{name}: {}", ran.log);
    }
}

#[test]
fn a_base_that_is_not_fetched_is_said() {
    let (folder, _) = repository(&[("policies/a.json", GOOD)]);
    let ran = gate(folder.path(), &[("GATE_BASE", "0123456789012345678901234567890123456789")]);
    assert!(ran.log.contains("::warning title=preflight::the commit to compare with"), "{}", ran.log);
    let ran = gate(folder.path(), &[("GATE_BASE", "--output=/tmp/x")]);
    assert!(ran.log.contains("::warning title=preflight::the commit to compare with"), "{}", ran.log);
}

#[test]
fn hostile_names_and_texts_stay_data() {
    let names = [
        "p/$(touch INJECTED).json",
        "p/`touch INJECTED`.json",
        "p/a\n::error::injected.json",
        "p/-rf.json",
        "p/</details>**x**.json",
        "p/::stop-commands::x.json",
    ];
    let files: Vec<(&str, &str)> = names.iter().map(|name| (*name, GOOD)).collect();
    let (folder, base) = repository(&files);
    let open = GOOD
        .replace(r#"{"AWS":"arn:aws:iam::111122223333:role/team"}"#, "\"*\"")
        .replace("\"Team\"", "\"x\\n::error::injected\\n##[add-mask]x\\n</details># y\"");
    let changed: Vec<(&str, &str)> = names.iter().map(|name| (*name, open.as_str())).collect();
    write(folder.path(), &changed);
    let ran = gate(folder.path(), &[("GATE_PATHS", "p"), ("GATE_BASE", &base)]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(!folder.path().join("INJECTED").exists());
    for line in ran.log.lines() {
        assert!(!line.trim_start().starts_with("::error::") && !line.contains("##["), "{line}");
    }
    let mut fenced = false;
    for line in ran.summary.lines() {
        fenced ^= line.starts_with("```");
        let is_code = fenced || line.starts_with("    ");
        assert!(is_code || !line.contains("</details>**") && !line.starts_with("::"), "{line}");
    }
    assert!(ran.summary.contains("### Access since"), "{}", ran.summary);
}

#[test]
fn a_product_is_judged_for_where_one_is_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ran =
        gate(folder, &[("GATE_PATHS", "examples/acme-billing"), ("GATE_CHECK", "examples/acme-billing")]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(ran.output.contains("verdict=not-ready"), "{}", ran.output);
    assert!(ran.summary.contains("## ❌ not ready"), "{}", ran.summary);
}

/// Runs a script of the action with programs of our own before those of the machine.
fn script(
    name: &str,
    folder: &Path,
    programs: &[(&str, &str)],
    settings: &[(&str, &str)],
    args: &[&str],
) -> Ran {
    let bin = folder.join("stand-ins");
    std::fs::create_dir_all(&bin).unwrap();
    for (program, text) in programs {
        let path = bin.join(program);
        std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let output = folder.join("output");
    std::fs::write(&output, "").unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut command = Command::new("bash");
    command
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/gate").join(name))
        .args(args)
        .env_clear()
        .env("PATH", path)
        .env("RUNNER_TEMP", folder)
        .env("RUNNER_OS", "Linux")
        .env("RUNNER_ARCH", "X64")
        .env("GITHUB_OUTPUT", &output)
        .env("SOURCE", env!("CARGO_MANIFEST_DIR"))
        .envs(settings.iter().copied())
        .current_dir(folder);
    let ran = command.output().unwrap();
    let log = String::from_utf8([ran.stdout, ran.stderr].concat()).unwrap();
    let output = std::fs::read_to_string(&output).unwrap();
    Ran { code: ran.status.code().unwrap(), log, summary: String::new(), output }
}

/// A release on disk with a program that says its name.
fn release(folder: &Path, version: &str) -> String {
    let there = folder.join(format!("releases/v{version}"));
    std::fs::create_dir_all(&there).unwrap();
    std::fs::write(there.join("preflight"), "#!/bin/sh\necho released\n").unwrap();
    let name = format!("preflight-{version}-x86_64-unknown-linux-musl.tar.gz");
    let make = format!("chmod +x preflight && tar -czf {name} preflight && sha256sum {name} > {name}.sha256");
    let made = Command::new("sh").args(["-c", &make]).current_dir(&there).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    format!("file://{}", folder.join("releases").display())
}

/// A `cargo` that leaves a note in place of building.
const BUILDS: &str = "echo \"$@\" > built";

#[test]
fn the_program_of_a_release_is_taken_where_its_checksum_fits() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let releases = release(at, "1.2.3");
    let settings = [("GATE_RELEASES", releases.as_str()), ("GATE_VERSION", "v1.2.3")];
    let ran = script("get", at, &[("cargo", BUILDS)], &settings, &[]);
    assert_eq!(ran.code, 0, "{}", ran.log);
    let program = ran.output.trim().strip_prefix("program=").unwrap().to_owned();
    let said = Command::new(program).output().unwrap();
    assert_eq!(said.stdout, b"released\n");
    assert!(!at.join("built").exists());
    // Another file under its name is refused, and nothing is built instead.
    let archive = at.join("releases/v1.2.3/preflight-1.2.3-x86_64-unknown-linux-musl.tar.gz");
    std::fs::write(archive, "something else").unwrap();
    let ran = script("get", at, &[("cargo", BUILDS)], &settings, &[]);
    assert_eq!(ran.code, 2, "{}", ran.log);
    assert!(ran.log.contains("is not what its checksum says"), "{}", ran.log);
    assert!(!at.join("built").exists() && !ran.output.contains("program="));
}

#[test]
fn what_no_release_has_is_built_and_a_version_is_a_version() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let releases = release(at, "1.2.3");
    for (os, version) in [("Linux", "9.9.9"), ("Windows", "1.2.3")] {
        let _ = std::fs::remove_file(at.join("built"));
        let settings = [("GATE_RELEASES", releases.as_str()), ("GATE_VERSION", version), ("RUNNER_OS", os)];
        let ran = script("get", at, &[("cargo", BUILDS)], &settings, &[]);
        assert_eq!(ran.code, 0, "{}", ran.log);
        assert!(ran.output.contains("program="), "{}", ran.output);
    }
    let settings = [("GATE_RELEASES", releases.as_str()), ("GATE_VERSION", "../../x$(touch INJECTED)")];
    let ran = script("get", at, &[("cargo", BUILDS)], &settings, &[]);
    assert_eq!(ran.code, 2, "{}", ran.log);
    assert!(!at.join("INJECTED").exists());
}

#[test]
fn sarif_is_uploaded_where_the_token_may_and_its_absence_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("a.sarif"), "{}").unwrap();
    let settings = [
        ("GITHUB_REPOSITORY", "acme/infra"),
        ("GITHUB_SHA", "0123456789012345678901234567890123456789"),
        ("GITHUB_REF", "refs/pull/7/merge"),
    ];
    let takes = "echo \"$@\" > asked";
    let ran = script("upload", at, &[("gh", takes)], &settings, &["a.sarif", ""]);
    assert_eq!(ran.code, 0, "{}", ran.log);
    let asked = std::fs::read_to_string(at.join("asked")).unwrap();
    assert!(asked.contains("/repos/acme/infra/code-scanning/sarifs") && asked.contains("refs/pull/7/merge"));
    let ran = script("upload", at, &[("gh", "exit 1")], &settings, &["a.sarif"]);
    assert_eq!(ran.code, 0, "{}", ran.log);
    assert!(ran.log.contains("::notice title=preflight::not uploaded"), "{}", ran.log);
}

#[test]
fn workflows_and_the_action_name_other_actions_by_commit_and_pass_inputs_by_the_environment() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("action.yml"), root.join("examples/gate/workflow.yml")];
    files.extend(
        std::fs::read_dir(root.join(".github/workflows")).unwrap().map(|entry| entry.unwrap().path()),
    );
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for line in text.lines().filter(|line| line.contains("uses:")) {
            let (_, rest) = line.split_once('@').unwrap_or_else(|| panic!("{line}"));
            let commit: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            let pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(pinned, "{}: {line}", file.display());
        }
        for line in text.lines().filter(|line| line.trim_start().starts_with("run:")) {
            assert!(!line.contains("${{"), "{}: {line}", file.display());
        }
    }
}
