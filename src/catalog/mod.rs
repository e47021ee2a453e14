//! What AWS publishes about its services: actions, resource types, condition keys. Data, not behaviour.
//!
//! The data is embedded, compressed, and opened piece by piece: nothing at start, the index when a service is first named,
//! then one block of neighbouring services. [`data_version`] says where it comes from and how old it is; AWS adds actions
//! every week, so a name that is not in here is *unknown to the catalog*, which is not the same as wrong.
//!
//! Retired actions and the partitions are short lists written by hand, in `retired.toml` and `partitions.toml`.
//!
//! ```
//! use preflight::catalog;
//!
//! let s3 = catalog::service("s3").expect("S3 is in the catalog");
//! let action = s3.action("listbucket").expect("case does not count");
//! assert_eq!(action.name(), "ListBucket");
//! assert!(action.resource_types().any(|entry| entry.resource_type.name() == "bucket"));
//! ```

mod action;
mod closest;
mod expand;
mod glob;
mod key;
mod name;
mod partition;
mod resource;
mod retired;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub use action::{Access, Action, ActionResource};
pub use closest::{closest_action, closest_global_key, closest_service};
pub use expand::{Expansion, expand, expansion};
pub use key::{ConditionKey, KeyType};
pub use partition::{Partition, is_region, partition, partition_of_region, partitions};
pub use resource::{ArnPattern, ArnTemplate, ResourceType};
pub use retired::{Retired, retired, retired_actions};
pub use service::Service;
pub use store::DataVersion;

use glob::{Case, Class, Empty};
use store::index;

/// Where the data comes from and how old it is.
#[must_use]
pub fn data_version() -> &'static DataVersion {
    &index().version
}

/// The service with this prefix. Case does not count.
#[must_use]
pub fn service(prefix: &str) -> Option<&'static Service> {
    name::find(&index().services, prefix, Service::prefix)
}

/// The prefixes of all services, sorted.
pub fn services() -> impl Iterator<Item = &'static str> {
    index().services.iter().map(Service::prefix)
}

/// The action with this full name, `s3:GetObject`. Case does not count; a pattern is not a name.
#[must_use]
pub fn action(name: &str) -> Option<&'static Action> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

/// The global condition key with this name, or whose template fits it: `aws:PrincipalTag/team`. Case does not count.
///
/// Includes the keys that a service puts into the session of its roles, such as `lambda:SourceFunctionArn`. Types as on
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> (read 2026-09-26).
#[must_use]
pub fn global_key(name: &str) -> Option<&'static ConditionKey> {
    key::find(&index().global_keys, name)
}

/// All global condition keys, sorted by lower-case name.
#[must_use]
pub fn global_keys() -> &'static [ConditionKey] {
    &index().global_keys
}

/// The condition key with this full name, global or of any service. Case does not count; a concrete key finds its template.
#[must_use]
pub fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    let (prefix, _) = name.split_once(':')?;
    global_key(name)
        .or_else(|| service(prefix)?.condition_key(name))
        .or_else(|| foreign_services(prefix).find_map(|service| service.condition_key(name)))
}

/// The type of the condition key with this full name, global or of any service. See [`condition_key`].
#[must_use]
pub fn key_type(name: &str) -> Option<KeyType> {
    condition_key(name).map(|key| key.kind)
}

/// Whether resource control policies apply to the service, by its prefix. Case does not count.
///
/// The package lists the services of AWS's page
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html> (compared with its text of 2026-09-26:
/// 62 as well, not compared name by name).
#[must_use]
pub fn rcp_supports(prefix: &str) -> bool {
    service(prefix).is_some_and(Service::supports_rcp)
}

/// Services that list keys with another prefix than their own: `sts` for `saml:aud`, `token.actions.….com:sub`.
fn foreign_services(prefix: &str) -> impl Iterator<Item = &'static Service> {
    let prefix = glob::literal(prefix, Case::Folded);
    let fits = move |listed: &str| {
        let listed = glob::template(listed, Case::Folded, |_| (Class::Any, Empty::Never));
        glob::overlap(&prefix, &listed)
    };
    index().foreign.iter().filter(move |(listed, _)| fits(listed)).filter_map(|(_, owner)| service(owner))
}
