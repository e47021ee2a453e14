//! Documents for several products, and documents that are added to.

use super::{bench, consumers, contract, forms};
use preflight::contract::{Form, conflicts};
use preflight::evidence::{Evidence, Role};
use preflight::finding::{Conflict, Need, Report, State as Answer};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::generate::{Part, export, policies, unmet};
use preflight::mend::{Bench, State};
use preflight::source::Sources;
use serde_json::Value;
use std::collections::BTreeMap;

fn judged(bench: &Bench<'_>, form: &Form, texts: &BTreeMap<Part, String>) -> Report {
    let (mut sources, mut evidence) = (Sources::new(), Evidence::default());
    for (part, text) in texts {
        let role = match part {
            Part::BucketPolicy => Role::BucketPolicy,
            Part::TrustPolicy => Role::TrustPolicy,
            Part::ReaderPolicy | Part::DiscoveryPolicy => Role::ReaderPolicy,
        };
        load::add_text(&mut sources, part.name(), text, role, 0, &mut evidence);
    }
    bench.judge(&State::new(sources, evidence, form.clone()))
}

/// Needed demands that do not hold, without those that ask whether others are kept out.
fn open(report: &Report) -> Vec<&str> {
    let demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    let open = demands.filter(|demand| demand.need == Need::Needed && demand.state != Answer::Holds);
    open.map(|demand| demand.id.as_str())
        .filter(|id| *id != "trust.others" && !id.starts_with("export."))
        .collect()
}

fn statements(text: &str) -> Vec<Value> {
    let whole: Value = serde_json::from_str(text).unwrap();
    whole["Statement"].as_array().unwrap().clone()
}

/// A policy of a hand of its own that has nothing to do with the product.
fn old(part: Part) -> String {
    let statement = match part {
        Part::BucketPolicy => {
            r#"{ "Sid" : "Tls",  "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-billing", "arn:aws:s3:::acme-billing/*"], "Condition": { "Bool": { "aws:SecureTransport": "false" } } }"#
        }
        Part::TrustPolicy => {
            r#"{ "Sid" : "Own",  "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::111122223333:role/admin" }, "Action": "sts:AssumeRole" }"#
        }
        Part::ReaderPolicy | Part::DiscoveryPolicy => {
            r#"{ "Sid" : "Own",  "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs" }"#
        }
    };
    format!("{{ \"Version\": \"2012-10-17\",\r\n\t\"Statement\" : [\r\n\t\t{statement}\r\n\t]\r\n}}\r\n")
}

/// Whether nothing of a value is lost in another: a list may have grown, and a single value become one.
fn is_within(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.len() == new.len()
                && old.iter().all(|(key, old)| new.get(key).is_some_and(|new| is_within(old, new)))
        }
        (Value::Array(old), Value::Array(new)) => new.starts_with(old),
        (old, Value::Array(new)) => new.first() == Some(old),
        (old, new) => old == new,
    }
}

#[test]
fn a_policy_of_every_kind_is_added_to_and_nothing_of_it_is_lost() {
    let library = Library::embedded().unwrap();
    let mut tried: BTreeMap<Part, usize> = BTreeMap::new();
    for name in consumers(&library) {
        let names = [name];
        let bench = bench(&library, &names);
        let Some((what, form)) = forms(contract(&library, &names)).into_iter().next() else { continue };
        for part in Part::of(contract(&library, &names)) {
            let old = old(part);
            let into = BTreeMap::from([(part, old.clone())]);
            let made = policies(&bench, &form, &into).unwrap_or_else(|fault| panic!("{what}: {fault}"));
            let Some(new) = made.texts.get(&part) else { continue };
            let (before, after) = (statements(&old), statements(new));
            assert!(after.len() >= before.len(), "{what}: {new}");
            assert!(before.iter().zip(&after).all(|(old, new)| is_within(old, new)), "{what}: {new}");
            let end = old.rfind("}\r\n\t]").unwrap() + 1;
            assert!(new.ends_with(&old[end..]) && !new.replace("\r\n", "").contains('\n'), "{what}: {new}");
            if after[..before.len()] == before[..] {
                assert!(new.starts_with(&old[..end]), "{what}: {new}");
            }
            let report = judged(&bench, &form, &made.texts);
            assert_eq!(open(&report), Vec::<&str>::new(), "{what}: {:#?}", made.texts);
            *tried.entry(part).or_default() += 1;
        }
    }
    assert!(tried.len() == 4 && tried.values().all(|count| *count > 0), "{tried:?}");
}

/// Whether one export can be made for products, with the values of the form.
fn go_together(library: &Library, names: &[String], form: &Form) -> bool {
    let with_defaults = |name: &String| {
        let contract = library.contract(name).unwrap();
        let mut form = form.clone();
        for default in &contract.defaults {
            form.presume(&default.name, &default.value, "");
        }
        (contract, form)
    };
    let all: Vec<_> = names.iter().map(with_defaults).collect();
    !conflicts(&all, library.requests()).iter().any(Conflict::is_needed)
}

