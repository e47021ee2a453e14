//! Whether the product can look into an account for its resources: one answer for a group of actions.

mod given;

pub(super) use given::is_given;

use super::access;
use super::layers::some_of;
use super::subject::{Cause, FactRef, Looked, Outcome, Subject};
use crate::catalog;
use crate::contract::{Ask, Expect, Form, LinkedAccount, Origin};
use crate::eval::Glob;
use crate::evidence::{BoundaryRecord, Evidence, PolicyDocument, ReaderRecord, Role, Unseen};
use crate::finding::{Change, Repair, State};
use crate::policy::{Effect, Text, TextKind, arn};
use crate::rulebook::Values;
use crate::source::Place;
use serde_json::json;

/// The actions asked for.
pub(super) struct Wanted<'a> {
    pub(super) actions: &'a [String],
    pub(super) on: &'a str,
    pub(super) request: &'a str,
}

/// What came of the actions.
#[derive(Default)]
struct Found {
    denied: Vec<String>,
    unsure: Vec<String>,
    /// Some are denied because nothing speaks of them.
    gaps: bool,
    /// What is in the way, with the action that it is in the way of.
    causes: Vec<(String, Cause)>,
    facts: Vec<FactRef>,
}

/// In the account of the form.
pub(super) fn check(subject: &Subject<'_>, wanted: &Wanted<'_>) -> Outcome {
    let found = ask(subject, wanted);
    let state = state(&found);
    let causes = told(subject, wanted, &found, "missing", Values::new());
    Outcome { causes, detail: detail(wanted, &found), facts: found.facts, ..Outcome::of(state) }
}

/// In every linked account that was given.
pub(super) fn linked(subject: &Subject<'_>, wanted: &Wanted<'_>) -> Outcome {
    let mut outcome = Outcome::of(State::Holds);
    let (mut whole, mut untold) = (0, 0);
    for (at, account) in subject.form.linked.iter().enumerate() {
        let one = one_linked(subject, wanted, at, account);
        match one.state {
            Some(State::Holds) => whole += 1,
            Some(State::Broken) => outcome.state = Some(State::Broken),
            Some(State::Unknown) | None => untold += 1,
        }
        outcome.causes.extend(one.causes);
        // What would tell is asked of the linked account.
        let number: String = account.account.text.chars().filter(char::is_ascii_digit).collect();
        outcome.facts.extend(one.facts.into_iter().map(|mut fact| {
            if matches!(fact.id.as_str(), "scp" | "rcp") {
                let names = ["account", "bucket-account"];
                fact.values.extend(names.map(|name| (name.to_owned(), number.clone())));
            }
            fact
        }));
    }
    if untold > 0 && outcome.state == Some(State::Holds) {
        outcome.state = Some(State::Unknown);
    }
    outcome.facts.sort();
    outcome.facts.dedup();
    outcome.detail = Some(format!("holds in {whole} of {} linked accounts", subject.form.linked.len()));
    outcome
}

