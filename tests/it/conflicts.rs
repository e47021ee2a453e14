//! Several products and one export: what they ask that excludes each other is found, and nothing else is.

use crate::common::NOW;
use preflight::contract::{Contract, Form, conflicts};
use preflight::evidence::Evidence;
use preflight::finding::{Conflict, ConflictKind, Verdict};
use preflight::judge::{Job, Library, judge};
use preflight::source::{Place, Sources, Span};

/// What two consumers ask that excludes each other, with these values given in the form.
fn between(library: &Library, names: [&str; 2], given: &[(&str, &str)]) -> Vec<Conflict> {
    let mut sources = Sources::new();
    let source = sources.add("form", "");
    let with_form = |name: &str| -> (Contract, Form) {
        let contract =
            library.contract(name).unwrap_or_else(|| panic!("there is no consumer {name}")).clone();
        let mut form = Form::new();
        for (key, value) in given {
            form.give(key, value, Place { source, span: Span::default() });
        }
        for default in &contract.defaults {
            form.presume(&default.name, &default.value, &default.because);
        }
        (contract, form)
    };
    let both = names.map(with_form);
    let borrowed: Vec<(&Contract, Form)> =
        both.iter().map(|(contract, form)| (contract, form.clone())).collect();
    conflicts(&borrowed, library.requests())
}

fn told(found: &[Conflict]) -> Vec<String> {
    let words = |conflict: &Conflict| {
        let [one, other] = &conflict.sides;
        format!("{}: {} / {}", conflict.about, one.needs, other.needs)
    };
    found.iter().map(words).collect()
}

/// Every one of these against every one of those: a conflict about one of the settings.
fn every_pair(ones: &[&str], others: &[&str], about: &[&str]) {
    let library = Library::embedded().unwrap();
    for one in ones {
        for other in others {
            for names in [[*one, *other], [*other, *one]] {
                let found = between(&library, names, &[]);
                assert!(
                    found.iter().any(|conflict| about.iter().any(|about| conflict.about.ends_with(about))),
                    "{names:?} about {about:?}: {:?}",
                    told(&found)
                );
            }
        }
    }
}

#[test]
fn one_delivery_cannot_both_replace_the_one_before_and_stand_beside_it() {
    every_pair(
        &[
            "spendeffix-root",
            "kiroframe",
            "certerox",
            "vantage",
            "koku",
            "vertice",
            "stacklet",
            "kubecost-s3",
        ],
        &["cloudzero", "datadog"],
        &["ReportVersioning"],
    );
    // These read CUR 2.0 alone, and those legacy reports alone, so that the kind is what excludes them.
    every_pair(&["aws-cid", "softwareone"], &["cloudzero", "datadog"], &["export-type"]);
}

#[test]
fn one_export_cannot_both_have_resource_ids_and_have_none() {
    every_pair(
        &["spendeffix-root", "kiroframe", "certerox", "softwareone", "aws-cid", "harness"],
        &["elastic"],
        &["INCLUDE_RESOURCES"],
    );
}

#[test]
fn one_export_cannot_both_have_split_cost_allocation_and_leave_it_out() {
    every_pair(&["datadog", "koku"], &["cloudzero", "spendeffix-root"], &["AdditionalSchemaElements"]);
    every_pair(&["harness"], &["softwareone", "elastic"], &["INCLUDE_SPLIT_COST_ALLOCATION_DATA"]);
}

#[test]
fn auto_detection_of_legacy_reports_excludes_split_cost_allocation() {
    let library = Library::embedded().unwrap();
    let found = between(&library, ["spendeffix-root", "datadog"], &[("mode", "find-report")]);
    let exact = found.iter().find(|conflict| conflict.about == "AdditionalSchemaElements").unwrap();
    assert!(exact.is_needed(), "{:?}", told(&found));
    assert_eq!(exact.sides[0].needs, "exactly RESOURCES");
}

#[test]
fn one_export_is_either_a_legacy_report_or_cur_2() {
    every_pair(
        &["softwareone", "elastic", "aws-cid"],
        &["flexera", "kubecost", "datadog", "cloudzero", "koku", "stacklet"],
        &["export-type"],
    );
}

