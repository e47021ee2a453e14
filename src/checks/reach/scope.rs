//! Which requests are looked at.

use crate::catalog;
use crate::checks::subject::Subject;
use crate::evidence::Role;
use std::collections::{BTreeMap, BTreeSet};

/// Which actions there are on which resources.
#[derive(Default)]
pub(super) struct Existing {
    /// Whether a service has resources whose ARNs are of another one.
    foreign: BTreeMap<(String, String), bool>,
}

impl Existing {
    /// Whether AWS has requests for this action on such a resource. Of actions that the catalog does not know, nothing is
    /// known.
    pub(super) fn has(&mut self, action: &str, resource: &str) -> bool {
        let service = resource.split(':').nth(2).filter(|service| !service.contains(['*', '?', '$']));
        if let (Some((prefix, _)), Some(service)) = (action.split_once(':'), service)
            && !prefix.eq_ignore_ascii_case(service)
            && !self.is_foreign(prefix, service)
        {
            // All of the action's resources are others, if it has any.
            return catalog::action(action).is_none_or(|action| action.resource_types().next().is_none());
        }
        let Some(action) = catalog::action(action) else { return true };
        let mut types = action.resource_types().peekable();
        types.peek().is_none() || resource == "*" || types.any(|each| each.resource_type.overlaps(resource))
    }

    fn is_foreign(&mut self, prefix: &str, service: &str) -> bool {
        let key = (prefix.to_ascii_lowercase(), service.to_owned());
        *self.foreign.entry(key).or_insert_with(|| {
            let types = catalog::service(prefix).into_iter().flat_map(|own| own.resource_types());
            types
                .flat_map(|each| each.arns())
                .filter_map(|arn| arn.split(':').nth(2))
                .any(|listed| listed == service || listed.contains(['$', '<', '*']))
        })
    }
}

/// Which classes are looked at: those that the policies of some kinds bear on.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// Kinds of the documents in question.
    pub roles: &'s BTreeSet<Role>,
}

impl Scope<'_> {
    pub(super) fn takes_action(self, action: &str) -> bool {
        let of = |role: &Role| match role {
            Role::BucketPolicy => action.starts_with("s3:"),
            Role::KeyPolicy => action.starts_with("kms:"),
            Role::TrustPolicy => action.starts_with("sts:"),
            _ => true,
        };
        self.roles.iter().any(of)
    }

    pub(super) fn takes_caller(self, subject: &Subject<'_>, caller: &str) -> bool {
        let of_resource = |role: &Role| {
            matches!(
                role,
                Role::BucketPolicy | Role::KeyPolicy | Role::TrustPolicy | Role::Rcp | Role::LinkedPolicy
            )
        };
        self.roles.iter().any(of_resource) || subject.form.text("reader") == Some(caller)
    }
}
