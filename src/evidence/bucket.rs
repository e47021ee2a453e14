//! Settings of the bucket, as S3 tells them: encryption, owners of objects, lifecycle, who is let in by ACL.

use super::answer::AnswerKind;
use super::said::Said;
use crate::policy::arn::is_key_alias;
use crate::source::{Place, SourceId};
use crate::syntax::{Node, Value, shown};

/// What the answers of S3 say of the bucket.
#[derive(Debug, Clone, Default)]
pub struct BucketRecord {
    /// The bucket's default encryption.
    pub encryption: Option<EncryptionRecord>,
    /// The encryption of an object that was delivered.
    pub object: Option<EncryptionRecord>,
    /// The KMS keys of delivered objects, as they are told.
    pub object_keys: Vec<Said>,
    /// A delivered object that must be restored before it can be read.
    pub archived: Option<ArchivedObject>,
    /// `BucketOwnerEnforced`, `BucketOwnerPreferred` or `ObjectWriter`.
    pub ownership: Option<Said>,
    /// Who pays for requests: `BucketOwner` or `Requester`.
    pub payer: Option<Said>,
    /// Lifecycle rules.
    pub lifecycle: Vec<LifecycleRule>,
    /// Whether AWS calls the bucket policy public.
    pub is_public: Option<(bool, Place)>,
    /// Grants of the ACL to everybody, or to everybody with an AWS account: the permission.
    pub public_grants: Vec<Said>,
    /// ACLs that let everybody in have no effect.
    pub ignores_public_acls: bool,
    /// Where AWS says that the bucket does not exist.
    pub missing: Option<Place>,
    /// Where S3 answers that the bucket is there, whosever it is.
    pub found: Option<Place>,
    /// KMS keys that were described.
    pub keys: Vec<KmsKey>,
    /// The buckets of an account, as S3 lists them.
    pub lists: Vec<BucketList>,
}

/// How something is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptionRecord {
    /// `AES256`, `aws:kms` or `aws:kms:dsse`.
    pub algorithm: Said,
    /// The KMS key; none for the one that AWS manages.
    pub key: Option<Said>,
    /// Whether an S3 Bucket Key stands between, where it is told.
    pub has_bucket_key: Option<bool>,
}

/// Whether two texts may name one KMS key: an alias may name any, an identifier the key that ends so.
#[must_use]
pub fn may_be_one_key(one: &str, other: &str) -> bool {
    let last = |text: &str| text.rsplit('/').next().unwrap_or(text).to_owned();
    if is_open_key(one) || is_open_key(other) {
        return true;
    }
    let are_whole = one.starts_with("arn:") && other.starts_with("arn:");
    if are_whole { one == other } else { last(one) == last(other) }
}

/// Whether a text leaves open which key it names: an alias, or a value that only a deployment knows.
fn is_open_key(text: &str) -> bool {
    is_key_alias(text) || text.contains("${")
}

/// A KMS key, as `describe-key` tells of it.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html> (checked 2026-11)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KmsKey {
    /// Its ARN.
    pub arn: Option<Said>,
    /// Its identifier.
    pub id: Option<Said>,
    /// `Enabled`, `Disabled`, `PendingDeletion` and others.
    pub state: Option<Said>,
}

impl KmsKey {
    /// Whether a text names this key: by ARN or by identifier.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let own = self.arn.as_ref().or(self.id.as_ref());
        !is_open_key(name) && own.is_some_and(|own| may_be_one_key(&own.text, name))
    }

    /// Whether S3 can use it to write and to read.
    /// <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html> (checked 2026-11)
    #[must_use]
    pub fn works(&self) -> bool {
        self.state.as_ref().is_none_or(|state| matches!(&*state.text, "Enabled" | "Updating"))
    }
}

impl EncryptionRecord {
    /// Whether a KMS key is needed to read.
    #[must_use]
    pub fn is_kms(&self) -> bool {
        self.algorithm.text.starts_with("aws:kms")
    }
}

/// A lifecycle rule that is switched on and does something to current objects.
#[derive(Debug, Clone)]
pub struct LifecycleRule {
    /// What its keys begin with; none if the rule looks at tags or sizes too.
    pub prefix: Option<String>,
    /// When objects are deleted, with its place.
    pub expires: Option<(Term, Place)>,
    /// When objects move to a class that must be restored before it can be read: when, class, place.
    pub archives: Option<(Term, String, Place)>,
}

/// When a lifecycle rule does something to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Term {
    /// So many days after it was written.
    Days(i64),
    /// On a date (<https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleExpiration.html>, checked 2026-11). Taken to go on
    /// behind it for what is written later, as the user guide's page on the elements of a rule says, which was not at hand.
    On(String),
}

