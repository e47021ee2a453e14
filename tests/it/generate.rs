//! Generated sets: they pass the check that they were made for (every form), and nothing in them can be spared (every
//! second form, since each is judged once for every action).

use crate::common::NOW;
use preflight::contract::Form;
use preflight::evidence::{Evidence, Role};
use preflight::finding::{Need, Report, State as Answer};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::generate::{OutputForm, Part, Set, export, policies, write};
use preflight::mend::{Bench, State};
use preflight::source::{Place, Sources, Span};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the values of the form are said to stand.
fn form(values: &[(&str, &str)]) -> Form {
    let mut sources = Sources::new();
    let source = sources.add("form", "");
    let mut form = Form::new();
    for (name, value) in values {
        form.give(name, value, Place { source, span: Span::default() });
    }
    form
}

/// Every form that is tried, with a name.
fn forms() -> Vec<(String, Form)> {
    let mut out = Vec::new();
    for mode in ["bucket-only", "find-report", "create-report"] {
        for kind in ["cur-2.0", "cur-legacy"] {
            for owner in ["111122223333", "444455556666"] {
                if mode == "create-report" && owner != "111122223333" {
                    // The product makes the bucket in the account that it is connected to.
                    continue;
                }
                let values = [
                    ("account", "111122223333"),
                    ("account-kind", "root"),
                    ("bucket", "acme-billing"),
                    ("bucket-account", owner),
                    ("export-name", "acme-cur"),
                    ("export-path", "finance/reports"),
                    ("export-type", kind),
                    ("mode", mode),
                    ("organization", "none"),
                    ("reader", "arn:aws:iam::111122223333:user/spendeffix"),
                ];
                out.push((format!("{mode} {kind} bucket of {owner}"), form(&values)));
            }
        }
    }
    out
}

fn consumers(library: &Library) -> Vec<String> {
    library.contracts().map(|contract| contract.name.clone()).collect()
}

fn bench<'a>(library: &'a Library, consumers: &'a [String]) -> Bench<'a> {
    Bench { library, consumers, strict: false, now: NOW, config: None }
}

fn judged(bench: &Bench<'_>, form: &Form, texts: &[(&str, Role, &str)], export: Option<&str>) -> Report {
    let mut sources = Sources::new();
    let mut evidence = Evidence::default();
    for (name, role, text) in texts {
        load::add_text(&mut sources, name, text, *role, 0, &mut evidence);
    }
    if let Some(export) = export {
        load::add_unnamed(&mut sources, "export.json", export, &mut evidence);
    }
    bench.judge(&State::new(sources, evidence, form.clone()))
}

fn broken(report: &Report) -> Vec<&str> {
    let demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    let bad = demands.filter(|demand| demand.need == Need::Needed && demand.state != Answer::Holds);
    bad.map(|demand| demand.id.as_str()).collect()
}

fn documents(texts: &BTreeMap<Part, String>) -> Vec<(&str, Role, &str)> {
    vec![
        ("bucket-policy.json", Role::BucketPolicy, &texts[&Part::BucketPolicy]),
        ("reader-policy.json", Role::ReaderPolicy, &texts[&Part::ReaderPolicy]),
        ("discovery-policy.json", Role::ReaderPolicy, &texts[&Part::DiscoveryPolicy]),
    ]
}

