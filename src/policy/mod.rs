//! Policies as typed IAM, with a place for everything down to one action string.
//!
//! Reading never fails: what the grammar does not allow becomes a [`Fault`] at its place and the rest is kept.
//! Whether a well-formed policy is right for its type is for `checks`, what it permits is for `eval`.
//! Grammar: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html> (checked 2026-11).

pub mod arn;
mod becomes;
mod document;
mod embedded;
mod fill;
mod length;
mod meaning;
mod operator;
mod placed;
mod read;
mod text;
mod unknown;
pub mod variable;

pub use arn::ArnSplit;
pub use document::{
    Clause, Effect, Element, Fault, FaultKind, Notation, Policy, PrincipalEntry, PrincipalKind, Principals,
    Statement, Version,
};
pub use embedded::{Embedded, is_policy, misspelt_statement};
pub use length::Length;
pub use meaning::meaning;
pub use operator::{BaseOperator, Operator, SetOperator};
pub use read::{none, read, read_as};
pub use text::{Hole, Text, TextKind, TextPiece};
