//! A policy that was found somewhere, before anybody says what it is to an account.

use super::attachment::{Attachment, Link};
use super::called::Called;
use super::declared::DeclaredExport;
use super::parameters::ParameterSet;
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
    /// A permissions boundary.
    Boundary,
    /// The policy of a bucket.
    Bucket,
    /// The policy of a KMS key.
    Key,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// A policy of another kind of resource.
    Resource,
}

/// Whose inline policies count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OwnerKind {
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
}

/// Whose inline policy a policy is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// What it is.
    pub kind: OwnerKind,
    /// Its name, without a path.
    pub name: Box<str>,
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
    /// Whose inline policy it is, where its surroundings say so.
    pub owner: Option<Owner>,
    /// Of a policy in a template of infrastructure as code: where it stands, and what it is attached to.
    pub attachment: Option<Attachment>,
}

/// A policy of a template that could not be resolved, or a whole file of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPolicy {
    /// The file.
    pub file: String,
    /// The name that the template has for it; of a file that cannot be read nothing.
    pub address: Option<String>,
    /// Why.
    pub reason: String,
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
    /// A template of infrastructure as code was among them.
    pub has_template: bool,
    /// Of those, the policies of templates that could not be resolved.
    pub open: Vec<OpenPolicy>,
    /// Files that are plans of Terraform.
    pub plans: Vec<String>,
    /// Reports and exports of templates.
    pub declared: Vec<DeclaredExport>,
    /// Policies that templates attach by name to somebody, and the file that does.
    pub links: Vec<(String, Link)>,
    /// What gives access and stands in no document.
    pub called: Vec<Called>,
    /// What stacks of templates are made with.
    pub parameters: Vec<ParameterSet>,
}
