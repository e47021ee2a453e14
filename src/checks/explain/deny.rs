//! A Deny that hits: the element that lets it.

use super::{Case, caller, few, name, place, repair};
use crate::checks::subject::Cause;
use crate::eval::{ContextValue, Request, StatementId, World};
use crate::policy::{BaseOperator, Clause, Policy, SetOperator, Statement};
use crate::rulebook::Values;
use crate::source::Span;

pub(super) fn cause(case: &Case<'_, '_>, request: &Request, _world: &World, id: StatementId) -> Cause {
    let (policy, statement) = case.set.origin(id);
    let layer = case.set.layer_of(id);
    let (span, why) = reason(request, policy, statement);
    let values = Values::new()
        .with("action", &*request.action)
        .with("caller", caller(request))
        .with("why", why.clone());
    let mut cause = Cause::new("deny", layer.id(), place(policy, span), values);
    cause.repairs = repair::spare(case, request, policy, statement);
    cause.notes.push(format!(
        "{} of the {} denies `{}`: {why}",
        name(statement),
        layer.name(),
        request.action
    ));
    cause
}

/// The element that tells most of why the Deny applies, and what it says.
fn reason(request: &Request, _policy: &Policy, statement: &Statement) -> (Span, String) {
    let value_of = |clause: &Clause| request.context.get(&clause.key.value.to_ascii_lowercase());
    let is_about_services =
        |clause: &Clause| clause.key.value.to_ascii_lowercase().starts_with("aws:principalisawsservice");
    let absent = statement.clauses.iter().find(|clause| value_of(clause).is_none());
    if let Some(clause) = absent {
        return (clause.key.span, without_key(clause));
    }
    if let Some(clause) = statement
        .clauses
        .iter()
        .find(|clause| !is_about_services(clause))
        .or_else(|| statement.clauses.first())
    {
        let span = if clause.values.is_empty() { clause.key.span } else { clause.value_span };
        let key = &clause.key.value;
        let why = match value_of(clause) {
            Some(ContextValue::One(value)) => {
                format!("`{key}` is `{value}`, so `{}` is true", clause.operator.value)
            }
            Some(ContextValue::Many(values)) => {
                let values = few(values.iter().map(|value| &**value));
                format!("`{key}` is `{values}`, so `{}` is true", clause.operator.value)
            }
            Some(ContextValue::Unknown | ContextValue::Unseen | ContextValue::Every(_)) | None => {
                format!("it depends on `{key}`, which is not known here")
            }
        };
        return (span, why);
    }
    if let Some(principals) = statement.principals.as_ref().filter(|principals| principals.negated) {
        return (principals.span, format!("`NotPrincipal` does not list `{}`", caller(request)));
    }
    (statement.effect_span, "it has no condition that would spare this request".to_owned())
}

fn without_key(clause: &Clause) -> String {
    let key = &clause.key.value;
    let operator = &clause.operator.value;
    match clause.parsed {
        Some(parsed) if parsed.base == BaseOperator::Null => {
            format!("`{key}` is not sent, and `Null` asks for just that")
        }
        Some(parsed)
            if parsed.if_exists || parsed.negated || parsed.set == Some(SetOperator::ForAllValues) =>
        {
            format!("`{key}` is not sent, and `{operator}` is true without it")
        }
        Some(_) | None => format!("`{key}` is not sent"),
    }
}
