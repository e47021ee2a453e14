//! Every rule page is a test: its examples are run with that rule alone.

use preflight::change::{Accounts, Contracts, Pair, evidence_of};
use preflight::checks::lint::{LINT_CASES, PolicyKind};
use preflight::checks::{CASES, PHRASES, replaced};
use preflight::config;
use preflight::contract::Form;
use preflight::evidence::{DeclaredExport, Evidence, LoosePolicies, Role};
use preflight::finding::change::{Changes, Fate};
use preflight::finding::{Finding, RuleName, Severity};
use preflight::judge::{
    Job, Library, LintJob, Settings, findings_of_changes, findings_of_declared, judge, lint, settle,
};
use preflight::load;
use preflight::rulebook::{Example, ExampleGroup, Rule};
use preflight::source::Sources;
use std::path::Path;

/// The moment every example is judged for.
const NOW: &str = "2026-11-23T12:00:00Z";

fn findings(library: &Library, rule: &Rule, example: &Example<'_>) -> (Sources, Vec<Finding>) {
    if rule.group == "iam" {
        linted(library, &rule.name, example)
    } else if rule.group == "change" {
        changed(library, &rule.name, example)
    } else if rule.group == "iac" {
        declared(library, &rule.name, example)
    } else {
        judged(library, rule, example)
    }
}

/// Rules on what templates make: each block is a file, or one of `before/` and `after/`.
fn declared(library: &Library, rule: &RuleName, example: &Example<'_>) -> (Sources, Vec<Finding>) {
    let mut sources = Sources::new();
    let (mut old, mut new) = (LoosePolicies::default(), LoosePolicies::default());
    for block in example.blocks.iter().filter(|block| block.lang != "findings") {
        let side = if block.kind.starts_with("before/") { &mut old } else { &mut new };
        load::add_loose(&mut sources, block.kind, block.text, side);
    }
    let only = std::slice::from_ref(rule);
    let job = LintJob { sources: &sources, found: &new, kind: None, pedantic: false, only };
    let mut findings = lint(library, &job).findings;
    let short = |list: &[DeclaredExport]| -> Vec<DeclaredExport> {
        let file = |name: &str| name.split_once('/').map_or(name.to_owned(), |(_, file)| file.to_owned());
        list.iter().map(|each| DeclaredExport { file: file(&each.file), ..each.clone() }).collect()
    };
    let found = replaced(&short(&old.declared), &short(&new.declared));
    findings.extend(findings_of_declared(library, &found.causes));
    findings.retain(|finding| finding.rule == *rule);
    let is_unsure = matches!(example.group, ExampleGroup::NotKnown) && !old.declared.is_empty();
    assert!(!is_unsure || !found.unknown.is_empty(), "{}: nothing is unknown", example.title);
    (sources, findings)
}

/// Rules that need no consumer: each block is a policy of the kind that it names.
fn linted(library: &Library, rule: &RuleName, example: &Example<'_>) -> (Sources, Vec<Finding>) {
    let mut sources = Sources::new();
    let mut out = Vec::new();
    for block in example.blocks.iter().filter(|block| block.lang == "json") {
        let kind = PolicyKind::of(block.kind)
            .unwrap_or_else(|| panic!("{rule}, line {}: `{}` is no type of policy", block.line, block.kind));
        let mut found = LoosePolicies::default();
        load::add_loose(&mut sources, block.kind, block.text, &mut found);
        let only = std::slice::from_ref(rule);
        let job = LintJob { sources: &sources, found: &found, kind: Some(kind), pedantic: true, only };
        out.extend(lint(library, &job).findings);
    }
    (sources, out)
}

/// Rules on changes: the blocks `before` and `after` are one policy, and a form asks for the contract of a product.
fn changed(library: &Library, rule: &RuleName, example: &Example<'_>) -> (Sources, Vec<Finding>) {
    let mut sources = Sources::new();
    let mut form = None;
    let mut policies = Vec::new();
    for block in &example.blocks {
        if block.lang == "json" {
            let mut found = LoosePolicies::default();
            load::add_loose(&mut sources, block.kind, block.text, &mut found);
            let found = found.policies.pop().unwrap();
            policies.push((found.policy.clone(), PolicyKind::detect(&found, block.kind)));
        } else if block.kind == "form" {
            let source = sources.add("form", format!("[form]\n{}", block.text));
            form = Some(config::read(sources.get(source).text(), source).unwrap().form);
        }
    }
    let [(old, _), (new, kind)] = policies.as_slice() else { panic!("{}: not two policies", example.title) };
    let pair = Pair { fate: Fate::Changed, old: Some(old), new: Some(new), shown: new, kind: *kind };
    let consumers: Vec<String> = form.iter().map(|_| "spendeffix-root".to_owned()).collect();
    let form = form.unwrap_or_default();
    let evidence = evidence_of(&[(old, *kind), (new, *kind)]);
    let job = Job {
        sources: &sources,
        evidence: &evidence,
        form: &form,
        consumers: &consumers,
        strict: false,
        now: NOW,
        only: &[],
    };
    let contracts = Contracts::new(library, job);
    let accounts = Accounts { given: None, form: &form };
    let comparison = pair.compared(&sources, accounts, &contracts.asked());
    let changes = Changes {
        base: "main".to_owned(),
        commit: String::new(),
        list: vec![comparison],
        not_compared: Vec::new(),
    };
    let mut findings = findings_of_changes(library, &changes);
    findings.retain(|finding| finding.rule == *rule);
    (sources, findings)
}

