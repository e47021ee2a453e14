//! What a module's policies are to the account that is asked about.

use super::{Attached, Found};
use crate::evidence::{Attachment, Evidence, PolicyDocument, PolicyHint, Role};
use crate::policy::Length;

/// Adds the policies of modules as evidence. Of several that may be meant none is taken: a policy of another user or
/// bucket says nothing.
pub(in crate::load) fn take(found: Found, evidence: &mut Evidence) {
    evidence.not_evaluated.extend(found.not_evaluated);
    let roles: Vec<Result<Role, &str>> = found.policies.iter().map(role).collect();
    let count = |role: Role| roles.iter().filter(|each| **each == Ok(role)).count();
    for (each, role) in found.policies.iter().zip(&roles) {
        let role = match *role {
            Ok(Role::ReaderPolicy) if count(Role::ReaderPolicy) > 1 => {
                Err("one of several policies of users and roles; which is the reader's is not known")
            }
            Ok(Role::BucketPolicy) if each.bucket.is_none() && count(Role::BucketPolicy) > 1 => {
                Err("one of several bucket policies, and of which bucket is not known before it is deployed")
            }
            Ok(Role::KeyPolicy) if count(Role::KeyPolicy) > 1 => {
                Err("one of several key policies; which key the bucket has is not known")
            }
            other => other,
        };
        match role {
            Ok(role) => add(each, role, evidence),
            Err(reason) => evidence.not_evaluated.push((each.address.clone(), reason.to_owned())),
        }
    }
}

fn role(each: &Attached) -> Result<Role, &'static str> {
    match each.hint {
        Some(PolicyHint::Bucket) => Ok(Role::BucketPolicy),
        Some(PolicyHint::Identity) => Ok(Role::ReaderPolicy),
        Some(PolicyHint::Key) => Ok(Role::KeyPolicy),
        Some(PolicyHint::Endpoint) => Ok(Role::EndpointPolicy),
        // Where in the organization it is attached is not told here.
        Some(PolicyHint::Scp | PolicyHint::Rcp) => {
            Err("a policy of the organization; whom it is for is not known")
        }
        Some(PolicyHint::Trust) => Err("a role's trust policy; this consumer reads with a user's key"),
        Some(PolicyHint::Resource) => Err("a policy of another kind of resource than a bucket or a key"),
        None => Err("no resource of the module uses it"),
    }
}

fn add(each: &Attached, role: Role, evidence: &mut Evidence) {
    let policy = each.policy.clone();
    evidence.attachments.push(Attachment {
        source: policy.source,
        span: policy.span,
        address: each.address.clone(),
        bucket: each.bucket.clone(),
    });
    evidence.documents.push(PolicyDocument {
        role,
        level: 0,
        linked: None,
        source: policy.source,
        policy,
        issues: each.issues.clone(),
        // How long the text will be is known when the holes are filled.
        length: Length::default(),
    });
}
