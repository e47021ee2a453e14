//! Form values that cannot be what AWS or the product takes.

use super::subject::{Cause, FactRef, Outcome, Subject};
use crate::contract::{FORM_CHOICES, Form, FormValue, Origin};
use crate::eval::{Caller, Glob};
use crate::finding::State;
use crate::policy::arn;
use crate::rulebook::Values;

/// Values of which nobody knows what they mean: no principal, and none of the choices.
#[must_use]
pub fn check_meaning(subject: &Subject<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    for name in ["product-principal", "reader"] {
        // The name of a user or role is completed before.
        if let Some(FormValue { text, origin: Origin::Given(place) }) = subject.form.get(name)
            && is_malformed_principal(subject, name)
        {
            let values = Values::new().with("name", name).with("found", text.clone());
            causes.push(Cause::new("form", "principal-format", *place, values).in_group("form"));
        }
    }
    for (name, choices) in FORM_CHOICES {
        let Some(FormValue { text, origin: Origin::Given(place) }) = subject.form.get(name) else { continue };
        if !choices.contains(&text.as_str()) {
            let values = Values::new().with("name", name).with("found", text.clone());
            let values = values.with("needed", choices.join("`, `"));
            causes.push(Cause::new("form", "choice", *place, values).in_group("form"));
        }
    }
    causes
}

/// Whether every value that the user gave is written as AWS writes it.
pub(super) fn written_right(subject: &Subject<'_>) -> Outcome {
    let causes = malformed(subject);
    let state = if causes.is_empty() { State::Holds } else { State::Broken };
    Outcome { causes, ..Outcome::of(state) }
}

/// What is written otherwise than AWS writes it, as the user typed it.
pub(super) fn malformed(subject: &Subject<'_>) -> Vec<Cause> {
    let mut causes = Vec::new();
    // Accounts beside that of the form: the console shows their numbers with dashes.
    for (name, value) in linked(subject.form) {
        let Origin::Given(place) = &value.origin else { continue };
        let digits: String = value.text.chars().filter(|next| *next != '-' && *next != ' ').collect();
        if !arn::is_account(&digits) {
            let values = Values::new().with("name", name).with("found", value.text.clone());
            causes.push(Cause::new("form", "account-format", *place, values).in_group("form"));
        }
    }
    for (name, value) in subject.form.typed() {
        let Origin::Given(place) = &value.origin else { continue };
        let text = value.text.as_str();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let (case, meant) = match name {
            "account" | "bucket-account" | "management-account" if !arn::is_account(text) => {
                ("account-format", Some(digits.as_str()).filter(|digits| arn::is_account(digits)))
            }
            "bucket" if !is_bucket_name(text) => ("bucket-format", bucket_in(text)),
            "reader" if subject.form.text(name) != Some(text) => ("role-arn", subject.form.text(name)),
            _ => continue,
        };
        let values = Values::new().with("name", name).with("found", text);
        let values =
            if case == "role-arn" { values.with("needed", meant.unwrap_or_default()) } else { values };
        let cause = Cause::new("form", case, *place, values).in_group("form");
        causes.push(match meant {
            Some(meant) => cause.typing(name, meant),
            None => cause,
        });
    }
    causes
}

/// The numbers of other accounts, with where they stand.
fn linked(form: &Form) -> impl Iterator<Item = (&'static str, &FormValue)> {
    let connected = form.connected_accounts.iter().map(|value| ("connected-accounts", value));
    connected.chain(form.linked.iter().map(|linked| ("linked.account", &linked.account)))
}

/// The first value that is none of its choices, with the choices.
pub(super) fn unknown_choice(form: &Form) -> Option<(&'static str, &'static [&'static str])> {
    FORM_CHOICES
        .into_iter()
        .find(|(name, choices)| form.text(name).is_some_and(|text| !choices.contains(&text)))
}

/// Whether a value is one that the product works with; in the list `*` and `?` expand.
pub(super) fn value(subject: &Subject<'_>, name: &str, one_of: &[String]) -> Outcome {
    let Some(value) = subject.form.get(name) else {
        return Outcome { facts: vec![FactRef::with("form", "name", name)], ..Outcome::of(State::Unknown) };
    };
    if one_of.iter().any(|allowed| Glob::new(allowed).matches(&value.text)) {
        return Outcome::of(State::Holds);
    }
    let Origin::Given(place) = value.origin else { return Outcome::of(State::Broken) };
    let values = Values::new()
        .with("name", name)
        .with("found", value.text.clone())
        .with("needed", one_of.join("`, `"));
    let mut cause = Cause::new("form", "not-of-product", place, values).in_group("form");
    if let [only] = one_of
        && !only.contains(['*', '?'])
    {
        cause = cause.typing(name, only);
    }
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// Whether a value, as it is worked with, is no principal that AWS knows.
pub(super) fn is_malformed_principal(subject: &Subject<'_>, name: &str) -> bool {
    let is_none = |text: &str| !text.is_empty() && !arn::is_account(text) && Caller::parse(text).is_err();
    subject.form.text(name).is_some_and(|text| is_none(text) && (name != "reader" || text.contains(':')))
}

/// The name of the bucket that a value means which is no name: an ARN, an address, or a path in the bucket.
#[must_use]
pub fn bucket_meant(text: &str) -> Option<&str> {
    bucket_in(text).filter(|_| !is_bucket_name(text))
}

/// The bucket in an ARN or an address of it, or before a slash.
fn bucket_in(text: &str) -> Option<&str> {
    let text = text.trim();
    let text = match arn::split(text) {
        Some([.., resource]) => resource,
        None => text.strip_prefix("s3://").unwrap_or(text),
    };
    let name = text.split('/').next().unwrap_or_default();
    is_bucket_name(name).then_some(name)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> (checked 2026-11); old buckets in us-east-1
/// may have capital letters and underscores.
fn is_bucket_name(text: &str) -> bool {
    (3..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}
