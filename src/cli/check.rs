//! `preflight check`

mod pages;
mod since;

pub(super) use pages::add_pages;

use super::args::{CheckArgs, FailOn, FormArgs, FormatArg};
use super::base::Tracked;
use super::gate::Gate;
use super::given::named_documents;
use super::live::{self, Gathered, Order};
use super::output::Output;
use super::{Exit, fault, terminal};
use crate::config::{self, Config};
use crate::contract::Form;
use crate::evidence::{Evidence, PolicyDocument, Role};
use crate::finding::change::Changes;
use crate::finding::{Report, RuleName, Severity, Verdict};
use crate::judge::{Job, Library, judge};
use crate::load;
use crate::mend::{self, Bench, State};
use crate::rulebook::{Rulebook, nearest};
use crate::source::{SourceId, Sources};
use anyhow::Context;
use std::path::PathBuf;

const CONFIG_FILE: &str = "preflight.toml";

/// The consumer taken where none is named; the first line of the report says which it is.
const CONSUMER: &str = "spendeffix-root";

pub(super) fn run(args: &CheckArgs) -> anyhow::Result<Exit> {
    let run = Run::prepare(args, None)?;
    finish(args, run)
}

/// Judges, prints, and gives the exit code.
fn finish(args: &CheckArgs, run: Run) -> anyhow::Result<Exit> {
    let mut run = run;
    let mut state = run.take_state();
    let bench = run.bench();
    let mut report = bench.judge(&state);
    // Who reads the report is told how to mend what is wrong; programs are told everything.
    let mut formats = std::iter::once(args.format).chain(args.gate.report.iter().map(|file| file.format));
    let is_read_by_programs = formats.any(|format| matches!(format, FormatArg::Json | FormatArg::Sarif));
    let least = if is_read_by_programs { Severity::Note } else { Severity::Warning };
    mend::attach(&bench, &state, &mut report, least);
    if let Some(base) = &args.base.base {
        anyhow::ensure!(
            !args.live.is_asked(),
            "--base is about files; what AWS has now stands at no revision"
        );
        let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
        run.compare(base, &paths, &mut state, &mut report)?;
    }
    let gate = Gate {
        args: &args.gate,
        config: &run.config,
        folder: &run.folder,
        now: &run.now,
        lints: false,
        only: &run.only,
    };
    gate.settle(&run.library, &mut report, &state.sources)?;
    if !run.only.is_empty() {
        report.findings.retain(|finding| run.only.contains(&finding.rule));
    }
    fault::pages(run.library.book().faults())?;
    print(args, &report, &state.sources, run.library.book())?;
    let exit = exit(args, &report);
    // The process ends here: giving every small piece of memory back one by one would cost more than judging did.
    std::mem::forget((run, report, state));
    Ok(exit)
}

/// Prints the report as it was asked for.
pub(super) fn print(
    args: &CheckArgs,
    report: &Report,
    sources: &Sources,
    book: &Rulebook,
) -> anyhow::Result<()> {
    let output = Output { format: args.format, color: args.color, quiet: args.quiet };
    output.print(&args.gate.report, report, sources, book)
}

/// Everything that is judged.
pub(super) struct Run {
    pub(super) library: Library,
    pub(super) sources: Sources,
    pub(super) config: Config,
    pub(super) evidence: Evidence,
    pub(super) consumers: Vec<String>,
    pub(super) only: Vec<RuleName>,
    strict: bool,
    now: String,
    /// The configuration file, if there is one.
    config_source: Option<SourceId>,
    /// The folder it stands in.
    folder: PathBuf,
}

impl Run {
    /// Reads what the arguments name, and a snapshot that is at hand already: its name and text.
    pub(super) fn prepare(args: &CheckArgs, snapshot: Option<(&str, String)>) -> anyhow::Result<Self> {
        let run = prepare(args, snapshot)?;
        let evidence = &run.evidence;
        let nothing = evidence.documents.is_empty()
            && evidence.answers.is_empty()
            && evidence.public_access_block.is_none()
            && evidence.live.form.is_empty()
            && evidence.live.unread.is_empty()
            && run.config.form.iter().next().is_none();
        anyhow::ensure!(
            !nothing,
            "nothing to judge: no policy and no form value was found{}",
            if evidence.not_evaluated.is_empty() {
                String::new()
            } else {
                not_known(&evidence.not_evaluated)
            }
        );
        Ok(run)
    }

    /// Reads what the arguments name, whatever it is: there is something else to answer.
    pub(super) fn prepare_beside(args: &CheckArgs) -> anyhow::Result<Self> {
        prepare(args, None)
    }

