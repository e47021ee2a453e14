//! Ready accounts with one element of an export definition, a listing or the form changed: the answer must be the one
//! that the documents of the product and of AWS give, and where the change breaks something, a finding must point at it
//! or name it.
//!
//! The oracle is a model of its own, `oracle`, that asks no check. Policies are left out: nothing of the sections
//! Export and Form hangs on one. Beside the product with the most accounts stand others of every kind: with a user's keys,
//! with a role and an ExternalId, with a role that asks Athena and Glue.

mod change;
mod delivered;
mod oracle;

use crate::common::{Account, NOW, accounts};
use change::{Change, Place, definitions, form_values, listings};
use oracle::{Case, Range};
use preflight::config;
use preflight::evidence::Evidence;
use preflight::finding::{Finding, Label, Need, Report, Severity, State};
use preflight::judge::{Job, Library, judge};
use preflight::load;
use preflight::source::Sources;
use preflight::syntax::read_json;
use serde_json::Value;
use std::collections::BTreeMap;

/// Mutants that an account with the settings of an export has at least.
const AT_LEAST: usize = 300;

/// One mutant in so many is tried, unless the environment has `MUTATIONS=all`: all take some minutes.
const SAMPLE: usize = 17;

/// Of listings with more keys the form alone is changed.
const LONG_LISTING: usize = 100;

/// One account, its files as values.
struct Bench {
    name: String,
    toml: String,
    /// Names and contents of what is no policy.
    files: Vec<(String, Value)>,
}

#[derive(Default)]
struct Tally {
    mutants: usize,
    kinds: BTreeMap<&'static str, usize>,
    pointed: usize,
    wrong: Vec<String>,
    astray: Vec<String>,
}

#[test]
fn one_changed_element_of_export_listing_or_form_changes_the_answer_as_the_documents_say() {
    let library = Library::embedded().unwrap();
    let benches: Vec<Bench> = accounts().iter().filter_map(bench).collect();
    assert!(benches.len() >= 25, "only {} accounts have a definition or a listing", benches.len());
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let share = benches.len().div_ceil(workers).max(1);
        let work = benches.chunks(share).map(|chunk| scope.spawn(|| check_all(&library, chunk)));
        for worker in work.collect::<Vec<_>>() {
            tally.add(worker.join().unwrap());
        }
    });
    println!(
        "{} mutants of {} accounts, {:?}; {} of those that break something are pointed at",
        tally.mutants,
        benches.len(),
        tally.kinds,
        tally.pointed
    );
    assert!(
        tally.wrong.is_empty() && tally.astray.is_empty(),
        "{} answers differ from the documents:\n{}\n\n{} broken mutants are not pointed at:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n"),
        tally.astray.len(),
        tally.astray.join("\n")
    );
}

/// Ready accounts with a definition or a listing.
fn bench(account: &Account) -> Option<Bench> {
    let [consumer] = account.config.consumers.as_slice() else { return None };
    let is_vendors = account.name == format!("{consumer}-as-its-documentation-has-it");
    let is_known = consumer == "spendeffix-root" || is_vendors && oracle::knows(consumer);
    if account.expect.verdict != "ready" || !is_known {
        return None;
    }
    let toml = std::fs::read_to_string(account.folder.join("preflight.toml")).ok()?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&account.folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".json") {
            continue;
        }
        let Ok(value) = serde_json::from_str::<Value>(&std::fs::read_to_string(&path).unwrap()) else {
            continue;
        };
        let keys = ["Export", "ReportDefinitions", "Contents", "Exports", "Executions", "LocationConstraint"];
        if keys.iter().any(|key| value.get(key).is_some()) {
            files.push((name, value));
        }
    }
    if is_vendors {
        let listing = files.iter().find_map(|(_, value)| delivered::listing(value));
        files.extend(listing.map(|listing| ("listing.json".to_owned(), listing)));
    }
    files.sort_by(|left, right| left.0.cmp(&right.0));
    let telling = ["Export", "ReportDefinitions", "Contents"];
    let tells = files.iter().any(|(_, value)| telling.iter().any(|key| value.get(key).is_some()));
    // A listing in pages, or one that was cut, is judged page by page elsewhere.
    let whole = files.iter().filter(|(_, value)| value.get("Contents").is_some()).count() < 2
        && files.iter().all(|(_, value)| {
            value.get("NextToken").is_none()
                && value.get("NextContinuationToken").is_none()
                && value["IsTruncated"] != true
        });
    // Which months are read is not modelled: files in an archive, and a second format beside the first, matter by theirs.
    let is_archived = |object: &Value| {
        object["StorageClass"]
            .as_str()
            .is_some_and(|class| class.contains("GLACIER") || class.contains("ARCHIVE"))
    };
    let has = |list: &[Value], ending: &str| {
        list.iter().any(|object| object["Key"].as_str().is_some_and(|key| key.contains(ending)))
    };
    let is_of_months =
        |list: &[Value]| list.iter().any(is_archived) || (has(list, ".parquet") && has(list, ".csv"));
    let whole = whole
        && !files
            .iter()
            .any(|(_, value)| value["Contents"].as_array().is_some_and(|list| is_of_months(list)));
    (tells && whole).then(|| Bench { name: account.name.clone(), toml, files })
}

