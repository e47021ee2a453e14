//! How far a fix can be trusted: the documents are changed in memory, judged again, and their access compared.

use super::access::{Access, Unforced, compare_unforced};
use super::doubt::{contradicted, shown};
use super::fill::{adds_statements, fill};
use super::fit::{Fitted, fit};
use super::outcome::{
    asks_for_acceptance, count, demand, news, refused, refused_for_values, state_of, worse,
};
use super::shared;
use super::spares::{goes_round, own_holder};
use super::state::{Bench, State};
use super::text;
use super::title::title;
use super::tries::Tries;
use super::typed::hangs_on;
use super::ways::{merged, ways, with_names_mended};
use crate::checks::lint::counted;
use crate::contract::{Ask, Expect};
use crate::finding::{
    Applicability, Change, Edit, Finding, Fix, Repair, Report, RuleName, Severity, State as DemandState,
};
use std::collections::BTreeMap;

/// How often documents are judged again for the fixes of one report: the report is not to wait long for them.
const MOST_TRIES: usize = 32;
/// Findings that say the same for which a fix is looked for: who wants the others asks `fix`.
const MOST_ALIKE: usize = 2;
/// Layers that are mended one behind the other for one demand.
const MOST_LAYERS: usize = 3;

/// What cannot be told of a change, before the rest is counted.
const MOST_DOUBTS: usize = 3;

/// A fix with the documents as they are once it is applied.
pub(super) struct Proved {
    pub(super) fix: Fix,
    pub(super) state: State,
    pub(super) report: Report,
    /// What held by a text that was not in force does not any more.
    reveals: bool,
    /// Warnings that were not told before.
    warns: usize,
}

/// Looks for fixes of every finding that is severe enough, and puts the best one into it.
pub fn attach(bench: &Bench<'_>, state: &State, report: &mut Report, least: Severity) {
    let mut tries = Tries::new(MOST_TRIES);
    let mut seen: BTreeMap<(RuleName, String), usize> = BTreeMap::new();
    for at in 0..report.findings.len() {
        let fixes = {
            let Some(finding) = report
                .findings
                .get(at)
                .filter(|finding| finding.severity >= least && !finding.repairs.is_empty())
            else {
                continue;
            };
            let alike = seen.entry((finding.rule.clone(), finding.headline.clone())).or_default();
            *alike += 1;
            if *alike > MOST_ALIKE {
                continue;
            }
            let best = best(bench, state, report, finding, &mut tries);
            best.into_iter().map(|proved| proved.fix).collect()
        };
        if let Some(finding) = report.findings.get_mut(at) {
            finding.fixes = fixes;
        }
    }
}

/// The best fix of a finding: a safe one before one to review before one to read. Of those that were tried, if the tries end.
pub(super) fn best(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    finding: &Finding,
    tries: &mut Tries,
) -> Option<Proved> {
    let mut found: Option<Proved> = None;
    for repair in ways(state, report, finding) {
        if hangs_on(bench, (state, report), finding, &repair).is_some() {
            continue;
        }
        if !tries.take() {
            break;
        }
        let repair = merged(repair);
        let Some(proved) = prove(bench, state, report, finding, &repair) else { continue };
        if proved.fix.applicability == Applicability::Safe && !proved.reveals {
            return Some(proved);
        }
        // Of two that need a review, the one that lets in less, leaves less to warn of, and shuts out less.
        let rank = |proved: &Proved| {
            let fix = &proved.fix;
            (fix.applicability, fix.gained.len(), proved.warns, fix.lost.len())
        };
        if found.as_ref().is_none_or(|found| rank(&proved) < rank(found)) {
            found = Some(proved);
        }
    }
    found
}

