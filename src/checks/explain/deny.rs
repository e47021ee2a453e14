//! A Deny that hits: the element that lets it.

use super::{Case, caller, few, name, place, repair};
use crate::checks::others::taken_for_public;
use crate::checks::subject::Cause;
use crate::eval::{ContextValue, Request, StatementId};
use crate::policy::{BaseOperator, Clause, SetOperator, Statement};
use crate::rulebook::{Phrases, Values};
use crate::source::Span;

pub(super) fn cause(case: &Case<'_, '_>, request: &Request, id: StatementId) -> Cause {
    let (policy, statement) = case.set.origin(id);
    let layer = case.set.layer_of(id);
    let phrases = case.subject.phrases;
    let (span, why) = reason(phrases, request, statement);
    let note = phrases.say(
        "deny-note",
        &[
            ("statement", &name(statement)),
            ("layer", layer.name()),
            ("action", &request.action),
            ("why", &why),
        ],
    );
    let values =
        Values::new().with("action", &*request.action).with("caller", caller(request)).with("why", why);
    let mut cause = Cause::new("deny", layer.id(), place(policy, span), values);
    cause.repairs = repair::spare(case, request, policy, statement);
    cause.notes.push(note);
    cause
}

/// Block Public Access keeps other accounts out, since AWS takes the bucket's policy for public.
pub(super) fn restricted(case: &Case<'_, '_>, request: &Request) -> Option<Cause> {
    let mut open = taken_for_public(case.subject).into_iter();
    let (first, _) = open.next()?;
    let values = Values::new().with("action", &*request.action).with("caller", caller(request));
    let mut cause = Cause::new("deny", "restricted-public", first, values);
    let words = case.subject.phrases.say("public-as-well", &[]);
    cause.related.extend(open.map(|(place, _)| (place, words.clone())));
    Some(cause)
}

/// The element that tells most of why the Deny applies, and what it says.
fn reason(phrases: &Phrases, request: &Request, statement: &Statement) -> (Span, String) {
    let value_of = |clause: &Clause| request.context.get(&clause.key.value.to_ascii_lowercase());
    let is_about_services =
        |clause: &Clause| clause.key.value.to_ascii_lowercase().starts_with("aws:principalisawsservice");
    let absent = statement.clauses.iter().find(|clause| value_of(clause).is_none());
    if let Some(clause) = absent {
        return (clause.key.span, without_key(phrases, clause));
    }
    if let Some(clause) = statement
        .clauses
        .iter()
        .find(|clause| !is_about_services(clause))
        .or_else(|| statement.clauses.first())
    {
        let span = if clause.values.is_empty() { clause.key.span } else { clause.value_span };
        let (key, operator) = (("key", &*clause.key.value), ("operator", &*clause.operator.value));
        let because = |value: &str| phrases.say("deny-value", &[key, ("value", value), operator]);
        let why = match value_of(clause) {
            Some(ContextValue::One(value)) => because(value),
            Some(ContextValue::Many(values)) => because(&few(values.iter().map(|value| &**value))),
            Some(
                ContextValue::Unknown
                | ContextValue::Within(_)
                | ContextValue::Unseen
                | ContextValue::Every(_),
            )
            | None => phrases.say("deny-unknown", &[key]),
        };
        return (span, why);
    }
    if let Some(principals) = statement.principals.as_ref().filter(|principals| principals.negated) {
        return (principals.span, phrases.say("deny-not-listed", &[("caller", &caller(request))]));
    }
    (statement.effect_span, phrases.say("deny-unconditional", &[]))
}

fn without_key(phrases: &Phrases, clause: &Clause) -> String {
    let (key, operator) = (("key", &*clause.key.value), ("operator", &*clause.operator.value));
    match clause.parsed {
        Some(parsed) if parsed.base == BaseOperator::Null => phrases.say("deny-absent-null", &[key]),
        Some(parsed)
            if parsed.if_exists || parsed.negated || parsed.set == Some(SetOperator::ForAllValues) =>
        {
            phrases.say("deny-absent-holds", &[key, operator])
        }
        Some(_) | None => phrases.say("deny-absent", &[key]),
    }
}
