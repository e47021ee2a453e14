//! The documents at hand.

use super::answer::{Answer, AnswerKind};
use super::attachment::{Attachment, Link};
use super::bucket::{BucketRecord, EncryptionRecord};
use super::called::Called;
use super::declared::DeclaredExport;
use super::disagreement::Disagreement;
use super::listing::Listing;
use super::live::LiveRecord;
use super::loose::{OpenPolicy, OwnerKind};
use super::organization::OrganizationRecord;
use super::reader::ReaderRecord;
use super::role::Role;
use super::setting::DeclaredBucket;
use super::whose::Whose;
use crate::billing::Exports;
use crate::eval::PublicAccessBlock;
use crate::policy::{Length, Notation, Policy, Version};
use crate::source::{SourceId, Span};
use crate::syntax::Issue;
use std::collections::BTreeSet;
use std::sync::Arc;

/// One policy document with its role.
#[derive(Debug, Clone)]
pub struct PolicyDocument {
    /// What it is to the account.
    pub role: Role,
    /// For organization policies: the level, from 0 at the root. For policies of linked accounts: the place of the account
    /// in the configuration, from 0.
    pub level: usize,
    /// It bears on a linked account, not on the account of the form: the place of that account in the configuration.
    pub linked: Option<usize>,
    /// The text it stands in.
    pub source: SourceId,
    /// The typed policy.
    pub policy: Policy,
    /// What of the text is no JSON.
    pub issues: Vec<Issue>,
    /// Length of the policy's own text, for size limits.
    pub length: Length,
    /// Of a policy in a template of infrastructure as code: where it is attached. None where the user says what it is on.
    pub attachment: Option<Attachment>,
    /// The same where the user says what the template is: where the template attaches it.
    pub named_in: Option<Attachment>,
    /// Whose it is, where the answer that holds it says so.
    pub whose: Option<Whose>,
    /// Of a version of a managed policy: whether it is the one in force.
    pub in_force: Option<bool>,
    /// It was taken out of a template, a module or a plan, whoever said what it is: its text is not the policy's own.
    pub from_template: bool,
    /// It was met among other files: what it is its content told, and nobody said.
    pub is_met: bool,
}

/// How a text was taken, so that it can be taken again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// As a document of this role, level and linked account.
    Named(Role, usize, Option<usize>),
    /// As the answer of this command.
    Answer(&'static str),
    /// By what it says.
    ByContent,
    /// As a listing of the bucket, which is not read a second time.
    Listing,
    /// As many answers of AWS in one file.
    Snapshot,
}

impl PolicyDocument {
    /// A document of the account itself, in a text of its own.
    #[must_use]
    pub fn new(role: Role, policy: Policy, issues: Vec<Issue>, length: Length) -> Self {
        Self {
            role,
            level: 0,
            linked: None,
            source: policy.source,
            policy,
            issues,
            length,
            attachment: None,
            named_in: None,
            whose: None,
            in_force: None,
            from_template: false,
            is_met: false,
        }
    }

    /// Where a template attaches it, whoever said what it is.
    #[must_use]
    pub fn tie(&self) -> Option<&Attachment> {
        self.attachment.as_ref().or(self.named_in.as_ref())
    }

    /// A document without a statement, for what is known not to be there: no bucket policy, no policy of the reader.
    #[must_use]
    pub fn nothing(role: Role, source: SourceId, length: usize) -> Self {
        let span = Span::new(0, length);
        let policy = Policy {
            source,
            level: 0,
            notation: Notation::Json,
            span,
            version: Version::V2012,
            version_span: None,
            id: None,
            statement_span: span,
            statements: Vec::new(),
            faults: Vec::new(),
        };
        Self::new(role, policy, Vec::new(), Length::default())
    }

    /// Whether it stands for what is not there.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.length.bytes == 0 && self.policy.statements.is_empty()
    }
}