#[test]
fn every_generated_set_passes_the_check_it_was_made_for() {
    let library = Library::embedded().unwrap();
    let mut tried = 0;
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        for (what, form) in forms() {
            let made =
                policies(&bench, &form, &BTreeMap::new()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            let settings = export(&bench, &form, "eu-west-1").unwrap();
            let legacy = form.text("export-type") == Some("cur-legacy");
            let switches = &settings["DataQuery"]["TableConfigurations"]["COST_AND_USAGE_REPORT"];
            for (key, value) in
                switches.as_object().into_iter().flatten().filter(|(key, _)| key.starts_with("INCLUDE"))
            {
                assert!(value == "TRUE" || value == "FALSE", "{what}: {key} {value}");
            }
            assert!(!settings["RefreshClosedReports"].is_string(), "{what}");
            let answer = if legacy {
                serde_json::json!({ "ReportDefinitions": [settings] })
            } else {
                serde_json::json!({ "Export": settings })
            };
            let report = judged(&bench, &form, &documents(&made.texts), Some(&answer.to_string()));
            // Whose the export is, AWS says once it is made.
            let open: Vec<&str> = broken(&report).into_iter().filter(|id| *id != "export.account").collect();
            let told: Vec<&String> = report.findings.iter().map(|finding| &finding.headline).collect();
            let other_owner = form.text("bucket-account") != form.text("account");
            let open: Vec<&str> =
                open.into_iter().filter(|id| !(other_owner && *id == "export.bucket-account")).collect();
            assert!(open.is_empty(), "{what}: {open:?}\n{told:#?}\n{:#?}", made.texts);
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried}");
}

/// Every text that is one action, one resource or one condition less.
fn smaller(text: &str) -> Vec<(String, String)> {
    let whole: Value = serde_json::from_str(text).unwrap();
    let mut out = Vec::new();
    for (at, statement) in whole["Statement"].as_array().unwrap().iter().enumerate() {
        for element in ["Action", "Resource"] {
            let list =
                statement[element].as_array().cloned().unwrap_or_else(|| vec![statement[element].clone()]);
            for (gone, value) in list.iter().enumerate() {
                let mut less = whole.clone();
                let rest: Vec<Value> = list
                    .iter()
                    .enumerate()
                    .filter(|(index, _)| *index != gone)
                    .map(|(_, value)| value.clone())
                    .collect();
                if rest.is_empty() {
                    less["Statement"].as_array_mut().unwrap().remove(at);
                } else {
                    less["Statement"][at][element] = Value::Array(rest);
                }
                out.push((format!("without {element} {value}"), less.to_string()));
            }
        }
    }
    out
}

#[test]
fn nothing_in_a_generated_policy_can_be_spared() {
    let library = Library::embedded().unwrap();
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        for (what, form) in forms().into_iter().step_by(2) {
            let made =
                policies(&bench, &form, &BTreeMap::new()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            for part in [Part::BucketPolicy, Part::ReaderPolicy] {
                for (gone, text) in smaller(&made.texts[&part]) {
                    let mut texts = made.texts.clone();
                    texts.insert(part, text);
                    // The policy for discovery is one that can be detached.
                    let report = judged(&bench, &form, &documents(&texts)[..2], None);
                    assert!(!broken(&report).is_empty(), "{what}: {gone} is not needed");
                }
            }
        }
    }
}

#[test]
fn without_its_conditions_the_bucket_would_take_exports_of_others() {
    let library = Library::embedded().unwrap();
    let names = consumers(&library);
    for name in names {
        let names = [name];
        let bench = bench(&library, &names);
        for (what, form) in forms().into_iter().step_by(2) {
            let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
            let mut open: Value = serde_json::from_str(&made.texts[&Part::BucketPolicy]).unwrap();
            let is_guarded = |report: &Report| {
                let mut demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
                demands.all(|demand| !demand.id.ends_with("guard") || demand.state == Answer::Holds)
            };
            assert!(is_guarded(&judged(&bench, &form, &documents(&made.texts), None)), "{what}");
            for statement in open["Statement"].as_array_mut().unwrap() {
                statement.as_object_mut().unwrap().remove("Condition");
            }
            let mut texts = made.texts.clone();
            texts.insert(Part::BucketPolicy, open.to_string());
            assert!(!is_guarded(&judged(&bench, &form, &documents(&texts), None)), "{what}: {open:#}");
        }
    }
}

#[test]
fn what_is_there_stays_byte_for_byte() {
    let library = Library::embedded().unwrap();
    let names = [consumers(&library)[0].clone()];
    let bench = bench(&library, &names);
    let (_, form) = forms().remove(0);
    let old = "{ \"Version\": \"2012-10-17\",\r\n\t\"Statement\": [\r\n\t\t{ \"Sid\": \"Tls\", \"Effect\": \"Deny\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\": [\"arn:aws:s3:::acme-billing\", \"arn:aws:s3:::acme-billing/*\"], \"Condition\": { \"Bool\": { \"aws:SecureTransport\": \"false\" } } }\r\n\t]\r\n}\r\n";
    let into = BTreeMap::from([(Part::BucketPolicy, old.to_owned())]);
    let made = policies(&bench, &form, &into).unwrap();
    let new = &made.texts[&Part::BucketPolicy];
    let end = old.find("} } }").unwrap() + "} } }".len();
    assert!(new.starts_with(&old[..end]) && new.ends_with(&old[end..]), "{new}");
    assert!(new.len() > old.len() && !new.replace("\r\n", "").contains('\n'), "{new}");
}

#[test]
fn all_forms_hold_the_same_policies() {
    let library = Library::embedded().unwrap();
    let names = [consumers(&library)[0].clone()];
    let bench = bench(&library, &names);
    let (_, form) = forms().remove(0);
    let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
    let set = Set {
        policies: vec![("bucket-policy", made.texts[&Part::BucketPolicy].clone())],
        export: Some(export(&bench, &form, "eu-west-1").unwrap()),
        legacy: false,
        bucket: "acme-billing".to_owned(),
        user: "spendeffix".to_owned(),
    };
    let policy: Value = serde_json::from_str(&made.texts[&Part::BucketPolicy]).unwrap();
    let json: Value = serde_json::from_str(&write(&set, OutputForm::Json)).unwrap();
    assert_eq!(json["bucket-policy"], policy);
    let template: Value = serde_json::from_str(&write(&set, OutputForm::CloudFormation)).unwrap();
    assert_eq!(template["Resources"]["BucketPolicy"]["Properties"]["PolicyDocument"], policy);
    assert_eq!(template["Resources"]["Export"]["DependsOn"], "BucketPolicy");
    let script = write(&set, OutputForm::Script);
    assert!(script.find("put-bucket-policy").unwrap() < script.find("create-export").unwrap());
    assert!(write(&set, OutputForm::Terraform).contains("aws_s3_bucket_policy"));
}