fn one_linked(subject: &Subject<'_>, wanted: &Wanted<'_>, at: usize, account: &LinkedAccount) -> Outcome {
    let number: String = account.account.text.chars().filter(char::is_ascii_digit).collect();
    let of_account = |document: &&PolicyDocument| document.role == Role::LinkedPolicy && document.level == at;
    let policies: Vec<PolicyDocument> =
        subject.evidence.documents.iter().filter(of_account).cloned().collect();
    if policies.is_empty() {
        let facts = vec![FactRef::with("linked-policy", "linked", &number)];
        return Outcome { facts, ..Outcome::of(State::Unknown) };
    }
    if let Some(cause) = foreign_reader(&number, account) {
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    let mut documents: Vec<PolicyDocument> = policies
        .into_iter()
        .map(|document| PolicyDocument { role: Role::ReaderPolicy, level: 0, ..document })
        .collect();
    // Guardrails of the account itself were given with it, or those of the organization's upper levels stand for it.
    let own = |role| {
        subject
            .evidence
            .of_linked(role, at)
            .cloned()
            .map(|document| PolicyDocument { linked: None, ..document })
    };
    let scps: Vec<PolicyDocument> = own(Role::Scp).collect();
    let shares_scps = scps.is_empty();
    if shares_scps {
        documents.extend(subject.evidence.of(Role::Scp).cloned());
    } else {
        documents.extend(scps);
    }
    let rcps: Vec<PolicyDocument> = own(Role::Rcp).collect();
    let shares_rcps = rcps.is_empty();
    if shares_rcps {
        documents.extend(subject.evidence.of(Role::Rcp).cloned());
    } else {
        documents.extend(rcps);
    }
    let boundaries: Vec<PolicyDocument> = own(Role::Boundary).collect();
    let boundary = if boundaries.is_empty() { BoundaryRecord::None } else { BoundaryRecord::Untold };
    documents.extend(boundaries);
    let evidence = Evidence {
        documents,
        reader: ReaderRecord { boundary, ..ReaderRecord::default() },
        organization: subject.evidence.organization.clone(),
        unseen: unseen_in(subject, at, (shares_scps, shares_rcps)),
        disagreements: subject
            .evidence
            .disagreements
            .iter()
            .filter(|each| each.form.is_some())
            .cloned()
            .collect(),
        ..Evidence::default()
    };
    let partition = subject.form.text("partition").unwrap_or("aws");
    let mut form = linked_form(subject.form, &number);
    match &account.reader {
        Some(reader) => form = form.with("reader", &reader.text),
        None => form.stand_in("reader", &format!("arn:{partition}:iam::{number}:user/reader"), ""),
    }
    let subject = Subject { evidence: &evidence, form: &form, looked: &Looked::new(0), ..*subject };
    let found = ask(&subject, wanted);
    let values = Values::new().with("account", number);
    let causes = told(&subject, wanted, &found, "missing-in-linked", values);
    Outcome { causes, facts: found.facts.clone(), ..Outcome::of(state(&found)) }
}

/// The documents that were named for a linked account and are not at hand, as those of an account itself; `shares`: whether its
/// SCPs, and its RCPs, are those of the organization.
fn unseen_in(subject: &Subject<'_>, at: usize, shares: (bool, bool)) -> Vec<Unseen> {
    let bears = |unseen: &&Unseen| match (unseen.linked, unseen.role) {
        (Some(account), _) => account == at,
        (None, Role::Scp) => shares.0,
        (None, Role::Rcp) => shares.1,
        (None, _) => false,
    };
    let own = |unseen: &Unseen| Unseen {
        role: if unseen.role == Role::LinkedPolicy { Role::ReaderPolicy } else { unseen.role },
        linked: None,
        ..unseen.clone()
    };
    subject.evidence.unseen.iter().filter(bears).map(own).collect()
}

fn linked_form(form: &Form, number: &str) -> Form {
    let mut out = form
        .with("account", number)
        .with("account-kind", "linked")
        .with("bucket-account", number)
        .without("reader");
    // The account of the form is the one that pays, if it is a root account.
    if let (None, Some("root"), Some(payer)) =
        (form.text("management-account"), form.text("account-kind"), form.text("account"))
    {
        out.presume("management-account", payer, "");
    }
    out
}

fn foreign_reader(number: &str, account: &LinkedAccount) -> Option<Cause> {
    let reader = account.reader.as_ref()?;
    let of = arn::account_of(&reader.text)?;
    let Origin::Given(place) = reader.origin else { return None };
    let values = Values::new().with("found", of).with("account", number);
    (of != number).then(|| Cause::new("discovery", "linked-reader", place, values))
}

/// Puts the actions of each service together, and where that fails each as a request of its own.
fn ask(subject: &Subject<'_>, wanted: &Wanted<'_>) -> Found {
    let mut found = Found::default();
    let service = |action: &String| action.split(':').next().unwrap_or_default().to_owned();
    let put = |subject: &Subject<'_>, actions: &[String]| {
        let ask = Ask::Access {
            request: wanted.request.to_owned(),
            actions: actions.to_vec(),
            on: wanted.on.to_owned(),
            expect: Expect::Allowed,
            of: Vec::new(),
            context: Vec::new(),
            unsure: None,
        };
        access::check(subject, &ask)
    };
    let quiet = Subject { explains: false, ..*subject };
    for group in wanted.actions.chunk_by(|one, other| service(one) == service(other)) {
        if group.len() > 1 && put(&quiet, group).state == Some(State::Holds) {
            continue;
        }
        for action in group {
            let subject = if is_gap(subject, action) { &quiet } else { subject };
            let outcome = put(subject, std::slice::from_ref(action));
            match outcome.state {
                Some(State::Holds) => continue,
                Some(State::Broken) => {
                    found.denied.push(action.clone());
                    found.gaps |= !subject.explains;
                }
                Some(State::Unknown) | None => found.unsure.push(action.clone()),
            }
            found.causes.extend(outcome.causes.into_iter().map(|cause| (action.clone(), cause)));
            found.facts.extend(outcome.facts);
        }
    }
    found.facts.sort();
    found.facts.dedup();
    found
}