fn check_all(library: &Library, benches: &[Bench]) -> Tally {
    let mut tally = Tally::default();
    for bench in benches {
        let changes = bench.changes();
        let has_settings = bench
            .files
            .iter()
            .any(|(_, value)| value.get("Contents").is_none() && value.get("LocationConstraint").is_none());
        assert!(!has_settings || changes.len() >= AT_LEAST, "{}: only {} mutants", bench.name, changes.len());
        bench.check(library, None, &mut tally);
        let sample =
            if std::env::var_os("MUTATIONS").is_some_and(|value| value == "all") { 1 } else { SAMPLE };
        for change in changes.iter().step_by(sample) {
            bench.check(library, Some(change), &mut tally);
        }
    }
    tally
}

impl Bench {
    fn changes(&self) -> Vec<Change> {
        let mut changes = form_values(&self.toml);
        for (at, (_, value)) in self.files.iter().enumerate() {
            if let Some(objects) = value["Contents"].as_array() {
                if objects.len() <= LONG_LISTING {
                    changes.extend(listings(at, value));
                }
            } else {
                changes.extend(definitions(at, value));
            }
        }
        changes
    }

    fn check(&self, library: &Library, change: Option<&Change>, tally: &mut Tally) {
        let mut toml = self.toml.clone();
        let mut files = self.files.clone();
        if let Some(change) = change {
            match &change.place {
                Place::Form(_) => toml.clone_from(change.toml.as_ref().unwrap()),
                Place::File(at, _) => files[*at].1 = change.value.clone().unwrap(),
            }
        }
        let mut sources = Sources::new();
        let source = sources.add("preflight.toml", toml.as_str());
        let config = config::read(&toml, source).unwrap();
        let mut evidence = Evidence::default();
        let mut texts = Vec::new();
        for (name, value) in &files {
            let text = serde_json::to_string_pretty(value).unwrap();
            load::add_unnamed(&mut sources, name, &text, &mut evidence);
            texts.push(text);
        }
        let job = Job {
            sources: &sources,
            evidence: &evidence,
            form: &config.form,
            consumers: &config.consumers,
            strict: false,
            now: NOW,
            only: &[],
        };
        let report = judge(library, &job);
        let name = change.map_or_else(|| "as it is".to_owned(), |change| change.what.clone());
        let name = format!("{}: {name}", self.name);
        let values: Vec<&Value> = files.iter().map(|(_, value)| value).collect();
        let range = Case::new(&config.form, &values, &config.consumers[0]).judge();
        let found = state(&report);
        tally.mutants += 1;
        let kind = match range {
            Range { least: State::Holds, most: State::Holds } => "ready",
            Range { least: State::Unknown, most: State::Unknown } => "cannot tell",
            Range { least: State::Broken, .. } => "not ready",
            Range { least: State::Unknown, .. } => "not ready or cannot tell",
            Range { least: State::Holds, .. } => "not said",
        };
        *tally.kinds.entry(kind).or_default() += 1;
        if rank(found) < rank(range.least) || rank(found) > rank(range.most) {
            let told = told(&report, &sources);
            tally.wrong.push(format!("{name}: {found:?}, by the documents {range:?}\n{told}"));
        }
        if range.least == State::Broken
            && let Some(change) = change
        {
            if points(&report, &sources, &texts, change) {
                tally.pointed += 1;
            } else {
                tally.astray.push(format!("{name}\n{}", told(&report, &sources)));
            }
        }
    }
}

