//! Nothing allows: the Allow that almost did, and each of its elements that is in the way.

use super::near;
use super::{Case, caller, condition, name, place, principal, repair, resource, statements_of};
use crate::catalog;
use crate::checks::subject::Cause;
use crate::contract::Origin;
use crate::eval::{
    ElementKind, ElementRef, Glob, LayerKind, NoTrace, Request, StatementId, StatementMatch, World, decide,
    inspect,
};
use crate::policy::{Effect, Policy, Statement};
use crate::rulebook::Values;

/// The faults, and the statement they are in if one came near.
pub(super) fn causes(
    case: &Case<'_, '_>,
    request: &Request,
    world: &World,
    layer: LayerKind,
) -> (Vec<Cause>, Option<StatementId>) {
    let meant = meant_in_resource_policy(case, request, world, layer);
    if let Some(filter) = filter_case(layer) {
        if let Some((cause, id)) = meant {
            return (vec![cause], Some(id));
        }
        let Some(policy) = silent_policy(case, request, world, layer) else { return (Vec::new(), None) };
        let is_allow = |id: &StatementId| {
            let (origin, statement) = case.set.origin(*id);
            std::ptr::eq(origin, policy) && statement.effect == Effect::Allow
        };
        let id = statements_of(case, layer).into_iter().find(is_allow);
        let values = Values::new().with("action", &*request.action);
        let mut cause = Cause::new("layer", filter, place(policy, policy.statement_span), values);
        cause.repairs.extend(repair::grant(case, request, policy, layer));
        return (vec![cause], id);
    }
    // In one account a resource policy can grant as well; the statement that came nearest tells what was meant.
    let best = nearest(case, request, world, layer);
    let is_near = best.as_ref().is_some_and(|best| best.failing().count() == 1);
    let (first, best) = match (meant, best) {
        (Some((cause, _)), best) if is_near => (Some(cause), best),
        (Some((cause, id)), _) => return (vec![cause], Some(id)),
        (None, best) => (None, best),
    };
    let Some(best) = best else {
        return (missing(case, request, layer).into_iter().collect(), None);
    };
    let (policy, statement) = case.set.origin(best.statement);
    let failing: Vec<ElementKind> = best.failing().collect();
    let phrases = case.subject.phrases;
    let mut notes = vec![phrases.say("nearest", &[("statement", &name(statement)), ("layer", layer.name())])];
    if !heals(case, request, world, &best, &failing) {
        notes.push(phrases.say("nearest-not-alone", &[]));
    }
    // Of an action that a statement does not name, nobody meant the files for the bucket, or the bucket for the files.
    let lacks_action = failing.contains(&ElementKind::Action) && misspelt(request, statement).is_none();
    let causes: Vec<Cause> = failing
        .into_iter()
        .flat_map(|element| {
            let mut causes = match element {
                ElementKind::Action => vec![action(request, policy, statement)],
                ElementKind::Principal => principal::causes(request, policy, statement),
                ElementKind::Resource => {
                    let cause = resource::cause(case, request, policy, statement);
                    let is_beside =
                        lacks_action && matches!(cause.case, "resource-object-arn" | "resource-bucket-arn");
                    if is_beside { Vec::new() } else { vec![cause] }
                }
                ElementKind::Clause(at) => {
                    condition::cause(case, request, policy, statement, at).into_iter().collect()
                }
            };
            let mut ways = repair::element(case, request, policy, statement, element);
            ways.extend(repair::grant(case, request, policy, layer));
            for cause in &mut causes {
                cause.notes.clone_from(&notes);
                cause.repairs.clone_from(&ways);
            }
            causes
        })
        .collect();
    (first.into_iter().chain(causes).collect::<Vec<_>>(), Some(best.statement))
}

/// Nothing came near: the policy that would have to allow, or where there is none the reader who is of another account.
fn missing(case: &Case<'_, '_>, request: &Request, layer: LayerKind) -> Option<Cause> {
    let values = Values::new().with("action", &*request.action).with("caller", caller(request));
    let policy = case.set.policies(layer).next().map(|(_, policy)| policy);
    let service = request.action.split(':').next().unwrap_or_default();
    let is_signed = request.caller.account().is_some();
    let Some(policy) = policy else {
        // Services without policies of resources answer for the caller's own account.
        let given = case.subject.form.get("reader").map(|reader| &reader.origin);
        let own = || case.set.policies(LayerKind::Identity).next().map(|(_, policy)| policy);
        let at = match given {
            Some(Origin::Given(at)) => Some(*at),
            Some(Origin::Presumed(_) | Origin::StandIn(_)) | None => {
                own().map(|policy| place(policy, policy.statement_span))
            }
        };
        let values = values
            .with("found", request.caller.account().unwrap_or_default())
            .with("needed", request.resource_account.as_deref().unwrap_or_default());
        return at
            .filter(|_| layer == LayerKind::Resource && is_signed)
            .map(|at| Cause::new("grant", "other-account", at, values));
    };
    let of = match service {
        _ if layer != LayerKind::Resource || !is_signed => None,
        "s3" => Some("bucket policy"),
        "kms" => Some("key policy"),
        _ => None,
    };
    let case_name = if of.is_some() { "missing-in-resource" } else { "missing" };
    let values = values.with("policy", of.unwrap_or_default());
    let mut cause = Cause::new("grant", case_name, place(policy, policy.statement_span), values);
    cause.repairs.extend(repair::grant(case, request, policy, layer));
    Some(cause)
}

