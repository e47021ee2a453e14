//! Ranges of addresses under `aws:SourceIp`.

use super::doc::{Doc, Out};
use crate::eval::Network;
use crate::policy::{BaseOperator, TextKind};

pub(super) fn look(doc: &Doc<'_>, out: &mut Out) {
    let clauses = doc.policy.statements.iter().flat_map(|statement| &statement.clauses);
    for clause in clauses {
        let Some(operator) = clause.parsed.filter(|operator| operator.base == BaseOperator::IpAddress) else {
            continue;
        };
        let readable = clause.values.iter().filter(|value| value.kind == TextKind::String);
        let ranges: Vec<_> =
            readable.filter_map(|value| Some((value, Network::parse(&value.value)?))).collect();
        for (value, range) in &ranges {
            if let Some((address, _)) = value.value.split_once('/')
                && let Some(first) = Network::parse(address).map(|address| address.bounds().0)
                && first != range.bounds().0
            {
                out.push("network", "host-bits", value.span, &[("found", &value.value)]);
            }
        }
        if !clause.key.value.eq_ignore_ascii_case("aws:SourceIp") || ranges.len() != clause.values.len() {
            continue;
        }
        let private: Vec<_> = ranges.iter().filter(|(_, range)| range.is_private()).collect();
        let Some((first, _)) = private.first() else { continue };
        let case = match (private.len() == ranges.len(), operator.negated) {
            (true, false) => "private",
            (true, true) => "private-not",
            (false, false) => "private-some",
            (false, true) => "private-not-some",
        };
        out.push(
            "network",
            case,
            first.span,
            &[("found", &first.value), ("operator", &clause.operator.value)],
        );
    }
}
