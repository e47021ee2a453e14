//! What one layer says to the very request that a message tells of, asked of the evaluator.

use super::Bench;
use super::derive::is_bucket;
use super::pages::CausePage;
use crate::contract::{Ask, Form};
use crate::evidence::{Evidence, Role};
use crate::finding::Label;
use crate::finding::triage::Facts;
use crate::policy::Policy;
use crate::simulate::{Documents, Question, simulate};

/// What the evaluator says of a layer.
pub(super) enum Word {
    /// It refuses, here.
    Refuses(String, Vec<Label>),
    /// It refuses, and not in the way of this cause.
    RefusesOtherwise,
    /// What was given of it does not refuse.
    Lets,
    /// Nothing was given of it, or it cannot be told.
    Silent,
}

/// The key whose value the product and its customer agreed on.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html> (checked 2026-11)
const EXTERNAL_ID: &str = "sts:ExternalId";

/// Whether a layer, of what was given of it, refuses the request of the message in the way of a cause.
pub(super) fn word_of(
    bench: &Bench<'_>,
    facts: &Facts,
    (layer, cause): (&str, &CausePage),
    form: &Form,
) -> Word {
    let Some(question) = question(bench, facts, form) else { return Word::Silent };
    let Some(documents) = documents(bench.evidence, layer, question.actions.first().map_or("", |name| name))
    else {
        return Word::Silent;
    };
    let explicit =
        cause.explicit.or(facts.explicit().filter(|_| cause.layer.as_deref() == facts.get("layer")));
    let word = asked(&question, &documents, layer, explicit);
    let keys = if cause.hangs_on.is_empty() { &cause.whatever } else { &cause.hangs_on };
    if keys.is_empty() || !matches!(word, Word::Refuses(..)) {
        return word;
    }
    // The same request, whatever it carries for these keys.
    let mut other = question;
    other.context.retain(|(name, _)| !keys.iter().any(|key| key.eq_ignore_ascii_case(name)));
    other.context.extend(keys.iter().map(|key| (key.clone(), "?".to_owned())));
    let is_always = matches!(asked(&other, &documents, layer, None), Word::Refuses(..));
    if is_always == cause.hangs_on.is_empty() { word } else { Word::RefusesOtherwise }
}

/// The request of the message; none if it does not say enough.
fn question(bench: &Bench<'_>, facts: &Facts, form: &Form) -> Option<Question> {
    let action = facts.get("action")?;
    let is_sts = action.starts_with("sts:");
    // CloudTrail names of a caller of another account no more than that account.
    let account =
        || facts.get("account").filter(|_| is_sts && facts.get("type-of-caller") == Some("AWSAccount"));
    let reader = || form.text("reader").filter(|_| !is_sts);
    let principal = facts.get("principal").or_else(account).or_else(reader)?;
    let resource = facts.get("resource").map(str::to_owned).or_else(|| {
        let bucket = facts.get("bucket").filter(|bucket| is_bucket(bucket))?;
        action.starts_with("s3:").then(|| format!("arn:aws:s3:::{bucket}"))
    });
    let mut context = context(facts);
    if is_sts {
        context.push((EXTERNAL_ID.to_owned(), external_id(bench, facts, form)));
    }
    Some(Question {
        principal: principal.to_owned(),
        actions: vec![action.to_owned()],
        resources: resource.into_iter().collect(),
        context,
        resource_account: form.text("bucket-account").or(form.text("account")).map(str::to_owned),
        now: bench.now.to_owned(),
        strict: false,
        absent: Vec::new(),
    })
}

/// What the product shows as its ExternalId, as a question writes it.
fn external_id(bench: &Bench<'_>, facts: &Facts, form: &Form) -> String {
    if let Some(value) = facts.get("external-id").or(form.text("external-id")) {
        return format!("={value}");
    }
    let shows = |ask: &Ask| match ask {
        Ask::Access { request, .. } => bench.library.requests().get(request).is_some_and(|template| {
            template.context.iter().any(|(key, _)| key.eq_ignore_ascii_case(EXTERNAL_ID))
        }),
        _ => false,
    };
    let contract = bench.library.contract(bench.consumer);
    let is_shown = contract.is_some_and(|contract| contract.demands.iter().any(|demand| shows(&demand.ask)));
    if is_shown { "?" } else { "absent" }.to_owned()
}

