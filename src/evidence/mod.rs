//! What is known of one account: policies with their roles, settings, and what could not be judged.
//!
//! Filled by `load`; asked by `checks`.

mod answer;
mod attachment;
mod bucket;
mod called;
mod case;
mod credential;
mod declared;
mod disagreement;
mod document;
mod holder;
mod kind;
mod listed;
mod listing;
mod live;
mod loose;
mod organization;
mod parameters;
mod purpose;
mod reader;
mod role;
mod said;
mod setting;
mod whose;

pub use answer::{Answer, AnswerKind};
pub use attachment::{Attachment, Behind, Fit, Link, LinkKind, Target, TargetKind, is_own_account, mark};
pub use bucket::{
    ArchivedObject, BucketRecord, EncryptionRecord, KmsKey, LifecycleRule, Term, may_be_one_key,
};
pub use called::{Called, gives_access, mark_of};
pub use case::{Case, CaseIs, CasePolicy, When, in_words};
pub use credential::{CredentialRow, read_credential_report};
pub use declared::{DeclaredExport, MadeIn, Maker, Order, is_of_module};
pub use disagreement::{Disagreement, FormClash};
pub use document::{Evidence, PolicyDocument, Reading, Unseen};
pub use holder::Holder;
pub use kind::{DocumentKind, is_answer_of};
pub use listed::{HOLDERS, answer_in, answers_in, is_part, is_telling};
pub use listing::{KeyGroup, Listing, compact};
pub use live::{LiveRecord, Simulated, Tried, TriedOutcome, Unread};
pub use loose::{LoosePolicies, LoosePolicy, OpenPolicy, Owner, OwnerKind, PolicyHint};
pub use organization::{MemberAccount, OrganizationRecord};
pub use parameters::ParameterSet;
pub use purpose::Purpose;
pub use reader::{BoundaryRecord, Key, Password, PolicyAnswer, PolicyList, ReaderRecord};
pub use role::Role;
pub use said::Said;
pub use setting::{BucketSetting, DeclaredBucket, DeclaredSetting};
pub use whose::Whose;
