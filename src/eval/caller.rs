//! Who asks.

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
    /// Of a session: the ARN of its role is known, the path included.
    role_is_told: bool,
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
            role_is_told: false,
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
            self.role_is_told = true;
        }
        self
    }

    /// The ARN of a session's role, where it is known and does not only follow from the role's name.
    #[must_use]
    pub fn role_arn(&self) -> Option<&str> {
        self.principal_arn.as_deref().filter(|_| self.role_is_told)
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
