//! What stands in a policy that is added to stays as it is written; where that cannot be, nothing is made.

use super::{bench, contract, forms};
use preflight::judge::Library;
use preflight::mend::generate::{GenerateFault, Part, policies};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// A policy that could only be served by changing what it says, and what the refusal says.
#[derive(Deserialize)]
struct Case {
    part: String,
    text: String,
    says: String,
}

#[test]
fn what_would_have_to_be_changed_is_refused() {
    let library = Library::embedded().unwrap();
    let names = ["spendeffix-root".to_owned()];
    let bench = bench(&library, &names);
    let (_, form) = forms(contract(&library, &names)).remove(0);
    let cases: Cases = toml::from_str(include_str!("../../../fixtures/mend/into.toml")).unwrap();
    let parts = [Part::BucketPolicy, Part::ReaderPolicy, Part::DiscoveryPolicy];
    for Case { part, text, says } in cases.case {
        let part = parts.into_iter().find(|known| known.name() == part).unwrap();
        let into = BTreeMap::from([(part, text.clone())]);
        match policies(&bench, &form, &into) {
            Err(fault @ (GenerateFault::InTheWay(_) | GenerateFault::Refused { .. })) => {
                assert!(fault.to_string().contains(&says), "{text}: {fault}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_grant_for_another_account_stays_beside_the_new_one() {
    let library = Library::embedded().unwrap();
    let names = ["spendeffix-root".to_owned()];
    let bench = bench(&library, &names);
    let (_, form) = forms(contract(&library, &names)).remove(0);
    let old = r#"{ "Sid": "Old", "Effect": "Allow", "Principal": {"Service":"bcm-data-exports.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::acme-billing/*", "Condition": {"StringEquals": {"aws:SourceAccount":"999988887777"}, "ArnLike": {"aws:SourceArn":"arn:aws:bcm-data-exports:us-east-1:999988887777:export/*"}} }"#;
    let text = format!("{{ \"Version\": \"2012-10-17\", \"Statement\": [ {old} ] }}");
    let made = policies(&bench, &form, &BTreeMap::from([(Part::BucketPolicy, text)])).unwrap();
    let new = &made.texts[&Part::BucketPolicy];
    assert!(new.contains(old) && new.contains("111122223333"), "{new}");
}
