//! What is asked: who, which action, on what, with which context keys.

use super::context::{Context, ContextValue};
use super::member::{Found, Language};
use crate::policy::arn;
use thiserror::Error;

/// The kind of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// The root user of an account.
    Root,
    /// An IAM user with its own keys.
    User,
    /// A role, meaning any session of it.
    Role,
    /// One named session of a role.
    Session,
    /// A session from `GetFederationToken`.
    Federated,
    /// An AWS service calling for itself.
    Service,
    /// Nobody who signed.
    Anonymous,
    /// Somebody whom an identity provider vouches for, before STS gives a session for it.
    Provider,
    /// An account by its canonical id, so that its number is not known.
    Canonical,
}

/// Who asks. Made by [`Caller::parse`], so that a caller always is one AWS can have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    kind: CallerKind,
    /// The ARN as AWS names the caller; the service principal of a service; empty for anonymous.
    arn: Box<str>,
    account: Option<Box<str>>,
    /// `aws:PrincipalArn`: the role's for a session.
    principal_arn: Option<Box<str>>,
    /// User name, role name (of a role or session), federated name.
    name: Box<str>,
    /// Session name of a session.
    session: Box<str>,
    service_linked: bool,
    /// A role that is used by sessions whose name nobody told.
    of_some_session: bool,
    /// The account's root user stands for somebody in the account.
    somebody: bool,
    /// The user behind a federated session.
    federated_by: Option<Box<str>>,
}

/// Why a text does not name a caller.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CallerFault {
    /// Not an ARN, a service principal or empty.
    #[error(
        "`{0}` is not a user, role or session ARN, an account root ARN, or a service principal such as `s3.amazonaws.com`"
    )]
    NotACaller(String),
    /// The ARN names something that cannot call, such as a group.
    #[error("`{0}` cannot make requests: name a user, a role, a session or `…:root`")]
    CannotCall(String),
    /// The account field is not twelve digits.
    #[error("the account in `{0}` is not 12 digits")]
    Account(String),
}

impl Caller {
    /// Reads a caller: an ARN of `iam` (`user/…`, `role/…`, `root`) or `sts` (`assumed-role/…`, `federated-user/…`), a
    /// service principal, or an empty text for an anonymous caller.
    ///
    /// # Errors
    /// See [`CallerFault`].
    pub fn parse(text: &str) -> Result<Self, CallerFault> {
        if text.is_empty() {
            return Ok(Self::new(CallerKind::Anonymous, ""));
        }
        let Some([_, partition, service, _, account, resource]) = arn::split(text) else {
            if text.contains('.') && !text.contains(['/', ':', '*', ' ']) {
                let mut caller = Self::new(CallerKind::Service, text);
                caller.name = text.into();
                return Ok(caller);
            }
            return Err(CallerFault::NotACaller(text.to_owned()));
        };
        let last = |path: &str| path.rsplit('/').next().unwrap_or(path).into();
        let mut caller = if service == "iam" && resource == "root" {
            Self::new(CallerKind::Root, text)
        } else if let ("iam", Some(path)) = (service, resource.strip_prefix("user/")) {
            let mut caller = Self::new(CallerKind::User, text);
            caller.name = last(path);
            caller
        } else if let ("iam", Some(path)) = (service, resource.strip_prefix("role/")) {
            let mut caller = Self::new(CallerKind::Role, text);
            caller.name = last(path);
            caller.service_linked = path.starts_with("aws-service-role/");
            caller
        } else if let ("sts", Some(path)) = (service, resource.strip_prefix("assumed-role/")) {
            let (role, session) = path.split_once('/').unwrap_or((path, ""));
            let mut caller = Self::new(CallerKind::Session, text);
            caller.name = role.into();
            caller.session = session.into();
            caller.principal_arn = Some(format!("arn:{partition}:iam::{account}:role/{role}").into());
            caller
        } else if let ("sts", Some(name)) = (service, resource.strip_prefix("federated-user/")) {
            let mut caller = Self::new(CallerKind::Federated, text);
            caller.name = name.into();
            caller
        } else {
            return Err(CallerFault::CannotCall(text.to_owned()));
        };
        // CloudFront's origin access identities stand as `arn:aws:iam::cloudfront:user/…`.
        if !arn::is_account(account) && account != "cloudfront" {
            return Err(CallerFault::Account(text.to_owned()));
        }
        // Session ARNs carry no path, so for them the reserved name is the only mark of a service-linked role.
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html (checked 2026-11)
        caller.service_linked |= matches!(caller.kind, CallerKind::Role | CallerKind::Session)
            && caller.name.starts_with("AWSServiceRoleFor");
        // An origin access identity belongs to no account and has no policies of its own.
        caller.account = (account != "cloudfront").then(|| account.into());
        if caller.principal_arn.is_none() {
            caller.principal_arn = Some(text.into());
        }
        Ok(caller)
    }

