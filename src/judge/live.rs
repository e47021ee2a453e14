//! What could not be read from AWS, in words.

use super::Library;
use crate::contract::{Form, FormValue, LinkedAccount, Origin};
use crate::evidence::{Evidence, TriedOutcome, Unread};
use crate::finding::NotEvaluated;

/// The form with what the snapshot carries. What the user says otherwise wins.
pub(super) fn with_form(form: &Form, evidence: &Evidence) -> Form {
    let mut out = form.clone();
    let mut current = None;
    for (name, value, place) in &evidence.live.form {
        let given = FormValue { text: value.clone(), origin: Origin::Given(*place) };
        match name.as_str() {
            "connected-accounts" if form.is_given(name) => {}
            "connected-accounts" => out.connected_accounts.push(given),
            "linked" => {
                // A bundle holds a snapshot, and both name the accounts.
                current = out.linked.iter().position(|linked| linked.account.text == *value);
                if current.is_none() && !form.is_given(name) {
                    current = Some(out.linked.len());
                    out.linked.push(LinkedAccount { account: given, reader: None });
                }
            }
            "linked-reader" => {
                if let Some(linked) = current.and_then(|at| out.linked.get_mut(at)) {
                    linked.reader.get_or_insert(given);
                }
            }
            _ if form.is_given(name) => {}
            _ => out.give(name, value, *place),
        }
    }
    out
}

/// Every call that failed, as something that was not judged.
#[must_use]
pub fn not_read(library: &Library, evidence: &Evidence) -> Vec<NotEvaluated> {
    let mut list: Vec<NotEvaluated> = evidence
        .live
        .unread
        .iter()
        .map(|unread| NotEvaluated { document: command(unread), reason: words(library, unread) })
        .collect();
    for tried in &evidence.live.tried {
        if let TriedOutcome::Lost(code, message) = &tried.outcome {
            let about = if tried.about.is_empty() { String::new() } else { format!(" {}", tried.about) };
            let document = format!("as the reader: aws {}{about}", tried.call);
            list.push(NotEvaluated { document, reason: said(code, message) });
        }
    }
    if let Some(why) = &evidence.live.cut_short {
        list.push(NotEvaluated { document: "the snapshot".to_owned(), reason: why.clone() });
    }
    list.sort();
    list.dedup();
    list
}

/// What a missing fact has to do with calls that failed; nothing if none did.
pub(super) fn why(library: &Library, evidence: &Evidence, fact: &str) -> String {
    let kin = |of: &str| match fact {
        "reader-policy-missing"
        | "reader-groups"
        | "reader-list-unread"
        | "inline-policy-missing"
        | "group-policies" => of == "reader-policy",
        "boundary-missing" => of == "boundary" || of == "reader-policy",
        "rcp" => of == "scp",
        "delivery-encryption" => matches!(of, "key-policy" | "bucket-encryption"),
        _ => of == fact,
    };
    let mut calls: Vec<&Unread> = evidence
        .live
        .unread
        .iter()
        .filter(|unread| unread.account.is_none())
        .filter(|unread| {
            let read = library.reads().get(&unread.call);
            read.is_some_and(|read| kin(&read.fact) || read.shows.values().any(|shown| shown == fact))
        })
        .collect();
    calls.sort_by(|left, right| left.call.cmp(&right.call));
    calls.dedup_by(|left, right| left.call == right.call);
    let words: Vec<String> = calls
        .iter()
        .take(3)
        .map(|unread| format!("`aws {}` failed: {}", unread.call, words(library, unread)))
        .collect();
    if words.is_empty() { String::new() } else { format!("; {}", words.join("; ")) }
}

fn command(unread: &Unread) -> String {
    let about = if unread.about.is_empty() { String::new() } else { format!(" {}", unread.about) };
    let of = unread.account.as_ref().map_or_else(String::new, |account| format!(" in account {account}"));
    format!("aws {}{about}{of}", unread.call)
}

fn words(library: &Library, unread: &Unread) -> String {
    if is_denial(&unread.code)
        && let Some(read) = library.reads().get(&unread.call)
        && !read.action.is_empty()
    {
        return format!("{}: whoever asked may not call `{}`", unread.code, read.action.join("`, `"));
    }
    said(&unread.code, &unread.message)
}

/// AWS's name of an error with its words.
fn said(code: &str, message: &str) -> String {
    let mut words = code.to_owned();
    if !message.is_empty() {
        words.push_str(": ");
        words.extend(message.chars().take(300));
    }
    words
}

/// Names of the error with which services of AWS say that a caller may not do this. `403` is a refusal without a name, as
/// a HEAD request gets it.
fn is_denial(code: &str) -> bool {
    matches!(
        code,
        "AccessDenied"
            | "AccessDeniedException"
            | "UnauthorizedOperation"
            | "AuthorizationError"
            | "403"
            | "Forbidden"
    )
}