/// What was given of a layer; none if that is nothing.
fn documents<'e>(evidence: &'e Evidence, layer: &str, action: &str) -> Option<Documents<'e>> {
    let of = |role: Role| -> Vec<&'e Policy> { evidence.policies(role) };
    let mut documents = Documents::default();
    match layer {
        "identity" => documents.identity = of(Role::ReaderPolicy),
        "resource" | "trust" if action.starts_with("sts:") => documents.resource = of(Role::TrustPolicy),
        "resource" if action.starts_with("kms:") => documents.key = of(Role::KeyPolicy),
        "resource" if action.starts_with("s3:") => {
            documents.resource = of(Role::BucketPolicy);
            documents.public_access_block = evidence.public_access_block.unwrap_or_default();
        }
        "boundary" => documents.boundary = of(Role::Boundary),
        "session" => documents.session = of(Role::SessionPolicy),
        "scp" => documents.scp = evidence.levels(Role::Scp),
        "rcp" => documents.rcp = evidence.levels(Role::Rcp),
        "endpoint" => documents.endpoint = of(Role::EndpointPolicy),
        _ => return None,
    }
    let is_empty = documents.identity.is_empty()
        && documents.resource.is_empty()
        && documents.key.is_empty()
        && documents.boundary.is_empty()
        && documents.session.is_empty()
        && documents.endpoint.is_empty()
        && documents.scp.is_empty()
        && documents.rcp.is_empty();
    (!is_empty).then_some(documents)
}

/// What the layer says to a request; `explicit` where the refusal is known to be a Deny, or known to be none.
fn asked(question: &Question, documents: &Documents<'_>, layer: &str, explicit: Option<bool>) -> Word {
    let Ok(answer) = simulate(question, documents) else { return Word::Silent };
    let wanted = layer_name(layer);
    let denied = answer.examples.iter().find(|example| !example.allowed && example.why.contains(wanted));
    let denies = |says: &str| says.starts_with("denies:");
    let refuses = denied.is_some_and(|example| {
        let own = example.trace.iter().find(|step| step.layer == wanted);
        match explicit {
            Some(true) => own.is_some_and(|step| denies(&step.says)),
            Some(false) => !own.is_some_and(|step| denies(&step.says)),
            None => true,
        }
    });
    // Of one layer alone the others are not known, so that only a refusal is an answer for sure.
    let all_denied = answer.all_denied == crate::finding::simulation::Certainty::Yes;
    match denied {
        Some(example) if refuses && all_denied => Word::Refuses(example.why.clone(), example.labels.clone()),
        Some(_) if refuses => Word::Silent,
        Some(_) if all_denied => Word::RefusesOtherwise,
        _ => Word::Lets,
    }
}

fn layer_name(id: &str) -> &'static str {
    // To the evaluator the policy of a role is that of a resource.
    let id = if id == "trust" { "resource" } else { id };
    crate::eval::LayerKind::ALL.iter().find(|kind| kind.id() == id).map_or("", |kind| kind.name())
}

/// What the message tells of the request beside who, what and where.
fn context(facts: &Facts) -> Vec<(String, String)> {
    let keys = [
        ("source-ip", "aws:SourceIp"),
        ("vpc-endpoint", "aws:SourceVpce"),
        ("requested-region", "aws:RequestedRegion"),
    ];
    keys.iter()
        .filter_map(|(fact, key)| Some(((*key).to_owned(), facts.get(fact)?.to_owned())))
        .filter(|(key, value)| key != "aws:SourceIp" || value.parse::<std::net::IpAddr>().is_ok())
        .collect()
}
