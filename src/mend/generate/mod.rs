//! Makes the documents that a contract asks for.
//!
//! No text of a policy stands here: an empty policy, or the one that is there, is judged, and mended as any other document.
//! So what comes out is what the contract's demands need, in the evaluator's opinion, and what was there stays.

mod advice;
mod export;
mod forms;
mod script;
mod spare;

pub use advice::{LeftOut, unmet};
pub use export::{ExportFault, export};
pub use forms::{Form as OutputForm, Reader, Set, write};

use super::outcome::{asks_for_acceptance, refused};
use super::plan::{Options, plan};
use super::state::{Bench, State};
use super::typed::{names, templates};
use crate::contract::{Ask, Contract, Expect, Form};
use crate::evidence::{Evidence, Role};
use crate::finding::{
    AccessClass, DemandReport, Finding, Need, Report, RuleName, Severity, State as DemandState,
};
use crate::judge::with_own_principal;
use crate::load;
use crate::source::{SourceId, Sources};
use advice::left_out;
use std::collections::BTreeMap;
use thiserror::Error;

/// A document that can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// The policy of the bucket.
    BucketPolicy,
    /// The trust policy of the role that the product takes.
    TrustPolicy,
    /// The policy of the user whose key the product gets, or of the role that it takes.
    ReaderPolicy,
    /// The policy by which the product finds resources.
    DiscoveryPolicy,
}

impl Part {
    /// Name of the document, without its ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Part::BucketPolicy => "bucket-policy",
            Part::TrustPolicy => "trust-policy",
            Part::ReaderPolicy => "reader-policy",
            Part::DiscoveryPolicy => "discovery-policy",
        }
    }

    /// What the document is to the account.
    fn role(self) -> Role {
        match self {
            Part::BucketPolicy => Role::BucketPolicy,
            Part::TrustPolicy => Role::TrustPolicy,
            Part::ReaderPolicy | Part::DiscoveryPolicy => Role::ReaderPolicy,
        }
    }

    /// The documents that a contract asks for, in the order in which they are put to use.
    #[must_use]
    pub fn of(contract: &Contract) -> Vec<Self> {
        let asks = |wanted: &dyn Fn(&Ask) -> bool| contract.demands.iter().any(|demand| wanted(&demand.ask));
        let judges = |role: Role| {
            asks(&|ask| match ask {
                Ask::Accepted { document } => document == role.name(),
                _ => false,
            })
        };
        let all = [
            (Part::BucketPolicy, judges(Role::BucketPolicy)),
            (Part::TrustPolicy, judges(Role::TrustPolicy)),
            (Part::ReaderPolicy, judges(Role::ReaderPolicy)),
            (Part::DiscoveryPolicy, asks(&|ask| matches!(ask, Ask::Discovery { linked: false, .. }))),
        ];
        all.into_iter().filter(|(_, is_asked)| *is_asked).map(|(part, _)| part).collect()
    }
}

/// Why nothing is made. The user must act.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GenerateFault {
    /// Values of the form that every text needs.
    #[error("the form lacks {}: give it as a flag, or in [form] of preflight.toml", .0.join(", "))]
    Form(Vec<String>),
    /// What is there already stands in the way, and is not changed.
    #[error(
        "what is there already keeps the demand from being met, and nothing of it is changed: {0}; mend it first, `preflight fix` shows how"
    )]
    InTheWay(String),
    /// What is there already is no policy that AWS takes: what is in it is not known, and cannot be kept.
    #[error("AWS refuses the {part} that is there: {headline}; mend it first, `preflight fix` shows how")]
    Refused {
        /// The document.
        part: String,
        /// What is wrong.
        headline: String,
    },
    /// It would let in others.
    #[error("it would let in more than the contract asks for: {} {} {}", .0.caller, .0.action, .0.resource)]
    TooWide(Box<AccessClass>),
    /// What one product needs, the documents of the others take away.
    #[error(
        "no documents serve these products together: with those of the others `{demand}` of {product} is not met; make the documents of each by themselves"
    )]
    Apart {
        /// The product.
        product: String,
        /// The demand, as a sentence.
        demand: String,
    },
}

