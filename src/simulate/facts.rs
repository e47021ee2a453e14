//! What an answer depends on, and what it rests on, in words.

use super::layers::{is_owner_presumed, survey_for};
use super::{Answered, Documents, Question, session};
use crate::catalog;
use crate::eval::{Compiled, Context, Dependence, FreeFact, Layer, LayerKind, Layers};
use crate::finding::Assumed;
use crate::finding::simulation::Missing;
use crate::policy::Policy;

/// A fact on which an answer depends, in words.
pub(super) fn missing(set: &Compiled<'_>, context: &Context, on: &Dependence) -> Missing {
    match on {
        // A question of `simulate` has no unknowns of its own.
        Dependence::Unknown(_) => too_many(),
        Dependence::Unseen(layer) => Missing {
            fact: layer.id().to_owned(),
            reason: format!("no {} was given, and there may be one", layer.name()),
            tell: format!("{} FILE, or --absent {} if there is none", option(*layer), layer.id()),
        },
        Dependence::Free(atom) => match set.describe_in(*atom, context) {
            FreeFact::Key(key) if super::context::follows(key) => Missing {
                fact: key.to_owned(),
                reason: format!("a policy computes with `{key}`, which is not the same for all of these principals"),
                tell: "ask for one principal, or for a narrower pattern".to_owned(),
            },
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
            FreeFact::Hole(names) => Missing {
                fact: names.to_owned(),
                reason: format!("it depends on `{names}`, which is filled in when this is deployed"),
                tell: "give the deployed policy, or a plan that has the value".to_owned(),
            },
            FreeFact::Chain => Missing {
                fact: "principal-chain".to_owned(),
                reason: "AWS does not say whom an element means that names a part of session, role or user, and account"
                    .to_owned(),
                tell: "list them all, or look at `aws:PrincipalArn` in a condition instead".to_owned(),
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
    part: &Answered<'_>,
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
    out.extend(session::assumed(set, question, documents, part));
    if is_owner_presumed(question, part) {
        let account = part
            .put
            .members
            .first()
            .and_then(|member| member.request.resource_account.clone())
            .unwrap_or_default();
        let other = survey_for(question, documents, part, "000000000000");
        if other != part.survey.standing() {
            out.push(Assumed {
                text: format!("the resource belongs to the principal's account, {account} (`--resource-account` says otherwise)"),
                source: None,
            });
        }
    }
    out
}

/// The layers presumed absent on which the answer of some part rests.
pub(super) fn presumed_layers(parts: &[Answered<'_>]) -> Option<Assumed> {
    let matter = |kind: &LayerKind| {
        let presumed = |part: &&Answered<'_>| is_presumed(&part.layers, *kind);
        parts.iter().filter(presumed).any(|part| matters(part, *kind))
    };
    let names: Vec<&str> = LayerKind::ALL.into_iter().filter(matter).map(LayerKind::name).collect();
    (!names.is_empty()).then(|| Assumed {
        text: format!("there is no {}: none was given", names.join(", no ")),
        source: None,
    })
}

fn is_presumed(layers: &Layers<'_>, kind: LayerKind) -> bool {
    let one = |layer: &Layer<Vec<&Policy>>| matches!(layer, Layer::PresumedAbsent);
    let levels = |layer: &Layer<Vec<Vec<&Policy>>>| matches!(layer, Layer::PresumedAbsent);
    match kind {
        LayerKind::Identity => one(&layers.identity),
        LayerKind::Resource => one(&layers.resource),
        LayerKind::Boundary => one(&layers.boundary),
        LayerKind::Session => one(&layers.session),
        LayerKind::Scp => levels(&layers.scp),
        LayerKind::Rcp => levels(&layers.rcp),
        LayerKind::Endpoint => one(&layers.endpoint),
    }
}

/// Whether the answer would be another if the layer were not known.
fn matters(part: &Answered<'_>, kind: LayerKind) -> bool {
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
