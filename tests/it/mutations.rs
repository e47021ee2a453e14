//! Ready accounts with one element changed: the verdict must be the one that brute force finds, and where the change
//! breaks something, a finding must point at it.

mod accepted;
mod circumstance;
pub(crate) mod edit;
mod exceptions;
mod files;
mod form;
mod strings;
mod worlds;

use crate::common::{Account, accounts};
use edit::{Mutant, People, mutants};
use exceptions::EXCEPTIONS;
use preflight::contract::{Ask, Contract, Form};
use preflight::eval::Glob;
use preflight::evidence::{AnswerKind, Evidence, Role};
use preflight::finding::{Need, Report, Severity, State, Verdict};
use preflight::judge::Library;
use preflight::load;
use preflight::source::{Place, SourceId, Sources};
use preflight::syntax::{Unwrapped, read_json, read_wrapped};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use worlds::Cache;

/// So many mutants of every account are tried, or all where there are fewer, spread over all there are, unless the environment
/// has `MUTATIONS=all`.
///
/// All of them take minutes: the package is compiled with some optimization for tests (`Cargo.toml`) because of them.
const EACH: usize = 300;

/// One change to one document of an account.
struct Case<'a> {
    bench: &'a Bench<'a>,
    source: SourceId,
    role: Role,
    mutant: Mutant,
}

#[derive(Default)]
struct Tally {
    mutants: usize,
    broken: usize,
    pointed: usize,
    wide: usize,
    excused: BTreeMap<&'static str, usize>,
    kinds: BTreeMap<&'static str, usize>,
    accounts: BTreeMap<String, usize>,
    lenient: Vec<String>,
    wrong: Vec<String>,
    astray: Vec<String>,
}

#[test]
fn one_changed_element_changes_the_verdict_as_brute_force_says_and_is_pointed_at() {
    let library = Library::embedded().unwrap();
    // Answers of the AWS CLI about policies and buckets, linked accounts and contracts about discovery alone are not seen by
    // brute force. A listing says what was delivered, on which no policy bears.
    let named = std::env::var("MUTATIONS_OF").ok();
    let is_plain = |account: &Account| {
        named.as_ref().is_none_or(|named| account.name.contains(named.as_str()))
            && account.config.form.text("bucket").is_some()
            && account.evidence.answers.iter().all(|answer| is_of_exports(answer.kind))
            && !account.sources.iter().any(|(_, source)| has_companions(source.text()))
            && account.config.form.linked.is_empty()
    };
    let ready: Vec<Account> = accounts()
        .into_iter()
        .filter(|account| account.expect.verdict == "ready" && is_plain(account))
        .collect();
    let benches: Vec<Bench<'_>> = ready.iter().map(|account| Bench::new(&library, account)).collect();
    let cases: Vec<Case<'_>> = benches.iter().flat_map(Bench::chosen).collect();
    let next = AtomicUsize::new(0);
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let work: Vec<_> = (0..workers).map(|_| scope.spawn(|| check(&cases, &next))).collect();
        for worker in work {
            tally.add(worker.join().unwrap());
        }
    });
    if asked("excused") {
        println!("{}", tally.lenient.join("\n"));
    }
    // Which thread tried what is chance.
    tally.wrong.sort();
    tally.astray.sort();
    if asked("counts") {
        for (account, count) in &tally.accounts {
            println!("{count:>5} {account}");
        }
    }
    println!(
        "{} mutants of {} ready accounts, {:?}; of {} that break a needed demand {} are pointed at; {} demands with too many worlds",
        tally.mutants,
        ready.len(),
        tally.kinds,
        tally.broken,
        tally.pointed,
        tally.wide
    );
    for (why, count) in &tally.excused {
        println!("{count} not pointed at: {why}");
    }
    let idle = EXCEPTIONS.iter().find(|exception| !tally.excused.contains_key(exception.why));
    assert!(!asked("all") || idle.is_none(), "an exception excuses nothing: {}", idle.unwrap().why);
    // A short policy has fewer in all.
    let wanted = |name: &str| {
        let bench = benches.iter().find(|bench| bench.account.name == name);
        bench.map_or(EACH, |bench| bench.cases().len().min(EACH))
    };
    let few: Vec<_> = tally.accounts.iter().filter(|(name, count)| **count < wanted(name)).collect();
    assert!(tally.accounts.len() == ready.len() && few.is_empty(), "too few mutants: {few:?}");
    assert!(
        tally.wrong.is_empty() && tally.astray.is_empty(),
        "{} answers differ from brute force:\n{}\n\n{} broken mutants are not pointed at:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n"),
        tally.astray.len(),
        tally.astray.join("\n")
    );
}

/// Whether an answer tells of exports alone, on which no policy bears.
fn is_of_exports(kind: AnswerKind) -> bool {
    use AnswerKind as K;
    matches!(kind, K::ReportDefinitions | K::Export | K::Exports | K::ExportInput | K::ReportInput)
}