/// Everything at hand.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// How each text was taken, in the order of reading.
    pub readings: Vec<(SourceId, Reading)>,
    /// Policies, in the order of reading.
    pub documents: Vec<PolicyDocument>,
    /// Regions of sources that are JSON inside a string: source, content without quotes, layers of escapes.
    pub wrapped: Vec<(SourceId, crate::source::Span, u8)>,
    /// Files that somebody named as a document, and that hold none.
    pub unseen: Vec<Unseen>,
    /// Documents that were seen and not judged: name and reason.
    pub not_evaluated: Vec<(String, String)>,
    /// Answers of the AWS CLI that are no policies, in the order of reading.
    pub answers: Vec<Answer>,
    /// What IAM's answers say of the reader.
    pub reader: ReaderRecord,
    /// What AWS Organizations says.
    pub organization: OrganizationRecord,
    /// What the answers say of exports.
    pub exports: Exports,
    /// Block Public Access of the bucket, where it is known.
    pub public_access_block: Option<PublicAccessBlock>,
    /// What S3 says of the bucket's settings.
    pub bucket: BucketRecord,
    /// The objects of the bucket, where they were listed.
    pub listing: Listing,
    /// Policies that templates attach by name to somebody.
    pub links: Vec<Link>,
    /// What gives access and stands in no document.
    pub called: Vec<Called>,
    /// What stacks of templates are made with.
    pub parameters: Vec<super::parameters::ParameterSet>,
    /// A module of Terraform stands among the files: `${name}` in a document may be a place that is filled in, and is not one that
    /// somebody forgot.
    pub is_filled_in: bool,
    /// Reports and exports of templates, with what is said around them.
    pub declared: Vec<DeclaredExport>,
    /// Buckets of templates, with their settings.
    pub buckets: Vec<DeclaredBucket>,
    /// Policies of templates that could not be resolved.
    pub open: Vec<Attachment>,
    /// The same, and what else of templates could not be resolved, with the reasons.
    pub unresolved: Vec<OpenPolicy>,
    /// What was presumed when the documents were read.
    pub assumed: Vec<String>,
    /// Files of templates whose exports are among these.
    pub taken: BTreeSet<String>,
    /// Files that are plans of Terraform.
    pub plans: Vec<String>,
    /// Something of it was read from modules of Terraform.
    pub has_modules: bool,
    /// What of all this modules of Terraform hold. A module is read from many texts, so it is kept as it was found.
    pub modules: Option<Arc<Self>>,
    /// Answers about one thing that say different things.
    pub disagreements: Vec<Disagreement>,
    /// What live calls told, where a snapshot was read.
    pub live: LiveRecord,
}

/// A file that somebody named as a document, and that holds none: what stands in the document is not known, and that there is one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// The file.
    pub file: String,
    /// As what it was named.
    pub role: Role,
    /// Of which linked account.
    pub linked: Option<usize>,
}

impl Unseen {
    /// A file that was named as a document of this role, level and linked account.
    #[must_use]
    pub fn new(file: &str, (role, level, linked): (Role, usize, Option<usize>)) -> Self {
        // Policies of users in linked accounts are counted by the accounts.
        let linked = if role == Role::LinkedPolicy { Some(level) } else { linked };
        Self { file: file.to_owned(), role, linked }
    }
}

impl Evidence {
    /// The files that were named as this document of the account itself and hold none.
    pub fn unseen_of(&self, role: Role) -> impl Iterator<Item = &str> {
        let of = self.unseen.iter().filter(move |unseen| unseen.role == role && unseen.linked.is_none());
        of.map(|unseen| unseen.file.as_str())
    }

    /// Adds what modules of Terraform hold: policies, what they are attached to, and what is not judged.
    pub fn add_modules(&mut self, modules: Arc<Self>) {
        self.documents.extend(modules.documents.iter().cloned());
        self.links.extend(modules.links.iter().cloned());
        self.called.extend(modules.called.iter().cloned());
        self.open.extend(modules.open.iter().cloned());
        self.unresolved.extend(modules.unresolved.iter().cloned());
        self.exports.add(modules.exports.clone());
        self.declared.extend(modules.declared.iter().cloned());
        self.unseen.extend(modules.unseen.iter().cloned());
        self.buckets.extend(modules.buckets.iter().cloned());
        self.not_evaluated.extend(modules.not_evaluated.iter().cloned());
        self.assumed.extend(modules.assumed.iter().cloned());
        self.modules = Some(modules);
    }

