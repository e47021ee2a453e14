//! `preflight generate`

use super::args::{GenerateArgs, What, Written};
use super::check::Run;
use super::{Exit, terminal};
use crate::contract::Form;
use crate::load;
use crate::mend::generate::{self, OutputForm, Part, Set};
use std::collections::BTreeMap;

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<Exit> {
    anyhow::ensure!(
        args.what != What::TrustPolicy,
        "no consumer known here reads with a role, so there is no trust policy to write: the product gets a user's key"
    );
    let run = Run::form_only(&args.check)?;
    let bench = run.bench();
    let mut form: Form = run.config.form.clone();
    if let Some(contract) = bench.consumers.first().and_then(|name| bench.library.contract(name)) {
        for default in &contract.defaults {
            form.presume(&default.name, &default.value, &default.because);
        }
    }
    let parts: &[Part] = match args.what {
        What::BucketPolicy => &[Part::BucketPolicy],
        What::ReaderPolicy => &[Part::ReaderPolicy],
        What::DiscoveryPolicy => &[Part::DiscoveryPolicy],
        What::All => &[Part::BucketPolicy, Part::ReaderPolicy, Part::DiscoveryPolicy],
        What::Export | What::TrustPolicy => &[],
    };
    let mut into = BTreeMap::new();
    if let Some(file) = &args.into {
        let [part] = parts else { anyhow::bail!("--into goes with one policy") };
        into.insert(*part, load::read_text(file)?);
    }
    let user = form.text("reader").map_or("reader", |arn| arn.rsplit('/').next().unwrap_or(arn)).to_owned();
    let mut set = Set {
        legacy: form.text("export-type") == Some("cur-legacy"),
        bucket: form.text("bucket").unwrap_or_default().to_owned(),
        user,
        ..Set::default()
    };
    if !parts.is_empty() {
        let made = generate::policies(&bench, &form, &into)?;
        for part in parts {
            let text = made.texts.get(part).cloned().unwrap_or_default();
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
    if matches!(args.what, What::Export | What::All) {
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
