//! What of an answer people are shown: a request of each kind, who decides it, and what the answer rests on.

use super::Answered;
use crate::eval::{
    CallerKind, Compiled, ContextValue, Decision, DenyReason, ElementKind, Event, Glob, Layer, LayerKind,
    Request, Standing, StatementId, Trace, Witness, World, clock_of, decide, inspect,
};
use crate::finding::Label;
use crate::finding::simulation::{Answer, Example, Refusal, Step};
use crate::policy::variable::{key_of, variables};
use crate::policy::{Effect, Policy, Statement};
use crate::source::{Place, Span};

/// For how many requests the answer holds.
pub(super) fn scope(parts: &[Answered<'_>]) -> Option<String> {
    let count = |list: Vec<&str>| {
        let mut list = list;
        list.sort_unstable();
        list.dedup();
        list.len()
    };
    let callers = count(parts.iter().map(|part| part.label.as_str()).collect());
    let actions = count(parts.iter().flat_map(|part| part.names.iter().map(String::as_str)).collect());
    let many: Vec<&str> =
        parts.iter().filter(|part| part.ask.is_many()).map(|part| part.ask.resource.as_str()).collect();
    let mut words = Vec::new();
    if callers > 1 {
        words.push(format!("{callers} kinds of callers, which stand for all"));
    }
    if actions > 1 {
        words.push(format!("{actions} actions"));
    }
    match count(many.clone()) {
        0 => {}
        1 => words.push(format!("every resource `{}`", many.first().copied().unwrap_or_default())),
        more => words.push(format!("every resource of {more} patterns")),
    }
    (!words.is_empty()).then(|| words.join(", "))
}

/// One request of each kind that the answer is about.
pub(super) fn examples(answer: Answer, parts: &[Answered<'_>]) -> Vec<Example> {
    let mut out = Vec::new();
    let standings = |order: &[Standing]| {
        let mut list: Vec<&Answered<'_>> = parts.iter().collect();
        list.sort_by_key(|part| order.iter().position(|each| *each == part.survey.standing()));
        list
    };
    use Standing::{Allowed, Denied, Depends, Mixed, TooMany};
    if answer != Answer::Denied {
        // Of what depends, its own two ways show it best.
        let order = if answer == Answer::Depends {
            [Depends, Mixed, Allowed, TooMany, Denied]
        } else {
            [Allowed, Mixed, Depends, TooMany, Denied]
        };
        let found = standings(&order).into_iter().find_map(|part| Some((part, part.survey.allowed()?)));
        out.extend(found.map(|(part, witness)| example(part, witness)));
    }
    if answer != Answer::Allowed {
        let order = if answer == Answer::Depends {
            [Depends, Mixed, Denied, TooMany, Allowed]
        } else {
            [Denied, Mixed, Depends, TooMany, Allowed]
        };
        let found = standings(&order).into_iter().find_map(|part| Some((part, part.survey.denied()?)));
        out.extend(found.map(|(part, witness)| example(part, witness)));
    }
    out
}

fn example(part: &Answered<'_>, witness: &Witness) -> Example {
    let set = Compiled::new(&part.layers);
    let request = &witness.request;
    let mut trace = Trace::default();
    let decision = decide(&set, request, &witness.world, &mut trace);
    let (why, labels) = deciding(&set, request, &witness.world, decision);
    Example {
        allowed: decision.is_allowed(),
        principal: request.caller.arn().to_owned(),
        action: request.action.to_string(),
        resource: request.resource.to_string(),
        context: context(&set, request, &trace),
        refusal: decision.reason.map(|reason| refusal(&set, reason)),
        why,
        labels,
        trace: steps(&set, &trace, decision),
    }
}

/// Which layer denies.
fn refusal(set: &Compiled<'_>, reason: DenyReason) -> Refusal {
    let (layer, explicit) = match reason {
        DenyReason::Statement(id) => (set.layer_of(id).id(), Some(true)),
        DenyReason::NoAllow(layer) => (layer.id(), Some(false)),
        DenyReason::Unseen(layer) => (layer.id(), None),
        DenyReason::PublicAccessBlock => ("public-access", Some(true)),
    };
    Refusal { layer, explicit }
}

/// The keys that the policies look at for this request, and what it carries for each.
fn context(set: &Compiled<'_>, request: &Request, trace: &Trace) -> Vec<(String, Option<String>)> {
    let mut keys: Vec<String> = Vec::new();
    for event in &trace.events {
        let (id, looked_at) = match event {
            Event::Applies(id) => (*id, usize::MAX),
            Event::Fails(id, ElementKind::Clause(at)) => (*id, usize::from(*at) + 1),
            Event::Fails(id, ElementKind::Resource) => (*id, 0),
            _ => continue,
        };
        let (policy, statement) = set.origin(id);
        let clauses = || statement.clauses.iter().take(looked_at);
        keys.extend(clauses().map(|clause| clause.key.value.to_string()));
        if !policy.version.has_variables() {
            continue;
        }
        let compared =
            clauses().filter(|clause| clause.parsed.is_some_and(|each| each.base.takes_variables()));
        let resources = statement.resources.iter().flat_map(|element| &element.items);
        let texts = compared.flat_map(|clause| &clause.values).chain(resources);
        keys.extend(texts.flat_map(|text| variables(&text.value)).map(|inside| key_of(inside).to_owned()));
    }
    keys.sort_unstable_by_key(|key| key.to_ascii_lowercase());
    keys.dedup_by(|left, right| left.eq_ignore_ascii_case(right));
    keys.into_iter()
        .map(|key| {
            let value = clock_of(&request.context, &key).or_else(|| {
                let value = request.context.get(&key.to_ascii_lowercase());
                value.map(|value| value.told().unwrap_or_else(|| "?".to_owned()))
            });
            (key, value)
        })
        .collect()
}

/// Who decides, in words and in the documents.
fn deciding(
    set: &Compiled<'_>,
    request: &Request,
    world: &World,
    decision: Decision,
) -> (String, Vec<Label>) {
    match (decision.allowed_by, decision.reason) {
        (Some(id), _) => {
            let (policy, statement) = set.origin(id);
            let layer = set.layer_of(id).name();
            (format!("{} of the {layer} allows it", named(statement)), applying(policy, statement, request, "allows it"))
        }
        (None, None) if request.needs_no_permission() => {
            ("it needs no permission: everybody who signs may do it, whatever policies say".to_owned(), Vec::new())
        }
        (None, None) if request.caller.kind() == CallerKind::Root => {
            ("the root user may do what no policy denies".to_owned(), Vec::new())
        }
        (None, None) => ("a policy that was not given may allow it".to_owned(), Vec::new()),
        (None, Some(DenyReason::Statement(id))) => {
            let (policy, statement) = set.origin(id);
            let layer = set.layer_of(id).name();
            (format!("{} of the {layer} denies it", named(statement)), applying(policy, statement, request, "denies it"))
        }
        (None, Some(DenyReason::NoAllow(layer))) => {
            let (near, labels) = nearest(set, request, world, layer);
            (format!("no {} allows it{near}", layer.name()), labels)
        }
        (None, Some(DenyReason::Unseen(layer))) => (format!("the {} that was not given may deny it", layer.name()), Vec::new()),
        (None, Some(DenyReason::PublicAccessBlock)) => (
            "the bucket policy is public, and Block Public Access keeps other accounts out (`RestrictPublicBuckets`)".to_owned(),
            Vec::new(),
        ),
    }
}

fn named(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) => format!("statement {} (`{}`)", statement.index + 1, sid.value),
        None => format!("statement {}", statement.index + 1),
    }
}

