//! Whom a `Principal` element names.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> (checked 2026-11).

use super::caller::{Caller, CallerKind};
use super::condition::Truth;
use super::glob::Glob;
use crate::policy::{PrincipalEntry, PrincipalKind, TextKind, arn};

/// One principal of a policy, compiled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PrincipalTest {
    /// `*`: everyone, AWS services and anonymous callers included.
    Everyone,
    /// An account, by id or root ARN: all its identities, as far as their own policies go.
    Account(Box<str>),
    /// A user, role or session ARN. For roles: account and role name, since names are unique in an account and
    /// session ARNs carry no path.
    Arn(Box<str>),
    /// A role, by ARN.
    Role {
        /// The ARN as written.
        arn: Box<str>,
        /// Its account.
        account: Box<str>,
        /// The name without path.
        name: Box<str>,
    },
    /// An AWS service.
    Service(Box<str>),
    /// A federated identity provider.
    Federated(Box<str>),
    /// A canonical user id: it stands for an account, and which one cannot be told from the id.
    Canonical(Box<str>),
    /// Something that names nobody who can be compared here: a unique id of a deleted entity, a canonical user, a
    /// pattern, a group.
    Nobody,
    /// A text with holes under `AWS`, `Service` or `Federated`, and the names of the holes.
    Held {
        /// The key it stands under.
        kind: PrincipalKind,
        /// What it can be at most.
        widest: Glob,
        /// The text as it is shown, which tells it from others.
        text: Box<str>,
        /// The names.
        names: Box<str>,
    },
    /// A text nobody can read.
    Unreadable,
}

/// How directly a resource policy names the caller; decides which implicit denies limit the grant
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// Only through its account: an identity-based Allow is still needed.
    Account,
    /// The role of the session: boundary and session policy still limit.
    Role,
    /// The user itself, for a session made by that user: boundary and session policy still limit.
    Itself,
}

impl PrincipalTest {
    pub(super) fn new(entry: &PrincipalEntry) -> Self {
        let value = &*entry.value.value;
        let is_told =
            matches!(entry.kind, PrincipalKind::Aws | PrincipalKind::Service | PrincipalKind::Federated);
        if !entry.value.is_whole() && is_told {
            return PrincipalTest::Held {
                kind: entry.kind,
                widest: Glob::widest(&entry.value, true, |c| c),
                text: value.into(),
                names: entry.value.hole_names().into(),
            };
        }
        if entry.value.kind == TextKind::Unreadable {
            return PrincipalTest::Unreadable;
        }
        match entry.kind {
            PrincipalKind::Everyone => PrincipalTest::Everyone,
            PrincipalKind::Aws | PrincipalKind::Bare => Self::aws(value),
            PrincipalKind::Service => PrincipalTest::Service(value.into()),
            PrincipalKind::Federated => PrincipalTest::Federated(value.into()),
            PrincipalKind::CanonicalUser => PrincipalTest::Canonical(value.into()),
            PrincipalKind::Other => PrincipalTest::Unreadable,
        }
    }

    fn aws(value: &str) -> Self {
        if value == "*" {
            return PrincipalTest::Everyone;
        }
        if arn::is_account(value) {
            return PrincipalTest::Account(value.into());
        }
        match arn::split(value) {
            Some(["arn", _, "iam", "", account, "root"]) => PrincipalTest::Account(account.into()),
            Some(["arn", _, "iam", "", account, resource]) => match resource.strip_prefix("role/") {
                Some(path) => PrincipalTest::Role {
                    arn: value.into(),
                    account: account.into(),
                    name: path.rsplit('/').next().unwrap_or(path).into(),
                },
                None => PrincipalTest::Arn(value.into()),
            },
            Some(["arn", _, "sts", "", _, _]) => PrincipalTest::Arn(value.into()),
            Some(_) | None => PrincipalTest::Nobody,
        }
    }

