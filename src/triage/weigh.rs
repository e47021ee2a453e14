//! Causes against evidence: the judge is asked for the demands in question, the evaluator for the very request that was refused.

use super::Bench;
use super::book::Ranked;
use super::formed::form_of;
use super::judged::{
    at_hand, demands, is_unsettled, judged, of_reader, said_of, settle, shown_by, waits, with_told,
};
use super::known::with_known;
use super::layer::{Word, is_of_event, word_of};
use super::next::asks;
use super::others::{once, others};
use super::own::own;
use super::silent::seen;
use super::when::holds;
use super::whose::{has_personal, is_personal_layer, other_than_refused};
use crate::contract::Form;
use crate::evidence::Evidence;
use crate::finding::triage::{Asked, Cause, Facts, Standing, Sure};
use crate::finding::{Class, Finding, Report, Unknown, Wrapped};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Reports of so many forms are kept.
const MOST_REPORTS: usize = 64;

/// Whether anything at all was given.
pub(super) fn has_evidence(evidence: &Evidence) -> bool {
    !(evidence.documents.is_empty() && evidence.answers.is_empty() && evidence.listing.is_missing())
        || evidence.public_access_block.is_some()
        || !evidence.reader.credentials.is_empty()
}

/// The causes of a message, weighed.
#[derive(Debug, Default)]
pub(super) struct Weighed {
    /// With the identifier each has in `rules/messages`, none for one that only the evidence shows.
    pub(super) causes: Vec<(Option<String>, Cause)>,
    /// Facts that demands in question wait for, with how sure the surest cause is that hangs on each.
    pub(super) unknown: Vec<(Unknown, Sure)>,
    /// The documents are not those of who was refused.
    pub(super) is_other: bool,
    /// What was given of the layer that the text names does not refuse.
    pub(super) is_not_all: bool,
    /// The form that was judged.
    pub(super) form: Form,
    pub(super) notes: Vec<String>,
    /// What to ask for next.
    pub(super) asks: Vec<Asked>,
}

/// What was found out for a form.
#[derive(Debug)]
struct Judged {
    report: Report,
    /// Of the evidence what layers are put together from, where it is not all of what was given.
    layers: Option<Evidence>,
}

/// Weighs messages, and judges each form once.
#[derive(Debug)]
pub(super) struct Weigher<'a> {
    bench: Bench<'a>,
    reports: BTreeMap<Vec<(String, String)>, Judged>,
    /// Where sources hold wrapped JSON, as reports that are no longer kept told.
    wrapped: Vec<Wrapped>,
}

impl<'a> Weigher<'a> {
    pub(super) fn new(bench: Bench<'a>) -> Self {
        Self { bench, reports: BTreeMap::new(), wrapped: Vec::new() }
    }

