//! `fixtures/mend/cases.toml`: one change of a ready account each, and what fixes make of it.

use super::{bench, state};
use crate::common::account;
use preflight::finding::Verdict;
use preflight::judge::Library;
use preflight::mend::{Options, Plan, State, plan};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    account: String,
    #[serde(default)]
    edits: Vec<(String, String, String)>,
    /// Files that are another text.
    #[serde(default)]
    whole: BTreeMap<String, String>,
    #[serde(default)]
    drop: Vec<String>,
    safe: String,
    review: Option<String>,
    #[serde(default)]
    stays: Vec<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    #[serde(default)]
    says: Vec<String>,
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::CannotTell => "cannot-tell",
        Verdict::NotReady => "not-ready",
    }
}

fn texts(state: &State) -> Vec<(String, String)> {
    let each = state.sources.iter().map(|(_, source)| (source.name().to_owned(), source.text().to_owned()));
    each.collect()
}

/// What is said of what safe fixes leave, for when a case fails.
fn told(done: &Plan) -> String {
    let mut out = String::new();
    for step in &done.steps {
        let _ = writeln!(out, "    did {}: {}", step.finding.rule, step.fix.title);
    }
    for left in &done.left {
        let fix = left.fix.as_ref().map(|fix| (fix.applicability, &fix.title, &fix.because));
        let _ =
            writeln!(out, "    {}: {} {fix:?} {:?}", left.finding.rule, left.finding.headline, left.waits);
    }
    for unknown in &done.report.unknown {
        let _ = writeln!(out, "    {} waits for {}", unknown.demand, unknown.fact);
    }
    out
}

fn run(library: &Library, case: &Case) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/accounts").join(&case.account);
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    for (file, old, new) in &case.edits {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{}: `{old}` is not in {file}", case.name);
        std::fs::write(path, text.replacen(old, new, 1)).unwrap();
    }
    for (file, text) in &case.whole {
        std::fs::write(folder.path().join(file), text).unwrap();
    }
    for file in &case.drop {
        std::fs::remove_file(folder.path().join(file)).unwrap();
    }
    let account = account(folder.path());
    let bench = bench(library, &account);
    let before = texts(&state(&account));
    let start = state(&account);
    let report = bench.judge(&start);
    let safe = plan(&bench, start, report, &Options::default());
    let mut wrong = Vec::new();
    let mut expect = |what: &str, is_so: bool| {
        if !is_so {
            wrong.push(format!("{}: {what}", case.name));
        }
    };
    expect(&format!("safe is {}", word(safe.report.verdict)), word(safe.report.verdict) == case.safe);
    let after = texts(&safe.after);
    for file in &case.stays {
        let of = |all: &[(String, String)]| {
            all.iter().find(|(name, _)| name.ends_with(file)).map(|(_, text)| text.clone())
        };
        expect(&format!("{file} is changed"), of(&before).is_some() && of(&before) == of(&after));
    }
    let all: String = after.iter().map(|(_, text)| text.as_str()).collect();
    for text in &case.has {
        expect(&format!("`{text}` is not there"), all.contains(text));
    }
    for text in &case.lacks {
        expect(&format!("`{text}` is there"), !all.contains(text));
    }
    let because = safe.left.iter().filter_map(|left| left.fix.as_ref()).flat_map(|fix| &fix.because);
    let because: Vec<&String> = because.collect();
    for text in &case.says {
        expect(&format!("nothing says `{text}`"), because.iter().any(|reason| reason.contains(text)));
    }
    let told = told(&safe);
    if let Some(review) = &case.review {
        let done =
            plan(&bench, safe.after, safe.report, &Options { with_review: true, ..Options::default() });
        expect(&format!("review is {}", word(done.report.verdict)), word(done.report.verdict) == *review);
    }
    if let Some(last) = wrong.last_mut() {
        last.push_str(&format!("\n{told}"));
    }
    wrong
}

#[test]
fn every_case_is_mended_as_it_says() {
    let library = Library::embedded().unwrap();
    let text = include_str!("../../../fixtures/mend/cases.toml");
    let cases: Cases = toml::from_str(text).unwrap();
    let wrong: Vec<String> = cases.case.iter().flat_map(|case| run(&library, case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
