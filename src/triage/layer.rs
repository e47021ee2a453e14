//! What one layer says to the very request that a message tells of, asked of the evaluator.

use super::Bench;
use super::derive::is_bucket;
use super::hangs::{by_token, hanging, is_by_token, unsure};
use super::pages::CausePage;
use crate::contract::{Ask, Contract, Form};
use crate::eval::{PublicAccessBlock, open_statements};
use crate::evidence::{PolicyDocument, Role};
use crate::finding::Label;
use crate::finding::simulation::Example;
use crate::finding::triage::Facts;
use crate::policy::{Effect, Policy, Statement, arn};
use crate::simulate::{Documents, Question, simulate};
use crate::source::Place;

/// What the evaluator says of a layer.
pub(super) enum Word {
    /// It refuses, here.
    Refuses(String, Vec<Label>),
    /// It refuses, and not in the way of this cause.
    RefusesOtherwise,
    /// What was given of it does not refuse.
    Lets,
    /// It may, and for this cause's sake: what it hangs on is not told.
    May(String, Vec<Label>),
    /// Nothing was given of it, or it cannot be told.
    Silent,
}

/// The key whose value the product and its customer agreed on.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html> (checked 2026-11)
const EXTERNAL_ID: &str = "sts:ExternalId";
/// Stands for an account that is not the caller's, where no more is known of it.
const ELSEWHERE: [&str; 2] = ["000000000000", "999999999999"];

/// Whether a layer, of what was given of it, refuses the request of the message in the way of a cause.
pub(super) fn word_of(
    bench: &Bench<'_>,
    facts: &Facts,
    (layer, cause): (&str, &CausePage),
    form: &Form,
) -> Word {
    if layer == "trust" && facts.get("action").is_some_and(is_by_token) {
        return if cause.explicit == Some(false) { by_token(bench, facts) } else { Word::Silent };
    }
    let Some(question) = question(bench, facts, form) else { return Word::Silent };
    if layer == PUBLIC_ACCESS {
        return public_access(bench, facts, question, form);
    }
    let action = question.actions.first().map_or("", |name| name);
    let explicit = cause.explicit.or(facts.explicit().filter(|_| cause.of_layer() == facts.get("layer")));
    let mut words = documents(bench, facts, layer, action).into_iter().map(|documents| {
        // Of a list of Denys alone others are missing: every account has one that allows.
        if layer == "scp"
            && explicit == Some(false)
            && !documents.scp.iter().flatten().any(|policy| allows(policy))
        {
            return Word::Silent;
        }
        let word = asked(&question, &documents, layer, explicit);
        match word {
            Word::Refuses(..) => hanging(&question, &documents, (layer, cause), word),
            Word::Silent => unsure(bench, &question, &documents, (layer, cause)),
            word => word,
        }
    });
    // Of several endpoints the request passed one.
    let Some(mut first) = words.next() else { return Word::Silent };
    for word in words {
        first = match (first, word) {
            (Word::Refuses(why, labels), Word::Refuses(..)) => Word::Refuses(why, labels),
            (Word::Lets, Word::Lets) => Word::Lets,
            (Word::RefusesOtherwise, Word::RefusesOtherwise) => Word::RefusesOtherwise,
            _ => return Word::Silent,
        };
    }
    first
}

fn allows(policy: &Policy) -> bool {
    policy.statements.iter().any(|statement| statement.effect == Effect::Allow)
}

/// What a cause names as its layer that asks Block Public Access.
const PUBLIC_ACCESS: &str = "public-access";

