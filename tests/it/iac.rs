//! Infrastructure as code: folders of `fixtures/iac`, read as `preflight check` and `preflight lint` read them.

use crate::common::NOW;
use crate::seeds::bodies::templates;
use preflight::config;
use preflight::contract::Form;
use preflight::evidence::{DocumentKind, Evidence, Role};
use preflight::finding::{Report, Severity, State, Verdict};
use preflight::judge::{Job, Library, LintJob, judge, lint};
use preflight::load::{self, Named};
use preflight::source::{Place, Sources, Span};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// `expect.toml`; what its keys say stands in `fixtures/iac/README.md`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    why: String,
    verdict: Option<String>,
    #[serde(default)]
    form: BTreeMap<String, String>,
    #[serde(default)]
    demands: BTreeMap<String, String>,
    findings: Vec<String>,
    not_evaluated: Vec<String>,
    holes: Vec<String>,
    #[serde(default)]
    headlines: Vec<String>,
}

struct Case {
    name: String,
    folder: PathBuf,
    expect: Expect,
}

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/iac");
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let of_case = |folder: PathBuf| {
        let name = folder.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(folder.join("expect.toml"))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let expect: Expect = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!expect.why.is_empty(), "{name}: why?");
        Case { name, folder, expect }
    };
    folders(&root).iter().flat_map(|language| folders(language)).map(of_case).collect()
}

/// A name of a file without the folder of the case.
fn short(case: &Case, name: &str) -> String {
    name.replace(&format!("{}/", case.folder.to_string_lossy()), "")
}

fn checked(case: &Case) -> (Sources, Evidence, Report) {
    judged(case, &[])
}

/// The same with files that somebody names, and no others.
fn judged(case: &Case, named: &[Named]) -> (Sources, Evidence, Report) {
    let mut sources = Sources::new();
    let form: String = case.expect.form.iter().map(|(key, value)| format!("{key} = {value:?}\n")).collect();
    let source = sources.add("form", format!("[form]\n{form}"));
    let form = config::read(sources.get(source).text(), source)
        .unwrap_or_else(|fault| panic!("{}: {fault}", case.name))
        .form;
    let all = std::slice::from_ref(&case.folder);
    let evidence = load::load(&mut sources, named, if named.is_empty() { all } else { &[] }).unwrap();
    let library = Library::embedded().unwrap();
    let job = Job {
        sources: &sources,
        evidence: &evidence,
        form: &form,
        consumers: &["spendeffix-root".to_owned()],
        strict: false,
        now: NOW,
        only: &[],
    };
    let report = judge(&library, &job);
    (sources, evidence, report)
}

fn linted(case: &Case) -> (Sources, Report) {
    let mut sources = Sources::new();
    let found = load::loose(&mut sources, std::slice::from_ref(&case.folder)).unwrap();
    let library = Library::embedded().unwrap();
    let job = LintJob { sources: &sources, found: &found, kind: None, pedantic: false, only: &[] };
    let report = lint(&library, &job);
    (sources, report)
}

fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::NotReady => "not-ready",
        Verdict::CannotTell => "cannot-tell",
    }
}

#[test]
fn verdicts_and_demands_are_as_reviewed() {
    for case in cases() {
        let Some(verdict) = &case.expect.verdict else { continue };
        let (_, _, report) = checked(&case);
        let states: BTreeMap<&str, &str> = report.consumers[0]
            .demands
            .iter()
            .map(|demand| {
                let state = match demand.state {
                    State::Holds => "holds",
                    State::Broken => "broken",
                    State::Unknown => "unknown",
                };
                (demand.id.as_str(), state)
            })
            .collect();
        assert_eq!(verdict_name(report.verdict), verdict, "{}: {states:?} {:#?}", case.name, report.unknown);
        for (demand, state) in &case.expect.demands {
            assert_eq!(states.get(demand.as_str()), Some(&state.as_str()), "{}: {demand}", case.name);
        }
    }
}

