//! `simulate`: may these principals do these actions with these resources?
//!
//! A question is written with patterns; it is put to the one evaluator as a space of requests. The layers that are given are
//! taken for all there are, and what was presumed in that is told. Values in, values out: reading files is the command's.

mod context;
mod facts;
mod fault;
#[doc(hidden)]
pub mod fuzz;
mod layers;
mod members;
mod principal;
mod session;
mod shown;

pub use fault::Fault;

use crate::eval::{
    Answer as Found, CallerClass, Compiled, LayerKind, Layers, Member, PublicAccessBlock, Question as Put,
    Request, Standing, Survey, World, survey, unnamed,
};
use crate::finding::Assumed;
use crate::finding::simulation::{Answer, Certainty, Missing, Row, Simulation};
use crate::policy::Policy;

use context::Presumed;
use layers::{layers, owner};
use members::Ask;
use principal::Principal;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

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
pub fn simulate(question: &Question, documents: &Documents<'_>) -> Result<Simulation, Fault> {
    let posed = pose(question, documents)?;
    let answered = posed.parts.into_iter().map(Part::answered).collect();
    Ok(answer(question, documents, (answered, posed.unlisted), posed.notes))
}

/// The requests that a question stands for, each with the policies that decide it. For tests of what is proved: of each, any
/// concrete member must be decided as the answer says.
///
/// # Errors
/// As for [`simulate`].
#[doc(hidden)]
pub fn requests<'p>(
    question: &Question,
    documents: &Documents<'p>,
) -> Result<Vec<(Compiled<'p>, Request)>, Fault> {
    let parts = pose(question, documents)?.parts.into_iter();
    Ok(parts
        .flat_map(|part| {
            let Part { layers, put, .. } = part;
            put.members.into_iter().map(move |member| (Compiled::new(&layers), member.request))
        })
        .collect())
}

/// A question, understood.
struct Posed<'p> {
    parts: Vec<Part<'p>>,
    /// Not every kind of caller is among the parts.
    unlisted: bool,
    notes: Vec<String>,
}

fn pose<'p>(question: &Question, documents: &Documents<'p>) -> Result<Posed<'p>, Fault> {
    let given = context::read(&question.context)?;
    let resources = members::resources(question)?;
    let mut notes = Vec::new();
    let actions = members::actions(question, &resources, &mut notes)?;
    let principal = Principal::read(question)?;
    let mut posed = Posed { parts: Vec::new(), unlisted: false, notes };
    for (service, mine) in members::by_service(actions) {
        // Which callers there are does not depend on whose layers they are.
        let base = Compiled::new(&layers(question, documents, &service, None, None));
        let classes = principal.callers(&base, question, &mine)?;
        posed.unlisted |= !classes.complete;
        layers::owner_is_told(question, &classes, &mine)?;
        if classes.list.len() > 1 && !(documents.identity.is_empty() && documents.boundary.is_empty()) {
            posed.notes.push(
                "the policies that were given are taken for those of each of these principals".to_owned(),
            );
        }
        for class in &classes.list {
            let mine: Vec<&Ask> =
                mine.iter().filter(|ask| principal.asks(&class.caller, &ask.action)).collect();
            let owner = |ask: &&Ask| owner(question, &ask.resource, &class.caller);
            let mut owners: Vec<Option<String>> = mine.iter().map(owner).collect();
            owners.sort();
            owners.dedup();
            for own in owners {
                let asks: Vec<&Ask> = mine.iter().copied().filter(|ask| owner(ask) == own).collect();
                let layers = layers(question, documents, &service, Some(&class.caller), own.as_deref());
                let who = Who { class, label: principal.label(class), stranger: classes.stranger.as_deref() };
                of_caller(&mut posed, (question, &given), (&who, own), (&asks, &layers))?;
            }
        }
    }
    if posed.parts.is_empty() {
        return Err(Fault::NobodyAsked(question.principal.clone()));
    }
    Ok(posed)
}

/// A kind of caller.
struct Who<'c> {
    class: &'c CallerClass,
    label: String,
    /// The account that stands for all that nothing names.
    stranger: Option<&'c str>,
}

