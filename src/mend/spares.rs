//! Whether a change takes its meaning from what somebody wrote on purpose: a Deny of somebody's own policies that spares that one,
//! a condition that a new statement goes round.

use super::state::State;
use super::typed::written;
use crate::evidence::Role;
use crate::finding::{Change, Finding, Repair};
use crate::policy::Effect;
use serde_json::Value;

/// The key by which a Deny is told to spare somebody.
const WHO: &str = "aws:PrincipalArn";

/// Whether a Deny would spare the very reader to whom its policy is attached: nobody is left for whom it holds, unless the policy
/// is attached to others as well.
pub(super) fn own_holder(state: &State, repair: &Repair) -> bool {
    repair.changes.iter().any(|change| {
        let at = match change {
            Change::AddMember { object, key, value } if names(key, value) => *object,
            Change::Add { at, .. } if written(change).iter().any(|text| text.contains(":iam::")) => *at,
            _ => return false,
        };
        let documents = state.evidence.documents.iter().filter(|document| document.source == at.source);
        let own = documents.filter(|document| match document.role {
            Role::ReaderPolicy | Role::LinkedPolicy | Role::SessionPolicy => true,
            Role::BucketPolicy
            | Role::Boundary
            | Role::Scp
            | Role::Rcp
            | Role::KeyPolicy
            | Role::EndpointPolicy
            | Role::TrustPolicy => false,
        });
        let mut statements = own.flat_map(|document| &document.policy.statements);
        statements.any(|statement| statement.effect == Effect::Deny && statement.span.contains(at.span))
    })
}

/// Whether a fault is a condition of a statement that allows, and a statement without it is to do what that one does not: what the
/// condition was meant for, only its author knows.
pub(super) fn goes_round(state: &State, finding: &Finding, repair: &Repair) -> bool {
    let at = finding.primary.place;
    let documents = state.evidence.documents.iter().filter(|document| document.source == at.source);
    let mut statements = documents.flat_map(|document| &document.policy.statements);
    let is_conditioned = statements.any(|statement| {
        statement.effect == Effect::Allow
            && statement.clauses.iter().any(|clause| clause.span.contains(at.span))
    });
    let is_free = |change: &Change| match change {
        Change::Add { value: Value::Object(statement), .. } => !statement.contains_key("Condition"),
        _ => false,
    };
    is_conditioned && repair.changes.iter().any(is_free)
}

/// Whether a member is the key, or holds it.
fn names(key: &str, value: &Value) -> bool {
    key.eq_ignore_ascii_case(WHO)
        || value.as_object().is_some_and(|members| members.iter().any(|(key, value)| names(key, value)))
}