/// Who names a folder for what is in it hears of deliveries what is said of one that is found.
#[test]
fn what_is_named_is_judged_as_what_is_found() {
    let roles = [Role::BucketPolicy, Role::ReaderPolicy, Role::KeyPolicy].map(DocumentKind::Policy);
    let kinds: Vec<DocumentKind> = roles.into_iter().chain(DocumentKind::of("get-export")).collect();
    // Of a folder that is named templates alone are taken.
    let is_of_templates = |case: &&Case| !case.folder.join("bucket-policy.json").exists();
    let cases = cases();
    for case in cases.iter().filter(|case| case.expect.verdict.is_some()).filter(is_of_templates) {
        let named =
            |kind: &DocumentKind| Named { kind: *kind, level: 0, linked: None, path: case.folder.clone() };
        let said = |named: &[Named]| -> Vec<(String, State)> {
            let (_, _, report) = judged(case, named);
            let demands = report.consumers[0].demands.iter();
            let of_delivery = demands.filter(|demand| demand.id.starts_with("delivery."));
            of_delivery.map(|demand| (demand.id.clone(), demand.state)).collect()
        };
        let all: Vec<Named> = kinds.iter().map(named).collect();
        assert_eq!(said(&all), said(&[]), "{}", case.name);
    }
}

/// What is filled in where a stack is deployed no plan of Terraform tells, and no stack what a run fills in.
#[test]
fn what_would_tell_is_of_the_language_of_the_template() {
    for case in cases().iter().filter(|case| case.expect.verdict.is_some()) {
        let (_, _, report) = checked(case);
        let other = if case.name.starts_with("terraform") { "aws cloudformation" } else { "terraform show" };
        let tells = report.unknown.iter().flat_map(|unknown| &unknown.tell);
        for tell in tells {
            assert!(!tell.contains(other), "{}: {tell}", case.name);
        }
    }
}

#[test]
fn what_an_unknown_answer_depends_on_is_named() {
    for case in cases() {
        if case.expect.verdict.is_none() {
            continue;
        }
        let (_, _, report) = checked(&case);
        for hole in &case.expect.holes {
            let is_named = report.unknown.iter().any(|unknown| unknown.reason.contains(&format!("`{hole}`")));
            assert!(is_named, "{}: {hole} in {:#?}", case.name, report.unknown);
        }
    }
}

/// What a deployment fills in is no placeholder that somebody forgot.
#[test]
fn no_hole_is_taken_for_a_placeholder() {
    for case in cases().iter().filter(|case| case.expect.verdict.is_some()) {
        let (_, _, report) = checked(case);
        let wrong = report.findings.iter().find(|finding| finding.rule.0.contains("placeholder"));
        assert!(wrong.is_none(), "{}: {wrong:#?}", case.name);
    }
}

#[test]
fn findings_point_into_the_template() {
    for case in cases() {
        let (sources, report) = linted(&case);
        let line = |finding: &preflight::finding::Finding| {
            let place = finding.primary.place;
            let source = sources.get(place.source);
            let at = source.position(place.span.start);
            let text = source.slice(place.span).lines().next().unwrap_or_default();
            let file = short(&case, source.name());
            let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
            format!("{severity} {} {file}:{}:{} {text}", finding.rule.0, at.line, at.column)
        };
        let worth = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let found: Vec<String> = worth.map(line).collect();
        let headlines: Vec<&str> = report.findings.iter().map(|finding| &*finding.headline).collect();
        assert_eq!(found, case.expect.findings, "{}: {headlines:#?}", case.name);
        for part in &case.expect.headlines {
            assert!(
                headlines.iter().any(|each| each.contains(part)),
                "{}: {part} in {headlines:#?}",
                case.name
            );
        }
    }
}

