//! What AWS itself answered, beside what was decided here: calls made with the reader's own key, and AWS's simulator.
//!
//! A call that AWS refused is no prediction: the demand is broken whatever the documents say. A call that AWS allowed
//! settles a demand on that one request. The simulator's word changes no verdict, since it does not see all layers.

use super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use crate::contract::{Ask, Demand, Expect, Reads};
use crate::evidence::{Simulated, Tried, TriedOutcome};
use crate::finding::State;
use crate::rulebook::Values;

/// Puts AWS's answers beside the outcome of a demand on the reader's access.
pub fn compare(subject: &Subject<'_>, demand: &Demand, reads: &Reads, outcome: &mut Outcome) {
    let Ask::Access { request, actions, on, expect: Expect::Allowed, .. } = &demand.ask else { return };
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
    let [action] = actions.as_slice() else { return };
    let is_call = |tried: &&Tried| reads.get(&tried.call).is_some_and(|read| read.action.contains(action));
    let tried: Vec<&Tried> = live.tried.iter().filter(is_call).collect();
    if !tried.is_empty() {
        with_calls(action, on, &tried, outcome);
    }
    let simulated: Vec<&Simulated> =
        live.simulated.iter().filter(|answer| answer.action.eq_ignore_ascii_case(action)).collect();
    if !simulated.is_empty() {
        with_simulator(action, &simulated, outcome);
    }
}

fn with_calls(action: &str, on: &str, tried: &[&Tried], outcome: &mut Outcome) {
    let refused = tried.iter().find_map(|tried| match &tried.outcome {
        TriedOutcome::Refused(code, message) => Some((tried, code, message)),
        TriedOutcome::Answered | TriedOutcome::Lost(..) => None,
    });
    if let Some((tried, code, message)) = refused {
        let was = outcome.state;
        let case = if was == Some(State::Holds) { "denied-though-allowed" } else { "denied" };
        let values = Values::new()
            .with("action", action)
            .with("call", tried.call.as_str())
            .with("code", code.as_str());
        let mut cause = Cause::new("live", case, tried.place, values).in_group("live");
        if !message.is_empty() {
            cause.notes.push(format!("AWS said: {}", message.chars().take(400).collect::<String>()));
        }
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
