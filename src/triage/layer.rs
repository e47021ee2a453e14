//! What one layer says to the very request that a message tells of, asked of the evaluator.

use super::Bench;
use super::derive::is_bucket;
use crate::contract::Form;
use crate::evidence::Role;
use crate::finding::Label;
use crate::finding::triage::Facts;
use crate::policy::Policy;
use crate::simulate::{Documents, Question, simulate};

/// What the evaluator says of a layer.
pub(super) enum Word {
    /// It refuses, here.
    Refuses(String, Vec<Label>),
    /// What was given of it does not refuse.
    Lets,
    /// Nothing was given of it, or it cannot be told.
    Silent,
}

/// Whether a layer, of what was given of it, refuses the request of the message.
pub(super) fn word_of(bench: &Bench<'_>, facts: &Facts, layer: &str, form: &Form) -> Word {
    let (Some(action), Some(principal)) =
        (facts.get("action"), facts.get("principal").or(form.text("reader")))
    else {
        return Word::Silent;
    };
    let resource = facts.get("resource").map(str::to_owned).or_else(|| {
        let bucket = facts.get("bucket").filter(|bucket| is_bucket(bucket))?;
        action.starts_with("s3:").then(|| format!("arn:aws:s3:::{bucket}"))
    });
    let evidence = bench.evidence;
    let of = |role: Role| -> Vec<&Policy> { evidence.policies(role) };
    let mut documents = Documents::default();
    let mut is_given = true;
    match layer {
        "identity" => documents.identity = of(Role::ReaderPolicy),
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
        _ => is_given = false,
    }
    let is_empty = documents.identity.is_empty()
        && documents.resource.is_empty()
        && documents.key.is_empty()
        && documents.boundary.is_empty()
        && documents.session.is_empty()
        && documents.endpoint.is_empty()
        && documents.scp.is_empty()
        && documents.rcp.is_empty();
    if !is_given || is_empty {
        return Word::Silent;
    }
    let question = Question {
        principal: principal.to_owned(),
        actions: vec![action.to_owned()],
        resources: resource.into_iter().collect(),
        context: context(facts),
        resource_account: form.text("bucket-account").or(form.text("account")).map(str::to_owned),
        now: bench.now.to_owned(),
        strict: false,
        absent: Vec::new(),
    };
    let Ok(answer) = simulate(&question, &documents) else { return Word::Silent };
    let wanted = layer_name(layer);
    let denied = answer.examples.iter().find(|example| !example.allowed && example.why.contains(wanted));
    let denies = |says: &str| says.starts_with("denies:");
    let refuses = denied.is_some_and(|example| {
        let own = example.trace.iter().find(|step| step.layer == wanted);
        match facts.explicit() {
            Some(true) => own.is_some_and(|step| denies(&step.says)),
            Some(false) => !own.is_some_and(|step| denies(&step.says)),
            None => true,
        }
    });
    // Of one layer alone the others are not known, so that only a refusal is an answer for sure.
    let all_denied = answer.all_denied == crate::finding::simulation::Certainty::Yes;
    match denied {
        Some(example) if refuses && all_denied => Word::Refuses(example.why.clone(), example.labels.clone()),
        Some(example) if refuses && example.why.contains("was not given") => Word::Silent,
        Some(_) if refuses => Word::Silent,
        _ => Word::Lets,
    }
}

fn layer_name(id: &str) -> &'static str {
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
