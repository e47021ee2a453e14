//! A table of questions with the answers that are expected: tests that a team keeps beside its policies.

use super::args::{SimulateArgs, SimulateFormat};
use super::documents::{Files, Loaded};
use super::{Asked, exit, put, whole};
use crate::cli::{Exit, terminal};
use crate::eval::LayerKind;
use crate::evidence::Role;
use crate::finding::simulation::{Answer, Certainty};
use crate::load;
use crate::render::json::simulation_v1;
use crate::render::simulation as human;
use crate::simulate::Question;
use crate::source::Sources;
use anyhow::Context;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    /// Who asks, where a case does not say.
    principal: Option<String>,
    account: Option<String>,
    resource_account: Option<String>,
    /// The moment of all requests.
    now: Option<String>,
    #[serde(default)]
    context: BTreeMap<String, Values>,
    #[serde(default)]
    documents: DocumentTable,
    #[serde(default)]
    absent: Vec<String>,
    #[serde(default)]
    strict: bool,
    case: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Row {
    name: String,
    principal: Option<String>,
    account: Option<String>,
    action: OneOrMany,
    resource: Option<OneOrMany>,
    #[serde(default)]
    context: BTreeMap<String, Values>,
    resource_account: Option<String>,
    expect: Answer,
    /// Documents of this case; a role that is named here replaces that role of the table.
    #[serde(default)]
    documents: DocumentTable,
    absent: Option<Vec<String>>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DocumentTable {
    policy: Option<OneOrMany>,
    resource_policy: Option<OneOrMany>,
    boundary: Option<OneOrMany>,
    session_policy: Option<OneOrMany>,
    endpoint_policy: Option<OneOrMany>,
    key_policy: Option<OneOrMany>,
    scps: Option<Vec<OneOrMany>>,
    rcps: Option<Vec<OneOrMany>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a text or a list of texts")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn list(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(list) => list,
        }
    }
}

/// The value of a condition key.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "a text, a number, true or false, or a list of texts")]
enum Values {
    Flag(bool),
    Number(i64),
    Decimal(f64),
    Text(String),
    List(Vec<String>),
}

pub(super) fn run(
    args: &SimulateArgs,
    path: &Path,
    (files, now): (&Files, &str),
    sources: &mut Sources,
) -> anyhow::Result<Exit> {
    let text = load::read_text(path)?;
    let name = path.display();
    let table: Table = toml::from_str(&text).map_err(|error| {
        let at = error.span().map(|span| place(&text, span.start)).unwrap_or_default();
        anyhow::anyhow!("{name}{at}: {}", error.message().lines().collect::<Vec<_>>().join(", "))
    })?;
    if let Some(now) = &table.now {
        crate::cli::args::moment(now).map_err(|why| anyhow::anyhow!("{name}: `now` is `{now}`: {why}"))?;
    }
    anyhow::ensure!(!table.case.is_empty(), "{name}: there is no [[case]] in it");
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut loaded: Vec<(Files, Loaded)> = Vec::new();
    let mut answers: Vec<Asked> = Vec::new();
    for row in &table.case {
        let wanted = documents(&table, row, files, folder);
        if !loaded.iter().any(|(at, _)| *at == wanted) {
            let read =
                Loaded::read(sources, &wanted).with_context(|| format!("{name}: case `{}`", row.name))?;
            loaded.push((wanted.clone(), read));
        }
        let Some((_, documents)) = loaded.iter().find(|(at, _)| *at == wanted) else { continue };
        let question =
            question(args, &table, row, now).with_context(|| format!("{name}: case `{}`", row.name))?;
        let mut answer = put(args, &question, documents, sources)
            .with_context(|| format!("{name}: case `{}`", row.name))?;
        answer.name = Some(row.name.clone());
        answers.push(Asked { answer, expected: Some(row.expect) });
    }
    let style = terminal::style(args.color, args.quiet);
    let met = |wanted: Certainty| {
        answers
            .iter()
            .filter(|each| each.expected.is_some_and(|expected| each.answer.meets(expected) == wanted))
            .count()
    };
    let (passed, failed, unknown) = (met(Certainty::Yes), met(Certainty::No), met(Certainty::Unknown));
    let out = match args.format {
        SimulateFormat::Json => {
            let list: Vec<_> = answers.iter().map(|each| (&each.answer, each.expected)).collect();
            simulation_v1::render(&list, sources)
        }
        SimulateFormat::Human => {
            let lines = answers
                .iter()
                .filter_map(|each| Some(human::case_line(&each.answer, each.expected?, &style)));
            lines.collect::<String>() + &human::summary(passed, failed, unknown, &style)
        }
    };
    terminal::print(&out)?;
    Ok(exit(if failed > 0 {
        Certainty::No
    } else if unknown > 0 {
        Certainty::Unknown
    } else {
        Certainty::Yes
    }))
}

