//! `docs/schema/config.v1.json` and the tables of `docs/config.md`.

use super::words::words;
use super::{code_words, part, whole};
use crate::common::accounts;
use preflight::config::{self, DOCUMENT_LISTS};
use preflight::contract::{FORM_CHOICES, FORM_NAMES};
use preflight::evidence::DocumentKind;
use preflight::source::Sources;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const ACCOUNT: &str = "^[0-9]{12}$";

const SUPPRESS: [&str; 6] = ["rule", "document", "sid", "pointer", "reason", "expires"];
const SEVERITY: [&str; 3] = ["document", "rule", "severity"];

fn answers() -> Vec<&'static str> {
    DocumentKind::answers().collect()
}

fn schema() -> Value {
    let mut form = serde_json::Map::new();
    for name in FORM_NAMES {
        let mut value = json!({ "description": words(name), "type": "string" });
        if let Some((_, choices)) = FORM_CHOICES.iter().find(|(known, _)| *known == name) {
            value["enum"] = json!(choices);
        }
        if ["account", "bucket-account", "management-account"].contains(&name) {
            value["pattern"] = json!(ACCOUNT);
        }
        form.insert(name.to_owned(), value);
    }
    form.insert("connected-accounts".to_owned(), one_or_many(&words("connected-accounts")));
    let mut documents = serde_json::Map::new();
    for name in DOCUMENT_LISTS {
        documents.insert(name.to_owned(), one_or_many(&words(name)));
    }
    for name in answers() {
        let words = format!("What `{name}` of the AWS CLI answered");
        documents.insert(name.to_owned(), one_or_many(&words));
    }
    for name in ["scps", "rcps"] {
        let levels =
            json!({ "description": words(name), "type": "array", "items": { "$ref": "#/$defs/texts" } });
        documents.insert(name.to_owned(), levels);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "preflight.toml",
        "description": "What is typed into the connection form of a product, and which document is what.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "consumer": one_or_many(&words("consumer")),
            "form": { "description": "The values of the connection form.", "type": "object", "additionalProperties": false, "properties": form },
            "documents": {
                "description": "Which file is what; paths are relative to this file. Without it, files of the folder are recognised by content.",
                "type": "object", "additionalProperties": false, "properties": documents
            },
            "linked": {
                "description": "Linked accounts that are connected to the product.",
                "type": "array",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["account"],
                    "properties": {
                        "account": { "description": words("linked.account"), "type": "string" },
                        "reader": { "description": words("linked.reader"), "type": "string" },
                        "discovery-policy": one_or_many(&words("linked.discovery-policy")),
                        "boundary": one_or_many(&words("linked.boundary")),
                        "scps": { "description": words("scps"), "type": "array", "items": { "$ref": "#/$defs/texts" } },
                        "rcps": { "description": words("rcps"), "type": "array", "items": { "$ref": "#/$defs/texts" } }
                    }
                }
            },
            "suppress": {
                "description": "Findings not to be heard of.",
                "type": "array",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["rule", "document", "reason"],
                    "properties": {
                        "rule": text("suppress.rule"),
                        "document": text("suppress.document"),
                        "sid": { "description": words("suppress.sid"), "type": "string" },
                        "pointer": { "description": words("suppress.pointer"), "type": "string", "pattern": "^(/.*)?$" },
                        "reason": text("suppress.reason"),
                        "expires": { "description": words("suppress.expires"), "type": ["string", "object"] }
                    }
                }
            },
            "severity": {
                "description": "Findings to be taken as more or less severe.",
                "type": "array",
                "items": {
                    "type": "object", "additionalProperties": false, "required": ["document", "severity"],
                    "properties": {
                        "document": text("severity.document"),
                        "rule": { "description": words("severity.rule"), "type": "string" },
                        "severity": { "description": words("severity.severity"), "enum": ["error", "warning", "note"] }
                    }
                }
            }
        },
        "$defs": { "texts": { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] } }
    })
}

/// A text that says something.
fn text(key: &str) -> Value {
    json!({ "description": words(key), "type": "string", "pattern": "\\S" })
}

fn one_or_many(words: &str) -> Value {
    json!({ "description": words, "$ref": "#/$defs/texts" })
}

#[test]
fn the_schema_of_preflight_toml_is_up_to_date() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    whole("docs/schema/config.v1.json", &text);
}

