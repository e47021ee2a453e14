//! The role of a policy in an account, by what it is for.

use super::recognise::Found;
use crate::catalog;
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
        Purpose::Bounds if services(policy).any(|service| service != "kms") => of_bounds(policy),
        Purpose::Bounds | Purpose::Resource => of_resource(policy),
    }
}

/// What bounds an organization or an endpoint, and what is of a resource that its policy does not name.
///
/// Resource control policies name services, and those alone that they can govern; what no service of the reader's and the delivery's
/// calls is about bears on neither.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html> (checked 2026-11)
fn of_bounds(policy: &Policy) -> Result<Role, &'static str> {
    let is_about = |wanted: &[&str]| services(policy).any(|service| wanted.contains(&service.as_str()));
    if policy.only_denies() {
        return if services(policy).all(|service| catalog::rcp_supports(&service)) {
            Ok(Role::Rcp)
        } else {
            Err("it may be of any kind of resource; name it as what it is, if it counts")
        };
    }
    if is_about(&["s3", "*"]) { Ok(Role::EndpointPolicy) } else { Err(OF_ANOTHER) }
}

/// Why a policy is none of those that are judged.
const OF_ANOTHER: &str = "a policy of another kind of resource than a bucket or a key";

fn of_resource(policy: &Policy) -> Result<Role, &'static str> {
    let all = |wanted: &str| {
        let mut services = services(policy).peekable();
        services.peek().is_some() && services.all(|service| service == wanted)
    };
    if all("kms") {
        return Ok(Role::KeyPolicy);
    }
    if services(policy).any(|service| service == "s3" || service == "*") {
        return Ok(Role::BucketPolicy);
    }
    // With a misspelt element, or a misspelt service, what it is about tells.
    let is_foreign = services(policy).any(|service| catalog::service(&service).is_some());
    let resources = policy.statements.iter().filter_map(|statement| statement.resources.as_ref());
    let names_bucket = resources.flat_map(|element| &element.items).any(|item| item.value.contains(":s3:::"));
    if !is_foreign && (names_bucket || policy.only_denies()) {
        Ok(Role::BucketPolicy)
    } else {
        Err(OF_ANOTHER)
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
