//! `preflight consumers`

use super::args::ConsumersArgs;
use super::{Exit, terminal};
use crate::contract::{Ask, Confidence, Contract, FORM_CHOICES, Form, conflicts, needed_settings};
use crate::finding::Need;
use crate::judge::Library;
use crate::render::conflict_words;
use std::fmt::Write;

pub(super) fn run(args: &ConsumersArgs) -> anyhow::Result<Exit> {
    let library = Library::embedded()?;
    let mut contracts: Vec<&Contract> = Vec::new();
    let all: Vec<&str> = library.consumers().collect();
    let names = if args.names.is_empty() { all } else { args.names.iter().map(String::as_str).collect() };
    for name in names {
        match library.consumer(name) {
            Ok(Some(contract)) => contracts.push(contract),
            Ok(None) => anyhow::bail!("there is no consumer `{name}` (`preflight consumers` lists all)"),
            Err(fault) => anyhow::bail!("{fault}"),
        }
    }
    let out = if args.conflicts {
        excluded(&library, &contracts)?
    } else if args.markdown {
        table(&contracts)?
    } else {
        list(&contracts)?
    };
    terminal::print(&out)?;
    Ok(Exit::Ready)
}

/// The form as a contract presumes it.
fn form_of(contract: &Contract) -> Form {
    let mut form = Form::new();
    for default in &contract.defaults {
        form.presume(&default.name, &default.value, &default.because);
    }
    form
}

fn excluded(library: &Library, contracts: &[&Contract]) -> anyhow::Result<String> {
    let forms: Vec<(&Contract, Form)> =
        contracts.iter().map(|contract| (*contract, form_of(contract))).collect();
    let mut out = String::new();
    for conflict in conflicts(&forms, library.requests()) {
        let (sentence, sources) = conflict_words(&conflict);
        writeln!(out, "{sentence}")?;
        for source in sources {
            writeln!(out, "  {source}")?;
        }
    }
    if out.is_empty() {
        out.push_str("nothing that one of them asks excludes what another asks\n");
    }
    Ok(out)
}

/// The kinds of exports that a contract reads; none if it reads no export.
fn export_types(contract: &Contract) -> Vec<&str> {
    let mut demands = contract.demands.iter();
    if !demands.any(|demand| matches!(demand.ask, Ask::Setting(_) | Ask::Export(_))) {
        return Vec::new();
    }
    let choices =
        FORM_CHOICES.iter().find(|(name, _)| *name == "export-type").map_or(&[][..], |(_, all)| all);
    let takes = |choice: &&&str| {
        contract.demands.iter().all(|demand| match &demand.ask {
            Ask::Form { name, one_of } if name == "export-type" => {
                one_of.iter().any(|value| value == **choice)
            }
            _ => true,
        })
    };
    choices.iter().filter(takes).copied().collect()
}

/// What is needed of the settings of each kind of exports.
fn settings(contract: &Contract) -> Vec<(String, String)> {
    let form = form_of(contract);
    export_types(contract)
        .into_iter()
        .filter_map(|kind| {
            let words: Vec<String> = needed_settings(contract, &form, kind)
                .map(|(name, needs)| format!("{name} {needs}"))
                .collect();
            (!words.is_empty()).then(|| (kind.to_owned(), words.join(", ")))
        })
        .collect()
}

fn confidence(contract: &Contract) -> &'static str {
    let is_low = |confidence: Confidence| confidence == Confidence::Low;
    if is_low(contract.confidence) {
        "low"
    } else if contract.demands.iter().any(|demand| is_low(demand.confidence)) {
        "high, of some demands low"
    } else {
        "high"
    }
}

fn list(contracts: &[&Contract]) -> anyhow::Result<String> {
    let mut out = String::new();
    for contract in contracts {
        let needed = contract.demands.iter().filter(|demand| demand.need == Need::Needed).count();
        let advice = contract.demands.len() - needed;
        writeln!(out, "{}\n  {}", contract.name, contract.title)?;
        writeln!(
            out,
            "  {needed} demands are needed, {advice} are advice; sources read {}",
            contract.checked
        )?;
        writeln!(out, "  reads with: {}", contract.reader.words())?;
        let types = export_types(contract);
        if !types.is_empty() {
            writeln!(out, "  reads: {}", types.join(" or "))?;
        }
        for (kind, words) in settings(contract) {
            writeln!(out, "  needs of a {kind} export: {words}")?;
        }
        writeln!(out, "  confidence: {}", confidence(contract))?;
        if let Some(note) = &contract.note {
            writeln!(out, "  note: {note}")?;
        }
        if let Some(guide) = &contract.guide {
            writeln!(out, "  guide: {guide}")?;
        }
    }
    Ok(out)
}

fn table(contracts: &[&Contract]) -> anyhow::Result<String> {
    let mut out = String::from(
        "| consumer | product | reads with | export | needs of its settings | confidence |\n|---|---|---|---|---|---|\n",
    );
    for contract in contracts {
        let types = export_types(contract).join(", ");
        let words: Vec<String> = settings(contract)
            .into_iter()
            .map(|(kind, words)| if types.contains(',') { format!("{kind}: {words}") } else { words })
            .collect();
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            contract.name,
            contract.product,
            contract.reader.words(),
            if types.is_empty() { "none" } else { &types },
            words.join("; "),
            confidence(contract)
        )?;
    }
    Ok(out)
}
