//! What AWS itself answered, beside what was decided here: calls made with the reader's own key, and AWS's simulator.
//!
//! A call that AWS refused is no prediction: the demand is broken whatever the documents say. A call that AWS allowed
//! settles a demand on that one request. The simulator's word changes no verdict, since it does not see all layers.

use super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use crate::contract::{Ask, Demand, Expect, Origin, Reads};
use crate::evidence::{Role, Simulated, Tried, TriedOutcome};
use crate::finding::State;
use crate::policy::ArnSplit;
use crate::rulebook::Values;

/// Puts AWS's answers beside the outcome of a demand on the reader's access.
pub fn compare(subject: &Subject<'_>, demand: &Demand, reads: &Reads, outcome: &mut Outcome) {
    let is_there = no_reader(subject).is_none();
    if !is_there {
        // What of somebody who is not there is not known, the commands that ask for it do not tell either.
        for fact in outcome.facts.iter_mut().filter(|fact| OF_READER.contains(&&*fact.id)) {
            *fact = FactRef::new("reader-there");
        }
        outcome.facts.dedup();
    }
    let Ask::Access { request, actions, on, expect: Expect::Allowed, context, .. } = &demand.ask else {
        return;
    };
    let Some(template) = subject.requests.get(request) else { return };
    let live = &subject.evidence.live;
    if let Some(place) = live.no_bucket
        && (on == "keys" || on.contains("{bucket}"))
    {
        let bucket = subject.form.text("bucket").unwrap_or("?");
        let cause =
            Cause::new("live", "no-bucket", place, Values::new().with("found", bucket)).in_group("live");
        *outcome = Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
        return;
    }
    if template.caller != "{reader}" {
        return;
    }
    if let Some(cause) = no_reader(subject).or_else(|| key_refused(subject)) {
        *outcome = Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
        return;
    }
    let [action] = actions.as_slice() else { return };
    // Of one folder's listing nothing follows for another's.
    let prefix = context.iter().find(|(key, _)| key == "s3:prefix");
    let prefix = prefix.and_then(|(_, template)| subject.form.fill(template).ok());
    let is_call = |tried: &&Tried| {
        reads.get(&tried.call).is_some_and(|read| read.action.contains(action))
            && (tried.prefix.is_none() || prefix.is_none() || tried.prefix == prefix)
    };
    let tried: Vec<&Tried> = live.tried.iter().filter(is_call).collect();
    if let Some(other) = tried_as_other(subject).filter(|_| !tried.is_empty()) {
        // Somebody else's answers are neither a prediction that failed nor one that came true.
        if outcome.state == Some(State::Holds) {
            let facts = vec![FactRef::with("tried-as-other", "found", other)];
            *outcome = Outcome { facts, ..Outcome::of(State::Unknown) };
        }
    } else if !tried.is_empty() && (on == "*" || !on.contains('*')) {
        // A call is about one thing, of others nothing follows. Of the files it was one of those in question.
        with_calls(action, on, &tried, outcome);
    }
    let simulated: Vec<&Simulated> =
        live.simulated.iter().filter(|answer| answer.action.eq_ignore_ascii_case(action)).collect();
    if !simulated.is_empty() {
        with_simulator(action, &simulated, outcome);
    }
}

/// Facts about the reader that only a reader who is there can tell.
const OF_READER: [&str; 8] = [
    "access-keys",
    "boundary",
    "inline-policy-missing",
    "reader-groups",
    "reader-list-unread",
    "reader-policy",
    "role-boundary",
    "role-policy",
];

/// AWS knows nobody of the reader's name. Where policies were given for it, it is about to be made.
fn no_reader(subject: &Subject<'_>) -> Option<Cause> {
    let place = subject.evidence.live.no_reader?;
    if subject.evidence.of(Role::ReaderPolicy).any(|document| !document.is_nothing()) {
        return None;
    }
    let found = subject.form.text("reader").unwrap_or("?");
    Some(Cause::new("live", "no-reader", place, Values::new().with("found", found)).in_group("live"))
}

/// AWS does not take the reader's key, so that none of its calls is answered.
fn key_refused(subject: &Subject<'_>) -> Option<Cause> {
    subject.evidence.live.tried.iter().find_map(|tried| {
        let TriedOutcome::KeyRefused(code, message) = &tried.outcome else { return None };
        let values = Values::new().with("call", tried.call.as_str()).with("code", code.as_str());
        let mut cause = Cause::new("live", "key-refused", tried.place, values).in_group("live");
        cause.notes.extend(said(message));
        Some(cause)
    })
}

/// AWS's words, as a note.
fn said(message: &str) -> Option<String> {
    (!message.is_empty()).then(|| format!("AWS said: {}", message.chars().take(400).collect::<String>()))
}

