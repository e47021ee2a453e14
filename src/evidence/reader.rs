//! Who the reader is, as IAM's answers tell it: policies attached, groups, keys, password, boundary.

use super::PolicyDocument;
use super::answer::AnswerKind;
use super::credential::CredentialRow;
use super::holder::Holder;
use super::loose::OwnerKind;
use super::said::{Said, is_page};
use super::whose::OWNERS;
use crate::source::{Place, SourceId};
use crate::syntax::{Node, Value};

/// What the answers of IAM say of the reader.
#[derive(Debug, Clone, Default)]
pub struct ReaderRecord {
    /// Names of the users that the answers are about, once for each answer or key.
    pub names: Vec<Said>,
    /// The access key that the product is said to get, by its identifier.
    pub asked_key: Option<Said>,
    /// Identifiers that IAM gave to the users: `AIDA…`.
    pub ids: Vec<Said>,
    /// Users and roles that answers show whole.
    pub holders: Vec<Holder>,
    /// ARNs that answers give for the reader.
    pub arns: Vec<Said>,
    /// Lists of attached managed policies, of the user or of groups.
    pub attached: Vec<PolicyList>,
    /// Lists of inline policies, of the user or of groups.
    pub inline: Vec<PolicyList>,
    /// Groups of the user; none if no answer tells.
    pub groups: Option<Vec<Said>>,
    /// Answers that hold a policy, with the names they give.
    pub policies: Vec<PolicyAnswer>,
    /// The permissions boundary.
    pub boundary: BoundaryRecord,
    /// Access keys; none if no answer tells.
    pub keys: Option<Vec<Key>>,
    /// Where the list of access keys begins.
    pub keys_place: Option<Place>,
    /// Passwords for the console, of whomever the answers are about.
    pub passwords: Vec<Password>,
    /// Whether an answer tells that there is none, or the credential report tells either way.
    pub password_is_told: bool,
    /// The credential report, by user.
    pub credentials: Vec<CredentialRow>,
    /// Whether the account's root user has access keys.
    pub root_keys: Option<Place>,
    /// Users and roles of `get-account-authorization-details`, by ARN.
    pub listed: Vec<Said>,
    /// Answers that are one page of several, with the places where they stand.
    pub pages: Vec<(AnswerKind, Place)>,
    /// Policies attached to the reader of which no document is at hand.
    pub gaps: Vec<String>,
    /// Where AWS says that the user or role that was asked for does not exist.
    pub missing: Option<Said>,
    /// The reader in an answer about everybody, which shows all that it has.
    pub details: Option<Place>,
    /// Policies at hand that the answer about everybody does not show of the reader, which bear on nothing.
    pub set_aside: Vec<PolicyDocument>,
    /// Where an answer says that the reader has no policy and is in no group.
    pub nothing: Option<Place>,
}

/// A list of policies, as one answer gives it. The answers themselves do not say whose policies they are; what was asked does.
#[derive(Debug, Clone)]
pub struct PolicyList {
    /// The file's name, or what the user called it, says that it is a group's.
    pub is_groups: bool,
    /// Whose list was asked for, where the question is known.
    pub owner: Option<(OwnerKind, String)>,
    /// Where the list stands.
    pub place: Place,
    /// The file that holds it is called so; a group's name in it says whose list it is.
    pub source: SourceId,
    /// Names of the policies.
    pub names: Vec<Said>,
    /// ARNs of managed policies by name.
    pub arns: Vec<(String, String)>,
}

/// Names that the answer around a policy gives.
#[derive(Debug, Clone)]
pub struct PolicyAnswer {
    /// The text with the policy.
    pub source: SourceId,
    /// Name of an inline policy.
    pub name: Option<Said>,
    /// Whose inline policy the answer says it is.
    pub owner: Option<(OwnerKind, Said)>,
    /// For a version of a managed policy: whether it is the one in force.
    pub in_force: Option<(bool, Place)>,
}