fn label(policy: &Policy, span: Span, text: impl Into<String>) -> Label {
    Label { place: Place { source: policy.source, span }, text: text.into() }
}

/// A statement that applies: its effect, and the pattern that takes in the action.
fn applying(policy: &Policy, statement: &Statement, request: &Request, says: &str) -> Vec<Label> {
    let mut labels = vec![label(policy, statement.effect_span, says)];
    if let Some(actions) = &statement.actions {
        let lower = request.action.to_ascii_lowercase();
        let item =
            actions.items.iter().find(|item| Glob::new(&item.value.to_ascii_lowercase()).matches(&lower));
        let span = match item {
            Some(item) if !actions.negated => item.span,
            Some(_) | None => actions.key_span,
        };
        labels.push(label(policy, span, format!("takes in `{}`", request.action)));
    }
    if statement.effect == Effect::Deny
        && let Some(clause) = statement.clauses.first()
    {
        labels.push(label(policy, clause.span, "and this holds for the request"));
    }
    labels
}

/// The Allow of a layer that comes nearest, with what of it does not fit.
fn nearest(set: &Compiled<'_>, request: &Request, world: &World, layer: LayerKind) -> (String, Vec<Label>) {
    let candidates = set
        .statement_ids()
        .filter(|id| set.layer_of(*id) == layer && set.origin(*id).1.effect == Effect::Allow);
    let judged: Vec<(StatementId, Vec<ElementKind>, bool)> = candidates
        .map(|id| {
            let found = inspect(set, request, world, id);
            (id, found.failing().collect(), found.delegated)
        })
        .collect();
    // Of two that are equally near, the one about the action.
    let near =
        judged.iter().min_by_key(|(_, failing, _)| (failing.len(), failing.contains(&ElementKind::Action)));
    let Some((id, failing, delegated)) = near else { return (String::new(), Vec::new()) };
    let (policy, statement) = set.origin(*id);
    if failing.is_empty() {
        let why = if *delegated {
            "; it is allowed by way of its account only, so its own policies must allow it too"
        } else {
            ""
        };
        return (why.to_owned(), Vec::new());
    }
    if failing.len() > 2 {
        return (String::new(), Vec::new());
    }
    let labels = failing.iter().map(|element| unfit(policy, statement, request, *element)).collect();
    (format!("; {} comes nearest", named(statement)), labels)
}

