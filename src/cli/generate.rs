//! `preflight generate`

use super::args::{GenerateArgs, What, Written};
use super::check::Run;
use super::{Exit, terminal};
use crate::contract::{Ask, Form, ReadsAs};
use crate::load;
use crate::mend::generate::{self, OutputForm, Part, Reader, Set};
use anyhow::Context;
use std::collections::BTreeMap;

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    let run = Run::form_only(&args.check)?;
    let bench = run.bench();
    let mut form: Form = run.config.form.clone();
    let name = bench.consumers.first().context("no consumer is named")?;
    let contract = bench.library.contract(name).context("no consumer is named")?;
    anyhow::ensure!(bench.consumers.len() == 1, "documents are written for one consumer; name one");
    for default in &contract.defaults {
        form.presume(&default.name, &default.value, &default.because);
    }
    let asked = Part::of(contract);
    let wanted = match args.what {
        What::BucketPolicy => Some(Part::BucketPolicy),
        What::ReaderPolicy => Some(Part::ReaderPolicy),
        What::DiscoveryPolicy => Some(Part::DiscoveryPolicy),
        What::TrustPolicy => Some(Part::TrustPolicy),
        What::All | What::Export => None,
    };
    if let Some(part) = wanted {
        anyhow::ensure!(
            asked.contains(&part),
            "{} asks for no {}: it reads with {}",
            contract.product,
            part.name().replace('-', " "),
            contract.reader.words()
        );
    }
    let reads_exports =
        contract.demands.iter().any(|demand| matches!(demand.ask, Ask::Setting(_) | Ask::Export(_)));
    anyhow::ensure!(
        reads_exports || args.what != What::Export,
        "{} asks for no export of its own",
        contract.product
    );
    let parts: Vec<Part> = match (wanted, args.what) {
        (Some(part), _) => vec![part],
        (None, What::All) => asked,
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
        bucket: form.text("bucket").unwrap_or_default().to_owned(),
        reader,
        ..Set::default()
    };
    if !parts.is_empty() {
        let made = generate::policies(&bench, &form, &into)?;
        for part in &parts {
            let Some(text) = made.texts.get(part).cloned() else {
                let name = part.name().replace('-', " ");
                terminal::talk(&format!("left out: the {name}: the reader's policy allows all of it"));
                continue;
            };
            set.policies.push((part.name(), text));
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
        set.export = Some(generate::export(&bench, &form, &args.bucket_region)?);
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