/// What is known of the permissions boundary.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BoundaryRecord {
    /// No answer tells.
    #[default]
    Untold,
    /// AWS was asked and did not tell: that there is none is not presumed.
    Refused,
    /// The user has none.
    None,
    /// The user has this policy as boundary.
    Named(Said),
}

/// An access key.
#[derive(Debug, Clone)]
pub struct Key {
    /// Its identifier, which is no secret.
    pub id: Said,
    /// `Active` or `Inactive`.
    pub status: Said,
    /// When it was made.
    pub created: Option<Said>,
}

/// A password for the console.
#[derive(Debug, Clone)]
pub struct Password {
    /// Whose it is, where the answer says so.
    pub user: Option<String>,
    /// Since when there is one, or else where the answer says that there is.
    pub since: Said,
}

impl ReaderRecord {
    /// Where an answer about policies or groups stands that is one page of several.
    #[must_use]
    pub fn page_of_policies(&self) -> Option<Place> {
        self.pages.iter().find(|(kind, _)| *kind != AnswerKind::AccessKeys).map(|(_, place)| *place)
    }

    /// The same of a list of access keys.
    #[must_use]
    pub fn page_of_keys(&self) -> Option<Place> {
        self.pages.iter().find(|(kind, _)| *kind == AnswerKind::AccessKeys).map(|(_, place)| *place)
    }

