//! What is known of one account: policies with their roles, settings, and what could not be judged.
//!
//! Filled by `load`; asked by `checks`.

mod answer;
mod document;
mod listing;
mod live;
mod loose;
mod organization;
mod reader;
mod role;
mod said;

pub use answer::{Answer, AnswerKind};
pub use document::{Evidence, PolicyDocument, Reading};
pub use listing::{ListedKey, Listing};
pub use live::{LiveRecord, Simulated, Tried, TriedOutcome, Unread};
pub use loose::{LoosePolicies, LoosePolicy, PolicyHint};
pub use organization::{MemberAccount, OrganizationRecord};
pub use reader::{BoundaryRecord, Key, PolicyAnswer, PolicyList, ReaderRecord};
pub use role::Role;
pub use said::Said;
