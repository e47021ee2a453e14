//! Why rules have no fix: `rules/fixes.toml`. A rule that stands there offers none, one that does not offers one.

use crate::finding::Finding;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Reasons by rule, and by group of rules.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    #[serde(default)]
    groups: BTreeMap<String, String>,
    #[serde(default)]
    rules: BTreeMap<String, String>,
    #[serde(default)]
    bare: BTreeMap<String, String>,
    #[serde(default)]
    tried: BTreeMap<String, String>,
    #[serde(default)]
    either: BTreeMap<String, String>,
}

impl Reasons {
    /// The shipped ones; none if the shipped file cannot be read, which a test keeps from happening.
    #[must_use]
    pub fn embedded() -> Self {
        toml::from_str(include_str!("../../rules/fixes.toml")).unwrap_or_default()
    }

    /// Why a rule of a group has no fix.
    #[must_use]
    pub fn of(&self, group: &str, rule: &str) -> Option<&str> {
        let reason = self.rules.get(rule).or_else(|| self.groups.get(group)).map(String::as_str);
        reason.filter(|reason| !reason.is_empty())
    }

    /// Why a finding has none: that of its rule or group, or of a rule that offers one elsewhere and finds nothing to write into
    /// here, or whose every way was tried here and mends nothing.
    #[must_use]
    pub fn of_finding(&self, group: &str, finding: &Finding) -> Option<&str> {
        let bare = || self.bare.get(&finding.rule.0).filter(|_| finding.repairs.is_empty());
        let tried = || self.tried.get(&finding.rule.0).filter(|_| !finding.repairs.is_empty());
        let either = || self.either.get(&finding.rule.0);
        self.of(group, &finding.rule.0).or_else(|| bare().or_else(tried).or_else(either).map(String::as_str))
    }

    /// The rules that are named.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }

    /// The groups that are named.
    pub fn groups(&self) -> impl Iterator<Item = &str> {
        self.groups.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_reasons_can_be_read() {
        let reasons: Reasons = toml::from_str(include_str!("../../rules/fixes.toml")).unwrap();
        assert!(reasons.rules().count() > 0);
        assert_eq!(reasons.of("iam", "action-covered"), reasons.of("iam", "any"));
        assert_eq!(reasons.of("no-such-group", "no-such-rule"), None);
    }
}
