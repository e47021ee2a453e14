//! What a policy is for, by what it says and by the name of its file.

use super::recognise::Found;
use crate::evidence::Role;

/// The role of a policy that nobody named. What content cannot tell apart (a boundary, an SCP and a reader's policy look
/// alike) the file's name does.
pub(super) fn role_of(found: &Found, file: &str) -> Result<Role, &'static str> {
    let policy = found.meant.as_ref().unwrap_or(&found.policy);
    let file = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase().replace(['_', ' '], "-");
    let named = |word: &str| file.contains(word);
    if matches!(found.kind, Some(Role::Scp | Role::Rcp | Role::TrustPolicy | Role::EndpointPolicy)) {
        return found.kind.ok_or("");
    }
    if named("bucket-policy") || named("bucketpolicy") {
        return Ok(Role::BucketPolicy);
    }
    let with = policy
        .statements
        .iter()
        .filter(|statement| statement.principals.is_some() && !statement.is_unknown())
        .count();
    let without = policy.statements.len() - with;
    // One statement of many may have a `Principal` too many, or lack it.
    let of_user = with == without && ["reader", "user", "identity"].into_iter().any(named);
    if with < without || with == 0 || of_user {
        return Ok(if named("scp") || named("service-control") {
            Role::Scp
        } else if named("boundary") {
            Role::Boundary
        } else if named("session") {
            Role::SessionPolicy
        } else {
            Role::ReaderPolicy
        });
    }
    let actions = || {
        policy
            .statements
            .iter()
            .filter_map(|statement| statement.actions.as_ref())
            .flat_map(|element| &element.items)
            .map(|item| item.value.split(':').next().unwrap_or_default().to_ascii_lowercase())
    };
    // A bucket's policy names the bucket: what is for everybody and for every resource bounds an endpoint or an organization.
    let bounds = policy.is_for_all();
    let denies_only = policy.only_denies();
    if named("rcp") || named("resource-control") {
        Ok(Role::Rcp)
    } else if named("endpoint") || named("vpce") {
        Ok(Role::EndpointPolicy)
    } else if bounds && !named("bucket") && !named("key") && actions().any(|service| service != "kms") {
        Ok(if denies_only { Role::Rcp } else { Role::EndpointPolicy })
    } else if actions().all(|service| service == "kms") && actions().next().is_some() {
        Ok(Role::KeyPolicy)
    } else if actions().all(|service| service == "sts") && actions().next().is_some() {
        Ok(Role::TrustPolicy)
    } else if actions().any(|service| service == "s3" || service == "*") || denies_only {
        Ok(Role::BucketPolicy)
    } else {
        Err("a policy of another kind of resource than a bucket or a key")
    }
}
