//! Answers of the AWS CLI that are no policies: export settings, listings, users, organizations.

use crate::source::SourceId;
use crate::syntax::{Node, Value};

/// One answer, as a file holds it. Whoever needs it reads the text of the source again: what is in it is for `billing` and
/// the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Which command gave it.
    pub kind: AnswerKind,
    /// The text it stands in.
    pub source: SourceId,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal [$($key:literal)+]),+ $(,)?) => {
        /// The command that gives such an answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum AnswerKind {
            $($(#[$doc])* $kind),+
        }

        impl AnswerKind {
            /// Every kind, those with more telling keys first.
            pub const ALL: &[AnswerKind] = &[$(AnswerKind::$kind),+];

            /// The AWS CLI's name of the command.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(AnswerKind::$kind => $name),+ }
            }

            /// The last word of that name, such as `get-export`.
            #[must_use]
            pub fn command(self) -> &'static str {
                let name = self.name();
                name.rsplit(' ').next().unwrap_or(name)
            }

            /// Members that an answer of this kind has at its root, all of them.
            #[must_use]
            pub fn keys(self) -> &'static [&'static str] {
                match self { $(AnswerKind::$kind => &[$($key),+]),+ }
            }
        }
    };
}

kinds! {
    /// Legacy report definitions.
    ReportDefinitions "cur describe-report-definitions" ["ReportDefinitions"],
    /// One execution of a data export, with the settings it was made with.
    Execution "bcm-data-exports get-execution" ["Export" "ExecutionStatus"],
    /// What a data export is created from.
    ExportInput "bcm-data-exports create-export" ["DataQuery" "DestinationConfigurations"],
    /// What a legacy report is created from.
    ReportInput "cur put-report-definition" ["ReportName" "S3Bucket"],
    /// The same as the input of the command.
    ReportRequest "cur put-report-definition" ["ReportDefinition"],
    /// One data export with its settings.
    Export "bcm-data-exports get-export" ["Export"],
    /// The list of data exports with their status.
    Exports "bcm-data-exports list-exports" ["Exports"],
    /// The executions of a data export.
    Executions "bcm-data-exports list-executions" ["Executions"],
    /// Who is in the organization, with everything about users, groups and roles.
    AuthorizationDetails "iam get-account-authorization-details" ["UserDetailList"],
    /// One object's metadata.
    Object "s3api head-object" ["ContentLength" "LastModified"],
    /// Whether AWS calls the bucket policy public.
    PolicyStatus "s3api get-bucket-policy-status" ["PolicyStatus"],
    /// The bucket's ACL.
    BucketAcl "s3api get-bucket-acl" ["Grants" "Owner"],
    /// Where the bucket is.
    BucketLocation "s3api get-bucket-location" ["LocationConstraint"],
    /// Whether ACLs are enabled.
    OwnershipControls "s3api get-bucket-ownership-controls" ["OwnershipControls"],
    /// The bucket's default encryption.
    Encryption "s3api get-bucket-encryption" ["ServerSideEncryptionConfiguration"],
    /// That the bucket is there, and where.
    HeadBucket "s3api head-bucket" ["BucketRegion" "AccessPointAlias"],
    /// What a KMS key is and whether it can be used.
    Key "kms describe-key" ["KeyMetadata"],
    /// Who pays for requests to the bucket.
    RequestPayment "s3api get-bucket-request-payment" ["Payer"],
    /// The bucket's lifecycle rules.
    Lifecycle "s3api get-bucket-lifecycle-configuration" ["Rules"],
    /// One user.
    User "iam get-user" ["User"],
    /// One role.
    Role "iam get-role" ["Role"],
    /// Managed policies attached to a user or group.
    AttachedPolicies "iam list-attached-user-policies" ["AttachedPolicies"],
    /// Names of inline policies of a user or group.
    InlinePolicies "iam list-user-policies" ["PolicyNames"],
    /// Groups of a user.
    Groups "iam list-groups-for-user" ["Groups"],
    /// The password of a user.
    LoginProfile "iam get-login-profile" ["LoginProfile"],
    /// What the account has, keys of the root user among it.
    AccountSummary "iam get-account-summary" ["SummaryMap"],
    /// Whose key it is.
    CallerIdentity "sts get-caller-identity" ["UserId" "Account" "Arn"],
    /// Access keys of a user.
    AccessKeys "iam list-access-keys" ["AccessKeyMetadata"],
    /// Buckets of an account.
    Buckets "s3api list-buckets" ["Buckets" "Owner"],
    /// Passwords and keys of all users.
    CredentialReport "iam get-credential-report" ["Content" "ReportFormat"],
    /// Which kinds of policies the organization has switched on.
    Roots "organizations list-roots" ["Roots"],
    /// What an account or unit of the organization is in.
    Parents "organizations list-parents" ["Parents"],
    /// The organization.
    Organization "organizations describe-organization" ["Organization"],
    /// Accounts of the organization.
    Accounts "organizations list-accounts" ["Accounts"],
}

/// Members that are lists.
const LISTS: [&str; 14] = [
    "Buckets",
    "ReportDefinitions",
    "Exports",
    "Executions",
    "UserDetailList",
    "Grants",
    "Rules",
    "AttachedPolicies",
    "PolicyNames",
    "Groups",
    "AccessKeyMetadata",
    "Roots",
    "Parents",
    "Accounts",
];

/// Members that are plain values. A bucket in us-east-1 has the location `null`.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html> (checked 2026-11)
const PLAIN: [&str; 13] = [
    "BucketRegion",
    "AccessPointAlias",
    "ReportName",
    "S3Bucket",
    "ContentLength",
    "LastModified",
    "LocationConstraint",
    "Payer",
    "UserId",
    "Account",
    "Arn",
    "Content",
    "ReportFormat",
];

impl AnswerKind {
    /// Which answer a document is, by the members at its root.
    #[must_use]
    pub fn of(root: &Node<'_>) -> Option<Self> {
        let members = root.as_object()?;
        let has = |key: &&str| members.iter().any(|member| member.key == **key);
        Self::ALL.iter().copied().find(|kind| kind.keys().iter().all(has))
    }

    /// The member of such an answer that is not what AWS gives there, so that nothing can be read in it.
    #[must_use]
    pub fn garbled(self, root: &Node<'_>) -> Option<&'static str> {
        let is_right = |key: &str| match root.get(key).map(|node| &node.value) {
            Some(Value::Array(_)) => LISTS.contains(&key),
            Some(Value::Object(members)) => {
                let is_plain = LISTS.contains(&key) || PLAIN.contains(&key);
                !is_plain && !members.is_empty()
            }
            Some(Value::Null) => key == "LocationConstraint",
            Some(_) => PLAIN.contains(&key),
            None => false,
        };
        self.keys().iter().copied().find(|key| !is_right(key))
    }
}
