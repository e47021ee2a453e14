//! Actions that AWS has retired, from `retired.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

use super::glob::{self, Case};

/// An action that AWS has retired.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    action: String,
    since: String,
    replaced_by: Vec<String>,
    source: String,
    checked: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    retired: Vec<Retired>,
}

impl Retired {
    /// The full name: `aws-portal:ViewBilling`.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Since when it is retired: `2023-07`.
    #[must_use]
    pub fn since(&self) -> &str {
        &self.since
    }

    /// The actions that AWS names in its place.
    pub fn replaced_by(&self) -> impl Iterator<Item = &str> {
        self.replaced_by.iter().map(String::as_str)
    }

    /// AWS's page that says so.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// When that page was read: `2026-11`.
    #[must_use]
    pub fn checked(&self) -> &str {
        &self.checked
    }
}

/// All known retired actions, sorted by lower-case name.
#[must_use]
pub fn retired_actions() -> &'static [Retired] {
    static FILE: OnceLock<File> = OnceLock::new();
    // INVARIANT: the embedded file is valid; a test reads it.
    &FILE.get_or_init(|| toml::from_str(include_str!("retired.toml")).unwrap_or_default()).retired
}

/// The retired actions that an action pattern names: `aws-portal:*Billing` names two. Case does not count.
///
/// A pattern with a wildcard in the service, such as `*`, names none: it is not written for them.
pub fn retired(pattern: &str) -> impl Iterator<Item = &'static Retired> + use<> {
    let service =
        pattern.split_once(':').map(|(service, _)| service).filter(|named| !named.contains(['*', '?']));
    let service = service.map(str::to_ascii_lowercase);
    let of_service = move |entry: &&Retired| {
        let own = entry.action.split_once(':').map(|(own, _)| own);
        own.zip(service.as_deref())
            .is_some_and(|(own, named)| own.eq_ignore_ascii_case(named) || named.contains('$'))
    };
    let pattern = glob::pattern(pattern, Case::Folded);
    retired_actions()
        .iter()
        .filter(of_service)
        .filter(move |entry| glob::overlap(&pattern, &glob::literal(&entry.action, Case::Folded)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pattern: &str) -> Vec<&'static str> {
        retired(pattern).map(Retired::action).collect()
    }

    #[test]
    fn the_file_is_valid_sorted_and_sourced() {
        let file: File = toml::from_str(include_str!("retired.toml")).unwrap();
        let key = |entry: &Retired| entry.action.to_ascii_lowercase();
        assert!(file.retired.is_sorted_by(|one, other| key(one) < key(other)));
        assert!(file.retired.iter().all(|entry| entry.source.starts_with("https://docs.aws.amazon.com/")));
    }

    #[test]
    fn every_replacement_is_an_action() {
        for entry in retired_actions() {
            for name in entry.replaced_by() {
                assert!(crate::catalog::action(name).is_some(), "{name} in {}", entry.action());
            }
        }
    }

    #[test]
    fn patterns_name_the_retired_actions_they_cover() {
        assert_eq!(names("aws-portal:viewusage"), ["aws-portal:ViewUsage"]);
        assert_eq!(names("aws-portal:*Billing"), ["aws-portal:ModifyBilling", "aws-portal:ViewBilling"]);
        assert_eq!(names("aws-portal:*").len(), 7);
        assert!(names("*").is_empty());
        assert!(names("aws-*:*").is_empty());
        assert!(names("cur:*").is_empty());
        assert!(names("purchase-orders:GetPurchaseOrder").is_empty());
    }
}
