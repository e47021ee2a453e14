//! Ready accounts with one element changed: the verdict must be the one that brute force finds, and where the change
//! breaks something, a finding must point at it.

mod accepted;
mod edit;
mod strings;
mod worlds;

use crate::common::{Account, accounts};
use edit::{Mutant, People, mutants};
use preflight::contract::{Ask, Contract, Form};
use preflight::eval::Glob;
use preflight::evidence::{Evidence, Role};
use preflight::finding::{Need, Report, Severity, State, Verdict};
use preflight::judge::Library;
use preflight::load;
use preflight::source::{SourceId, Sources};
use preflight::syntax::{Unwrapped, read_json, read_wrapped};
use std::collections::{BTreeMap, BTreeSet};
use worlds::Cache;

/// Of changes to a statement that an earlier account has too, one in so many is tried again.
const REPEATED: usize = 13;

/// One mutant in so many is tried, unless the environment has `MUTATIONS=all`: all take some minutes.
const SAMPLE: usize = 9;

/// Broken mutants that need not be pointed at: accounts, texts in the change, rules that are told instead, and why. An
/// empty list stands for all.
struct Exception {
    accounts: &'static [&'static str],
    changes: &'static [&'static str],
    rules: &'static [&'static str],
    why: &'static str,
}

const EXCEPTIONS: &[Exception] = &[
    Exception {
        accounts: &["a-boundary-does-not-limit-a-user-named-in-the-bucket-policy"],
        changes: &[],
        rules: &["reader-outside-boundary"],
        why: "the reader gets in by the bucket policy or by its own policy and the boundary; either would mend it",
    },
    Exception {
        accounts: &["a-statement-of-no-use-beside-one-that-delivers"],
        changes: &[],
        rules: &["source-arn-wrong-region"],
        why: "two statements come equally near; either would mend it",
    },
    Exception {
        accounts: &["the-guide-with-the-account-left-in-the-arn-of-reports-only"],
        changes: &["aws:SourceArn"],
        rules: &["condition-placeholder"],
        why: "two values come equally near, and the one with a placeholder is surely not meant",
    },
    Exception {
        accounts: &[],
        changes: &["another value"],
        rules: &["source-arn-wrong-service"],
        why: "no value is near, and the one of another service is as good as the one that was changed",
    },
    Exception {
        accounts: &["a-reader-let-in-by-the-bucket-policy"],
        changes: &["Principal"],
        rules: &["reader-permission-missing"],
        why: "the reader gets in by the bucket policy or by its own policy; either would mend it",
    },
    Exception {
        accounts: &[],
        changes: &[
            "Action: dropped a letter `s3:*`",
            "Action: swapped letters `s3:*`",
            "Action: doubled a letter `s3:*`",
        ],
        rules: &["reader-permission-missing"],
        why: "a pattern that names no action of a known service says nothing of what was meant",
    },
    Exception {
        accounts: &[],
        changes: &["scp: ", "rcp: ", "boundary: "],
        rules: &[
            "rcp-denies-delivery",
            "reader-denied-by-rcp",
            "reader-outside-boundary",
            "reader-outside-scp",
        ],
        why: "AWS stores no such document, so no demand asks whether it is accepted; the layer is named",
    },
    Exception {
        accounts: &[],
        changes: &["Resource"],
        rules: &["action-without-its-resource"],
        why: "action and resource do not fit each other, and the action carries the label",
    },
];

impl Exception {
    fn excuses(&self, name: &str, report: &Report) -> bool {
        let any = |list: &[&str], fits: &dyn Fn(&str) -> bool| {
            list.is_empty() || list.iter().any(|each| fits(each))
        };
        any(self.accounts, &|account| name.starts_with(account))
            && any(self.changes, &|change| name.contains(change))
            && report.findings.iter().any(|finding| self.rules.contains(&&*finding.rule.0))
    }
}

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
    wrong: Vec<String>,
    astray: Vec<String>,
}

