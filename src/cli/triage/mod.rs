//! `preflight triage`

pub(super) mod args;
mod decode;
mod hide;
mod input;

use super::check::Run;
use super::{Exit, terminal};
use crate::finding::triage::{Standing, Triage, Triaged};
use crate::finding::{RuleName, Severity};
use crate::load;
use crate::mend::{self, Options};
use crate::render::json::triage_v1;
use crate::render::triage as drawn;
use crate::triage::{Answerer, Bench, Book, Collector, Item, Record, form_of, tells_no_bucket_policy};
use args::{TriageArgs, TriageFormat};
use hide::Hider;
use input::Taken;
use std::io::Write;
use std::path::PathBuf;

/// What the AWS CLI prints where a bucket has no policy.
const NO_BUCKET_POLICY: &str = "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: The bucket policy does not exist";

pub(super) fn run(args: &TriageArgs) -> anyhow::Result<Exit> {
    let book = Book::embedded()?;
    let check = args.check()?;
    let mut run = if args.has_evidence() { Run::prepare_beside(&check)? } else { Run::form_given(&check)? };
    let mut hider = Hider::new(args.redact, super::bundle::salt());
    hider.documents(&book, &mut run);
    let consumer = run.consumers.first().cloned().unwrap_or_default();
    let bench = Bench {
        book: &book,
        library: &run.library,
        consumer: &consumer,
        is_consumer_given: !check.form.consumer.is_empty() || !run.config.consumers.is_empty(),
        sources: &run.sources,
        evidence: &run.evidence,
        form: &run.config.form,
        now: run.now(),
        strict: false,
        hides: args.redact,
    };
    let mut collector = Collector::new(bench);
    let mut rows = Rows::new(args, bench);
    match args.symptom.and_then(|symptom| Item::symptom(symptom.name())) {
        Some(item) => collector.take(&item),
        None => {
            let path = args.file.clone().unwrap_or_else(|| PathBuf::from("-"));
            let read = input::read(&book, &path, &mut |taken| {
                match taken {
                    Taken::Record(Record::Pass) => collector.pass(),
                    Taken::Record(Record::Item(item)) => collector.take(&hider.item(&book, *item)),
                    Taken::Row(row) => {
                        let mut row = row;
                        row.item = hider.item(&book, row.item);
                        row.account = hider.text(&row.account);
                        if rows.is_asked() {
                            let origin = format!("row {} {}", row.number, row.account);
                            row.item.origin = Some(origin.trim_end().to_owned());
                            return rows.take(&row);
                        }
                        collector.take(&row.item);
                    }
                    Taken::Note(note) => terminal::talk(&format!("note: {note}")),
                }
                Ok(())
            });
            match read {
                // A reader that went away is no error.
                Err(error) if is_closed(&error) => return Ok(Exit::Ready),
                other => other?,
            }
        }
    }
    if rows.seen > 0 {
        return rows.finish();
    }
    let answer = collector.finish();
    let style = terminal::style(args.color, args.quiet);
    let shown = if args.reply {
        let corrected = corrected(&run, &answer);
        drawn::reply(&answer, &run.sources, &corrected, run.library.phrases())
    } else {
        match args.format {
            TriageFormat::Human => drawn::render(&answer, &run.sources, &style),
            TriageFormat::Json => triage_v1::render(&answer, &run.sources),
            TriageFormat::Markdown => drawn::markdown(&answer, &run.sources),
            TriageFormat::Csv => {
                let rows =
                    (1..).zip(&answer.messages).map(|(number, message)| drawn::row(number, "", message));
                std::iter::once(drawn::header().to_owned()).chain(rows).collect()
            }
        }
    };
    terminal::print(&shown)?;
    let exit = exit(&answer);
    // The process ends here: giving memory back piece by piece would cost more than answering did.
    std::mem::forget((run, answer));
    Ok(exit)
}

fn is_closed(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

fn is_settled(message: &Triaged) -> bool {
    message.causes.iter().any(|cause| cause.standing == Standing::Confirmed)
}

fn exit(answer: &Triage) -> Exit {
    if answer.messages.iter().all(is_settled) { Exit::Ready } else { Exit::CannotTell }
}

/// Rows of a CSV, answered one after the other.
struct Rows<'a> {
    format: TriageFormat,
    reply: bool,
    answerer: Answerer<'a>,
    sources: &'a crate::source::Sources,
    out: std::io::BufWriter<std::io::Stdout>,
    seen: u64,
    open: bool,
}

impl<'a> Rows<'a> {
    fn new(args: &TriageArgs, bench: Bench<'a>) -> Self {
        Self {
            format: args.format,
            reply: args.reply,
            answerer: Answerer::new(bench),
            sources: bench.sources,
            out: std::io::BufWriter::with_capacity(1 << 16, std::io::stdout()),
            seen: 0,
            open: false,
        }
    }

    /// Whether rows are answered one by one.
    fn is_asked(&self) -> bool {
        !self.reply && matches!(self.format, TriageFormat::Csv | TriageFormat::Json)
    }

    fn take(&mut self, row: &crate::triage::CsvRow) -> std::io::Result<()> {
        if self.seen == 0 && self.format == TriageFormat::Csv {
            self.out.write_all(drawn::header().as_bytes())?;
        }
        self.seen += 1;
        let (format, sources, out, open) = (self.format, self.sources, &mut self.out, &mut self.open);
        self.answerer.answer(&row.item, &mut |message| {
            *open |= !is_settled(message);
            let line = if format == TriageFormat::Csv {
                drawn::row(row.number, &row.account, message)
            } else {
                triage_v1::line(message, sources)
            };
            out.write_all(line.as_bytes())
        })
    }

    fn finish(mut self) -> anyhow::Result<Exit> {
        match self.out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        Ok(if self.open { Exit::CannotTell } else { Exit::Ready })
    }
}

/// The documents with what is confirmed mended, as far as that is safe.
fn corrected(run: &Run, answer: &Triage) -> Vec<drawn::Corrected> {
    let confirmed: Vec<RuleName> = answer
        .messages
        .iter()
        .flat_map(|message| &message.causes)
        .filter_map(|cause| cause.finding.as_ref())
        .map(|finding| finding.rule.clone())
        .collect();
    if confirmed.is_empty() {
        return Vec::new();
    }
    let messages = answer.messages.iter();
    let form = messages.clone().fold(run.config.form.clone(), |form, message| form_of(&form, &message.facts));
    let mut sources = run.sources.with(&std::collections::BTreeMap::new());
    let mut evidence = run.evidence.clone();
    // What a message tells of other documents made the judge sure.
    if messages.clone().any(|message| tells_no_bucket_policy(&run.evidence, &message.facts)) {
        load::add_unnamed(&mut sources, "the message", NO_BUCKET_POLICY, &mut evidence);
    }
    let state = mend::State::new(sources, evidence, form);
    let bench = run.bench();
    let report = bench.judge(&state);
    let options = Options { only: confirmed, least: Severity::Note, ..Options::default() };
    let plan = mend::plan(&bench, state, report, &options);
    plan.changes(&run.sources)
        .filter(|(id, _, _)| run.sources.get(*id).name() != "command line")
        .map(|(id, _, new)| drawn::Corrected {
            name: run.sources.get(id).name().to_owned(),
            text: new.to_owned(),
        })
        .collect()
}
