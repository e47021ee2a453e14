//! Which accounts there are, and which of them are connected.

use super::super::layers::{disagree, disagreement_of, some_of};
use super::super::subject::{Cause, FactRef, Outcome, Subject};
use super::{given, waits};
use crate::contract::{FormValue, Origin};
use crate::evidence::MemberAccount;
use crate::finding::State;
use crate::rulebook::Values;
use std::collections::{BTreeMap, BTreeSet};

/// An account number as it is compared: people write it with dashes, as the console shows it.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Every active account of the organization is connected. Rows of the others are dropped, and nobody is told.
pub(super) fn all_connected(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.organization;
    let (Some(accounts), Some(list)) = (&record.accounts, record.list) else {
        return waits(untold(subject));
    };
    let form = subject.form;
    let connected: BTreeSet<String> = form
        .connected()
        .map(|value| digits(&value.text))
        .chain(form.text("account").map(str::to_owned))
        .collect();
    let left: Vec<&MemberAccount> = accounts
        .iter()
        .filter(|account| account.is_active() && !connected.contains(&account.id.text))
        .collect();
    let Some(first) = left.first() else {
        if record.is_page {
            let file = subject.sources.get(list.source).name();
            return waits(FactRef::with("page-of-several", "file", file));
        }
        let detail = Some(format!("{} accounts in the organization", accounts.len()));
        return Outcome { detail, ..Outcome::of(State::Holds) };
    };
    if form.connected().next().is_none() {
        return waits(FactRef::with("connected-accounts", "count", &left.len().to_string()));
    }
    let names: Vec<String> = left.iter().map(|account| account.id.text.clone()).collect();
    let values = Values::new()
        .with("count", left.len().to_string())
        .with("accounts", some_of(&names))
        .with("found", first.id.text.clone());
    let mut cause = Cause::new("accounts", "not-connected", first.id.place, values);
    if let Some((Origin::Given(place), text)) = form.connected().last().map(|last| (&last.origin, &last.text))
    {
        cause.related.push((*place, format!("connected are {} others, such as `{text}`", connected.len())));
    }
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}

/// What would show the accounts.
fn untold(subject: &Subject<'_>) -> FactRef {
    disagreement_of(subject, "organizations list-accounts")
        .map_or_else(|| FactRef::new("organization-accounts"), disagree)
}

/// Every connected account is an active account of the organization, and that of the form.
pub(super) fn in_organization(subject: &Subject<'_>) -> Outcome {
    let record = &subject.evidence.organization;
    let (Some(accounts), Some(list)) = (&record.accounts, record.list) else {
        return waits(untold(subject));
    };
    let by_id: BTreeMap<&str, &MemberAccount> =
        accounts.iter().map(|account| (account.id.text.as_str(), account)).collect();
    let (mut strangers, mut closed) = (Vec::new(), Vec::new());
    // The account of the form is connected, too.
    let own = subject.form.get("account").filter(|value| matches!(value.origin, Origin::Given(_)));
    for value in subject.form.connected().chain(own) {
        match by_id.get(digits(&value.text).as_str()) {
            None => strangers.push((value, None)),
            Some(account) if !account.is_active() => closed.push((value, Some(*account))),
            Some(_) => {}
        }
    }
    let mut causes = Vec::new();
    if !record.is_page {
        causes.extend(summary("stranger", &strangers).map(|mut cause| {
            cause.related.push((list, "the organization's accounts".to_owned()));
            cause
        }));
    }
    // Connected, a closed account gives its past costs; by itself it gives nothing.
    let is_linked = subject.form.text("account-kind") == Some("linked");
    let is_own = |(value, _): &(&FormValue, Option<&MemberAccount>)| {
        is_linked && subject.form.text("account") == Some(value.text.as_str())
    };
    let (own, others): (Vec<_>, Vec<_>) = closed.into_iter().partition(is_own);
    causes.extend(summary("closed", &own));
    causes.extend(summary("suspended", &others));
    let state = match (causes.is_empty(), record.is_page && !strangers.is_empty()) {
        (false, _) => State::Broken,
        (true, true) => State::Unknown,
        (true, false) => State::Holds,
    };
    Outcome { causes, ..Outcome::of(state) }
}

/// One cause for all accounts of a kind, at the first of them.
fn summary(case: &'static str, list: &[(&FormValue, Option<&MemberAccount>)]) -> Option<Cause> {
    let place_of = |value: &FormValue| match value.origin {
        Origin::Given(place) => Some(place),
        Origin::Presumed(_) | Origin::StandIn(_) => None,
    };
    let (first, account) = list.first()?;
    let names: Vec<String> = list.iter().map(|(value, _)| value.text.clone()).collect();
    let mut values = Values::new().with("accounts", some_of(&names)).with("count", names.len().to_string());
    if let Some(account) = account {
        values.set("found", account.status.clone());
    }
    let mut cause = Cause::new("accounts", case, place_of(first)?, values);
    cause.related.extend(account.map(|account| (account.id.place, "this account".to_owned())));
    Some(cause)
}

/// The account is the payer if the form says root, and is not if it says linked.
pub(super) fn right_tab(subject: &Subject<'_>) -> Outcome {
    let form = subject.form;
    if let Some(two) = disagreement_of(subject, "organizations describe-organization") {
        return waits(disagree(two));
    }
    let Some(management) = &subject.evidence.organization.management else {
        return waits(FactRef::new("management-account"));
    };
    let Some(account) = form.text("account") else {
        return waits(FactRef::with("form", "name", "account"));
    };
    let case = match (form.text("account-kind"), account == management.text) {
        (Some("root"), false) => "not-payer",
        (Some("linked"), true) => "payer-as-linked",
        (_, _) => return Outcome::of(State::Holds),
    };
    let values = Values::new().with("found", account).with("needed", management.text.clone());
    let mut cause = Cause::new("accounts", case, management.place, values);
    let said = given(subject, "account-kind").or_else(|| given(subject, "account"));
    cause.related.extend(said.map(|place| (place, "the form says this".to_owned())));
    Outcome { causes: vec![cause], ..Outcome::of(State::Broken) }
}