/// Storage classes whose objects cannot be read as they are.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html> (checked 2026-11)
const ARCHIVES: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];

/// The storage class if its objects cannot be read as they are.
pub(super) fn archive(class: &str) -> Option<&'static str> {
    ARCHIVES.into_iter().find(|archive| *archive == class)
}

/// One answer of `list-buckets`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketList {
    /// The names.
    pub names: Vec<Said>,
    /// The list.
    pub place: Place,
    /// It is one page of several.
    pub is_page: bool,
}

/// What a delivered object says of its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedObject {
    /// The storage class, or the tier of it that is an archive.
    pub class: Said,
    /// When the object was written.
    pub written: Option<Said>,
}

impl BucketRecord {
    /// Takes what an answer says of the bucket.
    pub fn note(&mut self, kind: AnswerKind, root: &Node<'_>, source: SourceId) {
        match kind {
            AnswerKind::Encryption => {
                let rules = root.get("ServerSideEncryptionConfiguration").and_then(|all| all.get("Rules"));
                let rule = rules.and_then(Node::as_array).and_then(<[_]>::first);
                let default = rule.and_then(|rule| rule.get("ApplyServerSideEncryptionByDefault"));
                let told =
                    default.and_then(|node| encryption(node, ["SSEAlgorithm", "KMSMasterKeyID"], source));
                let has_bucket_key = rule.and_then(|rule| rule.get("BucketKeyEnabled")).and_then(flag);
                self.encryption =
                    told.map(|told| EncryptionRecord { has_bucket_key, ..told }).or(self.encryption.take());
            }
            AnswerKind::Object => {
                let found = encryption(root, ["ServerSideEncryption", "SSEKMSKeyId"], source);
                if let Some(class) = archived_as(root, source) {
                    let written = Said::member(root, "LastModified", source);
                    self.archived = Some(ArchivedObject { class, written });
                }
                self.object_keys.extend(found.as_ref().and_then(|found| found.key.clone()));
                // One object that needs a key is enough.
                if !self.object.as_ref().is_some_and(EncryptionRecord::is_kms) {
                    self.object = found.or(self.object.take());
                }
            }
            AnswerKind::OwnershipControls => {
                let rules = root.get("OwnershipControls").and_then(|all| all.get("Rules"));
                let rule = rules.and_then(Node::as_array).and_then(<[_]>::first);
                self.ownership = rule.and_then(|rule| Said::member(rule, "ObjectOwnership", source));
            }
            AnswerKind::HeadBucket => self.found = root.get("BucketRegion").map(|node| place(node, source)),
            AnswerKind::Key => {
                let Some(told) = root.get("KeyMetadata") else { return };
                let [arn, id, state] =
                    ["Arn", "KeyId", "KeyState"].map(|name| Said::member(told, name, source));
                self.keys.push(KmsKey { arn, id, state });
            }
            AnswerKind::Buckets => self.lists.extend(buckets(root, source)),
            AnswerKind::RequestPayment => self.payer = Said::member(root, "Payer", source),
            AnswerKind::Lifecycle => {
                let rules = root.get("Rules").and_then(Node::as_array).unwrap_or_default();
                self.lifecycle.extend(rules.iter().filter_map(|node| rule(node, source)));
            }
            AnswerKind::PolicyStatus => {
                let public = root.get("PolicyStatus").and_then(|status| status.get("IsPublic"));
                self.is_public = public.and_then(|node| Some((flag(node)?, place(node, source))));
            }
            AnswerKind::BucketAcl => {
                let grants = root.get("Grants").and_then(Node::as_array).unwrap_or_default();
                self.public_grants.extend(grants.iter().filter_map(|grant| {
                    let group = grant.get("Grantee").and_then(|to| to.get("URI")).and_then(Node::as_str)?;
                    let is_public =
                        ["/AllUsers", "/AuthenticatedUsers"].iter().any(|end| group.ends_with(end));
                    is_public.then(|| Said::member(grant, "Permission", source)).flatten()
                }));
            }
            _ => {}
        }
    }

    /// Whether reading takes a KMS key: what a delivered object shows, or else what the bucket does by default; nothing if
    /// neither is known.
    #[must_use]
    pub fn needs_key(&self) -> Option<bool> {
        self.object.as_ref().or(self.encryption.as_ref()).map(EncryptionRecord::is_kms)
    }

    /// Whether an S3 Bucket Key stands between, where it is told: of a delivered object, or else of the bucket's default.
    #[must_use]
    pub fn has_bucket_key(&self) -> Option<bool> {
        let told = |record: Option<&EncryptionRecord>| record.and_then(|record| record.has_bucket_key);
        told(self.object.as_ref()).or_else(|| told(self.encryption.as_ref()))
    }

