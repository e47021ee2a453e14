//! Who else the policy of the bucket, or of the role that reads, lets in: every caller that the policy can tell apart and that the contract does not name.
//!
//! Asked of the bucket's policy alone, one caller for each way in which it tells callers apart ([`crate::eval::callers`]).
//! A caller of another account is taken to have every permission of its own, since that is its account's choice; one of the
//! own accounts to have none. What a caller can bring along is open ([`crate::eval::carriage`]). Nothing of IAM is decided
//! here. ACLs and access points are not looked at.

mod entry;
mod known;
mod public;

pub(super) use public::{public, taken_for_public};

use super::context::epoch_seconds;
use super::filled;
use super::form::is_malformed_principal;
use super::layers;
use super::lint::STRANGER;
use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::eval::{
    Answer, CURRENT_TIME, Caller, CallerClass, CallerKind, Carriage, Compiled, Context, ContextValue,
    Dependence, EPOCH_TIME, FreeFact, Layer, LayerKind, Layers, Member, Question, Request, Witness, World,
    ask, callers, carriage, is_computed,
};
use crate::finding::State;
use crate::policy::{Effect, Policy, arn};
use crate::rulebook::Values;
use crate::source::Place;
pub(super) use entry::everything;
use entry::{Entry, entries};
use known::{is_of_contract, own_accounts};
use std::collections::BTreeMap;

/// What is asked of everybody else.
pub(super) struct Wanted<'a> {
    pub(super) actions: &'a [String],
    pub(super) on: &'a str,
    /// The case that tells of somebody of another account.
    pub(super) case: &'a str,
}

/// How somebody gets in, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nobody has to sign.
    Anybody,
    /// Anybody with an account of AWS.
    AnyAccount,
    /// A principal of another account, or another service.
    Named,
    /// Whoever meets conditions that not everybody can meet.
    Conditioned,
    /// A principal of the customer's own accounts.
    Own,
}

/// One way in.
struct Way<'w> {
    entry: Entry<'w>,
    standing: Standing,
    /// Whom the entry stands for, one after the other.
    callers: Vec<String>,
    actions: Vec<&'w str>,
    witness: Witness,
    /// Condition keys it hangs on.
    keys: Vec<String>,
}

type Ways<'w> = BTreeMap<(Place, Standing), Way<'w>>;

pub(super) fn check(subject: &Subject<'_>, wanted: &Wanted<'_>) -> Outcome {
    let form = subject.form;
    let resource = match form.fill(wanted.on) {
        Ok(resource) => resource,
        Err(names) => {
            let facts = names.iter().map(|name| FactRef::with("form", "name", name)).collect();
            return Outcome { facts, ..Outcome::of(State::Unknown) };
        }
    };
    let anonymous = match Caller::parse("") {
        Ok(caller) => caller,
        Err(_) => return Outcome::of(State::Unknown),
    };
    let service = service_of(wanted);
    let open = layers::layers(subject, &anonymous, service);
    let Some(policies) = open.resource.known().cloned() else {
        let fact = layers::fact(subject, LayerKind::Resource, service);
        return Outcome { facts: vec![fact], ..Outcome::of(State::Unknown) };
    };
    let Some(first) = policies.first() else { return Outcome::of(State::Holds) };
    // What the policy itself lets in is asked; whether something above it keeps a principal out that it names is its owner's
    // affair. Of everybody nothing is said while that is not known.
    let rcp = match &open.rcp {
        Layer::NotVisible => Layer::PresumedAbsent,
        known => known.clone(),
    };
    let all = everything(first.source);
    let own = Layers { rcp, ..open.clone() };
    let foreign = Layers { identity: Layer::Known(vec![&all]), ..own.clone() };
    let sets = [Compiled::new(&open), Compiled::new(&own), Compiled::new(&foreign)];
    let [open_set, own_set, foreign_set] = &sets;
    let customer = own_accounts(subject);
    let accounts: Vec<&str> = customer.iter().map(String::as_str).collect();
    // A policy may compute a folder from the caller's name.
    let root = form.root().unwrap_or_default();
    let names: Vec<&str> = root.split('/').filter(|name| !name.is_empty()).collect();
    let classes = callers(&[own_set], "*", &accounts, &names);
    let owner = arn::account_of(&resource).or(form.text("bucket-account"));
    let mut ways: Ways<'_> = BTreeMap::new();
    let mut facts = Vec::new();
    if !classes.complete {
        facts.push(FactRef::new("too-many-cases"));
    }
    for class in &classes.list {
        let is_own = class.caller.account().is_some_and(|account| accounts.contains(&account));
        // Who takes a role signs the request.
        // https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html (checked 2026-11)
        if service == "sts" && class.caller.kind() == CallerKind::Anonymous {
            continue;
        }
        if is_of_contract(subject, &class.caller) || (is_own && class.caller.kind() == CallerKind::Root) {
            continue;
        }
        let set = match class.caller.kind() {
            CallerKind::Anonymous => open_set,
            _ if is_own => own_set,
            _ => foreign_set,
        };
        // Most callers are named by no statement that allows anything.
        let may_be_let_in = set
            .statement_ids()
            .filter(|id| set.layer_of(*id) == LayerKind::Resource && set.origin(*id).1.effect != Effect::Deny)
            .any(|id| set.may_name(id, &class.caller));
        if !may_be_let_in {
            continue;
        }
        let asker = Asker { subject, set, class, policies: &policies, is_own, owner, service };
        for action in wanted.actions {
            match asker.way(action, &resource) {
                Asked::No => {}
                Asked::Unknown(fact) => facts.push(fact),
                Asked::Yes(found) => {
                    for way in found {
                        let key = (way.entry.place, way.standing);
                        match ways.get_mut(&key) {
                            Some(known) => {
                                if !known.actions.contains(&action.as_str()) {
                                    known.actions.push(action);
                                }
                                if !known.callers.contains(&way.entry.text) {
                                    known.callers.push(way.entry.text);
                                }
                            }
                            None => {
                                ways.insert(key, way);
                            }
                        }
                    }
                }
            }
        }
    }
    outcome(subject, wanted, ways, facts)
}

