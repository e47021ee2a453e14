//! The role of a policy in an account, by what it is for.

use super::recognise::Found;
use crate::evidence::{Purpose, Role};
use crate::policy::Policy;

/// The role of a policy that nobody named. What content cannot tell apart (a boundary, an SCP and a reader's policy look
/// alike) the file's name does.
pub(super) fn role_of(found: &Found, file: &str) -> Result<Role, &'static str> {
    if matches!(found.kind, Some(Role::Scp | Role::Rcp | Role::TrustPolicy | Role::EndpointPolicy)) {
        return found.kind.ok_or("");
    }
    let policy = found.meant.as_ref().unwrap_or(&found.policy);
    match Purpose::of(policy, file) {
        Purpose::Identity => Ok(Role::ReaderPolicy),
        Purpose::Boundary => Ok(Role::Boundary),
        Purpose::Session => Ok(Role::SessionPolicy),
        Purpose::Scp => Ok(Role::Scp),
        Purpose::Rcp => Ok(Role::Rcp),
        Purpose::Endpoint => Ok(Role::EndpointPolicy),
        Purpose::Trust => Ok(Role::TrustPolicy),
        Purpose::Bucket => Ok(Role::BucketPolicy),
        // A bucket's policy names the bucket. A key's speaks of every resource, which is the key.
        Purpose::Bounds if services(policy).any(|service| service != "kms") => {
            Ok(if policy.only_denies() { Role::Rcp } else { Role::EndpointPolicy })
        }
        Purpose::Bounds | Purpose::Resource => of_resource(policy),
    }
}

fn of_resource(policy: &Policy) -> Result<Role, &'static str> {
    let all = |wanted: &str| {
        let mut services = services(policy).peekable();
        services.peek().is_some() && services.all(|service| service == wanted)
    };
    if all("kms") {
        Ok(Role::KeyPolicy)
    } else if services(policy).any(|service| service == "s3" || service == "*") || policy.only_denies() {
        Ok(Role::BucketPolicy)
    } else {
        Err("a policy of another kind of resource than a bucket or a key")
    }
}

/// The prefixes of the actions.
fn services(policy: &Policy) -> impl Iterator<Item = String> {
    policy
        .statements
        .iter()
        .filter_map(|statement| statement.actions.as_ref())
        .flat_map(|element| &element.items)
        .map(|item| item.value.split(':').next().unwrap_or_default().to_ascii_lowercase())
}