#[test]
fn one_changed_element_changes_the_verdict_as_brute_force_says_and_is_pointed_at() {
    let library = Library::embedded().unwrap();
    // Listings, answers of the AWS CLI and linked accounts are not seen by brute force.
    let is_plain = |account: &Account| {
        account.evidence.answers.is_empty()
            && account.evidence.listing.is_missing()
            && account.config.form.linked.is_empty()
    };
    let ready: Vec<Account> = accounts()
        .into_iter()
        .filter(|account| account.expect.verdict == "ready" && is_plain(account))
        .collect();
    let benches: Vec<Bench<'_>> = ready.iter().map(|account| Bench::new(&library, account)).collect();
    let cases = cases(&benches);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let share = cases.len().div_ceil(workers).max(1);
        let work = cases.chunks(share).map(|cases| scope.spawn(move || check(cases)));
        for worker in work.collect::<Vec<_>>() {
            tally.add(worker.join().unwrap());
        }
    });
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
    assert!(!is_complete() || idle.is_none(), "an exception excuses nothing: {}", idle.unwrap().why);
    assert!(tally.mutants >= 300, "only {} mutants", tally.mutants);
    assert!(
        tally.wrong.is_empty() && tally.astray.is_empty(),
        "{} answers differ from brute force:\n{}\n\n{} broken mutants are not pointed at:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n"),
        tally.astray.len(),
        tally.astray.join("\n")
    );
}

/// Whether every mutant is tried.
fn is_complete() -> bool {
    std::env::var_os("MUTATIONS").is_some_and(|value| value == "all")
}

/// The mutants to try, in the order of the accounts.
fn cases<'a>(benches: &'a [Bench<'a>]) -> Vec<Case<'a>> {
    let sample = if is_complete() { 1 } else { SAMPLE };
    let mut seen: BTreeSet<(Role, String)> = BTreeSet::new();
    let mut repeated = 0;
    let all = benches.iter().flat_map(Bench::cases).filter(|case| {
        let is_new = seen.insert((case.role, case.mutant.alike.clone()));
        repeated += usize::from(!is_new);
        is_new || repeated % REPEATED == 0
    });
    all.step_by(sample).collect()
}

fn check(cases: &[Case<'_>]) -> Tally {
    let mut tally = Tally::default();
    let mut caches: BTreeMap<&str, Cache> = BTreeMap::new();
    for case in cases {
        let cache = caches.entry(&case.bench.account.name).or_default();
        case.bench.check(case, cache, &mut tally);
    }
    tally
}

impl Tally {
    fn add(&mut self, other: Tally) {
        self.mutants += other.mutants;
        self.broken += other.broken;
        self.pointed += other.pointed;
        self.wide += other.wide;
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (why, count) in other.excused {
            *self.excused.entry(why).or_default() += count;
        }
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
        let form = worlds::complete(&account.config.form, contract);
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

    fn check(&self, case: &Case<'_>, cache: &mut Cache, tally: &mut Tally) {
        let (sources, evidence) = self.load(case.source, &case.mutant.text);
        let report = self.account.judge_with(self.library, &sources, &evidence);
        let name = || format!("{} {}: {}", self.account.name, case.role.name(), case.mutant.what);
        let expected = self.states(&evidence, Some(case.role), cache);
        tally.mutants += 1;
        let mut worst = Verdict::Ready;
        for demand in &report.consumers[0].demands {
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
        if report.verdict != worst {
            tally.wrong.push(format!("{}: {:?}, by brute force {worst:?}", name(), report.verdict));
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
        let mut evidence = Evidence { public_access_block: base.public_access_block, ..Evidence::default() };
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
                    Some(accepted::state(evidence, role, self.form.text("bucket").unwrap()))
                }
                // No policy bears on where the product looks, and the account is ready.
                Ask::Layout(_) => Some(State::Holds),
                // No verdict hangs on discovery, and nobody gave the answers that the other asks for.
                Ask::Identity { .. } | Ask::Discovery { .. } => None,
                // Policies are changed here, and no setting of an export depends on one.
                Ask::Setting(_) | Ask::Export(_) => None,
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
        let inside = place.source == changed && mutant.place.contains(place.span);
        let named = finding.headline.split('`').skip(1).step_by(2);
        inside
            || named.into_iter().any(|word| mutant.dropped.iter().any(|gone| Glob::new(gone).matches(word)))
    })
}
