//! `simulate`: may these principals do these actions with these resources?
//!
//! A question is written with patterns; it is put to the one evaluator as a space of requests. The layers that are given are
//! taken for all there are, and what was presumed in that is told. Values in, values out: reading files is the command's.

mod context;
mod fault;
mod members;
mod shown;

pub use fault::Fault;

use crate::eval::{
    Answer as Found, Caller, CallerClasses, CallerKind, Compiled, Layer, LayerKind, Layers, Member,
    PublicAccessBlock, Question as Put, Standing, Survey, World, callers, survey,
};
use crate::finding::Assumed;
use crate::finding::simulation::{Answer, Certainty, Missing, Row, Simulation};
use crate::policy::{Policy, arn};
use crate::source::Sources;

use context::Presumed;
use members::Ask;

/// More parts of a question than this are not put.
const MOST_PARTS: usize = 4096;

/// What is asked, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// An ARN, a service principal, `anonymous`, an account id, or a pattern of these.
    pub principal: String,
    /// Actions or patterns of them.
    pub actions: Vec<String>,
    /// ARNs or patterns of them; none: every resource the actions work on.
    pub resources: Vec<String>,
    /// Condition keys: `value`, `=value` (literally), `pattern*` (every such value), `?` (not known), `absent`.
    pub context: Vec<(String, String)>,
    /// The account that owns the resources, where their ARNs do not say.
    pub resource_account: Option<String>,
    /// The moment of the request, as an ISO 8601 instant or seconds since 1970.
    pub now: String,
    /// What was not given counts as not known, instead of as not there.
    pub strict: bool,
    /// Layers that are known not to be there.
    pub absent: Vec<LayerKind>,
}

/// The policies at hand, by layer. An empty list: none was given.
#[derive(Debug, Clone, Default)]
pub struct Documents<'p> {
    /// Policies of the principal.
    pub identity: Vec<&'p Policy>,
    /// The policy of the resource.
    pub resource: Vec<&'p Policy>,
    /// The policy of the KMS key.
    pub key: Vec<&'p Policy>,
    /// The permissions boundary.
    pub boundary: Vec<&'p Policy>,
    /// The session policies.
    pub session: Vec<&'p Policy>,
    /// SCPs, a list a level.
    pub scp: Vec<Vec<&'p Policy>>,
    /// RCPs, a list a level.
    pub rcp: Vec<Vec<&'p Policy>>,
    /// The policy of the VPC endpoint.
    pub endpoint: Vec<&'p Policy>,
    /// Block Public Access of the bucket.
    pub public_access_block: PublicAccessBlock,
}

/// Answers one question.
///
/// # Errors
/// If the question cannot be understood: see [`Fault`].
pub fn simulate(
    question: &Question,
    documents: &Documents<'_>,
    sources: &Sources,
) -> Result<Simulation, Fault> {
    let given = context::read(&question.context)?;
    let resources = members::resources(question)?;
    let mut notes = Vec::new();
    let actions = members::actions(question, &resources, &mut notes)?;
    let principal = Principal::read(question)?;
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut unlisted = false;
    for service in members::services(&actions) {
        let mine: Vec<Ask> = actions.iter().filter(|ask| ask.service() == service).cloned().collect();
        // Which callers there are does not depend on whose layers they are.
        let base = Compiled::new(&layers(question, documents, &service, None, None));
        let classes = principal.callers(&base, question, &resources)?;
        unlisted |= !classes.complete;
        for class in &classes.list {
            let owner = |resource: &str| owner(question, resource, &class.caller);
            let mut owners: Vec<Option<String>> = mine.iter().map(|ask| owner(&ask.resource)).collect();
            owners.sort();
            owners.dedup();
            for own in owners {
                let layers = layers(question, documents, &service, Some(&class.caller), own.as_deref());
                let set = Compiled::new(&layers);
                let asks: Vec<&Ask> = mine.iter().filter(|ask| owner(&ask.resource) == own).collect();
                for (ask, names) in members::classes(&set, &class.caller, &asks) {
                    if parts.len() >= MOST_PARTS {
                        return Err(Fault::TooMany(MOST_PARTS));
                    }
                    let mut request =
                        members::request(&set, &class.caller, &ask, own.as_deref(), (&given, &question.now));
                    let presumed = context::presumed(&set, &class.caller, &given);
                    let presumed = if question.strict { Vec::new() } else { presumed };
                    for each in &presumed {
                        each.apply(&mut request.context, true);
                    }
                    let put = Put {
                        members: vec![Member { request, example: None }],
                        unknowns: Vec::new(),
                        allowed: true,
                        base: World::new(),
                    };
                    let survey = survey(&set, &put);
                    let label = principal.label(class);
                    parts.push(Part { label, names, ask, put, survey, layers: layers.clone(), presumed });
                }
            }
        }
    }
    if parts.is_empty() {
        return Err(Fault::NobodyAsked(question.principal.clone()));
    }
    Ok(answer(question, documents, (parts, unlisted), notes, sources))
}