/// Whether no statement at hand speaks of an action: then nothing but a missing statement explains that it is denied.
fn is_gap(subject: &Subject<'_>, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    subject.evidence.documents.iter().all(|document| match document.role {
        Role::BucketPolicy | Role::KeyPolicy | Role::LinkedPolicy | Role::TrustPolicy => true,
        Role::ReaderPolicy => document.policy.statements.iter().all(|statement| {
            statement.actions.as_ref().is_some_and(|element| {
                let named = |item: &Text| {
                    may_begin(&item.value, &action)
                        && Glob::new(&item.value.to_ascii_lowercase()).matches(&action)
                };
                element.items.iter().any(named) == element.negated
                    && element.items.iter().all(|item| item.kind != TextKind::Unreadable)
            })
        }),
        Role::Boundary | Role::SessionPolicy | Role::Scp | Role::Rcp | Role::EndpointPolicy => false,
    })
}

/// Whether what stands before the first wildcard of a pattern is what an action, in lower case, begins with: a quick no for
/// nearly all.
fn may_begin(pattern: &str, action: &str) -> bool {
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default().as_bytes();
    action.as_bytes().get(..fixed.len()).is_some_and(|start| start.eq_ignore_ascii_case(fixed))
}

fn state(found: &Found) -> State {
    match (found.denied.is_empty(), found.unsure.is_empty()) {
        (false, _) => State::Broken,
        (true, false) => State::Unknown,
        (true, true) => State::Holds,
    }
}

fn detail(wanted: &Wanted<'_>, found: &Found) -> Option<String> {
    let all = wanted.actions.len();
    let bad = found.denied.len() + found.unsure.len();
    (bad > 0 && found.denied.len() < all).then(|| format!("{} of {all} actions are allowed", all - bad))
}