#[test]
fn the_tables_of_keys_are_up_to_date() {
    let mut form = String::from("| key | meaning |\n|---|---|\n");
    for name in FORM_NAMES.into_iter().chain(["connected-accounts"]) {
        let _ = writeln!(form, "| `{name}` | {} |", words(name));
    }
    part("docs/config.md", "form", &form);
    let mut documents = String::from("| key | meaning |\n|---|---|\n");
    for name in DOCUMENT_LISTS.into_iter().chain(["scps", "rcps"]) {
        let _ = writeln!(documents, "| `{name}` | {} |", words(name));
    }
    let commands: Vec<String> = answers().into_iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(documents, "| {} | What this command of the AWS CLI answered |", commands.join(", "));
    part("docs/config.md", "documents", &documents);
    let mut linked = String::from("| key | meaning |\n|---|---|\n");
    for name in ["account", "reader", "discovery-policy", "boundary", "scps", "rcps"] {
        let _ = writeln!(linked, "| `{name}` | {} |", words(&format!("linked.{name}")));
    }
    part("docs/config.md", "linked", &linked);
    for (table, keys) in [("suppress", &SUPPRESS[..]), ("severity", &SEVERITY[..])] {
        let mut out = String::from("| key | meaning |\n|---|---|\n");
        for name in keys {
            let _ = writeln!(out, "| `{name}` | {} |", words(&format!("{table}.{name}")));
        }
        part("docs/config.md", table, &out);
    }
}

/// What a table knows, as the program says when it meets a key that it does not know.
fn known(table: &str) -> BTreeSet<String> {
    let text = format!("{table}\nnot-a-key = \"x\"\n");
    let mut sources = Sources::new();
    let source = sources.add("preflight.toml", text.as_str());
    let fault = config::read(&text, source).unwrap_err();
    let known =
        fault.message.split_once("known are").unwrap_or_else(|| panic!("{}", fault.message)).1.to_owned();
    code_words(&known).into_iter().map(|word| word.trim_matches(['[', ']']).to_owned()).collect()
}

#[test]
fn the_schema_knows_the_keys_that_the_program_knows() {
    let schema = schema();
    for (table, place) in [
        ("", "/properties"),
        ("[form]", "/properties/form/properties"),
        ("[documents]", "/properties/documents/properties"),
        ("[[linked]]\naccount = \"111122223333\"", "/properties/linked/items/properties"),
        ("[[suppress]]", "/properties/suppress/items/properties"),
        ("[[severity]]", "/properties/severity/items/properties"),
    ] {
        let keys: BTreeSet<String> =
            schema.pointer(place).unwrap().as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, known(table), "{place}");
    }
}

#[test]
fn schema_and_program_take_and_refuse_the_same_files() {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    let takes = |text: &str| {
        let value: toml::Value = toml::from_str(text).unwrap();
        validator.is_valid(&serde_json::to_value(value).unwrap())
    };
    let mut read = 0;
    for account in accounts() {
        let file = account.folder.join("preflight.toml");
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        // What a form can hold is wider than what it should: those accounts are about just that.
        let odd = account.expect.findings.iter().any(|finding| finding.starts_with("form:"));
        assert!(takes(&text) || odd, "{} is not what the schema says", account.name);
        read += 1;
    }
    assert!(read > 100, "only {read} files were read");
    for text in [
        "consumers = \"x\"",
        "consumer = 1",
        "form = 1",
        "[form]\naccount = 111122223333",
        "[form]\nbuket = \"x\"",
        "[documents]\nscps = \"a.json\"",
        "[documents]\nbucket-policy = 1",
        "[linked]\naccount = \"111122223333\"",
        "[[linked]]\nreader = \"x\"",
        "[[linked]]\naccount = \"111122223333\"\npolicy = \"x\"",
        "[suppress]\nrule = \"x\"",
        "[[suppress]]\nrule = \"x\"\ndocument = \"a.json\"",
        "[[suppress]]\nrule = \"x\"\ndocument = \"a.json\"\nreason = \" \"",
        "[[suppress]]\nrule = \"x\"\ndocument = \"a.json\"\nreason = \"r\"\npointer = \"Statement\"",
        "[[suppress]]\nrule = \"x\"\ndocument = \"a.json\"\nreason = \"r\"\nexpires = 1",
        "[[severity]]\ndocument = \"*\"\nseverity = \"fatal\"",
        "[[severity]]\nseverity = \"note\"",
    ] {
        let mut sources = Sources::new();
        let source = sources.add("preflight.toml", text);
        assert!(config::read(text, source).is_err(), "the program takes {text}");
        assert!(!takes(text), "the schema takes {text}");
    }
}