    /// Whether the principal names the caller, and how directly.
    pub(super) fn names(&self, caller: &Caller) -> (Truth, Naming) {
        let direct = |truth: bool| (Truth::from(truth), Naming::Itself);
        match self {
            PrincipalTest::Everyone => direct(true),
            PrincipalTest::Account(account) => {
                (Truth::from(caller.account() == Some(&**account)), Naming::Account)
            }
            PrincipalTest::Arn(arn) if caller.federated_by() == Some(&**arn) => {
                // Whether the user's own policies must allow too is not stated for such sessions.
                (Truth::Free, Naming::Role)
            }
            PrincipalTest::Arn(arn) | PrincipalTest::Role { arn, .. }
                if caller.is_somebody() && is_of_account(arn, caller) =>
            {
                (Truth::Free, Naming::Itself)
            }
            // One of the role's sessions; which one the caller is, nobody told.
            PrincipalTest::Arn(arn) if caller.is_in_some_session() && is_session_of(arn, caller) => {
                (Truth::Free, Naming::Itself)
            }
            PrincipalTest::Arn(arn) => direct(!caller.arn().is_empty() && **arn == *caller.arn()),
            PrincipalTest::Role { arn, account, name } => match caller.kind() {
                CallerKind::Role => (Truth::from(**arn == *caller.arn()), Naming::Role),
                CallerKind::Session => {
                    let of_name = || caller.account() == Some(&**account) && **name == *caller.name();
                    (Truth::from(caller.role_arn().map_or_else(of_name, |role| role == &**arn)), Naming::Role)
                }
                CallerKind::Root
                | CallerKind::User
                | CallerKind::Federated
                | CallerKind::Service
                | CallerKind::Anonymous
                | CallerKind::Provider
                | CallerKind::Canonical => (Truth::No, Naming::Role),
            },
            PrincipalTest::Service(service) => {
                direct(caller.kind() == CallerKind::Service && **service == *caller.arn())
            }
            PrincipalTest::Federated(provider) => {
                direct(caller.kind() == CallerKind::Provider && **provider == *caller.arn())
            }
            PrincipalTest::Nobody => direct(false),
            PrincipalTest::Canonical(id) => match caller.kind() {
                CallerKind::Service | CallerKind::Anonymous | CallerKind::Provider => direct(false),
                CallerKind::Canonical => direct(**id == *caller.arn()),
                CallerKind::Root
                | CallerKind::User
                | CallerKind::Role
                | CallerKind::Session
                | CallerKind::Federated => (Truth::Free, Naming::Account),
            },
            // Who comes with a token of just this provider, whatever it is called.
            PrincipalTest::Held { kind: PrincipalKind::Federated, text, .. }
                if caller.kind() == CallerKind::Provider && **text == *caller.arn() =>
            {
                direct(true)
            }
            PrincipalTest::Held { kind, widest, .. } => held(*kind, widest, caller),
            PrincipalTest::Unreadable => (Truth::Free, Naming::Itself),
        }
    }

    /// Whether the principal is, or may be, the caller.
    pub(super) fn may_name(&self, caller: &Caller) -> bool {
        self.names(caller).0 != Truth::No
    }

    /// Whether the principal is a user, role or session of the caller's account, and not the caller.
    pub(super) fn is_other_identity_of(&self, caller: &Caller) -> bool {
        let (truth, _) = self.names(caller);
        let account = match self {
            PrincipalTest::Arn(text) => match (caller.session(), arn::split(text)) {
                // For a session, what counts is another session of its role.
                (Some(_), Some([.., account, resource])) => {
                    let role = resource.strip_prefix("assumed-role/").and_then(|path| path.split('/').next());
                    (role == Some(caller.name())).then_some(account)
                }
                (Some(_), None) => None,
                (None, _) => arn::account_of(text),
            },
            PrincipalTest::Role { .. } if caller.session().is_some() => None,
            PrincipalTest::Role { account, .. } => Some(&**account),
            PrincipalTest::Everyone
            | PrincipalTest::Account(_)
            | PrincipalTest::Service(_)
            | PrincipalTest::Federated(_)
            | PrincipalTest::Canonical(_)
            | PrincipalTest::Nobody
            | PrincipalTest::Held { .. }
            | PrincipalTest::Unreadable => None,
        };
        truth == Truth::No && account.is_some() && account == caller.account()
    }
}

fn is_session_of(text: &str, role: &Caller) -> bool {
    let Some(["arn", _, "sts", _, account, resource]) = arn::split(text) else { return false };
    let name = resource.strip_prefix("assumed-role/").and_then(|path| path.split('/').next());
    name == Some(role.name()) && role.account() == Some(account)
}

/// Whether an ARN is one of a user, role or session of the caller's account.
fn is_of_account(text: &str, caller: &Caller) -> bool {
    let kinds = |service: &str| match service {
        "iam" => ["user/", "role/"],
        _ => ["assumed-role/", "federated-user/"],
    };
    arn::split(text).is_some_and(|[_, _, service, _, account, resource]| {
        caller.account() == Some(account) && kinds(service).iter().any(|kind| resource.starts_with(kind))
    })
}

/// What fills a hole cannot make every text name a caller: `arn:aws:iam::${account}:root` is no service.
fn held(kind: PrincipalKind, widest: &Glob, caller: &Caller) -> (Truth, Naming) {
    let everyone = widest.matches("*");
    if kind == PrincipalKind::Federated || caller.kind() == CallerKind::Provider {
        let may = kind == PrincipalKind::Federated
            && caller.kind() == CallerKind::Provider
            && widest.matches(caller.arn());
        return (if may { Truth::Free } else { Truth::No }, Naming::Itself);
    }
    if kind == PrincipalKind::Service {
        let may = caller.kind() == CallerKind::Service && (everyone || widest.matches(caller.arn()));
        return (if may { Truth::Free } else { Truth::No }, Naming::Itself);
    }
    let partition = caller.arn().split(':').nth(1).unwrap_or("aws");
    let account = caller.account().is_some_and(|account| {
        widest.matches(account) || widest.matches(&format!("arn:{partition}:iam::{account}:root"))
    });
    // The path of a session's role is not known, so any text that may be a role's is taken for it.
    let role = matches!(caller.kind(), CallerKind::Session | CallerKind::Federated);
    let itself = everyone || role || (caller.kind() != CallerKind::Service && widest.matches(caller.arn()));
    match (itself, account) {
        (true, _) => (Truth::Free, Naming::Itself),
        (false, true) => (Truth::Free, Naming::Account),
        (false, false) => (Truth::No, Naming::Itself),
    }
}
