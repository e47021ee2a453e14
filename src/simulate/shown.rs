//! What of an answer people are shown: a request of each kind, who decides it, and what the answer rests on.

use super::{Documents, Part, Question};
use crate::catalog;
use crate::eval::{
    CallerKind, Compiled, ContextValue, Decision, DenyReason, Dependence, ElementKind, Event, FreeFact, Glob,
    Layer, LayerKind, Request, Standing, StatementId, Trace, Witness, World, decide, inspect,
};
use crate::finding::simulation::{Answer, Example, Missing, Step};
use crate::finding::{Assumed, Label};
use crate::policy::{Effect, Policy, Statement};
use crate::source::{Place, Sources, Span};

/// For how many requests the answer holds.
pub(super) fn scope(parts: &[Part<'_>]) -> Option<String> {
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
pub(super) fn examples(answer: Answer, parts: &[Part<'_>], sources: &Sources) -> Vec<Example> {
    let mut out = Vec::new();
    let standings = |order: &[Standing]| {
        let mut list: Vec<&Part<'_>> = parts.iter().collect();
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
        out.extend(found.map(|(part, witness)| example(part, witness, sources)));
    }
    if answer != Answer::Allowed {
        let order = if answer == Answer::Depends {
            [Depends, Mixed, Denied, TooMany, Allowed]
        } else {
            [Denied, Mixed, Depends, TooMany, Allowed]
        };
        let found = standings(&order).into_iter().find_map(|part| Some((part, part.survey.denied()?)));
        out.extend(found.map(|(part, witness)| example(part, witness, sources)));
    }
    out
}

fn example(part: &Part<'_>, witness: &Witness, _sources: &Sources) -> Example {
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
        why,
        labels,
        trace: steps(&set, &trace, decision),
    }
}

/// The keys that the policies look at for this request, and what it carries for each.
fn context(set: &Compiled<'_>, request: &Request, trace: &Trace) -> Vec<(String, Option<String>)> {
    let mut keys: Vec<String> = Vec::new();
    for event in &trace.events {
        let (id, looked_at) = match event {
            Event::Applies(id) => (*id, usize::MAX),
            Event::Fails(id, ElementKind::Clause(at)) => (*id, usize::from(*at) + 1),
            _ => continue,
        };
        let clauses = set.origin(id).1.clauses.iter().take(looked_at);
        keys.extend(clauses.map(|clause| clause.key.value.to_string()));
    }
    keys.sort_unstable_by_key(|key| key.to_ascii_lowercase());
    keys.dedup_by(|left, right| left.eq_ignore_ascii_case(right));
    keys.into_iter()
        .map(|key| {
            let value = match request.context.get(&key.to_ascii_lowercase()) {
                None => None,
                Some(ContextValue::One(value)) => Some(value.to_string()),
                Some(ContextValue::Many(values)) => Some(values.join(", ")),
                Some(ContextValue::Unknown | ContextValue::Unseen | ContextValue::Every(_)) => {
                    Some("?".to_owned())
                }
            };
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

/// A fact on which an answer depends, in words.
pub(super) fn missing(set: &Compiled<'_>, on: &Dependence) -> Missing {
    match on {
        // A question of `simulate` has no unknowns of its own.
        Dependence::Unknown(_) => too_many(),
        Dependence::Unseen(layer) => Missing {
            fact: layer.id().to_owned(),
            reason: format!("no {} was given, and there may be one", layer.name()),
            tell: format!("{} FILE, or --absent {} if there is none", option(*layer), layer.id()),
        },
        Dependence::Free(atom) => match set.describe(*atom) {
            FreeFact::Key(key) => {
                let key = catalog::condition_key(key)
                    .filter(|known| known.name.eq_ignore_ascii_case(key))
                    .map_or(key, |known| known.name);
                Missing {
                    fact: key.to_owned(),
                    reason: format!(
                        "a policy looks at `{key}`, and the question does not say what the request carries for it"
                    ),
                    tell: format!("--context {key}=VALUE, or --context {key}=absent"),
                }
            }
            FreeFact::Clause(clause) => Missing {
                fact: clause.key.value.to_string(),
                reason: format!(
                    "AWS does not say what `{}` does with `{}` of this request",
                    clause.operator.value, clause.key.value
                ),
                tell: "write the condition in a way that AWS documents".to_owned(),
            },
            FreeFact::Text(text) => Missing {
                fact: "unreadable-text".to_owned(),
                reason: format!("nobody can tell what this stands for: {text}"),
                tell: "put the real value in its place".to_owned(),
            },
        },
    }
}

fn option(layer: LayerKind) -> &'static str {
    match layer {
        LayerKind::Identity => "--policy",
        LayerKind::Resource => "--resource-policy",
        LayerKind::Boundary => "--boundary",
        LayerKind::Session => "--session-policy",
        LayerKind::Scp => "--scp",
        LayerKind::Rcp => "--rcp",
        LayerKind::Endpoint => "--endpoint-policy",
    }
}

pub(super) fn too_many() -> Missing {
    Missing {
        fact: "too-many-cases".to_owned(),
        reason: "there are more cases than are looked at".to_owned(),
        tell: "ask for fewer resources, actions or keys at once".to_owned(),
    }
}

pub(super) fn unlisted() -> Missing {
    Missing {
        fact: "too-many-callers".to_owned(),
        reason: "the policies tell more kinds of callers apart than are looked at".to_owned(),
        tell: "ask for one principal, or for a narrower pattern".to_owned(),
    }
}

/// What the answer of a part rests on: layers presumed absent that would matter, the ways that were presumed, whose the resource
/// is.
pub(super) fn assumed(
    set: &Compiled<'_>,
    question: &Question,
    documents: &Documents<'_>,
    part: &Part<'_>,
) -> Vec<Assumed> {
    let mut out = Vec::new();
    for presumed in &part.presumed {
        let mut put = part.put.clone();
        for member in &mut put.members {
            presumed.apply(&mut member.request.context, false);
        }
        if crate::eval::survey(set, &put).standing() != part.survey.standing() {
            out.push(Assumed {
                text: format!("{} (`--context {}=…` says otherwise)", presumed.text, presumed.key),
                source: Some(
                    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"
                        .to_owned(),
                ),
            });
        }
    }
    let given: Vec<&str> = LayerKind::ALL
        .into_iter()
        .filter(|kind| set.layer_state(*kind) == Layer::PresumedAbsent && matters(part, *kind))
        .map(LayerKind::name)
        .collect();
    if !given.is_empty() {
        out.push(Assumed {
            text: format!("there is no {}: none was given", given.join(", no ")),
            source: None,
        });
    }
    if super::is_owner_presumed(question, part) {
        let account = part
            .put
            .members
            .first()
            .and_then(|member| member.request.resource_account.clone())
            .unwrap_or_default();
        let other = super::survey_for(question, documents, part, "000000000000");
        if other != part.survey.standing() {
            out.push(Assumed {
                text: format!("the resource belongs to the principal's account, {account} (`--resource-account` says otherwise)"),
                source: None,
            });
        }
    }
    out
}

/// Whether the answer would be another if the layer were not known.
fn matters(part: &Part<'_>, kind: LayerKind) -> bool {
    let mut layers = part.layers.clone();
    match kind {
        LayerKind::Identity => layers.identity = Layer::NotVisible,
        LayerKind::Resource => layers.resource = Layer::NotVisible,
        LayerKind::Boundary => layers.boundary = Layer::NotVisible,
        LayerKind::Session => layers.session = Layer::NotVisible,
        LayerKind::Scp => layers.scp = Layer::NotVisible,
        LayerKind::Rcp => layers.rcp = Layer::NotVisible,
        LayerKind::Endpoint => layers.endpoint = Layer::NotVisible,
    }
    let set = Compiled::new(&layers);
    crate::eval::survey(&set, &part.put).standing() != part.survey.standing()
}