fn judged(library: &Library, rule: &Rule, example: &Example<'_>) -> (Sources, Vec<Finding>) {
    let (rule, rule_group) = (&rule.name, rule.group.as_str());
    let mut sources = Sources::new();
    let mut evidence = Evidence::default();
    let mut form = Form::new();
    let mut levels = std::collections::BTreeMap::new();
    let mut settings = None;
    // Trust policies are judged for a product that takes a role.
    let mut consumers = vec![if rule_group == "trust" { "cloudzero" } else { "spendeffix-root" }.to_owned()];
    for block in &example.blocks {
        if let Some(role) = Role::of(block.kind) {
            let level = levels.entry(role).or_insert(0usize);
            load::add_text(&mut sources, block.kind, block.text, role, *level, &mut evidence);
            *level += 1;
        } else if block.kind == "listing" {
            load::add_unnamed(&mut sources, block.kind, &expand(block.text), &mut evidence);
        } else if block.kind == "form" {
            let text = format!("[form]\n{}", block.text);
            let source = sources.add("form", text);
            form = config::read(sources.get(source).text(), source)
                .unwrap_or_else(|fault| panic!("{}: {fault}", example.title))
                .form;
        } else if block.kind == "settings" {
            let source = sources.add("settings", block.text);
            let read = config::read(sources.get(source).text(), source)
                .unwrap_or_else(|fault| panic!("{}: {fault}", example.title));
            form = read.form.clone();
            if !read.consumers.is_empty() {
                consumers.clone_from(&read.consumers);
            }
            settings = Some(read);
        } else if matches!(block.lang, "json" | "text") {
            // An answer of the AWS CLI, or its error, found out by what it says.
            load::add_unnamed(&mut sources, block.kind, block.text, &mut evidence);
        }
    }
    let job = Job {
        sources: &sources,
        evidence: &evidence,
        form: &form,
        consumers: &consumers,
        strict: false,
        now: NOW,
        // What settings hide has to be there first.
        only: if settings.is_some() { &[] } else { std::slice::from_ref(rule) },
    };
    let mut report = judge(library, &job);
    if let Some(config) = settings {
        let comments = |(id, _)| config::inline(&sources, id, &load::comments_of(&sources, id), "");
        let inline: Vec<_> = sources.iter().flat_map(comments).collect();
        let settings = Settings {
            suppressions: &config.suppressions,
            inline: &inline,
            severities: &config.severities,
            now: NOW,
            ..Settings::default()
        };
        settle(library, &mut report, &sources, &settings);
        report.findings.retain(|finding| finding.rule == *rule);
    }
    (sources, report.findings)
}

/// Lines with `{0001..1000}` as a shell would repeat them, so that a page can show a long listing.
fn expand(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let numbers = line.split_once("..").and_then(|(before, behind)| {
            let (head, first) = before.rsplit_once('{')?;
            let (last, tail) = behind.split_once('}')?;
            Some((head, first.len(), first.parse::<u32>().ok()?..=last.parse().ok()?, tail))
        });
        match numbers {
            None => out.push_str(line),
            Some((head, width, range, tail)) => {
                out.extend(range.map(|number| format!("{head}{number:0width$}{tail}")));
            }
        }
    }
    out
}

fn lines(sources: &Sources, findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| {
            let source = sources.get(finding.primary.place.source);
            let at = source.position(finding.primary.place.span.start);
            // The form's block stands below a heading that the page does not show.
            let line = if source.name() == "form" { at.line - 1 } else { at.line };
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "note",
            };
            format!("{severity} {}:{line}:{} {}\n", source.name(), at.column, finding.headline)
        })
        .collect()
}

fn check(library: &Library, rule: &Rule) -> Vec<String> {
    let bless = std::env::var_os("BLESS").is_some();
    let page = rule.page();
    let mut wrong = Vec::new();
    let mut edits = Vec::new();
    for example in &page.examples {
        if matches!(example.group, ExampleGroup::Fix) {
            continue;
        }
        let (sources, findings) = findings(library, rule, example);
        let actual = lines(&sources, &findings);
        let block = example.blocks.iter().find(|block| block.lang == "findings" || block.kind == "findings");
        let expected = block.map_or("", |block| block.text);
        if actual.trim() == expected.trim() {
            if matches!(example.group, ExampleGroup::Reported) && actual.is_empty() {
                wrong.push(format!("{}: \"{}\" reports nothing", rule.name, example.title));
            }
            continue;
        }
        match block {
            Some(block) if bless && !actual.is_empty() => edits.push((block.span, actual)),
            Some(_) | None => wrong.push(format!(
                "{} ({:?}, line {}): \"{}\"\n  expected: {}\n  got:      {}",
                rule.name,
                example.group,
                example.line,
                example.title,
                expected.trim().replace('\n', "\n            "),
                actual.trim().replace('\n', "\n            ")
            )),
        }
    }
    if !edits.is_empty() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("rules")
            .join(&rule.group)
            .join(format!("{}.md", rule.name));
        let mut text = std::fs::read_to_string(&path).unwrap();
        edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        for (span, actual) in edits {
            text.replace_range(span.range(), &actual);
        }
        std::fs::write(path, text).unwrap();
    }
    wrong
}

