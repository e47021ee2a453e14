//! Completes the evidence once the reader is known: its policies out of `get-account-authorization-details`, and the
//! policies that are attached to it without being at hand.

use super::groups;
use crate::contract::Form;
use crate::eval::{Caller, CallerKind};
use crate::evidence::{
    AnswerKind, BoundaryRecord, Evidence, Key, OwnerKind, Password, PolicyAnswer, PolicyDocument, PolicyList,
    ReaderRecord, Role, Said, answer_in,
};
use crate::policy::{Embedded, arn, meaning};
use crate::source::{Place, SourceId, Sources};
use crate::syntax::{Document, Node, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The evidence for the reader that the form names.
pub(super) fn gather<'e>(sources: &Sources, evidence: &'e Evidence, form: &Form) -> Cow<'e, Evidence> {
    let details: Vec<SourceId> =
        evidence.answers_of(AnswerKind::AuthorizationDetails).map(|answer| answer.source).collect();
    let lists = &evidence.reader;
    let is_listed = !(lists.attached.is_empty() && lists.inline.is_empty() && lists.groups.is_none());
    let name = form.fill("{reader-name}").ok();
    let is_others = |password: &Password| {
        password.user.as_ref().zip(name.as_ref()).is_some_and(|(user, reader)| user != reader)
    };
    let has_others = lists.passwords.iter().any(is_others)
        || lists.policies.iter().any(|policy| is_of_another(policy, form, name.as_deref()));
    if details.is_empty() && !is_listed && lists.credentials.is_empty() && !has_others {
        return Cow::Borrowed(evidence);
    }
    let mut out = evidence.clone();
    let others: Vec<Password> = out.reader.passwords.iter().filter(|each| is_others(each)).cloned().collect();
    out.reader.passwords.retain(|password| !is_others(password));
    for Password { user, since } in others {
        out.reader.names.retain(|name| name.place.source != since.place.source);
        let reason = format!("the password of `{}`, who is not the reader", user.unwrap_or_default());
        out.not_evaluated.push((sources.get(since.place.source).name().to_owned(), reason));
    }
    if let Some(reader) = form.text("reader") {
        credentials(&mut out.reader, reader);
    }
    let mut gaps = missing(sources, evidence, name.as_deref());
    for source in details {
        if let Some(reader) = form.text("reader") {
            take(sources, source, reader, &mut out, &mut gaps);
        }
    }
    gaps.extend(evidence.reader.gaps.iter().cloned());
    gaps.sort();
    gaps.dedup();
    out.reader.gaps = gaps;
    without_others(sources, form, name.as_deref(), &mut out);
    set_aside(sources, &mut out);
    let is_role = form.text("reader").is_some_and(|reader| reader.contains(":role/"));
    no_policies(sources, name.as_deref(), is_role, &mut out);
    Cow::Owned(out)
}

/// Whether an answer says that an inline policy is another user's or role's than the reader's.
fn is_of_another(policy: &PolicyAnswer, form: &Form, reader: Option<&str>) -> bool {
    let is_role =
        form.text("reader").is_some_and(|arn| arn.contains(":role/") || arn.contains(":assumed-role/"));
    let own = if is_role { OwnerKind::Role } else { OwnerKind::User };
    match (&policy.owner, reader) {
        (Some((OwnerKind::Group, _)) | None, _) | (_, None) => false,
        (Some((kind, name)), Some(reader)) => *kind != own || name.text != reader,
    }
}

