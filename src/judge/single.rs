//! Findings of single demands, for who asks about one.

use super::{Job, Library, group_of, prepare, state_of, words};
use crate::checks::{self, Cause};
use crate::finding::Finding;

/// Every finding of these demands, those too that a report tells together with another demand's: one wrong ARN breaks several
/// demands, and is told once.
#[must_use]
pub fn findings_of(library: &Library, job: &Job<'_>, consumer: &str, demands: &[String]) -> Vec<Finding> {
    let Some(contract) = library.contract(consumer) else { return Vec::new() };
    let prepared = prepare(library, job, contract);
    let subject = prepared.subject(library, job, contract);
    let wanted = contract.demands.iter().filter(|demand| demands.contains(&demand.id));
    wanted
        .filter(|demand| checks::is_asked(&subject, demand))
        .flat_map(|demand| {
            let outcome = checks::put(&subject, demand);
            let answered = Some((demand, state_of(&outcome)));
            let told = |cause: &Cause| words::finding(library, cause, &group_of(demand), answered);
            outcome.causes.iter().map(told).collect::<Vec<_>>()
        })
        .collect()
}
