//! The bucket that a bucket's policy is about.

use super::doc::{Doc, Out, readable};
use super::kind::PolicyKind;
use crate::policy::{ArnSplit, Text};

/// Two buckets in one policy: S3 refuses a policy that names another bucket than its own, so one of them is wrong whichever it
/// belongs to.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html> (checked 2026-11)
pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    // Where somebody says whose policy it is, each resource is held against that.
    if doc.kind != PolicyKind::Resource(Some("s3")) || doc.bucket.is_some() {
        return;
    }
    let elements = doc.policy.statements.iter().flat_map(|statement| &statement.resources);
    let items = elements.filter(|element| !element.negated).flat_map(|element| readable(&element.items));
    let mut named = items.filter_map(|item| Some((bucket(item)?, item)));
    let Some((first, at)) = named.next() else { return };
    let mut told = vec![first];
    for (name, item) in named {
        if !told.contains(&name) {
            told.push(name);
            out.push("arn", "second-bucket", item.span, &[("found", name), ("needed", first)])
                .related(at.span, "the first bucket");
        }
    }
}

/// The name of a bucket, where it is written out.
fn bucket(item: &Text) -> Option<&str> {
    let arn = ArnSplit::new(&item.value).filter(|arn| arn.service == "s3")?;
    let name = arn.resource.split('/').next().filter(|_| arn.region.is_empty() && arn.account.is_empty())?;
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (is_plain && !name.is_empty() && item.is_whole()).then_some(name)
}
