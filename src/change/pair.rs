//! Two policies side by side: as what they are compared, for which account, and what contracts ask of them.

use super::{Asked, Job, Kind, Limit, assumed, compare_with_denied, owner, says_the_same};
use crate::checks::lint::{PolicyKind, is_action, principal_fault};
use crate::contract::{Contract, Form};
use crate::evidence::{Evidence, is_own_account};
use crate::finding::change::{Comparison, Doubt, Effect, Fate};
use crate::judge::{self, Library, Prepared};
use crate::policy::{FaultKind, Policy, PrincipalKind, Statement, TextKind, arn};
use crate::source::{Place, Sources, Span};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The account taken where none is named: one that documentation uses and hardly any policy does.
pub const SOME_ACCOUNT: &str = "210987654321";

/// Contracts that are asked about, with what they are asked about.
#[derive(Debug)]
pub struct Contracts<'a> {
    library: &'a Library,
    job: judge::Job<'a>,
    list: Vec<(&'a Contract, Prepared<'a>)>,
}

impl<'a> Contracts<'a> {
    /// The contracts of a job's consumers.
    #[must_use]
    pub fn new(library: &'a Library, job: judge::Job<'a>) -> Self {
        let contracts = job.consumers.iter().filter_map(|name| library.contract(name));
        let list = contracts.map(|contract| (contract, judge::prepare(library, &job, contract))).collect();
        Self { library, job, list }
    }

    /// What they ask.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked<'_>> {
        let mut out = Vec::new();
        for (contract, prepared) in &self.list {
            let subject = prepared.subject(self.library, &self.job, contract);
            out.push(Asked { subject, contract });
        }
        out
    }
}

/// The account that a comparison is made for.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'a> {
    /// Given by a flag.
    pub given: Option<&'a str>,
    /// The form.
    pub form: &'a Form,
}

impl<'a> Accounts<'a> {
    /// The account for documents of a kind, if one is known.
    #[must_use]
    pub fn of(self, kind: Kind) -> Option<&'a str> {
        let of_bucket = || match kind {
            Kind::Resource(_) => self.form.text("bucket-account"),
            Kind::Identity | Kind::Limit(_) | Kind::Trust => None,
        };
        self.given
            .or_else(of_bucket)
            .or_else(|| self.form.text("account"))
            .filter(|account| crate::policy::arn::is_account(account))
    }
}

/// One document before and after.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'p> {
    /// What happened to it.
    pub fate: Fate,
    /// As it was, if it was there.
    pub old: Option<&'p Policy>,
    /// As it is, if it is there.
    pub new: Option<&'p Policy>,
    /// The one that is shown: the new one, or the old one where there is none.
    pub shown: &'p Policy,
    /// What kind of policy it is.
    pub kind: PolicyKind,
}

impl<'p> Pair<'p> {
    /// Compares the two.
    #[must_use]
    pub fn compared(self, sources: &Sources, accounts: Accounts<'_>, asked: &[Asked<'_>]) -> Comparison {
        let kind = kind_of(self.kind);
        let named = accounts.of(kind);
        let account = named.unwrap_or(SOME_ACCOUNT);
        // A template is deployed in the account that the comparison is for.
        let filled = |policy: Option<&'p Policy>| policy.map(|policy| in_account(policy, account));
        let (old, new) = (filled(self.old), filled(self.new));
        let (old, new) = (old.as_deref(), new.as_deref());
        let job = Job { old, new, kind, account, only: &[], asked, beside: &[] };
        let mut found = compare_with_denied(&job);
        if named.is_none()
            && found.effect == Effect::Same
            && let Some(doubt) = owner::doubt(&job)
        {
            found.effect = Effect::CannotTell;
            found.unknown.push(doubt);
        }
        let name = |policy: Option<&Policy>| {
            policy.map_or_else(String::new, |policy| sources.get(policy.source).name().to_owned())
        };
        let mut comparison = Comparison {
            fate: self.fate,
            when: None,
            documents: (name(self.old), name(self.new)),
            place: begin(self.shown),
            kind: self.kind.to_string(),
            effect: found.effect,
            gained: found.gained,
            lost: found.lost,
            forbidden: Vec::new(),
            beyond: Vec::new(),
            unknown: found.unknown,
            assumed: Vec::new(),
            wrapped: Vec::new(),
        };
        assumed::note(&mut comparison, kind, named, [old, new]);
        let refused = refused_of((self.old, self.new), self.kind, sources);
        if !refused.is_empty() && comparison.effect == Effect::Same {
            comparison.effect = Effect::CannotTell;
        }
        comparison.unknown.extend(refused);
        comparison
    }
}

