//! What answers say, by what they say it of. Of one thing one thing is true: where two answers say something else of it, which
//! of them is the newer they do not say.

use super::named;
use crate::contract::Form;
use crate::evidence::{AnswerKind, Disagreement, Role};
use crate::finding::shell_word;
use crate::source::{SourceId, Sources};
use crate::syntax::{Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What an answer says something of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// What a bucket, an organization or an account has one of.
    Single(AnswerKind),
    /// The one policy of a role: of the bucket, the key, the reader's boundary.
    Policy(Role),
    /// A policy that has a name, by the command that shows it.
    Named(Role, String),
    /// The permissions boundary of the reader.
    Boundary,
    /// Identifier and tags of the reader.
    Reader,
    /// Policies that are attached to somebody, by the command.
    Attached(String),
    /// Inline policies of somebody, by the command.
    Inline(String),
    /// Groups of the reader.
    Groups,
    /// All that bears on the reader, out of an answer about everybody.
    Details,
    /// Access keys of the reader.
    Keys,
    /// The reader's line of the credential report.
    Credentials,
    /// Accounts of the organization.
    Accounts,
    /// Kinds of policies that are switched on.
    PolicyTypes,
    /// Which exports there are; of legacy reports or not.
    Exports(bool),
    /// The settings of an export.
    Export(bool),
    /// What lies in the bucket.
    Listing,
}

/// What answers say.
#[derive(Debug, Default)]
pub(super) struct Claims {
    said: BTreeMap<(Thing, String), Vec<(String, SourceId)>>,
}

/// Something of which different things are said.
#[derive(Debug)]
pub(super) struct Clash {
    pub(super) thing: Thing,
    /// Which of them: an account, a key, an export.
    pub(super) about: String,
    pub(super) sources: BTreeSet<SourceId>,
}

impl Claims {
    /// Takes what an answer says of something.
    pub(super) fn add(&mut self, thing: Thing, about: &str, said: String, source: SourceId) {
        self.said.entry((thing, about.to_owned())).or_default().push((said, source));
    }

    /// What is said in different ways.
    pub(super) fn clashes(self) -> Vec<Clash> {
        let differs = |list: &[(String, SourceId)]| {
            list.iter().any(|(said, _)| Some(said) != list.first().map(|(said, _)| said))
        };
        let clashing = self.said.into_iter().filter(|(_, list)| differs(list));
        clashing
            .map(|((thing, about), list)| Clash {
                thing,
                about,
                sources: list.into_iter().map(|(_, source)| source).collect(),
            })
            .collect()
    }
}

impl Clash {
    /// The same for the report.
    pub(super) fn disagreement(&self, sources: &Sources, form: &Form) -> Disagreement {
        let files = named(sources, self.sources.iter().copied());
        Disagreement { call: self.thing.call(form), files, role: self.thing.role(), form: None }
    }
}

impl Thing {
    /// The command of the AWS CLI that tells of it.
    fn call(&self, form: &Form) -> String {
        let text = |name: &str, word: &str| form.text(name).map_or_else(|| word.to_owned(), shell_word);
        let (bucket, key) = (text("bucket", "BUCKET"), text("kms-key", "KEY"));
        let reader = form.fill_command("{reader-name}").unwrap_or_else(|_| "USER".to_owned());
        let is_role = form.text("reader").is_some_and(|reader| reader.contains(":role/"));
        let filled = |text: &str| form.fill_command(text).unwrap_or_else(|_| text.to_owned());
        match self {
            Self::Single(kind) => match kind {
                AnswerKind::Organization | AnswerKind::AccountSummary => kind.name().to_owned(),
                AnswerKind::Key => format!("{} --key-id {key}", kind.name()),
                _ => format!("{} --bucket {bucket}", kind.name()),
            },
            Self::Policy(Role::KeyPolicy) => {
                format!("kms get-key-policy --policy-name default --key-id {key}")
            }
            Self::Policy(Role::Boundary) => {
                "iam get-policy-version --policy-arn ARN --version-id VERSION".to_owned()
            }
            Self::Policy(Role::TrustPolicy) => format!("iam get-role --role-name {reader}"),
            Self::Policy(_) => format!("s3api get-bucket-policy --bucket {bucket}"),
            Self::Named(_, call) | Self::Attached(call) | Self::Inline(call) => call.clone(),
            Self::Boundary | Self::Reader if is_role => format!("iam get-role --role-name {reader}"),
            Self::Boundary | Self::Reader => format!("iam get-user --user-name {reader}"),
            Self::Groups => format!("iam list-groups-for-user --user-name {reader}"),
            Self::Details => AnswerKind::AuthorizationDetails.name().to_owned(),
            Self::Keys => format!("iam list-access-keys --user-name {reader}"),
            Self::Credentials => AnswerKind::CredentialReport.name().to_owned(),
            Self::Accounts => AnswerKind::Accounts.name().to_owned(),
            Self::PolicyTypes => AnswerKind::Roots.name().to_owned(),
            Self::Exports(true) | Self::Export(true) => {
                filled("cur describe-report-definitions --region {billing-region}")
            }
            Self::Exports(false) => filled("bcm-data-exports list-exports --region {billing-region}"),
            Self::Export(false) => {
                filled("bcm-data-exports get-export --region {billing-region} --export-arn ARN")
            }
            Self::Listing => format!("s3api list-objects-v2 --bucket {bucket}"),
        }
    }

    /// The policies that are not known because of it.
    fn role(&self) -> Option<Role> {
        match self {
            Self::Policy(role) | Self::Named(role, _) => Some(*role),
            Self::Boundary => Some(Role::Boundary),
            Self::Attached(_) | Self::Inline(_) | Self::Groups | Self::Details => Some(Role::ReaderPolicy),
            Self::Single(_)
            | Self::Reader
            | Self::Keys
            | Self::Credentials
            | Self::Accounts
            | Self::PolicyTypes
            | Self::Exports(_)
            | Self::Export(_)
            | Self::Listing => None,
        }
    }
}

/// Some members of a node, whatever the order in which they and what is in lists are written.
pub(super) fn members(node: &Node<'_>, counts: impl Fn(&str) -> bool) -> String {
    let members = node.as_object().unwrap_or_default().iter().filter(|member| counts(&member.key));
    let all: BTreeMap<&str, String> = members.map(|member| (&*member.key, plain(&member.value))).collect();
    format!("{all:?}")
}

/// A node, whatever the order in which members and what is in lists are written.
fn plain(node: &Node<'_>) -> String {
    match &node.value {
        Value::Array(items) => {
            let mut items: Vec<String> = items.iter().map(plain).collect();
            items.sort_unstable();
            format!("{items:?}")
        }
        Value::Object(_) => members(node, |_| true),
        Value::String(text) => format!("{text:?}"),
        Value::Number(text) => text.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Bare(text) => (*text).to_owned(),
        Value::Template(parts) => format!("{parts:?}"),
        Value::Null | Value::Missing => "null".to_owned(),
    }
}

/// Names of a list, whatever their order.
pub(super) fn names<'n>(list: impl Iterator<Item = &'n str>) -> String {
    format!("{:?}", list.collect::<BTreeSet<&str>>())
}
