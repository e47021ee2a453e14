//! Ready accounts with one element changed: the verdict must be the one that brute force finds, and where the change
//! breaks something, a finding must point at it.

mod accepted;
mod edit;
mod worlds;

use crate::common::{Account, NOW, accounts};
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

/// Of changes to a statement that an earlier account has too, one in so many is tried again.
const SAMPLE: usize = 13;

#[derive(Default)]
struct Tally {
    mutants: usize,
    repeated: usize,
    judging: std::time::Duration,
    forcing: std::time::Duration,
    broken: usize,
    pointed: usize,
    wide: usize,
    kinds: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
    astray: Vec<String>,
}

#[test]
fn one_changed_element_changes_the_verdict_as_brute_force_says_and_is_pointed_at() {
    let library = Library::embedded().unwrap();
    let mut tally = Tally::default();
    let mut seen: BTreeSet<(Role, String)> = BTreeSet::new();
    let ready: Vec<Account> =
        accounts().into_iter().filter(|account| account.expect.verdict == "ready").collect();
    assert!(!ready.is_empty(), "no account is ready");
    for account in &ready {
        let contract = library.contract(&account.config.consumers[0]).unwrap();
        let form = worlds::complete(&account.config.form, contract);
        let bench = Bench { library: &library, account, contract, form: &form };
        bench.run(&mut seen, &mut tally);
    }
    println!(
        "{} mutants of {} ready accounts; {} break a needed demand, {} of them are pointed at; {} with too many worlds",
        tally.mutants,
        ready.len(),
        tally.broken,
        tally.pointed,
        tally.wide
    );
    println!("{:?} {} repeated, judging {:?}, brute force {:?}", tally.kinds, tally.repeated, tally.judging, tally.forcing);
    assert!(tally.mutants >= 300, "only {} mutants", tally.mutants);
    let list = |all: &[String]| all.iter().take(400).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        tally.wrong.is_empty() && tally.astray.is_empty(),
        "{} answers differ from brute force:\n{}\n\n{} broken mutants are not pointed at:\n{}",
        tally.wrong.len(),
        list(&tally.wrong),
        tally.astray.len(),
        list(&tally.astray)
    );
}

struct Bench<'a> {
    library: &'a Library,
    account: &'a Account,
    contract: &'a Contract,
    form: &'a Form,
}

impl Bench<'_> {
    fn run(&self, seen: &mut BTreeSet<(Role, String)>, tally: &mut Tally) {
        let account = self.account;
        let base = self.states(&account.evidence, None, &BTreeMap::new());
        for document in &account.evidence.documents {
            let source = account.sources.get(document.source);
            let people = People {
                service: match account.config.form.text("export-type") {
                    Some("cur-legacy") => "billingreports.amazonaws.com",
                    _ => "bcm-data-exports.amazonaws.com",
                },
                reader: self.form.text("reader").unwrap_or_default(),
            };
            let people = document.role.has_principal().then_some(&people);
            let text = source.text();
            let mutants = if document.policy.level == 0 {
                let read = read_json(text);
                let root = [
                    Some(&read.root),
                    read.root.get("PolicyDocument"),
                    read.root.get("PolicyVersion").and_then(|version| version.get("Document")),
                ]
                    .into_iter()
                    .flatten()
                    .find(|node| node.span == document.policy.span);
                root.map(|root| mutants(text, root, 0, people))
            } else {
                let wrapped =
                    account.evidence.wrapped.iter().find(|(id, ..)| *id == document.source).unwrap();
                let unwrapped = Unwrapped::new(text, wrapped.1, wrapped.2);
                let read = read_wrapped(&unwrapped);
                Some(mutants(text, &read.root, wrapped.2, people))
            };
            let mutants =
                mutants.unwrap_or_else(|| panic!("{}: {} has no policy", account.name, source.name()));
            for mutant in &mutants {
                let is_new = seen.insert((document.role, mutant.alike.clone()));
                tally.repeated += usize::from(!is_new);
                if is_new || tally.repeated % SAMPLE == 0 {
                    self.check(document.source, document.role, mutant, &base, tally);
                }
            }
        }
    }

    fn check(
        &self,
        changed: SourceId,
        role: Role,
        mutant: &Mutant,
        base: &BTreeMap<String, State>,
        tally: &mut Tally,
    ) {
        let start = std::time::Instant::now();
        let (sources, evidence) = self.load(changed, &mutant.text);
        let report = self.account.judge_with(self.library, &sources, &evidence);
        let name = || format!("{} {}: {}", self.account.name, role.name(), mutant.what);
        tally.mutants += 1;
        tally.judging += start.elapsed();
        let start = std::time::Instant::now();
        let expected = self.states(&evidence, Some(role), base);
        tally.forcing += start.elapsed();
        let mut worst = Verdict::Ready;
        let mut broken = false;
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
                broken |= *state == State::Broken;
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
        *tally
            .kinds
            .entry(match worst {
                Verdict::Ready => "still ready",
                Verdict::CannotTell => "cannot tell",
                Verdict::NotReady => "not ready",
            })
            .or_default() += 1;
        if broken {
            tally.broken += 1;
            if points(&report, changed, mutant) {
                tally.pointed += 1;
            } else {
                tally.astray.push(format!("{}\n{}", name(), self.told(&report, &sources)));
            }
        }
    }

    /// What the report says instead, for the message of a failure.
    fn told(&self, report: &Report, sources: &Sources) -> String {
        let lines =
            report.findings.iter().filter(|finding| finding.severity == Severity::Error).map(|finding| {
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
        let mut evidence = Evidence {
            public_access_block: self.account.evidence.public_access_block,
            ..Evidence::default()
        };
        for (id, source) in self.account.sources.iter() {
            let text = if id == changed { text } else { source.text() };
            match self.account.evidence.documents.iter().find(|document| document.source == id) {
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

    /// Every demand that is asked, by brute force; what a changed role does not bear on is taken from `base`.
    fn states(
        &self,
        evidence: &Evidence,
        changed: Option<Role>,
        base: &BTreeMap<String, State>,
    ) -> BTreeMap<String, State> {
        let mut out = BTreeMap::new();
        for demand in
            self.contract.demands.iter().filter(|each| each.is_asked(self.form, |kind| evidence.has(kind)))
        {
            let state = match (&demand.ask, base.get(&demand.id)) {
                (Ask::Access { .. }, Some(state))
                    if changed.is_some_and(|role| !worlds::bears(self.library, demand, role)) =>
                {
                    Some(*state)
                }
                (Ask::Access { .. }, _) => worlds::state(self.library, self.form, evidence, demand, NOW),
                (Ask::Accepted { document }, _) => {
                    let role = Role::of(document).unwrap();
                    Some(accepted::state(evidence, role, self.form.text("bucket").unwrap()))
                }
            };
            if let Some(state) = state {
                out.insert(demand.id.clone(), state);
            }
        }
        out
    }
}

/// Whether an error points into what was changed, or names what is gone.
fn points(report: &Report, changed: SourceId, mutant: &Mutant) -> bool {
    report.findings.iter().filter(|finding| finding.severity == Severity::Error).any(|finding| {
        let place = finding.primary.place;
        let inside = place.source == changed && mutant.place.contains(place.span);
        let named = finding.headline.split('`').skip(1).step_by(2);
        inside
            || named.into_iter().any(|word| mutant.dropped.iter().any(|gone| Glob::new(gone).matches(word)))
    })
}
