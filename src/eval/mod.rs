//! The one evaluator: what a set of policies answers to a request.
//!
//! Policies are compiled once into atoms ([`Compiled`]) and decided many times ([`decide`]). [`ask`] puts a question to
//! every world that the known facts leave open. It reads no files, clock or environment, and knows no consumer.
//! AWS's logic: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html> (checked 2026-11).

mod ask;
mod caller;
mod clock;
mod compile;
mod condition;
mod context;
mod decide;
mod difference;
mod explain;
#[doc(hidden)]
pub mod fuzz;
mod glob;
mod layers;
pub mod member;
mod principal;
mod request;
mod search;
mod service;
mod space;
mod trace;
mod world;
mod worlds;

pub use ask::{Answer, Dependence, Member, Patch, Question, Unknown, Witness, ask};
pub use caller::{Caller, CallerFault, CallerKind};
pub use clock::{CURRENT_TIME, EPOCH_TIME, clock, clock_of, clock_text};
pub use compile::{Compiled, ElementKind, ElementRef, FreeFact, StatementId};
pub use condition::{ArnGlob, Decimal, Instant, Network, Operand, Template, Truth, ValueTest};
pub use context::{Context, ContextValue};
pub use decide::{Decision, DenyReason, Outcome, decide};
pub use difference::{Difference, Differences, alike, differences, differences_of};
pub use explain::{Match, StatementMatch, inspect};
pub use glob::{Glob, Token};
pub use layers::{Layer, LayerKind, Layers, PublicAccessBlock};
pub use principal::{Naming, PrincipalTest};
pub use request::Request;
pub use service::s3::{is_public, open_statements};
pub use space::{
    ActionClass, CallerClass, CallerClasses, Carriage, Place, Standing, Survey, account_like, actions,
    callers, carriage, is_computed, may_ask, named_accounts, named_sessions, others, places, shape, survey,
    unlisted, unnamed, user_ids, written,
};
pub use trace::{Event, NoTrace, Recorder, Trace};
pub use world::{FreeAtom, World};
