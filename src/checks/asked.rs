//! What a demand asks, as a question that can be put to any set of policies: for who compares sets.

use super::access::{OF_THE_BUCKET, resources, stand_in};
use super::context::{EXPORT_ID, FRESH_ID, Maker};
use super::export;
use super::subject::Subject;
use crate::contract::{Ask, Demand, Expect};
use crate::eval::{Caller, Compiled, Member, Question, World};
use crate::policy::arn;

/// The requests of a demand that something be allowed, with what is unknown about them. `None` for other demands, and where
/// the form does not say whose requests they are.
#[must_use]
pub fn question(subject: &Subject<'_>, demand: &Demand, set: &Compiled<'_>) -> Option<(Caller, Question)> {
    let (request, actions, on, extra): (_, _, _, &[(String, String)]) = match &demand.ask {
        Ask::Access { request, actions, on, expect: Expect::Allowed, context, .. } => {
            (request, actions, on, context)
        }
        Ask::Discovery { actions, on, request, linked: false } => (request, actions, on, &[]),
        _ => return None,
    };
    let template = subject.requests.get(request)?;
    let (form, _) = stand_in(subject.form);
    let caller = Caller::parse(&form.fill(&template.caller).ok()?).ok()?;
    let maker = Maker { subject, template, form: &form, extra };
    let outputs = export::outputs(subject);
    let resources = resources(&form, template, &on.replace(EXPORT_ID, FRESH_ID), &outputs).ok()?;
    let mut members = Vec::new();
    for action in actions {
        let service = action.split(':').next().unwrap_or_default();
        for (resource, example) in &resources {
            let owner = form.text("bucket-account").filter(|_| OF_THE_BUCKET.contains(&service));
            let owner = arn::account_of(resource).or(owner);
            let request = maker.request(set, &caller, action, resource, owner).over(resource);
            members.push(Member { request, example: example.as_deref().map(Into::into) });
        }
    }
    let question = Question { members, unknowns: maker.unknowns(set), allowed: true, base: World::new() };
    Some((caller, question))
}