/// Whether an export is set to write files beside the data, which brute force leaves out.
fn has_companions(text: &str) -> bool {
    ["\"ATHENA\"", "\"REDSHIFT\"", "\"QUICKSIGHT\""].iter().any(|output| text.contains(output))
}

/// Whether the environment has a word in `MUTATIONS`: `all` tries every mutant, `counts` prints how many each account has,
/// `excused` names those that an exception speaks for.
fn asked(word: &str) -> bool {
    std::env::var("MUTATIONS").is_ok_and(|value| value.split(',').any(|asked| asked == word))
}

/// Tries the cases that nobody has taken yet.
fn check(cases: &[Case<'_>], next: &AtomicUsize) -> Tally {
    /// Neighbours share what brute force keeps.
    const STRETCH: usize = 50;
    let mut tally = Tally::default();
    loop {
        let start = next.fetch_add(STRETCH, Ordering::Relaxed);
        let Some(mine) = cases.get(start..cases.len().min(start + STRETCH)) else { return tally };
        let mut caches: BTreeMap<&str, Cache> = BTreeMap::new();
        for case in mine {
            let cache = caches.entry(&case.bench.account.name).or_default();
            case.bench.check(case, cache, &mut tally);
        }
    }
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.mutants += other.mutants;
        self.broken += other.broken;
        self.pointed += other.pointed;
        self.wide += other.wide;
        for (account, count) in other.accounts {
            *self.accounts.entry(account).or_default() += count;
        }
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (why, count) in other.excused {
            *self.excused.entry(why).or_default() += count;
        }
        self.lenient.extend(other.lenient);
        self.wrong.extend(other.wrong);
        self.astray.extend(other.astray);
    }
}

/// An account with what stays the same for all of its mutants.
struct Bench<'a> {
    library: &'a Library,
    account: &'a Account,
    contract: &'a Contract,
    form: Form,
    /// The demands of the account as it is, by brute force.
    base: BTreeMap<String, State>,
}

impl<'a> Bench<'a> {
    fn new(library: &'a Library, account: &'a Account) -> Self {
        let contract = library.contract(&account.config.consumers[0]).unwrap();
        let form = form::complete(&account.config.form, contract);
        let mut bench = Self { library, account, contract, form, base: BTreeMap::new() };
        bench.base = bench.states(&account.evidence, None, &mut Cache::default());
        bench
    }