/// A policy of a group in which the reader is not, or of another user or role, bears on nothing.
fn without_others(sources: &Sources, form: &Form, reader: Option<&str>, out: &mut Evidence) {
    let groups = out.reader.groups.as_ref().filter(|_| out.reader.page_of_policies().is_none());
    let reason = |policy: &PolicyAnswer| {
        let (kind, name) = policy.owner.as_ref()?;
        let name = &name.text;
        if *kind == OwnerKind::Group {
            let is_other = groups.is_some_and(|groups| !groups.iter().any(|group| group.text == *name));
            return is_other.then(|| format!("a policy of the group `{name}`, in which the reader is not"));
        }
        is_of_another(policy, form, reader).then(|| format!("a policy of `{name}`, who is not the reader"))
    };
    let gone: Vec<(SourceId, String)> =
        out.reader.policies.iter().filter_map(|policy| Some((policy.source, reason(policy)?))).collect();
    for (source, reason) in gone {
        out.documents.retain(|document| document.source != source || document.role != Role::ReaderPolicy);
        out.not_evaluated.push((sources.get(source).name().to_owned(), reason));
    }
}

/// A policy that an answer about everybody, which shows all that the reader has, does not show of it bears on nothing. An inline
/// policy that another answer shows of the reader contradicts this one: which of them is the newer nobody tells.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UserDetail.html> (checked 2026-11)
fn set_aside(sources: &Sources, out: &mut Evidence) {
    let Some(details) = out.reader.details.filter(|_| out.reader.gaps.is_empty()) else { return };
    let said = |document: &PolicyDocument| -> BTreeSet<String> {
        document.policy.statements.iter().map(meaning).collect()
    };
    let has: Vec<BTreeSet<String>> =
        out.of(Role::ReaderPolicy).filter(|document| document.source == details.source).map(said).collect();
    let is_shown = |document: &PolicyDocument| {
        let answers = || out.reader.policies.iter().filter(|answer| answer.source == document.source);
        document.from_template
            || document.attachment.is_some()
            || answers().any(|answer| answer.owner.is_some())
    };
    let is_loose = |document: &PolicyDocument| {
        document.role == Role::ReaderPolicy
            && document.source != details.source
            && !document.is_nothing()
            && !is_shown(document)
            && !has.contains(&said(document))
    };
    let (loose, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut out.documents).into_iter().partition(is_loose);
    out.documents = kept;
    for document in &loose {
        let reason = "a policy that the answer about everybody does not show of the reader".to_owned();
        out.not_evaluated.push((sources.get(document.source).name().to_owned(), reason));
    }
    out.reader.set_aside = loose;
}

/// A reader of which every list was read, and every list is empty, has no policy: that is known, and not missing.
fn no_policies(sources: &Sources, reader: Option<&str>, is_role: bool, out: &mut Evidence) {
    let record = &out.reader;
    let is_part = !record.gaps.is_empty() || record.page_of_policies().is_some();
    if is_part || out.of(Role::ReaderPolicy).next().is_some() {
        return;
    }
    let is_own = |list: &&PolicyList| groups::is_own(record, list, reader);
    let is_empty = |list: &PolicyList| list.names.is_empty();
    let all = || record.attached.iter().chain(&record.inline);
    let lists = || all().filter(|list| groups::bears(record, list, reader));
    let own = record.attached.iter().find(is_own).filter(|_| record.inline.iter().any(|list| is_own(&list)));
    // Of groups the lists are among the gaps where they are missing; a role is in none.
    let has_groups_told = is_role || record.groups.is_some();
    let listed = own.filter(|_| has_groups_told && lists().all(is_empty)).map(|list| list.place);
    if let Some(place) = record.nothing.or(listed) {
        let length = sources.get(place.source).text().len();
        let mut nothing = PolicyDocument::nothing(Role::ReaderPolicy, place.source, length);
        (nothing.policy.span, nothing.policy.statement_span) = (place.span, place.span);
        out.documents.push(nothing);
    }
}

