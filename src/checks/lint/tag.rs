//! Conditions on tags of resources, in services that do not look at them.

use super::condition::Actions;
use super::doc::Out;
use crate::catalog;
use crate::policy::{Clause, Effect, Statement};

pub(super) fn look(statement: &Statement, actions: &Actions, out: &mut Out) {
    let is_tag = |clause: &&Clause| clause.key.value.to_ascii_lowercase().starts_with("aws:resourcetag/");
    let Some(clause) = statement.clauses.iter().find(is_tag) else { return };
    let negated = statement.actions.as_ref().is_some_and(|actions| actions.negated);
    let case = match (statement.effect, negated) {
        (Effect::Deny, true) => "tag-deny-not-action",
        (Effect::Allow, true) => "tag-allow-not-action",
        (Effect::Deny, false) => "tag-deny",
        (Effect::Allow, false) => "tag-allow",
        (Effect::Unreadable, _) => return,
    };
    if negated {
        let values = [("key", &*clause.key.value), ("service", "some service")];
        out.push("condition", case, clause.key.span, &values);
        return;
    }
    if actions.open {
        return;
    }
    let looks = |service: &str| {
        catalog::service(service).is_some_and(|service| {
            service.condition_keys().iter().any(|key| key.name.starts_with("aws:ResourceTag"))
        })
    };
    if let Some(service) = actions.services().into_iter().find(|service| !looks(service)) {
        let values = [("key", &*clause.key.value), ("service", service)];
        out.push("condition", case, clause.key.span, &values);
    }
}