#[test]
fn one_role_is_trusted_by_several_products_at_once() {
    let library = Library::embedded().unwrap();
    let with_trust: Vec<String> = consumers(&library)
        .into_iter()
        .filter(|name| {
            let contract = library.contract(name).unwrap();
            let says_who = contract.defaults.iter().any(|default| default.name == "product-principal");
            says_who && Part::of(contract).contains(&Part::TrustPolicy)
        })
        .collect();
    assert!(with_trust.len() >= 4, "{with_trust:?}");
    let mut tried = 0;
    for pair in with_trust.windows(2) {
        let all = forms(library.contract(&pair[0]).unwrap()).into_iter();
        let mut all = all.map(|(_, form)| form).filter(|form| {
            let takes = |name: &String| {
                forms(library.contract(name).unwrap())
                    .iter()
                    .any(|(_, other)| other.text("export-type") == form.text("export-type"))
            };
            pair.iter().all(takes) && go_together(&library, pair, form)
        });
        let Some(form) = all.next() else { continue };
        tried += 1;
        let both = policies(&bench(&library, pair), &form, &BTreeMap::new())
            .unwrap_or_else(|fault| panic!("{pair:?}: {fault}"));
        let first = policies(&bench(&library, &pair[..1]), &form, &BTreeMap::new()).unwrap();
        for (part, text) in &first.texts {
            let (before, after) = (statements(text), statements(&both.texts[part]));
            assert!(before.len() <= after.len(), "{pair:?}: {part:?}");
        }
        // Judged together, neither is a stranger to the other.
        let report = judged(&bench(&library, pair), &form, &both.texts);
        let strangers: Vec<&str> = report
            .findings
            .iter()
            .filter(|finding| finding.rule.0 == "role-taken-by-others")
            .map(|finding| finding.headline.as_str())
            .collect();
        assert_eq!(strangers, Vec::<&str>::new(), "{pair:?}: {:#?}", both.texts[&Part::TrustPolicy]);
        assert!(!both.left_out.iter().any(|left| left.demand == "trust.others"), "{pair:?}");
        for name in pair {
            let names = [name.clone()];
            let report = judged(&bench(&library, &names), &form, &both.texts);
            assert_eq!(open(&report), Vec::<&str>::new(), "{pair:?}: {:#?}", both.texts);
        }
    }
    assert!(tried >= 3, "{tried}");
}

#[test]
fn who_takes_the_role_is_said_by_each_contract_that_knows() {
    let library = Library::embedded().unwrap();
    let names = ["datadog".to_owned(), "koku".to_owned()];
    let (_, form) = forms(library.contract("koku").unwrap())
        .into_iter()
        .find(|(_, form)| form.text("export-type") == Some("cur-legacy"))
        .unwrap();
    // Koku's contract does not know who takes the role, Datadog's does.
    let given = form.text("product-principal").unwrap().to_owned();
    let made = policies(&bench(&library, &names), &form, &BTreeMap::new()).unwrap();
    let trust = &made.texts[&Part::TrustPolicy];
    assert!(trust.contains("464622532012") && trust.contains(&given), "{trust}");
    let report = judged(&bench(&library, &names), &form, &made.texts);
    assert_eq!(open(&report), Vec::<&str>::new(), "{trust}");
}

#[test]
fn advice_on_settings_that_another_product_excludes_is_told() {
    let library = Library::embedded().unwrap();
    let names = ["cloudzero".to_owned(), "koku".to_owned()];
    let (_, form) = forms(library.contract("cloudzero").unwrap())
        .into_iter()
        .find(|(_, form)| form.text("export-type") == Some("cur-legacy"))
        .unwrap();
    let both = bench(&library, &names);
    let settings = export(&both, &form, "us-east-1").unwrap();
    let told: Vec<String> = unmet(&both, &form, &settings).into_iter().map(|left| left.demand).collect();
    assert!(told.iter().any(|id| id == "export.schema-elements" || id == "export.versioning"), "{told:?}");
    let one = bench(&library, &names[..1]);
    let settings = export(&one, &form, "us-east-1").unwrap();
    assert_eq!(unmet(&one, &form, &settings), []);
}

#[test]
fn settings_for_two_products_are_what_both_take() {
    let library = Library::embedded().unwrap();
    let all = consumers(&library);
    let mut tried = 0;
    for (at, first) in all.iter().enumerate() {
        for second in all.iter().skip(at + 1) {
            let names = [first.clone(), second.clone()];
            let Some((what, form)) = forms(contract(&library, &names)).into_iter().next() else { continue };
            if !go_together(&library, &names, &form) {
                continue;
            }
            let bench = bench(&library, &names);
            let settings = export(&bench, &form, "us-east-1").unwrap();
            let legacy = form.text("export-type") == Some("cur-legacy");
            let answer = if legacy {
                serde_json::json!({ "ReportDefinitions": [settings] })
            } else {
                serde_json::json!({ "Export": settings })
            };
            let report = super::judged(&bench, &form, &[], Some(&answer.to_string()));
            let broken: Vec<&str> = report
                .consumers
                .iter()
                .flat_map(|consumer| &consumer.demands)
                .filter(|demand| demand.need == Need::Needed && demand.state == Answer::Broken)
                .map(|demand| demand.id.as_str())
                .filter(|id| id.starts_with("export."))
                .collect();
            assert!(broken.is_empty(), "{what} and {second}: {broken:?} {settings}");
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried}");
}
