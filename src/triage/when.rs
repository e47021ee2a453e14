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
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let starts = |text: &[u8], part: &[u8]| {
        text.get(..part.len()).is_some_and(|start| start.eq_ignore_ascii_case(part))
    };
    let mut parts = pattern.split(|byte| *byte == b'*');
    let first = parts.next().unwrap_or_default();
    if !starts(text, first) {
        return false;
    }
    let mut rest = text.get(first.len()..).unwrap_or_default();
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some(at) = (0..=rest.len()).find(|at| starts(rest.get(*at..).unwrap_or_default(), before))
            else {
                return false;
            };
            rest = rest.get(at + before.len()..).unwrap_or_default();
        }
    }
    match last {
        None => rest.is_empty(),
        Some(last) => rest
            .len()
            .checked_sub(last.len())
            .is_some_and(|at| starts(rest.get(at..).unwrap_or_default(), last)),
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text) in
            [("a*c", "ABBC"), ("a*b*c", "a-b-b-c"), ("*", ""), ("abc", "aBc"), ("*x", "x"), ("a**b", "ab")]
        {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "abcd"), ("ab", "abc"), ("a*ba", "aba2"), ("aa*aa", "aaa"), ("", "a")]
        {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