    pub(super) fn bench(&self) -> Bench<'a> {
        self.bench
    }

    /// Where sources hold wrapped JSON.
    pub(super) fn wrapped(&self) -> Vec<Wrapped> {
        let own = self.bench.evidence.wrapped.iter();
        let mut out: Vec<Wrapped> = own
            .map(|(source, span, level)| Wrapped { source: *source, span: *span, level: *level })
            .collect();
        let told = self.reports.values().flat_map(|judged| &judged.report.wrapped).chain(&self.wrapped);
        for each in told {
            if !out.contains(each) {
                out.push(*each);
            }
        }
        out
    }

    /// Forgets reports when there are many: each message may name another bucket.
    fn forget(&mut self) {
        if self.reports.len() < MOST_REPORTS {
            return;
        }
        self.wrapped = self.wrapped();
        self.reports.clear();
    }

    pub(super) fn weigh(&mut self, facts: &Facts) -> Weighed {
        let (form, facts) = seen(&self.bench, form_of(self.bench.form, facts), facts);
        let facts = &*facts;
        let own = own(&self.bench, facts, &form);
        let bench = Bench { evidence: &own.evidence, ..self.bench };
        let mut out = self.weighed(&bench, facts, form, &own.key);
        let new = own.notes.iter().filter(|(_, is_personal)| !(*is_personal && out.is_other));
        let notes: Vec<String> = new.map(|(note, _)| note.clone()).collect();
        out.notes.splice(0..0, notes);
        out.asks = asks(&bench, facts, &out);
        out
    }

    /// Weighs with what can be about the message.
    fn weighed(&mut self, bench: &Bench<'_>, facts: &Facts, form: Form, own: &str) -> Weighed {
        let bench = *bench;
        let known = with_known(facts, &bench);
        let facts = &*known;
        let ranked = bench.book.causes(facts);
        let opened = |ranked: &Ranked<'_>| (Some(ranked.id.to_owned()), open(&bench, ranked, facts));
        if !has_evidence(bench.evidence) && bench.form.iter().next().is_none() {
            return Weighed { causes: ranked.iter().map(opened).collect(), form, ..Weighed::default() };
        }
        self.forget();
        let told = with_told(bench.evidence, facts);
        let key = self.judge(&form, bench.evidence, own);
        let told_key = told.as_ref().map(|told| self.judge(&form, told, &format!("{own}no-bucket-policy")));
        let Some(judged) = self.reports.get(&key) else { return Weighed::default() };
        let told = &told_key.and_then(|key| self.reports.get(&key)).unwrap_or(judged).report;
        let report = &judged.report;
        let layers = Bench { evidence: judged.layers.as_ref().unwrap_or(bench.evidence), ..bench };
        let other = other_than_refused(&bench, facts);
        let foreign = if other.is_some() { of_reader(&bench) } else { Vec::new() };
        let is_other = other.is_some();
        let case = Case { bench: &bench, layers: &layers, facts, form: &form, report, told, is_other };
        let mut out = Weighed { form: form.clone(), is_other: other.is_some(), ..Weighed::default() };
        let mut asked: Vec<(usize, String)> = Vec::new();
        for (at, ranked) in ranked.iter().enumerate() {
            let mut demands = demands(&bench, ranked.page, facts);
            demands.retain(|demand| !foreign.contains(demand));
            let (cause, is_not_all) = case.weigh(ranked, &demands);
            out.is_not_all |= is_not_all;
            asked.extend(demands.into_iter().map(|demand| (at, demand)));
            out.causes.push((Some(ranked.id.to_owned()), cause));
        }
        others(&bench, facts, report, (&asked, &foreign), &mut out);
        once(&bench, facts, &asked, &mut out);
        for unknown in
            report.unknown.iter().filter(|unknown| asked.iter().any(|(_, id)| *id == unknown.demand))
        {
            let open = asked.iter().filter(|(_, id)| *id == unknown.demand);
            let open = open.filter_map(|(at, _)| out.causes.get(*at));
            let open = open.filter(|(_, cause)| cause.standing == Standing::Open);
            let sure = open.map(|(_, cause)| cause.sure).min().unwrap_or(Sure::Possible);
            out.unknown.push((unknown.clone(), sure));
        }
        // Where the documents show what is wrong with a policy, that it does not allow says nothing more.
        let is_general = |id: &Option<String>| {
            let page = id.as_deref().and_then(|id| bench.book.cause(id));
            page.is_some_and(|page| page.usual_layer.is_some())
        };
        let is_shown = |(id, cause): &(Option<String>, Cause)| {
            cause.standing == Standing::Confirmed
                && !is_general(id)
                && layer_of(&bench, id).as_deref() == Some("identity")
        };
        if out.causes.iter().any(is_shown) {
            out.causes.retain(|(id, cause)| {
                cause.finding.is_some() || cause.standing != Standing::Confirmed || !is_general(id)
            });
        }
        let mut shown: Vec<(String, String)> = Vec::new();
        out.causes.retain(|(_, cause)| {
            let key = (cause.rule.clone(), cause.says.clone());
            let is_new =
                (cause.finding.is_none() && cause.standing != Standing::Confirmed) || !shown.contains(&key);
            shown.push(key);
            is_new
        });
        // Who takes a role is never who the role's documents are about.
        let is_sts = facts.get("action").is_some_and(|action| action.starts_with("sts:"));
        if let Some(other) = other.filter(|_| !is_sts && has_personal(&bench)) {
            let phrases = bench.library.phrases();
            out.notes.push(phrases.say("triage-other-principal", &[("other", &other)]));
        }
        out.causes.sort_by_key(|(_, cause)| {
            let rank = match cause.standing {
                Standing::Confirmed => 0,
                Standing::Open => 1,
                Standing::RuledOut => 2,
            };
            (rank, cause.sure, cause.finding.is_none())
        });
        out
    }

    /// Judges a form with some evidence, once.
    fn judge(&mut self, form: &Form, evidence: &Evidence, what: &str) -> Vec<(String, String)> {
        let mut key: Vec<(String, String)> =
            form.iter().map(|(name, value)| (name.to_owned(), value.text.clone())).collect();
        key.push((String::new(), what.to_owned()));
        if !self.reports.contains_key(&key) {
            let report = judged(&self.bench, evidence, form);
            let layers = match at_hand(&Bench { evidence, ..self.bench }, evidence, form) {
                Cow::Borrowed(_) => None,
                Cow::Owned(own) => Some(Evidence {
                    documents: own.documents,
                    public_access_block: own.public_access_block,
                    exports: own.exports,
                    ..Evidence::default()
                }),
            };
            self.reports.insert(key.clone(), Judged { report, layers });
        }
        key
    }
}

