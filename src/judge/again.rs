//! Judging again once few documents have changed: a demand that does not look at them keeps its answer.

use crate::checks::{Cause, Looked, Outcome};
use crate::contract::{Ask, Demand, Form, RequestTemplate};
use crate::evidence::{Evidence, Role};
use crate::source::{SourceId, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What was found out when a job was judged. Of use for the same job with other texts of some sources.
#[derive(Debug, Default)]
pub struct Memory {
    consumers: BTreeMap<String, Kept>,
}

/// What was found out for one contract.
#[derive(Debug)]
struct Kept {
    form: Form,
    documents: Vec<Seen>,
    outcomes: BTreeMap<String, Arc<Outcome>>,
}

/// A document, and what the rules say of it if they were asked.
#[derive(Debug)]
struct Seen {
    source: SourceId,
    role: Role,
    span: Span,
    causes: Option<Arc<[Cause]>>,
}

/// What is known from before, and which texts are others now.
#[derive(Debug, Clone, Copy)]
pub struct Before<'m> {
    /// From judging the job as it was.
    pub memory: &'m Memory,
    /// Sources whose text has changed.
    pub changed: &'m BTreeSet<SourceId>,
}

impl Memory {
    /// Keeps what came of a contract.
    pub(super) fn keep(
        &mut self,
        contract: &str,
        form: &Form,
        evidence: &Evidence,
        looked: &Looked,
        outcomes: BTreeMap<String, Arc<Outcome>>,
    ) {
        let documents = evidence.documents.iter().enumerate().map(|(at, document)| Seen {
            source: document.source,
            role: document.role,
            span: document.policy.span,
            causes: looked.at(at),
        });
        let kept = Kept { form: form.clone(), documents: documents.collect(), outcomes };
        self.consumers.insert(contract.to_owned(), kept);
    }
}

/// Which answers still stand.
pub(super) struct Standing<'m> {
    kept: &'m Kept,
    /// Kinds of the documents that changed; `None` if more than policies did.
    roles: Option<BTreeSet<Role>>,
}

impl<'m> Standing<'m> {
    /// Compares a contract's form and evidence with what they were. Nothing stands if the form is another.
    pub(super) fn new(before: Before<'m>, contract: &str, form: &Form, evidence: &Evidence) -> Option<Self> {
        let kept = before.memory.consumers.get(contract).filter(|kept| kept.form == *form)?;
        let answers = || evidence.answers.iter().map(|answer| answer.source);
        let mut roles = Some(BTreeSet::new());
        for source in before.changed {
            let was = kept.documents.iter().filter(|seen| seen.source == *source).map(|seen| seen.role);
            let is = evidence.documents.iter().filter(|document| document.source == *source);
            let (was, is): (Vec<Role>, Vec<Role>) =
                (was.collect(), is.map(|document| document.role).collect());
            // The text of an answer, or one that is no policy any more, may tell anything.
            if was.is_empty() || is.is_empty() || answers().any(|answer| answer == *source) {
                roles = None;
            }
            if let Some(roles) = &mut roles {
                roles.extend(was.into_iter().chain(is));
            }
        }
        let standing = Self { kept, roles };
        Some(standing)
    }

    /// What the rules say of documents that have not changed, put where it will be looked for.
    pub(super) fn fill(&self, changed: &BTreeSet<SourceId>, evidence: &Evidence, looked: &Looked) {
        for (at, document) in evidence.documents.iter().enumerate() {
            let same = self.kept.documents.get(at).filter(|seen| {
                (seen.source, seen.role, seen.span) == (document.source, document.role, document.policy.span)
            });
            if let Some(causes) = same.and_then(|seen| seen.causes.clone())
                && !changed.contains(&document.source)
            {
                looked.set(at, causes);
            }
        }
    }

    /// The answer to a demand, if nothing changed that it looks at.
    pub(super) fn outcome(
        &self,
        requests: &BTreeMap<String, RequestTemplate>,
        demand: &Demand,
    ) -> Option<Arc<Outcome>> {
        let roles = self.roles.as_ref()?;
        let is_seen = |role: &Role| sees(requests, demand, *role);
        if roles.iter().any(is_seen) {
            return None;
        }
        self.kept.outcomes.get(&demand.id).cloned()
    }
}

/// Whether the answer to a demand may depend on documents of a kind.
fn sees(requests: &BTreeMap<String, RequestTemplate>, demand: &Demand, role: Role) -> bool {
    let of_resource = matches!(role, Role::BucketPolicy | Role::KeyPolicy | Role::TrustPolicy);
    match &demand.ask {
        Ask::Accepted { document } => Role::of(document).is_none_or(|asked| asked == role),
        Ask::Access { request, .. } => {
            let caller = requests.get(request).map(|template| template.caller.as_str());
            let is_service = caller.is_some_and(|caller| caller.ends_with(".amazonaws.com"));
            // No policy of the caller's side limits a service.
            !is_service || of_resource || role == Role::Rcp
        }
        // Others come by the policy of the bucket, or of the role.
        Ask::Others { .. } => of_resource || matches!(role, Role::Rcp | Role::Scp),
        // What is found is no bucket, no key and no role.
        Ask::Discovery { .. } => !of_resource,
        Ask::Bucket(_)
        | Ask::Layout(_)
        | Ask::Identity { .. }
        | Ask::Form { .. }
        | Ask::Written { .. }
        | Ask::Setting(_)
        | Ask::Export(_) => true,
    }
}