/// What the credential report says of the reader, where no other answer does.
fn credentials(record: &mut ReaderRecord, reader: &str) {
    let rows = std::mem::take(&mut record.credentials);
    record.listed.extend(rows.iter().map(|row| row.arn.clone()).filter(|arn| !arn.text.ends_with(":root")));
    let root = rows.iter().find(|row| row.arn.text.ends_with(":root"));
    let active = root.and_then(|root| root.keys.iter().find(|(active, _)| active.text == "true"));
    record.root_keys = record.root_keys.or(active.map(|(active, _)| active.place));
    if let Some(row) = rows.iter().find(|row| row.arn.text == reader) {
        let keys = (1..).zip(&row.keys).map(|(number, (active, since))| Key {
            id: Said { text: format!("key {number}"), place: active.place },
            status: Said {
                text: if active.text == "true" { "Active" } else { "Inactive" }.to_owned(),
                place: active.place,
            },
            created: since.clone(),
        });
        if record.keys.is_none() {
            record.keys = Some(keys.collect());
            record.keys_place = Some(row.arn.place);
        }
        if !record.password_is_told && record.passwords.is_empty() {
            record.password_is_told = true;
            let since = row.password.clone().filter(|password| password.text == "true");
            record.passwords.extend(since.map(|since| Password { user: None, since }));
        }
    }
    record.credentials = rows;
}

/// Names of reader policies that an answer gives.
fn named(evidence: &Evidence) -> Vec<&str> {
    evidence.reader.policies.iter().filter_map(|policy| Some(policy.name.as_ref()?.text.as_str())).collect()
}

/// Files that hold a reader's policy of which no answer gives the name.
fn unnamed<'s>(sources: &'s Sources, evidence: &Evidence) -> Vec<Unnamed<'s>> {
    let policies = &evidence.reader.policies;
    let has_name = |document: &PolicyDocument| {
        policies.iter().any(|policy| policy.source == document.source && policy.name.is_some())
    };
    let nameless = evidence.of(Role::ReaderPolicy).filter(|document| !has_name(document));
    nameless
        .map(|document| Unnamed {
            file: sources.get(document.source).name(),
            is_managed: document.in_force.is_some(),
        })
        .collect()
}

/// A file with a policy of which nothing gives the name.
struct Unnamed<'s> {
    file: &'s str,
    /// It is a version of a managed policy, which an inline policy never is.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html> (checked 2026-11)
    is_managed: bool,
}

/// Policies that a list names and no document holds: managed ones by ARN, groups as `group NAME`.
fn missing(sources: &Sources, evidence: &Evidence, reader: Option<&str>) -> Vec<String> {
    let (files, named, record) = (unnamed(sources, evidence), named(evidence), &evidence.reader);
    let bears = |list: &&PolicyList| groups::bears(record, list, reader);
    let attached = || record.attached.iter().filter(bears).flat_map(|list| &list.names);
    let inline = || record.inline.iter().filter(bears).flat_map(|list| &list.names);
    let arn_of = |name: &str| {
        let arns = record.attached.iter().filter(bears).flat_map(|list| &list.arns);
        arns.clone().find(|(known, _)| known == name).map_or(name, |(_, arn)| arn).to_owned()
    };
    let is_open = |name: &&Said| !named.contains(&name.text.as_str());
    let holds = |file: &Unnamed<'_>, name: &Said| crate::checks::is_file_of(file.file, &name.text);
    // What AWS wrote no file of the account's is, unless it is called so.
    let (of_aws, open_attached): (BTreeSet<&str>, BTreeSet<&str>) = attached()
        .filter(is_open)
        .filter(|name| !files.iter().any(|file| holds(file, name)))
        .map(|name| name.text.as_str())
        .partition(|name| arn::is_policy_of_aws(&arn_of(name)));
    let open_inline: BTreeSet<&str> = inline()
        .filter(is_open)
        .filter(|name| !files.iter().any(|file| !file.is_managed && holds(file, name)))
        .map(|name| name.text.as_str())
        .collect();
    // Files that are named after nothing may hold any of those that are left.
    let is_taken = |file: &Unnamed<'_>| {
        attached().any(|name| holds(file, name))
            || (!file.is_managed && inline().any(|name| holds(file, name)))
    };
    let (managed, free): (Vec<_>, Vec<_>) =
        files.iter().filter(|file| !is_taken(file)).partition(|file| file.is_managed);
    let mut gaps: Vec<String> = of_aws.iter().map(|name| arn_of(name)).collect();
    let left = free.len().checked_sub(open_inline.len());
    if left.is_none_or(|left| open_attached.len() > managed.len() + left) {
        if left.is_none() || !free.is_empty() {
            gaps.extend(open_inline.iter().map(|name| (*name).to_owned()));
        }
        if open_attached.len() > managed.len() + left.unwrap_or_default() {
            gaps.extend(open_attached.iter().map(|name| arn_of(name)));
        }
    }
    gaps.extend(groups::untold(sources, record, reader).into_iter().map(|group| format!("group {group}")));
    gaps
}

