//! Policies in infrastructure as code. Each folder of `fixtures/iac/terraform` says in `expect.toml` what `lint` finds in it,
//! where, and what it names as not evaluated: nothing else may be found, and nothing may be passed over.

use preflight::judge::{Library, LintJob, lint};
use preflight::load;
use preflight::source::Sources;
use std::path::Path;

fn list(expected: &toml::Table, name: &str) -> Vec<String> {
    let items = expected[name].as_array().unwrap();
    items.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_policy_of_a_module_is_judged_or_named() {
    let library = Library::embedded().unwrap();
    let mut folders: Vec<_> =
        std::fs::read_dir("fixtures/iac/terraform").unwrap().map(|each| each.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 3);
    for folder in folders {
        let text = std::fs::read_to_string(folder.join("expect.toml")).unwrap();
        let expected: toml::Table = toml::from_str(&text).unwrap();
        let mut sources = Sources::new();
        // The files of the module alone: what they read besides is found through them.
        let files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|each| each.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "tf"))
            .collect();
        let found = load::loose(&mut sources, &files).unwrap();
        let job = LintJob { sources: &sources, found: &found, kind: None, pedantic: false, only: &[] };
        let report = lint(&library, &job);
        let mut findings: Vec<String> = report
            .findings
            .iter()
            .map(|finding| {
                let place = finding.primary.place;
                let source = sources.get(place.source);
                let file = Path::new(source.name()).file_name().unwrap().to_string_lossy().into_owned();
                let line = source.position(place.span.start).line;
                let text = source.slice(place.span).trim_matches('"');
                format!("{} {file}:{line} {text}", finding.rule.0)
            })
            .collect();
        findings.sort();
        assert_eq!(findings, list(&expected, "findings"), "{}", folder.display());
        let mut named: Vec<String> = report.not_evaluated.iter().map(|each| each.document.clone()).collect();
        named.sort();
        assert_eq!(named, list(&expected, "not_evaluated"), "{}", folder.display());
    }
}
