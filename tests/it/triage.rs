//! `triage`: messages and causes of `rules/messages`, each with its own examples.

use preflight::judge::Library;
use preflight::triage::{Book, facts};
use std::fmt::Write as _;

#[test]
fn every_message_tells_what_its_examples_say() {
    let book = Book::embedded().unwrap();
    let mut wrong = String::new();
    for (id, test) in book.tests() {
        let found = facts(&book, &test.text);
        let [(is_known, facts)] = found.as_slice() else {
            let _ = writeln!(wrong, "{id}: {} messages in `{}`: {found:?}", found.len(), test.text);
            continue;
        };
        if !is_known {
            let _ = writeln!(wrong, "{id}: not recognised: `{}`", test.text);
        }
        for (name, wanted) in &test.facts {
            let is = facts.get(name).unwrap_or_default();
            if is != wanted {
                let _ = writeln!(wrong, "{id}: `{name}` is `{is}`, not `{wanted}`, in `{}`", test.text);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let untested: Vec<&str> = book.untested().collect();
    assert_eq!(untested, Vec::<&str>::new(), "messages without an example");
}

#[test]
fn nothing_is_named_that_there_is_not() {
    let book = Book::embedded().unwrap();
    let library = Library::embedded().unwrap();
    let fits = |pattern: &str, name: &str| match pattern.split_once('*') {
        Some((start, end)) => name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    };
    let rules: Vec<String> = library.book().iter().map(|rule| rule.name.0.clone()).collect();
    let demands: Vec<String> = library
        .contracts()
        .flat_map(|contract| contract.demands.iter().map(|demand| demand.id.clone()))
        .collect();
    let wrong = book.dangling(
        |rule| rules.iter().any(|name| fits(rule, name)),
        |demand| demands.iter().any(|name| fits(demand, name)),
    );
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is expected of a folder of `fixtures/denials`.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Expected {
    #[serde(rename = "why")]
    _why: String,
    #[serde(default)]
    evidence: Vec<String>,
    #[serde(default)]
    flags: Vec<String>,
    symptom: Option<String>,
    first: String,
    standing: Option<String>,
    certainty: Option<String>,
    #[serde(default)]
    ruled_out: Vec<String>,
    ask: Option<String>,
    /// How many messages the input holds, where that is what counts.
    messages: Option<usize>,
    /// How the commands to ask for begin, wherever they stand among them.
    #[serde(default)]
    asks: Vec<String>,
    #[serde(default)]
    facts: toml::Table,
}

#[test]
fn every_denial_is_answered_as_reviewed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/schema/triage.v1.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut folders: Vec<_> = std::fs::read_dir(root.join("denials"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() > 100, "{} cases", folders.len());
    let mut wrong = String::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let expected: Expected =
            toml::from_str(&std::fs::read_to_string(folder.join("expect.toml")).unwrap()).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_preflight"));
        command.current_dir(&root).env_clear().args([
            "triage",
            "--format",
            "json",
            "--now",
            "2026-11-23T12:00:00Z",
        ]);
        match &expected.symptom {
            Some(symptom) => command.args(["--symptom", symptom]),
            None => command.arg(folder.join("message.txt")),
        };
        command.args(&expected.flags);
        for path in &expected.evidence {
            command.args(["--evidence", path]);
        }
        let output = command.output().unwrap();
        let Ok(answer) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
            let _ = writeln!(wrong, "{name}: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        };
        if let Err(error) = validator.validate(&answer) {
            let _ = writeln!(wrong, "{name}: does not fit the schema: {error}");
        }
        let count = answer["messages"].as_array().map_or(0, Vec::len);
        if expected.messages.is_some_and(|wanted| wanted != count) {
            let _ = writeln!(wrong, "{name}: {count} messages");
        }
        compare(&name, &expected, &answer["messages"][0], &mut wrong);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn compare(name: &str, expected: &Expected, message: &serde_json::Value, wrong: &mut String) {
    let first = &message["causes"][0];
    let mut differ = |what: &str, wanted: &str, is: &serde_json::Value| {
        if is.as_str().unwrap_or_default() != wanted {
            let _ = writeln!(wrong, "{name}: {what} is {is}, not `{wanted}`");
        }
    };
    differ("the first cause", &expected.first, &first["rule"]);
    differ("its standing", expected.standing.as_deref().unwrap_or_default(), &first["standing"]);
    differ("its certainty", expected.certainty.as_deref().unwrap_or_default(), &first["certainty"]);
    differ("what to ask for", expected.ask.as_deref().unwrap_or_default(), &message["ask"][0]["command"]);
    for begun in &expected.asks {
        let asks = message["ask"].as_array().unwrap();
        if !asks.iter().any(|ask| ask["command"].as_str().is_some_and(|command| command.starts_with(begun))) {
            let _ = writeln!(wrong, "{name}: nothing to ask for begins with `{begun}`: {asks:?}");
        }
    }
    for rule in &expected.ruled_out {
        let causes = message["causes"].as_array().unwrap();
        if !causes.iter().any(|cause| cause["rule"] == **rule && cause["ruled_out"] == true) {
            let _ = writeln!(wrong, "{name}: `{rule}` is not ruled out");
        }
    }
    for (fact, wanted) in &expected.facts {
        let wanted = serde_json::to_value(wanted).unwrap();
        if message["facts"][fact] != wanted {
            let _ = writeln!(wrong, "{name}: `{fact}` is {}, not {wanted}", message["facts"][fact]);
        }
    }
}

#[test]
fn a_denial_is_never_laid_at_another_layer_than_its_text_says() {
    let layers = [
        ("identity-based policy", "an"),
        ("resource-based policy", "a"),
        ("permissions boundary", "a"),
        ("session policy", "a"),
        ("service control policy", "a"),
        ("resource control policy", "a"),
        ("VPC endpoint policy", "a"),
    ];
    // Each with documents of a reader whom another layer denies or does not allow.
    for account in [
        "a-bucket-policy-that-denies-the-reader",
        "a-boundary-that-leaves-out-s3",
        "a-user-policy-that-denies-the-reader",
    ] {
        for (layer, article) in layers {
            let text = format!(
                "User: arn:aws:iam::111122223333:user/spendeffix is not authorized to perform: s3:GetObject on resource: \
                 \"arn:aws:s3:::acme-billing/reports/acme-cur2/data/BILLING_PERIOD=2026-11/a.csv.gz\" with an explicit deny in \
                 {article} {layer}"
            );
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("message.txt");
            std::fs::write(&file, text).unwrap();
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_preflight"))
                .env_clear()
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(["triage", "--format", "json", "--now", "2026-11-23T12:00:00Z"])
                .arg(&file)
                .arg("--evidence")
                .arg(format!("fixtures/accounts/{account}"))
                .output()
                .unwrap();
            let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            let word = match layer {
                "identity-based policy" => "own-policy",
                "resource-based policy" => "bucket-p",
                "permissions boundary" => "boundary",
                "session policy" => "session",
                "service control policy" => "scp",
                "resource control policy" => "rcp",
                _ => "endpoint",
            };
            for cause in answer["messages"][0]["causes"].as_array().unwrap() {
                let rule = cause["rule"].as_str().unwrap();
                assert!(rule.contains(word), "{account}: {layer} became {rule}");
            }
        }
    }
}
