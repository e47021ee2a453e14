//! Shapes of answers on the wire, `fixtures/live/wire.json`: drop a case there, get a test.

use super::run::check;
use super::server::{Server, body, with};
use serde_json::{Value, json};

fn texts(case: &Value, name: &str) -> Vec<String> {
    let list = case[name].as_array().cloned().unwrap_or_default();
    list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What is sent instead of the healthy answer.
fn answer(case: &Value) -> Value {
    let call = case["call"].as_str().unwrap();
    let healthy = |answer: &Value| if *answer == "healthy" { body(call) } else { answer.clone() };
    if let [from, to] = &*texts(case, "edit") {
        return super::server::replaced(call, from, to);
    }
    match &case["answer"] {
        Value::Array(list) => json!(list.iter().map(healthy).collect::<Vec<_>>()),
        one => healthy(one),
    }
}

fn judge(case: &Value) -> Vec<String> {
    let server = Server::start(with(&[(case["call"].as_str().unwrap(), answer(case))]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("s.json");
    let said = check(&server.url, &["--snapshot", file.to_str().unwrap()]);
    let mut wrong = Vec::new();
    let mut expect = |is_so: bool, what: String| {
        if !is_so {
            wrong.push(what);
        }
    };
    let report = said.report();
    if let Some(verdict) = case["verdict"].as_str() {
        expect(said.verdict() == verdict, format!("the verdict is {}", said.verdict()));
    }
    let told = report["not_evaluated"].to_string();
    let words = texts(case, "told");
    expect(words.is_empty() == (told == "[]"), format!("not read: {told}"));
    for word in words {
        expect(told.contains(&word), format!("`{word}` is not in {told}"));
    }
    let findings = report["findings"].to_string();
    for rule in texts(case, "rules").into_iter().chain(texts(case, "says")) {
        expect(findings.contains(&rule), format!("`{rule}` is not in {findings}"));
    }
    for rule in texts(case, "rules_not") {
        expect(!findings.contains(&rule), format!("`{rule}` is in {findings}"));
    }
    for (demand, state) in case["not_state"].as_object().into_iter().flatten() {
        expect(said.state(demand).as_deref() != state.as_str(), format!("{demand} {state}"));
    }
    if let Some(calls) = case["calls"].as_u64() {
        expect(server.calls().len() as u64 == calls, format!("{} calls", server.calls().len()));
    }
    if let Some(region) = case["region"].as_str() {
        // The bucket is asked in its own region: a request is signed for one.
        let snapshot: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let calls = snapshot["calls"].as_array().unwrap();
        let found = calls.iter().find(|call| call["call"] == "s3api get-bucket-location").unwrap();
        let location = found["output"]["LocationConstraint"].as_str().unwrap_or("us-east-1");
        expect(location == region || location == "EU", format!("in {location}"));
        let signed =
            server.inputs().iter().filter(|input| input.contains(&format!("region={region}"))).count();
        expect(region == "us-east-1" || signed >= 7, format!("{signed} calls in {region}"));
    }
    wrong
}

#[test]
fn every_shape_is_read_as_what_it_is() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/live/wire.json")).unwrap();
    assert!(cases.len() > 15);
    let wrong: Vec<String> = cases
        .iter()
        .flat_map(|case| judge(case).into_iter().map(move |what| format!("{}: {what}", case["name"])))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