/// Where the caller's own side does not allow: an Allow of the resource policy that would have let the caller in by name,
/// were the name not misspelt. In one account that alone is enough.
fn meant_in_resource_policy(
    case: &Case<'_, '_>,
    request: &Request,
    world: &World,
    layer: LayerKind,
) -> Option<(Cause, StatementId)> {
    let own = matches!(layer, LayerKind::Identity | LayerKind::Boundary | LayerKind::Session);
    if !own || !request.is_same_account() {
        return None;
    }
    statements_of(case, LayerKind::Resource).into_iter().find_map(|id| {
        let (policy, statement) = case.set.origin(id);
        let failing: Vec<ElementKind> = inspect(case.set, request, world, id).failing().collect();
        if statement.effect != Effect::Allow
            || failing != [ElementKind::Principal]
            || !principal::almost(request, statement)
        {
            return None;
        }
        let mut world = world.clone();
        world.force(ElementRef { statement: id, element: ElementKind::Principal }, true);
        let heals = decide(case.set, request, &world, &mut NoTrace).is_allowed();
        let mut cause = principal::causes(request, policy, statement).into_iter().next()?;
        cause.repairs = repair::element(case, request, policy, statement, ElementKind::Principal);
        heals.then_some((cause, id))
    })
}

/// Whether a layer grants nothing and must let through what others grant.
pub(super) fn is_filter(layer: LayerKind) -> bool {
    filter_case(layer).is_some()
}

fn filter_case(layer: LayerKind) -> Option<&'static str> {
    match layer {
        LayerKind::Boundary => Some("boundary"),
        LayerKind::Session => Some("session"),
        LayerKind::Scp => Some("scp"),
        LayerKind::Endpoint => Some("endpoint"),
        LayerKind::Identity | LayerKind::Resource | LayerKind::Rcp => None,
    }
}

/// A policy of the first level at which nothing allows.
fn silent_policy<'p>(
    case: &Case<'_, 'p>,
    request: &Request,
    world: &World,
    layer: LayerKind,
) -> Option<&'p Policy> {
    let allows = |policy: &Policy| {
        statements_of(case, layer).into_iter().any(|id| {
            let (origin, statement) = case.set.origin(id);
            std::ptr::eq(origin, policy)
                && statement.effect == Effect::Allow
                && inspect(case.set, request, world, id).applies()
        })
    };
    let allowing: Vec<u16> =
        case.set.policies(layer).filter(|(_, policy)| allows(policy)).map(|(level, _)| level).collect();
    case.set.policies(layer).find(|(level, _)| !allowing.contains(level)).map(|(_, policy)| policy)
}

/// Whether the request goes through (as far as this layer goes) once these elements match.
fn heals(
    case: &Case<'_, '_>,
    request: &Request,
    world: &World,
    best: &StatementMatch,
    failing: &[ElementKind],
) -> bool {
    let mut world = world.clone();
    for element in failing {
        world.force(ElementRef { statement: best.statement, element: *element }, true);
    }
    decide(case.set, request, &world, &mut NoTrace).is_allowed()
}

/// The Allow with the fewest elements in the way, of those that were plausibly meant for this request.
fn nearest(
    case: &Case<'_, '_>,
    request: &Request,
    world: &World,
    layer: LayerKind,
) -> Option<StatementMatch> {
    statements_of(case, layer)
        .into_iter()
        .filter(|id| case.set.origin(*id).1.effect == Effect::Allow)
        .map(|id| inspect(case.set, request, world, id))
        .filter(|each| !each.applies())
        .filter(|each| !resource::is_about_the_form(case, request, case.set.origin(each.statement).1))
        .filter_map(|each| {
            let (_, statement) = case.set.origin(each.statement);
            plausible(&each, request, statement, layer).map(|rank| (rank, each.failing().count(), each))
        })
        .min_by_key(|(rank, failing, each)| (*rank, *failing, each.statement))
        .map(|(_, _, each)| each)
}