    /// Whether any answer about the reader was read.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !(self.names.is_empty() && self.arns.is_empty())
    }

    /// Takes what an answer says of the reader. Of lists of policies the caller knows whether they are a group's.
    pub fn note(&mut self, kind: AnswerKind, root: &Node<'_>, source: SourceId, is_groups: bool) {
        let before = self.pages.len();
        if is_page(root) {
            self.pages.push((kind, Place { source, span: root.span }));
        }
        match kind {
            AnswerKind::User => self.user(root, source),
            AnswerKind::Role => {
                let Some(role) = root.get("Role") else { return };
                self.arns.extend(Said::member(role, "Arn", source));
                self.holders.extend(Holder::read(role, "RoleId", source));
                self.boundary = boundary(role, source);
            }
            AnswerKind::AttachedPolicies => self.attached.extend(list(
                root,
                "AttachedPolicies",
                |node| {
                    Said::member(node, "PolicyName", source)
                        .or_else(|| Said::member(node, "PolicyArn", source))
                },
                (source, is_groups),
            )),
            AnswerKind::InlinePolicies => {
                self.inline.extend(list(
                    root,
                    "PolicyNames",
                    |node| Said::of(node, source),
                    (source, is_groups),
                ));
            }
            AnswerKind::Groups => {
                let found =
                    list(root, "Groups", |node| Said::member(node, "GroupName", source), (source, false));
                self.groups.get_or_insert_default().extend(found.into_iter().flat_map(|list| list.names));
            }
            AnswerKind::AccessKeys => self.access_keys(root, source),
            AnswerKind::LoginProfile => {
                let Some(profile) = root.get("LoginProfile") else { return };
                let user = Said::member(profile, "UserName", source);
                let since = Said::member(profile, "CreateDate", source).or_else(|| user.clone());
                let user_name = user.as_ref().map(|user| user.text.clone());
                self.passwords.extend(since.map(|since| Password { user: user_name, since }));
                self.names.extend(user);
            }
            AnswerKind::AccountSummary => {
                let keys = root.get("SummaryMap").and_then(|map| map.get("AccountAccessKeysPresent"));
                self.root_keys = keys
                    .filter(|node| matches!(&node.value, Value::Number(number) if number != "0"))
                    .map(|node| Place { source, span: node.span });
            }
            AnswerKind::CallerIdentity => {
                self.arns.extend(Said::member(root, "Arn", source));
            }
            AnswerKind::AuthorizationDetails => {
                for (key, id) in [("UserDetailList", "UserId"), ("RoleDetailList", "RoleId")] {
                    let items = root.get(key).and_then(Node::as_array).unwrap_or_default();
                    self.holders.extend(items.iter().filter_map(|node| Holder::read(node, id, source)));
                    self.listed.extend(items.iter().filter_map(|node| Said::member(node, "Arn", source)));
                }
            }
            _ => self.pages.truncate(before),
        }
    }

    /// Takes whose list of policies a text holds, as the question said.
    pub fn note_owner(&mut self, source: SourceId, kind: OwnerKind, name: &str) {
        for list in self.attached.iter_mut().chain(&mut self.inline).filter(|list| list.source == source) {
            list.is_groups = kind == OwnerKind::Group;
            list.owner = Some((kind, name.to_owned()));
        }
    }

    /// Takes the names that stand around a policy.
    pub fn note_policy(&mut self, root: &Node<'_>, source: SourceId) {
        let name = Said::member(root, "PolicyName", source);
        self.names.extend(Said::member(root, "UserName", source));
        let owner = OWNERS
            .into_iter()
            .find_map(|(key, kind)| Some((kind, Said::member(root, key, source)?)))
            .filter(|_| root.get("PolicyDocument").is_some());
        let in_force = root.get("PolicyVersion").and_then(|version| version.get("IsDefaultVersion"));
        let in_force = in_force.and_then(|node| match node.value {
            Value::Bool(yes) => Some((yes, Place { source, span: node.span })),
            _ => None,
        });
        if name.is_some() || in_force.is_some() || owner.is_some() {
            self.policies.push(PolicyAnswer { source, name, owner, in_force });
        }
    }

    /// Those whose inline policies are at hand, of one kind.
    pub fn owners(&self, kind: OwnerKind) -> impl Iterator<Item = &Said> {
        let owners = self.policies.iter().filter_map(|policy| policy.owner.as_ref());
        owners.filter(move |(of, _)| *of == kind).map(|(_, name)| name)
    }

    fn user(&mut self, root: &Node<'_>, source: SourceId) {
        let Some(user) = root.get("User") else { return };
        self.arns.extend(Said::member(user, "Arn", source));
        // The root user's answer has no name of a user, or the account's.
        let is_root = self.arns.last().is_some_and(|arn| arn.text.ends_with(":root"));
        if !is_root {
            self.names.extend(Said::member(user, "UserName", source));
            self.ids.extend(Said::member(user, "UserId", source));
            self.holders.extend(Holder::read(user, "UserId", source));
        }
        self.boundary = boundary(user, source);
    }

    fn access_keys(&mut self, root: &Node<'_>, source: SourceId) {
        let Some(list) = root.get("AccessKeyMetadata") else { return };
        self.keys_place = Some(Place { source, span: list.span });
        let keys = self.keys.get_or_insert_default();
        for node in list.as_array().unwrap_or_default() {
            self.names.extend(Said::member(node, "UserName", source));
            let (Some(id), Some(status)) =
                (Said::member(node, "AccessKeyId", source), Said::member(node, "Status", source))
            else {
                continue;
            };
            keys.push(Key { id, status, created: Said::member(node, "CreateDate", source) });
        }
    }
}

/// The boundary in the answer about a user or role.
fn boundary(holder: &Node<'_>, source: SourceId) -> BoundaryRecord {
    match holder.get("PermissionsBoundary") {
        None => BoundaryRecord::None,
        Some(boundary) => Said::member(boundary, "PermissionsBoundaryArn", source)
            .map_or(BoundaryRecord::Untold, BoundaryRecord::Named),
    }
}

fn list(
    root: &Node<'_>,
    key: &str,
    name: impl Fn(&Node<'_>) -> Option<Said>,
    (source, is_groups): (SourceId, bool),
) -> Option<PolicyList> {
    let list = root.get(key)?;
    let items = list.as_array().unwrap_or_default();
    let names = items.iter().filter_map(name).collect();
    let text = |node: &Node<'_>, key| node.get(key).and_then(Node::as_str).map(str::to_owned);
    let arns =
        items.iter().filter_map(|node| Some((text(node, "PolicyName")?, text(node, "PolicyArn")?))).collect();
    Some(PolicyList { is_groups, owner: None, place: Place { source, span: list.span }, source, names, arns })
}