/// Who made the calls, where it is not the reader of the form.
fn tried_as_other<'s>(subject: &Subject<'s>) -> Option<&'s str> {
    let caller = subject.evidence.live.tried_as.as_ref()?.text.as_str();
    let reader = subject.form.get("reader").filter(|reader| matches!(reader.origin, Origin::Given(_)))?;
    let who = |arn: &str| {
        let parts = ArnSplit::new(arn)?;
        let (kind, rest) = parts.resource.split_once('/').unwrap_or((parts.resource, ""));
        // A session is one of its role, and a name is unique without its path.
        let (kind, name) = match kind {
            "assumed-role" => ("role", rest.split('/').next()),
            kind => (kind, rest.rsplit('/').next()),
        };
        Some((parts.account.to_owned(), kind.to_owned(), name?.to_owned()))
    };
    (who(caller)? != who(&reader.text)?).then_some(caller)
}

fn with_calls(action: &str, on: &str, tried: &[&Tried], outcome: &mut Outcome) {
    let refused = tried.iter().find_map(|tried| match &tried.outcome {
        TriedOutcome::Refused(code, message) => Some((tried, code, message)),
        TriedOutcome::Answered | TriedOutcome::KeyRefused(..) | TriedOutcome::Lost(..) => None,
    });
    if let Some((tried, code, message)) = refused {
        let was = outcome.state;
        let case = if was == Some(State::Holds) { "denied-though-allowed" } else { "denied" };
        let values = Values::new()
            .with("action", action)
            .with("call", tried.call.as_str())
            .with("code", code.as_str());
        let mut cause = Cause::new("live", case, tried.place, values).in_group("live");
        cause.notes.extend(said(message));
        if was == Some(State::Broken) {
            outcome.detail = Some(format!("AWS refused `aws {}` when it was made as the reader", tried.call));
            return;
        }
        let mut causes = std::mem::take(&mut outcome.causes);
        causes.insert(0, cause);
        *outcome = Outcome { causes, ..Outcome::of(State::Broken) };
        return;
    }
    let Some(answered) = tried.iter().find(|tried| tried.outcome == TriedOutcome::Answered) else { return };
    match outcome.state {
        Some(State::Broken) => {
            let values = Values::new().with("action", action).with("call", answered.call.as_str());
            let cause = Cause::new("live", "allowed-though-denied", answered.place, values).in_group("live");
            outcome.causes.insert(0, cause);
            outcome.facts.push(FactRef::with("prediction", "call", &answered.call));
            outcome.state = Some(State::Unknown);
        }
        // One object says nothing of all the others.
        Some(State::Unknown) if on != "keys" => {
            outcome.state = Some(State::Holds);
            outcome.facts.clear();
            outcome.causes.clear();
            outcome.assumed.push(Assumption {
                text: format!(
                    "AWS answers the product as it answered `aws {}`, made with the reader's key at {}",
                    answered.call, answered.time
                ),
                source: None,
            });
            outcome.detail = Some("AWS allowed this very call with the reader's key".to_owned());
        }
        Some(State::Unknown) => {
            outcome.detail = Some("AWS allowed it for one object, with the reader's key".to_owned());
        }
        Some(State::Holds) | None => {
            let tried = "AWS allowed it with the reader's key";
            outcome.detail = Some(match outcome.detail.take() {
                Some(detail) => format!("{detail}; {tried}"),
                None => tried.to_owned(),
            });
        }
    }
}

fn with_simulator(action: &str, simulated: &[&Simulated], outcome: &mut Outcome) {
    let allowed = simulated.iter().all(|answer| answer.is_allowed());
    let says = if allowed { "allowed" } else { "denied" };
    let words = match (outcome.state, allowed) {
        (Some(State::Holds), true) | (Some(State::Broken), false) => "AWS's simulator agrees".to_owned(),
        (Some(State::Unknown) | None, _) => format!("AWS's simulator, which sees less, says {says}"),
        (Some(State::Holds), false) | (Some(State::Broken), true) => {
            let Some(answer) = simulated.iter().find(|answer| answer.is_allowed() == allowed) else { return };
            let here = if allowed { "denied" } else { "allowed" };
            let values = Values::new()
                .with("action", action)
                .with("found", answer.decision.as_str())
                .with("here", here);
            let mut cause = Cause::new("live", "simulator", answer.place, values).in_group("live");
            cause.notes.push(format!("asked for `{}`", answer.resource));
            if !answer.matched.is_empty() {
                cause.notes.push(format!("AWS's simulator matched `{}`", answer.matched.join("`, `")));
            }
            if answer.by_organization == Some(false) {
                cause
                    .notes
                    .push("AWS's simulator says that the organization's policies do not allow it".to_owned());
            }
            if answer.by_boundary == Some(false) {
                cause
                    .notes
                    .push("AWS's simulator says that the permissions boundary does not allow it".to_owned());
            }
            if !answer.missing.is_empty() {
                cause.notes.push(format!("AWS's simulator was not given `{}`", answer.missing.join("`, `")));
            }
            outcome.causes.push(cause);
            format!("AWS's simulator says {says}")
        }
    };
    outcome.detail = Some(match outcome.detail.take() {
        Some(detail) => format!("{detail}; {words}"),
        None => words,
    });
}
