//! What is asked: who, which action, on what, with which context keys.

use super::caller::{Caller, CallerKind};
use super::clock::one_clock;
use super::context::{Context, ContextValue};
use super::member::{Found, Language};
use super::service::Facts;
use crate::policy::arn;

/// One concrete request, prepared for many decisions.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The action as written, such as `s3:GetObject`.
    pub action: Box<str>,
    /// The action in lower case: action names are case-insensitive.
    pub(super) action_lower: Box<str>,
    /// Length of the service prefix.
    pub(super) service_len: usize,
    /// What holds for the action whoever asks.
    pub(super) facts: Facts,
    /// The ARN, or `*` for an action without resource types.
    pub resource: Box<str>,
    /// The account that owns the resource. `None`: the caller's own.
    pub resource_account: Option<Box<str>>,
    /// The context, computed keys included.
    pub context: Context,
    /// Every resource in question, where the request stands for many: those that all of these hold. `resource` is then their
    /// pattern.
    pub space: Option<std::sync::Arc<[Language]>>,
}

impl Request {
    /// Prepares a request: computes the keys that follow from the caller and the resource
    /// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>, table of principal values,
    /// checked 2026-11) where the context does not give them.
    #[must_use]
    pub fn new(
        caller: Caller,
        action: &str,
        resource: &str,
        resource_account: Option<&str>,
        context: Context,
    ) -> Self {
        let mut request = Self::as_given(caller, action, resource, resource_account, context);
        request.compute();
        request
    }

    /// Prepares a request with exactly this context: keys that AWS would compute are absent unless given. For cases that
    /// other engines recorded, to be asked of [`Compiled::as_given`](super::Compiled::as_given).
    #[must_use]
    pub fn as_given(
        caller: Caller,
        action: &str,
        resource: &str,
        resource_account: Option<&str>,
        context: Context,
    ) -> Self {
        Self {
            action: action.into(),
            action_lower: action.to_ascii_lowercase().into(),
            service_len: action.find(':').unwrap_or(0),
            facts: Facts::of(action),
            resource: resource.into(),
            resource_account: resource_account.or_else(|| arn::account_of(resource)).map(Into::into),
            context,
            caller,
            space: None,
        }
    }

    /// The same request for every resource that a pattern matches.
    #[must_use]
    pub fn over(mut self, pattern: &str) -> Self {
        self.space = pattern.contains(['*', '?']).then(|| [Language::glob(pattern)].into());
        self.resource = pattern.into();
        self
    }

    /// The same request for every resource that lies in all of these languages; `shown` is what people read for them.
    #[must_use]
    pub fn within(mut self, languages: Vec<Language>, shown: &str) -> Self {
        self.space = Some(languages.into());
        self.resource = shown.into();
        self
    }

    /// One concrete request of a space, the one with the shortest resource; the request itself if it is concrete.
    #[must_use]
    pub fn example(&self) -> Self {
        let mut example = self.clone();
        if let Some(space) = &self.space {
            if let Found::Value(resource) = super::member::string(&space.iter().collect::<Vec<_>>(), &[]) {
                example.resource = resource.into();
            }
            example.space = None;
        }
        example
    }

    fn compute(&mut self) {
        let Self { caller, context, resource_account, .. } = self;
        one_clock(context);
        let one = |text: &str| ContextValue::One(text.into());
        let kind = match caller.kind() {
            CallerKind::Root => Some("Account"),
            CallerKind::User => Some("User"),
            CallerKind::Role | CallerKind::Session => Some("AssumedRole"),
            CallerKind::Federated => Some("FederatedUser"),
            CallerKind::Anonymous => Some("Anonymous"),
            // Not documented for services, nor for who has no session yet.
            CallerKind::Service | CallerKind::Provider | CallerKind::Canonical => None,
        };
        if let Some(kind) = kind {
            context.set_default("aws:PrincipalType", one(kind));
        }
        if let Some(arn) = caller.principal_arn() {
            context.set_default("aws:PrincipalArn", one(arn));
        }
        match caller.kind() {
            CallerKind::Anonymous => {
                context.set_default("aws:PrincipalAccount", one("anonymous"));
                context.set_default("aws:userid", one("anonymous"));
            }
            CallerKind::Service => {
                context.set_default("aws:PrincipalIsAWSService", one("true"));
                context.set_default("aws:PrincipalServiceName", one(caller.arn()));
            }
            CallerKind::Root
            | CallerKind::User
            | CallerKind::Role
            | CallerKind::Session
            | CallerKind::Federated
            | CallerKind::Provider
            | CallerKind::Canonical => {
                context.set_default("aws:PrincipalIsAWSService", one("false"));
            }
        }
        if let Some(account) = caller.account() {
            context.set_default("aws:PrincipalAccount", one(account));
            if caller.kind() == CallerKind::Root {
                context.set_default("aws:userid", one(account));
            }
        }
        if caller.kind() == CallerKind::User {
            context.set_default("aws:username", one(caller.name()));
        }
        if let Some(account) = resource_account {
            context.set_default("aws:ResourceAccount", one(account));
            if self.action_lower.starts_with("s3:") {
                context.set_default("s3:ResourceAccount", one(account));
            }
        }
    }

    /// The service prefix of the action, lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.action_lower.get(..self.service_len).unwrap_or_default()
    }

    /// Whether everybody who signs may do this, whatever policies say.
    #[must_use]
    pub fn needs_no_permission(&self) -> bool {
        self.facts.is_open && self.caller.account().is_some()
    }

    /// Whether there is something whose policy can be asked: a resource, and one that has policies. An alias of a key has none.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/alias-access.html> (checked 2026-11)
    #[must_use]
    pub(super) fn asks_resource(&self) -> bool {
        self.facts.asks_resource && !(self.service() == "kms" && arn::is_key_alias(&self.resource))
    }

    /// Whether caller and resource belong to one account. What is done with no resource is done in the caller's own.
    #[must_use]
    pub fn is_same_account(&self) -> bool {
        if !self.facts.asks_resource {
            return true;
        }
        match (&self.resource_account, self.caller.account()) {
            (Some(owner), Some(account)) => **owner == *account,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }
}