/// A message with what the judge said.
struct Case<'c, 'a> {
    bench: &'c Bench<'a>,
    /// The same with the documents that layers are put together from.
    layers: &'c Bench<'a>,
    facts: &'c Facts,
    form: &'c Form,
    report: &'c Report,
    /// The report with what the text tells of other documents.
    told: &'c Report,
    /// The documents are not those of who was refused.
    is_other: bool,
}

impl Case<'_, '_> {
    /// The cause, and whether what was given of the layer that the text names does not refuse.
    fn weigh(&self, ranked: &Ranked<'_>, demands: &[String]) -> (Cause, bool) {
        let page = ranked.page;
        let mut cause = open(self.bench, ranked, self.facts);
        let is_about_call = page.demands.iter().any(|demand| demand == "@action");
        let report = if is_about_call { self.told } else { self.report };
        let named = self.facts.get("layer");
        // What may refuse is no answer where a layer does.
        let may_be = |finding: &&Finding| {
            let asked = finding.demand.as_deref().filter(|_| finding.class == Class::NeedsEvidence);
            asked.is_some_and(|demand| is_unsettled(report, demand))
        };
        let is_asked = |layer: &&str| {
            let is_told = named.is_none() && page.layer.is_some() && is_of_event(self.facts);
            (named == Some(*layer) || demands.is_empty() || is_told)
                && !(self.is_other && is_personal_layer(layer))
        };
        let layer = page.of_layer().filter(is_asked);
        let refuses = |layer: &str| {
            matches!(word_of(self.layers, self.facts, (layer, page), self.form), Word::Refuses(..))
        };
        let shown = shown_by(report, page, demands);
        if let Some(finding) = shown.filter(|found| !(may_be(found) && layer.is_some_and(refuses))) {
            confirm(self.bench, &mut cause, finding);
            said_of(finding, demands).clone_into(&mut cause.says);
            if may_be(&finding) {
                cause.standing = Standing::Open;
                cause.sure = Sure::Likely;
                cause.why = self.say("triage-not-settled");
            }
            return (cause, false);
        }
        if !page.shown_if.is_empty() && holds(&page.shown_if, self.facts) {
            cause.standing = Standing::Confirmed;
            cause.sure = Sure::Certain;
            return (cause, false);
        }
        if !page.not_if.is_empty() && holds(&page.not_if, self.facts) {
            rule_out(self.bench, &mut cause, "triage-not-so");
            return (cause, false);
        }
        if let Some(layer) = layer {
            // What a cause says of the document that was given the document settles.
            let hangs = page.hangs_on_resource || !page.hangs_on.is_empty() || page.hangs_on_part.is_some();
            let is_of_text = named == Some(layer) && !hangs;
            match word_of(self.layers, self.facts, (layer, page), self.form) {
                Word::Refuses(why, labels) => {
                    cause.standing = Standing::Confirmed;
                    cause.sure = Sure::Certain;
                    cause.why = why;
                    cause.labels = labels;
                }
                Word::May(why, labels) => {
                    cause.sure = Sure::Likely;
                    cause.why = why;
                    cause.labels = labels;
                }
                // It refuses, and the part of it that does is another cause's.
                Word::RefusesOtherwise if !page.despite.is_empty() => {
                    rule_out(self.bench, &mut cause, "triage-refuses-otherwise");
                }
                // The text names this layer, so it did refuse, and what was given of it is not all.
                Word::Lets | Word::RefusesOtherwise if is_of_text => {
                    cause.why = format!("{}; {}", cause.why, self.say(not_all(layer)));
                    // What was given makes another cause with the same words the likelier one.
                    if cause.sure == Sure::Likely {
                        cause.sure = Sure::Possible;
                    }
                    return (cause, true);
                }
                Word::RefusesOtherwise => {
                    rule_out(self.bench, &mut cause, "triage-refuses-otherwise");
                }
                Word::Lets => rule_out(self.bench, &mut cause, "triage-does-not-refuse"),
                // Where the text names the layer, what the judge says of the whole does not outweigh it.
                Word::Silent if is_of_text => {}
                Word::Silent => settle(self.bench, self.report, demands, &mut cause),
            }
            return (cause, false);
        }
        if let Some(fact) = waits(self.report, page, demands) {
            cause.standing = Standing::Confirmed;
            cause.why = fact.reason.clone();
        } else if holds(&page.settled_if, self.facts) {
            settle(self.bench, self.report, demands, &mut cause);
        }
        // Of who was refused the policies may allow it, whatever else is not known.
        if let Some(layer) = page.usual_layer.as_deref()
            && named.is_none()
            && cause.standing == Standing::Open
            && !(self.is_other && is_personal_layer(layer))
            && matches!(word_of(self.layers, self.facts, (layer, page), self.form), Word::Lets)
        {
            rule_out(self.bench, &mut cause, "triage-does-not-refuse");
        }
        (cause, false)
    }