/// One kind of caller, one class of actions, one resource.
struct Part<'p> {
    label: String,
    names: Vec<String>,
    ask: Ask,
    put: Put,
    survey: Survey,
    layers: Layers<'p>,
    presumed: Vec<Presumed>,
}

/// Who asks.
enum Principal {
    /// One.
    One(Caller),
    /// All that a pattern matches.
    Each(String),
}

impl Principal {
    fn read(question: &Question) -> Result<Self, Fault> {
        let text = question.principal.trim();
        if text.is_empty() {
            return Err(Fault::NoPrincipal);
        }
        if matches!(text, "anonymous" | "anybody") {
            return Caller::parse("").map(Self::One).map_err(Fault::Principal);
        }
        if arn::is_account(text) {
            return Ok(Self::Each(format!("arn:*:iam::{text}:*")));
        }
        if text.contains(['*', '?']) {
            return Ok(Self::Each(text.to_owned()));
        }
        Caller::parse(text).map(Self::One).map_err(Fault::Principal)
    }

    fn callers(
        &self,
        set: &Compiled<'_>,
        question: &Question,
        resources: &[String],
    ) -> Result<CallerClasses, Fault> {
        let pattern = match self {
            Self::One(caller) => {
                let class = crate::eval::CallerClass { caller: caller.clone(), named: true };
                return Ok(CallerClasses { list: vec![class], complete: true });
            }
            Self::Each(pattern) => pattern,
        };
        let accounts: Vec<&str> = question.resource_account.as_deref().into_iter().collect();
        let names: Vec<&str> = resources
            .iter()
            .flat_map(|text| text.split(['/', ':']))
            .filter(|name| !name.is_empty() && !name.contains(['*', '?']))
            .collect();
        let classes = callers(&[set], pattern, &accounts, &names);
        if classes.list.is_empty() {
            return Err(Fault::NobodyMatches(pattern.clone()));
        }
        Ok(classes)
    }

    fn label(&self, class: &crate::eval::CallerClass) -> String {
        match self {
            Self::One(caller) if caller.kind() == CallerKind::Anonymous => "anybody, unsigned".to_owned(),
            Self::One(caller) => caller.arn().to_owned(),
            Self::Each(_) => class.label(),
        }
    }
}

/// The account that owns a resource: its ARN says, or the question, or it is presumed to be the caller's.
fn owner(question: &Question, resource: &str, caller: &Caller) -> Option<String> {
    let own = arn::account_of(resource).map(str::to_owned);
    own.or_else(|| question.resource_account.clone()).or_else(|| caller.account().map(str::to_owned))
}

