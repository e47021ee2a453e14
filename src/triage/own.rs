//! Which documents can be about a message. One that says whose it is, of somebody or something else than the message names, or a
//! version that is not in force, neither confirms a cause nor rules one out.

use super::Bench;
use super::derive::is_bucket;
use super::judged::at_hand;
use crate::contract::Form;
use crate::eval::{Caller, CallerKind};
use crate::evidence::{Evidence, Owner, OwnerKind, PolicyDocument, Role, Whose};
use crate::finding::triage::Facts;
use crate::policy::Policy;
use crate::policy::arn;
use std::borrow::Cow;
use std::cell::OnceCell;

/// The evidence without what is another's.
#[derive(Debug)]
pub(super) struct Own<'e> {
    pub(super) evidence: Cow<'e, Evidence>,
    /// Which documents were left out, so that what was judged without them is known again.
    pub(super) key: String,
    /// What people are told of each, and whether it is about somebody.
    pub(super) notes: Vec<(String, bool)>,
}

/// The evidence that can be about a message.
pub(super) fn own<'e>(bench: &Bench<'e>, facts: &Facts, form: &Form) -> Own<'e> {
    let named = Named { bench, facts, form, groups: OnceCell::new() };
    let mut own = Own { evidence: Cow::Borrowed(bench.evidence), key: String::new(), notes: Vec::new() };
    if let Some(name) = other_names(bench, facts) {
        let note = bench.library.phrases().say("triage-other-names", &[("name", &name)]);
        let evidence = Cow::Owned(Evidence::default());
        return Own { evidence, key: "other names ".to_owned(), notes: vec![(note, false)] };
    }
    let mut gone = Vec::new();
    for (at, document) in bench.evidence.documents.iter().enumerate() {
        let Some(note) = named.other(document) else { continue };
        own.key.push_str(&format!("{at} "));
        let note = (note, is_personal(document.role));
        if !own.notes.contains(&note) {
            own.notes.push(note);
        }
        gone.push(at);
    }
    if !gone.is_empty() {
        let evidence = own.evidence.to_mut();
        let left = std::mem::take(&mut evidence.documents).into_iter().enumerate();
        let (gone, left): (Vec<_>, Vec<_>) = left.partition(|(at, _)| gone.contains(at));
        evidence.documents = left.into_iter().map(|(_, document)| document).collect();
        // What else such an answer says is of the other as well.
        evidence.answers.retain(|answer| !gone.iter().any(|(_, document)| document.source == answer.source));
    }
    own
}

/// The bucket or account that a bundle or snapshot is about, if the message names another: in a bundle names are replaced, and what
/// its documents say of them settles nothing about a text that has the real ones.
fn other_names(bench: &Bench<'_>, facts: &Facts) -> Option<String> {
    let form = |wanted: &str| {
        let mut values = bench.evidence.live.form.iter().filter(|(name, _, _)| name == wanted);
        values.next().map(|(_, value, _)| value.as_str())
    };
    if let (Some(own), Some(named)) = (form("bucket"), facts.get("bucket").filter(|name| is_bucket(name))) {
        return (own != named).then(|| own.to_owned());
    }
    let account = form("account")?;
    let named = facts.get("resource").and_then(arn::account_of).filter(|account| arn::is_account(account))?;
    let others = [form("bucket-account"), form("reader").and_then(arn::account_of)];
    let is_linked = bench.evidence.live.linked().iter().any(|linked| linked == named);
    (named != account && !others.contains(&Some(named)) && !is_linked).then(|| account.to_owned())
}

/// Whether a policy of this role belongs to one user or role.
fn is_personal(role: Role) -> bool {
    matches!(role, Role::ReaderPolicy | Role::Boundary | Role::SessionPolicy)
}

/// Whom and what a message names.
struct Named<'c, 'e> {
    bench: &'c Bench<'e>,
    facts: &'c Facts,
    form: &'c Form,
    /// The groups of who was refused, where anything tells.
    groups: OnceCell<Option<Vec<String>>>,
}