/// `:line:column` of a byte.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(":{line}:{column}")
}

/// Where a table has the files of a role.
type Of<T> = fn(&DocumentTable) -> &Option<T>;

/// The files of a case: its own, else the table's, else those of the command line, role by role.
fn documents(table: &Table, row: &Row, files: &Files, folder: &Path) -> Files {
    let mut out = Files::default();
    let lists: [(Role, Of<OneOrMany>); 6] = [
        (Role::ReaderPolicy, |table| &table.policy),
        (Role::BucketPolicy, |table| &table.resource_policy),
        (Role::Boundary, |table| &table.boundary),
        (Role::SessionPolicy, |table| &table.session_policy),
        (Role::EndpointPolicy, |table| &table.endpoint_policy),
        (Role::KeyPolicy, |table| &table.key_policy),
    ];
    let path = |text: &String| -> PathBuf { folder.join(text) };
    for (role, of) in lists {
        match of(&row.documents).as_ref().or(of(&table.documents).as_ref()) {
            Some(list) => out.named.extend(list.list().iter().map(|text| (role, 0, path(text)))),
            None => out.named.extend(files.named.iter().filter(|(each, ..)| *each == role).cloned()),
        }
    }
    let levels: [(Role, Of<Vec<OneOrMany>>); 2] =
        [(Role::Scp, |table| &table.scps), (Role::Rcp, |table| &table.rcps)];
    for (role, of) in levels {
        match of(&row.documents).as_ref().or(of(&table.documents).as_ref()) {
            Some(levels) => {
                for (level, list) in levels.iter().enumerate() {
                    out.named.extend(list.list().iter().map(|text| (role, level, path(text))));
                }
            }
            None if files.has(role) => {
                out.named.extend(files.named.iter().filter(|(each, ..)| *each == role).cloned());
            }
            None => {}
        }
    }
    out
}

fn question(args: &SimulateArgs, table: &Table, row: &Row, now: &str) -> anyhow::Result<Question> {
    let account = row.account.as_ref().or(table.account.as_ref()).or(args.account.as_ref());
    let principal = row.principal.as_ref().or(table.principal.as_ref()).cloned().unwrap_or_default();
    let mut keys = table.context.clone();
    // Names of keys differ by more than their case.
    for (key, value) in &row.context {
        keys.retain(|name, _| !name.eq_ignore_ascii_case(key));
        keys.insert(key.clone(), value.clone());
    }
    let mut context = Vec::new();
    for (key, values) in &keys {
        let mut push = |text: &str| context.push((key.clone(), text.to_owned()));
        match values {
            Values::Flag(flag) => push(if *flag { "true" } else { "false" }),
            Values::Number(number) => push(&number.to_string()),
            Values::Decimal(number) => push(&number.to_string()),
            Values::Text(text) => push(text),
            Values::List(list) if list.is_empty() => push("[]"),
            Values::List(list) => list.iter().for_each(|text| push(&format!("={text}"))),
        }
    }
    let absent = row.absent.as_ref().unwrap_or(&table.absent);
    Ok(Question {
        principal: whole(&principal, account.map(String::as_str))?,
        actions: row.action.list().to_vec(),
        resources: row.resource.as_ref().map(|list| list.list().to_vec()).unwrap_or_default(),
        context,
        resource_account: row
            .resource_account
            .as_ref()
            .or(table.resource_account.as_ref())
            .or(args.resource_account.as_ref())
            .cloned(),
        now: args.now.clone().or_else(|| table.now.clone()).unwrap_or_else(|| now.to_owned()),
        strict: args.strict || table.strict,
        absent: absent
            .iter()
            .map(|name| layer(name))
            .chain(args.absent.iter().map(|layer| Ok(LayerKind::from(*layer))))
            .collect::<anyhow::Result<_>>()?,
    })
}

fn layer(name: &str) -> anyhow::Result<LayerKind> {
    let names: Vec<&str> = LayerKind::ALL.iter().map(|kind| kind.id()).collect();
    LayerKind::ALL
        .into_iter()
        .find(|kind| kind.id() == name)
        .with_context(|| format!("there is no layer `{name}`; there are {}", names.join(", ")))
}