    /// Reads the form and nothing else.
    pub(super) fn form_only(args: &CheckArgs) -> anyhow::Result<Self> {
        let library = Library::embedded()?;
        let mut sources = Sources::new();
        let paths = if args.paths.is_empty() { vec![PathBuf::from(".")] } else { args.paths.clone() };
        let (folder, mut config) = read_config(&mut sources, &paths)?;
        let config_source = sources.iter().next().map(|(id, _)| id);
        args.give_form(&mut sources, &mut config);
        let consumers = consumers(&library, &args.form, &config)?;
        Ok(Self {
            library,
            sources,
            config,
            evidence: Evidence::default(),
            consumers,
            only: Vec::new(),
            strict: args.strict,
            now: args.now.clone().unwrap_or_else(now),
            config_source,
            folder,
        })
    }

    /// The values of flags and nothing else: no file is read.
    pub(super) fn form_given(args: &CheckArgs) -> anyhow::Result<Self> {
        let library = Library::embedded()?;
        let (mut sources, mut config) = (Sources::new(), Config::default());
        args.give_form(&mut sources, &mut config);
        let consumers = consumers(&library, &args.form, &config)?;
        Ok(Self {
            library,
            sources,
            config,
            evidence: Evidence::default(),
            consumers,
            only: Vec::new(),
            strict: args.strict,
            now: args.now.clone().unwrap_or_else(now),
            config_source: None,
            folder: PathBuf::from("."),
        })
    }

    /// The moment to judge for.
    pub(super) fn now(&self) -> &str {
        &self.now
    }

    /// The documents, which are then no longer here.
    pub(super) fn take_state(&mut self) -> State {
        State::new(
            std::mem::take(&mut self.sources),
            std::mem::take(&mut self.evidence),
            std::mem::take(&mut self.config.form),
        )
    }

    /// What stays the same while documents change.
    pub(super) fn bench(&self) -> Bench<'_> {
        Bench {
            library: &self.library,
            consumers: &self.consumers,
            strict: self.strict,
            now: &self.now,
            config: self.config_source,
        }
    }

    /// What could not be read from AWS, a line each.
    pub(super) fn not_read(&self) -> Vec<String> {
        let entries = crate::judge::not_read(&self.library, &self.evidence);
        entries.into_iter().map(|entry| format!("not read: {}: {}", entry.document, entry.reason)).collect()
    }

    /// The report.
    pub(super) fn judge(&self) -> Report {
        self.judge_other(&self.sources, &self.evidence, &self.config.form)
    }

    /// The report on other evidence, judged as this would be.
    pub(super) fn judge_other(&self, sources: &Sources, evidence: &Evidence, form: &Form) -> Report {
        let job = Job {
            sources,
            evidence,
            form,
            consumers: &self.consumers,
            strict: self.strict,
            now: &self.now,
            only: &self.only,
        };
        judge(&self.library, &job)
    }
}

fn prepare(args: &CheckArgs, snapshot: Option<(&str, String)>) -> anyhow::Result<Run> {
    let mut library = Library::embedded()?;
    if let Some(folder) = &args.rules {
        add_pages(&mut library, folder)?;
    }
    let mut sources = Sources::new();
    let is_live = args.live.is_asked();
    let nothing_named = args.paths.is_empty() && !args.names_documents();
    let paths = if nothing_named && !is_live && snapshot.is_none() {
        vec![PathBuf::from(".")]
    } else {
        args.paths.clone()
    };
    // The settings of the folder count for a live check, too; its documents do not unless they are named.
    let settings = if nothing_named { vec![PathBuf::from(".")] } else { paths.clone() };
    let (folder, mut config) = read_config(&mut sources, &settings)?;
    let config_source = sources.iter().next().map(|(id, _)| id);
    args.give_form(&mut sources, &mut config);
    let consumers = consumers(&library, &args.form, &config)?;
    // What AWS says now replaces what the configuration names.
    if is_live {
        config.documents.clear();
    }
    let named = named_documents(args, &config, &folder)?;
    // A configuration that names its documents names all of them.
    let names_all = config.names_documents();
    let walked: Vec<PathBuf> = paths.into_iter().filter(|path| !names_all || !path.is_dir()).collect();
    // What AWS has now stands at no revision.
    let tracked = Tracked::since(args.base.base.as_deref().filter(|_| !is_live))?;
    let mut evidence = load::load_counted(&mut sources, &named, &walked, &|folder| tracked.below(folder))?;
    if is_live {
        let policies = texts(&sources, &evidence);
        let form = &config.form;
        let order = Order { args: &args.live, library: &library, form, consumers: &consumers, policies };
        let Gathered { name, text } = live::gather(&order)?;
        load::add_unnamed(&mut sources, &name, &text, &mut evidence);
    }
    if let Some((name, text)) = snapshot {
        load::add_unnamed(&mut sources, name, &text, &mut evidence);
    }
    same_accounts(&config, &evidence)?;
    let only: Vec<RuleName> =
        args.only.iter().map(|name| known_rule(&library, name)).collect::<anyhow::Result<_>>()?;
    let now = args.now.clone().unwrap_or_else(now);
    Ok(Run {
        library,
        sources,
        config,
        evidence,
        consumers,
        only,
        strict: args.strict,
        now,
        config_source,
        folder,
    })
}

