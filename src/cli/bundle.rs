//! `preflight bundle`

mod alike;

use super::args::{BundleArgs, CheckArgs};
use super::check::Run;
use super::save::{Staged, can_save};
use super::{Exit, terminal};
use crate::contract::{Ask, Contract, Origin, is_choice};
use crate::evidence::Reading;
use crate::load;
use crate::policy::arn::account_of;
use crate::redact::{Redactor, secrets};
use crate::source::SourceId;
use alike::{Outline, Replaced, replaced};
use serde_json::{Map, Value, json};
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &BundleArgs) -> anyhow::Result<Exit> {
    check_files(args)?;
    let run = Run::prepare(&once(&args.check), None)?;
    let documents = documents(&run)?;
    refuse_bundles(&documents)?;
    refuse_secrets(&documents)?;
    let form = form(&run);
    let (text, documents, redactor, left, apart) = if args.no_redact {
        let text = compose(&form, &documents);
        let apart = Outline::of(&run).apart(&run, &text, &documents);
        (text, documents, None, Vec::new(), apart)
    } else {
        let Replaced { text, documents, redactor, left, apart } = replaced(&run, &form, &documents);
        (text, documents, Some(redactor), left, apart)
    };
    if let Some(difference) = apart.first() {
        anyhow::bail!(
            "nothing was written: the bundle would be judged otherwise than the documents ({difference}); --no-redact leaves names as they are"
        );
    }
    // Both are there before the first is in its place: the one to send, and the one to keep.
    let bundle = Staged::write(&args.output, &text)?;
    let mapping = redactor.as_ref().map(|redactor| Staged::write(&mapping_of(args), &mapping_text(redactor)));
    let mapping = mapping.transpose()?;
    bundle.commit()?;
    let shown = args.output.display();
    terminal::talk(&format!("wrote `{shown}`: {} document(s)", documents.len()));
    if let (Some(redactor), Some(staged)) = (redactor, mapping) {
        let mapping = mapping_of(args);
        staged.commit()?;
        terminal::talk(&summary(&redactor));
        if !left.is_empty() {
            terminal::talk(&format!("left where no document shows them as names: {}", left.join(", ")));
        }
        terminal::talk(&format!(
            "wrote `{}`, which tells what is what: keep it to yourself",
            mapping.display()
        ));
    }
    Ok(Exit::Ready)
}

/// Where to write which name became which.
fn mapping_of(args: &BundleArgs) -> PathBuf {
    args.mapping.clone().unwrap_or_else(|| {
        let mut name = args.output.clone().into_os_string();
        name.push(".mapping.json");
        PathBuf::from(name)
    })
}

