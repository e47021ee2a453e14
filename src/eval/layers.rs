//! The policies that bear on a request, by layer, and how much of each layer is known.

use crate::policy::Policy;

/// A kind of policy, as AWS's evaluation logic tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LayerKind {
    /// Policies of the user, its groups, or the role.
    Identity,
    /// The policy of the resource: bucket policy, key policy, trust policy.
    Resource,
    /// The permissions boundary of the user or role.
    Boundary,
    /// The policy passed when the session was made.
    Session,
    /// Service control policies.
    Scp,
    /// Resource control policies.
    Rcp,
    /// The policy of the VPC endpoint the request passes.
    Endpoint,
}

impl LayerKind {
    /// All kinds, in the order in which a denial is attributed.
    pub const ALL: [LayerKind; 7] = [
        LayerKind::Rcp,
        LayerKind::Scp,
        LayerKind::Endpoint,
        LayerKind::Resource,
        LayerKind::Identity,
        LayerKind::Boundary,
        LayerKind::Session,
    ];

    /// AWS's words for the kind.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LayerKind::Identity => "identity-based policy",
            LayerKind::Resource => "resource-based policy",
            LayerKind::Boundary => "permissions boundary",
            LayerKind::Session => "session policy",
            LayerKind::Scp => "service control policy",
            LayerKind::Rcp => "resource control policy",
            LayerKind::Endpoint => "VPC endpoint policy",
        }
    }

    /// The kebab-case name, used to select rule pages and facts.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            LayerKind::Identity => "identity",
            LayerKind::Resource => "resource",
            LayerKind::Boundary => "boundary",
            LayerKind::Session => "session",
            LayerKind::Scp => "scp",
            LayerKind::Rcp => "rcp",
            LayerKind::Endpoint => "endpoint",
        }
    }

    pub(super) fn index(self) -> usize {
        match self {
            LayerKind::Identity => 0,
            LayerKind::Resource => 1,
            LayerKind::Boundary => 2,
            LayerKind::Session => 3,
            LayerKind::Scp => 4,
            LayerKind::Rcp => 5,
            LayerKind::Endpoint => 6,
        }
    }
}

/// How much is known of a layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer<T> {
    /// Its whole content.
    Known(T),
    /// A part of its content: there is more that nobody has seen, which may allow and deny anything. A visible Deny holds
    /// all the same.
    Partly(T),
    /// There is none, by a fact.
    Absent,
    /// There is probably none; an answer that rests on it says so.
    PresumedAbsent,
    /// There may be one; nobody has seen it.
    NotVisible,
}

impl<T> Layer<T> {
    /// The same state with another content.
    pub fn map<U>(&self, content: impl FnOnce(&T) -> U) -> Layer<U> {
        match self {
            Layer::Known(known) => Layer::Known(content(known)),
            Layer::Partly(known) => Layer::Partly(content(known)),
            Layer::Absent => Layer::Absent,
            Layer::PresumedAbsent => Layer::PresumedAbsent,
            Layer::NotVisible => Layer::NotVisible,
        }
    }

    /// The content, as far as it is known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Layer::Known(content) | Layer::Partly(content) => Some(content),
            Layer::Absent | Layer::PresumedAbsent | Layer::NotVisible => None,
        }
    }
}

/// S3 Block Public Access as it bears on decisions.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html> (checked 2026-11)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PublicAccessBlock {
    /// With a public policy, only AWS services and the bucket owner's account get in.
    pub restrict_public_buckets: bool,
}

/// Every layer of one question. Organization layers are lists of levels (root, OUs, account).
#[derive(Debug, Clone)]
pub struct Layers<'p> {
    /// Policies of the caller.
    pub identity: Layer<Vec<&'p Policy>>,
    /// Policies of the resource.
    pub resource: Layer<Vec<&'p Policy>>,
    /// The caller's boundary.
    pub boundary: Layer<Vec<&'p Policy>>,
    /// The session's policies.
    pub session: Layer<Vec<&'p Policy>>,
    /// SCPs of the caller's account, a list a level.
    pub scp: Layer<Vec<Vec<&'p Policy>>>,
    /// RCPs of the resource's account, a list a level. `RCPFullAWSAccess` is implied at each.
    pub rcp: Layer<Vec<Vec<&'p Policy>>>,
    /// The endpoint's policy.
    pub endpoint: Layer<Vec<&'p Policy>>,
    /// Block Public Access of the bucket.
    pub public_access_block: PublicAccessBlock,
}

impl Layers<'_> {
    /// Every layer absent by fact.
    #[must_use]
    pub fn none() -> Self {
        Self {
            identity: Layer::Absent,
            resource: Layer::Absent,
            boundary: Layer::Absent,
            session: Layer::Absent,
            scp: Layer::Absent,
            rcp: Layer::Absent,
            endpoint: Layer::Absent,
            public_access_block: PublicAccessBlock::default(),
        }
    }
}