/// Takes the reader's policies out of one answer, if the reader is in it.
fn take(sources: &Sources, source: SourceId, reader: &str, out: &mut Evidence, gaps: &mut Vec<String>) {
    let text = sources.get(source).text();
    let document = answer_in(text);
    let mut taker = Taker { text, source, document: &document, out, gaps };
    let root = &document.root;
    let of = |list: &str, key: &str, value: &str| {
        items(root, list).iter().find(|node| node.get(key).and_then(Node::as_str) == Some(value))
    };
    let holder = of("UserDetailList", "Arn", reader).or_else(|| of("RoleDetailList", "Arn", reader));
    let holder = holder.or_else(|| {
        let arn = |node: &&Node<'_>| {
            node.get("Arn").and_then(Node::as_str).is_some_and(|arn| is_session_of(reader, arn))
        };
        items(root, "RoleDetailList").iter().find(arn)
    });
    let Some(holder) = holder else { return };
    taker.holder(holder, &["UserPolicyList", "RolePolicyList"]);
    for name in items(holder, "GroupList").iter().filter_map(Node::as_str) {
        match of("GroupDetailList", "GroupName", name) {
            Some(group) => {
                // All that it has stands here; no list is missing.
                let gap = format!("group {name}");
                taker.gaps.retain(|known| *known != gap);
                taker.holder(group, &["GroupPolicyList"]);
            }
            None => taker.gaps.push(format!("group {name}")),
        }
    }
    taker.boundary(holder);
    taker.trust(holder);
    let place = |node: &Node<'_>| Place { source, span: node.span };
    let groups = items(holder, "GroupList").iter();
    let groups = groups.filter_map(|node| Some(Said { text: node.as_str()?.to_owned(), place: place(node) }));
    taker.out.reader.groups.get_or_insert_with(|| groups.collect());
    let told = holder.get("AttachedManagedPolicies").or_else(|| holder.get("Arn")).unwrap_or(holder);
    taker.out.reader.details = Some(place(told));
    let lists = ["UserPolicyList", "RolePolicyList", "AttachedManagedPolicies", "GroupList"];
    if lists.iter().all(|list| items(holder, list).is_empty()) {
        taker.out.reader.nothing = Some(place(told));
    }
}

/// What one answer about everybody says of the reader: its policies with their meaning, and what it names without showing it.
/// Nothing if the reader is not in it.
pub(super) fn content(sources: &Sources, source: SourceId, reader: &str) -> Option<BTreeSet<String>> {
    let (mut alone, mut gaps) = (Evidence::default(), Vec::new());
    take(sources, source, reader, &mut alone, &mut gaps);
    alone.reader.groups.as_ref()?;
    let of = |document: &PolicyDocument| {
        let statements: BTreeSet<String> = document.policy.statements.iter().map(meaning).collect();
        format!("{} {statements:?}", document.role.name())
    };
    let groups = alone.reader.groups.iter().flatten().map(|group| format!("in {}", group.text));
    let boundary = match &alone.reader.boundary {
        BoundaryRecord::Named(arn) => Some(format!("boundary {}", arn.text)),
        BoundaryRecord::Untold | BoundaryRecord::Refused | BoundaryRecord::None => None,
    };
    Some(alone.documents.iter().map(of).chain(gaps).chain(groups).chain(boundary).collect())
}

