//! ARNs as six colon-separated parts.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> (checked 2026-11). The sixth part may hold colons.

use std::ops::Range;

/// The six parts of an ARN, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ArnPart {
    /// `arn`
    Prefix,
    /// `aws`, `aws-cn`, `aws-us-gov`
    Partition,
    /// `s3`, `iam`
    Service,
    /// `us-east-1`, or empty
    Region,
    /// Twelve digits, or empty
    Account,
    /// Everything after the fifth colon
    Resource,
}

impl ArnPart {
    /// All parts in their order.
    pub const ALL: [ArnPart; 6] = [
        ArnPart::Prefix,
        ArnPart::Partition,
        ArnPart::Service,
        ArnPart::Region,
        ArnPart::Account,
        ArnPart::Resource,
    ];

    /// The name of the part.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ArnPart::Prefix => "prefix",
            ArnPart::Partition => "partition",
            ArnPart::Service => "service",
            ArnPart::Region => "region",
            ArnPart::Account => "account",
            ArnPart::Resource => "resource",
        }
    }
}

/// Splits a text at its first five colons; `None` if it has fewer.
#[must_use]
pub fn split(text: &str) -> Option<[&str; 6]> {
    let mut parts = text.splitn(6, ':');
    let out = [parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    Some(out)
}

/// Whether a text names a KMS key by an alias, which another key may get at any time: in a `Resource` it stands for the alias alone.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html> (checked 2026-11)
#[must_use]
pub fn is_key_alias(text: &str) -> bool {
    text.rsplit(':').next().is_some_and(|name| name.starts_with("alias/"))
}

/// The byte ranges of the six parts in the text.
#[must_use]
pub fn ranges(text: &str) -> Option<[Range<usize>; 6]> {
    let parts = split(text)?;
    let mut at = 0;
    Some(parts.map(|part| {
        let range = at..at + part.len();
        at = range.end + 1;
        range
    }))
}

/// The account field of an ARN, if it is a whole account id.
#[must_use]
pub fn account_of(text: &str) -> Option<&str> {
    let [_, _, _, _, account, _] = split(text)?;
    is_account(account).then_some(account)
}

/// Whether a text is an account id: twelve digits.
#[must_use]
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The parts of an ARN by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArnSplit<'t> {
    /// `aws`
    pub partition: &'t str,
    /// `s3`
    pub service: &'t str,
    /// `us-east-1`, or empty
    pub region: &'t str,
    /// Twelve digits, or empty
    pub account: &'t str,
    /// The rest
    pub resource: &'t str,
}

impl<'t> ArnSplit<'t> {
    /// Splits a text that starts with `arn:` and has six parts.
    #[must_use]
    pub fn new(text: &'t str) -> Option<Self> {
        match split(text) {
            Some(["arn", partition, service, region, account, resource]) => {
                Some(Self { partition, service, region, account, resource })
            }
            Some(_) | None => None,
        }
    }
}
