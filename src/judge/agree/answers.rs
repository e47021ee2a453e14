//! What answers of the AWS CLI say that are neither policies nor exports.

use super::claims::{Claims, Thing, members, names};
use crate::billing::region_in;
use crate::contract::Form;
use crate::evidence::{AnswerKind, Evidence, OwnerKind, PolicyList, answer_in, is_part};
use crate::finding::shell_word;
use crate::judge::{gather, groups};
use crate::source::{SourceId, Sources};
use crate::syntax::Node;

/// Answers that a bucket, an organization or an account has one of.
const SINGLE: [AnswerKind; 8] = [
    AnswerKind::OwnershipControls,
    AnswerKind::Encryption,
    AnswerKind::RequestPayment,
    AnswerKind::Lifecycle,
    AnswerKind::PolicyStatus,
    AnswerKind::BucketAcl,
    AnswerKind::Organization,
    AnswerKind::AccountSummary,
];

/// Answers that say the same things of users and roles.
const HOLDERS: [AnswerKind; 3] = [AnswerKind::User, AnswerKind::Role, AnswerKind::AuthorizationDetails];

/// Answers that are lists of one thing.
const LISTS: [AnswerKind; 3] = [AnswerKind::Accounts, AnswerKind::AccessKeys, AnswerKind::Roots];

/// Takes what the answers say. Of what one answer alone says, nothing can differ.
pub(super) fn claim(sources: &Sources, evidence: &Evidence, form: &Form, claims: &mut Claims) {
    let count =
        |kinds: &[AnswerKind]| evidence.answers.iter().filter(|each| kinds.contains(&each.kind)).count();
    let several: Vec<AnswerKind> =
        SINGLE.into_iter().chain(LISTS).filter(|kind| count(&[*kind]) > 1).collect();
    let has_holders = count(&HOLDERS) > 1;
    let reader = form.text("reader");
    for answer in &evidence.answers {
        let (kind, source) = (answer.kind, answer.source);
        let is_holder = has_holders && HOLDERS.contains(&kind);
        if !is_holder && !several.contains(&kind) {
            continue;
        }
        let document = answer_in(sources.get(source).text());
        let root = &document.root;
        match kind {
            AnswerKind::Accounts => accounts(root, source, claims),
            AnswerKind::AccessKeys => keys(root, form, source, claims),
            AnswerKind::Roots => {
                for each in items(root, "Roots") {
                    let on = members(each, |name| name == "PolicyTypes");
                    claims.add(Thing::PolicyTypes, text(each, "Id"), on, source);
                }
            }
            AnswerKind::User | AnswerKind::Role => {
                let key = if kind == AnswerKind::User { "User" } else { "Role" };
                if let Some(each) = root.get(key) {
                    holder(each, source, claims);
                }
            }
            AnswerKind::AuthorizationDetails => {
                let all = items(root, "UserDetailList").iter().chain(items(root, "RoleDetailList"));
                for each in all.filter(|each| Some(text(each, "Arn")) == reader) {
                    holder(each, source, claims);
                }
                let content = reader.filter(|_| !is_part(root));
                let content = content.and_then(|reader| gather::content(sources, source, reader));
                if let Some(content) = content {
                    claims.add(Thing::Details, "", format!("{content:?}"), source);
                }
            }
            AnswerKind::AccountSummary => {
                let map = root.get("SummaryMap").unwrap_or(root);
                let said = members(map, |name| name == "AccountAccessKeysPresent");
                claims.add(Thing::Single(kind), "", said, source);
            }
            _ => {
                claims.add(
                    Thing::Single(kind),
                    "",
                    members(root, |name| kind.keys().contains(&name)),
                    source,
                );
            }
        }
    }
    lists(sources, evidence, form, claims);
    regions_and_keys(sources, evidence, claims);
    for row in evidence.reader.credentials.iter().filter(|row| Some(&*row.arn.text) == reader) {
        let keys: Vec<&str> = row.keys.iter().map(|(active, _)| active.text.as_str()).collect();
        let password = row.password.as_ref().map(|password| password.text.as_str());
        claims.add(Thing::Credentials, "", format!("{keys:?} {password:?}"), row.arn.place.source);
    }
    for source in evidence.listing.clash() {
        claims.add(Thing::Listing, "", format!("{source:?}"), source);
    }
}

