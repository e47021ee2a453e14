//! `preflight consumers`

use super::{Exit, terminal};
use crate::finding::Need;
use crate::judge::Library;
use std::fmt::Write;

pub(super) fn run() -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let mut out = String::new();
    for name in library.consumers() {
        let contract = match library.consumer(name) {
            Ok(contract) => contract,
            Err(fault) => anyhow::bail!("{fault}"),
        };
        let Some(contract) = contract else { continue };
        let needed = contract.demands.iter().filter(|demand| demand.need == Need::Needed).count();
        let advice = contract.demands.len() - needed;
        writeln!(out, "{}\n  {}", contract.name, contract.title)?;
        writeln!(
            out,
            "  {needed} demands are needed, {advice} are advice; sources read {}",
            contract.checked
        )?;
        if let Some(guide) = &contract.guide {
            writeln!(out, "  guide: {guide}")?;
        }
    }
    terminal::print(&out)?;
    Ok(Exit::Ready)
}
