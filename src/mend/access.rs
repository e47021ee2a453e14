//! Access that a change gives and takes, as `preflight diff` compares it, without what the contract asks for.
//!
//! The contract is put into the comparison as a policy that denies all that is asked: it stands beside the document before and
//! after, so that whatever still differs lies outside of the contract. That nothing differs is a proof over every request.

use super::possible::possible;
use super::state::{Bench, State};
use crate::catalog;
use crate::change::{self, Job, Kind};
use crate::checks::Subject;
use crate::checks::contracted::{Contracted, contracted};
use crate::contract::Form;
use crate::evidence::{PolicyDocument, Role};
use crate::finding::AccessClass;
use crate::finding::change::AccessChange;
use crate::judge::prepare;
use crate::policy::{self, Effect, Policy, Statement, arn};
use crate::source::SourceId;
use crate::syntax::read_json;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Classes of access that are named; more say no more.
const MOST_CLASSES: usize = 5;
/// The account of a resource of which nothing is known: one that documentation uses.
const SOME_ACCOUNT: &str = "210987654321";

/// What a change gives and takes outside of every contract.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Allowed now, and not before.
    pub gained: Vec<AccessClass>,
    /// Allowed before, and not now.
    pub lost: Vec<AccessClass>,
    /// What could not be settled.
    pub doubts: Vec<String>,
}

/// Between what requests are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// First between the statements that differ, if that can settle it.
    Statements,
    /// Between the whole documents.
    Documents,
}

/// Documents that AWS refused before a change: nothing of them was in force, so nobody loses anything of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Unforced {
    /// Their texts.
    pub(super) sources: BTreeSet<SourceId>,
    /// The change corrects spellings only, so that what denies still denies what its author meant.
    pub(super) is_respelled: bool,
}

/// Compares every policy whose text differs.
#[must_use]
pub fn compare(bench: &Bench<'_>, before: &State, after: &State) -> Access {
    compare_by(By::Statements, bench, (before, after), &Unforced::default())
}

/// The same where some documents were not in force before.
pub(super) fn compare_unforced(
    bench: &Bench<'_>,
    before: &State,
    after: &State,
    unforced: &Unforced,
) -> Access {
    compare_by(By::Statements, bench, (before, after), unforced)
}

/// The same between whole documents, which takes longer: tests hold the short way against it.
#[must_use]
pub fn compare_whole(bench: &Bench<'_>, before: &State, after: &State) -> Access {
    compare_by(By::Documents, bench, (before, after), &Unforced::default())
}

fn compare_by(by: By, bench: &Bench<'_>, (before, after): (&State, &State), unforced: &Unforced) -> Access {
    let mut out = Access::default();
    let contracts = bench.consumers.iter().filter_map(|name| bench.library.contract(name));
    let contracts: Vec<_> = contracts.collect();
    let Some(first) = contracts.first() else { return out };
    let (old_job, new_job) = (bench.job(before), bench.job(after));
    let (old, new) = (prepare(bench.library, &old_job, first), prepare(bench.library, &new_job, first));
    let (old, new) =
        (old.subject(bench.library, &old_job, first), new.subject(bench.library, &new_job, first));
    let mut asked: Vec<Contracted> = Vec::new();
    for contract in &contracts {
        let prepared = prepare(bench.library, &new_job, contract);
        asked.extend(contracted(&prepared.subject(bench.library, &new_job, contract), &contract.demands));
    }
    asked.sort();
    asked.dedup();
    let (old_texts, new_texts) = (texts(&old, before), texts(&new, after));
    for (key, text, document) in &new_texts {
        let twin = old_texts.iter().find(|(other, ..)| other == key);
        if twin.is_none_or(|(_, other, _)| other != text) {
            let twin = twin.map(|(.., document)| *document);
            let old = twin.filter(|_| unforced.sources.contains(&document.source));
            if old.is_some_and(|old| is_inside_alone((&new, &asked), old, document, unforced.is_respelled)) {
                continue;
            }
            out.add(by, (&new, &asked), (twin, Some(document)), document);
        }
    }
    for (.., document) in
        old_texts.iter().filter(|(key, ..)| !new_texts.iter().any(|(other, ..)| other == key))
    {
        out.add(by, (&new, &asked), (Some(document), None), document);
    }
    out.doubts.sort();
    out.doubts.dedup();
    out.gained.truncate(MOST_CLASSES);
    out.lost.truncate(MOST_CLASSES);
    out
}

/// What a document is known by while its text changes: where it stands, what it is, and the how manieth it is.
type Key = (SourceId, Role, Option<usize>, usize);