/// What is written to whom is asked before anything is read.
fn check_files(args: &BundleArgs) -> anyhow::Result<()> {
    let real = |path: &Path| -> anyhow::Result<PathBuf> {
        let path = can_save(path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = std::fs::canonicalize(folder.unwrap_or(Path::new("."))).unwrap_or_default();
        Ok(folder.join(path.file_name().unwrap_or_default()))
    };
    let bundle = real(&args.output)?;
    if !args.no_redact {
        let mapping = mapping_of(args);
        anyhow::ensure!(
            real(&mapping)? != bundle,
            "nothing was written: `{}` would be the bundle and its mapping, which tells what every name was; name two files",
            mapping.display()
        );
    }
    Ok(())
}

/// The member by which a snapshot is known.
const SNAPSHOT: &str = "\"preflight-snapshot\"";

/// One document of the bundle.
struct Document {
    name: String,
    text: String,
    /// As what it was named, in order; nothing if what is in it tells what it is.
    readings: Vec<Reading>,
    /// Of a listing too long to hold, what is needed of it: its lines are others.
    is_short: bool,
}

/// What the user gave, without the configuration and the command line: those are in the form.
fn documents(run: &Run) -> anyhow::Result<Vec<Document>> {
    // Folders may be named after people. Where two files have one name, the folder tells them apart.
    let short = |name: &str| {
        let last = |name: &str, parts: usize| {
            let all: Vec<&str> = name.split('/').collect();
            all.get(all.len().saturating_sub(parts)..).unwrap_or_default().join("/")
        };
        let same = run.sources.iter().filter(|(_, other)| last(other.name(), 1) == last(name, 1));
        if same.filter(|(_, other)| !other.is_part()).count() > 1 { last(name, 2) } else { last(name, 1) }
    };
    let named = |id: SourceId| {
        let all = run.evidence.readings.iter().filter(|(source, _)| *source == id);
        all.map(|(_, reading)| *reading).filter(is_named).collect()
    };
    run.sources
        .iter()
        .filter(|(_, source)| !source.is_part() && source.name() != "command line")
        .filter(|(_, source)| !source.name().ends_with("preflight.toml"))
        // What tells which name became which stays with the user.
        .filter(|(_, source)| !is_mapping(source.text()))
        .map(|(id, source)| {
            let text = match source.is_excerpt() {
                true => load::short_listing(source.name())?,
                false => source.text().to_owned(),
            };
            Ok(Document {
                name: short(source.name()),
                text,
                readings: named(id),
                is_short: source.is_excerpt(),
            })
        })
        .collect()
}

/// Whether a text is what an earlier bundle wrote beside itself.
fn is_mapping(text: &str) -> bool {
    let is_entry = |entry: &Value| entry.get("became").is_some() && entry.get("kind").is_some();
    text.starts_with('[')
        && text.contains("\"became\"")
        && serde_json::from_str::<Vec<Value>>(text).is_ok_and(|list| list.iter().all(is_entry))
}

/// The arguments with each path once, by whatever name it goes.
fn once(args: &CheckArgs) -> CheckArgs {
    let mut args = args.clone();
    let mut seen = Vec::new();
    args.paths.retain(|path| {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    args
}

/// A bundle says of the documents beside it what they say themselves, under other names: nobody could judge the two.
fn refuse_bundles(documents: &[Document]) -> anyhow::Result<()> {
    let is_bundle = |document: &&Document| {
        let snapshot: Option<Value> = Some(&document.text)
            .filter(|text| text.contains(SNAPSHOT))
            .and_then(|text| serde_json::from_str(text).ok());
        let documents = snapshot.as_ref().and_then(|snapshot| snapshot.get("documents")?.as_array());
        documents.is_some_and(|list| !list.is_empty())
    };
    let bundle = documents.iter().filter(|_| documents.len() > 1).find(is_bundle);
    anyhow::ensure!(
        bundle.is_none(),
        "nothing was written: `{}` is a bundle, and would be bundled with what it was made from; write bundles into another folder",
        bundle.map(|bundle| bundle.name.as_str()).unwrap_or_default()
    );
    Ok(())
}

/// The values that somebody gave.
fn form(run: &Run) -> Vec<(String, String)> {
    let form = &run.config.form;
    let given = form.iter().filter(|(_, value)| matches!(value.origin, Origin::Given(_)));
    let mut values: Vec<(String, String)> =
        given.map(|(name, value)| (name.to_owned(), value.text.clone())).collect();
    values.extend(
        form.connected_accounts.iter().map(|value| ("connected-accounts".to_owned(), value.text.clone())),
    );
    for linked in &form.linked {
        values.push(("linked".to_owned(), linked.account.text.clone()));
        values.extend(linked.reader.iter().map(|reader| ("linked-reader".to_owned(), reader.text.clone())));
    }
    values
}

fn learn(redactor: &mut Redactor, name: &str, value: &str) {
    match name {
        "bucket" => redactor.learn("bucket", value),
        "external-id" => value.split(':').for_each(|part| redactor.learn("external id", part)),
        "reader" => redactor.learn("user", value.rsplit('/').next().unwrap_or(value)),
        _ => {}
    }
}

/// Whom a product calls as stands in its contract, for everybody to read, and answers hang on it.
fn keep(redactor: &mut Redactor, contract: &Contract) {
    let defaults = contract.defaults.iter().map(|default| (&default.name, &default.value));
    let asked = contract.demands.iter().filter_map(|demand| match &demand.ask {
        Ask::Access { of, .. } => Some(of.iter().map(|(name, value)| (name, value))),
        _ => None,
    });
    let all = defaults.chain(asked.flatten()).filter(|(name, _)| *name == "product-principal");
    for (_, arn) in all {
        account_of(arn).into_iter().for_each(|account| redactor.keep(account));
        redactor.keep(arn.rsplit('/').next().unwrap_or(arn));
    }
}

fn redacted(
    redactor: &mut Redactor,
    form: &[(String, String)],
    documents: &[Document],
) -> (Vec<(String, String)>, Vec<Document>) {
    // What is one of a choice names nobody.
    let mut one = |name: &str, value: &str| match name {
        name if is_choice(name) => value.to_owned(),
        "bucket" | "external-id" => redactor.redact_name(value),
        _ => redactor.redact(value),
    };
    let form = form.iter().map(|(name, value)| (name.clone(), one(name, value))).collect();
    let documents = documents
        .iter()
        .map(|document| Document {
            name: redactor.redact(&document.name),
            text: redacted_text(redactor, &document.text),
            readings: document.readings.clone(),
            is_short: document.is_short,
        })
        .collect();
    (form, documents)
}

/// The word by which a snapshot is known stays, though a role may be named like it.
fn redacted_text(redactor: &mut Redactor, text: &str) -> String {
    let parts: Vec<String> = text.split(SNAPSHOT).map(|part| redactor.redact(part)).collect();
    parts.join(SNAPSHOT)
}

fn compose(form: &[(String, String)], documents: &[Document]) -> String {
    let mut values = Map::new();
    let mut linked: std::collections::BTreeMap<&str, Value> = std::collections::BTreeMap::new();
    for (name, value) in form.iter().filter(|(name, _)| !name.starts_with("linked")) {
        if name == "connected-accounts" {
            let list = values.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(Value::String(value.clone()));
            }
        } else {
            values.insert(name.clone(), Value::String(value.clone()));
        }
    }
    for (name, value) in form.iter().filter(|(name, _)| name.starts_with("linked")) {
        let list = linked.entry("linked").or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = list else { continue };
        match (name.as_str(), list.last_mut()) {
            ("linked-reader", Some(last)) => last["reader"] = Value::String(value.clone()),
            _ => list.push(json!({ "account": value })),
        }
    }
    values.extend(linked.into_iter().map(|(name, value)| (name.to_owned(), value)));
    let documents: Vec<Value> = documents
        .iter()
        .map(|document| {
            let mut entry = Map::new();
            entry.insert("name".to_owned(), Value::String(document.name.clone()));
            let mut readings = document.readings.iter().map(written);
            entry.extend(readings.next().unwrap_or_default());
            let further: Vec<Value> = readings.map(Value::Object).collect();
            if !further.is_empty() {
                entry.insert("also".to_owned(), Value::Array(further));
            }
            entry.insert("text".to_owned(), Value::String(document.text.clone()));
            Value::Object(entry)
        })
        .collect();
    let bundle = json!({ "preflight-snapshot": 1, "form": values, "documents": documents, "calls": [] });
    let mut text = serde_json::to_string_pretty(&bundle).unwrap_or_default();
    text.push('\n');
    text
}

/// Whether the user said as what a text is to be read.
fn is_named(reading: &Reading) -> bool {
    match reading {
        Reading::Named(..) | Reading::Answer(_) => true,
        Reading::ByContent | Reading::Listing | Reading::Snapshot => false,
    }
}

/// How a document is to be read, as a snapshot says it.
fn written(reading: &Reading) -> Map<String, Value> {
    let members = match reading {
        Reading::Named(role, level, None) => json!({ "role": role.name(), "level": level }),
        Reading::Named(role, level, Some(linked)) => {
            json!({ "role": role.name(), "level": level, "linked": linked })
        }
        Reading::Answer(command) => json!({ "answer": command }),
        Reading::ByContent | Reading::Listing | Reading::Snapshot => json!({}),
    };
    members.as_object().cloned().unwrap_or_default()
}

/// Secrets are not for a bundle, whatever else is in it. Nothing of them is shown.
fn refuse_secrets(documents: &[Document]) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for document in documents {
        for secret in secrets(&document.text) {
            let line = document.text.get(..secret.at).map_or(0, |before| before.matches('\n').count()) + 1;
            found.push(format!("{}:{line}: {}", document.name, secret.what));
        }
    }
    anyhow::ensure!(
        found.is_empty(),
        "nothing was written: there are secrets among the documents; take them out, and replace them in AWS\n{}",
        found.join("\n")
    );
    Ok(())
}

fn mapping_text(redactor: &Redactor) -> String {
    let list: Vec<Value> = redactor
        .mapping()
        .map(|(kind, name, new)| json!({ "kind": kind, "name": name, "became": new }))
        .collect();
    let mut text = serde_json::to_string_pretty(&Value::Array(list)).unwrap_or_default();
    text.push('\n');
    text
}

fn summary(redactor: &Redactor) -> String {
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for (kind, _, _) in redactor.mapping() {
        *counts.entry(kind).or_default() += 1;
    }
    let parts: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    if parts.is_empty() { "replaced: nothing".to_owned() } else { format!("replaced: {}", parts.join(", ")) }
}

/// From the keys that the standard library draws for its hash tables.
pub(super) fn salt() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
