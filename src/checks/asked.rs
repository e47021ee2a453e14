//! What a demand asks, as a question that can be put to any set of policies: for who compares sets.

use super::access::{on_behalf, owner_of, resources, stand_in};
use super::context::{EXPORT_ID, FRESH_ID, Maker};
use super::export;
use super::subject::Subject;
use crate::contract::{Ask, Demand, Expect, Form};
use crate::eval::{Caller, Compiled, Member, Question, World};

/// The requests of a demand that something be allowed, with what is unknown about them. `None` for other demands, and where
/// the form does not say whose requests they are.
#[must_use]
pub fn question(subject: &Subject<'_>, demand: &Demand, set: &Compiled<'_>) -> Option<(Caller, Question)> {
    let (request, actions, on, extra, of): (_, _, _, &Given, &Given) = match &demand.ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, context, of, .. } => {
            (request, actions, on, context, of)
        }
        Ask::Discovery { actions, on, request, linked: false } => (request, actions, on, &[], &[]),
        _ => return None,
    };
    let (form, _) = stand_in(subject.form);
    put(subject, (request, actions, on), (extra, of), (&form, &form), set)
}

/// Every place that a demand may be about, where the form does not say where the export lies. `Some(None)` where that cannot be
/// asked.
#[must_use]
pub fn anywhere(subject: &Subject<'_>, demand: &Demand, set: &Compiled<'_>) -> Option<Option<Question>> {
    let (form, stood_in) = stand_in(subject.form);
    if !stood_in.iter().any(|name| PLACES.contains(name)) {
        return None;
    }
    let Ask::Access { request, actions, on, context, of, .. } = &demand.ask else { return None };
    let wide = PLACES
        .into_iter()
        .filter(|name| stood_in.contains(name))
        .fold(form.clone(), |form, name| form.with(name, "*"));
    let is_of_place = |form: &Form| {
        let template = subject.requests.get(request)?;
        resources(form, template, &on.replace(EXPORT_ID, FRESH_ID), &export::files(subject)).ok()
    };
    if context.iter().any(|(_, text)| form.fill(text) != wide.fill(text)) {
        return Some(None);
    }
    if is_of_place(&form) == is_of_place(&wide) {
        return None;
    }
    Some(
        put(subject, (request, actions, on), (context, of), (&form, &wide), set)
            .map(|(_, question)| question),
    )
}

/// Values of the form that say where the export lies.
const PLACES: [&str; 2] = ["export-path", "export-name"];

/// Values that a demand gives.
type Given = [(String, String)];

/// Requests as a question: who makes them is said by one form, and what they are about by another one.
fn put(
    subject: &Subject<'_>,
    (request, actions, on): (&str, &[String], &str),
    (extra, of): (&Given, &Given),
    (form, places): (&Form, &Form),
    set: &Compiled<'_>,
) -> Option<(Caller, Question)> {
    let template = subject.requests.get(request)?;
    let behalf = on_behalf(form, of);
    let caller = Caller::parse(&behalf.fill(&template.caller).ok()?).ok()?;
    let maker = Maker { subject, template, form: &behalf, extra };
    let files = export::files(subject);
    let resources = resources(places, template, &on.replace(EXPORT_ID, FRESH_ID), &files).ok()?;
    let mut members = Vec::new();
    for action in actions {
        let service = action.split(':').next().unwrap_or_default();
        for (resource, example) in &resources {
            let owner = owner_of(form, resource, on, service);
            let request = maker.request(set, &caller, action, resource, owner).over(resource);
            members.push(Member { request, example: example.as_deref().map(Into::into) });
        }
    }
    let owner = members.first().and_then(|member: &Member| member.request.resource_account.clone());
    let unknowns = maker.unknowns(set, &caller, owner.as_deref());
    let question = Question { members, unknowns, allowed: true, base: World::new() };
    Some((caller, question))
}
