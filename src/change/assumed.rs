//! What was taken for true when two policies were compared.

use super::layers::only_denies;
use super::{Kind, Limit};
use crate::eval::Network;
use crate::finding::Assumed;
use crate::finding::change::{Comparison, Effect};
use crate::policy::{BaseOperator, Policy};

/// Writes down what was taken for true in a comparison of two policies of a kind, for an account if one is named.
pub(super) fn note(
    comparison: &mut Comparison,
    kind: Kind,
    account: Option<&str>,
    policies: [Option<&Policy>; 2],
) {
    let any = |test: fn(&Policy) -> bool| policies.into_iter().flatten().any(test);
    let is_same = comparison.effect == Effect::Same;
    let mut say = |text: String| comparison.assumed.push(Assumed { text, source: None });
    if account.is_none() {
        say(match kind {
            Kind::Identity | Kind::Limit(Limit::Boundary | Limit::Session | Limit::Scp) => {
                "who has the policy is in an account that neither document names (`--account` says otherwise)"
            }
            Kind::Resource(_) | Kind::Trust | Kind::Limit(Limit::Rcp | Limit::Endpoint) => {
                "the resource belongs to an account that neither document names (`--account` says otherwise)"
            }
        }
        .to_owned());
    }
    if any(tests_private_addresses) {
        say("no request comes with a private address under `aws:SourceIp`: AWS does not fill that in"
            .to_owned());
    }
    if kind == Kind::Limit(Limit::Scp) && any(only_denies) {
        say("`FullAWSAccess` is attached beside a service control policy that only denies".to_owned());
    }
    // What decides alike does so whatever stands beside it.
    if is_same {
        return;
    }
    match kind {
        Kind::Identity | Kind::Resource(_) | Kind::Trust => say(
            "no other policy is in the way: what the two documents give is compared, not what callers end up with"
                .to_owned(),
        ),
        Kind::Limit(limit) => {
            let name = match limit {
                Limit::Boundary => "a permissions boundary",
                Limit::Session => "a session policy",
                Limit::Scp => "a service control policy",
                Limit::Rcp => "a resource control policy",
                Limit::Endpoint => "the policy of a VPC endpoint",
            };
            say(format!(
                "{name} gives nothing by itself: gained is what it no longer stops, lost is what it now stops, if another \
                 policy allows it"
            ));
        }
    }
    say(format!("actions are those that AWS published by {}", crate::catalog::data_version().date));
}

/// Whether a policy asks for addresses that a request does not carry.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip> (checked 2026-11)
fn tests_private_addresses(policy: &Policy) -> bool {
    let clauses = policy.statements.iter().flat_map(|statement| &statement.clauses);
    let of_address = clauses.filter(|clause| {
        clause.parsed.is_some_and(|operator| operator.base == BaseOperator::IpAddress)
            && clause.key.value.eq_ignore_ascii_case("aws:SourceIp")
    });
    let mut ranges =
        of_address.flat_map(|clause| &clause.values).filter_map(|value| Network::parse(&value.value));
    ranges.any(|range| range.is_private())
}