/// Documents, and what is not in them.
#[derive(Debug)]
pub struct Generated {
    /// The texts.
    pub texts: BTreeMap<Part, String>,
    /// Advice that the import works without.
    pub left_out: Vec<LeftOut>,
    /// What was there and lets in others: its owner decides, nothing of it is changed.
    pub stays: Vec<String>,
    /// The report on the documents.
    pub report: Report,
}

/// A policy without statements.
const EMPTY: &str = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}\n";

/// Values without which nothing can be said where a contract names them.
const NEEDED: [&str; 6] =
    ["account", "bucket", "export-name", "export-path", "external-id", "product-principal"];

/// The values that are missing and that needed demands of a contract name.
fn missing(bench: &Bench<'_>, contract: &Contract, form: &Form) -> Vec<String> {
    let mut form = form.clone();
    for default in &contract.defaults {
        form.presume(&default.name, &default.value, "");
    }
    let needed = contract.demands.iter().filter(|demand| demand.need == Need::Needed);
    let texts: Vec<&str> = needed
        .filter(|demand| matches!(demand.ask, Ask::Access { .. } | Ask::Discovery { .. }))
        .flat_map(|demand| templates(bench, demand))
        .collect();
    let names = |name: &str| name == "account" || names(&texts, name);
    let missing = NEEDED.iter().filter(|name| form.text(name).is_none() && names(name));
    missing.map(|name| format!("--{name}")).collect()
}

/// Makes policies for the consumers of the bench, one after the other into the same texts, from what is there already where
/// `into` has it.
///
/// # Errors
/// If form values are missing, or what is there stands in the way.
pub fn policies(
    bench: &Bench<'_>,
    form: &Form,
    into: &BTreeMap<Part, String>,
) -> Result<Generated, GenerateFault> {
    let [_, _, ..] = bench.consumers else { return for_one(bench, form, into, into) };
    let there = judged(bench, form, into);
    let mut all: Option<Generated> = None;
    for name in bench.consumers {
        let one = Bench { consumers: std::slice::from_ref(name), ..*bench };
        let mut texts = into.clone();
        texts.extend(all.iter().flat_map(|all| all.texts.clone()));
        let contract = bench.library.contract(name);
        let form = contract.map_or_else(|| form.clone(), |contract| with_own_principal(form, contract));
        let made = for_one(&one, &form, &texts, into)?;
        let Some(before) = &mut all else {
            all = Some(made);
            continue;
        };
        before.texts.extend(made.texts);
        for headline in made.stays {
            // What was made for another product a moment ago is no news.
            let was_there = there.findings.iter().any(|finding| finding.headline == headline);
            if was_there && !before.stays.contains(&headline) {
                before.stays.push(headline);
            }
        }
        before.report.consumers.extend(made.report.consumers);
    }
    let Some(mut all) = all else { return for_one(bench, form, into, into) };
    all.report = together(bench, form, &there, &all)?;
    all.left_out = left_out(bench, &all.report);
    Ok(all)
}

fn judged(bench: &Bench<'_>, form: &Form, texts: &BTreeMap<Part, String>) -> Report {
    let documents: Vec<(Part, Role, &str)> =
        texts.iter().map(|(part, text)| (*part, part.role(), text.as_str())).collect();
    Bench { config: None, ..*bench }.judge(&state(form, &documents))
}