#[test]
fn one_export_is_either_csv_or_parquet() {
    every_pair(&["koku", "kubecost-s3", "vantage"], &["stacklet", "vertice"], &["Compression"]);
    every_pair(&["vantage"], &["aws-cid"], &["Compression"]);
}

#[test]
fn one_export_is_either_hourly_or_daily() {
    every_pair(
        &["cloudzero", "datadog", "koku", "stacklet", "vertice"],
        &["kubecost", "kubecost-s3", "digiusher"],
        &["TimeUnit"],
    );
}

#[test]
fn a_statement_that_asks_for_an_external_id_shuts_out_who_shows_none() {
    let library = Library::embedded().unwrap();
    for one in ["vantage", "cloudzero", "datadog", "koku", "vertice", "harness", "nops"] {
        for other in ["kubecost", "kubecost-s3", "softwareone"] {
            let found = between(&library, [one, other], &[]);
            let apart = found.iter().find(|conflict| conflict.about == "sts:ExternalId");
            let apart = apart.unwrap_or_else(|| panic!("{one} and {other}: {:?}", told(&found)));
            assert_eq!(apart.kind, ConflictKind::Statement);
            // Two statements serve both, so this alone is no reason not to be ready.
            assert!(!apart.is_needed());
        }
    }
}

#[test]
fn who_can_share_an_export_is_not_kept_from_it() {
    let library = Library::embedded().unwrap();
    for names in [
        ["vertice", "stacklet"],
        ["koku", "vantage"],
        ["spendeffix-root", "kiroframe"],
        ["spendeffix-root", "certerox"],
        ["aws-cid", "softwareone"],
        ["nops", "vertice"],
        ["spendeffix-linked", "datadog"],
    ] {
        let found = between(&library, names, &[]);
        let export: Vec<&Conflict> =
            found.iter().filter(|conflict| conflict.kind == ConflictKind::Export).collect();
        assert!(export.is_empty(), "{names:?}: {:?}", told(&found));
    }
    // Nobody excludes itself.
    for contract in library.contracts() {
        let found = between(&library, [&contract.name, &contract.name], &[]);
        let needed: Vec<&Conflict> = found.iter().filter(|conflict| conflict.is_needed()).collect();
        assert!(needed.is_empty(), "{}: {:?}", contract.name, told(&found));
    }
}

#[test]
fn a_kind_that_suits_both_is_no_conflict_unless_the_form_says_another() {
    let library = Library::embedded().unwrap();
    // Harness asks nothing of a legacy report's format, and of CUR 2.0 it does.
    let format = |given: &[(&str, &str)]| {
        let found = between(&library, ["vantage", "harness"], given);
        found.iter().any(|conflict| conflict.about.ends_with("Compression"))
    };
    assert!(!format(&[]));
    assert!(!format(&[("export-type", "cur-legacy")]));
    assert!(format(&[("export-type", "cur-2.0")]));
}

#[test]
fn two_that_cannot_share_an_export_are_not_ready_together() {
    let library = Library::embedded().unwrap();
    let mut sources = Sources::new();
    let source = sources.add("form", "");
    let mut form = Form::new();
    form.give("account", "111122223333", Place { source, span: Span::default() });
    let report = |names: &[&str]| {
        let consumers: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let evidence = Evidence::default();
        let job = Job {
            sources: &sources,
            evidence: &evidence,
            form: &form,
            consumers: &consumers,
            strict: false,
            now: NOW,
            only: &[],
        };
        judge(&library, &job)
    };
    let both = report(&["datadog", "kubecost"]);
    assert_eq!(both.consumers.len(), 2);
    assert!(both.consumers.iter().all(|consumer| consumer.verdict == Verdict::CannotTell));
    assert_eq!(both.verdict, Verdict::NotReady);
    let sources: Vec<&str> =
        both.conflicts.iter().flat_map(|each| &each.sides).map(|side| &*side.source).collect();
    assert!(!sources.is_empty() && sources.iter().all(|source| !source.is_empty()));
    let alone = report(&["datadog"]);
    assert!(alone.conflicts.is_empty() && alone.verdict == Verdict::CannotTell);
}