/// What AWS does not take has no effect: what stood before it stays, or nothing does.
fn refused_of(
    (old, new): (Option<&Policy>, Option<&Policy>),
    kind: PolicyKind,
    sources: &Sources,
) -> Vec<Doubt> {
    let one = |policy, side| refused(policy, kind, sources, side);
    let both = [old.and_then(|policy| one(policy, "before")), new.and_then(|policy| one(policy, "after"))];
    if let (Some(old), Some(new), [before, after]) = (old, new, &both)
        && before.is_some() == after.is_some()
        && says_the_same(old, new)
    {
        return Vec::new();
    }
    both.into_iter().flatten().collect()
}

/// Why AWS does not take a document, if it does not. `side`: what the document is called behind that word.
#[must_use]
pub fn refused(policy: &Policy, kind: PolicyKind, sources: &Sources, side: &str) -> Option<Doubt> {
    let (what, span) = fault_of(policy, kind_of(kind)).or_else(|| repeated_sid(policy, kind))?;
    let line = sources.get(policy.source).position(span.start).line;
    Some(Doubt {
        reason: format!("AWS does not take the document {side}: {what} in line {line}"),
        tell: Some("`preflight lint` says how to mend it".to_owned()),
    })
}

/// A `Sid` that two statements have. IAM refuses that, and some services do not.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html> (checked 2026-11)
fn repeated_sid(policy: &Policy, kind: PolicyKind) -> Option<(String, Span)> {
    let mut seen = BTreeSet::new();
    let sids = policy.statements.iter().filter_map(|statement| statement.sid.as_ref());
    let mut whole =
        sids.filter(|sid| sid.kind == TextKind::String && sid.is_whole() && !sid.value.is_empty());
    let again = whole.find(|sid| !seen.insert(&*sid.value)).filter(|_| kind.is_of_iam())?;
    Some((format!("the second `Sid` `{}`", again.value), again.span))
}

/// The first thing in a policy that AWS refuses: by the grammar, as an action, or as a principal of such a policy.
fn fault_of(policy: &Policy, kind: Kind) -> Option<(String, Span)> {
    let fault = policy.faults.iter().find(|fault| fault.kind != FaultKind::SubTakesVariable);
    if let Some(fault) = fault {
        let what = if fault.found.is_empty() { fault.kind.name() } else { &fault.found };
        return Some((format!("`{what}`"), fault.span));
    }
    let actions = policy.statements.iter().filter_map(|statement| statement.actions.as_ref());
    let mut items = actions.flat_map(|element| &element.items);
    let broken = items.find(|item| item.kind == TextKind::String && !is_action(&item.value));
    if let Some(broken) = broken {
        return Some((format!("`{}`, which is no action,", broken.value), broken.span));
    }
    if kind.names_nobody()
        && let Some(principals) = policy.statements.iter().find_map(|statement| statement.principals.as_ref())
    {
        return Some(("`Principal`, which such a policy cannot have,".to_owned(), principals.key_span));
    }
    if let Some(found) = policy.statements.iter().find_map(foreign_principal) {
        return Some(found);
    }
    // Who signs in through a provider takes a role first.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
    // (FEDERATED_PRINCIPAL_NOT_SUPPORTED, checked 2026-11)
    let principals = policy.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let mut entries = principals.flat_map(|each| &each.entries);
    let federated = entries.find(|entry| entry.kind == PrincipalKind::Federated)?;
    let what = format!("the federated principal `{}`", federated.value.value);
    matches!(kind, Kind::Resource(Some(_))).then_some((what, federated.value.span))
}