    /// The documents of a role.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &PolicyDocument> {
        self.documents.iter().filter(move |document| document.role == role && document.linked.is_none())
    }

    /// The documents of a role in a linked account.
    pub fn of_linked(&self, role: Role, account: usize) -> impl Iterator<Item = &PolicyDocument> {
        self.documents
            .iter()
            .filter(move |document| document.role == role && document.linked == Some(account))
    }

    /// The policies of a role.
    #[must_use]
    pub fn policies(&self, role: Role) -> Vec<&Policy> {
        self.of(role).map(|document| &document.policy).collect()
    }

    /// The policies of an organization role, a list a level.
    #[must_use]
    pub fn levels(&self, role: Role) -> Vec<Vec<&Policy>> {
        let depth = self.of(role).map(|document| document.level + 1).max().unwrap_or(0);
        (0..depth)
            .map(|level| {
                self.of(role)
                    .filter(|document| document.level == level)
                    .map(|document| &document.policy)
                    .collect()
            })
            .filter(|list: &Vec<&Policy>| !list.is_empty())
            .collect()
    }

    /// The answers of a kind.
    pub fn answers_of(&self, kind: AnswerKind) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(move |answer| answer.kind == kind)
    }

    /// Whether something of this name is at hand: a document of a role, a `listing`, or the answer of a command
    /// (`list-access-keys`).
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        if let Some(role) = Role::of(name) {
            return self.of(role).next().is_some();
        }
        match name {
            "disagreement" => !self.disagreements.is_empty(),
            "listing" => !self.listing.is_missing(),
            // What AWS was asked for and did not tell is not known, which is another thing than not asked.
            "list-access-keys" => self.reader.keys.is_some() || self.live.was_refused(name),
            "list-accounts" => {
                self.live.was_refused(name) || self.answers.iter().any(|answer| answer.kind.command() == name)
            }
            "no-such-bucket" => self.bucket.missing.is_some(),
            "no-such-reader" => self.reader.missing.is_some(),
            "get-login-profile" => self.reader.password_is_told || !self.reader.passwords.is_empty(),
            // Whether a KMS key is in play: an object shows it, or the bucket's default; else who hands in the key's policy
            // says so.
            "kms" => {
                // A template may make keys for other things.
                let has_policy = self.of(Role::KeyPolicy).any(|document| document.attachment.is_none());
                // The key that AWS manages for S3 asks nothing of readers of its account.
                let is_there = has_policy
                    || self.bucket.key().is_some()
                    || ["describe-key", "get-key-policy"].iter().any(|call| self.live.was_refused(call));
                self.bucket.needs_key().map_or(has_policy, |needed| needed && is_there)
            }
            // The bucket's default is the key that AWS manages, and no delivered object shows what comes of it.
            "kms-managed" => {
                let is_managed = self.bucket.encryption.as_ref().is_some_and(EncryptionRecord::is_kms);
                let is_told = self.bucket.object.is_some() || self.of(Role::KeyPolicy).next().is_some();
                is_managed && self.bucket.key().is_none() && !is_told
            }
            "get-public-access-block" => self.public_access_block.is_some(),
            "get-bucket-request-payment" => self.bucket.payer.is_some() || self.live.was_refused(name),
            "get-bucket-ownership-controls" => self.bucket.ownership.is_some() || self.live.was_refused(name),
            "get-bucket-encryption" => self.bucket.encryption.is_some() || self.live.was_refused(name),
            "get-user-policy" => self.reader.owners(OwnerKind::User).next().is_some(),
            "get-group-policy" => self.reader.owners(OwnerKind::Group).next().is_some(),
            "get-role-policy" => self.reader.owners(OwnerKind::Role).next().is_some(),
            "get-policy-version" => self.reader.policies.iter().any(|policy| policy.in_force.is_some()),
            _ => {
                let mut settings = self.buckets.iter().flat_map(|bucket| &bucket.settings);
                self.answers.iter().any(|answer| answer.kind.command() == name)
                    || settings.any(|setting| setting.kind.command() == name)
            }
        }
    }
}