/// Whether `RestrictPublicBuckets` is what keeps the caller out: with it the bucket's policy refuses, and without it not.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html> (checked 2026-11)
fn public_access(bench: &Bench<'_>, facts: &Facts, question: Question, form: &Form) -> Word {
    let owner = told_owner(facts, form);
    let is_told = owner.is_some();
    let question = Question { resource_account: owner.or_else(|| elsewhere(facts)), ..question };
    let known = bench.evidence.public_access_block.map(|block| block.restrict_public_buckets);
    let resource = bench.evidence.policies(Role::BucketPolicy);
    if known == Some(false) {
        return Word::Lets;
    }
    if resource.is_empty() {
        return Word::Silent;
    }
    let refusal = |restrict_public_buckets: bool| {
        let public_access_block = PublicAccessBlock { restrict_public_buckets };
        let documents = Documents { resource: resource.clone(), public_access_block, ..Documents::default() };
        asked(&question, &documents, if restrict_public_buckets { PUBLIC_ACCESS } else { "resource" }, None)
    };
    match (refusal(true), refusal(false)) {
        (Word::Refuses(..), Word::Refuses(..)) => Word::RefusesOtherwise,
        (Word::Refuses(why, _), _) if known.is_some() && is_told => {
            let open = resource.iter().flat_map(|policy| open_statements(policy).map(|each| (*policy, each)));
            let text = bench.library.phrases().say("triage-lets-all-in", &[]);
            let label = |(policy, statement): (&Policy, &Statement)| {
                let span = statement.principals.as_ref().map_or(statement.span, |principals| principals.span);
                Label { place: Place { source: policy.source, span }, text: text.clone() }
            };
            Word::Refuses(why, open.map(label).collect())
        }
        (Word::Refuses(why, labels), Word::Lets | Word::RefusesOtherwise) if known == Some(true) => {
            let phrase = bench.library.phrases().say("triage-owner-unknown", &[]);
            Word::May(format!("{why}; {phrase}"), labels)
        }
        (Word::Refuses(..) | Word::May(..) | Word::Silent, _) => Word::Silent,
        (Word::Lets | Word::RefusesOtherwise, _) => Word::Lets,
    }
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
    // A bucket is read in the Region that it is in.
    if facts.get("requested-region").is_none()
        && action.starts_with("s3:")
        && resource.is_some()
        && let Some((region, _)) = &bench.evidence.exports.bucket_region
    {
        context.push(("aws:RequestedRegion".to_owned(), region.clone()));
    }
    if is_sts {
        context.push((EXTERNAL_ID.to_owned(), external_id(bench, facts, form)));
    }
    Some(Question {
        principal: principal.to_owned(),
        actions: vec![action.to_owned()],
        resources: resource.into_iter().collect(),
        context,
        resource_account: owner(facts, form),
        now: bench.now.to_owned(),
        strict: false,
        absent: Vec::new(),
    })
}

/// The account that owns the resource, where the form or the message tells.
fn told_owner(facts: &Facts, form: &Form) -> Option<String> {
    form.text("bucket-account").or(facts.get("owner")).map(str::to_owned)
}

/// The account that owns the resource. A caller of the owner's account needs no policy of a bucket, so a text that misses one
/// tells of two accounts.
fn owner(facts: &Facts, form: &Form) -> Option<String> {
    let is_foreign = facts.get("layer") == Some("resource")
        && facts.explicit() == Some(false)
        && facts.get("action").is_some_and(|action| action.starts_with("s3:"));
    let own = || form.text("account").map(str::to_owned);
    told_owner(facts, form).or_else(|| if is_foreign { elsewhere(facts) } else { own() })
}

/// An account that is not the caller's.
fn elsewhere(facts: &Facts) -> Option<String> {
    let caller = facts.get("account");
    ELSEWHERE.iter().find(|account| caller != Some(**account)).map(|account| (*account).to_owned())
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
    // Which product it was the user says, or the account that called; the one that is meant where nobody says so is a guess.
    let Some(contract) = product_of(bench, facts) else { return "?".to_owned() };
    let is_shown = contract.demands.iter().any(|demand| shows(&demand.ask));
    if is_shown { "?" } else { "absent" }.to_owned()
}

/// The contract of the product that called.
fn product_of<'b>(bench: &Bench<'b>, facts: &Facts) -> Option<&'b Contract> {
    if bench.is_consumer_given {
        return bench.library.contract(bench.consumer);
    }
    let caller = facts.get("principal").and_then(arn::account_of).or(facts.get("account"))?;
    let is_its_own = |contract: &&Contract| {
        contract.defaults.iter().any(|default| {
            default.name == "product-principal" && arn::account_of(&default.value) == Some(caller)
        })
    };
    bench.library.contracts().find(is_its_own)
}

/// What was given of a layer, for each of several documents of which one was asked by itself; none if nothing was given.
fn documents<'e>(bench: &Bench<'e>, facts: &Facts, layer: &str, action: &str) -> Vec<Documents<'e>> {
    let evidence = bench.evidence;
    let names_layer = facts.get("layer") == Some(layer);
    let of = |role: Role| -> Vec<&'e Policy> {
        let is_it = |document: &&PolicyDocument| !(names_layer && is_another(bench, facts, document));
        evidence.of(role).filter(is_it).map(|document| &document.policy).collect()
    };
    let levels = |role: Role| -> Vec<Vec<&'e Policy>> {
        let kept = of(role);
        let levels = evidence.levels(role).into_iter().map(|level| {
            level.into_iter().filter(|policy| kept.iter().any(|own| std::ptr::eq(*own, *policy))).collect()
        });
        levels.filter(|level: &Vec<&Policy>| !level.is_empty()).collect()
    };
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
        "scp" => documents.scp = levels(Role::Scp),
        "rcp" => documents.rcp = levels(Role::Rcp),
        "endpoint" => {
            let one = |policy| Documents { endpoint: vec![policy], ..Documents::default() };
            return of(Role::EndpointPolicy).into_iter().map(one).collect();
        }
        _ => return Vec::new(),
    }
    let is_empty = documents.identity.is_empty()
        && documents.resource.is_empty()
        && documents.key.is_empty()
        && documents.boundary.is_empty()
        && documents.session.is_empty()
        && documents.scp.is_empty()
        && documents.rcp.is_empty();
    if is_empty { Vec::new() } else { vec![documents] }
}

