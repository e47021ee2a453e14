//! Demands that would look at something which AWS was asked for and did not tell. Not mailed is not looked at; asked for and
//! refused is not known, whatever the rest says.

use super::export;
use super::subject::{FactRef, Subject};
use crate::contract::{Demand, Reads};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What a demand waits for that would be asked if AWS had told: nothing if it would not be asked then either.
#[must_use]
pub fn refused(subject: &Subject<'_>, demand: &Demand, reads: &Reads) -> Option<Vec<FactRef>> {
    let live = &subject.evidence.live;
    if live.unread.is_empty() && live.cut_short.is_none() {
        return None;
    }
    let facts = RefCell::new(BTreeSet::new());
    let is_there = |kind: &str| {
        super::has(subject, kind)
            || waits_for(subject, kind, reads).is_some_and(|fact| {
                facts.borrow_mut().insert(FactRef::new(fact));
                true
            })
    };
    let is_asked = demand.is_asked(subject.form, is_there) && export::is_asked(subject, &demand.ask);
    let facts: Vec<FactRef> = facts.into_inner().into_iter().collect();
    (is_asked && !facts.is_empty()).then_some(facts)
}

/// The fact that is missing because an answer of this kind was refused, or was not waited for.
fn waits_for<'r>(subject: &Subject<'_>, kind: &str, reads: &'r Reads) -> Option<&'r str> {
    let evidence = subject.evidence;
    // A delivered object shows its encryption, whatever the bucket's default is.
    if kind == "kms" && evidence.bucket.needs_key().is_some() {
        return None;
    }
    let of_type = |wanted: &Option<String>| {
        let typed = subject.form.text("export-type");
        wanted.as_deref().is_none_or(|wanted| typed.is_none_or(|typed| typed == wanted))
    };
    let is_open = |call: &str| {
        let refused = &evidence.live.unread;
        evidence.live.cut_short.is_some()
            || refused.iter().any(|unread| unread.call == call && unread.account.is_none())
    };
    reads
        .list
        .iter()
        .filter(|read| of_type(&read.export_type) && is_open(&read.call))
        .find_map(|read| read.shows.get(kind).map(String::as_str))
}
