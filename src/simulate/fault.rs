//! What can be wrong with a question. Its author must act.

use crate::eval::CallerFault;
use thiserror::Error;

/// Why a question cannot be put.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// No principal was named.
    #[error(
        "name who asks: an ARN, a service principal such as `s3.amazonaws.com`, `anonymous`, or a pattern"
    )]
    NoPrincipal,
    /// The principal cannot call.
    #[error(transparent)]
    Principal(CallerFault),
    /// Nobody has such a name.
    #[error("no user, role, session, root user or AWS service can have a name like `{0}`")]
    NobodyMatches(String),
    /// No request was left.
    #[error("`{0}` asks for nothing: no action works on the resources that were named")]
    NobodyAsked(String),
    /// No action was named.
    #[error("name an action, such as `s3:GetObject` or `s3:Get*`")]
    NoAction,
    /// Not the shape of an action.
    #[error("`{0}` is not an action: write the service first, as in `s3:GetObject`")]
    ActionShape(String),
    /// The service does not exist.
    #[error("there is no service `{found}` in `{action}`{}", meant(suggestion.as_deref()))]
    Service {
        /// The prefix.
        found: String,
        /// The action.
        action: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The action is misspelt.
    #[error("there is no action `{found}`{}", meant(suggestion.as_deref()))]
    Action {
        /// The action.
        found: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The pattern matches no action.
    #[error("no action of AWS matches `{0}`")]
    ActionPattern(String),
    /// Not the shape of an ARN.
    #[error("`{found}` is not an ARN{}", hint.as_deref().map(|hint| format!(": write `{hint}`")).unwrap_or_default())]
    Resource {
        /// The resource.
        found: String,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// The action does not work on such a resource.
    #[error("`{action}` works on {on}, and `{found}` is none")]
    ResourceType {
        /// The action.
        action: String,
        /// The resource.
        found: String,
        /// What it works on.
        on: String,
    },
    /// An account id is not one.
    #[error("`{0}` is not an account: 12 digits are one")]
    Account(String),
    /// Principals of several accounts, and nobody says whose the resource is.
    #[error("say which account owns `{0}`: `--resource-account ID`")]
    NoOwner(String),
    /// Not `key=value`.
    #[error(
        "`{0}` is not a condition key with its value: write `aws:SourceIp=203.0.113.7`, `aws:SourceIp=?` (not known), `s3:prefix=reports/*` (every such value) or `aws:SourceVpce=absent`"
    )]
    ContextShape(String),
    /// The key does not exist.
    #[error("`{found}` is not a condition key{}", meant(suggestion.as_deref()))]
    ContextKey {
        /// The key.
        found: String,
        /// What was probably meant.
        suggestion: Option<String>,
    },
    /// The value is not of the key's type.
    #[error("`{key}` holds {kind}, and `{found}` is none")]
    ContextValue {
        /// The key.
        key: String,
        /// The value.
        found: String,
        /// Words for the type.
        kind: &'static str,
    },
    /// A key that is absent or not known, and has a value as well.
    #[error("`{0}` is said to have a value and to have none")]
    ContextClash(String),
    /// A key that is given twice, once as a pattern.
    #[error("`{0}` is given twice, and once as a pattern: of a key with several values each is written out")]
    ContextPattern(String),
    /// Two moments.
    #[error("`aws:CurrentTime` and `aws:EpochTime` are the moment of the request, and two moments are given")]
    ContextClock,
    /// Who comes with a token asks for nothing else.
    #[error(
        "who signs in through `{caller}` cannot ask for `{action}`: it asks for `sts:AssumeRoleWithWebIdentity` or `sts:AssumeRoleWithSAML`, and what it does then it does as a session of the role"
    )]
    Provider {
        /// The identity provider.
        caller: String,
        /// The action.
        action: String,
    },
    /// Too many requests of different kinds.
    #[error("the question has more than {0} parts; ask for fewer principals or actions at once")]
    TooMany(usize),
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}
