//! Which facts a row of `rules/messages` is for, and sentences with holes.

use crate::finding::triage::Facts;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One text, or several of which one fits.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Wanted {
    One(String),
    Any(Vec<String>),
}

pub(super) type When = BTreeMap<String, Wanted>;

/// Fills the holes of a template.
pub(super) fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(&value(name));
        rest = behind;
    }
    out.push_str(rest);
    out
}

pub(super) fn holds(when: &When, facts: &Facts) -> bool {
    let one = |wanted: &str, found: Option<&str>| match found {
        None => wanted.is_empty(),
        Some(found) => !wanted.is_empty() && fits(wanted, found),
    };
    when.iter().all(|(name, wanted)| match wanted {
        Wanted::One(wanted) => one(wanted, facts.get(name)),
        Wanted::Any(list) => list.iter().any(|wanted| one(wanted, facts.get(name))),
    })
}

/// Whether a text fits a pattern in which `*` is any text; letters in either case.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_ascii_lowercase(), text.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some((_, behind)) = rest.split_once(before) else { return false };
            rest = behind;
        }
    }
    match last {
        None => rest.is_empty(),
        Some(last) => rest.ends_with(last),
    }
}
