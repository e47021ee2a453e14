//! How sure a contract is, said beside what was found.

use super::Library;
use crate::contract::{Confidence, Contract};
use crate::finding::{Assumed, DemandReport};

/// What of the contract is not sure, as something that is presumed.
pub(super) fn doubts(library: &Library, contract: &Contract, asked: &[DemandReport]) -> Vec<Assumed> {
    let phrases = library.phrases();
    if contract.confidence == Confidence::Low {
        let text = phrases.say("contract-unsure", &[("product", &contract.product)]);
        return vec![Assumed { text, source: contract.guide.clone() }];
    }
    let unsure = contract.demands.iter().filter(|demand| demand.confidence == Confidence::Low);
    unsure
        .filter_map(|demand| Some((demand, asked.iter().find(|entry| entry.id == demand.id)?)))
        .map(|(demand, entry)| Assumed {
            text: phrases.say(
                "demand-unsure",
                &[("product", contract.product.as_str()), ("demand", entry.title.as_str())],
            ),
            source: Some(demand.source.clone()),
        })
        .collect()
}
