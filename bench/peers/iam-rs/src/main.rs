//! The questions of a file put to the crate iam-rs: `peer-iam-rs FILE ROUNDS` prints one JSON object.

use iam_rs::{Arn, Context, ContextValue, Decision, IAMPolicy, IAMRequest, PolicyEvaluator, Principal, PrincipalId};
use serde_json::{Value, json};
use std::time::Instant;

/// The crate wants flags and numbers as such.
fn value(value: &Value) -> ContextValue {
    match value {
        Value::Array(list) => {
            ContextValue::StringList(list.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
        }
        value => match value.as_str().unwrap_or_default() {
            "true" => ContextValue::Boolean(true),
            "false" => ContextValue::Boolean(false),
            text => ContextValue::String(text.to_owned()),
        },
    }
}

fn main() {
    let mut args = std::env::args().skip(1);
    let (file, rounds) = (args.next().unwrap(), args.next().unwrap().parse::<usize>().unwrap());
    let text = std::fs::read_to_string(file).unwrap();
    let start = Instant::now();
    let questions: Vec<(Option<PolicyEvaluator>, Option<IAMRequest>)> = text
        .lines()
        .map(|line| {
            let question: Value = serde_json::from_str(line).unwrap();
            let policies: Result<Vec<IAMPolicy>, _> = serde_json::from_value(question["identity_policies"].clone());
            let request = &question["request"];
            let mut context = Context::new();
            for (key, given) in request["context"].as_object().unwrap() {
                context.insert(key.clone(), value(given));
            }
            let principal = PrincipalId::String(request["principal"].as_str().unwrap().to_owned());
            let resource = Arn::parse(request["resource"].as_str().unwrap()).ok();
            let request = resource.map(|resource| {
                let action = request["action"].as_str().unwrap();
                IAMRequest::new_with_context(Principal::Aws(principal), action, resource, context)
            });
            (policies.ok().map(PolicyEvaluator::with_policies), request)
        })
        .collect();
    let prepare = start.elapsed().as_secs_f64();
    let decide = |(evaluator, request): &(Option<PolicyEvaluator>, Option<IAMRequest>)| {
        let (Some(evaluator), Some(request)) = (evaluator, request) else { return None };
        evaluator.evaluate(request).ok().map(|result| result.decision == Decision::Allow)
    };
    let answers: Vec<Option<bool>> = questions.iter().map(decide).collect();
    let mut best = f64::MAX;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..rounds {
            for question in &questions {
                std::hint::black_box(decide(question));
            }
        }
        best = best.min(start.elapsed().as_secs_f64() / rounds as f64);
    }
    println!("{}", json!({ "questions": questions.len(), "prepare": prepare, "seconds": best, "answers": answers }));
}