/// Whether a document says that it is another policy of the organization than the one that the text names.
fn is_another(bench: &Bench<'_>, facts: &Facts, document: &PolicyDocument) -> bool {
    let Some(named) = facts.get("policy-id").filter(|id| id.starts_with("p-")) else { return false };
    let mut ids = policy_ids(bench.sources.get(document.source).text()).peekable();
    ids.peek().is_some() && !ids.any(|id| id == named)
}

/// Whether the policy of the organization that the text names is among the documents.
pub(super) fn is_at_hand(bench: &Bench<'_>, named: &str) -> bool {
    let has = |document: &PolicyDocument| {
        policy_ids(bench.sources.get(document.source).text()).any(|id| id == named)
    };
    bench.evidence.documents.iter().any(has)
}

/// Identifiers of policies of an organization in a text.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_PolicySummary.html> (checked 2026-11)
fn policy_ids(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("p-").filter_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let rest = text.get(at..)?;
        let end = rest.find(|ch: char| !ch.is_ascii_alphanumeric() && ch != '-' && ch != '_');
        let id = rest.get(..end.unwrap_or(rest.len()))?;
        (matches!(before, Some('"' | '/' | '\'')) && id.len() >= 10).then_some(id)
    })
}

/// What the layer says to a request; `explicit` where the refusal is known to be a Deny, or known to be none.
pub(super) fn asked(
    question: &Question,
    documents: &Documents<'_>,
    layer: &str,
    explicit: Option<bool>,
) -> Word {
    let Ok(answer) = simulate(question, documents) else { return Word::Silent };
    // To the evaluator the policy of a role is that of a resource.
    let wanted = if layer == "trust" { "resource" } else { layer };
    let refusal = |example: &&Example| example.refusal.filter(|refusal| refusal.layer == wanted);
    let denied = answer.examples.iter().find(|example| refusal(example).is_some());
    let own = denied.as_ref().and_then(refusal).and_then(|refusal| refusal.explicit);
    let refuses = denied.is_some() && (explicit.is_none() || own.is_none() || own == explicit);
    // Of one layer alone the others are not known, so that only a refusal is an answer for sure.
    let all_denied = answer.all_denied == crate::finding::simulation::Certainty::Yes;
    match denied {
        Some(example) if refuses && all_denied => Word::Refuses(example.why.clone(), example.labels.clone()),
        Some(_) if refuses => Word::Silent,
        Some(_) if all_denied => Word::RefusesOtherwise,
        _ => Word::Lets,
    }
}

/// What the message tells of the request beside who, what and where.
fn context(facts: &Facts) -> Vec<(String, String)> {
    let keys = [
        ("source-ip", "aws:SourceIp"),
        ("vpc-endpoint", "aws:SourceVpce"),
        ("requested-region", "aws:RequestedRegion"),
    ];
    let mut out: Vec<(String, String)> = keys
        .iter()
        .filter_map(|(fact, key)| Some(((*key).to_owned(), facts.get(fact)?.to_owned())))
        .filter(|(key, value)| key != "aws:SourceIp" || value.parse::<std::net::IpAddr>().is_ok())
        .collect();
    // Through an endpoint comes no public address, and an event that names none went through none.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html (checked 2026-11)
    if facts.get("vpc-endpoint").is_some() {
        out.retain(|(key, _)| key != "aws:SourceIp");
        out.push(("aws:SourceIp".to_owned(), "absent".to_owned()));
    } else if is_of_event(facts) {
        out.extend(["aws:SourceVpce", "aws:SourceVpc"].map(|key| (key.to_owned(), "absent".to_owned())));
    }
    out
}

/// Whether an event tells from where the call came.
pub(super) fn is_of_event(facts: &Facts) -> bool {
    facts.get("source-ip").is_some() || facts.get("vpc-endpoint").is_some()
}