fn outcome(subject: &Subject<'_>, wanted: &Wanted<'_>, ways: Ways<'_>, mut facts: Vec<FactRef>) -> Outcome {
    let mut causes = Vec::new();
    let mut told: Vec<Place> = Vec::new();
    // In the order of the places, the worst of each first; what is less bad at the same place goes without saying.
    for ((place, standing), way) in &ways {
        if told.contains(place) {
            continue;
        }
        told.push(*place);
        // Whoever is named may be the one whom the contract means.
        let meant = match wanted.case {
            "read" => Some("reader"),
            "assume" => Some("product-principal"),
            _ => None,
        };
        if let Some(name) = meant.filter(|name| *standing >= Standing::Named && is_nobody(subject, name)) {
            facts.push(FactRef::with("form", "name", name));
            continue;
        }
        let actions = way.actions.join("`, `");
        let (check, case) = match (standing, wanted.case) {
            (Standing::Anybody, _) => ("exposure", "public"),
            (Standing::AnyAccount, _) => ("others", "any-account"),
            (Standing::Named, "read") => ("others", "read"),
            (Standing::Named, "assume") => ("others", "assume"),
            (Standing::Named, _) => ("others", "change"),
            (Standing::Conditioned, _) => ("others", "conditioned"),
            (Standing::Own, _) => ("others", "own"),
        };
        let mut values = Values::new().with("action", actions.as_str());
        if check == "others" {
            values = values.with("caller", way.callers.join("`, `"));
        }
        let mut cause = Cause::new(check, case, *place, values);
        let request = &way.witness.request;
        let caller = request.caller.arn();
        let words = [
            ("statement", entry::name(way.entry.statement)),
            ("caller", if caller.is_empty() { "anybody".to_owned() } else { caller.to_owned() }),
            ("action", request.action.to_string()),
            ("resource", request.resource.to_string()),
        ];
        let words: Vec<(&str, &str)> = words.iter().map(|(name, text)| (*name, text.as_str())).collect();
        cause.notes.push(subject.phrases.say("others-witness", &words));
        if !way.keys.is_empty() {
            let keys = way.keys.join("`, `");
            cause.notes.push(subject.phrases.say("others-keys", &[("key", &keys)]));
        }
        causes.push(cause);
    }
    facts.sort();
    facts.dedup();
    match (causes.is_empty(), facts.is_empty()) {
        (false, _) => Outcome { causes, facts, ..Outcome::of(State::Broken) },
        (true, false) => Outcome { facts, ..Outcome::of(State::Unknown) },
        (true, true) => Outcome::of(State::Holds),
    }
}

/// Whether the form does not tell a principal, or has a stand-in for it, or tells one that cannot be.
fn is_nobody(subject: &Subject<'_>, name: &str) -> bool {
    let form = subject.form;
    form.text(name).is_none() || form.is_stand_in(name) || is_malformed_principal(subject, name)
}

enum Asked<'w> {
    No,
    Unknown(FactRef),
    Yes(Vec<Way<'w>>),
}

/// One class of callers, to be asked about.
struct Asker<'a, 'p> {
    subject: &'a Subject<'a>,
    set: &'a Compiled<'p>,
    class: &'a CallerClass,
    policies: &'a [&'p Policy],
    is_own: bool,
    /// Whose the resource is.
    owner: Option<&'a str>,
    service: &'a str,
}

