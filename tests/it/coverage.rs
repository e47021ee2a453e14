//! `fixtures/coverage.toml`: every way in which a connection is right or wrong has an account, a page, or a reason.

use crate::common::accounts;
use preflight::checks::CASES;
use preflight::rulebook::{ExampleGroup, Rulebook};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Coverage {
    row: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    what: String,
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    denials: Vec<String>,
    unseen: Option<String>,
}

/// Rows that there must be: the tables of the reference, and the failures in public.
const ROWS: [(&str, &[&str]); 9] = [
    ("typed", &["missing", "characters", "address", "placeholder", "closing-slash", "leading-slash"]),
    ("right", &["prefix", "prefix-slash", "prefix-and-name", "nested"]),
    (
        "wrong",
        &[
            "leading-slash",
            "name-as-path",
            "last-folder",
            "last-folder-and-name",
            "waiting-one-folder",
            "waiting-two-folders",
        ],
    ),
    (
        "silent",
        &[
            "name",
            "type",
            "last-folder",
            "path-is-name",
            "empty-path",
            "small-letters",
            "metadata",
            "nothing",
        ],
    ),
    (
        "find",
        &[
            "exact-elements",
            "refresh",
            "versioning",
            "granularity",
            "compression",
            "resources-of-cur-2",
            "other-tables",
            "no-table-settings",
            "no-granularity",
            "first-page",
            "nothing",
        ],
    ),
    (
        "mode",
        &["bucket-only", "find-cur-2", "find-legacy", "create", "create-exists", "linked", "assumed-role"],
    ),
    (
        "files",
        &[
            "directly",
            "empty-prefix",
            "csv",
            "parquet",
            "mixed",
            "unpacked",
            "period-cur-2",
            "period-legacy",
            "period-athena",
            "type-set",
            "type-unset",
            "versions",
            "page",
            "folder-page",
        ],
    ),
    (
        "set",
        &[
            "type-bucket",
            "type-find",
            "other-tables-bucket",
            "other-tables-find",
            "granularity-bucket",
            "granularity-find",
            "resources-bucket",
            "resources-find",
            "versions-bucket",
            "versions-find",
            "compression",
            "refresh-bucket",
            "refresh-find",
            "split-bucket",
            "split-find",
            "columns",
            "prefix",
            "name",
            "health",
        ],
    ),
    (
        "import",
        &[
            "lifecycle",
            "delivery",
            "policy-detached",
            "kms",
            "scp",
            "key",
            "no-bucket",
            "column",
            "content",
            "product",
            "accounts",
            "linked-never",
            "zero",
            "currency",
        ],
    ),
];

/// Failures in public; an account that shows one has its number in its name.
const FAILURES: &str = "d01 d02 d03 d04 d05 d07 d08 d09 d10 d12 d13 d15 d16 d17 d18 d21 d22 d24 \
    r01 r02 r03 r04 r05 r06 r07 r09 r10 r13 r15 r16 r19 r20 r21 r24 r25 r26 r27 r28 r29 r30 r31";

fn coverage() -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/coverage.toml");
    let coverage: Coverage = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    coverage.row
}

#[test]
fn every_row_is_there_once() {
    let rows = coverage();
    let found: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(found.len(), rows.len(), "a row stands there twice");
    let mut expected: BTreeSet<String> = FAILURES.split_whitespace().map(str::to_owned).collect();
    for (table, names) in ROWS {
        expected.extend(names.iter().map(|name| format!("{table}.{name}")));
    }
    assert_eq!(found, expected);
}

#[test]
fn every_row_is_shown_by_what_it_names_or_says_why_nothing_shows_it() {
    let verdicts: BTreeMap<String, String> =
        accounts().into_iter().map(|account| (account.name, account.expect.verdict)).collect();
    let book = Rulebook::embedded(CASES).unwrap();
    let mut wrong = Vec::new();
    for row in coverage() {
        let shown = !(row.accounts.is_empty() && row.examples.is_empty() && row.denials.is_empty());
        if shown == row.unseen.is_some() || row.what.is_empty() {
            wrong.push(format!("{}: has either accounts, examples and denials, or `unseen`", row.id));
        }
        for denial in &row.denials {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/denials").join(denial);
            if !folder.join("expect.toml").is_file() {
                wrong.push(format!("{}: there is no denial {denial}", row.id));
            }
        }
        for account in &row.accounts {
            match verdicts.get(account) {
                None => wrong.push(format!("{}: there is no account {account}", row.id)),
                // What connects and does not import is never ready; nor is what cannot be typed.
                Some(verdict) if row.id.starts_with("silent.") && verdict == "ready" => {
                    wrong.push(format!("{}: {account} is ready", row.id));
                }
                Some(verdict) if row.id.starts_with("wrong.") && verdict == "ready" => {
                    wrong.push(format!("{}: {account} is ready", row.id));
                }
                Some(verdict) if row.id.starts_with("right.") && verdict != "ready" => {
                    wrong.push(format!("{}: {account} is {verdict}", row.id));
                }
                Some(_) => {}
            }
        }
        for example in &row.examples {
            let name = example.split_once('/').map_or("", |(_, name)| name);
            let reported =
                book.get(name).is_some_and(|rule| rule.page().of(ExampleGroup::Reported).next().is_some());
            if !reported {
                wrong.push(format!("{}: page {example} reports nothing", row.id));
            }
        }
        if FAILURES.split_whitespace().any(|id| id == row.id) && row.unseen.is_none() {
            let named = |account: &String| account.starts_with(&format!("{}-", row.id));
            let all: Vec<&String> = verdicts.keys().filter(|account| named(account)).collect();
            if !row.accounts.iter().all(named) || row.accounts.len() != all.len() {
                wrong.push(format!("{}: names {:?}, there are {all:?}", row.id, row.accounts));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
