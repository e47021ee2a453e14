//! Advice that generated policies follow.

use preflight::finding::{Report, State as Answer};
use preflight::judge::Library;

/// Whether advice is not followed that generated policies do follow.
pub(super) fn leaves_advice(library: &Library, report: &Report) -> bool {
    report.consumers.iter().any(|consumer| {
        let demands = &library.contract(&consumer.name).unwrap().demands;
        let is_generated = |id: &str| demands.iter().any(|demand| demand.id == id && demand.is_generated);
        consumer.demands.iter().any(|demand| demand.state == Answer::Broken && is_generated(&demand.id))
    })
}
