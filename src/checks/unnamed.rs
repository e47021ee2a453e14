//! A reader whom nobody named: a demand is asked for every one whom the policies could tell apart. What comes out alike for
//! all of them does not hang on the name, and all else waits for it. No repair writes a name that nobody gave.

use super::explain::{as_unsure, is_same};
use super::layers;
use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::contract::{Ask, Form};
use crate::eval::{Caller, Compiled, callers};
use crate::finding::{Change, Repair, State};
use serde_json::Value;

/// The template of requests that the reader makes.
const READER: &str = "{reader}";

/// More ways in which policies tell readers apart are not asked.
const MOST: usize = 32;

/// Asks for the reader that the form has, and where it is a stand-in for everybody whom it may be.
pub(super) fn check(
    subject: &Subject<'_>,
    demand: &Ask,
    ask: impl Fn(&Subject<'_>, &Ask) -> Outcome,
) -> Outcome {
    let first = ask(subject, demand);
    let Some((names, is_complete)) = everybody(subject, demand) else { return first };
    let asked_as = |name: &String| {
        let form = subject.form.with("reader", name);
        let explains = subject.explains && first.state == Some(State::Broken);
        ask(&Subject { form: &form, explains, ..*subject }, demand)
    };
    let others: Vec<Outcome> = names.iter().map(asked_as).collect();
    if is_complete && others.iter().all(|other| other.state == first.state) {
        return alike(first, &others);
    }
    let open = std::iter::once(&first).chain(&others).filter(|outcome| outcome.state == Some(State::Unknown));
    let mut facts: Vec<FactRef> = open.flat_map(|outcome| outcome.facts.iter().cloned()).collect();
    facts.push(FactRef::new("reader-unnamed"));
    facts.sort();
    facts.dedup();
    Outcome { facts, ..Outcome::of(State::Unknown) }
}

/// Everybody else whom the reader may be, one for each way in which a policy could tell it apart, and whether these are all.
/// Nothing where the reader was named, or makes none of the requests.
fn everybody(subject: &Subject<'_>, demand: &Ask) -> Option<(Vec<String>, bool)> {
    let form = subject.form;
    let Ask::Access { request, actions, .. } = demand else { return None };
    if !form.is_stand_in("reader") || subject.requests.get(request)?.caller != READER {
        return None;
    }
    let reader = form.text("reader")?;
    let caller = Caller::parse(reader).ok()?;
    let service = actions.first().and_then(|action| action.split(':').next()).unwrap_or_default();
    let set = Compiled::new(&layers::layers(subject, &caller, service));
    let (before, _) = reader.rsplit_once('/')?;
    // A policy may compute a folder from the reader's name.
    let root = form.root().unwrap_or_default();
    let names: Vec<&str> = root.split('/').filter(|name| !name.is_empty()).collect();
    let classes = callers(&[&set], &format!("{before}/*"), &[], &names);
    let all: Vec<String> =
        classes.list.iter().map(|class| class.caller.arn().to_owned()).filter(|arn| arn != reader).collect();
    let is_complete = classes.complete && all.len() <= MOST;
    Some((all.into_iter().take(MOST).collect(), is_complete))
}

/// An answer that is the same for everybody; of its faults those that are everybody's are certain.
fn alike(mut first: Outcome, others: &[Outcome]) -> Outcome {
    let is_everybodys = |cause: &Cause| {
        first.state != Some(State::Broken)
            || others.iter().all(|other| other.causes.iter().any(|each| is_same(each, cause)))
    };
    let (sure, unsure): (Vec<Cause>, Vec<Cause>) = first.causes.into_iter().partition(is_everybodys);
    first.causes = match sure.is_empty() {
        // Each is broken by something, everybody by something else.
        true => unsure,
        false => sure.into_iter().chain(unsure.into_iter().filter_map(as_unsure)).collect(),
    };
    first
}

/// Takes out the repairs that would write the name of a reader whom nobody named.
pub(super) fn without_names(subject: &Subject<'_>, outcome: &mut Outcome) {
    let form: &Form = subject.form;
    let Some(reader) = form.text("reader").filter(|_| form.is_stand_in("reader")) else { return };
    let name = reader.rsplit('/').next().unwrap_or(reader);
    for cause in &mut outcome.causes {
        cause.repairs.retain(|repair| !writes(repair, reader, name));
    }
}

fn writes(repair: &Repair, arn: &str, name: &str) -> bool {
    let is_it = |text: &str| text.contains(arn) || text == name;
    repair.changes.iter().any(|change| match change {
        Change::Set { value, .. } | Change::Add { value, .. } | Change::AddMember { value, .. } => {
            holds(value, &is_it)
        }
        Change::Rename { name: text, .. }
        | Change::Rewrite { text, .. }
        | Change::Form { value: text, .. } => is_it(text),
        Change::Run { command, .. } => command.contains(arn) || command.split_whitespace().any(is_it),
        Change::Remove { .. } => false,
    })
}

/// Whether a text in a value is meant.
fn holds(value: &Value, is_it: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_it(text),
        Value::Array(items) => items.iter().any(|item| holds(item, is_it)),
        Value::Object(members) => members.values().any(|member| holds(member, is_it)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
