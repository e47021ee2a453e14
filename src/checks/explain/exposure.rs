//! An access that should not be possible: the statement that grants it.

use super::grant::matches_action;
use super::{Case, caller, name, place, repair};
use crate::checks::subject::Cause;
use crate::eval::{LayerKind, Request, World, inspect};
use crate::policy::{Effect, Policy, Statement};
use crate::rulebook::Values;
use crate::source::Span;

pub(super) fn causes(case: &Case<'_, '_>, request: &Request, world: &World, kind: &str) -> Vec<Cause> {
    case.set
        .statement_ids()
        .filter(|id| case.set.origin(*id).1.effect == Effect::Allow)
        // What the product's own account allows is presumed, and stands in no document.
        .filter(|id| !(case.template.is_foreign && case.set.layer_of(*id) == LayerKind::Identity))
        .filter(|id| inspect(case.set, request, world, *id).applies())
        .filter_map(|id| {
            let (policy, statement) = case.set.origin(id);
            let (case_name, span, values) = match kind {
                "unguarded" => (
                    "unguarded",
                    principal(request, statement),
                    Values::new().with("caller", caller(request)),
                ),
                "deputy" => {
                    let pins = repair::pins(case, request);
                    let (key, needed) = pins.into_iter().next().unwrap_or_default();
                    let values = Values::new().with("caller", caller(request)).with("key", key);
                    ("deputy", principal(request, statement), values.with("needed", needed))
                }
                "public" => {
                    ("public", principal(request, statement), Values::new().with("action", &*request.action))
                }
                "wide" => {
                    ("wide", action(request, statement), Values::new().with("action", &*request.action))
                }
                _ => return None,
            };
            let mut cause = at(policy, statement, case_name, span, values);
            if kind == "unguarded" {
                cause.repairs = repair::guard(case, policy, statement);
            } else if kind == "deputy" {
                cause.repairs = repair::pin(case, request, policy, statement);
            }
            Some(cause)
        })
        .collect()
}

fn at(policy: &Policy, statement: &Statement, case: &'static str, span: Span, values: Values) -> Cause {
    let mut cause = Cause::new("exposure", case, place(policy, span), values);
    cause.notes.push(format!("{} grants it", name(statement)));
    cause
}

fn principal(request: &Request, statement: &Statement) -> Span {
    let Some(principals) = &statement.principals else { return statement.effect_span };
    let own = principals.entries.iter().find(|entry| &*entry.value.value == request.caller.arn());
    let any = principals.entries.iter().find(|entry| &*entry.value.value == "*");
    own.or(any).map_or(principals.span, |entry| entry.value.span)
}

fn action(request: &Request, statement: &Statement) -> Span {
    let Some(element) = &statement.actions else { return statement.effect_span };
    if element.negated {
        return element.key_span;
    }
    let item = element.items.iter().find(|item| matches_action(&item.value, &request.action));
    item.map_or(element.span, |item| item.span)
}
