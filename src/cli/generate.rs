//! `preflight generate`

use super::args::{GenerateArgs, What, Written};
use super::check::Run;
use super::{Exit, terminal};
use crate::contract::{Ask, Contract, Form, ReadsAs, conflicts};
use crate::finding::ConflictKind;
use crate::judge::billing_region_of;
use crate::load;
use crate::mend::Bench;
use crate::mend::generate::{self, OutputForm, Part, Reader, Set};
use crate::render::conflict_words as words;
use anyhow::Context;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    let run = Run::form_only(&args.check)?;
    let bench = run.bench();
    let mut form: Form = run.config.form.clone();
    let contracts: Vec<&Contract> =
        bench.consumers.iter().filter_map(|name| bench.library.contract(name)).collect();
    let contract = *contracts.first().context("no consumer is named")?;
    for default in contracts.iter().flat_map(|contract| &contract.defaults) {
        form.presume(&default.name, &default.value, &default.because);
    }
    go_together(&bench, &contracts, &run.config.form)?;
    let wanted = match args.what {
        What::BucketPolicy => Some(Part::BucketPolicy),
        What::ReaderPolicy => Some(Part::ReaderPolicy),
        What::DiscoveryPolicy => Some(Part::DiscoveryPolicy),
        What::TrustPolicy => Some(Part::TrustPolicy),
        What::All | What::Export => None,
    };
    if let Some(part) = wanted {
        for contract in &contracts {
            anyhow::ensure!(
                Part::of(contract).contains(&part),
                "{} asks for no {}: it reads with {}",
                contract.product,
                part.name().replace('-', " "),
                contract.reader.words()
            );
        }
    }
    let reads = |contract: &Contract| {
        contract.demands.iter().any(|demand| matches!(demand.ask, Ask::Setting(_) | Ask::Export(_)))
    };
    let reads_exports = contracts.iter().any(|contract| reads(contract));
    anyhow::ensure!(
        reads_exports || args.what != What::Export,
        "{} asks for no export of its own",
        contract.product
    );
    let parts: Vec<Part> = match (wanted, args.what) {
        (Some(part), _) => vec![part],
        (None, What::All) => {
            let all: BTreeSet<Part> = contracts.iter().flat_map(|contract| Part::of(contract)).collect();
            all.into_iter().collect()
        }
        (None, _) => Vec::new(),
    };
    let mut into = BTreeMap::new();
    if let Some(file) = &args.into {
        let [part] = parts.as_slice() else { anyhow::bail!("--into goes with one policy") };
        into.insert(*part, load::read_text(file)?);
    }
    let presumed = if contract.reader == ReadsAs::Role { "role/reader" } else { "user/reader" };
    let reader = Reader::of(form.text("reader").unwrap_or(presumed));
    let mut set = Set {
        legacy: form.text("export-type") == Some("cur-legacy"),
        billing_region: billing_region_of(&form),
        bucket: form.text("bucket").unwrap_or_default().to_owned(),
        reader,
        is_set: args.what == What::All,
        is_added_to: args.into.is_some(),
        judged_by: judged_by(bench.consumers, &run.config.form),
        ..Set::default()
    };
    if !parts.is_empty() {
        // Each product's own defaults are presumed for it alone.
        let made = generate::policies(&bench, &run.config.form, &into)?;
        for part in &parts {
            let Some(text) = made.texts.get(part).cloned() else {
                let name = part.name().replace('-', " ");
                terminal::talk(&format!("left out: the {name}: the reader's policy allows all of it"));
                continue;
            };
            set.policies.push((part.name(), text));
        }
        for headline in &made.stays {
            terminal::talk(&format!("stays, its owner decides: {headline}"));
        }
        for left in &made.left_out {
            terminal::talk(&format!(
                "left out: {} ({}): the import works without it; {}",
                left.title, left.demand, left.source
            ));
        }
        for unknown in &made.report.unknown {
            terminal::talk(&format!("cannot tell: {}: {}", unknown.demand, unknown.reason));
        }
    }
    if reads_exports && matches!(args.what, What::Export | What::All) {
        let export = generate::export(&bench, &form, &args.bucket_region)?;
        for left in generate::unmet(&bench, &run.config.form, &export) {
            terminal::talk(&format!(
                "left out: {} ({}): the import works without it; {}",
                left.title, left.demand, left.source
            ));
        }
        set.export = Some(export);
    }
    let form = match args.form {
        Written::Json => OutputForm::Json,
        Written::Terraform => OutputForm::Terraform,
        Written::Cloudformation => OutputForm::CloudFormation,
        Written::Script => OutputForm::Script,
    };
    terminal::print(&generate::write(&set, form))?;
    Ok(Exit::Ready)
}

/// The flags by which `check` judges for the same products and the same form.
fn judged_by(consumers: &[String], form: &Form) -> Vec<(String, String)> {
    let named = consumers.iter().map(|name| ("consumer".to_owned(), name.clone()));
    let values = form.iter().map(|(name, value)| (name.to_owned(), value.text.clone()));
    let connected = form.connected_accounts.iter();
    let connected = connected.map(|account| ("connected-account".to_owned(), account.text.clone()));
    named.chain(values).chain(connected).collect()
}

/// Refuses products that one export, or one reader, cannot serve together.
fn go_together(bench: &Bench<'_>, contracts: &[&Contract], form: &Form) -> anyhow::Result<()> {
    let Some(first) = contracts.first() else { return Ok(()) };
    if let Some(other) = contracts.iter().find(|other| other.reader != first.reader) {
        anyhow::bail!(
            "{} reads with {} and {} with {}: write the documents of each by themselves",
            first.product,
            first.reader.words(),
            other.product,
            other.reader.words()
        );
    }
    let with_defaults = |contract: &Contract| {
        let mut form = form.clone();
        for default in &contract.defaults {
            form.presume(&default.name, &default.value, &default.because);
        }
        form
    };
    let forms: Vec<(&Contract, Form)> =
        contracts.iter().map(|contract| (*contract, with_defaults(contract))).collect();
    let found = conflicts(&forms, bench.library.requests());
    if let Some(conflict) = found.iter().find(|conflict| conflict.is_needed()) {
        anyhow::bail!(
            "one export cannot serve them together: they exclude each other in {}; `preflight consumers --conflicts` tells all",
            conflict.about
        );
    }
    // What one of them advises and the other excludes, one of them goes without.
    for conflict in &found {
        let (sentence, _) = words(conflict);
        let lead = match conflict.kind {
            ConflictKind::Export => "cannot all be met",
            ConflictKind::Statement => "to be kept apart",
        };
        terminal::talk(&format!("{lead}: {sentence}"));
    }
    Ok(())
}
