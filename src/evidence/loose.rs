//! A policy that was found somewhere, before anybody says what it is to an account.

use crate::policy::{Length, Policy};
use crate::source::{SourceId, Span};
use crate::syntax::Issue;

/// What the document around a policy says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyHint {
    /// A policy of a user, group or role.
    Identity,
    /// The trust policy of a role.
    Trust,
    /// A service control policy.
    Scp,
    /// A resource control policy.
    Rcp,
    /// The policy of a bucket.
    Bucket,
    /// The policy of a KMS key.
    Key,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// The policy of another resource.
    Resource,
}

/// One policy with the text it stands in.
#[derive(Debug, Clone)]
pub struct LoosePolicy {
    /// The text.
    pub source: SourceId,
    /// The typed policy.
    pub policy: Policy,
    /// What of the text is no JSON.
    pub issues: Vec<Issue>,
    /// Length of the policy's own text.
    pub length: Length,
    /// What its surroundings say it is.
    pub hint: Option<PolicyHint>,
}

/// What was found below some paths.
#[derive(Debug, Clone, Default)]
pub struct LoosePolicies {
    /// The policies, in the order of reading.
    pub policies: Vec<LoosePolicy>,
    /// Regions of sources that are JSON inside a string: source, content without quotes, layers of escapes.
    pub wrapped: Vec<(SourceId, Span, u8)>,
    /// Documents that hold no policy: name and reason.
    pub not_evaluated: Vec<(String, String)>,
}
