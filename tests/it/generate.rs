//! Generated sets: they pass the check that they were made for (every form), and nothing in them can be spared (every
//! second form, since each is judged once for every action).

use crate::common::NOW;
use preflight::checks::lint::PolicyKind;
use preflight::contract::{Ask, Condition, Contract, Form, ReadsAs};
use preflight::evidence::{Evidence, LoosePolicies, Role};
use preflight::finding::{Need, Report, Severity, State as Answer};
use preflight::judge::{Library, LintJob, lint};
use preflight::load;
use preflight::mend::generate::{OutputForm, Part, Reader, Set, export, policies, write};
use preflight::mend::{Bench, State};
use preflight::source::{Place, Sources, Span};
use serde_json::Value;
use std::collections::BTreeMap;

mod advice;
mod into;
#[cfg(unix)]
mod script;
mod several;

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

/// Every form that is tried with a contract, with a name.
fn forms(contract: &Contract) -> Vec<(String, Form)> {
    let modes: &[&str] = if uses_modes(contract) {
        &["bucket-only", "find-report", "create-report"]
    } else {
        &["bucket-only"]
    };
    let kinds = ["cur-2.0", "cur-legacy"];
    let takes = |kind: &str| {
        contract.demands.iter().all(|demand| match &demand.ask {
            Ask::Form { name, one_of } if name == "export-type" => one_of.iter().any(|value| value == kind),
            _ => true,
        })
    };
    let mut out = Vec::new();
    for mode in modes {
        for kind in kinds.into_iter().filter(|kind| takes(kind)) {
            for owner in ["111122223333", "444455556666"] {
                let has_bucket = Part::of(contract).contains(&Part::BucketPolicy);
                if (*mode == "create-report" || !has_bucket) && owner != "111122223333" {
                    // The product makes the bucket in the account that it is connected to.
                    continue;
                }
                let kind_of_reader = if contract.reader == ReadsAs::Role { "role" } else { "user" };
                let reader = format!("arn:aws:iam::111122223333:{kind_of_reader}/cost-reader");
                let mut values = vec![
                    ("account", "111122223333"),
                    ("account-kind", "root"),
                    ("bucket", "acme-billing"),
                    ("bucket-account", owner),
                    ("export-name", "acme-cur"),
                    ("export-path", "finance/reports"),
                    ("export-type", kind),
                    ("mode", mode),
                    ("organization", "none"),
                    ("external-id", "9f2c41d7"),
                    ("reader", reader.as_str()),
                ];
                if !contract.defaults.iter().any(|default| default.name == "product-principal") {
                    values.push(("product-principal", "arn:aws:iam::222233334444:role/collector"));
                }
                out.push((format!("{}: {mode} {kind} bucket of {owner}", contract.name), form(&values)));
            }
        }
    }
    out
}

fn uses_modes(contract: &Contract) -> bool {
    let mut conditions = contract.demands.iter().flat_map(|demand| &demand.when);
    conditions.any(|condition| matches!(condition, Condition::Form(name, _) if name == "mode"))
}

fn contract<'a>(library: &'a Library, names: &[String]) -> &'a Contract {
    library.contract(&names[0]).unwrap()
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

const ROLES: [(Part, &str, Role); 4] = [
    (Part::BucketPolicy, "bucket-policy.json", Role::BucketPolicy),
    (Part::TrustPolicy, "trust-policy.json", Role::TrustPolicy),
    (Part::ReaderPolicy, "reader-policy.json", Role::ReaderPolicy),
    (Part::DiscoveryPolicy, "discovery-policy.json", Role::ReaderPolicy),
];

fn documents(texts: &BTreeMap<Part, String>) -> Vec<(&str, Role, &str)> {
    let there = ROLES.iter().filter_map(|(part, name, role)| Some((*name, *role, texts.get(part)?.as_str())));
    there.collect()
}

/// Those without which the import does not work: the policy for discovery is one that can be detached.
fn for_import(texts: &BTreeMap<Part, String>) -> Vec<(&str, Role, &str)> {
    documents(texts).into_iter().filter(|(name, ..)| *name != "discovery-policy.json").collect()
}