/// The layers of a request. What was not given is presumed not to be there, with these exceptions: policies of the principal,
/// and the policy of a resource of another account, of a KMS key or of a role to assume. Without those nothing would go, so
/// there is one, and it is not known.
fn layers<'p>(
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
        Layer::PresumedAbsent | Layer::Known(()) => Layer::PresumedAbsent,
    };
    let levels = |kind: LayerKind, list: &[Vec<&'p Policy>]| match presumed(kind, false) {
        _ if !list.is_empty() => Layer::Known(list.to_vec()),
        Layer::Absent => Layer::Absent,
        Layer::NotVisible => Layer::NotVisible,
        Layer::PresumedAbsent | Layer::Known(()) => Layer::PresumedAbsent,
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

fn answer(
    question: &Question,
    documents: &Documents<'_>,
    (parts, unlisted): (Vec<Part<'_>>, bool),
    mut notes: Vec<String>,
    sources: &Sources,
) -> Simulation {
    let all = |yes: fn(&Survey) -> &Found| -> Certainty {
        let holds = |part: &Part<'_>| matches!(yes(&part.survey), Found::Holds { .. });
        let fails = |part: &Part<'_>| matches!(yes(&part.survey), Found::Fails { .. });
        if parts.iter().any(fails) {
            Certainty::No
        } else if parts.iter().all(holds) && !unlisted {
            Certainty::Yes
        } else {
            Certainty::Unknown
        }
    };
    let all_allowed = all(|survey| &survey.all_allowed);
    let all_denied = all(|survey| &survey.all_denied);
    let answer = match (all_allowed, all_denied) {
        (Certainty::Yes, _) => Answer::Allowed,
        (_, Certainty::Yes) => Answer::Denied,
        (Certainty::No, Certainty::No) => Answer::Mixed,
        (Certainty::No | Certainty::Unknown, Certainty::No | Certainty::Unknown) => Answer::Depends,
    };
    let mut missing: Vec<Missing> = Vec::new();
    let mut assumed: Vec<Assumed> = Vec::new();
    for part in &parts {
        let set = Compiled::new(&part.layers);
        let standing = part.survey.standing();
        if answer == Answer::Depends {
            missing.extend(part.survey.depends_on().iter().map(|on| shown::missing(&set, on)));
        }
        if standing == Standing::TooMany {
            missing.push(shown::too_many());
        }
        assumed.extend(shown::assumed(&set, question, documents, part));
    }
    if unlisted && answer == Answer::Depends {
        missing.push(shown::unlisted());
    }
    missing.sort();
    missing.dedup();
    assumed.sort();
    assumed.dedup();
    notes.sort();
    notes.dedup();
    Simulation {
        name: None,
        asked: (question.principal.clone(), question.actions.clone(), question.resources.clone()),
        answer,
        all_allowed,
        all_denied,
        scope: shown::scope(&parts),
        examples: shown::examples(answer, &parts, sources),
        rows: rows(&parts),
        missing,
        assumed,
        notes,
        wrapped: Vec::new(),
    }
}

/// The parts of a question, those that differ in the action alone in one row.
fn rows(parts: &[Part<'_>]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for part in parts {
        let answer = match part.survey.standing() {
            Standing::Allowed => Answer::Allowed,
            Standing::Denied => Answer::Denied,
            Standing::Mixed => Answer::Mixed,
            Standing::Depends | Standing::TooMany => Answer::Depends,
        };
        let alike = |row: &&mut Row| {
            row.answer == answer && row.principal == part.label && row.resource == part.ask.resource
        };
        match rows.iter_mut().find(alike) {
            Some(row) => row.actions.extend(part.names.iter().cloned()),
            None => rows.push(Row {
                principal: part.label.clone(),
                actions: part.names.clone(),
                resource: part.ask.resource.clone(),
                answer,
            }),
        }
    }
    rows
}

/// Whether the answer rests on a dependence of the resource's owner.
fn is_owner_presumed(question: &Question, part: &Part<'_>) -> bool {
    question.resource_account.is_none()
        && arn::account_of(&part.ask.resource).is_none()
        && part.ask.resource != "*"
        && part.put.members.first().is_some_and(|member| member.request.caller.account().is_some())
}

/// Where the requests of a part stand if the resource belonged to another account.
fn survey_for(question: &Question, documents: &Documents<'_>, part: &Part<'_>, owner: &str) -> Standing {
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
