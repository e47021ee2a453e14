//! Codes of AWS's answers, and where they stand in a text: every client prints the code, each in a place of its own.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Some codes that mean the same, as their file has them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeGroup {
    /// As AWS writes them. `KMS.X` is `X` behind the name of another service.
    pub(super) names: Vec<String>,
    /// Whether the name is one that stands for itself in a text; `Forbidden` and `404` are not.
    #[serde(default = "yes")]
    pub(super) bare: bool,
    /// What the code tells, where AWS's text does not say something else.
    #[serde(default)]
    pub(super) set: BTreeMap<String, String>,
    /// What it tells where AWS gives no text with it.
    #[serde(default)]
    pub(super) empty: BTreeMap<String, String>,
    #[serde(rename = "source")]
    _source: String,
}

fn yes() -> bool {
    true
}

/// Every known code.
#[derive(Debug, Default)]
pub(super) struct Codes {
    groups: Vec<CodeGroup>,
    by_name: rustc_hash::FxHashMap<String, usize>,
}

/// A code in a text.
pub(super) struct CodeAt<'b> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) group: &'b CodeGroup,
}

impl Codes {
    pub(super) fn add(&mut self, groups: Vec<CodeGroup>) {
        for group in groups {
            let at = self.groups.len();
            self.by_name.extend(group.names.iter().map(|name| (name.clone(), at)));
            self.groups.push(group);
        }
    }

    /// What a code tells; the name of a service in front of it is no part of it, unless that is known as well.
    pub(super) fn get(&self, code: &str) -> Option<&CodeGroup> {
        let short = || self.by_name.get(code.rsplit_once('.')?.1);
        self.groups.get(*self.by_name.get(code).or_else(short)?)
    }

    /// A code without the service in front of it, unless that belongs to it.
    pub(super) fn name<'c>(&self, code: &'c str) -> &'c str {
        match code.rsplit_once('.') {
            Some((_, short)) if !self.by_name.contains_key(code) => short,
            _ => code,
        }
    }

    /// The codes that stand in a text by themselves.
    pub(super) fn find_in<'t>(&'t self, text: &'t str) -> impl Iterator<Item = CodeAt<'t>> + 't {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
        let bytes = text.as_bytes();
        let mut at = 0;
        std::iter::from_fn(move || {
            loop {
                let start = at + bytes.get(at..)?.iter().position(|byte| is_part(*byte))?;
                let rest = bytes.get(start..)?;
                let end = start + rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len());
                at = end;
                let word = text.get(start..end)?.trim_end_matches('.');
                // Codes have capital letters, or are several words in one.
                let is_coded = |byte: u8| byte.is_ascii_uppercase() || matches!(byte, b'.' | b'_');
                if word.len() < 8 || !word.bytes().any(is_coded) {
                    continue;
                }
                if let Some(group) = self.get(word).filter(|group| group.bare) {
                    return Some(CodeAt { start, end: start + word.len(), group });
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes() -> Codes {
        let group = |names: &[&str], bare| CodeGroup {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            bare,
            set: BTreeMap::new(),
            empty: BTreeMap::new(),
            _source: String::new(),
        };
        let mut codes = Codes::default();
        codes.add(vec![
            group(&["AccessDenied", "NoSuchBucket"], true),
            group(&["KMS.NotFoundException"], true),
            group(&["Forbidden"], false),
        ]);
        codes
    }

    fn found(text: &str) -> Vec<&str> {
        codes().find_in(text).map(|code| text.get(code.start..code.end).unwrap()).collect()
    }

    #[test]
    fn a_code_is_a_whole_word() {
        assert_eq!(
            found("<Code>AccessDenied</Code> x.y.NoSuchBucket: z"),
            ["AccessDenied", "x.y.NoSuchBucket"]
        );
        assert_eq!(found("accessdenied AccessDeniedTwice"), Vec::<&str>::new());
    }

    #[test]
    fn a_name_that_prose_has_too_stands_for_nothing() {
        assert_eq!(found("it is Forbidden"), Vec::<&str>::new());
        assert!(codes().get("Forbidden").is_some());
    }

    #[test]
    fn the_service_in_front_may_be_a_part_of_the_name() {
        assert!(codes().get("KMS.NotFoundException").is_some());
        assert!(codes().get("Client.AccessDenied").is_some());
        assert!(codes().get("NotFoundException").is_none());
    }
}