impl<'p> Asker<'_, 'p> {
    /// Whether the caller may do this with one of the resources, and what lets it.
    fn way<'w>(&self, action: &'w str, resource: &str) -> Asked<'w>
    where
        'p: 'w,
    {
        let caller = &self.class.caller;
        let is_stranger = caller.account().is_some_and(|account| !self.names(account)) && !self.is_own;
        let mut keys = Vec::new();
        let mut answer = self.ask(action, resource, is_stranger);
        let mut is_conditioned = false;
        if is_stranger && matches!(answer, Answer::Holds { .. }) {
            // Not everybody gets in; those who meet the conditions may.
            is_conditioned = true;
            answer = self.ask(action, resource, false);
        }
        let witness = match answer {
            Answer::Holds { .. } => return Asked::No,
            Answer::GaveUp { .. } => return Asked::Unknown(FactRef::new("too-many-cases")),
            Answer::Fails { witness, .. } => witness,
            Answer::Depends { on, witness } => {
                for each in &on {
                    match each {
                        Dependence::Free(atom) => match self.set.describe(*atom) {
                            FreeFact::Key(key) => keys.push(key.to_owned()),
                            FreeFact::Clause(clause) if clause.parsed.is_some() => {
                                keys.push(clause.key.value.to_string());
                            }
                            FreeFact::Clause(clause) => {
                                let key = &clause.key.value;
                                return Asked::Unknown(FactRef::with("undefined-condition", "key", key));
                            }
                            FreeFact::Hole(names) => {
                                return Asked::Unknown(filled::fact(self.subject, names));
                            }
                            FreeFact::Chain => return Asked::Unknown(FactRef::new("principal-chain")),
                            FreeFact::Text(_) => return Asked::Unknown(FactRef::new("unreadable-text")),
                        },
                        Dependence::Unseen(layer) => {
                            return Asked::Unknown(layers::fact(self.subject, *layer, self.service));
                        }
                        Dependence::Unknown(_) => {}
                    }
                }
                witness
            }
        };
        let standing = match caller.kind() {
            CallerKind::Anonymous => Standing::Anybody,
            _ if is_conditioned => Standing::Conditioned,
            _ if is_stranger => Standing::AnyAccount,
            _ if self.is_own => Standing::Own,
            _ => Standing::Named,
        };
        let found = entries(self.set, self.policies, &witness);
        let ways = found
            .into_iter()
            // A whole account of one's own is let in to be ruled by its own policies, and a service that no policy names gets
            // in where everybody does.
            .filter(|entry| !(self.is_own && entry.is_account))
            .filter(|entry| !(caller.kind() == CallerKind::Service && entry.is_everybody))
            .map(|entry| Way {
                callers: vec![entry.text.clone()],
                entry,
                standing,
                actions: vec![action],
                witness: (*witness).clone(),
                keys: keys.clone(),
            })
            .collect();
        Asked::Yes(ways)
    }

    fn ask(&self, action: &str, resource: &str, is_stranger: bool) -> Answer {
        let caller = &self.class.caller;
        let known = |key: &str| STRANGER.iter().find(|(name, _)| fits(name, key)).map(|(_, value)| *value);
        let mut context = Context::new();
        context.set_one("aws:SecureTransport", "true");
        context.set_one("aws:ViaAWSService", "false");
        context.set_one(CURRENT_TIME, self.subject.now);
        context.set_one(EPOCH_TIME, &epoch_seconds(self.subject.now));
        let mut request = Request::new(caller.clone(), action, resource, self.owner, context);
        let is_unknown = is_stranger || caller.kind() == CallerKind::Anonymous;
        for key in self.set.keys() {
            if request.context.get(key).is_some() || is_computed(key) {
                continue;
            }
            if let Some(value) = known(key).filter(|_| is_unknown) {
                if let Some(value) = value {
                    request.context.set_one(key, value);
                }
                continue;
            }
            match carriage(caller, action, key) {
                Carriage::Never => {}
                Carriage::Maybe => request.context.set(key, ContextValue::Unseen),
                Carriage::Always => request.context.set(key, ContextValue::Unknown),
            }
        }
        let member = Member { request: request.over(resource), example: None };
        let question =
            Question { members: vec![member], unknowns: Vec::new(), allowed: false, base: World::new() };
        ask(self.set, &question)
    }

    /// Whether a policy names an account anywhere.
    fn names(&self, account: &str) -> bool {
        let statements = || self.policies.iter().flat_map(|policy| &policy.statements);
        let principals = statements().flat_map(|each| &each.principals).flat_map(|each| &each.entries);
        let values = statements().flat_map(|each| &each.clauses).flat_map(|clause| &clause.values);
        principals.map(|entry| &entry.value).chain(values).any(|text| text.value.contains(account))
    }
}

/// The service whose resource's policy is asked.
fn service_of<'w>(wanted: &Wanted<'w>) -> &'w str {
    wanted.actions.first().and_then(|action| action.split(':').next()).unwrap_or("s3")
}

/// Whether a name, which may end in `*`, is this key in lower case.
fn fits(name: &str, key: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => key.starts_with(&start.to_ascii_lowercase()),
        None => name.eq_ignore_ascii_case(key),
    }
}