    /// The same role in a session of which the name is not known: what names one of its sessions may be about it.
    #[must_use]
    pub fn in_some_session(mut self) -> Self {
        self.of_some_session = self.kind == CallerKind::Role;
        self
    }

    /// Whether this is a role in a session of which the name is not known.
    #[must_use]
    pub fn is_in_some_session(&self) -> bool {
        self.of_some_session
    }

    /// Somebody in the account of a root user: who writes `…:root` as a principal seldom means the root user.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts>
    /// (checked 2026-11)
    #[must_use]
    pub fn as_somebody(mut self) -> Self {
        self.somebody = self.kind == CallerKind::Root;
        self
    }

    /// Whether this is somebody in an account, and nobody told who.
    #[must_use]
    pub fn is_somebody(&self) -> bool {
        self.somebody
    }

    /// Somebody who comes with a token or assertion of an identity provider, by the provider's ARN or domain.
    #[must_use]
    pub fn of_provider(provider: &str) -> Self {
        Self { name: provider.into(), ..Self::new(CallerKind::Provider, provider) }
    }

    /// An account by its canonical user id.
    #[must_use]
    pub fn of_canonical_id(id: &str) -> Self {
        Self { name: id.into(), ..Self::new(CallerKind::Canonical, id) }
    }

    fn new(kind: CallerKind, arn: &str) -> Self {
        Self {
            kind,
            arn: arn.into(),
            account: None,
            principal_arn: None,
            name: "".into(),
            session: "".into(),
            service_linked: false,
            of_some_session: false,
            somebody: false,
            federated_by: None,
        }
    }

    /// The same session with its role's full ARN, where the path is known.
    #[must_use]
    pub fn with_role_arn(mut self, role: &str) -> Self {
        if self.kind == CallerKind::Session {
            self.principal_arn = Some(role.into());
        }
        self
    }

    /// The same federated session with the user that made it.
    #[must_use]
    pub fn with_user_arn(mut self, user: &str) -> Self {
        if self.kind == CallerKind::Federated {
            self.federated_by = Some(user.into());
        }
        self
    }

    /// The user behind a federated session, where it is known.
    #[must_use]
    pub fn federated_by(&self) -> Option<&str> {
        self.federated_by.as_deref()
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> CallerKind {
        self.kind
    }

    /// The ARN or service principal; empty for anonymous.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// The account of the caller; services and anonymous callers have none.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// `aws:PrincipalArn`. What AWS sends for a service is not documented: none.
    #[must_use]
    pub fn principal_arn(&self) -> Option<&str> {
        self.principal_arn.as_deref()
    }

    /// User, role or federated name; the service principal of a service.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The session name, if the caller is a named session.
    #[must_use]
    pub fn session(&self) -> Option<&str> {
        (self.kind == CallerKind::Session).then_some(&*self.session)
    }

    /// Whether the caller is a service-linked role, which no SCP or RCP touches.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.service_linked
    }
}

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
    /// other engines recorded.
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
        let one = |text: &str| ContextValue::One(text.into());
        let kind = match caller.kind {
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
        match caller.kind {
            CallerKind::Anonymous => {
                context.set_default("aws:PrincipalAccount", one("anonymous"));
                context.set_default("aws:userid", one("anonymous"));
            }
            CallerKind::Service => {
                context.set_default("aws:PrincipalIsAWSService", one("true"));
                context.set_default("aws:PrincipalServiceName", one(&caller.arn));
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
            if caller.kind == CallerKind::Root {
                context.set_default("aws:userid", one(account));
            }
        }
        if caller.kind == CallerKind::User {
            context.set_default("aws:username", one(&caller.name));
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

    /// Whether caller and resource belong to one account.
    #[must_use]
    pub fn is_same_account(&self) -> bool {
        match (&self.resource_account, self.caller.account()) {
            (Some(owner), Some(account)) => **owner == *account,
            (None, _) => true,
            (Some(_), None) => false,
        }
    }
}