/// Applies a repair in memory and judges it; nothing if it does not mend the finding.
pub(super) fn prove(
    bench: &Bench<'_>,
    state: &State,
    report: &Report,
    finding: &Finding,
    repair: &Repair,
) -> Option<Proved> {
    let phrases = bench.library.phrases();
    let mut fix = Fix {
        title: title(state, repair),
        edits: Vec::new(),
        commands: Vec::new(),
        applicability: Applicability::DisplayOnly,
        because: Vec::new(),
        gained: Vec::new(),
        lost: Vec::new(),
    };
    let written = match text::write(bench, state, &report.wrapped, repair) {
        Ok(written) => written,
        Err(fault) => {
            fix.because.push(phrases.say(fault.phrase()?, &[]));
            let state = state.with(&BTreeMap::new(), &[], None);
            return Some(Proved { fix, state, report: report.clone(), reveals: false, warns: 0 });
        }
    };
    fix.edits.clone_from(&written.edits);
    fix.commands.clone_from(&written.commands);
    fix.because.clone_from(&written.effects);
    let after = state.with(&written.texts, &written.form, bench.config);
    if written.edits.is_empty() {
        let report = report.clone();
        return (!fix.commands.is_empty()).then_some(Proved {
            fix,
            state: after,
            report,
            reveals: false,
            warns: 0,
        });
    }
    let Fitted { state: mut after, shorter, too_large } = fit(bench, state, after);
    if !too_large.is_empty() {
        fix.edits.clear();
        fix.because.extend(too_large);
        return Some(Proved { fix, state: after, report: report.clone(), reveals: false, warns: 0 });
    }
    if !shorter.is_empty() {
        fix.edits = changed(state, &after);
    }
    if !is_as_whole(state, &after) || !after.keeps() {
        return None;
    }
    let mut judged = bench.judge_changed(state, &after, &written.texts.keys().copied().collect());
    if adds_statements(repair) && count(&judged, finding) >= count(report, finding) {
        (after, judged) = fill(bench, after, judged, finding)?;
        fix.edits = changed(state, &after);
    }
    let respelled = is_respelled(repair);
    let worse_off = worse(bench, (report, &judged), finding, respelled);
    if count(&judged, finding) >= count(report, finding) || worse_off.needed {
        return None;
    }
    let mut role = shared::kind(state, repair);
    let mut unforced = Unforced { sources: refused(bench, report), is_respelled: respelled };
    let accepts = finding.demand.as_deref().is_some_and(|id| asks_for_acceptance(bench, id));
    if !accepts {
        unforced.sources.clear();
    }
    if let Some(deeper) = deepen(bench, &after, &judged, finding) {
        fix.title = format!("{} and {}", fix.title, deeper.title);
        fix.edits = changed(state, &deeper.state);
        role = role.or(deeper.role);
        unforced.is_respelled = false;
        after = deeper.state;
        judged = deeper.report;
    }
    let demand = finding.demand.as_deref().and_then(|id| demand(bench, id));
    let say = |name: &str, holes: &[(&'static str, &str)]| phrases.say(name, holes);
    let mut because = shorter;
    because.extend(written_anew(bench, state, repair));
    if let (Some(id), Some(now)) =
        (&finding.demand, finding.demand.as_deref().and_then(|id| state_of(&judged, id)))
    {
        match now {
            DemandState::Holds => {}
            DemandState::Broken => because.push(say("fix-still-broken", &[("demand", id)])),
            DemandState::Unknown => {
                let fact = judged.unknown.iter().find(|unknown| unknown.demand == *id);
                let why = fact.map_or_else(|| say("fix-no-evidence", &[]), |fact| fact.reason.clone());
                because.push(say("fix-not-told", &[("demand", id), ("why", &why)]));
            }
        }
    }
    let worse_off = worse(bench, (report, &judged), finding, respelled);
    let types = repair.changes.iter().all(|change| matches!(change, Change::Form { .. }));
    // What could not be told while a document was refused, or held by a text that was not in force, is better known now.
    let is_revealed = |new: &&Finding| {
        let unknown = |id: &String| accepts && state_of(report, id) == Some(DemandState::Unknown);
        new.demand.as_ref().is_some_and(|id| worse_off.reveals.contains(id) || unknown(id))
            || (types && is_told(report, new))
    };
    let warnings: Vec<&Finding> = news(report, &judged, finding).filter(|new| !is_revealed(new)).collect();
    let warns = warnings.len();
    because.extend(warnings.iter().map(|new| say("fix-warns", &[("headline", &new.headline)])));
    because.extend(worse_off.advice.iter().map(|id| say("fix-against-advice", &[("demand", id)])));
    let still = refused_for_values(bench, &judged);
    if !accepts && fix.edits.iter().any(|edit| still.contains(&edit.place.source)) {
        because.push(say("fix-still-refused", &[]));
    }
    if let Some((name, found)) = contradicted(bench, state, report, (finding, repair)) {
        let typed = state.form.text(name).unwrap_or_default();
        let values = [("name", shown(name)), ("found", found.as_str()), ("typed", typed)];
        because.push(say("fix-form-contradicted", &values));
    }
    if takes_statements_out(state, repair) {
        because.push(say("fix-drops-statement", &[]));
    }
    if goes_round(state, finding, repair) {
        because.push(say("fix-goes-round", &[]));
    }
    if own_holder(state, repair) {
        because.push(say("fix-spares-holder", &[]));
    }
    if let Some(role) = role {
        because.push(say("fix-shared", &[("document", role)]));
    }
    let is_text = repair.changes.iter().all(|change| matches!(change, Change::Rewrite { .. }));
    let is_policy = !is_text && !written.texts.keys().all(|source| Some(*source) == bench.config);
    let access =
        if is_policy { compare_unforced(bench, state, &after, &unforced) } else { Access::default() };
    if !access.gained.is_empty() {
        because.push(say("fix-lets-in", &[]));
    }
    // A demand that others be kept out is met by taking access away.
    let wants_less =
        demand.is_some_and(|demand| matches!(&demand.ask, Ask::Access { expect: Expect::Denied(_), .. }));
    if !access.lost.is_empty() && !wants_less {
        because.push(say("fix-shuts-out", &[]));
    }
    let doubts = access.doubts.iter().take(MOST_DOUBTS);
    because.extend(doubts.map(|doubt| say("fix-access-not-told", &[("why", doubt)])));
    if access.doubts.len() > MOST_DOUBTS {
        let more = (access.doubts.len() - MOST_DOUBTS).to_string();
        because.push(say("fix-more-not-told", &[("more", &more)]));
    }
    let drops_text = repair.changes.iter().any(|change| {
        matches!(change, Change::Rewrite { at, text } if text.is_empty() && !is_punctuation(state.sources.get(at.source).slice(at.span)))
    });
    if drops_text {
        because.push(say("fix-drops-text", &[]));
    }
    fix.applicability = if because.is_empty() { Applicability::Safe } else { Applicability::NeedsReview };
    fix.because.extend(because);
    fix.gained = access.gained;
    fix.lost = access.lost;
    let reveals = !worse_off.reveals.is_empty();
    Some(Proved { fix, state: after, report: judged, reveals, warns })
}

/// What is mended behind a fault.
struct Deeper {
    title: String,
    role: Option<&'static str>,
    state: State,
    report: Report,
}

/// Whether no text is worse JSON than before: two changes may write one key twice.
fn is_as_whole(before: &State, after: &State) -> bool {
    let faults = |state: &State| -> usize {
        state.evidence.documents.iter().map(|document| document.issues.len()).sum()
    };
    faults(after) <= faults(before)
}

/// Where another layer stands behind the one that was mended, its first way is taken too, as long as that leads to an end.
fn deepen(bench: &Bench<'_>, state: &State, report: &Report, finding: &Finding) -> Option<Deeper> {
    let id = finding.demand.as_deref()?;
    let mut out: Option<Deeper> = None;
    for _ in 0..MOST_LAYERS {
        let (state, report) = out.as_ref().map_or((state, report), |out| (&out.state, &out.report));
        if state_of(report, id) != Some(DemandState::Broken) {
            return out;
        }
        let mut next = report.findings.iter().filter(|next| next.demand.as_deref() == Some(id));
        let next = next.find(|next| !next.repairs.is_empty())?;
        let repair = merged(with_names_mended(report, next.repairs.first()?.clone()));
        let written = text::write(bench, state, &report.wrapped, &repair).ok()?;
        if written.edits.is_empty() {
            return None;
        }
        let after = state.with(&written.texts, &written.form, bench.config);
        if !is_as_whole(state, &after)
            || !after.keeps()
            || hangs_on(bench, (state, report), finding, &repair).is_some()
        {
            return None;
        }
        let judged = bench.judge_changed(state, &after, &written.texts.keys().copied().collect());
        if worse(bench, (report, &judged), finding, false).needed {
            return None;
        }
        let title = match &out {
            Some(out) => format!("{} and {}", out.title, title(state, &repair)),
            None => title(state, &repair),
        };
        let role = shared::kind(state, &repair).or(out.as_ref().and_then(|out| out.role));
        out = Some(Deeper { title, role, state: after, report: judged });
    }
    out.filter(|out| state_of(&out.report, id) != Some(DemandState::Broken))
}

/// The stretches in which texts differ, one a file.
fn changed(before: &State, after: &State) -> Vec<Edit> {
    let files = before.sources.iter().filter(|(id, source)| after.sources.get(*id).text() != source.text());
    files.map(|(id, source)| text::difference(id, source.text(), after.sources.get(id).text())).collect()
}

/// A policy that is written anew as a whole, which is its author's to look at.
fn written_anew(bench: &Bench<'_>, state: &State, repair: &Repair) -> Option<String> {
    let Change::Rewrite { at, .. } = repair.changes.first()? else { return None };
    let documents = &state.evidence.documents;
    let document = documents.iter().find(|each| each.source == at.source && each.policy.span == at.span)?;
    let is_role = state.form.text("reader").is_some_and(|reader| reader.contains(":role/"));
    let counted = counted(document.role, is_role, document.length);
    let (found, needed) = (counted.found.to_string(), counted.limits.last()?.to_string());
    Some(bench.library.phrases().say("fix-compact", &[("found", &found), ("needed", &needed)]))
}

/// Whether a rule was told of at the same place: by another value of the form it says something else there, and nothing new.
fn is_told(report: &Report, finding: &Finding) -> bool {
    let is_same =
        |other: &Finding| other.rule == finding.rule && other.primary.place == finding.primary.place;
    report.findings.iter().any(is_same)
}

/// Whether a repair puts one spelling for another and adds or takes nothing.
fn is_respelled(repair: &Repair) -> bool {
    let is_spelling = |change: &Change| {
        matches!(change, Change::Rename { .. } | Change::Set { .. } | Change::Rewrite { .. })
    };
    repair.changes.iter().all(is_spelling)
}

fn is_punctuation(text: &str) -> bool {
    text.chars().all(|next| !next.is_alphanumeric())
}

/// Whether a whole statement goes.
fn takes_statements_out(state: &State, repair: &Repair) -> bool {
    repair.changes.iter().any(|change| {
        let Change::Remove { at } = change else { return false };
        let documents = state.evidence.documents.iter().filter(|document| document.source == at.source);
        documents.flat_map(|document| &document.policy.statements).any(|statement| statement.span == at.span)
    })
}