impl Named<'_, '_> {
    /// What people are told of a document that is not of what the message names.
    fn other(&self, document: &PolicyDocument) -> Option<String> {
        if document.is_nothing() && document.whose.is_none() {
            return None;
        }
        let file = self.bench.sources.get(document.source).name();
        let say = |phrase: &str, name: &str| {
            self.bench.library.phrases().say(phrase, &[("file", file), ("name", name)])
        };
        if document.in_force == Some(false) {
            return Some(self.bench.library.phrases().say("triage-not-in-force", &[("file", file)]));
        }
        match (&document.whose, document.role) {
            (Some(Whose::Inline(owner)), role) if is_personal(role) => {
                let phrase = match owner.kind {
                    OwnerKind::User => "triage-of-another-user",
                    OwnerKind::Role => "triage-of-another-role",
                    OwnerKind::Group => "triage-of-a-group",
                };
                (self.is_of_refused(owner) == Some(false)).then(|| say(phrase, &owner.name))
            }
            (Some(Whose::Trust(role)), Role::TrustPolicy) => {
                let asked = self.facts.get("resource").filter(|arn| arn.contains(":role/"))?;
                let name = role.rsplit('/').next().unwrap_or(role);
                let is_it = if role.contains(':') {
                    **role == *asked
                } else {
                    asked.rsplit('/').next() == Some(name)
                };
                (!is_it).then(|| say("triage-of-another-role", name))
            }
            (Some(Whose::Key(key)), Role::KeyPolicy) => {
                let asked = key_id(self.facts.get("kms-key")?)?;
                key_id(key).filter(|key| *key != asked).map(|key| say("triage-of-another-key", key))
            }
            (Some(Whose::Endpoint(id)), Role::EndpointPolicy) => {
                let passed = self.facts.get("vpc-endpoint")?;
                (**id != *passed).then(|| say("triage-of-another-endpoint", id))
            }
            (whose, Role::BucketPolicy) => {
                self.facts.get("denied")?;
                let asked = self.facts.get("bucket").filter(|bucket| is_bucket(bucket))?;
                let other = match whose {
                    Some(Whose::Bucket(name)) => Some(&**name).filter(|name| *name != asked),
                    // What a template attaches says on which bucket it is, and may name others in error.
                    _ if document.attachment.is_some() => None,
                    _ => named_buckets(&document.policy, asked),
                };
                other.map(|name| say("triage-of-another-bucket", name))
            }
            _ => None,
        }
    }

    /// Whether a policy is of who was refused, or of the role that was to be taken; none where nobody is named.
    fn is_of_refused(&self, owner: &Owner) -> Option<bool> {
        let is_sts = self.facts.get("action").is_some_and(|action| action.starts_with("sts:"));
        let is_reader = !matches!(self.facts.get("step"), Some("create" | "delivery"));
        let reader = || self.form.text("reader").filter(|_| is_reader);
        let caller = self.facts.get("principal").or_else(reader);
        let role = self.facts.get("resource").filter(|_| is_sts);
        let mut told = None;
        for caller in caller.into_iter().chain(role).filter_map(|arn| Caller::parse(arn).ok()) {
            let is_named = caller.name().eq_ignore_ascii_case(&owner.name);
            let is_it = match (caller.kind(), owner.kind) {
                (CallerKind::User, OwnerKind::User) => is_named,
                (CallerKind::Role | CallerKind::Session, OwnerKind::Role) => is_named,
                (CallerKind::User, OwnerKind::Group) => {
                    let groups = self.groups();
                    groups.is_some_and(|groups| {
                        groups.iter().any(|group| group.eq_ignore_ascii_case(&owner.name))
                    })
                }
                (CallerKind::User | CallerKind::Role | CallerKind::Session | CallerKind::Root, _) => false,
                // Nobody's policies are theirs, or those of whoever is behind them.
                _ => continue,
            };
            told = Some(told.unwrap_or(false) || is_it);
        }
        told
    }

    fn groups(&self) -> Option<&[String]> {
        let told = self.groups.get_or_init(|| {
            let given = self.bench.evidence;
            // Only an answer about everybody has more to tell than was read from the start.
            let is_told = given.reader.groups.is_some() || !given.has("get-account-authorization-details");
            let evidence = if is_told { Cow::Borrowed(given) } else { at_hand(self.bench, given, self.form) };
            let groups = evidence.reader.groups.as_ref()?;
            Some(groups.iter().map(|group| group.text.clone()).collect())
        });
        told.as_deref()
    }
}

/// The identifier of a key; of an alias it is not known.
fn key_id(key: &str) -> Option<&str> {
    if key.contains("alias/") {
        return None;
    }
    Some(key.rsplit('/').next().unwrap_or(key)).filter(|id| !id.is_empty())
}

/// The first bucket that the policy of a bucket names, if it names none that can be this one: S3 takes no policy that names
/// another bucket than its own. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html> (checked
/// 2026-11)
fn named_buckets<'p>(policy: &'p Policy, asked: &str) -> Option<&'p str> {
    let mut first = None;
    for statement in &policy.statements {
        let resources = statement.resources.as_ref().filter(|resources| !resources.negated)?;
        for item in &resources.items {
            let [.., name] = arn::split(&item.value)?;
            let name = name.split('/').next().unwrap_or_default();
            let is_whole =
                name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
            if !is_whole || name == asked {
                return None;
            }
            first.get_or_insert(name);
        }
    }
    first
}
