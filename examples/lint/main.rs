//! Runs `preflight lint` over files of cases, one JSON object a line, and prints where the two disagree.
//!
//! `cargo run --example lint -- FILE.jsonl…`. A case has `id`, `policy` and `policy_type`, and either `valid` (whether AWS takes
//! the document: every error is then a disagreement, and for a refused one that there is none), or `parliament_findings`
//! (names that must be among the aliases of what is found). Disagreements with a reason in `reasons.toml` are told apart.

use preflight::checks::lint::PolicyKind;
use preflight::evidence::LoosePolicies;
use preflight::finding::{Finding, Severity};
use preflight::judge::{Library, LintJob, lint};
use preflight::load;
use preflight::source::Sources;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let library = match Library::embedded() {
        Ok(library) => library,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(2);
        }
    };
    let reasons: BTreeMap<String, String> = toml::from_str(include_str!("reasons.toml")).unwrap_or_default();
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: cargo run --example lint -- FILE.jsonl…");
        return ExitCode::from(2);
    }
    let mut unexplained = 0;
    for file in files {
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                eprintln!("{file}: {error}");
                return ExitCode::from(2);
            }
        };
        let (mut agree, mut explained, mut disagree) = (0, 0, 0);
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let Ok(case) = serde_json::from_str::<Value>(line) else {
                println!("not a case: {line}");
                disagree += 1;
                continue;
            };
            let id = case.get("id").and_then(Value::as_str).unwrap_or("?");
            match difference(&library, &case) {
                None => agree += 1,
                Some(difference) => match reasons.get(id) {
                    Some(reason) => {
                        explained += 1;
                        println!("{id}: {difference}\n  because {reason}");
                    }
                    None => {
                        disagree += 1;
                        println!("{id}: {difference}");
                    }
                },
            }
        }
        println!("{file}: {agree} agree, {} disagree ({explained} with a reason)", disagree + explained);
        unexplained += disagree;
    }
    if unexplained == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn findings(library: &Library, case: &Value) -> Vec<Finding> {
    let text = match case.get("policy") {
        Some(Value::String(text)) => text.clone(),
        Some(policy) => policy.to_string(),
        None => String::new(),
    };
    let mut sources = Sources::new();
    let mut found = LoosePolicies::default();
    load::add_loose(&mut sources, "policy", &text, &mut found);
    let kind = case.get("policy_type").and_then(Value::as_str).and_then(PolicyKind::of);
    lint(library, &LintJob { sources: &sources, found: &found, kind, pedantic: true, only: &[] }).findings
}

fn difference(library: &Library, case: &Value) -> Option<String> {
    let findings = findings(library, case);
    let told = |finding: &Finding| format!("{} ({})", finding.rule, finding.headline);
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if let Some(valid) = case.get("valid").and_then(Value::as_bool) {
        return match (valid, errors.first()) {
            (true, Some(error)) => Some(format!("AWS takes it, here an error: {}", told(error))),
            (false, None) => {
                let others: Vec<String> = findings.iter().map(told).collect();
                Some(format!("AWS refuses it, here no error: {}", others.join(", ")))
            }
            (true, None) | (false, Some(_)) => None,
        };
    }
    let wanted = case.get("parliament_findings")?.as_array()?;
    let missing: Vec<&str> = wanted
        .iter()
        .filter_map(Value::as_str)
        .filter(|code| !findings.iter().any(|finding| finding.aliases.iter().any(|alias| alias == code)))
        .collect();
    (!missing.is_empty()).then(|| format!("not found: {}", missing.join(", ")))
}