/// The report of all products on the documents that were made for one after the other: what was made for one may stand in
/// the way of another. `there`: the report on what was there before.
fn together(
    bench: &Bench<'_>,
    form: &Form,
    there: &Report,
    made: &Generated,
) -> Result<Report, GenerateFault> {
    let report = judged(bench, form, &made.texts);
    for now in &report.consumers {
        let Some(contract) = bench.library.contract(&now.name) else { continue };
        let was_broken = |report: &Report, id: &str| {
            let mut demands = report
                .consumers
                .iter()
                .filter(|consumer| consumer.name == now.name)
                .flat_map(|consumer| &consumer.demands);
            demands.any(|demand| demand.id == id && demand.state == DemandState::Broken)
        };
        let is_told = |demand: &&DemandReport| {
            match contract.demands.iter().find(|known| known.id == demand.id).map(|known| &known.ask) {
                // The products are others to each other, and each of them is to be let in.
                Some(Ask::Others { .. }) => true,
                Some(ask) if keeps_out(ask) => was_broken(there, &demand.id),
                _ => was_broken(&made.report, &demand.id),
            }
        };
        let mut broken = now
            .demands
            .iter()
            .filter(|demand| demand.need == Need::Needed && demand.state == DemandState::Broken);
        if let Some(demand) = broken.find(|demand| !is_told(demand)) {
            return Err(GenerateFault::Apart { product: now.title.clone(), demand: demand.title.clone() });
        }
    }
    Ok(report)
}

/// Makes what one product needs, into texts of which those that were there stay as they are.
fn for_one(
    bench: &Bench<'_>,
    form: &Form,
    into: &BTreeMap<Part, String>,
    there: &BTreeMap<Part, String>,
) -> Result<Generated, GenerateFault> {
    let contract = bench.consumers.first().and_then(|name| bench.library.contract(name));
    let asked = contract.map(Part::of).unwrap_or_default();
    let missing = contract.map(|contract| missing(bench, contract, form)).unwrap_or_default();
    if !missing.is_empty() {
        return Err(GenerateFault::Form(missing));
    }
    let bench = Bench { config: None, ..*bench };
    let text = |part: Part| into.get(&part).map_or(EMPTY, String::as_str);
    let roles = [
        (Part::BucketPolicy, Role::BucketPolicy),
        (Part::TrustPolicy, Role::TrustPolicy),
        (Part::ReaderPolicy, Role::ReaderPolicy),
    ];
    let parts: Vec<(Part, Role)> = roles.into_iter().filter(|(part, _)| asked.contains(part)).collect();
    let documents: Vec<(Part, Role, &str)> =
        parts.iter().map(|(part, role)| (*part, *role, text(*part))).collect();
    let start = keeping(form, &documents, there);
    let report = bench.judge(&start);
    takes(&bench, &report, (&start, &documents), there)?;
    let open = |finding: &Finding| contract.is_some_and(|contract| lets_others_in(contract, finding));
    let before: Vec<String> = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error && open(finding))
        .map(|finding| finding.headline.clone())
        .collect();
    let demands = contract.map(generated).unwrap_or_default();
    let options = Options { with_review: true, least: Severity::Error, demands, ..Options::default() };
    let made = plan(&bench, start, report, &options);
    if let Some(class) = made.steps.iter().flat_map(|step| &step.fix.gained).next() {
        return Err(GenerateFault::TooWide(Box::new(class.clone())));
    }
    let is_there = |finding: &Finding| open(finding) && before.contains(&finding.headline);
    let mut errors = made.left.iter().filter(|left| left.finding.severity == Severity::Error);
    if let Some(left) = errors.find(|left| !is_there(&left.finding)) {
        return Err(GenerateFault::InTheWay(left.finding.headline.clone()));
    }
    let (after, report) = spare::without_needless(&bench, made.after, made.report);
    let mut texts: BTreeMap<Part, String> = BTreeMap::new();
    for ((part, _), (_, source)) in parts.iter().zip(after.sources.iter()) {
        texts.insert(*part, source.text().to_owned());
    }
    if asked.contains(&Part::DiscoveryPolicy) {
        let policy = discovery(&bench, form, (&texts, there), text(Part::DiscoveryPolicy))?;
        // Where discovery is all that the product does, the reader's policy has it already.
        if policy != EMPTY {
            texts.insert(Part::DiscoveryPolicy, policy);
        }
    }
    let left_out = left_out(&bench, &report);
    let stays = made.left.iter().map(|left| left.finding.headline.clone()).collect();
    Ok(Generated { texts, left_out, stays, report })
}

