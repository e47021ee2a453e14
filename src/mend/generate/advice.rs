//! Advice that what was made does not follow, and why that is no fault.

use super::super::state::{Bench, State};
use crate::contract::{Ask, Demand, Form};
use crate::evidence::Evidence;
use crate::finding::{Need, Report, State as DemandState};
use crate::load;
use crate::source::Sources;

/// A demand that nothing was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The demand.
    pub demand: String,
    /// As a sentence.
    pub title: String,
    /// Where it comes from.
    pub source: String,
}

/// Advice on the settings of an export that made ones do not follow: another product needs it to be otherwise.
#[must_use]
pub fn unmet(bench: &Bench<'_>, form: &Form, export: &serde_json::Value) -> Vec<LeftOut> {
    let (mut sources, mut evidence) = (Sources::new(), Evidence::default());
    load::add_unnamed(&mut sources, "export.json", &export.to_string(), &mut evidence);
    let report = Bench { config: None, ..*bench }.judge(&State::new(sources, evidence, form.clone()));
    left_out_of(bench, &report, &|demand| matches!(demand.ask, Ask::Setting(_)))
}

pub(super) fn left_out(bench: &Bench<'_>, report: &Report) -> Vec<LeftOut> {
    left_out_of(bench, report, &|_| true)
}

fn left_out_of(bench: &Bench<'_>, report: &Report, is_meant: &dyn Fn(&Demand) -> bool) -> Vec<LeftOut> {
    let mut out: Vec<LeftOut> = Vec::new();
    for consumer in &report.consumers {
        let Some(contract) = bench.library.contract(&consumer.name) else { continue };
        let open = consumer.demands.iter().filter(|demand| {
            demand.need == Need::Advice
                && demand.state == DemandState::Broken
                && demand.section != "Discovery"
        });
        for demand in open {
            let known = contract.demands.iter().find(|each: &&Demand| each.id == demand.id);
            if !known.is_none_or(is_meant) {
                continue;
            }
            let left = LeftOut {
                demand: demand.id.clone(),
                title: demand.title.clone(),
                source: known.map(|known| known.source.clone()).unwrap_or_default(),
            };
            if !out.contains(&left) {
                out.push(left);
            }
        }
    }
    out
}