/// Where the bucket is, which two commands tell, and whether a KMS key can be used.
fn regions_and_keys(sources: &Sources, evidence: &Evidence, claims: &mut Claims) {
    for answer in &evidence.answers {
        if !matches!(answer.kind, AnswerKind::BucketLocation | AnswerKind::HeadBucket | AnswerKind::Key) {
            continue;
        }
        let document = answer_in(sources.get(answer.source).text());
        match document.root.get("KeyMetadata") {
            Some(key) => {
                let state = text(key, "KeyState").to_owned();
                claims.add(Thing::Single(AnswerKind::Key), text(key, "KeyId"), state, answer.source);
            }
            None => {
                // What cannot be read says nothing.
                if let Some(region) = region_in(&document.root) {
                    claims.add(Thing::Single(AnswerKind::BucketLocation), "", region, answer.source);
                }
            }
        }
    }
}

fn items<'n, 't>(root: &'n Node<'t>, key: &str) -> &'n [Node<'t>] {
    root.get(key).and_then(Node::as_array).unwrap_or_default()
}

fn text<'n>(node: &'n Node<'_>, key: &str) -> &'n str {
    node.get(key).and_then(Node::as_str).unwrap_or_default()
}

/// What is said of a user or role itself.
fn holder(node: &Node<'_>, source: SourceId, claims: &mut Claims) {
    let arn = text(node, "Arn");
    let boundary =
        node.get("PermissionsBoundary").map_or("", |boundary| text(boundary, "PermissionsBoundaryArn"));
    claims.add(Thing::Boundary, arn, boundary.to_owned(), source);
    let said = members(node, |name| ["UserId", "RoleId", "Tags"].contains(&name));
    claims.add(Thing::Reader, arn, said, source);
}

fn accounts(root: &Node<'_>, source: SourceId, claims: &mut Claims) {
    let list = items(root, "Accounts");
    for each in list {
        let status = each.get("State").or_else(|| each.get("Status")).and_then(Node::as_str);
        claims.add(Thing::Accounts, text(each, "Id"), status.unwrap_or("ACTIVE").to_owned(), source);
    }
    if !is_part(root) {
        claims.add(Thing::Accounts, "", names(list.iter().map(|each| text(each, "Id"))), source);
    }
}

/// An empty list does not say whose it is: the reader's was asked for.
fn keys(root: &Node<'_>, form: &Form, source: SourceId, claims: &mut Claims) {
    let list = items(root, "AccessKeyMetadata");
    for each in list {
        claims.add(Thing::Keys, text(each, "AccessKeyId"), text(each, "Status").to_owned(), source);
    }
    let reader = form.fill("{reader-name}").unwrap_or_default();
    let owner = list.first().map_or(&*reader, |each| text(each, "UserName"));
    if !is_part(root) {
        let all = names(list.iter().map(|each| text(each, "AccessKeyId")));
        claims.add(Thing::Keys, &format!("of {owner}"), all, source);
    }
}

/// Which policies are attached to the reader, which it has inline, and in which groups it is.
fn lists(sources: &Sources, evidence: &Evidence, form: &Form, claims: &mut Claims) {
    let record = &evidence.reader;
    let name = form.fill("{reader-name}").ok();
    let is_whole = |source: SourceId| !record.pages.iter().any(|(_, place)| place.source == source);
    let both = [(true, &record.attached), (false, &record.inline)];
    for (is_attached, lists) in both {
        let own = groups::own_or_too_many(sources, record, lists, name.as_deref());
        let said = |list: &PolicyList| names(list.names.iter().map(|name| name.text.as_str()));
        let mut add = |list: &PolicyList, kind: OwnerKind, owner: &str| {
            let thing = match is_attached {
                true => Thing::Attached(call("list-attached", "policies", kind, owner)),
                false => Thing::Inline(call("list", "policies", kind, owner)),
            };
            claims.add(thing, "", said(list), list.source);
        };
        let is_role = form.text("reader").is_some_and(|reader| reader.contains(":role/"));
        let kind = if is_role { OwnerKind::Role } else { OwnerKind::User };
        for list in lists.iter().filter(|list| is_whole(list.source)) {
            match &list.owner {
                Some((kind, owner)) => add(list, *kind, owner),
                None if own.contains(&list.source) => add(list, kind, name.as_deref().unwrap_or("USER")),
                None => {}
            }
        }
    }
    for answer in evidence.answers_of(AnswerKind::Groups).filter(|answer| is_whole(answer.source)) {
        let document = answer_in(sources.get(answer.source).text());
        let all = names(items(&document.root, "Groups").iter().map(|each| text(each, "GroupName")));
        claims.add(Thing::Groups, "", all, answer.source);
    }
}

/// A command about somebody: `iam list-attached-group-policies --group-name finance`.
pub(super) fn call(verb: &str, what: &str, kind: OwnerKind, owner: &str) -> String {
    let kind = match kind {
        OwnerKind::User => "user",
        OwnerKind::Group => "group",
        OwnerKind::Role => "role",
    };
    format!("iam {verb}-{kind}-{what} --{kind}-name {}", shell_word(owner))
}
