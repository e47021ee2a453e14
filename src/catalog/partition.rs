//! Partitions and regions, from `partitions.toml`.

use std::sync::OnceLock;

use serde::Deserialize;

/// A partition: a group of regions that share accounts, and the second field of every ARN in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    name: String,
    dns_suffix: String,
    regions: Vec<String>,
    billing: Option<Billing>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Billing {
    region: String,
    #[serde(default)]
    in_arns: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    partition: Vec<Partition>,
}

impl Partition {
    /// The name as ARNs write it: `aws-cn`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the host names of its services end with: `amazonaws.com.cn`.
    #[must_use]
    pub fn dns_suffix(&self) -> &str {
        &self.dns_suffix
    }

    /// Its regions, sorted.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        self.regions.iter().map(String::as_str)
    }

    /// The Region in which reports and exports are made, as far as AWS says it; else the first of the partition.
    #[must_use]
    pub fn billing_region(&self) -> &str {
        let said = self.billing.as_ref().map(|billing| billing.region.as_str());
        said.or(self.regions().next()).unwrap_or_default()
    }

    /// The Regions that ARNs of reports and exports may name: one where AWS says which, else every Region of the partition.
    pub fn billing_regions(&self) -> impl Iterator<Item = &str> {
        let said = self.billing.as_ref().filter(|billing| billing.in_arns);
        self.regions().filter(move |region| said.is_none_or(|billing| billing.region == *region))
    }
}

/// A partition by its name.
#[must_use]
pub fn partition(name: &str) -> Option<&'static Partition> {
    partitions().iter().find(|partition| partition.name == name)
}

/// All known partitions, sorted by name. AWS opens new ones seldom, new regions every year; a name that is not here is
/// unknown, not wrong.
#[must_use]
pub fn partitions() -> &'static [Partition] {
    static FILE: OnceLock<File> = OnceLock::new();
    // INVARIANT: the embedded file is valid; a test reads it.
    &FILE.get_or_init(|| toml::from_str(include_str!("partitions.toml")).unwrap_or_default()).partition
}

/// The partition that a region belongs to. Case counts, as it does in an ARN.
#[must_use]
pub fn partition_of_region(region: &str) -> Option<&'static Partition> {
    partitions().iter().find(|partition| partition.regions().any(|known| known == region))
}

/// Whether this is the name of a known region of any partition.
#[must_use]
pub fn is_region(region: &str) -> bool {
    partition_of_region(region).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_valid_and_sorted() {
        let file: File = toml::from_str(include_str!("partitions.toml")).unwrap();
        assert!(file.partition.is_sorted_by(|one, other| one.name < other.name));
        for partition in &file.partition {
            assert!(partition.regions.is_sorted_by(|one, other| one < other), "{}", partition.name);
            assert!(partition.regions().any(|region| region == partition.billing_region()));
        }
    }

    #[test]
    fn arns_of_exports_name_one_region_where_aws_says_which() {
        let of = |name: &str| partition(name).unwrap().billing_regions().collect::<Vec<_>>();
        assert_eq!(of("aws"), ["us-east-1"]);
        assert_eq!(of("aws-cn"), ["cn-north-1", "cn-northwest-1"]);
        assert_eq!(partition("aws-cn").unwrap().billing_region(), "cn-northwest-1");
        assert_eq!(of("aws-us-gov"), ["us-gov-east-1", "us-gov-west-1"]);
    }

    #[test]
    fn regions_belong_to_one_partition() {
        assert!(is_region("us-east-1"));
        assert!(is_region("cn-northwest-1"));
        assert_eq!(partition_of_region("us-gov-west-1").unwrap().name(), "aws-us-gov");
        for unknown in ["", "us-east", "us-east-9", "US-EAST-1", "us-east-1a", "aws-global"] {
            assert!(!is_region(unknown), "{unknown}");
        }
    }
}