#[test]
fn every_generated_set_passes_the_check_it_was_made_for() {
    let library = Library::embedded().unwrap();
    let mut tried = 0;
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        for (what, form) in forms(contract(&library, &names)) {
            let made =
                policies(&bench, &form, &BTreeMap::new()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            let reads_exports = contract(&library, &names)
                .demands
                .iter()
                .any(|demand| matches!(demand.ask, Ask::Setting(_) | Ask::Export(_)));
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
            let answer = answer.to_string();
            let report = judged(
                &bench,
                &form,
                &documents(&made.texts),
                Some(answer.as_str()).filter(|_| reads_exports),
            );
            lints_clean(&library, &what, &made.texts);
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
    assert!(tried >= 30, "{tried}");
}

/// What was generated gives `lint` no reason for an error or a warning.
fn lints_clean(library: &Library, what: &str, texts: &BTreeMap<Part, String>) {
    for (part, _, role) in ROLES {
        let Some(text) = texts.get(&part) else { continue };
        let mut sources = Sources::new();
        let mut found = LoosePolicies::default();
        load::add_loose(&mut sources, part.name(), text, &mut found);
        let kind = Some(PolicyKind::of_role(role));
        let job = LintJob { sources: &sources, found: &found, kind, pedantic: false, only: &[] };
        let findings = lint(library, &job).findings;
        let bad: Vec<&String> = findings
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .map(|finding| &finding.headline)
            .collect();
        assert!(bad.is_empty(), "{what}: {}: {bad:?}\n{text}", part.name());
    }
}

/// Every text that is one action, one resource or one condition less.
fn smaller(text: &str) -> Vec<(String, String)> {
    let whole: Value = serde_json::from_str(text).unwrap();
    let mut out = Vec::new();
    for (at, statement) in whole["Statement"].as_array().unwrap().iter().enumerate() {
        for element in ["Action", "Resource"] {
            if statement.get(element).is_none() {
                continue;
            }
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
        for (what, form) in forms(contract(&library, &names)).into_iter().step_by(2) {
            let made =
                policies(&bench, &form, &BTreeMap::new()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            for part in [Part::BucketPolicy, Part::TrustPolicy, Part::ReaderPolicy] {
                let Some(text) = made.texts.get(&part) else { continue };
                for (gone, text) in smaller(text) {
                    let mut texts = made.texts.clone();
                    texts.insert(part, text);
                    let report = judged(&bench, &form, &for_import(&texts), None);
                    let is_followed = broken(&report).is_empty() && !advice::leaves_advice(&library, &report);
                    assert!(!is_followed, "{what}: {gone} is not needed");
                }
            }
        }
    }
}

/// Every text without one of its conditions, with the statement that it stood in.
fn wider(text: &str) -> Vec<(String, String)> {
    let whole: Value = serde_json::from_str(text).unwrap();
    let mut out = Vec::new();
    for (at, statement) in whole["Statement"].as_array().unwrap().iter().enumerate() {
        // Who may only look at the bucket's own policy gets nothing in by it.
        let is_guarded = ["Put", "sts:"].iter().any(|part| statement["Action"].to_string().contains(part));
        if statement.get("Condition").is_none() || !is_guarded {
            continue;
        }
        let mut less = whole.clone();
        less["Statement"][at].as_object_mut().unwrap().remove("Condition");
        out.push((format!("without the condition of statement {at}"), less.to_string()));
    }
    out
}

#[test]
fn without_a_condition_others_would_get_in() {
    let library = Library::embedded().unwrap();
    let mut tried = 0;
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        for (what, form) in forms(contract(&library, &names)).into_iter().step_by(2) {
            let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
            let is_guarded = |report: &Report| {
                let mut demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
                demands.all(|demand| {
                    !(demand.id.ends_with("guard") || demand.id.starts_with("trust."))
                        || demand.state == Answer::Holds
                })
            };
            let report = judged(&bench, &form, &for_import(&made.texts), None);
            assert!(is_guarded(&report), "{what}: {:#?}\n{:#?}", report.consumers, made.texts);
            for part in [Part::BucketPolicy, Part::TrustPolicy] {
                let Some(text) = made.texts.get(&part) else { continue };
                for (gone, text) in wider(text) {
                    let mut texts = made.texts.clone();
                    texts.insert(part, text);
                    let report = judged(&bench, &form, &for_import(&texts), None);
                    assert!(!is_guarded(&report), "{what}: {}: {gone}", part.name());
                    tried += 1;
                }
            }
        }
    }
    assert!(tried >= 30, "{tried}");
}

#[test]
fn with_more_principals_or_actions_the_trust_policy_would_be_too_wide() {
    let library = Library::embedded().unwrap();
    let mut tried = 0;
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        let Some((what, form)) = forms(contract(&library, &names)).into_iter().next() else { continue };
        let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
        let Some(trust) = made.texts.get(&Part::TrustPolicy) else { continue };
        let mut open: Value = serde_json::from_str(trust).unwrap();
        open["Statement"][0]["Principal"] = serde_json::json!({ "AWS": "*" });
        let mut texts = made.texts.clone();
        texts.insert(Part::TrustPolicy, open.to_string());
        let report = judged(&bench, &form, &for_import(&texts), None);
        let broken = report.consumers[0]
            .demands
            .iter()
            .any(|demand| demand.id == "trust.others" && demand.state == Answer::Broken);
        assert!(broken, "{what}: {:#?}", report.consumers[0].demands);
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
}

#[test]
fn what_is_there_stays_byte_for_byte() {
    let library = Library::embedded().unwrap();
    let names = ["spendeffix-root".to_owned()];
    let bench = bench(&library, &names);
    let (_, form) = forms(contract(&library, &names)).remove(0);
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
    let names = ["spendeffix-root".to_owned()];
    let bench = bench(&library, &names);
    let (_, form) = forms(contract(&library, &names)).remove(0);
    let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
    let set = Set {
        policies: vec![("bucket-policy", made.texts[&Part::BucketPolicy].clone())],
        export: Some(export(&bench, &form, "eu-west-1").unwrap()),
        bucket: "acme-billing".to_owned(),
        reader: Reader::of("arn:aws:iam::111122223333:user/spendeffix"),
        ..Set::default()
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

#[test]
fn a_role_is_written_in_every_form() {
    let library = Library::embedded().unwrap();
    let names = ["cloudzero".to_owned()];
    let bench = bench(&library, &names);
    let (_, form) = forms(contract(&library, &names)).remove(0);
    let made = policies(&bench, &form, &BTreeMap::new()).unwrap();
    let trust: Value = serde_json::from_str(&made.texts[&Part::TrustPolicy]).unwrap();
    let statement = &trust["Statement"][0];
    assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::061190967865:root");
    assert_eq!(statement["Condition"]["StringEquals"]["sts:ExternalId"], "9f2c41d7");
    assert!(statement.get("Resource").is_none());
    let text = |part: Part| (part.name(), made.texts[&part].clone());
    let set = Set {
        policies: vec![text(Part::BucketPolicy), text(Part::TrustPolicy), text(Part::ReaderPolicy)],
        reader: Reader::of("arn:aws:iam::111122223333:role/cloudzero/reader"),
        bucket: "acme-billing".to_owned(),
        ..Set::default()
    };
    let template: Value = serde_json::from_str(&write(&set, OutputForm::CloudFormation)).unwrap();
    let role = &template["Resources"]["ReaderRole"]["Properties"];
    assert_eq!(role["AssumeRolePolicyDocument"], trust);
    assert_eq!((&role["RoleName"], &role["Path"]), (&"reader".into(), &"/cloudzero/".into()));
    assert_eq!(template["Resources"]["ReaderPolicy"]["Type"], "AWS::IAM::RolePolicy");
    let script = write(&set, OutputForm::Script);
    let at = |text: &str| script.find(text).unwrap_or_else(|| panic!("{text}: {script}"));
    assert!(at("put-bucket-policy") < at("create-role") && at("create-role") < at("put-role-policy"));
    let terraform = write(&set, OutputForm::Terraform);
    assert!(terraform.contains("assume_role_policy") && terraform.contains("aws_iam_role.reader.name"));
}
