//! Judging again with what is remembered says what judging afresh says.

use crate::common::{Account, NOW, accounts};
use preflight::evidence::Evidence;
use preflight::judge::{Before, Job, Library, judge, judge_again};
use preflight::load;
use preflight::source::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// Changes that a text may meet.
fn changed(text: &str) -> Vec<String> {
    let replaced = [
        ("\"Allow\"", "\"Deny\""),
        ("s3:Get", "s3:Put"),
        ("s3:Put", "s3:Get"),
        ("111122223333", "444455556666"),
        ("\"Resource\"", "\"NotResource\""),
        ("\"Principal\"", "\"Principle\""),
        ("HEALTHY", "UNHEALTHY"),
        ("PARQUET", "TEXT_OR_CSV"),
    ];
    let mut out: Vec<String> = replaced
        .iter()
        .filter(|(old, _)| text.contains(old))
        .map(|(old, new)| text.replace(old, new))
        .collect();
    out.push(text.chars().take(text.chars().count() / 2).collect());
    out
}

fn job<'a>(account: &'a Account, sources: &'a Sources, evidence: &'a Evidence) -> Job<'a> {
    Job {
        sources,
        evidence,
        form: &account.config.form,
        consumers: &account.config.consumers,
        strict: false,
        now: NOW,
        only: &[],
    }
}

#[test]
fn what_is_remembered_changes_no_answer() {
    let library = Library::embedded().unwrap();
    let (mut compared, mut differing) = (0, 0);
    for account in accounts() {
        let (sources, evidence) = load::again(&account.sources, &account.evidence, &BTreeMap::new());
        let (before, memory) = judge_again(&library, &job(&account, &sources, &evidence), None);
        let read: Vec<_> = evidence.readings.iter().map(|(source, _)| *source).collect();
        for source in read {
            for text in changed(sources.get(source).text()) {
                let changes: BTreeMap<_, _> = [(source, text)].into();
                let (sources, evidence) = load::again(&sources, &evidence, &changes);
                let only = BTreeSet::from([source]);
                let known = Before { memory: &memory, changed: &only };
                let (again, _) = judge_again(&library, &job(&account, &sources, &evidence), Some(known));
                let afresh = judge(&library, &job(&account, &sources, &evidence));
                assert!(again == afresh, "{}: {}", account.name, sources.get(source).name());
                compared += 1;
                differing += usize::from(afresh != before);
            }
        }
    }
    println!("{compared} changes, {differing} of them change the report");
    assert!(compared > 2_000 && differing * 2 > compared, "{compared} {differing}");
}