    /// The KMS key, where it is told.
    #[must_use]
    pub fn key(&self) -> Option<&Said> {
        self.object
            .as_ref()
            .and_then(|object| object.key.as_ref())
            .or_else(|| self.encryption.as_ref()?.key.as_ref())
    }
}

/// The archive that `head-object` tells of: a storage class, or a tier of Intelligent-Tiering. `Restore` has the end of a
/// restored copy's time. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html> (checked 2026-11)
fn archived_as(root: &Node<'_>, source: SourceId) -> Option<Said> {
    let is_restored =
        root.get("Restore").and_then(Node::as_str).is_some_and(|text| text.contains("expiry-date"));
    let class = Said::member(root, "StorageClass", source).filter(|class| archive(&class.text).is_some());
    class.or_else(|| Said::member(root, "ArchiveStatus", source)).filter(|_| !is_restored)
}

/// Names are asked for by prefix, or page by page, too.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html> (checked 2026-11)
fn buckets(root: &Node<'_>, source: SourceId) -> Option<BucketList> {
    let list = root.get("Buckets")?;
    let items = list.as_array()?;
    let names = items.iter().filter_map(|item| Said::member(item, "Name", source)).collect();
    let is_page = ["ContinuationToken", "NextToken", "Prefix"]
        .iter()
        .any(|name| root.get(name).and_then(Node::as_str).is_some_and(|text| !text.is_empty()));
    Some(BucketList { names, place: place(list, source), is_page })
}

fn place(node: &Node<'_>, source: SourceId) -> Place {
    Place { source, span: node.span }
}

fn flag(node: &Node<'_>) -> Option<bool> {
    match &node.value {
        Value::Bool(flag) => Some(*flag),
        // The S3 API writes "TRUE" and "FALSE"; the AWS CLI makes booleans of them.
        Value::String(text) => Some(text.eq_ignore_ascii_case("true")),
        _ => None,
    }
}

/// The alias of the key that AWS manages for S3: whoever names it names no key of the customer's.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html> (checked 2026-11)
const MANAGED: &str = "alias/aws/s3";

fn encryption(node: &Node<'_>, [algorithm, key]: [&str; 2], source: SourceId) -> Option<EncryptionRecord> {
    let algorithm = Said::member(node, algorithm, source)?;
    let open = |node: &Node<'_>| match &node.value {
        // Which key it is a template leaves open; that it is one of the customer's it says.
        Value::Template(parts) => Some(Said { text: shown(parts), place: place(node, source) }),
        _ => None,
    };
    let told = Said::member(node, key, source).or_else(|| open(node.get(key)?));
    let key = told.filter(|key| key.text.rsplit(':').next() != Some(MANAGED));
    let has_bucket_key = node.get("BucketKeyEnabled").and_then(flag);
    Some(EncryptionRecord { algorithm, key, has_bucket_key })
}

fn term(node: Option<&Node<'_>>, source: SourceId) -> Option<(Term, Place)> {
    let (days, date) = (node?.get("Days"), node?.get("Date"));
    match days.map(|days| (days, &days.value)) {
        Some((node, Value::Number(days))) => Some((Term::Days(days.parse().ok()?), place(node, source))),
        _ => Some((Term::On(date?.as_str()?.to_owned()), place(date?, source))),
    }
}

fn rule(node: &Node<'_>, source: SourceId) -> Option<LifecycleRule> {
    if node.get("Status").and_then(Node::as_str) != Some("Enabled") {
        return None;
    }
    let filter = node.get("Filter");
    let and = filter.and_then(|filter| filter.get("And"));
    let is_wider = |key| filter.is_some_and(|filter| filter.get(key).is_some());
    let has_more =
        and.is_some() || ["Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"].into_iter().any(is_wider);
    let prefix = filter.unwrap_or(node).get("Prefix").and_then(Node::as_str).unwrap_or_default();
    let archives = node.get("Transitions").or_else(|| node.get("Transition")).and_then(|list| {
        list.iter_one_or_many().find_map(|step| {
            let class = step.get("StorageClass").and_then(Node::as_str)?;
            let (term, place) = term(Some(step), source)?;
            ARCHIVES.contains(&class).then(|| (term, class.to_owned(), place))
        })
    });
    let expires = term(node.get("Expiration"), source);
    let prefix = (!has_more).then(|| prefix.to_owned());
    (expires.is_some() || archives.is_some()).then_some(LifecycleRule { prefix, expires, archives })
}