    fn say(&self, phrase: &str) -> String {
        self.bench.library.phrases().say(phrase, &[])
    }
}

/// The phrase for a layer that refused and does not refuse by what was given of it. A resource has one policy, others are many.
fn not_all(layer: &str) -> &'static str {
    if matches!(layer, "resource" | "boundary" | "trust") {
        "triage-changed-since"
    } else {
        "triage-another-policy"
    }
}

/// The layer that a cause of `rules/messages` is about.
pub(super) fn layer_of(bench: &Bench<'_>, id: &Option<String>) -> Option<String> {
    bench.book.cause(id.as_deref()?)?.layer.clone()
}

/// A cause before any evidence.
fn open(bench: &Bench<'_>, ranked: &Ranked<'_>, facts: &Facts) -> Cause {
    Cause {
        rule: ranked.page.rule.clone(),
        has_page: ranked.page.page,
        says: bench.book.say(&ranked.page.says, facts),
        sure: ranked.sure,
        why: bench.book.say(ranked.why, facts),
        standing: Standing::Open,
        class: ranked.page.class,
        owner: ranked.page.owner,
        labels: Vec::new(),
        help: ranked.page.help.as_deref().map(|help| bench.book.say(help, facts)),
        finding: None,
    }
}

pub(super) fn confirm(bench: &Bench<'_>, cause: &mut Cause, finding: &Finding) {
    cause.standing = Standing::Confirmed;
    cause.sure = Sure::Certain;
    cause.rule = finding.rule.0.clone();
    cause.has_page = true;
    cause.says = finding.headline.clone();
    cause.why = bench.library.phrases().say("triage-shown", &[]);
    cause.class = finding.class;
    cause.owner = finding.owner;
    cause.labels = std::iter::once(&finding.primary).chain(&finding.related).cloned().collect();
    cause.finding = Some(Box::new(finding.clone()));
}

pub(super) fn rule_out(bench: &Bench<'_>, cause: &mut Cause, phrase: &str) {
    cause.standing = Standing::RuledOut;
    cause.why = bench.library.phrases().say(phrase, &[]);
}
