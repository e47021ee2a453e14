//! Context keys of a reader's request that follow from what it is about, and from where that is.

use super::export;
use super::homes::REGION;
use super::session;
use super::subject::Subject;
use crate::eval::member::Language;
use crate::eval::{Caller, CallerKind, Compiled, ContextValue, Patch, Unknown};
use crate::policy::arn;

/// Services whose one endpoint of the partition `aws` is in us-east-1.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion> and
/// <https://docs.aws.amazon.com/general/latest/gr/billing.html> (checked 2026-11)
const OF_ONE_REGION: [&str; 4] = ["iam", "organizations", "ce", "budgets"];
/// Services of reports and exports, which are in one Region of each partition.
const OF_EXPORTS: [&str; 2] = ["cur", "bcm-data-exports"];
/// Calls of other services that go to any endpoint of theirs.
const OF_ANY_REGION: [&str; 1] = ["s3:ListAllMyBuckets"];

/// Keys with their values. A service's own requests say nothing of these.
pub(super) fn known(
    subject: &Subject<'_>,
    caller: &Caller,
    action: &str,
    resource: &str,
    owner: Option<&str>,
) -> Vec<(&'static str, ContextValue)> {
    let mut out = Vec::new();
    if matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous) {
        return out;
    }
    let one = |text: &str| ContextValue::One(text.into());
    let region = region(subject, action, resource);
    if let Some(region) = &region {
        out.push(("aws:RequestedRegion", one(region)));
    }
    let form = subject.form;
    if let (Some(owner), Some(organization)) = (owner, form.text("organization"))
        && session::is_of_organization(subject, form, owner)
        && organization != "none"
    {
        out.push(("aws:ResourceOrgID", one(organization)));
    }
    // S3 decrypts with the reader's own permissions: it asks KMS on behalf of whoever reads.
    // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service and
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html (checked 2026-11)
    if action.starts_with("kms:") {
        if let Some(account) = caller.account() {
            out.push(("kms:CallerAccount", one(account)));
        }
        if let Some(region) = &region {
            let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
            out.push(("kms:ViaService", one(&format!("s3.{region}.{domain}"))));
        }
        out.push(("aws:ViaAWSService", one("true")));
        for key in ["aws:CalledViaFirst", "aws:CalledViaLast"] {
            out.push((key, one("s3.amazonaws.com")));
        }
        out.push(("aws:CalledVia", ContextValue::Many(["s3.amazonaws.com".into()].into())));
    }
    out
}

/// The pair of the encryption context that S3 sends to KMS.
const ENCRYPTION_CONTEXT: &str = "kms:EncryptionContext:aws:s3:arn";

/// What S3 tells KMS it is about, where a policy looks at it: the bucket if there is an S3 Bucket Key, else each object.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html>, "S3 Bucket Keys use the bucket ARN as encryption
/// context" (checked 2026-11)
pub(super) fn encryption_context(subject: &Subject<'_>, set: &Compiled<'_>) -> Option<Unknown> {
    if !set.keys().any(|key| key.eq_ignore_ascii_case(ENCRYPTION_CONTEXT)) {
        return None;
    }
    let bucket = subject.form.fill("arn:{partition}:s3:::{bucket}").ok()?;
    let below = subject.form.root().map_or_else(String::new, |root| format!("{root}/"));
    let objects = ContextValue::Every(Language::glob(&format!("{bucket}/{below}*")));
    let option = |phrase: &str, value: ContextValue| Patch {
        label: subject.phrases.say(phrase, &[]),
        keys: vec![(ENCRYPTION_CONTEXT.to_owned(), Some(value))],
    };
    let told = subject.evidence.bucket.has_bucket_key();
    let of_bucket = || option("with-bucket-key", ContextValue::One(bucket.as_str().into()));
    let mut options = Vec::new();
    options.extend((told != Some(false)).then(of_bucket));
    options.extend((told != Some(true)).then(|| option("without-bucket-key", objects)));
    Some(Unknown { fact: "bucket-key".to_owned(), options, presumed: None })
}

/// Whether a request for the action goes to the endpoint of the Region that the bucket is in.
pub(super) fn goes_to_bucket(action: &str) -> bool {
    action.starts_with("s3:") && !OF_ANY_REGION.contains(&action)
}

/// The Region whose endpoint a request goes to: that of what it is about.
fn region(subject: &Subject<'_>, action: &str, resource: &str) -> Option<String> {
    let service = action.split(':').next().unwrap_or_default();
    let partition = || subject.form.text("partition").unwrap_or("aws");
    let (partition, named) = match arn::split(resource) {
        Some([_, partition, _, named, ..]) => (partition, named),
        None => (partition(), ""),
    };
    if OF_ANY_REGION.contains(&action) || named.contains(['*', '?', '$']) {
        return None;
    }
    match service {
        _ if !named.is_empty() => Some(named.to_owned()),
        "s3" => export::region_of_bucket(subject),
        _ if OF_EXPORTS.contains(&service) => {
            let form = subject.form;
            form.text(REGION).filter(|_| !form.is_stand_in(REGION)).map(str::to_owned)
        }
        _ => (partition == "aws" && OF_ONE_REGION.contains(&service)).then(|| "us-east-1".to_owned()),
    }
}
