//! What a contract asks of the documents that are compared: which lost access it needs, and which gained access it wants.

use super::merge::hangs_on_place;
use super::who::Who;
use super::{Job, Kind, Limit};
use crate::catalog;
use crate::checks::contracted::{Single, demand_of, is_service, reaches};
use crate::checks::{self, Subject};
use crate::contract::{Ask, Contract, Demand};
use crate::eval::{Answer, Caller, CallerKind, Compiled, Difference, Question, ask, differences_of};
use crate::finding::change::{AccessChange, Demanded, Doubt};
use crate::finding::{Need, Severity};
use crate::judge::title_of;

/// A contract with the form that it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The form, and what is at hand.
    pub subject: Subject<'a>,
    /// The contract.
    pub contract: &'a Contract,
}

/// A demand that the documents may bear on, as a question.
pub(super) struct Wanted<'d> {
    pub(super) demand: &'d Demand,
    pub(super) who: Who,
    pub(super) question: Question,
    /// Where the form does not say which place it is about: every place that it may be, where that can be asked.
    pub(super) anywhere: Option<Option<Question>>,
}

impl Asked<'_> {
    /// The demands that a document of this kind bears on.
    pub(super) fn wanted(&self, job: &Job<'_>, set: &Compiled<'_>) -> Vec<Wanted<'_>> {
        let asked = self.contract.demands.iter().filter(|demand| checks::is_asked(&self.subject, demand));
        let one = |demand| {
            let (caller, question) = checks::question(&self.subject, demand, set)?;
            bears(job.kind, &caller, &demand.ask).then(|| {
                let anywhere = checks::anywhere(&self.subject, demand, set);
                Wanted { demand, who: who(job, &caller), question, anywhere }
            })
        };
        asked.filter_map(one).collect()
    }

    pub(super) fn demanded(&self, demand: &Demand) -> Demanded {
        Demanded {
            consumer: self.contract.name.clone(),
            id: demand.id.clone(),
            title: title_of(self.subject.form, &demand.title),
            need: demand.need,
        }
    }

    /// The demand that asks for an action of a class, all of it: by every resource that the class names and that the action
    /// can be used on.
    pub(super) fn inside(&self, who: &Who, change: &AccessChange, action: &str) -> Option<Demanded> {
        let caller = match who {
            Who::Holder => self.subject.form.text("reader")?,
            Who::Named(name) => name,
            Who::Anybody | Who::Stranger(_) | Who::Of(..) => return None,
        };
        let context = change.witness.context.iter();
        let context: Vec<(String, String)> =
            context.filter_map(|(key, value)| Some((key.clone(), value.clone()?))).collect();
        let known = catalog::action(action);
        let is_used_on = |resource: &String| known.is_none_or(|known| known.is_used_on(resource));
        let mut found = None;
        for resource in change.resources.iter().filter(|resource| is_used_on(resource)) {
            let single = Single { caller, action, resource, context: &context };
            let demand = demand_of(&self.subject, &self.contract.demands, &single)?;
            if !is_service(caller) && !reaches(&self.subject, demand, resource) {
                return None;
            }
            found.get_or_insert(demand);
        }
        found.map(|demand| self.demanded(demand))
    }
}

/// How bad it is that requests of a demand are denied now.
pub(super) fn severity(wanted: &Wanted<'_>, new: &Compiled<'_>) -> Severity {
    let is_lost = matches!(ask(new, &wanted.question), Answer::Fails { .. });
    match (wanted.demand.need, is_lost) {
        (Need::Needed, true) => Severity::Error,
        (Need::Needed, false) | (Need::Advice, true) => Severity::Warning,
        (Need::Advice, false) => Severity::Note,
    }
}

/// Whether what a demand asks for may be lost, `here` being what differs: where nobody has said where the export lies, wherever that
/// is. What is lost in some places alone is a doubt.
pub(super) fn lost_where_it_lies(
    (old, new): (&Compiled<'_>, &Compiled<'_>),
    wanted: &Wanted<'_>,
    here: &[Difference],
    demanded: &Demanded,
) -> (bool, Option<Doubt>) {
    let is_lost = |list: &[Difference]| list.iter().any(|difference| !difference.new.is_allowed());
    let is_lost_here = is_lost(here);
    let Some(anywhere) = &wanted.anywhere else { return (true, None) };
    let (is_lost_somewhere, is_left) = match anywhere {
        None => (is_lost_here, true),
        Some(question) => {
            let denied = Question { allowed: false, ..question.clone() };
            let is_left = !matches!(ask(new, &denied), Answer::Holds { .. });
            (is_lost_here || is_lost(&differences_of(old, new, question).list), is_left)
        }
    };
    if is_lost_here && !is_left {
        return (true, None);
    }
    let is_doubt = is_lost_somewhere && demanded.need == Need::Needed;
    (false, is_doubt.then(|| hangs_on_place(demanded)))
}

/// Whether policies of a kind are asked when such requests are made.
fn bears(kind: Kind, caller: &Caller, ask: &Ask) -> bool {
    let is_service = matches!(caller.kind(), CallerKind::Service | CallerKind::Anonymous);
    let actions = match ask {
        Ask::Access { actions, .. } | Ask::Discovery { actions, .. } => actions.as_slice(),
        _ => &[],
    };
    let of = |service: &str| actions.iter().any(|action| action.split(':').next() == Some(service));
    match kind {
        Kind::Identity | Kind::Limit(Limit::Boundary | Limit::Session | Limit::Scp) => !is_service,
        Kind::Limit(Limit::Endpoint) => !is_service && of("s3"),
        Kind::Limit(Limit::Rcp) => of("s3") || of("kms"),
        Kind::Resource(Some(service)) => of(service),
        // Of which service the resource is, nobody knows.
        Kind::Resource(None) => false,
        Kind::Trust => of("sts"),
    }
}

fn who(job: &Job<'_>, caller: &Caller) -> Who {
    if job.kind.names_nobody() { Who::Holder } else { Who::Named(caller.arn().to_owned()) }
}