/// The advice that is followed without being asked for.
fn generated(contract: &Contract) -> Vec<String> {
    let advice = contract.demands.iter().filter(|demand| demand.is_generated);
    advice.map(|demand| demand.id.clone()).collect()
}

/// Whether a finding is about others whom a document lets in, and about nothing that the product needs.
fn lets_others_in(contract: &Contract, finding: &Finding) -> bool {
    let demand = contract.demands.iter().find(|demand| Some(&demand.id) == finding.demand.as_ref());
    demand.is_some_and(|demand| keeps_out(&demand.ask))
}

/// Whether a demand is that others be kept out.
fn keeps_out(ask: &Ask) -> bool {
    match ask {
        Ask::Others { .. } => true,
        Ask::Access { expect, .. } => *expect != Expect::Allowed,
        _ => false,
    }
}

fn state(form: &Form, documents: &[(Part, Role, &str)]) -> State {
    let mut sources = Sources::new();
    let mut evidence = Evidence::default();
    for (part, role, text) in documents {
        load::add_text(&mut sources, &format!("{}.json", part.name()), text, *role, 0, &mut evidence);
    }
    State::new(sources, evidence, form.clone())
}

/// The documents, of which changes leave what was there as it is.
fn keeping(form: &Form, documents: &[(Part, Role, &str)], there: &BTreeMap<Part, String>) -> State {
    let made = state(form, documents);
    let kept: Vec<SourceId> = (made.sources.iter().zip(documents))
        .filter(|(_, (part, ..))| there.contains_key(part))
        .map(|((source, _), _)| source)
        .collect();
    made.keeping(&|source| kept.contains(&source))
}

/// Refuses what was there if AWS does.
fn takes(
    bench: &Bench<'_>,
    report: &Report,
    (state, documents): (&State, &[(Part, Role, &str)]),
    there: &BTreeMap<Part, String>,
) -> Result<(), GenerateFault> {
    let refused = refused(bench, report);
    let parts = state.sources.iter().zip(documents).map(|((source, _), (part, ..))| (source, part));
    let mut known = parts.filter(|(source, part)| refused.contains(source) && there.contains_key(part));
    let wrong = known.find_map(|(source, part)| {
        let mut errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let of_it = |finding: &&Finding| {
            finding.primary.place.source == source
                && finding.demand.as_deref().is_some_and(|id| asks_for_acceptance(bench, id))
        };
        Some((part, errors.find(of_it)?))
    });
    match wrong {
        Some((part, finding)) => Err(GenerateFault::Refused {
            part: part.name().replace('-', " "),
            headline: finding.headline.clone(),
        }),
        None => Ok(()),
    }
}

/// What the product needs to look for resources stands in a policy of its own, as guides have it: it can be detached.
fn discovery(
    bench: &Bench<'_>,
    form: &Form,
    (made, there): (&BTreeMap<Part, String>, &BTreeMap<Part, String>),
    text: &str,
) -> Result<String, GenerateFault> {
    let bucket = made.get(&Part::BucketPolicy).map_or(EMPTY, String::as_str);
    let reader = made.get(&Part::ReaderPolicy).map_or(EMPTY, String::as_str);
    // What the reader has already is not asked for again.
    let documents = [
        (Part::DiscoveryPolicy, Role::ReaderPolicy, text),
        (Part::ReaderPolicy, Role::ReaderPolicy, reader),
        (Part::BucketPolicy, Role::BucketPolicy, bucket),
    ];
    let start = keeping(form, &documents, there);
    let report = bench.judge(&start);
    takes(bench, &report, (&start, &documents), there)?;
    let rule = RuleName("discovery-action-missing".to_owned());
    let done =
        plan(bench, start, report, &Options { only: vec![rule], with_review: true, ..Options::default() });
    Ok(done.after.sources.iter().next().map_or_else(String::new, |(_, source)| source.text().to_owned()))
}