fn unfit(policy: &Policy, statement: &Statement, request: &Request, element: ElementKind) -> Label {
    let key = |element: &crate::policy::Element| match element.items.as_slice() {
        [only] if !element.negated => only.span,
        _ => element.key_span,
    };
    let span = match element {
        ElementKind::Principal => statement.principals.as_ref().map(|principals| principals.span),
        ElementKind::Action => statement.actions.as_ref().map(key),
        ElementKind::Resource => statement.resources.as_ref().map(key),
        ElementKind::Clause(at) => statement.clauses.get(usize::from(at)).map(|clause| clause.span),
    };
    let text = match element {
        ElementKind::Principal => "is not the principal that asks".to_owned(),
        ElementKind::Action => format!("does not take in `{}`", request.action),
        ElementKind::Resource => format!("does not take in `{}`", request.resource),
        ElementKind::Clause(at) => {
            let key = statement.clauses.get(usize::from(at)).map_or("", |clause| &clause.key.value);
            match request.context.get(&key.to_ascii_lowercase()) {
                None => format!("the request does not carry `{key}`"),
                Some(ContextValue::One(value)) => format!("the request has `{value}`"),
                Some(_) => "does not hold for the request".to_owned(),
            }
        }
    };
    label(policy, span.unwrap_or(statement.effect_span), text)
}

/// What each layer says, in the order in which AWS asks them.
fn steps(set: &Compiled<'_>, trace: &Trace, decision: Decision) -> Vec<Step> {
    let mut out: Vec<Step> = Vec::new();
    for kind in LayerKind::ALL {
        let met = |wanted: Event| trace.events.contains(&wanted);
        let applies = |effect: Effect| {
            trace.events.iter().find_map(|event| match event {
                Event::Applies(id) if set.layer_of(*id) == kind && set.origin(*id).1.effect == effect => {
                    Some(*id)
                }
                _ => None,
            })
        };
        let says = if met(Event::Skipped(kind)) {
            if matches!(set.layer_state(kind), Layer::Absent | Layer::PresumedAbsent) {
                continue;
            }
            "does not bear on such a request".to_owned()
        } else if met(Event::Presumed(kind)) {
            continue;
        } else if met(Event::Unseen(kind)) {
            match decision.reason {
                Some(DenyReason::Unseen(at)) if at == kind => "was not given; here it denies".to_owned(),
                _ => "was not given; here it allows".to_owned(),
            }
        } else if met(Event::Layer(kind)) {
            if let (Some(id), Some(DenyReason::Statement(denying))) = (applies(Effect::Deny), decision.reason)
                && id == denying
            {
                format!("denies: {}", named(set.origin(id).1))
            } else if let Some(id) = applies(Effect::Allow) {
                let short = decision.reason == Some(DenyReason::NoAllow(kind));
                let word = if short { "allows at one level, not at every" } else { "allows" };
                format!("{word}: {}", named(set.origin(id).1))
            } else if kind == LayerKind::Rcp {
                "denies nothing".to_owned()
            } else {
                "allows nothing".to_owned()
            }
        } else if matches!(set.layer_state(kind), Layer::Absent | Layer::PresumedAbsent) {
            continue;
        } else {
            "not asked any more".to_owned()
        };
        out.push(Step { layer: kind.name(), says });
    }
    out
}
