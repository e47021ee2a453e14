//! Faults: each call that the collector makes, broken in each way; credentials that end, and users that stop, at each moment.
//!
//! Which calls there are is read from the collector's source. An answer may never be another one than without the fault: it
//! is the same, or not known with the call named.

use super::run::{ACCOUNT, Said, check, preflight, run};
use super::server::{Server, error, healthy};
use super::stages::{Stage, calls, stages};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The state of each demand, by its name.
fn states(said: &Said) -> BTreeMap<String, String> {
    let report = said.report();
    let demands = report["consumers"][0]["demands"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    demands.iter().map(|demand| (text(&demand["id"]), text(&demand["state"]))).collect()
}

/// The exit code that the documentation gives to a report.
fn code(report: &Value) -> i32 {
    let is_error = |finding: &Value| finding["severity"] == "error";
    let reached = report["findings"].as_array().unwrap().iter().any(is_error);
    match report["verdict"].as_str().unwrap() {
        "not-ready" => 1,
        _ if reached => 1,
        "cannot-tell" => 3,
        _ => 0,
    }
}

/// What is wrong with what a run said, given what it says without the fault. A demand that was not asked without the fault
/// was not broken.
fn faults_of(said: &Said, right: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    let report = said.report();
    for (id, state) in states(said) {
        let healthy = right.get(&id).map_or("holds", String::as_str);
        if state != "unknown" && state != healthy {
            wrong.push(format!("{id} is {state}, and {healthy} without the fault"));
        }
    }
    if said.code != code(&report) {
        wrong.push(format!("exit code {} for {}", said.code, report["verdict"]));
    }
    if said.out.contains('\u{1b}') || said.err.contains('\u{1b}') {
        wrong.push("a control character".to_owned());
    }
    // What is not known is told with what would tell.
    for entry in report["unknown"].as_array().unwrap() {
        if entry["fact"].as_str().is_none_or(str::is_empty)
            && entry["reason"].as_str().is_none_or(str::is_empty)
        {
            wrong.push(format!("not known, and not why: {entry}"));
        }
    }
    wrong
}

/// A fault by its name.
type Fault = (&'static str, fn(&str) -> Value);

const FAULTS: [Fault; 5] = [
    ("denied", |call| {
        let json = !["s3", "iam", "sts"].contains(&call.split(':').next().unwrap());
        let (status, code) = if json { (400, "AccessDeniedException") } else { (403, "AccessDenied") };
        error(call, status, code, "User: x is not authorized to perform: y")
    }),
    ("throttled", |call| match call.split(':').next().unwrap() {
        "s3" => error(call, 503, "SlowDown", "Please reduce your request rate."),
        "iam" | "sts" => error(call, 400, "Throttling", "Rate exceeded"),
        _ => error(call, 400, "ThrottlingException", "Rate exceeded"),
    }),
    ("silent", |_| json!({ "status": 200, "body": "", "wait": 60_000 })),
    ("garbage", |_| json!({ "status": 200, "type": "application/json", "body": "<<<{{{ \u{1b}[31m" })),
    ("cut", |_| json!({ "status": 200, "type": "application/xml", "body": "{\"a\":", "cut": true })),
];

/// Words that say why, in the reason of what was not read.
fn word(fault: &str) -> &'static [&'static str] {
    match fault {
        "denied" => &["may not call", "AccessDenied"],
        "throttled" => &["SlowDown", "Throttling"],
        "silent" => &["timeout"],
        // What was read of a HEAD is its status alone.
        _ => &["unreadable", "no-connection", "200"],
    }
}

#[test]
fn each_fault_of_each_call_gives_a_right_answer_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let stages = stages(folder.path());
    let mut missing = calls();
    assert!(missing.len() > 40, "{missing:?}");
    let mut work = Vec::new();
    let mut rights = Vec::new();
    let mut seen = BTreeSet::new();
    for stage in &stages {
        let server = Server::start(stage.scenario.clone());
        let said = stage.run(&server, &[]);
        let right = states(&said);
        let is_fine = stage.name != "everything" || said.verdict() == "ready";
        assert!(is_fine && right.len() > 8, "{}: {}", stage.name, said.out);
        let made: BTreeSet<String> = server.calls().into_iter().collect();
        for call in &made {
            // One stage is enough, but the reader's own calls are judged otherwise.
            missing.remove(call);
            if seen.insert((stage.as_reader, call.clone())) {
                work.extend(FAULTS.iter().map(|fault| (stage, rights.len(), call.clone(), fault)));
            }
        }
        rights.push((right, server.calls()));
    }
    assert!(missing.is_empty(), "no stage makes {missing:?}");
    let (wrong, next) = (Mutex::new(Vec::new()), Mutex::new(work.iter()));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some((stage, right, call, fault)) = next.lock().unwrap().next() else { return };
                    let (right, made) = &rights[*right];
                    let without = made.iter().filter(|other| *other == call).count();
                    let found = one(stage, (right, without), call, fault);
                    let told =
                        found.into_iter().map(|what| format!("{}, {call} {}: {what}", stage.name, fault.0));
                    wrong.lock().unwrap().extend(told);
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    assert!(wrong.is_empty(), "{} of {} runs:\n{}", wrong.len(), work.len(), wrong.join("\n"));
}

