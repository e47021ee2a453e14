//! Why a demand is broken: which element of which statement, found by replacing one element at a time by what the demand
//! needs and deciding again.

mod condition;
mod deny;
mod exposure;
mod grant;
pub(super) mod near;
mod principal;
pub(super) mod repair;
mod resource;

use super::subject::{Cause, Subject};
use crate::contract::{Expect, FORM_NAMES, RequestTemplate};
use crate::eval::{
    Compiled, DenyReason, ElementKind, ElementRef, LayerKind, NoTrace, Question, Request, StatementId,
    Witness, World, decide, inspect,
};
use crate::finding::{Change, Repair};
use crate::policy::{Effect, Notation, Policy, Statement, Text};
use crate::source::{Place, Span};
use crate::syntax::{inner_span, plain_span};
use std::ops::Range;

/// A question with everything needed to explain its answer.
pub(super) struct Case<'a, 'p> {
    pub(super) subject: &'a Subject<'a>,
    /// What kind of requests is asked about.
    pub(super) template: &'a RequestTemplate,
    pub(super) set: &'a Compiled<'p>,
    pub(super) question: &'a Question,
    pub(super) expect: &'a Expect,
}

/// Denials lifted one after the other before giving up on what lies behind them.
const MOST_LAYERS: usize = 6;

/// The faults behind a demand that holds in no world. What is a fault in some of the worlds only is told as unsure.
pub(super) fn broken(case: &Case<'_, '_>, witness: &Witness, others: &[Witness]) -> Vec<Cause> {
    let elsewhere: Vec<Vec<Cause>> = others.iter().map(|other| faults(case, other)).collect();
    let everywhere =
        |cause: &Cause| elsewhere.iter().all(|causes| causes.iter().any(|other| is_same(cause, other)));
    let mut all = faults(case, witness);
    spare_everywhere(&mut all, &elsewhere);
    if !all.iter().any(everywhere) {
        return all;
    }
    let (sure, unsure): (Vec<Cause>, Vec<Cause>) = all.into_iter().partition(everywhere);
    sure.into_iter().chain(unsure.into_iter().filter_map(as_unsure)).collect()
}

/// Where another Deny hits in another world, both have to spare the request.
fn spare_everywhere(causes: &mut [Cause], elsewhere: &[Vec<Cause>]) {
    let denies = causes.iter().chain(elsewhere.iter().flatten()).filter(|cause| cause.check == "deny");
    let mut changes: Vec<Change> = Vec::new();
    for change in denies.filter_map(|cause| cause.repairs.last()).flat_map(|repair| &repair.changes) {
        if !changes.contains(change) {
            changes.push(change.clone());
        }
    }
    for cause in causes.iter_mut().filter(|cause| cause.check == "deny" && !cause.repairs.is_empty()) {
        let all = Repair { changes: changes.clone() };
        if !cause.repairs.contains(&all) {
            cause.repairs.push(all);
        }
    }
}

pub(super) fn is_same(left: &Cause, right: &Cause) -> bool {
    left.place == right.place && left.check == right.check && left.case == right.case
}

/// The faults in one world.
fn faults(case: &Case<'_, '_>, witness: &Witness) -> Vec<Cause> {
    let mut causes = Vec::new();
    for request in members(case, witness) {
        let allowed = decide(case.set, &request, &witness.world, &mut NoTrace).is_allowed();
        if allowed == case.question.allowed {
            continue;
        }
        match case.expect {
            Expect::Denied(kind) => causes.extend(exposure::causes(case, &request, &witness.world, kind)),
            Expect::Allowed => causes.extend(denied(case, &request, &witness.world)),
        }
    }
    distinct(causes)
}

/// The same fault, told as one that may be there.
pub(super) fn as_unsure(mut cause: Cause) -> Option<Cause> {
    match (cause.check, cause.case) {
        ("condition", "wildcard-literal") => Some(cause),
        ("condition" | "deny", _) => {
            cause.case = "unsure";
            Some(cause)
        }
        _ => None,
    }
}

/// What a demand hangs on that holds in some worlds only, told at the elements that fail in the witness's world.
pub(super) fn unsure(case: &Case<'_, '_>, witness: &Witness) -> Vec<Cause> {
    if *case.expect != Expect::Allowed {
        return Vec::new();
    }
    let is_told = |cause: &Cause| !waits_for_form(case, cause);
    faults(case, witness).into_iter().filter_map(as_unsure).filter(is_told).collect()
}

/// Whether a condition hangs on a value that the form could have: it is then asked for, and nothing is wrong with the policy.
fn waits_for_form(case: &Case<'_, '_>, cause: &Cause) -> bool {
    let Some(key) = cause.values.value("key").filter(|_| cause.check == "condition") else { return false };
    let template = case.template.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
    template.is_some_and(|(_, template)| {
        let missing = case.subject.form.fill(template).err().unwrap_or_default();
        missing.iter().any(|name| FORM_NAMES.contains(&name.as_str()))
    })
}

