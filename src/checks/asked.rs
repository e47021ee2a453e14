//! What a demand asks, as a question that can be put to any set of policies: for who compares sets.

use super::access::{on_behalf, owner_of, resources, stand_in};
use super::context::{EXPORT_ID, FRESH_ID, Maker};
use super::export;
use super::subject::Subject;
use crate::contract::{Ask, Demand, Expect};
use crate::eval::{Caller, Compiled, Member, Question, World};

/// The requests of a demand that something be allowed, with what is unknown about them. `None` for other demands, and where
/// the form does not say whose requests they are.
#[must_use]
pub fn question(subject: &Subject<'_>, demand: &Demand, set: &Compiled<'_>) -> Option<(Caller, Question)> {
    type Given = [(String, String)];
    let (request, actions, on, extra, of): (_, _, _, &Given, &Given) = match &demand.ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, context, of, .. } => {
            (request, actions, on, context, of)
        }
        Ask::Discovery { actions, on, request, linked: false } => (request, actions, on, &[], &[]),
        _ => return None,
    };
    let template = subject.requests.get(request)?;
    let (form, _) = stand_in(subject.form);
    let behalf = on_behalf(&form, of);
    let caller = Caller::parse(&behalf.fill(&template.caller).ok()?).ok()?;
    let maker = Maker { subject, template, form: &behalf, extra };
    let outputs = export::outputs(subject);
    let resources = resources(&form, template, &on.replace(EXPORT_ID, FRESH_ID), &outputs).ok()?;
    let mut members = Vec::new();
    for action in actions {
        let service = action.split(':').next().unwrap_or_default();
        for (resource, example) in &resources {
            let owner = owner_of(&form, resource, on, service);
            let request = maker.request(set, &caller, action, resource, owner).over(resource);
            members.push(Member { request, example: example.as_deref().map(Into::into) });
        }
    }
    let question =
        Question { members, unknowns: maker.unknowns(set, &caller), allowed: true, base: World::new() };
    Some((caller, question))
}
