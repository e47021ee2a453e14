//! Resource types and the shape of their ARNs.

use super::glob::{self, Case, Class, Empty, Token};
use super::key::ConditionKey;
use super::service::{self, Service};

/// A resource type of a service.
#[derive(Debug)]
pub struct ResourceType {
    service: &'static Service,
    name: &'static str,
    arns: &'static str,
    keys: &'static str,
}

impl ResourceType {
    /// Reads a row of the file: name, templates, keys.
    pub(super) fn read(service: &'static Service, row: &'static str) -> Option<Self> {
        let mut fields = row.split('\t');
        let (name, arns) = (fields.next()?, fields.next()?);
        Some(Self { service, name, arns, keys: fields.next().unwrap_or_default() })
    }

    /// The name in AWS's table: `bucket`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The ARN templates, as AWS writes them: `arn:${Partition}:s3:::${BucketName}`. Nearly always one.
    pub fn arns(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.arns.split(", ")
    }

    /// Condition keys that a request for such a resource carries, whatever the action.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static ConditionKey> + use<> {
        service::keys_at(self.service, self.keys)
    }

    /// Whether a concrete ARN has the shape of this type.
    ///
    /// A hole before the resource part stands for any text without a colon, also none. In the resource part it stands for
    /// any text but none, `/` and `:` included, because AWS's tables do not say which holes end at them (`${LogGroupName}`
    /// does not). Only `${BucketName}` ends at `/`: a bucket's name has none
    /// (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>, checked 2026-11). So an ARN may have
    /// the shape of several types; no fitting type is the strong answer.
    #[must_use]
    pub fn matches(&self, arn: &str) -> bool {
        self.fits(&glob::literal(arn, Case::Sensitive))
    }

    /// Whether some ARN of this type fits the `Resource` pattern of a policy: `*` and `?` are wildcards, and a policy
    /// variable stands for anything.
    #[must_use]
    pub fn overlaps(&self, pattern: &str) -> bool {
        self.fits(&glob::pattern(pattern, Case::Sensitive))
    }

    fn fits(&self, text: &[Token]) -> bool {
        self.arns().any(|template| glob::overlap(text, &tokens(template)))
    }
}

fn tokens(template: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (number, field) in template.splitn(6, ':').enumerate() {
        if number > 0 {
            tokens.push(Token::Literal(b':'));
        }
        if number < 5 {
            // NOTE: four templates have a bare `*` here; like a hole it ends at the colon.
            let field = if field == "*" { "${Any}" } else { field };
            tokens.extend(glob::template(field, Case::Sensitive, |_| (Class::Not(b':'), Empty::Possible)));
        } else {
            tokens.extend(glob::template(field, Case::Sensitive, |hole| (resource_hole(hole), Empty::Never)));
        }
    }
    tokens
}

fn resource_hole(name: &str) -> Class {
    if name == "BucketName" { Class::Not(b'/') } else { Class::Any }
}