/// A principal under `AWS` that names nobody AWS could look up, or one of another partition than what the statement is about.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> (partitions; checked 2026-11)
fn foreign_principal(statement: &Statement) -> Option<(String, Span)> {
    let partition = |text: &str| arn::split(text).map(|[_, partition, ..]| partition.to_owned());
    let resources = statement.resources.iter().flat_map(|element| &element.items);
    let own: Vec<String> = resources.filter_map(|item| partition(&item.value)).collect();
    let entries = statement.principals.iter().flat_map(|each| &each.entries);
    for entry in entries.filter(|entry| matches!(entry.kind, PrincipalKind::Aws | PrincipalKind::Bare)) {
        let value = &entry.value;
        if !value.is_whole() || value.kind != TextKind::String {
            continue;
        }
        // A wildcard alone is everybody, and what others mean is told elsewhere.
        if !value.value.contains(['*', '?', '$']) && principal_fault(entry).is_some() {
            return Some((format!("`{}`, which is no principal,", value.value), value.span));
        }
        if value.value.contains("${") {
            return Some((
                format!("`{}`, which is filled in by nobody and no principal,", value.value),
                value.span,
            ));
        }
        let other = partition(&value.value).filter(|partition| partition.starts_with("aws"));
        if let Some(other) =
            other.filter(|other| own.iter().any(|own| own.starts_with("aws") && own != other))
        {
            return Some((
                format!("`{}` of the partition {other}, which its resource is not in,", value.value),
                value.span,
            ));
        }
    }
    None
}

/// A policy with the account in the places where a template leaves it open.
fn in_account<'p>(policy: &'p Policy, account: &str) -> Cow<'p, Policy> {
    if !policy.holes().any(is_own_account) {
        return Cow::Borrowed(policy);
    }
    let mut out = policy.clone();
    out.fill(&|name| is_own_account(name).then(|| account.to_owned()));
    Cow::Owned(out)
}

/// Where a policy begins.
fn begin(policy: &Policy) -> Place {
    let start = policy.span.start as usize;
    let end = policy.span.end.min(policy.span.start.saturating_add(1)) as usize;
    Place { source: policy.source, span: Span::new(start, end) }
}

/// As what policies are compared.
#[must_use]
pub fn kind_of(kind: PolicyKind) -> Kind {
    match kind {
        PolicyKind::Identity => Kind::Identity,
        PolicyKind::Boundary => Kind::Limit(Limit::Boundary),
        PolicyKind::Session => Kind::Limit(Limit::Session),
        PolicyKind::Scp => Kind::Limit(Limit::Scp),
        PolicyKind::Rcp => Kind::Limit(Limit::Rcp),
        PolicyKind::Endpoint => Kind::Limit(Limit::Endpoint),
        PolicyKind::Trust => Kind::Trust,
        PolicyKind::Resource(service) => Kind::Resource(service),
    }
}

/// Evidence that holds some policies in the roles that they were taken for.
#[must_use]
pub fn evidence_of(policies: &[(&Policy, PolicyKind)]) -> Evidence {
    use crate::evidence::{PolicyDocument, Role};
    let mut evidence = Evidence::default();
    for (policy, kind) in policies {
        let role = match kind {
            PolicyKind::Identity => Role::ReaderPolicy,
            PolicyKind::Resource(Some("s3")) => Role::BucketPolicy,
            PolicyKind::Resource(Some("kms")) => Role::KeyPolicy,
            PolicyKind::Trust => Role::TrustPolicy,
            PolicyKind::Boundary
            | PolicyKind::Session
            | PolicyKind::Scp
            | PolicyKind::Rcp
            | PolicyKind::Endpoint
            | PolicyKind::Resource(_) => continue,
        };
        let length = crate::policy::Length::of("");
        evidence.documents.push(PolicyDocument::new(role, (*policy).clone(), Vec::new(), length));
    }
    evidence
}
