//! The form, with what a message tells of it.

use super::derive::is_bucket;
use crate::contract::Form;
use crate::eval::Caller;
use crate::finding::triage::Facts;
use crate::policy::arn;

/// The form with what the message tells of it.
#[must_use]
pub fn form_of(given: &Form, facts: &Facts) -> Form {
    let mut form = given.clone();
    let because = "the message names it";
    if let Some(bucket) = facts.get("bucket").filter(|bucket| is_bucket(bucket)) {
        form.presume("bucket", bucket, because);
    }
    for (name, fact) in [("export-name", "report"), ("export-path", "prefix")] {
        if let Some(value) = facts.get(fact).filter(|value| value.len() <= 255) {
            form.presume(name, value, because);
        }
    }
    // Who takes a role is not the reader, and not of its account: the role is.
    if facts.get("action").is_some_and(|action| action.starts_with("sts:")) {
        if let Some(role) = facts.get("resource").filter(|arn| arn.contains(":role/"))
            && let Some(account) = arn::account_of(role)
        {
            form.presume("reader", role, because);
            form.presume("account", account, because);
        }
        return form;
    }
    let is_reader = facts.get("step") != Some("create") && facts.get("step") != Some("delivery");
    if let Some(principal) = facts.get("principal").filter(|_| is_reader)
        && Caller::parse(principal).is_ok()
        && let Some(account) = arn::account_of(principal)
    {
        form.presume("reader", principal, because);
        form.presume("account", account, because);
    }
    if let Some(account) = facts.get("account").filter(|account| arn::is_account(account)) {
        form.presume("account", account, because);
    }
    if let Some(mode) = facts.get("mode") {
        let mut modes = mode.split(' ');
        if let Some(first) = modes.next() {
            form.presume("mode", first, because);
        }
    }
    if let Some(kind) = facts.get("type") {
        form.presume("export-type", kind, because);
    }
    form
}
