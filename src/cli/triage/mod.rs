//! `preflight triage`

pub(super) mod args;

use super::check::Run;
use super::{Exit, terminal};
use crate::finding::triage::{Standing, Triage};
use crate::load;
use crate::render::json::triage_v1;
use crate::render::{self, triage as drawn};
use crate::triage::{Bench, Book, Collector, Item};
use args::{TriageArgs, TriageFormat};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &TriageArgs) -> anyhow::Result<Exit> {
    let book = Book::embedded()?;
    let check = args.check()?;
    let run = if args.has_evidence() { Run::prepare(&check, None)? } else { Run::form_given(&check)? };
    let consumer = run.consumers.first().cloned().unwrap_or_default();
    let bench = Bench {
        book: &book,
        library: &run.library,
        consumer: &consumer,
        sources: &run.sources,
        evidence: &run.evidence,
        form: &run.config.form,
        now: run.now(),
        strict: false,
    };
    let mut collector = Collector::new(bench);
    match args.symptom {
        Some(symptom) => {
            if let Some(item) = Item::symptom(symptom.name()) {
                collector.take(&item);
            }
        }
        None => {
            let path = args.file.clone().unwrap_or_else(|| PathBuf::from("-"));
            collector.take(&Item::of(text(&path)?));
        }
    }
    let answer = collector.finish();
    let style = terminal::style(args.color, args.quiet);
    let shown = match args.format {
        TriageFormat::Human => drawn::render(&answer, &run.sources, &style),
        TriageFormat::Json => triage_v1::render(&answer, &run.sources),
        TriageFormat::Markdown | TriageFormat::Csv => {
            drawn::render(&answer, &run.sources, &render::Style::plain())
        }
    };
    terminal::print(&shown)?;
    Ok(exit(&answer))
}

fn text(path: &Path) -> anyhow::Result<String> {
    Ok(load::read_text(path)?)
}

fn exit(answer: &Triage) -> Exit {
    let settled = |message: &crate::finding::triage::Triaged| {
        message.causes.iter().any(|cause| cause.standing == Standing::Confirmed)
    };
    if answer.messages.iter().all(settled) { Exit::Ready } else { Exit::CannotTell }
}