/// What was read in linked accounts is counted by their order, so that two lists cannot be mixed.
fn same_accounts(config: &Config, evidence: &Evidence) -> anyhow::Result<()> {
    let given: Vec<&str> = config.form.linked.iter().map(|linked| &*linked.account.text).collect();
    let read = evidence.live.linked();
    anyhow::ensure!(
        given.is_empty() || read.is_empty() || given == read,
        "the snapshot is of the linked accounts {}, and {} were given; give the same, or none",
        read.join(", "),
        given.join(", ")
    );
    Ok(())
}

/// The texts of the reader's policies that were given as files, without what is around them.
fn texts(sources: &Sources, evidence: &Evidence) -> Vec<String> {
    let text = |document: &PolicyDocument| {
        let span = document.policy.span;
        sources.get(document.policy.source).slice(span).to_owned()
    };
    evidence.of(Role::ReaderPolicy).filter(|document| document.issues.is_empty()).map(text).collect()
}

pub(super) fn exit(args: &CheckArgs, report: &Report) -> Exit {
    let threshold = threshold(args.fail_on);
    // With --only the findings of other rules are not asked about, the verdict still is.
    let reached = report.findings.iter().any(|finding| finding.severity >= threshold);
    let unsure = report.changes.as_ref().is_some_and(Changes::is_unsure);
    match report.verdict {
        Verdict::NotReady => Exit::NotReady,
        Verdict::Ready | Verdict::CannotTell if reached => Exit::NotReady,
        Verdict::CannotTell if !args.allow_unknown => Exit::CannotTell,
        Verdict::Ready if unsure && !args.allow_unknown => Exit::CannotTell,
        Verdict::CannotTell | Verdict::Ready => Exit::Ready,
    }
}

pub(super) fn threshold(fail_on: FailOn) -> Severity {
    match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Note => Severity::Note,
    }
}

fn not_known(list: &[(String, String)]) -> String {
    list.iter().map(|(document, reason)| format!("\n  {document}: {reason}")).collect()
}

fn known_rule(library: &Library, name: &str) -> anyhow::Result<RuleName> {
    Ok(super::explain::find(library.book(), name).context("--only")?.name.clone())
}

pub(super) fn consumers(library: &Library, args: &FormArgs, config: &Config) -> anyhow::Result<Vec<String>> {
    let named = if args.consumer.is_empty() { &config.consumers } else { &args.consumer };
    for name in named {
        match library.consumer(name) {
            Ok(Some(_)) => {}
            Ok(None) => {
                let nearest = nearest(library.consumers(), name);
                let hint = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
                anyhow::bail!("there is no consumer `{name}`{hint} (`preflight consumers` lists all)");
            }
            Err(fault) => anyhow::bail!("{fault}"),
        }
    }
    if !named.is_empty() {
        return Ok(named.clone());
    }
    Ok(vec![CONSUMER.to_owned()])
}

/// The configuration of the first folder that has one, or the one named among the paths.
pub(super) fn read_config(sources: &mut Sources, paths: &[PathBuf]) -> anyhow::Result<(PathBuf, Config)> {
    for path in paths {
        let file = if path.is_dir() { path.join(CONFIG_FILE) } else { continue };
        if !file.is_file() {
            continue;
        }
        let text = load::read_text(&file)?;
        let name = file.to_string_lossy().replace('\\', "/");
        let source = sources.add(name.strip_prefix("./").unwrap_or(&name), text);
        return match config::read(sources.get(source).text(), source) {
            Ok(config) => Ok((path.clone(), config)),
            Err(fault) => {
                terminal::talk(
                    fault::draw(sources, source, fault.span, &fault.message, None)
                        .lines()
                        .next()
                        .unwrap_or_default(),
                );
                anyhow::bail!("the configuration cannot be used")
            }
        };
    }
    Ok((PathBuf::from("."), Config::default()))
}

/// The present moment as an ISO 8601 instant in UTC.
pub(super) fn now() -> String {
    let seconds =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    seconds.to_string()
}