#[test]
fn exports_that_cannot_be_the_forms_are_no_business_of_the_check() {
    let library = Library::embedded().unwrap();
    let both = [("bucket", "acme-billing"), ("export-name", "acme")];
    for (bucket, name, values, is_told) in [
        (r#""acme-logs""#, r#""other""#, both.as_slice(), false),
        (r#""acme-billing""#, r#""other""#, &both, true),
        (r#""acme-logs""#, r#""acme""#, &both, true),
        ("aws_s3_bucket.logs.id", "var.name", &both, true),
        (r#""acme-logs""#, r#""other""#, &both[..1], false),
        (r#""acme-billing""#, r#""other""#, &both[1..], false),
        (r#""acme-logs""#, r#""other""#, &[], true),
    ] {
        let text = format!(
            "provider \"aws\" {{\n  region = \"eu-west-1\"\n}}\nvariable \"name\" {{}}\nresource \"aws_bcmdataexports_export\" \"it\" {{\n  export {{\n    name = {name}\n    destination_configurations {{\n      s3_destination {{\n        s3_bucket = {bucket}\n      }}\n    }}\n  }}\n}}\n"
        );
        let folder = std::env::temp_dir().join(format!("preflight-elsewhere-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("main.tf"), &text).unwrap();
        let mut sources = Sources::new();
        let evidence = load::load(&mut sources, &[], std::slice::from_ref(&folder)).unwrap();
        let found = load::loose(&mut sources, std::slice::from_ref(&folder)).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let source = sources.add("form", "");
        let mut form = Form::new();
        for (key, value) in [&[("account", "111122223333")], values].concat() {
            form.give(key, value, Place { source, span: Span::default() });
        }
        let job = Job {
            sources: &sources,
            evidence: &evidence,
            form: &form,
            consumers: &["spendeffix-root".to_owned()],
            strict: false,
            now: NOW,
            only: &[],
        };
        let tells = |report: &Report| {
            report.findings.iter().any(|finding| finding.rule.0 == "export-made-outside-us-east-1")
        };
        assert_eq!(tells(&judge(&library, &job)), is_told, "{text} {values:?}");
        let job = LintJob { sources: &sources, found: &found, kind: None, pedantic: false, only: &[] };
        assert!(tells(&lint(&library, &job)), "{text}");
    }
}

#[test]
fn what_is_not_judged_is_named_and_nothing_else_is() {
    for case in cases() {
        let (_, report) = linted(&case);
        let mut named: BTreeSet<String> =
            report.not_evaluated.iter().map(|entry| short(&case, &entry.document)).collect();
        if case.expect.verdict.is_some() {
            let (_, _, report) = checked(&case);
            named.extend(report.not_evaluated.iter().map(|entry| short(&case, &entry.document)));
        }
        let expected: BTreeSet<String> = case.expect.not_evaluated.iter().cloned().collect();
        assert_eq!(named, expected, "{}", case.name);
    }
}

/// A text that is read again says the same, and no template is edited.
#[test]
fn templates_are_read_again_as_they_were() {
    for case in cases() {
        let (sources, evidence, _) = checked(&case);
        let (_, again) = load::again(&sources, &evidence, &BTreeMap::new());
        let shape = |evidence: &Evidence| {
            let documents = evidence.documents.iter().map(|document| (document.role, document.policy.span));
            (documents.collect::<Vec<_>>(), evidence.not_evaluated.clone(), evidence.exports.clone())
        };
        assert_eq!(shape(&evidence), shape(&again), "{}", case.name);
    }
}

/// Templates cut anywhere, and with characters put in, are read without a panic, and every place lies in its text.
#[test]
fn damaged_templates_do_no_harm() {
    for case in cases() {
        for entry in std::fs::read_dir(&case.folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() || path.extension().is_some_and(|ending| ending == "toml") {
                continue;
            }
            let text = std::fs::read(&path).unwrap();
            for cut in (0..text.len()).step_by(211) {
                let (head, tail) = text.split_at(cut);
                for middle in ["", "\n", ":", "!Sub ", "&a ", "*a", "}", "\"", "- ", "${", "<<X\n"] {
                    let damaged = [head, middle.as_bytes(), tail].concat();
                    templates(&damaged);
                }
                templates(head);
            }
        }
    }
}
