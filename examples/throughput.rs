//! Questions for engines that are timed beside each other, and our own time on them; `bench/run` calls it.
//!
//! `throughput write FILE COUNT SIZE` writes questions: `small` ones as the differential test makes them, `large` ones of ten
//! policies with twenty of its odd statements, or `team` ones of ten policies with twenty statements each as teams write them. They
//! have identity-based policies alone, so that every engine can take them.
//! `throughput run FILE ROUNDS` decides them and prints one JSON object.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a run that cannot go on ends"
)]

mod cases;
#[path = "differential/compare/mod.rs"]
mod compare;
#[path = "throughput/team.rs"]
mod team;

use preflight::eval::{NoTrace, World, decide};
use serde_json::{Value, json};
use std::time::Instant;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args[0].as_str() {
        "write" => {
            let count: usize = args[2].parse().expect("a number");
            let one = |seed| if args[3] == "team" { team::question(seed) } else { question(seed, &args[3]) };
            let lines: Vec<String> = (0..).filter_map(one).take(count).collect();
            std::fs::write(&args[1], lines.join("\n") + "\n").expect("a file to write");
        }
        _ => run(&args[1], args[2].parse().expect("a number")),
    }
}

/// A case with nothing but identity-based policies, whose request is one of the caller's own account.
fn question(seed: u64, size: &str) -> Option<String> {
    let case: Value = serde_json::from_str(&compare::text(seed)).expect("JSON");
    let caller = case["request"]["principal"].as_str()?;
    let user = caller.contains(":user/") || caller.contains(":role/");
    let own = case["ext"]["resource_account"] == json!("111122223333");
    let resource = case["request"]["resource"].as_str()?;
    if !user || !own || !resource.starts_with("arn:aws:s3:::") {
        return None;
    }
    let mut policies = case["identity_policies"].clone();
    if size == "large" {
        // Statements of other seeds, twenty to a policy; those of this one stand in the last.
        let mut others = (seed * 1000..).flat_map(|seed| {
            let case: Value = serde_json::from_str(&compare::text(seed)).expect("JSON");
            let policies = case["identity_policies"].as_array().cloned().unwrap_or_default();
            policies
                .into_iter()
                .flat_map(|policy| policy["Statement"].as_array().cloned().unwrap_or_default())
        });
        let mut own: Vec<Value> = policies
            .as_array()?
            .iter()
            .flat_map(|policy| policy["Statement"].as_array().cloned().unwrap_or_default())
            .collect();
        let ten: Vec<Value> = (0..10)
            .map(|at| {
                let mut statements: Vec<Value> = if at == 9 { std::mem::take(&mut own) } else { Vec::new() };
                // A Deny among two hundred would settle most questions at once.
                while statements.len() < 20 {
                    let mut statement = others.next().expect("there are always more");
                    if statement["Effect"] == json!("Deny") {
                        statement["Effect"] = json!("Allow");
                        statement["Resource"] = json!(format!("arn:aws:s3:::bucket-{at}/*"));
                        statement.as_object_mut().map(|members| members.remove("NotResource"));
                    }
                    statements.push(statement);
                }
                json!({ "Version": "2012-10-17", "Statement": statements })
            })
            .collect();
        policies = json!(ten);
    }
    for policy in policies.as_array_mut()? {
        policy["Version"] = json!("2012-10-17");
    }
    let question = json!({
        "id": format!("seed-{seed}"), "request": case["request"], "identity_policies": policies, "resource_policy": null,
        "boundary": [], "session_policies": [], "scps": [], "rcps": [],
        "ext": { "resource_account": "111122223333" },
    });
    Some(question.to_string())
}

fn run(file: &str, rounds: usize) {
    let text = std::fs::read_to_string(file).expect("a file of questions");
    let start = Instant::now();
    let cases = cases::read(&text);
    let sets: Vec<_> = cases.iter().map(cases::Case::compile).collect();
    let prepared = start.elapsed().as_secs_f64();
    let world = World::new();
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..rounds {
            for (set, case) in sets.iter().zip(&cases) {
                std::hint::black_box(decide(set, &case.request, &world, &mut NoTrace));
            }
        }
        best = best.min(start.elapsed().as_secs_f64() / rounds as f64);
    }
    let answers: Vec<bool> = sets
        .iter()
        .zip(&cases)
        .map(|(set, case)| decide(set, &case.request, &world, &mut NoTrace).is_allowed())
        .collect();
    println!(
        "{}",
        json!({ "questions": cases.len(), "prepare": prepared, "seconds": best, "answers": answers })
    );
}
