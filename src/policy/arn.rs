//! ARNs as six colon-separated parts.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> (checked 2026-11). The sixth part may hold colons.

use std::borrow::Cow;
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

/// The ARN that a resource in a policy of IAM stands for: missing parts are filled with `*`, so that `arn:aws:sqs` is every queue.
/// A wildcard in the last part takes in what is missing already.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html> (checked 2026-11)
#[must_use]
pub fn completed(text: &str) -> Cow<'_, str> {
    let is_open = || fields(text).last().is_some_and(|last| last.contains(['*', '?']));
    if !is_cut(text) || is_open() {
        return Cow::Borrowed(text);
    }
    let missing = 6usize.saturating_sub(fields(text).count());
    Cow::Owned(format!("{text}{}", ":*".repeat(missing)))
}

/// Whether parts of an ARN are missing.
#[must_use]
pub fn is_cut(text: &str) -> bool {
    text.starts_with("arn:") && split(text).is_none()
}

/// Splits a text at its first five colons; `None` if it has fewer. A `${…}` is one piece, whatever stands in it.
#[must_use]
pub fn split(text: &str) -> Option<[&str; 6]> {
    if text.contains('$') { six(fields(text)) } else { six(text.splitn(6, ':')) }
}

fn six<'t>(mut parts: impl Iterator<Item = &'t str>) -> Option<[&'t str; 6]> {
    Some([parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?])
}

/// The parts that there are of an ARN, six at most. A `${…}`, which is filled in later or is a variable, is one piece: a colon in it
/// (`${AWS::Region}`, `${aws:username}`) parts nothing. One that has no end is text like any other.
pub fn fields(text: &str) -> impl Iterator<Item = &str> {
    let mut hole = Inside::default();
    text.chars().for_each(|c| hole.step(c));
    let is_closed = !hole.is_inside();
    let mut hole = Inside::default();
    text.splitn(6, move |c: char| {
        hole.step(c);
        c == ':' && !(is_closed && hole.is_inside())
    })
}

/// Whether a character stands in a `${…}`, which may have braces of its own.
#[derive(Default)]
struct Inside {
    depth: usize,
    is_behind_dollar: bool,
}

impl Inside {
    fn step(&mut self, c: char) {
        match c {
            '{' if self.is_behind_dollar || self.is_inside() => self.depth += 1,
            '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.is_behind_dollar = c == '$';
    }

    fn is_inside(&self) -> bool {
        self.depth > 0
    }
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

/// Whether an ARN names a managed policy of AWS's own, which all accounts have.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html> (checked 2026-11)
#[must_use]
pub fn is_policy_of_aws(text: &str) -> bool {
    matches!(split(text), Some([_, _, "iam", _, "aws", resource]) if resource.starts_with("policy/"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_one_piece() {
        for (text, parts) in [
            ("arn:aws:s3:::b/a:b", Some(["arn", "aws", "s3", "", "", "b/a:b"])),
            (
                "arn:${AWS::Partition}:cur:${AWS::Region}:${var.a[\"x:y\"]}:d/${aws:username}:z",
                Some([
                    "arn",
                    "${AWS::Partition}",
                    "cur",
                    "${AWS::Region}",
                    "${var.a[\"x:y\"]}",
                    "d/${aws:username}:z",
                ]),
            ),
            ("arn:aws:sqs:${a, {b: c}}:1:q", Some(["arn", "aws", "sqs", "${a, {b: c}}", "1", "q"])),
            ("${Arn::Of::It}:x", None),
            ("arn:aws:iam::${account:root", Some(["arn", "aws", "iam", "", "${account", "root"])),
            ("arn:aws:s3", None),
        ] {
            assert_eq!(split(text), parts, "{text}");
        }
        assert_eq!(fields("arn:${AWS::Partition}:s3").nth(2), Some("s3"));
    }
}