/// The worst answer of the needed demands of Export and Form.
fn state(report: &Report) -> State {
    let demands = report.consumers.iter().flat_map(|consumer| &consumer.demands);
    let asked = demands.filter(|demand| {
        demand.need == Need::Needed && (demand.id.starts_with("export.") || demand.id.starts_with("form."))
    });
    asked.map(|demand| demand.state).max_by_key(|state| rank(*state)).unwrap_or(State::Holds)
}

fn rank(state: State) -> u8 {
    match state {
        State::Holds => 0,
        State::Unknown => 1,
        State::Broken => 2,
    }
}

/// What the report says, for the message of a failure.
fn told(report: &Report, sources: &Sources) -> String {
    let lines = report.findings.iter().filter(|finding| finding.severity > Severity::Note).map(|finding| {
        let source = sources.get(finding.primary.place.source);
        let at = source.position(finding.primary.place.span.start);
        format!("    {}:{}:{} {} [{}]\n", source.name(), at.line, at.column, finding.headline, finding.rule)
    });
    lines.collect()
}

/// Whether an error or warning points into what was changed, or names it: what stands there now, or what is gone.
fn points(report: &Report, sources: &Sources, texts: &[String], change: &Change) -> bool {
    let named = |finding: &Finding| {
        let labels = finding.related.iter().map(|label| label.text.as_str());
        let all: Vec<&str> = [
            finding.headline.as_str(),
            finding.primary.text.as_str(),
            finding.help.as_deref().unwrap_or_default(),
        ]
        .into_iter()
        .chain(labels)
        .chain(finding.notes.iter().map(String::as_str))
        .collect();
        change
            .words
            .iter()
            .any(|word| !word.is_empty() && all.iter().any(|text| text.contains(word.as_str())))
    };
    let inside = |label: &Label| {
        let source = sources.get(label.place.source);
        match &change.place {
            Place::Form(key) => {
                let line = source.position(label.place.span.start).line as usize;
                source.name() == "preflight.toml"
                    && source
                        .text()
                        .lines()
                        .nth(line.saturating_sub(1))
                        .is_some_and(|text| text.starts_with(key.as_str()))
            }
            Place::File(at, path) => {
                // Where all keys of a listing change, the form is what does not lead to them.
                let line = source.position(label.place.span.start).line as usize;
                let form = source.text().lines().nth(line.saturating_sub(1)).unwrap_or_default();
                let of_form = form.starts_with("export-path") || form.starts_with("export-name");
                if path.as_slice() == ["Contents"] && source.name() == "preflight.toml" && of_form {
                    return true;
                }
                let text = &texts[*at];
                if source.text() != text {
                    return false;
                }
                let root = read_json(text).root;
                let mut node = &root;
                for step in path {
                    let next = match step.parse::<usize>() {
                        Ok(index) => node.as_array().and_then(|items| items.get(index)),
                        Err(_) => node.get(step),
                    };
                    match next {
                        Some(next) => node = next,
                        None => break,
                    }
                }
                let (place, span) = (label.place.span, node.span);
                place.start >= span.start && place.end <= span.end
            }
        }
    };
    let told = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
    told.into_iter()
        .any(|finding| inside(&finding.primary) || finding.related.iter().any(inside) || named(finding))
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.mutants += other.mutants;
        self.pointed += other.pointed;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.wrong.extend(other.wrong);
        self.astray.extend(other.astray);
    }
}
