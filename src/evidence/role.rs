//! What a policy document is to the account.

/// The part a policy document plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// The policy of the bucket.
    BucketPolicy,
    /// A policy attached to the reader, or to a group of it.
    ReaderPolicy,
    /// The reader's permissions boundary.
    Boundary,
    /// A policy passed when the session was made.
    SessionPolicy,
    /// A service control policy at a level of the organization.
    Scp,
    /// A resource control policy at a level of the organization.
    Rcp,
    /// The policy of the KMS key.
    KeyPolicy,
    /// The policy of a VPC endpoint.
    EndpointPolicy,
    /// A policy of the user by which the product looks into a linked account.
    LinkedPolicy,
    /// The trust policy of the reader, where the reader is a role: who may take it.
    TrustPolicy,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 10] = [
        Role::BucketPolicy,
        Role::ReaderPolicy,
        Role::Boundary,
        Role::SessionPolicy,
        Role::Scp,
        Role::Rcp,
        Role::KeyPolicy,
        Role::EndpointPolicy,
        Role::LinkedPolicy,
        Role::TrustPolicy,
    ];

    /// The name used in `[documents]`, in consumer files and in rule examples.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Role::BucketPolicy => "bucket-policy",
            Role::ReaderPolicy => "reader-policy",
            Role::Boundary => "boundary",
            Role::SessionPolicy => "session-policy",
            Role::Scp => "scp",
            Role::Rcp => "rcp",
            Role::KeyPolicy => "key-policy",
            Role::EndpointPolicy => "endpoint-policy",
            Role::LinkedPolicy => "linked-policy",
            Role::TrustPolicy => "trust-policy",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether policies of this role have a `Principal`.
    #[must_use]
    pub fn has_principal(self) -> bool {
        match self {
            Role::BucketPolicy | Role::Rcp | Role::KeyPolicy | Role::EndpointPolicy | Role::TrustPolicy => {
                true
            }
            Role::ReaderPolicy | Role::Boundary | Role::SessionPolicy | Role::Scp | Role::LinkedPolicy => {
                false
            }
        }
    }
}
