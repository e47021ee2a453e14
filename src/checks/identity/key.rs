//! The access key that the product uses.

use super::super::subject::{Assumption, Cause, FactRef, Outcome, Subject};
use super::{given, waits};
use crate::eval::Instant;
use crate::evidence::Key;
use crate::finding::{Change, Repair, State};
use crate::rulebook::Values;

/// Days after which a key is old.
/// <https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-3> (checked 2026-11)
const OLD: i64 = 90;

fn is_active(key: &Key) -> bool {
    key.status.text.eq_ignore_ascii_case("active")
}

/// The last letters of a key's identifier, enough to know it by.
fn short(key: &Key) -> String {
    let count = key.id.text.chars().count();
    let tail: String = key.id.text.chars().skip(count.saturating_sub(4)).collect();
    format!("…{tail}")
}

/// The option that names the reader.
fn user(subject: &Subject<'_>) -> String {
    subject.form.fill(" --user-name {reader-name}").unwrap_or_default()
}

fn running(mut cause: Cause, command: String) -> Cause {
    cause.repairs.push(Repair::of(Change::Run { command, effect: None }));
    cause
}

/// The key that the product gets is switched off.
fn inactive(subject: &Subject<'_>, key: &Key, count: usize) -> Outcome {
    let values = Values::new().with("found", short(key)).with("count", count.to_string());
    let id = &key.id.text;
    let command = format!("aws iam update-access-key --access-key-id {id} --status Active{}", user(subject));
    let cause = running(Cause::new("reader", "key-inactive", key.status.place, values), command);
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// One of the user's keys is active.
pub(super) fn active(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.reader;
    let (Some(keys), Some(place)) = (&record.keys, record.keys_place) else {
        return waits(FactRef::new("access-keys"));
    };
    // What a page does not show, the next one may.
    let page = record.page_of_keys().filter(|_| !keys.iter().any(is_active));
    if let Some(page) = page.filter(|_| record.asked_key.is_none()) {
        let file = subject.sources.get(page.source).name();
        return waits(FactRef::with("page-of-several", "file", file));
    }
    let Some(first) = keys.first() else {
        let command = format!("aws iam create-access-key{}", user(subject));
        let cause = running(Cause::new("reader", "key-missing", place, Values::new()), command);
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    };
    if let Some(asked) = &record.asked_key {
        // Which key the product gets was said.
        return match keys.iter().find(|key| key.id.text == asked.text) {
            Some(key) if is_active(key) => {
                Outcome { detail: Some(format!("`{}`", short(key))), ..Outcome::of(State::Holds) }
            }
            Some(key) => inactive(subject, key, keys.len()),
            None => waits(FactRef::new("access-keys")),
        };
    }
    let active: Vec<&Key> = keys.iter().filter(|key| is_active(key)).collect();
    let Some(key) = active.first() else {
        return inactive(subject, first, keys.len());
    };
    let mut outcome = Outcome::of(State::Holds);
    if active.len() < keys.len() {
        outcome.assumed.push(Assumption {
            text: format!("the product uses the key `{}`, the one that is active", short(key)),
            source: None,
        });
    }
    outcome
}

/// The product does not work with the root user's key.
pub(super) fn not_root_user(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.reader;
    let is_root = |arn: &str| arn.ends_with(":root");
    let form = subject.form.text("reader").filter(|arn| is_root(arn)).and_then(|_| given(subject, "reader"));
    // Whoever else the answers are about, the form says who the reader is.
    let is_named = given(subject, "reader").is_some();
    let told = || record.arns.iter().find(|arn| is_root(&arn.text) && !is_named).map(|arn| arn.place);
    // The key with which the calls as the reader were made is the one that the product is given.
    let tried =
        || subject.evidence.live.tried_as.as_ref().filter(|arn| is_root(&arn.text)).map(|arn| arn.place);
    if let Some(place) = form.or_else(told).or_else(tried) {
        let cause = Cause::new("reader", "root-user", place, Values::new());
        return Outcome { causes: vec![cause], ..Outcome::of(State::Broken) };
    }
    if let Some(place) = record.root_keys {
        let cause = Cause::new("reader", "root-user-has-keys", place, Values::new());
        let is_known = record.is_told() || given(subject, "reader").is_some();
        let state = if is_known { State::Holds } else { State::Unknown };
        return Outcome { causes: vec![cause], ..Outcome::of(state) };
    }
    Outcome::of(State::Holds)
}

/// No active key is older than advised.
pub(super) fn young(subject: &Subject<'_>) -> Outcome {
    let keys = subject.evidence.reader.keys.as_deref().unwrap_or_default();
    let Some(now) = Instant::parse(subject.now) else { return Outcome::of(State::Unknown) };
    let mut causes = Vec::new();
    let mut is_untold = false;
    for key in keys.iter().filter(|key| is_active(key)) {
        let made = key.created.as_ref().and_then(|created| Some((created, Instant::parse(&created.text)?)));
        let Some((created, made)) = made else {
            is_untold = true;
            continue;
        };
        let days = made.days_until(now);
        if days > OLD {
            let values = Values::new().with("found", days.to_string()).with("needed", OLD.to_string());
            causes.push(Cause::new("reader", "key-old", created.place, values));
        }
    }
    let state = match (causes.is_empty(), is_untold) {
        (false, _) => State::Broken,
        (true, true) => State::Unknown,
        (true, false) => State::Holds,
    };
    Outcome { causes, ..Outcome::of(state) }
}