/// Whether a caller is a session of a role, whose path an ARN of a session does not tell.
fn is_session_of(session: &str, role: &str) -> bool {
    let (Ok(session), Ok(role)) = (Caller::parse(session), Caller::parse(role)) else { return false };
    session.kind() == CallerKind::Session
        && role.kind() == CallerKind::Role
        && session.account() == role.account()
        && session.name() == role.name()
}

fn items<'n, 't>(node: &'n Node<'t>, key: &str) -> &'n [Node<'t>] {
    node.get(key).and_then(Node::as_array).unwrap_or_default()
}

struct Taker<'a, 'd> {
    text: &'a str,
    source: SourceId,
    document: &'a Document<'d>,
    out: &'a mut Evidence,
    gaps: &'a mut Vec<String>,
}

impl Taker<'_, '_> {
    /// Policies of a user, role or group.
    fn holder(&mut self, holder: &Node<'_>, inline: &[&str]) {
        for policy in inline.iter().flat_map(|list| items(holder, list)) {
            let name = policy.get("PolicyName").and_then(Node::as_str).unwrap_or("an inline policy");
            self.add(Role::ReaderPolicy, policy.get("PolicyDocument"), name);
        }
        for attached in items(holder, "AttachedManagedPolicies") {
            if let Some(arn) = attached.get("PolicyArn").and_then(Node::as_str) {
                self.managed(Role::ReaderPolicy, arn);
            }
        }
    }

    fn boundary(&mut self, holder: &Node<'_>) {
        let boundary = holder.get("PermissionsBoundary");
        let arn = boundary.and_then(|boundary| boundary.get("PermissionsBoundaryArn"));
        let Some((arn, text)) = arn.and_then(|node| Some((node, node.as_str()?))) else {
            if matches!(self.out.reader.boundary, BoundaryRecord::Untold | BoundaryRecord::Refused) {
                self.out.reader.boundary = BoundaryRecord::None;
            }
            return;
        };
        let place = Place { source: self.source, span: arn.span };
        self.out.reader.boundary = BoundaryRecord::Named(Said { text: text.to_owned(), place });
        if self.out.of(Role::Boundary).next().is_none() {
            let before = self.gaps.len();
            self.managed(Role::Boundary, text);
            self.gaps.truncate(before);
        }
    }

    /// Who may take the role, where no other answer tells.
    fn trust(&mut self, holder: &Node<'_>) {
        let Some(node) = holder.get("AssumeRolePolicyDocument") else { return };
        if self.out.of(Role::TrustPolicy).next().is_some() {
            return;
        }
        let before = self.gaps.len();
        self.add(Role::TrustPolicy, Some(node), "");
        self.gaps.truncate(before);
    }

    /// The version in force of a managed policy.
    fn managed(&mut self, role: Role, arn: &str) {
        let root = &self.document.root;
        let policy = items(root, "Policies")
            .iter()
            .find(|policy| policy.get("Arn").and_then(Node::as_str) == Some(arn));
        let version = policy.and_then(|policy| {
            let in_force = |version: &&Node<'_>| {
                matches!(version.get("IsDefaultVersion").map(|node| &node.value), Some(Value::Bool(true)))
            };
            items(policy, "PolicyVersionList").iter().find(in_force)
        });
        self.add(role, version.and_then(|version| version.get("Document")), arn);
    }

    fn add(&mut self, role: Role, node: Option<&Node<'_>>, name: &str) {
        let embedded = node.and_then(|node| Embedded::read(self.text, self.source, self.document, node));
        let Some(Embedded { policy, issues, length, wrapped }) = embedded else {
            self.gaps.push(name.to_owned());
            return;
        };
        self.out.wrapped.extend(wrapped.map(|(span, level)| (self.source, span, level)));
        self.out.documents.push(PolicyDocument::new(role, policy, issues, length));
    }
}
