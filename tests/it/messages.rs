//! `triage`: messages as they reach support, in the wording of many clients, each with what it tells and can come from.
//!
//! `fixtures/messages/*.toml` were written from what AWS and the clients document before the program was run on them.

use std::fmt::Write as _;

/// A file of cases.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One text or several, of which one fits; `*` at the end is any text.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Wanted {
    One(String),
    Any(Vec<String>),
}

impl Wanted {
    fn fits(&self, text: &str) -> bool {
        let one = |wanted: &String| match wanted.strip_suffix('*') {
            Some(start) => text.starts_with(start),
            None => wanted == text,
        };
        match self {
            Wanted::One(wanted) => one(wanted),
            Wanted::Any(list) => list.iter().any(one),
        }
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    text: String,
    /// `{pad}` of the text is letters up to this length.
    pad: Option<usize>,
    #[serde(default = "one")]
    messages: usize,
    #[serde(default)]
    unknown: bool,
    #[serde(default)]
    facts: std::collections::BTreeMap<String, String>,
    first: Option<Wanted>,
    certainty: Option<String>,
    class: Option<String>,
    /// Other causes that must be among them.
    #[serde(default)]
    also: Vec<String>,
    /// Causes that must not be.
    #[serde(default)]
    never: Vec<String>,
    /// How the command to ask for first begins.
    ask: Option<String>,
}

fn one() -> usize {
    1
}

fn text_of(case: &Case) -> String {
    let Some(length) = case.pad else { return case.text.clone() };
    let rest = case.text.chars().count() - "{pad}".len();
    case.text.replace("{pad}", &"abcdefghij".repeat(40)[..length - rest])
}

fn answer(text: &str) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("message.txt");
    std::fs::write(&file, text).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_preflight"))
        .env_clear()
        .args(["triage", "--format", "json", "--now", "2026-11-23T12:00:00Z"])
        .arg(&file)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn fact(message: &serde_json::Value, name: &str) -> String {
    let facts = &message["facts"];
    let named = match name {
        "is-cut" => &facts["cut"],
        name if facts[name].is_null() => &facts["more"][name],
        name => &facts[name],
    };
    match named {
        serde_json::Value::Null | serde_json::Value::Bool(false) if name != "explicit" => String::new(),
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn compare(case: &Case, answer: &serde_json::Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let messages = answer["messages"].as_array().unwrap();
    if messages.len() != case.messages {
        wrong.push(format!("{} messages, not {}", messages.len(), case.messages));
    }
    let Some(message) = messages.first() else { return wrong };
    if message["known"] == case.unknown {
        wrong.push(format!("known is {}", message["known"]));
    }
    for (name, wanted) in &case.facts {
        let is = fact(message, name);
        if is != *wanted {
            wrong.push(format!("`{name}` is `{is}`, not `{wanted}`"));
        }
    }
    let causes = message["causes"].as_array().unwrap();
    let rules: Vec<&str> = causes.iter().map(|cause| cause["rule"].as_str().unwrap()).collect();
    let first = rules.first().copied().unwrap_or_default();
    if case.first.as_ref().is_some_and(|wanted| !wanted.fits(first)) {
        wrong.push(format!("the first cause is `{first}` of {rules:?}"));
    }
    let of_first = |name: &str| causes.first().and_then(|cause| cause[name].as_str()).unwrap_or_default();
    for (name, wanted) in [("certainty", &case.certainty), ("class", &case.class)] {
        if wanted.as_ref().is_some_and(|wanted| *wanted != of_first(name)) {
            wrong.push(format!("its {name} is `{}`", of_first(name)));
        }
    }
    for rule in case.also.iter().filter(|rule| !rules.contains(&rule.as_str())) {
        wrong.push(format!("`{rule}` is not among {rules:?}"));
    }
    for rule in case.never.iter().filter(|rule| rules.contains(&rule.as_str())) {
        wrong.push(format!("`{rule}` is among {rules:?}"));
    }
    let asked = message["ask"][0]["command"].as_str().unwrap_or_default();
    if case.ask.as_ref().is_some_and(|wanted| !asked.starts_with(wanted.as_str())) {
        wrong.push(format!("asks for `{asked}`"));
    }
    wrong
}

#[test]
fn messages_in_the_wording_of_many_clients_tell_what_they_say() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/messages");
    let mut wrong = String::new();
    let mut count = 0;
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|end| end == "toml")) {
        let cases: File = toml::from_str(&std::fs::read_to_string(file).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for case in &cases.case {
            count += 1;
            for each in compare(case, &answer(&text_of(case))) {
                let _ = writeln!(wrong, "{}: {each}", case.name);
            }
        }
    }
    assert!(count > 100, "{count} cases");
    assert!(wrong.is_empty(), "\n{wrong}");
}
