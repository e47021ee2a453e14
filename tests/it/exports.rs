//! Export settings as strangers write them: in consumer files of their own, and in damaged answers.

use preflight::contract::Form;
use preflight::evidence::Evidence;
use preflight::finding::{Report, State};
use preflight::judge::{Job, Library, judge};
use preflight::load;
use preflight::source::{Place, Sources, Span};

const EXPORT: &str =
    include_str!("../../fixtures/accounts/an-export-with-the-settings-that-the-product-wants/export.json");
const REPORTS: &str = include_str!("../../fixtures/accounts/several-reports-in-one-answer/reports.json");

fn report(library: &Library, consumer: &str, form: &[(&str, &str)], texts: &[&str]) -> Report {
    let mut sources = Sources::new();
    let mut evidence = Evidence::default();
    let line = sources.add("command line", "");
    let mut given = Form::new();
    for (name, value) in form {
        given.give(name, value, Place { source: line, span: Span::default() });
    }
    for text in texts {
        load::add_unnamed(&mut sources, "answer.json", text, &mut evidence);
    }
    let job = Job {
        sources: &sources,
        evidence: &evidence,
        form: &given,
        consumers: &[consumer.to_owned()],
        strict: false,
        now: "2026-11-23T12:00:00Z",
        only: &[],
    };
    judge(library, &job)
}

/// A consumer with one demand on a setting.
fn consumer(lines: &str) -> String {
    format!(
        "title = \"t\"\nproduct = \"p\"\nchecked = \"2026-11-23\"\n[[demand]]\nid = \"export.mine\"\nsection = \"Export\"\ntitle = \"mine\"\nneed = \"needed\"\nask = \"setting\"\ndocument = \"export\"\nsource = \"s\"\n{lines}\n"
    )
}

#[test]
fn another_products_setting_needs_no_code() {
    let mut library = Library::embedded().unwrap();
    let lines = "case = \"value\"\nselect = { data-export = \"$.RefreshCadence.Frequency\", cur-legacy = \"$.AdditionalArtifacts[*]\" }\nnone-of = [\"SYNCHRONOUS\", \"ATHENA\"]\nabsent = \"holds\"";
    library.add_consumer("mine", &consumer(lines)).unwrap();
    let broken = report(&library, "mine", &[("account", "111122223333")], &[EXPORT]);
    assert_eq!(broken.consumers[0].demands[0].state, State::Broken);
    assert_eq!(
        broken.findings[0].headline,
        "the export `acme-cur2` has the setting `SYNCHRONOUS`, the product takes `another value`"
    );
    let legacy = [("account", "111122223333"), ("export-name", "acme-cur"), ("export-type", "cur-legacy")];
    let holds = report(&library, "mine", &legacy, &[REPORTS]);
    assert_eq!(holds.consumers[0].demands[0].state, State::Holds);
}

#[test]
fn a_case_that_is_not_there_is_a_fault_of_the_consumer() {
    let mut library = Library::embedded().unwrap();
    let lines = "case = \"granulrity\"\nselect = {}\nnone-of = []";
    let fault = library.add_consumer("mine", &consumer(lines)).unwrap_err().to_string();
    assert!(fault.contains("demand `export.mine` names the case `granulrity`"), "{fault}");
}

#[test]
fn a_damaged_answer_is_judged_without_a_panic() {
    let library = Library::embedded().unwrap();
    let form = [("account", "111122223333"), ("export-path", "reports"), ("bucket", "acme-billing")];
    for text in [EXPORT, REPORTS] {
        for at in (0..text.len()).step_by(7) {
            let cut = text.get(..at).unwrap();
            let without = format!("{cut}{}", text.get(at + 3..).unwrap_or_default());
            let nulled = format!("{cut}null{}", text.get(at..).unwrap());
            for damaged in [cut, &without, &nulled] {
                let report = report(&library, "spendeffix-root", &form, &[damaged]);
                assert!(!report.consumers[0].demands.is_empty());
            }
        }
    }
}

#[test]
fn without_settings_no_needed_demand_waits_for_them() {
    let library = Library::embedded().unwrap();
    let report = report(&library, "spendeffix-root", &[("account", "111122223333")], &[]);
    let asked: Vec<&str> = report.consumers[0]
        .demands
        .iter()
        .filter(|demand| demand.section == "Export")
        .map(|demand| demand.id.as_str())
        .collect();
    assert_eq!(asked, ["export.looked-at"]);
}
