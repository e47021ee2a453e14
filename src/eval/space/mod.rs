//! Questions about many requests at once, with every dimension open: who, which action, on what, under which conditions.
//!
//! [`survey`] answers one question from both sides: whether all of its requests are allowed, and whether all are denied. What
//! is neither is *mixed*, with a request of each kind, or depends on a fact. [`callers`] turns a pattern of principals into one
//! caller for each way in which the policies tell callers apart, [`actions`] does so for actions, and [`carriage`] says which
//! keys a request can bring. The search itself is [`super::ask`]'s.
//!
//! ```
//! use preflight::eval::{Compiled, Layer, Layers, callers};
//!
//! let set = Compiled::new(&Layers::none());
//! let everyone = callers(&[&set], "*", &["111122223333"], &[]);
//! // Root, a user, a role and a federated user of the account, the same of an account that nobody names, a service, and a
//! // stranger.
//! assert_eq!(everyone.list.len(), 10);
//! assert!(everyone.complete);
//! ```

mod actions;
mod callers;
mod carriage;
mod cells;
mod identities;
mod ids;
mod open;
mod others;
mod places;
mod sample;
mod seen;

pub use actions::{ActionClass, actions, unlisted};
pub use callers::{CallerClass, CallerClasses, callers, named_accounts};
pub use carriage::{Carriage, carriage, is_computed, may_ask};
pub use ids::user_ids;
pub use open::unnamed;
pub use others::{named_sessions, others};
pub use places::{Place, places, shape, written};
pub use seen::account_like;

use super::ask::{Answer, Dependence, Question, Witness, ask};
use super::compile::Compiled;

/// Where the requests of a question stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// Every request is allowed, in every world.
    Allowed,
    /// Every request is denied, in every world.
    Denied,
    /// In every world some are allowed and some are denied.
    Mixed,
    /// Not the same in every world.
    Depends,
    /// There were too many cases to look at all.
    TooMany,
}

/// A question answered from both sides.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Whether all requests are allowed. Its witness is a request that is denied.
    pub all_allowed: Answer,
    /// Whether all requests are denied. Its witness is a request that is allowed.
    pub all_denied: Answer,
}

/// Asks whether all requests of a question are allowed, and whether all are denied. [`Question::allowed`] does not matter.
#[must_use]
pub fn survey(set: &Compiled<'_>, question: &Question) -> Survey {
    let side = |allowed| ask(set, &Question { allowed, ..question.clone() });
    let survey = Survey { all_allowed: side(true), all_denied: side(false) };
    if survey.standing() == Standing::TooMany {
        return sample::mixed(set, question).unwrap_or(survey);
    }
    survey
}

impl Survey {
    /// Where the requests stand.
    #[must_use]
    pub fn standing(&self) -> Standing {
        match (&self.all_allowed, &self.all_denied) {
            (Answer::Holds { .. }, _) => Standing::Allowed,
            (_, Answer::Holds { .. }) => Standing::Denied,
            (Answer::GaveUp { .. }, _) | (_, Answer::GaveUp { .. }) => Standing::TooMany,
            (Answer::Fails { .. }, Answer::Fails { .. }) => Standing::Mixed,
            (Answer::Depends { .. }, _) | (_, Answer::Depends { .. }) => Standing::Depends,
        }
    }

    /// A request that is allowed, in one world at least.
    #[must_use]
    pub fn allowed(&self) -> Option<&Witness> {
        witness(&self.all_denied)
    }

    /// A request that is denied, in one world at least.
    #[must_use]
    pub fn denied(&self) -> Option<&Witness> {
        witness(&self.all_allowed)
    }

    /// What the answer depends on, or what there was too much of.
    #[must_use]
    pub fn depends_on(&self) -> Vec<Dependence> {
        let mut all: Vec<Dependence> = Vec::new();
        for side in [&self.all_allowed, &self.all_denied] {
            if let Answer::Depends { on, .. } | Answer::GaveUp { on } = side {
                all.extend(on.iter().filter(|each| !all.contains(each)).cloned().collect::<Vec<_>>());
            }
        }
        all
    }
}

fn witness(answer: &Answer) -> Option<&Witness> {
    match answer {
        Answer::Fails { witness, .. } | Answer::Depends { witness, .. } => Some(witness),
        Answer::Holds { .. } | Answer::GaveUp { .. } => None,
    }
}
