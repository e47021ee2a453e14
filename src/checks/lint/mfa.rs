//! Conditions on multi-factor authentication: what they do to requests without it is asked of the evaluator.

use super::doc::{Doc, Out};
use super::space::{Asked, Side, Space, part};
use crate::policy::{Effect, Statement, TextKind};

const KEY: &str = "aws:MultiFactorAuthPresent";

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    if doc.kind.has_principal() {
        return;
    }
    for statement in &doc.policy.statements {
        let Some(clause) = statement.clauses.iter().find(|clause| clause.key.value.eq_ignore_ascii_case(KEY))
        else {
            continue;
        };
        if clause.values.iter().any(|value| value.kind == TextKind::Unreadable) {
            continue;
        }
        let values = [("operator", &*clause.operator.value)];
        match statement.effect {
            Effect::Allow => {
                let known = |value| applies(doc, statement, value);
                if known(Some("false")) || known(None) {
                    out.push("mfa", "allow-without", clause.key.span, &values);
                }
            }
            Effect::Deny => {
                // It forbids a session without a second factor, and lets long-term keys through.
                if applies(doc, statement, Some("false")) && !applies(doc, statement, None) {
                    out.push("mfa", "deny-misses-keys", clause.key.span, &values);
                }
            }
            Effect::Unreadable => {}
        }
    }
}

/// Whether the statement can apply to a request with this value of the key, or without the key.
fn applies(doc: &Doc<'_>, statement: &Statement, value: Option<&str>) -> bool {
    // Asked of the statement as if it allowed: a Deny alone allows nothing.
    let mut policy = part(doc.policy, |each| each.index == statement.index);
    for each in &mut policy.statements {
        each.effect = Effect::Allow;
    }
    let space = Space::new(&policy, Side::Identity);
    let named =
        statement.actions.as_ref().filter(|actions| !actions.negated).and_then(|actions| {
            actions.items.iter().find_map(|item| crate::catalog::expand(&item.value).next())
        });
    let Some(action) = named.or_else(|| crate::catalog::action("iam:CreateAccessKey")) else { return false };
    let resource = statement
        .resources
        .as_ref()
        .filter(|resources| !resources.negated)
        .and_then(|resources| resources.items.first())
        .map_or("*", |item| &*item.value);
    let user = "arn:aws:iam::111122223333:user/preflight-any-name";
    let action = action.full_name();
    !space.is_refused(Asked { caller: user, action: &action, resource, owner: None }, &[(KEY, value)])
}
