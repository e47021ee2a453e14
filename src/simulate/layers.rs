//! Which policies bear on a request, and what is made of those that were not given.

use super::fault::Fault;
use super::members::Ask;
use super::{Answered, Documents, Question};
use crate::eval::{
    Caller, CallerClasses, CallerKind, Compiled, Glob, Layer, LayerKind, Layers, Request, Standing,
    account_like, survey,
};
use crate::policy::{Policy, arn};

/// That the owner of every resource can be told: of principals of several accounts none can be presumed to own it.
pub(super) fn owner_is_told(question: &Question, classes: &CallerClasses, asks: &[Ask]) -> Result<(), Fault> {
    let asker = question.principal.trim();
    let several = asker.contains(['*', '?'])
        && arn::account_of(asker).is_none()
        && classes.list.iter().any(|class| class.caller.account().is_some());
    let untold = |ask: &&Ask| ask.resource != "*" && arn::account_of(&ask.resource).is_none();
    match asks.iter().find(untold) {
        Some(ask) if several && question.resource_account.is_none() => {
            Err(Fault::NoOwner(ask.resource.clone()))
        }
        Some(_) | None => Ok(()),
    }
}

/// The account that owns a resource: its ARN says, or the question, or it is presumed to be the caller's.
pub(super) fn owner(question: &Question, resource: &str, caller: &Caller) -> Option<String> {
    if let Some(own) = arn::account_of(resource) {
        return Some(own.to_owned());
    }
    let told = question.resource_account.as_deref();
    match account_pattern(resource) {
        // Of several accounts it is the one that is told, or the caller's, and where neither can be it another one.
        Some(pattern) => {
            let fits = |account: &&str| Glob::new(pattern).matches(account);
            let own = told.filter(fits).or_else(|| caller.account().filter(fits));
            let other = || account_like(pattern).unwrap_or_else(|| pattern.to_owned());
            own.map(str::to_owned).or_else(|| caller.account().map(|_| other()))
        }
        None => told.or_else(|| caller.account()).map(str::to_owned),
    }
}

/// The account of an ARN, where it is a pattern, or a number that no account has.
fn account_pattern(resource: &str) -> Option<&str> {
    let [_, _, _, _, account, _] = arn::split(resource)?;
    let is_number = account.starts_with(|first: char| first.is_ascii_digit());
    (account.contains(['*', '?']) || is_number).then_some(account)
}

/// The layers of a request. What was not given is presumed not to be there, with these exceptions: policies of the principal,
/// and the policy of a resource of another account, of a KMS key or of a role to assume. Without those nothing would go, so
/// there is one, and it is not known.
pub(super) fn layers<'p>(
    question: &Question,
    documents: &Documents<'p>,
    service: &str,
    caller: Option<&Caller>,
    owner: Option<&str>,
) -> Layers<'p> {
    let presumed = |kind: LayerKind, there: bool| -> Layer<()> {
        if question.absent.contains(&kind) {
            Layer::Absent
        } else if question.strict || there {
            Layer::NotVisible
        } else {
            Layer::PresumedAbsent
        }
    };
    let one = |kind: LayerKind, list: &[&'p Policy], there: bool| match presumed(kind, there) {
        _ if !list.is_empty() => Layer::Known(list.to_vec()),
        Layer::Absent => Layer::Absent,
        Layer::NotVisible => Layer::NotVisible,
        Layer::PresumedAbsent | Layer::Known(()) | Layer::Partly(()) => Layer::PresumedAbsent,
    };
    let levels = |kind: LayerKind, list: &[Vec<&'p Policy>]| match presumed(kind, false) {
        _ if !list.is_empty() => Layer::Known(list.to_vec()),
        Layer::Absent => Layer::Absent,
        Layer::NotVisible => Layer::NotVisible,
        Layer::PresumedAbsent | Layer::Known(()) | Layer::Partly(()) => Layer::PresumedAbsent,
    };
    let resource =
        if service == "kms" && !documents.key.is_empty() { &documents.key } else { &documents.resource };
    let foreign = caller.is_some_and(|caller| caller.account() != owner) || matches!(service, "kms" | "sts");
    let temporary = caller.is_some_and(|caller| {
        matches!(caller.kind(), CallerKind::Role | CallerKind::Session | CallerKind::Federated)
    });
    Layers {
        identity: one(LayerKind::Identity, &documents.identity, true),
        resource: one(LayerKind::Resource, resource, foreign),
        boundary: one(LayerKind::Boundary, &documents.boundary, false),
        session: match one(LayerKind::Session, &documents.session, false) {
            // Keys of a user carry no session policy.
            Layer::PresumedAbsent | Layer::NotVisible if !temporary => Layer::Absent,
            layer => layer,
        },
        scp: levels(LayerKind::Scp, &documents.scp),
        rcp: levels(LayerKind::Rcp, &documents.rcp),
        endpoint: one(LayerKind::Endpoint, &documents.endpoint, false),
        public_access_block: documents.public_access_block,
    }
}

/// Whether the answer rests on a dependence of the resource's owner.
pub(super) fn is_owner_presumed(question: &Question, part: &Answered<'_>) -> bool {
    let is_callers = |request: &Request| {
        request.caller.account().is_some() && request.resource_account.as_deref() == request.caller.account()
    };
    question.resource_account.is_none()
        && arn::account_of(&part.ask.resource).is_none()
        && part.ask.resource != "*"
        && part.put.members.first().is_some_and(|member| is_callers(&member.request))
}

/// Where the requests of a part stand if the resource belonged to another account.
pub(super) fn survey_for(
    question: &Question,
    documents: &Documents<'_>,
    part: &Answered<'_>,
    owner: &str,
) -> Standing {
    let mut put = part.put.clone();
    let Some(member) = put.members.first_mut() else { return Standing::TooMany };
    let request = &mut member.request;
    request.resource_account = Some(owner.into());
    for key in ["aws:ResourceAccount", "s3:ResourceAccount"] {
        if request.context.get(&key.to_ascii_lowercase()).is_some() {
            request.context.set_one(key, owner);
        }
    }
    let caller = request.caller.clone();
    let layers = layers(question, documents, &part.ask.service(), Some(&caller), Some(owner));
    survey(&Compiled::new(&layers), &put).standing()
}