fn texts<'a>(subject: &Subject<'a>, state: &'a State) -> Vec<(Key, &'a str, &'a PolicyDocument)> {
    let mut out: Vec<(Key, &str, &PolicyDocument)> = Vec::new();
    for document in subject.evidence.documents.iter().filter(|document| !document.is_nothing()) {
        let is_alike = |(key, ..): &&(Key, &str, &PolicyDocument)| {
            (key.0, key.1, key.2) == (document.source, document.role, document.linked)
        };
        let number = out.iter().filter(is_alike).count();
        let text = state.sources.get(document.source).slice(document.policy.span);
        out.push(((document.source, document.role, document.linked, number), text, document));
    }
    out
}

impl Access {
    fn add(
        &mut self,
        by: By,
        (subject, asked): (&Subject<'_>, &[Contracted]),
        (old, new): (Option<&PolicyDocument>, Option<&PolicyDocument>),
        document: &PolicyDocument,
    ) {
        let form = subject.form;
        let account = account(form, document.role);
        let kind = kind(document.role);
        let (old, new) = (old.map(|document| &document.policy), new.map(|document| &document.policy));
        let beside = beside(subject, asked, document);
        let job = Job { old, new, kind, account, only: &[], asked: &[], beside: &beside };
        if by == By::Statements && old.zip(new).is_some_and(|(old, new)| are_inside(&job, old, new)) {
            return;
        }
        // What a placeholder let in, nobody had. Where the new text allows nothing outside of the contract, nothing is gained,
        // whatever stood there before.
        if old.is_some_and(has_placeholder) {
            let alone = change::compare(&Job { old: None, ..job });
            if alone.gained.is_empty() && alone.unknown.is_empty() {
                return;
            }
        }
        let found = change::compare(&job);
        self.gained.extend(found.gained.into_iter().map(class));
        self.lost.extend(found.lost.into_iter().filter_map(possible).map(class));
        self.doubts.extend(found.unknown.into_iter().map(|doubt| doubt.reason));
    }
}

/// Whether what comes into force with a document, of which nothing was in force before, reaches nothing outside of the contract.
/// What its author meant by the statements that did not change is not asked again.
fn is_inside_alone(
    (subject, asked): (&Subject<'_>, &[Contracted]),
    old: &PolicyDocument,
    new: &PolicyDocument,
    is_respelled: bool,
) -> bool {
    let spelled = |policy: &Policy| policy.statements.iter().map(change::spelled).collect::<Vec<_>>();
    let (olds, news) = (spelled(&old.policy), spelled(&new.policy));
    let is_other = |statement: &&Statement, others: &[String]| {
        old.policy.version != new.policy.version || !others.contains(&change::spelled(statement))
    };
    let come = || new.policy.statements.iter().filter(|statement| is_other(statement, &olds));
    let mut gone = old.policy.statements.iter().filter(|statement| is_other(statement, &news));
    // A Deny that goes, or is written otherwise than to be spelled rightly, is somebody's affair.
    let is_deny = |statement: &Statement| statement.effect == Effect::Deny;
    if !is_respelled && (come().any(is_deny) || gone.any(is_deny)) {
        return false;
    }
    let allows = come().filter(|statement| !is_deny(statement)).cloned().collect();
    let policy = Policy { statements: allows, ..new.policy.clone() };
    let beside = beside(subject, asked, new);
    let found = change::compare(&Job {
        old: None,
        new: Some(&policy),
        kind: kind(new.role),
        account: account(subject.form, new.role),
        only: &[],
        asked: &[],
        beside: &beside,
    });
    found.gained.is_empty() && found.unknown.is_empty()
}

/// Whether the statements that differ are Allows that reach nothing outside of the contract, each side taken by itself. A request
/// that both documents decide differently matches one of them, and no other statement lets in more where one is an Allow.
fn are_inside(job: &Job<'_>, old: &Policy, new: &Policy) -> bool {
    let (Some(gone), Some(come)) = (allows_only_in(old, new), allows_only_in(new, old)) else { return false };
    let reaches_nothing = |policy: &Policy, is_real: &dyn Fn(AccessChange) -> bool| {
        let found = change::compare(&Job { old: None, new: Some(policy), ..*job });
        found.unknown.is_empty() && !found.gained.into_iter().any(is_real)
    };
    old.version == new.version
        && reaches_nothing(&come, &|_| true)
        && reaches_nothing(&gone, &|change| possible(change).is_some())
}

/// The statements of a document that another one does not have, if all of them are Allows.
fn allows_only_in(one: &Policy, other: &Policy) -> Option<Policy> {
    let others: Vec<String> = other.statements.iter().map(change::spelled).collect();
    let mine = one.statements.iter().filter(|statement| !others.contains(&change::spelled(statement)));
    let statements: Vec<Statement> = mine.cloned().collect();
    let is_allow = |each: &Statement| each.effect == Effect::Allow && each.effect_hole.is_none();
    statements.iter().all(is_allow).then(|| Policy { statements, ..one.clone() })
}

/// Whether two texts of a document decide every request alike.
pub(super) fn is_equal(form: &Form, old: &PolicyDocument, new: &PolicyDocument) -> bool {
    let found = change::compare(&Job {
        old: Some(&old.policy),
        new: Some(&new.policy),
        kind: kind(old.role),
        account: account(form, old.role),
        only: &[],
        asked: &[],
        beside: &[],
    });
    found.gained.is_empty() && found.lost.is_empty() && found.unknown.is_empty()
}

/// The account that a document's resource, or its holder, belongs to.
fn account(form: &Form, role: Role) -> &str {
    let owner = if role.has_principal() {
        form.text("bucket-account")
    } else {
        form.text("reader").and_then(arn::account_of)
    };
    owner.or(form.text("account")).unwrap_or(SOME_ACCOUNT)
}

/// What a document is to the comparison.
pub(super) fn kind(role: Role) -> Kind {
    match role {
        Role::BucketPolicy => Kind::Resource(Some("s3")),
        Role::KeyPolicy => Kind::Resource(Some("kms")),
        Role::TrustPolicy => Kind::Trust,
        Role::Rcp | Role::EndpointPolicy => Kind::Resource(None),
        Role::ReaderPolicy | Role::Boundary | Role::SessionPolicy | Role::Scp | Role::LinkedPolicy => {
            Kind::Identity
        }
    }
}

/// What stands beside a document: a policy that denies what is asked, and what such a document limits.
fn beside(subject: &Subject<'_>, asked: &[Contracted], document: &PolicyDocument) -> Vec<Policy> {
    let form = subject.form;
    let account = form.text("account").unwrap_or_default();
    let has_principal = document.role.has_principal();
    let mut statements: Vec<Value> = Vec::new();
    for each in asked {
        // The policy of a key speaks of that key alone, whatever it calls it.
        let resource = if document.role == Role::KeyPolicy { "*" } else { &each.resource };
        let mut deny = json!({ "Effect": "Deny", "Action": each.actions });
        // That of a role has no resource.
        if document.role != Role::TrustPolicy {
            put(&mut deny, "Resource", json!(resource));
        }
        if !each.shown.is_empty() {
            let shown = each.shown.iter().map(|(key, value)| (key.clone(), json!(value)));
            put(&mut deny, "Condition", json!({ "StringEquals": shown.collect::<serde_json::Map<_, _>>() }));
        }
        if !has_principal {
            if !each.is_service() {
                statements.push(deny);
            }
            continue;
        }
        if !each.is_service() {
            put(&mut deny, "Principal", json!({ "AWS": each.caller }));
            statements.push(deny);
            continue;
        }
        if account.is_empty() {
            continue;
        }
        // A service is inside of the contract where it acts on behalf of the form's account.
        put(&mut deny, "Principal", json!({ "Service": each.caller }));
        for condition in [
            json!({ "StringEquals": { "aws:SourceAccount": account } }),
            json!({ "ArnLike": { "aws:SourceArn": format!("arn:*:*:*:{account}:*") } }),
        ] {
            let mut deny = deny.clone();
            put(&mut deny, "Condition", condition);
            statements.push(deny);
        }
    }
    if document.role == Role::BucketPolicy
        && let (Ok(bucket), Ok(objects)) =
            (form.fill("arn:{partition}:s3:::{bucket}"), form.fill("arn:{partition}:s3:::{bucket}/*"))
    {
        // What a bucket's policy says of other buckets is never looked at.
        statements.push(
            json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": [bucket, objects] }),
        );
    }
    let allows = document.policy.statements.iter().any(|statement| statement.effect == Effect::Allow);
    match document.role {
        // Such policies take away; AWS's own that allows everything is attached beside them.
        Role::Scp if !allows => statements.push(json!({ "Effect": "Allow", "Action": "*", "Resource": "*" })),
        Role::Rcp if !allows => {
            statements.push(json!({ "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*" }));
        }
        _ => {}
    }
    if statements.is_empty() {
        return Vec::new();
    }
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    vec![policy::read(&read_json(&text).root, document.source, 0)]
}

/// Whether a condition computes with a variable that no request of AWS fills in.
fn has_placeholder(policy: &Policy) -> bool {
    let is_unknown = |text: &str| {
        text.split("${").skip(1).any(|rest| {
            let name = rest.split(['}', ',']).next().unwrap_or_default().trim();
            !matches!(name, "*" | "?" | "$") && catalog::condition_key(name).is_none()
        })
    };
    let clauses = policy.statements.iter().flat_map(|statement| &statement.clauses);
    clauses.flat_map(|clause| &clause.values).any(|value| is_unknown(&value.value))
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

fn class(change: AccessChange) -> AccessClass {
    let witness = change.witness;
    AccessClass {
        who: change.principal,
        public: change.public,
        actions: change.actions,
        resources: change.resources,
        conditions: change.conditions,
        caller: witness.principal,
        action: witness.action,
        resource: witness.resource,
        context: witness.context.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
    }
}