/// How likely a statement was meant for the request: lower is likelier; `None` if nothing of it fits.
fn plausible(
    each: &StatementMatch,
    request: &Request,
    statement: &Statement,
    layer: LayerKind,
) -> Option<u8> {
    let fails = |element| each.failing().any(|failing| failing == element);
    let action = !fails(ElementKind::Action);
    let almost = misspelt(request, statement).is_some();
    let named = names_action(request, statement);
    let principal = !fails(ElementKind::Principal)
        || layer == LayerKind::Identity
        || principal::almost(request, statement);
    let resource = !fails(ElementKind::Resource) || resource::same_kind(request, statement);
    match (action || almost, principal, resource) {
        (true, true, true) if named || almost => Some(0),
        (true, true, true) => Some(1),
        // Who lets a service in by name, and there, meant what that service does.
        (false, true, true)
            if principal::names_service(request, statement) && !fails(ElementKind::Resource) =>
        {
            Some(2)
        }
        (true, true, false) | (true, false, true) if named => Some(3),
        (false, true, true) if layer == LayerKind::Resource || resource::is_specific(statement) => Some(4),
        (true, true, false) | (true, false, true) => Some(5),
        (true, false, false) if named => Some(6),
        // A list of the same service's actions, or all but a list, on any resource: this one is missing.
        (false, true, true) if names_service(request, statement) => Some(7),
        (true | false, true | false, true | false) => None,
    }
}

/// Whether the action stands in the list by name or by a pattern of its service.
fn names_action(request: &Request, statement: &Statement) -> bool {
    statement.actions.as_ref().is_some_and(|element| {
        element.items.iter().any(|item| &*item.value != "*" && matches_action(&item.value, &request.action))
    })
}

/// Whether the list is about actions of the same service, or excludes some of it.
fn names_service(request: &Request, statement: &Statement) -> bool {
    let service = request.action.split(':').next().unwrap_or_default().to_ascii_lowercase();
    statement.actions.as_ref().is_some_and(|element| {
        element.items.iter().any(|item| {
            item.value.split(':').next().is_some_and(|prefix| prefix.eq_ignore_ascii_case(&service))
        })
    })
}

/// Whether an action pattern matches an action.
pub(super) fn matches_action(pattern: &str, action: &str) -> bool {
    Glob::new(&pattern.to_ascii_lowercase()).matches(&action.to_ascii_lowercase())
}

/// The string that was meant to be the action: no action of AWS, and near it by spelling or by a missing wildcard.
pub(super) fn misspelt<'s>(request: &Request, statement: &'s Statement) -> Option<&'s crate::policy::Text> {
    let element = statement.actions.as_ref().filter(|element| !element.negated)?;
    element.items.iter().find(|item| {
        let text = &*item.value;
        let near = near::pattern_distance(text, &request.action, 2).is_some_and(|distance| distance > 0);
        // `s3:Get` and `s3:` without their wildcard; less than a verb, and more than nothing, says nothing.
        let cut = text.split_once(':').is_some_and(|(_, name)| name.is_empty() || name.len() >= "Get".len())
            && request.action.to_ascii_lowercase().starts_with(&text.to_ascii_lowercase());
        // Opening the catalog costs more than comparing letters, so it is asked last.
        (near || cut) && catalog::expand(text).next().is_none()
    })
}

/// What a misspelt pattern was meant to be: the pattern under the right service if that fits, else the action itself.
fn meant(pattern: &str, action: &str) -> String {
    let service = action.split(':').next().unwrap_or_default();
    let behind = pattern.split_once(':').map(|(_, behind)| format!("{service}:{behind}"));
    behind.filter(|meant| matches_action(meant, action)).unwrap_or_else(|| action.to_owned())
}

fn action(request: &Request, policy: &Policy, statement: &Statement) -> Cause {
    if let Some(item) = misspelt(request, statement) {
        let values =
            Values::new().with("found", &*item.value).with("needed", meant(&item.value, &request.action));
        return Cause::new("grant", "action-misspelt", place(policy, item.span), values);
    }
    let values = Values::new().with("action", &*request.action);
    let Some(element) = &statement.actions else {
        return Cause::new("grant", "action-missing", place(policy, statement.effect_span), values);
    };
    if element.negated {
        let item = element.items.iter().find(|item| matches_action(&item.value, &request.action));
        let span = item.map_or(element.span, |item| item.span);
        return Cause::new("grant", "action-excluded", place(policy, span), values);
    }
    Cause::new("grant", "action-missing", place(policy, element.span), values)
}