    fn cases(&self) -> Vec<Case<'_>> {
        let people = People {
            service: match self.form.text("export-type") {
                Some("cur-legacy") => "billingreports.amazonaws.com",
                _ => "bcm-data-exports.amazonaws.com",
            },
            reader: self.form.text("reader").unwrap_or_default(),
        };
        let mut out = Vec::new();
        for document in &self.account.evidence.documents {
            let text = self.account.sources.get(document.source).text();
            let people = document.role.has_principal().then_some(&people);
            let mutants = if document.policy.level == 0 {
                let read = read_json(text);
                // Bare, or as `aws iam get-user-policy` and `get-policy-version` print it.
                let version = read.root.get("PolicyVersion").and_then(|version| version.get("Document"));
                let mut places =
                    [Some(&read.root), read.root.get("PolicyDocument"), version].into_iter().flatten();
                let root = places.find(|node| node.span == document.policy.span);
                mutants(text, root.unwrap(), 0, people)
            } else {
                let mut wrapped = self.account.evidence.wrapped.iter();
                let (_, content, level) = wrapped.find(|(source, ..)| *source == document.source).unwrap();
                let unwrapped = Unwrapped::new(text, *content, *level);
                mutants(text, &read_wrapped(&unwrapped).root, *level, people)
            };
            out.extend(mutants.into_iter().map(|mutant| Case {
                bench: self,
                source: document.source,
                role: document.role,
                mutant,
            }));
        }
        out
    }

    /// The mutants to try: `EACH` of all, at even distances, which meet every element and every kind of change.
    fn chosen(&self) -> Vec<Case<'_>> {
        let all = self.cases();
        let (count, wanted) = (all.len(), if asked("all") { all.len() } else { EACH });
        let is_chosen = |at: usize| at * wanted / count != (at + 1) * wanted / count || wanted >= count;
        all.into_iter().enumerate().filter(|(at, _)| is_chosen(*at)).map(|(_, case)| case).collect()
    }

    fn check(&self, case: &Case<'_>, cache: &mut Cache, tally: &mut Tally) {
        let (sources, evidence) = self.load(case.source, &case.mutant.text);
        let report = self.account.judge_with(self.library, &sources, &evidence);
        let name = || format!("{} {}: {}", self.account.name, case.role.name(), case.mutant.what);
        let expected = self.states(&evidence, Some(case.role), cache);
        tally.mutants += 1;
        *tally.accounts.entry(self.account.name.clone()).or_default() += 1;
        let mut worst = Verdict::Ready;
        // Of several products the first one is worked out.
        let first = &report.consumers[0];
        for demand in &first.demands {
            let Some(state) = expected.get(&demand.id) else {
                tally.wide += 1;
                continue;
            };
            if demand.state != *state {
                let line =
                    format!("{}: {} is {:?}, by brute force {state:?}", name(), demand.id, demand.state);
                tally.wrong.push(line);
            }
            if demand.need == Need::Needed {
                worst = worst.max(match state {
                    State::Holds => Verdict::Ready,
                    State::Unknown => Verdict::CannotTell,
                    State::Broken => Verdict::NotReady,
                });
            }
        }
        if first.verdict != worst {
            tally.wrong.push(format!("{}: {:?}, by brute force {worst:?}", name(), first.verdict));
        }
        let kind = match worst {
            Verdict::Ready => "still ready",
            Verdict::CannotTell => "cannot tell",
            Verdict::NotReady => "not ready",
        };
        *tally.kinds.entry(kind).or_default() += 1;
        if worst == Verdict::NotReady {
            tally.broken += 1;
            if points(&report, case.source, &case.mutant) {
                tally.pointed += 1;
            } else if let Some(exception) = EXCEPTIONS.iter().find(|each| each.excuses(&name(), &report)) {
                *tally.excused.entry(exception.why).or_default() += 1;
                tally.lenient.push(name());
            } else {
                tally.astray.push(format!("{}\n{}", name(), self.told(&report, &sources)));
            }
        }
    }

    /// What the report says instead, for the message of a failure.
    fn told(&self, report: &Report, sources: &Sources) -> String {
        let errors = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let lines = errors.map(|finding| {
            let source = sources.get(finding.primary.place.source);
            let at = source.position(finding.primary.place.span.start);
            let file = self.account.short(source.name());
            format!("    {file}:{}:{} {} [{}]\n", at.line, at.column, finding.headline, finding.rule)
        });
        lines.collect()
    }

    /// The account's texts with one of them changed. Sources keep their identities.
    fn load(&self, changed: SourceId, text: &str) -> (Sources, Evidence) {
        let mut sources = Sources::new();
        let base = &self.account.evidence;
        let mut evidence = Evidence {
            public_access_block: base.public_access_block,
            answers: base.answers.clone(),
            exports: base.exports.clone(),
            listing: base.listing.clone(),
            ..Evidence::default()
        };
        for (id, source) in self.account.sources.iter() {
            let text = if id == changed { text } else { source.text() };
            match base.documents.iter().find(|document| document.source == id) {
                Some(document) => {
                    let (role, level) = (document.role, document.level);
                    load::add_text(&mut sources, source.name(), text, role, level, &mut evidence);
                }
                None => {
                    sources.add(source.name(), text);
                }
            }
        }
        (sources, evidence)
    }

    /// Every demand that is asked, by brute force; what a changed role does not bear on is as it was.
    fn states(
        &self,
        evidence: &Evidence,
        changed: Option<Role>,
        cache: &mut Cache,
    ) -> BTreeMap<String, State> {
        let mut out = BTreeMap::new();
        for demand in &self.contract.demands {
            if !demand.is_asked(&self.form, |kind| evidence.has(kind)) {
                continue;
            }
            let untouched = changed.is_some_and(|role| !worlds::bears(self.library, demand, role));
            let state = match &demand.ask {
                Ask::Access { .. } if untouched => self.base.get(&demand.id).copied(),
                Ask::Access { .. } => worlds::state(self.library, &self.form, evidence, demand, cache),
                Ask::Accepted { document } => {
                    let role = Role::of(document).unwrap();
                    let reader = self.account.config.form.text("reader");
                    let partition = reader.and_then(|reader| reader.split(':').nth(1));
                    Some(accepted::state(evidence, role, self.form.text("bucket"), partition))
                }
                // No policy bears on where the product looks; what a listing shows is compared elsewhere.
                Ask::Layout(_) => evidence.listing.is_missing().then_some(State::Holds),
                // No verdict hangs on discovery, and nobody gave the answers that the other asks for.
                Ask::Identity { .. } | Ask::Discovery { .. } => None,
                // Who else gets in is no matter of the deliveries and the reader.
                Ask::Others { .. } => None,
                // Policies are changed here, and no setting of an export depends on one.
                Ask::Setting(_)
                | Ask::Export(_)
                | Ask::Bucket(_)
                | Ask::Form { .. }
                | Ask::Written { .. } => None,
            };
            if let Some(state) = state {
                out.insert(demand.id.clone(), state);
            }
        }
        out
    }
}

/// Whether an error or warning points into what was changed, or names what is gone.
fn points(report: &Report, changed: SourceId, mutant: &Mutant) -> bool {
    report.findings.iter().filter(|finding| finding.severity > Severity::Note).any(|finding| {
        let place = finding.primary.place;
        let changed_at = |place: Place| place.source == changed && mutant.place.contains(place.span);
        // What stands between two elements is the fault of either.
        let between = &*finding.rule.0 == "action-without-its-resource";
        let inside =
            changed_at(place) || between && finding.related.iter().any(|label| changed_at(label.place));
        let named = finding.headline.split('`').skip(1).step_by(2);
        inside
            || named.into_iter().any(|word| mutant.dropped.iter().any(|gone| Glob::new(gone).matches(word)))
    })
}