/// Every member of the question as it is in the witness's world: one request each, with the key that people know where
/// that fails too.
fn members(case: &Case<'_, '_>, witness: &Witness) -> Vec<Request> {
    let chosen = &witness.request.context;
    let in_world = |request: &Request| {
        let mut request = request.clone();
        // Unknowns hold for the whole run, so what the witness's world chose holds for every member.
        for (key, _) in
            case.question.unknowns.iter().flat_map(|unknown| &unknown.options).flat_map(|option| &option.keys)
        {
            match chosen.get(&key.to_ascii_lowercase()) {
                Some(value) => request.context.set(key, value.clone()),
                None => request.context.remove(key),
            }
        }
        request
    };
    let fails = |request: &Request| {
        decide(case.set, request, &witness.world, &mut NoTrace).is_allowed() != case.question.allowed
    };
    case.question
        .members
        .iter()
        .enumerate()
        .map(|(at, member)| {
            let mut request = in_world(&member.request);
            let known = member.example.as_ref().filter(|_| request.space.is_some());
            if let Some(example) = known {
                request.space = None;
                request.resource.clone_from(example);
                if fails(&request) || at != witness.member {
                    return request;
                }
            }
            if at == witness.member {
                request.space = None;
                request.resource.clone_from(&witness.request.resource);
            }
            request.example()
        })
        .collect()
}

/// Lifts one reason of a denial after the other, explaining each.
fn denied(case: &Case<'_, '_>, request: &Request, world: &World) -> Vec<Cause> {
    let mut world = world.clone();
    let mut causes = Vec::new();
    for _ in 0..MOST_LAYERS {
        let decision = decide(case.set, request, &world, &mut NoTrace);
        match decision.reason {
            None => break,
            Some(DenyReason::Statement(id)) => {
                // A statement whose Effect cannot be read is a fault of its own; it is not known to deny.
                if case.set.origin(id).1.effect == Effect::Deny {
                    causes.push(deny::cause(case, request, id));
                }
                world.force(ElementRef { statement: id, element: ElementKind::Action }, false);
            }
            Some(DenyReason::NoAllow(layer)) => {
                let (found, statement) = grant::causes(case, request, &world, layer);
                causes.extend(found);
                let Some(statement) = statement else {
                    // A policy of denials alone has no statement that could be taken as allowing.
                    if !grant::is_filter(layer) || world.is_lifted(layer) {
                        break;
                    }
                    world.lift(layer);
                    continue;
                };
                for element in inspect(case.set, request, &world, statement).failing() {
                    world.force(ElementRef { statement, element }, true);
                }
            }
            Some(DenyReason::Unseen(layer)) => world.set_unseen_denies(layer, false),
            Some(DenyReason::PublicAccessBlock) => {
                causes.extend(deny::restricted(case, request));
                break;
            }
        }
    }
    causes
}

/// One cause for each case and place.
fn distinct(causes: Vec<Cause>) -> Vec<Cause> {
    let mut out: Vec<Cause> = Vec::new();
    for cause in causes {
        if !out
            .iter()
            .any(|other| other.place == cause.place && other.check == cause.check && other.case == cause.case)
        {
            out.push(cause);
        }
    }
    out
}

/// The place of a span in a policy's source.
fn place(policy: &Policy, span: Span) -> Place {
    Place { source: policy.source, span }
}

/// The place of a part of a string's value.
fn part(case: &Case<'_, '_>, policy: &Policy, text: &Text, range: Range<usize>) -> Place {
    let source = case.subject.sources.get(policy.source).text();
    place(
        policy,
        match policy.notation {
            Notation::Json => inner_span(source, text.span, policy.level, range),
            Notation::Hcl | Notation::Yaml => plain_span(source, text.span, &text.value, range),
        },
    )
}

/// `statement 2 ("Sid")`, for notes.
fn name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.value.is_empty() => format!("statement {} (`{}`)", statement.index + 1, sid.value),
        Some(_) | None => format!("statement {}", statement.index + 1),
    }
}

/// The first few of a list, for `found` values.
fn few<'t>(items: impl Iterator<Item = &'t str>) -> String {
    let all: Vec<&str> = items.collect();
    let shown = all.iter().take(3).copied().collect::<Vec<_>>().join("`, `");
    if all.len() > 3 { format!("{shown}` and {} more", all.len() - 3) } else { shown }
}

/// The caller for people.
fn caller(request: &Request) -> String {
    if request.caller.arn().is_empty() { "anybody".to_owned() } else { request.caller.arn().to_owned() }
}

fn statements_of(case: &Case<'_, '_>, layer: LayerKind) -> Vec<StatementId> {
    case.set.statement_ids().filter(|id| case.set.layer_of(*id) == layer).collect()
}