/// The parts of one caller that have one owner of resources.
fn of_caller<'p>(
    posed: &mut Posed<'p>,
    (question, given): (&Question, &context::Given),
    (who, owner): (&Who<'_>, Option<String>),
    (asks, layers): (&[&Ask], &Layers<'p>),
) -> Result<(), Fault> {
    let set = Compiled::new(layers);
    let (class, caller) = (who.class, &who.class.caller);
    for (ask, names) in members::classes(&set, caller, asks) {
        if posed.parts.len() >= MOST_PARTS {
            return Err(Fault::TooMany(MOST_PARTS));
        }
        let mut request = members::request(&set, class, &ask, owner.as_deref(), (given, question));
        let presumed = if question.strict { Vec::new() } else { context::presumed(&set, caller, given) };
        for each in &presumed {
            each.apply(&mut request.context, true);
        }
        let open = unnamed(&set, class, who.stranger, &request).map(put);
        let (label, put) = (who.label.clone(), put(request));
        posed.parts.push(Part { label, names, ask, put, open, layers: layers.clone(), presumed });
    }
    Ok(())
}

fn put(request: Request) -> Put {
    Put {
        members: vec![Member { request, example: None }],
        unknowns: Vec::new(),
        allowed: true,
        base: World::new(),
    }
}

/// One kind of caller, one class of actions, one resource.
struct Part<'p> {
    label: String,
    names: Vec<String>,
    ask: Ask,
    put: Put,
    /// The same for callers of any name, where a policy computes with the name.
    open: Option<Put>,
    layers: Layers<'p>,
    presumed: Vec<Presumed>,
}

impl<'p> Part<'p> {
    /// What one caller shows to be mixed, is; what it shows else holds if it does whatever the caller is called.
    fn answered(mut self) -> Answered<'p> {
        let set = Compiled::new(&self.layers);
        let mut found = survey(&set, &self.put);
        let is_one = matches!(found.standing(), Standing::Allowed | Standing::Denied);
        if let Some(open) = self.open.take().filter(|_| is_one) {
            let of_all = survey(&set, &open);
            if of_all.standing() != found.standing() {
                (found, self.put) = (of_all, open);
            }
        }
        Answered { part: self, survey: found }
    }
}

/// A part with its answer.
struct Answered<'p> {
    part: Part<'p>,
    survey: Survey,
}

impl<'p> std::ops::Deref for Answered<'p> {
    type Target = Part<'p>;
    fn deref(&self) -> &Part<'p> {
        &self.part
    }
}

fn answer(
    question: &Question,
    documents: &Documents<'_>,
    (parts, unlisted): (Vec<Answered<'_>>, bool),
    mut notes: Vec<String>,
) -> Simulation {
    let all = |yes: fn(&Survey) -> &Found| -> Certainty {
        let holds = |part: &Answered<'_>| matches!(yes(&part.survey), Found::Holds { .. });
        let fails = |part: &Answered<'_>| matches!(yes(&part.survey), Found::Fails { .. });
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
    let mut looked_at: BTreeSet<String> = BTreeSet::new();
    for part in &parts {
        let set = Compiled::new(&part.layers);
        looked_at.extend(set.keys().map(str::to_ascii_lowercase));
        let standing = part.survey.standing();
        if answer == Answer::Depends {
            let asked = part.put.members.first().map(|member| &member.request.context);
            let context = asked.cloned().unwrap_or_default();
            missing.extend(part.survey.depends_on().iter().map(|on| facts::missing(&set, &context, on)));
        }
        if standing == Standing::TooMany {
            missing.push(facts::too_many());
        }
        assumed.extend(facts::assumed(&set, question, documents, part));
    }
    if unlisted && answer == Answer::Depends {
        missing.push(facts::unlisted());
    }
    assumed.extend(facts::presumed_layers(&parts));
    notes.extend(question.context.iter().filter_map(|(key, _)| {
        let key = key.trim();
        if context::follows(key) {
            Some(format!("`{key}` follows from the principal: what was given for it is not used"))
        } else if looked_at.contains(&key.to_ascii_lowercase()) {
            None
        } else {
            let known = crate::catalog::condition_key(key).is_some();
            let meant = crate::catalog::closest_global_key(key).filter(|_| !known);
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            Some(format!("no policy that was given looks at `{key}`{meant}"))
        }
    }));
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
        examples: shown::examples(answer, &parts),
        rows: rows(&parts),
        missing,
        assumed,
        notes,
        wrapped: Vec::new(),
    }
}

/// The parts of a question, those that differ in the action alone in one row.
fn rows(parts: &[Answered<'_>]) -> Vec<Row> {
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
            Some(row) => {
                // Of one caller there may be several kinds, such as a session of roles with several paths.
                let known: FxHashSet<&String> = row.actions.iter().collect();
                let more = part.names.iter().filter(|name| !known.contains(name)).cloned();
                let more: Vec<String> = more.collect();
                row.actions.extend(more);
            }
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
