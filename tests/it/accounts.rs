//! Whole accounts with reviewed answers: drop a folder into `fixtures/accounts`, get a test.

use crate::common::{Account, accounts};
use preflight::finding::{Finding, Report, Severity, State, Verdict};
use preflight::judge::Library;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Accounts that there are at least. Raise it with every batch: a folder that is not found must not pass for a good one.
const AT_LEAST: usize = 300;

#[test]
fn every_account_is_answered_as_reviewed() {
    let library = Library::embedded().unwrap();
    let accounts = accounts();
    assert!(accounts.len() >= AT_LEAST, "only {} accounts were found", accounts.len());
    let mut report = String::new();
    let mut wrong = 0;
    for account in &accounts {
        let mismatches = mismatches(&library, account);
        if !mismatches.is_empty() {
            wrong += 1;
            let _ = writeln!(report, "\n{}\n  ({})", account.name, account.expect.why);
            for mismatch in mismatches {
                let _ = writeln!(report, "  - {mismatch}");
            }
        }
    }
    println!("{} accounts, {} answered as reviewed", accounts.len(), accounts.len() - wrong);
    assert!(wrong == 0, "{wrong} of {} accounts are answered otherwise:\n{report}", accounts.len());
}

fn mismatches(library: &Library, account: &Account) -> Vec<String> {
    let expect = &account.expect;
    let report = account.judge(library);
    let mut out = Vec::new();
    let verdict = match report.verdict {
        Verdict::Ready => "ready",
        Verdict::CannotTell => "cannot-tell",
        Verdict::NotReady => "not-ready",
    };
    if verdict != expect.verdict {
        out.push(format!("the verdict is {verdict}, expected {}", expect.verdict));
    }
    demands(account, &report, &mut out);
    findings(library, account, &report, &mut out);
    if let Some(expected) = &expect.not_judged {
        let names = report.not_evaluated.iter().map(|entry| account.short(&entry.document));
        let found: Vec<&str> = names.filter(|name| account.folder.join(name).is_file()).collect();
        if found != *expected {
            out.push(format!("not judged are {found:?}, expected {expected:?}"));
        }
    }
    let unknown: BTreeSet<&str> = report.unknown.iter().map(|unknown| unknown.fact.as_str()).collect();
    let expected: BTreeSet<&str> = expect.unknown.iter().map(String::as_str).collect();
    out.extend(expected.difference(&unknown).map(|fact| format!("does not wait for the fact {fact}")));
    out.extend(unknown.difference(&expected).map(|fact| format!("waits for the fact {fact}, not expected")));
    out
}

fn demands(account: &Account, report: &Report, out: &mut Vec<String>) {
    for (id, expected) in &account.expect.demands {
        let found =
            report.consumers.iter().flat_map(|consumer| &consumer.demands).find(|demand| demand.id == *id);
        let state = match found.map(|demand| demand.state) {
            None => "not asked",
            Some(State::Holds) => "holds",
            Some(State::Broken) => "broken",
            Some(State::Unknown) => "unknown",
        };
        if state != expected {
            out.push(format!("{id} is {state}, expected {expected}"));
        }
    }
}

fn findings(library: &Library, account: &Account, report: &Report, out: &mut Vec<String>) {
    let shown: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.severity > Severity::Note).collect();
    let file = |finding: &Finding| account.short(report_file(account, finding)).to_owned();
    let is = |expected: &str, finding: &Finding| {
        let (case, name) = expected.rsplit_once(' ').unwrap_or((expected, ""));
        name == file(finding) && speaks_for(library, finding, case)
    };
    for expected in &account.expect.findings {
        if !shown.iter().any(|finding| is(expected, finding)) {
            out.push(format!("no finding {expected}"));
        }
    }
    for finding in shown {
        if !account.expect.findings.iter().any(|expected| is(expected, finding)) {
            let source = account.sources.get(finding.primary.place.source);
            let at = source.position(finding.primary.place.span.start);
            out.push(format!(
                "not expected: {} {}:{}:{} {}",
                cases(library, finding),
                file(finding),
                at.line,
                at.column,
                finding.headline
            ));
        }
    }
}

fn report_file<'a>(account: &'a Account, finding: &Finding) -> &'a str {
    account.sources.get(finding.primary.place.source).name()
}

/// Whether a finding's rule tells of `<check>:<case>`. A rule may tell of several cases.
fn speaks_for(library: &Library, finding: &Finding, case: &str) -> bool {
    let Some((check, case)) = case.split_once(':') else { return false };
    match library.book().get(&finding.rule.0) {
        Some(rule) => rule.speaks_for(check, case),
        None => finding.headline.starts_with(&format!("{check} {}:", case.replace('-', " "))),
    }
}

fn cases(library: &Library, finding: &Finding) -> String {
    match library.book().get(&finding.rule.0) {
        Some(rule) => format!("{}:{}", rule.check, rule.cases.join("|")),
        None => finding.rule.0.clone(),
    }
}