fn one(
    stage: &Stage,
    (right, without): (&BTreeMap<String, String>, usize),
    call: &str,
    (fault, make): &Fault,
) -> Vec<String> {
    let mut scenario = stage.scenario.clone();
    scenario.retain(|key, _| key.split(' ').next() != Some(call));
    scenario.insert(call.to_owned(), make(call));
    let server = Server::start(scenario);
    let timeout = if *fault == "silent" { "1" } else { "20" };
    let said = stage.run(&server, &["--timeout", timeout, "--deadline", "60"]);
    // Without a caller nothing can be asked.
    if call == "sts:GetCallerIdentity" && !stage.as_reader {
        let is_told = said.code == 2 && word(fault).iter().any(|word| said.err.contains(word))
            || *fault == "denied" && said.err.contains("AccessDenied");
        return if is_told { Vec::new() } else { vec![format!("code {}: {}", said.code, said.err)] };
    }
    let mut wrong = Vec::new();
    let is_refusal = *fault == "denied" && stage.as_reader && call != "sts:GetCallerIdentity";
    if is_refusal {
        // What AWS refuses the reader is a no to what the product needs it for; in this mode it never asks for the Region.
        let is_needed = call != "s3:GetBucketLocation";
        let broken = states(&said)
            .into_iter()
            .filter(|(id, state)| state == "broken" && right.get(id).is_none_or(|right| right != "broken"))
            .count();
        let is_told = said.out.contains("prediction-failed") || said.out.contains("reader-call-refused");
        if broken != usize::from(is_needed) || is_told != is_needed {
            wrong.push(format!("{broken} demands broken after a refusal: {}", said.out));
        }
    } else {
        wrong.extend(faults_of(&said, right));
    }
    // The reader's own calls are told where they decide.
    let told = said.report()["not_evaluated"].to_string();
    let operation = call.split(':').nth(1).unwrap().to_lowercase();
    let plain = told.replace(['-', ' '], "").to_lowercase();
    if !stage.as_reader && !plain.contains(&operation) {
        wrong.push(format!("the call is not named: {told}"));
    }
    if !stage.as_reader && !word(fault).iter().any(|word| told.contains(word)) {
        wrong.push(format!("the reason is not told: {told}"));
    }
    // A refusal is not asked for again and again.
    let times = server.calls().iter().filter(|made| *made == call).count();
    if *fault == "denied" && times > without.max(1) + 1 {
        wrong.push(format!("asked {times} times, and {without} times without the fault"));
    }
    wrong
}

#[test]
fn credentials_that_end_at_any_moment_leave_what_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let stages = stages(folder.path());
    let stage = stages.iter().find(|stage| stage.name == "everything").unwrap();
    let server = Server::start(stage.scenario.clone());
    let right = states(&stage.run(&server, &[]));
    let count = server.calls().len();
    let (wrong, next) = (Mutex::new(Vec::new()), Mutex::new((1..count).step_by(4)));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                loop {
                    let Some(after) = next.lock().unwrap().next() else { return };
                    let server = Server::until(stage.scenario.clone(), after, |call| {
                        let is_json = !["s3", "iam", "sts"].contains(&call.split(':').next().unwrap());
                        let code = if is_json { "ExpiredTokenException" } else { "ExpiredToken" };
                        error(
                            call,
                            if is_json { 400 } else { 403 },
                            code,
                            "The security token included in the request is expired",
                        )
                    });
                    let said = stage.run(&server, &[]);
                    let mut found = faults_of(&said, &right);
                    let told = said.report()["not_evaluated"].to_string();
                    if !told.contains("ExpiredToken") || told.contains("may not call") {
                        found.push(format!("not told: {told}"));
                    }
                    wrong
                        .lock()
                        .unwrap()
                        .extend(found.into_iter().map(|what| format!("after {after} calls: {what}")));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[cfg(unix)]
#[test]
fn a_user_who_stops_at_any_moment_keeps_what_was_read() {
    let all = Server::start(healthy());
    let right = states(&check(&all.url, &[]));
    for after in [0, 1, 2, 5, 9, 14, 20, 26] {
        let hangs = |_: &str| json!({ "status": 200, "body": "", "wait": 60_000 });
        for command in ["collect", "check"] {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("s.json");
            let server = Server::until(healthy(), after, hangs);
            let mut program = preflight(&server.url);
            let keep = if command == "collect" { "-o" } else { "--snapshot" };
            program.args([command, "--timeout", "30", keep]).arg(&file).args(ACCOUNT);
            if command == "check" {
                program.args([
                    "--live",
                    "--as-reader",
                    "-",
                    "--format",
                    "json",
                    "--now",
                    "2026-11-23T12:00:00Z",
                ]);
            }
            let started = program.start();
            let begun = Instant::now();
            while server.calls().len() <= after && begun.elapsed() < Duration::from_secs(30) {
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(150));
            let id = started.id().to_string();
            assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
            let said = started.end();
            let calls = server.calls();
            assert_eq!(said.code, 3, "{command} after {after}: {} {}", said.err, said.out);
            assert!(said.err.contains("stopped by the user"), "{command} after {after}: {}", said.err);
            // Nothing is asked behind the stop, as the reader either.
            assert!(!calls.iter().any(|call| call.starts_with("s3:HeadObject")), "{calls:?}");
            let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            assert!(snapshot["cut-short"].as_str().unwrap().contains("by the user"));
            let said = if command == "check" {
                said
            } else {
                let mut mailed = preflight("http://127.0.0.1:9");
                mailed.args(["check", "--format", "json", "--now", "2026-11-23T12:00:00Z"]).arg(&file);
                run(mailed)
            };
            assert_eq!(
                faults_of(&said, &right),
                Vec::<String>::new(),
                "{command} after {after}: {}",
                said.out
            );
            assert_eq!(said.verdict(), "cannot-tell", "{command} after {after}");
        }
    }
}
