//! Bundles of what AWS answered, linked accounts among it: judged as the live run was.

use super::accounts::{ALL, LINKED, linked};
use super::run::{ACCOUNT, Said, check, preflight, run};
use super::server::Server;
use super::stages::everything;
use serde_json::Value;
use std::path::Path;

const NOW: [&str; 2] = ["--now", "2026-11-23T12:00:00Z"];

/// What is said of each consumer, and which rules speak.
fn outline(said: &Said) -> (Value, Vec<String>) {
    let report = said.report();
    let mut rules: Vec<String> =
        report["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].to_string()).collect();
    rules.sort();
    let mut consumers = report["consumers"].clone();
    for demand in consumers[0]["demands"].as_array_mut().unwrap() {
        // Titles name buckets and folders.
        demand.as_object_mut().unwrap().retain(|key, _| key == "id" || key == "state");
    }
    (consumers, rules)
}

fn judged(path: &Path) -> Said {
    judged_all(&[path])
}

fn judged_all(paths: &[&Path]) -> Said {
    let mut program = preflight("http://127.0.0.1:9");
    program.args(["check", "--format", "json"]).args(NOW).args(paths);
    run(program)
}

/// Bundles what the arguments name, and finds none of these names in it.
fn bundled(url: &str, file: &Path, args: &[&str], names: &[&str]) {
    let mut program = preflight(url);
    program.args(["bundle", "-o"]).arg(file).args(NOW).args(args);
    let said = run(program);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = std::fs::read_to_string(file).unwrap();
    for name in names {
        assert!(!text.contains(name), "`{name}` stands in the bundle");
    }
}

#[test]
fn a_live_run_with_linked_accounts_is_bundled_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for (name, scenario) in [("all", linked(ALL)), ("everything", everything())] {
        let server = Server::start(scenario);
        let file = folder.path().join(format!("{name}.json"));
        let args = [&["--live"][..], &ACCOUNT, &LINKED].concat();
        bundled(&server.url, &file, &args, &["222233334444", "111122223333", "acme-billing"]);
        let live = check(&server.url, &LINKED);
        assert_eq!(live.state("discovery.linked").as_deref(), Some("holds"), "{name}: {}", live.out);
        assert_eq!(outline(&judged(&file)), outline(&live), "{name}");
    }
}

#[test]
fn linked_accounts_of_the_configuration_are_bundled_with_a_snapshot() {
    let server = Server::start(linked(ALL));
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("account");
    std::fs::create_dir(&there).unwrap();
    let snapshot = there.join("snapshot.json");
    check(&server.url, &[&LINKED[..], &["--snapshot", snapshot.to_str().unwrap()]].concat());
    let reader = "arn:aws:iam::222233334444:user/spendeffix";
    let form = "[form]\naccount = \"111122223333\"\nbucket = \"acme-billing\"\nexport-name = \"acme-cur2\"\nexport-path = \"reports\"\n";
    let plain = format!("[[linked]]\naccount = \"222233334444\"\nreader = \"{reader}\"\n");
    for (name, config) in [("beside", plain.clone()), ("with a form", format!("{form}{plain}"))] {
        std::fs::write(there.join("preflight.toml"), config).unwrap();
        let file = folder.path().join(format!("{name}.json"));
        let names = ["222233334444", "111122223333", "acme-billing", "user/spendeffix"];
        bundled("http://127.0.0.1:9", &file, &[there.to_str().unwrap()], &names);
        let before = judged(&there);
        assert_eq!(before.state("discovery.linked").as_deref(), Some("holds"), "{name}: {}", before.out);
        assert_eq!(outline(&judged(&file)), outline(&before), "{name}");
    }
}

/// The account's own documents are files, and what is told of a linked one stands in the configuration.
#[test]
fn linked_accounts_with_files_are_bundled_with_a_snapshot_of_the_payer() {
    let server = Server::start(linked(ALL));
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("account");
    std::fs::create_dir(&there).unwrap();
    check(&server.url, &["--snapshot", there.join("snapshot.json").to_str().unwrap()]);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"}]}"#;
    std::fs::write(there.join("discover.json"), policy).unwrap();
    std::fs::write(there.join("scp.json"), ALL).unwrap();
    std::fs::write(
        there.join("preflight.toml"),
        "[[linked]]\naccount = \"222233334444\"\ndiscovery-policy = \"discover.json\"\nscps = [[\"scp.json\"]]\n",
    )
    .unwrap();
    // A configuration that names documents names all of a folder, so that the snapshot is named, too.
    let snapshot = there.join("snapshot.json");
    let before = judged_all(&[&there, &snapshot]);
    assert!(before.out.contains("discovery.linked"), "{}", before.out);
    let file = folder.path().join("b.json");
    let paths = [there.to_str().unwrap(), snapshot.to_str().unwrap()];
    bundled("http://127.0.0.1:9", &file, &paths, &["222233334444"]);
    assert_eq!(outline(&judged(&file)), outline(&before));
}
