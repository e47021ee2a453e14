//! Runs that do not come to their end, and what a run costs.

use super::run::{ACCOUNT, Program, preflight, run};
use super::scenarios::CALLS;
use super::server::{Scenario, Server, body, error, with};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// An organization of a thousand accounts, in pages of twenty that are asked for by token.
fn thousand(wait: u64) -> Scenario {
    let mut scenario = with(&[]);
    for at in 0..50_u64 {
        let accounts: Vec<Value> = (0..20)
            .map(|n| {
                let id = format!("{:012}", 200_000_000_000 + at * 20 + n);
                json!({ "Id": id, "Name": format!("account {id}"), "Status": "ACTIVE", "Email": "a@example.com" })
            })
            .collect();
        let next = (at < 49).then(|| format!("t{}", at + 1));
        let body = json!({ "Accounts": accounts, "NextToken": next }).to_string();
        let key = match at {
            0 => "organizations:ListAccounts".to_owned(),
            _ => format!("organizations:ListAccounts \"t{at}\""),
        };
        scenario.insert(
            key,
            json!({ "status": 200, "type": "application/x-amz-json-1.1", "body": body, "wait": wait }),
        );
    }
    scenario
}

fn accounts(file: &Path) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(file) else { return Vec::new() };
    let snapshot: Value = serde_json::from_str(&text).unwrap();
    let calls = snapshot["calls"].as_array().unwrap();
    let list = calls.iter().find(|call| call["call"] == "organizations list-accounts");
    let list = list.and_then(|call| call["output"]["Accounts"].as_array().cloned()).unwrap_or_default();
    list.iter().map(|account| account["Id"].as_str().unwrap().to_owned()).collect()
}

fn pages(server: &Server) -> usize {
    server.calls().iter().filter(|call| *call == "organizations:ListAccounts").count()
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_goes_on_from_what_it_had_written() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let server = Server::start(thousand(150));
    let mut command = preflight(&server.url);
    command.args(["collect", "-o"]).arg(&file).args(ACCOUNT);
    let mut child = command.start();
    let begun = Instant::now();
    while accounts(&file).is_empty() && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(30));
    }
    // SIGKILL: nothing of the program runs any more.
    child.kill();
    child.end();
    let had = accounts(&file).len();
    assert!((20..1000).contains(&had), "{had} accounts had been written");
    let server = Server::start(thousand(1));
    let collect = || {
        let mut command = preflight(&server.url);
        command.args(["collect", "-o"]).arg(&file).args(ACCOUNT);
        run(command)
    };
    let said = collect();
    assert_eq!(said.code, 0, "{}", said.err);
    let all = accounts(&file);
    assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (1000, 1000));
    assert_eq!(pages(&server), 50 - had / 20, "pages that were there are not asked for again");
    // What was refused is asked again (that the reader has no password), and what was under way.
    let others: Vec<String> =
        server.calls().into_iter().filter(|call| !call.ends_with("ListAccounts")).collect();
    assert!(others.len() < 6, "{others:?}");
    assert!(said.err.contains("going on from"), "{}", said.err);
    // What a third run finds is whole, and may be old: it is asked for anew.
    let so_far = server.calls().len();
    assert_eq!(collect().code, 0);
    let asked = server.calls().split_off(so_far);
    assert_eq!(asked.iter().filter(|call| call.ends_with("ListAccounts")).count(), 50, "{asked:?}");
}

#[test]
fn a_token_that_is_no_longer_taken_begins_the_list_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let mut scenario = thousand(1);
    scenario.insert(
        "organizations:ListAccounts \"t7\"".to_owned(),
        error("organizations:ListAccounts", 403, "AccessDeniedException", "no"),
    );
    let collect = |scenario: Scenario| {
        let server = Server::start(scenario);
        let mut command = preflight(&server.url);
        command.args(["collect", "-o"]).arg(&file).args(ACCOUNT);
        (run(command), pages(&server))
    };
    let (said, _) = collect(scenario);
    assert!(said.err.contains("organizations:ListAccounts"), "{}", said.err);
    assert_eq!(accounts(&file).len(), 140, "pages before the refusal are kept");
    let mut scenario = thousand(1);
    scenario.insert(
        "organizations:ListAccounts \"t7\"".to_owned(),
        error("organizations:ListAccounts", 400, "InvalidInputException", "token"),
    );
    let (said, asked) = collect(scenario);
    // The old token, then from the start until the same page.
    assert_eq!((asked, accounts(&file).len()), (9, 140), "{}", said.err);
    let (_, asked) = collect(thousand(1));
    assert_eq!((asked, accounts(&file).len()), (43, 1000));
}

/// What a run took: CPU in milliseconds, memory at its highest in kilobytes.
#[cfg(target_os = "linux")]
fn cost(program: Program) -> (u64, u64) {
    let child = program.start();
    let of = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap_or_default();
    let mut memory = 0;
    // A process that ended is there until it is waited for, with the time that it took.
    let cpu = loop {
        let peak = of("status")
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
        memory = memory.max(peak.unwrap_or(0_u64));
        let stat = of("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        if fields[0] == "Z" {
            let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
            break ticks * 10;
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    child.end();
    (cpu, memory)
}

#[cfg(target_os = "linux")]
#[test]
fn a_live_run_costs_little_beside_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let server = Server::start(with(&[]));
    let live = |url: &str| {
        let mut command = preflight(url);
        command.args(["check", "--live"]).args(ACCOUNT);
        command
    };
    let mut kept = live(&server.url);
    kept.arg("--snapshot").arg(&file);
    run(kept);
    assert_eq!(server.calls().len(), CALLS);
    let mut mailed = preflight("http://127.0.0.1:9");
    mailed.arg("check").arg(&file);
    let (alone, _) = cost(mailed);
    let (cpu, memory) = (0..3).map(|_| cost(live(&server.url))).min().unwrap();
    let many = Server::start(thousand(20));
    let (of_many, memory_of_many) = cost(live(&many.url));
    println!(
        "CPU: {alone} ms from the file, {cpu} ms live, {of_many} ms with 1,000 accounts; memory: {memory} kB, {memory_of_many} kB"
    );
    assert!(cpu.saturating_sub(alone) < 300, "asking took {} ms", cpu.saturating_sub(alone));
    assert!(memory_of_many < memory + 32 * 1024, "{memory} kB, with 1,000 accounts {memory_of_many} kB");
}

#[test]
fn the_readme_tells_how_many_calls_there_are() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(&format!("A healthy account takes {CALLS} calls")), "{CALLS}");
    assert_eq!(body("sts:GetCallerIdentity")["status"], 200);
}
