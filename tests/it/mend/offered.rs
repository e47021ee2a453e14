//! Which rules offer a fix: each does in one of its own examples or in an account, or `rules/fixes.toml` says why none can.

use super::{bench, state};
use crate::common::{Account, NOW, accounts};
use preflight::config;
use preflight::contract::Form;
use preflight::evidence::{Evidence, Role};
use preflight::finding::{Report, Severity};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::{Bench, Reasons, State, attach};
use preflight::rulebook::{Example, ExampleGroup, Rule};
use preflight::source::Sources;
use std::collections::{BTreeMap, BTreeSet};

/// The evidence of an example and the consumers that its form names, or nothing if it is not one of documents and a form.
fn example(example: &Example<'_>) -> Option<(State, Vec<String>)> {
    let (mut sources, mut evidence, mut form) = (Sources::new(), Evidence::default(), Form::new());
    let mut consumers = Vec::new();
    let mut levels: BTreeMap<Role, usize> = BTreeMap::new();
    for block in &example.blocks {
        if let Some(role) = Role::of(block.kind) {
            let level = levels.entry(role).or_default();
            load::add_text(&mut sources, block.kind, block.text, role, *level, &mut evidence);
            *level += 1;
        } else if block.kind == "form" {
            let source = sources.add("form", format!("[form]\n{}", block.text));
            let read = config::read(sources.get(source).text(), source).ok()?;
            (form, consumers) = (read.form, read.consumers);
        } else if block.kind == "settings" {
            return None;
        } else if block.lang == "json" || block.kind == "listing" {
            load::add_unnamed(&mut sources, block.kind, block.text, &mut evidence);
        }
    }
    Some((State::new(sources, evidence, form), consumers))
}

/// The report with fixes of what is asked for: alone first, which is quick, then together with what else is wrong.
fn mended(bench: &Bench<'_>, state: &State, mut whole: Report, wanted: &dyn Fn(&str) -> bool) -> Report {
    let mut report = whole.clone();
    report.findings.retain(|finding| wanted(&finding.rule.0));
    attach(bench, state, &mut report, Severity::Note);
    if report.findings.iter().any(|finding| finding.fixes.is_empty() && !finding.repairs.is_empty()) {
        attach(bench, state, &mut whole, Severity::Note);
        return whole;
    }
    report
}

fn offers(report: &Report, out: &mut BTreeSet<String>) {
    let with = report.findings.iter().filter(|finding| !finding.fixes.is_empty());
    out.extend(with.map(|finding| finding.rule.0.clone()));
}

fn of_pages(library: &Library, out: &mut BTreeSet<String>) {
    // Rules of a policy by itself have no demand; those that offer a fix are asked for it.
    let reasons = Reasons::embedded();
    let is_asked = |rule: &&Rule| rule.group != "iam" || reasons.of(&rule.group, &rule.name.0).is_none();
    let rules: Vec<&Rule> = library.book().iter().filter(is_asked).collect();
    for rule in rules {
        for one in rule.page().examples.iter().filter(|one| !matches!(one.group, ExampleGroup::Fix)) {
            if out.contains(&rule.name.0) {
                break;
            }
            let Some((state, mut consumers)) = example(one) else { continue };
            if consumers.is_empty() {
                let usual = if rule.group == "trust" || rule.name.0.starts_with("trust-") {
                    "cloudzero"
                } else {
                    "spendeffix-root"
                };
                consumers.push(usual.to_owned());
            }
            let bench = Bench { library, consumers: &consumers, strict: false, now: NOW, config: None };
            let report = bench.judge(&state);
            let mine = report.findings.iter().filter(|finding| finding.rule == rule.name);
            if mine.into_iter().any(|finding| !finding.repairs.is_empty()) {
                offers(&mended(&bench, &state, report, &|name| name == rule.name.0), out);
            }
        }
    }
}

#[test]
fn every_rule_offers_a_fix_or_says_why_not() {
    let library = Library::embedded().unwrap();
    let reasons = Reasons::embedded();
    let mut offered = BTreeSet::new();
    of_pages(&library, &mut offered);
    // Accounts are asked for what the pages do not show.
    let is_open = |name: &str, group: &str, offered: &BTreeSet<String>| {
        !offered.contains(name) && reasons.of(group, name).is_none()
    };
    let open: BTreeSet<String> = library
        .book()
        .iter()
        .filter(|rule| is_open(&rule.name.0, &rule.group, &offered))
        .map(|rule| rule.name.0.clone())
        .collect();
    for account in accounts() {
        let account: &Account = &account;
        let bench = bench(&library, account);
        let state = state(account);
        let report = bench.judge(&state);
        let is_open = |name: &str| open.contains(name) && !offered.contains(name);
        if report.findings.iter().any(|finding| is_open(&finding.rule.0) && !finding.repairs.is_empty()) {
            let found = mended(&bench, &state, report, &is_open);
            offers(&found, &mut offered);
        }
    }
    let mut wrong = Vec::new();
    for rule in library.book().iter() {
        let (name, group) = (&rule.name.0, &rule.group);
        match (offered.contains(name), reasons.of(group, name)) {
            (false, None) => {
                wrong.push(format!("{name} ({group}) offers no fix, and fixes.toml does not say why"))
            }
            (true, Some(_)) => {
                wrong.push(format!("{name} offers a fix, and fixes.toml says that there is none"))
            }
            (true, None) | (false, Some(_)) => {}
        }
    }
    let known: BTreeSet<&str> = library.book().iter().map(|rule| rule.name.0.as_str()).collect();
    let groups: BTreeSet<&str> = library.book().iter().map(|rule| rule.group.as_str()).collect();
    wrong.extend(
        reasons.rules().filter(|name| !known.contains(name)).map(|name| format!("there is no rule {name}")),
    );
    wrong.extend(
        reasons
            .groups()
            .filter(|name| !groups.contains(name))
            .map(|name| format!("there is no group {name}")),
    );
    assert!(wrong.is_empty(), "{} rules:\n{}", wrong.len(), wrong.join("\n"));
}
