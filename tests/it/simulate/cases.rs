//! Tables of cases as the tests read them, without the program's own reader.

use preflight::evidence::{Evidence, Role};
use preflight::load::{self, Named};
use preflight::simulate::{Documents, Question};
use preflight::source::Sources;
use std::path::{Path, PathBuf};

/// A case as the test reads it from the table, without the program's own reader.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) question: Question,
    pub(super) files: Vec<(Role, usize, PathBuf)>,
}

pub(super) fn cases(folder: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(folder.join("cases.toml")).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let list = |value: &toml::Value| -> Vec<String> {
        match value {
            toml::Value::Array(all) => all.iter().map(|each| each.as_str().unwrap().to_owned()).collect(),
            other => vec![other.as_str().unwrap().to_owned()],
        }
    };
    let text_of = |row: &toml::Table, key: &str| {
        row.get(key).or(table.get(key)).and_then(|value| value.as_str()).map(str::to_owned)
    };
    let roles = [
        ("policy", Role::ReaderPolicy),
        ("resource-policy", Role::BucketPolicy),
        ("boundary", Role::Boundary),
        ("session-policy", Role::SessionPolicy),
        ("key-policy", Role::KeyPolicy),
        ("scps", Role::Scp),
    ];
    let documents = |row: &toml::Table, key: &str| -> Option<toml::Value> {
        let of = |table: &toml::Table| table.get("documents")?.as_table()?.get(key).cloned();
        of(row).or_else(|| of(&table))
    };
    table["case"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let row = row.as_table().unwrap();
            let account = text_of(row, "account");
            let principal = text_of(row, "principal").unwrap();
            let principal = match (account, principal.split('/').next().unwrap()) {
                (Some(account), "user" | "role" | "root") => format!("arn:aws:iam::{account}:{principal}"),
                (Some(account), "assumed-role") => format!("arn:aws:sts::{account}:{principal}"),
                _ => principal,
            };
            let mut context: Vec<(String, String)> = Vec::new();
            for source in [table.get("context"), row.get("context")].into_iter().flatten() {
                for (key, value) in source.as_table().unwrap() {
                    context.retain(|(name, _)| name != key);
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    context.push((key.clone(), value));
                }
            }
            let absent = row.get("absent").or(table.get("absent")).map(&list).unwrap_or_default();
            let layer = |name: &String| {
                preflight::eval::LayerKind::ALL.into_iter().find(|kind| kind.id() == name).unwrap()
            };
            let mut files = Vec::new();
            for (key, role) in roles {
                for (level, path) in
                    documents(row, key).map(|value| list(&value)).unwrap_or_default().iter().enumerate()
                {
                    files.push((role, if key == "scps" { level } else { 0 }, folder.join(path)));
                }
            }
            Case {
                name: row["name"].as_str().unwrap().to_owned(),
                question: Question {
                    principal,
                    actions: list(&row["action"]),
                    resources: row.get("resource").map(&list).unwrap_or_default(),
                    context,
                    resource_account: text_of(row, "resource-account"),
                    now: "2026-11-23T12:00:00Z".to_owned(),
                    strict: false,
                    absent: absent.iter().map(layer).collect(),
                },
                files,
            }
        })
        .collect()
}

pub(super) fn read(case: &Case) -> Evidence {
    let named: Vec<Named> = case
        .files
        .iter()
        .map(|(role, level, path)| Named {
            kind: preflight::evidence::DocumentKind::Policy(*role),
            level: *level,
            linked: None,
            path: path.clone(),
        })
        .collect();
    load::load(&mut Sources::new(), &named, &[]).unwrap()
}

pub(super) fn documents(evidence: &Evidence) -> Documents<'_> {
    Documents {
        identity: evidence.policies(Role::ReaderPolicy),
        resource: evidence.policies(Role::BucketPolicy),
        key: evidence.policies(Role::KeyPolicy),
        boundary: evidence.policies(Role::Boundary),
        session: evidence.policies(Role::SessionPolicy),
        scp: evidence.levels(Role::Scp),
        ..Documents::default()
    }
}
