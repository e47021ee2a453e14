//! What was handed in and what no contract of the run asks anything of: said, so that silence is not taken for a yes.

use super::Library;
use crate::contract::{Ask, Contract};
use crate::evidence::Evidence;
use crate::finding::NotEvaluated;
use crate::source::{SourceId, Sources};

/// The answers about the bucket's objects and about exports that nobody asked for.
pub(super) fn unasked(
    library: &Library,
    sources: &Sources,
    evidence: &Evidence,
    contracts: &[&Contract],
) -> Vec<NotEvaluated> {
    let asks = |wanted: fn(&Ask) -> bool| {
        contracts.iter().flat_map(|contract| &contract.demands).any(|demand| wanted(&demand.ask))
    };
    let mut of: Vec<SourceId> = Vec::new();
    if !asks(|ask| matches!(ask, Ask::Layout(_))) {
        of.extend(evidence.listing.sources());
    }
    if !asks(|ask| matches!(ask, Ask::Export(_) | Ask::Setting(_))) {
        of.extend(evidence.exports.sources());
    }
    of.sort();
    of.dedup();
    let products: Vec<&str> = contracts.iter().map(|contract| contract.product.as_str()).collect();
    let reason = library.phrases().say("not-asked", &[("product", &products.join(", "))]);
    let name = |source: SourceId| sources.get(source).name().to_owned();
    of.into_iter().map(|source| NotEvaluated { document: name(source), reason: reason.clone() }).collect()
}