/// What is in the way, told once for all actions. A Deny and a pattern that matches nothing have words of their own.
fn told(
    subject: &Subject<'_>,
    wanted: &Wanted<'_>,
    found: &Found,
    case: &'static str,
    values: Values,
) -> Vec<Cause> {
    let mut causes: Vec<Cause> = Vec::new();
    for (place, text) in matching_nothing(subject, &found.denied) {
        let values = Values::new().with("found", text.clone()).with("needed", format!("{text}*"));
        causes.push(Cause::new("discovery", "matches-nothing", place, values));
    }
    let mut blocks: Vec<(&'static str, &Cause, Vec<String>)> = Vec::new();
    for (action, cause) in &found.causes {
        let is_region = matches!(cause.check, "deny" | "condition") && tests_region(subject, cause);
        let case = match cause.check {
            _ if is_region => "region-denied",
            "deny" | "layer" | "condition" if found.denied.contains(action) => "blocked",
            "deny" | "layer" | "condition" => "blocked-unsure",
            _ => continue,
        };
        let same = |block: &&mut (&'static str, &Cause, Vec<String>)| {
            block.0 == case && block.1.place == cause.place
        };
        match blocks.iter_mut().find(same) {
            Some((_, _, actions)) if actions.contains(action) => {}
            Some((_, _, actions)) => actions.push(action.clone()),
            None => blocks.push((case, cause, vec![action.clone()])),
        }
    }
    for (case, cause, actions) in blocks {
        let values =
            Values::new().with("actions", some_of(&actions)).with("count", actions.len().to_string());
        let mut told = Cause::new("discovery", case, cause.place, values);
        told.notes.clone_from(&cause.notes);
        causes.push(told);
    }
    // Who is of another account is told of as such, once.
    let is_other = |cause: &Cause| cause.check == "grant" && cause.case == "other-account";
    let other = found.causes.iter().map(|(_, cause)| cause).find(|cause| is_other(cause));
    causes.extend(other.map(|cause| cause.clone().in_group("reader")));
    // What a Deny or a condition explains is no gap in what is allowed.
    let is_gap =
        found.gaps || found.causes.iter().any(|(_, cause)| cause.check == "grant" && !is_other(cause));
    let place = subject
        .evidence
        .of(Role::ReaderPolicy)
        .next()
        .map(|document| Place { source: document.source, span: document.policy.statement_span });
    if let (true, Some(place)) = (is_gap && !found.denied.is_empty(), place) {
        let values = values
            .with("actions", some_of(&found.denied))
            .with("count", found.denied.len().to_string())
            .with("all", wanted.actions.len().to_string());
        let mut cause = Cause::new("discovery", case, place, values);
        cause.repairs.extend(allowing(subject, &found.denied, place));
        causes.push(cause);
    }
    causes
}

/// A statement that allows what is denied, in the policy at a place: on everything, since it is to find what there is.
fn allowing(subject: &Subject<'_>, denied: &[String], place: Place) -> Option<Repair> {
    let policies = subject.evidence.of(Role::ReaderPolicy).map(|document| &document.policy);
    let policy = policies
        .filter(|policy| policy.source == place.source)
        .find(|policy| policy.statement_span == place.span && policy.statement_span != policy.span)?;
    let taken = |sid: &str| {
        let sids = policy.statements.iter().filter_map(|statement| statement.sid.as_ref());
        sids.into_iter().any(|known| *known.value == *sid)
    };
    let sid =
        (1..).map(|number| if number == 1 { "Discovery".to_owned() } else { format!("Discovery{number}") });
    let sid = sid.into_iter().find(|sid| !taken(sid))?;
    let value = json!({ "Sid": sid, "Effect": "Allow", "Action": denied, "Resource": "*" });
    Some(Repair::of(Change::Add { at: place, value }))
}

/// Action patterns that match no action of AWS, and would match one that is asked for with a `*` behind them.
fn matching_nothing(subject: &Subject<'_>, denied: &[String]) -> Vec<(Place, String)> {
    let would_match = |item: &Text| {
        item.kind != TextKind::Unreadable
            && catalog::expand(&item.value).next().is_none()
            && denied.iter().any(|action| {
                let (pattern, action) = (item.value.to_ascii_lowercase(), action.to_ascii_lowercase());
                Glob::new(&format!("{pattern}*")).matches(&action)
            })
    };
    subject
        .evidence
        .of(Role::ReaderPolicy)
        .flat_map(|document| document.policy.statements.iter().map(move |statement| (document, statement)))
        .filter(|(_, statement)| statement.effect == Effect::Allow)
        .flat_map(|(document, statement)| {
            let actions = statement.actions.iter().filter(|actions| !actions.negated);
            actions.flat_map(|actions| &actions.items).map(move |item| (document, item))
        })
        .filter(|(_, item)| would_match(item))
        .map(|(document, item)| (Place { source: document.source, span: item.span }, item.value.to_string()))
        .collect()
}

/// Whether the statement that a cause points into looks at the Region asked.
fn tests_region(subject: &Subject<'_>, cause: &Cause) -> bool {
    let statements = subject
        .evidence
        .documents
        .iter()
        .filter(|document| document.source == cause.place.source)
        .flat_map(|document| &document.policy.statements);
    statements
        .filter(|statement| statement.span.contains(cause.place.span))
        .flat_map(|statement| &statement.clauses)
        .any(|clause| clause.key.value.eq_ignore_ascii_case("aws:RequestedRegion"))
}
