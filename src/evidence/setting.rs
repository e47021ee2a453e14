//! Buckets that templates of infrastructure as code make, and the settings that they give them, in the shape of S3's answers.

use super::answer::AnswerKind;
use super::attachment::Target;
use super::document::Evidence;
use crate::source::SourceId;
use crate::syntax::{Node, Value, shown};

/// A bucket of a template, or a resource that gives settings to one.
#[derive(Debug, Clone)]
pub struct DeclaredBucket {
    /// The text it stands in.
    pub source: SourceId,
    /// The file of the template.
    pub file: String,
    /// Its name in the template.
    pub address: String,
    /// What the bucket is called.
    pub target: Target,
    /// The settings.
    pub settings: Vec<DeclaredSetting>,
}

/// A setting that a template gives a bucket.
#[derive(Debug, Clone)]
pub struct DeclaredSetting {
    /// Which.
    pub kind: BucketSetting,
    /// What S3 would answer, as far as the template tells.
    pub answer: Node<'static>,
    /// Why that is not known, where the answer itself does not show it.
    pub open: Option<String>,
}

/// A setting of a bucket that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketSetting {
    /// Its default encryption.
    Encryption,
    /// Who owns objects.
    Ownership,
    /// Block Public Access.
    PublicAccess,
    /// What becomes of objects in time.
    Lifecycle,
    /// Who pays for requests.
    Payer,
    /// The Region that it lies in.
    Location,
}

/// What of an answer may stay open: whichever KMS key it is, it is one of the customer's.
const MAY_BE_OPEN: &str = "KMSMasterKeyID";

impl BucketSetting {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Encryption, Self::Ownership, Self::PublicAccess, Self::Lifecycle, Self::Payer, Self::Location];

    /// The command of the AWS CLI that answers with it.
    #[must_use]
    pub fn command(self) -> &'static str {
        self.kind().map_or("get-public-access-block", AnswerKind::command)
    }

    /// The kind of the answer, where it is one.
    #[must_use]
    pub fn kind(self) -> Option<AnswerKind> {
        match self {
            Self::Encryption => Some(AnswerKind::Encryption),
            Self::Ownership => Some(AnswerKind::OwnershipControls),
            Self::PublicAccess => None,
            Self::Lifecycle => Some(AnswerKind::Lifecycle),
            Self::Payer => Some(AnswerKind::RequestPayment),
            Self::Location => Some(AnswerKind::BucketLocation),
        }
    }
}

impl DeclaredSetting {
    /// Why it cannot be judged, if so.
    #[must_use]
    pub fn why_open(&self) -> Option<String> {
        let hole = || open_in(&self.answer);
        let filled_in = |name| format!("it depends on `{name}`, which is filled in when this is deployed");
        self.open.clone().or_else(|| hole().map(filled_in))
    }
}

/// What is filled in later in an answer, by its name.
fn open_in(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::Template(parts) => {
            let whole = shown(parts);
            let lone = whole.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            Some(lone.filter(|name| !name.contains('}')).map_or(whole.clone(), str::to_owned))
        }
        Value::Array(items) => items.iter().find_map(open_in),
        Value::Object(members) => {
            let told = members.iter().filter(|member| member.key != MAY_BE_OPEN);
            told.into_iter().find_map(|member| open_in(&member.value))
        }
        _ => None,
    }
}

impl Evidence {
    /// Takes an answer about Block Public Access, and tells whether it is one. The bucket's and the account's look alike, and the
    /// stricter of the two holds.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html> (checked 2026-11)
    pub fn note_public_access_block(&mut self, root: &Node<'_>) -> bool {
        let Some(settings) = root.get("PublicAccessBlockConfiguration") else { return false };
        let is_on = |name| matches!(settings.get(name).map(|node| &node.value), Some(Value::Bool(true)));
        let known = self.public_access_block.get_or_insert_default();
        known.restrict_public_buckets |= is_on("RestrictPublicBuckets");
        self.bucket.ignores_public_acls |= is_on("IgnorePublicAcls");
        true
    }

    /// Takes a setting that a template gives the bucket.
    pub fn note_setting(&mut self, kind: BucketSetting, answer: &Node<'_>, source: SourceId) {
        match kind.kind() {
            Some(AnswerKind::BucketLocation) => self.exports.read(answer, source),
            Some(kind) => self.bucket.note(kind, answer, source),
            None => {
                self.note_public_access_block(answer);
            }
        }
    }
}
