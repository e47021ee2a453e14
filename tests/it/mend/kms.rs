//! A bucket under a customer's KMS key: once a delivered object shows that the key is used, what the key's policy and the reader's
//! lack is mended, and proved as any other fix.

use super::{bench, state};
use crate::common::accounts;
use preflight::finding::{Applicability, Verdict};
use preflight::judge::Library;
use preflight::load;
use preflight::mend::{Options, State, access_of_whole, plan};

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/3c1e8f6a-2b7d-4e59-9a10-6d8f0b2c4e71";

/// Accounts that are not ready once an object is seen under the key, and what the mended text has that the old one has not.
/// What S3 asks of the key is in <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>, why a service
/// is let in on behalf of the account alone in
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention>
/// (checked 2026-11).
const ACCOUNTS: [(&str, &str, &[&str]); 4] = [
    ("a-kms-bucket-and-a-reader-who-may-not-decrypt", "reader-policy.json", &["kms:Decrypt", KEY]),
    ("a-kms-key-that-does-not-delegate-to-iam", "key-policy.json", &["kms:Decrypt", "user/spendeffix"]),
    (
        "a-kms-bucket-whose-key-does-not-know-the-service",
        "key-policy.json",
        &["kms:GenerateDataKey", "bcm-data-exports.amazonaws.com", "aws:SourceAccount", "111122223333"],
    ),
    (
        "a-kms-key-for-the-service-of-the-other-export-type",
        "key-policy.json",
        &["kms:GenerateDataKey", "billingreports.amazonaws.com", "aws:SourceAccount", "111122223333"],
    ),
];

#[test]
fn what_a_key_asks_for_is_granted_and_no_more() {
    let library = Library::embedded().unwrap();
    let all = accounts();
    for (name, file, wanted) in ACCOUNTS {
        let account = all.iter().find(|account| account.name == name).unwrap();
        let bench = bench(&library, account);
        let whole = || {
            let State { mut sources, mut evidence, form, .. } = state(account);
            let object = format!(
                r#"{{ "ContentLength": 9, "LastModified": "2026-11-23T03:11:00+00:00", "ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "{KEY}" }}"#
            );
            load::add_unnamed(&mut sources, "head-object.json", &object, &mut evidence);
            State::new(sources, evidence, form)
        };
        let (before, start) = (whole(), whole());
        let report = bench.judge(&start);
        let told: Vec<&String> = report.findings.iter().map(|finding| &finding.headline).collect();
        assert_eq!(report.verdict, Verdict::NotReady, "{name}: {told:?}");
        let done = plan(&bench, start, report, &Options::default());
        let left: Vec<_> = done.left.iter().map(|left| (&left.finding.headline, &left.fix)).collect();
        assert_eq!(done.report.verdict, Verdict::Ready, "{name}: {left:#?}");
        assert!(done.steps.iter().all(|step| step.fix.applicability == Applicability::Safe), "{name}");
        let access = access_of_whole(&bench, &before, &done.after);
        assert!(access.gained.is_empty() && access.lost.is_empty(), "{name}: {access:?}");
        let mut changed = done.changes(&before.sources);
        let (id, old, new) = changed.next().unwrap();
        assert!(changed.next().is_none(), "{name}: more than one file changed");
        assert!(before.sources.get(id).name().ends_with(file), "{name}");
        for text in wanted {
            assert!(new.matches(text).count() > old.matches(text).count(), "{name}: {text} in {new}");
        }
    }
}
