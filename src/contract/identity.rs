//! What a contract can ask about the reader, the accounts and the answers of AWS together, beside requests.

/// A question whose answer stands in what AWS prints, and in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Every policy at hand is attached to the reader, and every attached one is at hand.
    Attached,
    /// The versions of managed policies at hand are the ones in force.
    InForce,
    /// All answers are about one user.
    OneReader,
    /// The user is in every group whose policy is at hand.
    InGroups,
    /// The user exists.
    Exists,
    /// The user has an active access key.
    ActiveKey,
    /// The key is not the root user's.
    NotRootUser,
    /// No key is older than AWS advises.
    YoungKey,
    /// The user has no password for the console.
    NoPassword,
    /// Every active account of the organization is connected.
    AllConnected,
    /// Every connected account is in the organization, and active.
    InOrganization,
    /// The account is what the tab of the form says.
    RightTab,
    /// No two answers say different things of one thing.
    Agree,
    /// Values of the form that are one of a choice are.
    Choices,
    /// Values of the form are written as AWS writes them.
    Written,
}

impl Question {
    /// Every question with its name in consumer files.
    pub const ALL: [(&'static str, Question); 15] = [
        ("attached", Question::Attached),
        ("in-force", Question::InForce),
        ("one-reader", Question::OneReader),
        ("in-groups", Question::InGroups),
        ("exists", Question::Exists),
        ("active-key", Question::ActiveKey),
        ("not-root-user", Question::NotRootUser),
        ("young-key", Question::YoungKey),
        ("no-password", Question::NoPassword),
        ("all-connected", Question::AllConnected),
        ("in-organization", Question::InOrganization),
        ("right-tab", Question::RightTab),
        ("agree", Question::Agree),
        ("choices", Question::Choices),
        ("written", Question::Written),
    ];

    /// The question of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, question)| question)
    }
}