#[test]
fn every_example_of_every_page_is_as_the_page_says() {
    let library = Library::embedded().unwrap_or_else(|fault| panic!("{}", describe(&fault)));
    let wrong: Vec<String> = library.book().iter().flat_map(|rule| check(&library, rule)).collect();
    assert!(
        wrong.is_empty(),
        "{} examples differ (BLESS=1 rewrites expectations):\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn describe(fault: &preflight::judge::LibraryFault) -> String {
    match fault {
        preflight::judge::LibraryFault::Pages(faults) => faults
            .iter()
            .map(|fault| format!("{}: {} ({})\n", fault.origin, fault.message(), fault.underlined()))
            .collect(),
        other => other.to_string(),
    }
}

#[test]
fn every_contract_can_be_read() {
    let library = Library::embedded().unwrap_or_else(|fault| panic!("{}", describe(&fault)));
    for name in library.consumers() {
        let contract = library.consumer(name).unwrap_or_else(|fault| panic!("{}", describe(fault))).unwrap();
        assert!(!contract.demands.is_empty(), "{name} demands nothing");
    }
}

#[test]
fn phrases_are_those_that_checks_ask_for() {
    let library = Library::embedded().unwrap_or_else(|fault| panic!("{}", describe(&fault)));
    let written: Vec<&str> = library.phrases().iter().map(|(name, _)| name).collect();
    let mut asked: Vec<&str> = PHRASES.iter().map(|(name, _)| *name).collect();
    asked.sort_unstable();
    assert_eq!(written, asked);
    for (name, template) in library.phrases().iter() {
        let (_, holes) = PHRASES.iter().find(|(asked, _)| *asked == name).unwrap();
        let unknown: Vec<&str> = template.holes().filter(|hole| !holes.contains(hole)).collect();
        assert!(unknown.is_empty(), "`{name}` has holes that nothing fills: {unknown:?}");
    }
}

#[test]
fn every_page_is_whole() {
    let library = Library::embedded().unwrap_or_else(|fault| panic!("{}", describe(&fault)));
    let faults: Vec<String> = library
        .book()
        .verify()
        .iter()
        .map(|fault| format!("{}: {} ({})", fault.origin, fault.message(), fault.underlined()))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_case_has_words_in_the_groups_where_it_occurs() {
    let library = Library::embedded().unwrap_or_else(|fault| panic!("{}", describe(&fault)));
    let mut missing = Vec::new();
    for case in CASES {
        let groups: &[&str] = match (case.check, case.case) {
            _ if LINT_CASES.contains(case) => &["iam"],
            ("syntax" | "grammar", _) => &["documents"],
            ("size", _) => &["reader"],
            ("layout", "written-otherwise") => &["export"],
            ("form" | "path" | "layout", _) => &["form"],
            ("reader", _) => &["reader"],
            ("bucket", "owner" | "managed-key" | "reader-pays") => &["reader"],
            ("bucket", _) => &["delivery"],
            ("discovery", _) => &["discovery"],
            ("accounts", _) => &["accounts"],
            ("setting" | "export", _) => &["export"],
            ("exposure", "wide") => &["reader"],
            ("exposure", "deputy") | ("others", "assume") => &["trust"],
            ("others", "any-account" | "conditioned" | "own") => &["delivery", "trust"],
            ("exposure" | "others", _) => &["delivery"],
            ("layer", _) => &["reader"],
            ("deny", "resource" | "rcp" | "unsure") => &["delivery", "reader", "trust"],
            ("deny", _) => &["reader"],
            ("grant", "principal-missing" | "principal-misspelt" | "principal-kind") => {
                &["delivery", "trust"]
            }
            ("grant", "principal-other") => &["reader", "trust"],
            ("grant", "missing-in-resource" | "other-account") => &["reader"],
            ("grant", "missing" | "action-missing" | "action-misspelt" | "action-excluded")
            | ("condition", _) => &["delivery", "reader", "trust"],
            ("grant", _) => &["delivery", "reader"],
            ("live", _) => &["live"],
            ("suppression", _) => &["settings"],
            ("change", _) => &["change"],
            ("declared", _) => &["iac"],
            (check, case) => panic!("{check}:{case} belongs to no group"),
        };
        for group in groups {
            if library.book().rule_for(group, case.check, case.case).is_none() {
                missing.push(format!("{group} {}:{}", case.check, case.case));
            }
        }
    }
    assert!(missing.is_empty(), "{} cases have no page:\n{}", missing.len(), missing.join("\n"));
}
